//! Whether the database takes writes: known from the last commit, or found out by making one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::{Batch, Db, Expect, StoreError};

const CHECK: &str = "INSERT INTO write_checks (id, number) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET number = write_checks.number + 1";

/// What the last commit told of the database.
#[derive(Default)]
pub(crate) struct Writes {
    /// When a commit last succeeded; none while the last one did not.
    succeeded: Mutex<Option<Instant>>,
    /// Held by the one check that may be under way.
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[allow(clippy::disallowed_methods, reason = "an old commit only costs a check; nothing else depends on it")]
fn now() -> Instant {
    Instant::now()
}

impl Writes {
    /// A commit that its own values made fail tells nothing of the database.
    pub(crate) fn note<T>(&self, outcome: &Result<T, StoreError>) {
        let succeeded = match outcome {
            Ok(_) => Some(now()),
            Err(StoreError::Unavailable { .. } | StoreError::NotOwner | StoreError::Closed) => None,
            Err(_) => return,
        };
        *self.succeeded.lock().unwrap_or_else(PoisonError::into_inner) = succeeded;
    }

    fn proven(&self, fresh: Duration) -> bool {
        self.succeeded.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| now().duration_since(at) <= fresh)
    }
}

impl Db {
    /// Whether the database can be written: it can when a commit succeeded not longer than `fresh` ago and none failed since;
    /// otherwise one small commit is tried. There is no deadline, which is the caller's; whoever gives up leaves the check to
    /// others, so that asking often never makes more than one wait. The database must be migrated.
    ///
    /// # Errors
    /// What the commit failed with.
    pub async fn check_writable(&self, fresh: Duration) -> Result<(), StoreError> {
        let writes = &self.shared.writes;
        if writes.proven(fresh) {
            return Ok(());
        }
        let turn = Arc::clone(&writes.turn).lock_owned().await;
        // Somebody else may have found out meanwhile.
        if writes.proven(fresh) {
            return Ok(());
        }
        let db = self.clone();
        let check = tokio::spawn(async move {
            let _turn = turn;
            let mut batch = Batch::new();
            batch.execute(CHECK, Vec::new(), Expect::Rows(1));
            db.commit(batch).await.map(drop)
        });
        check.await.map_err(StoreError::unavailable)?
    }
}
