//! Commits that fail, before or after they happened, or are presented twice.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tradewind_store::{Batch, Db, StoreError};

/// When a commit breaks off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Break {
    /// Nothing was written.
    Before,
    /// All was written, and the caller does not know.
    After,
}

/// What is to go wrong with the commits of one engine.
#[derive(Default)]
pub(crate) struct Fault {
    /// Commits so far.
    pub commits: AtomicU64,
    /// Whether each batch is presented a second time.
    pub twice: AtomicBool,
    /// The commit to break off, from 1.
    pub at: Mutex<Option<(u64, Break)>>,
}

impl Fault {
    pub async fn commit(&self, db: &Db, batch: Batch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return db.commit(batch).await.map(drop);
        }
        let number = self.commits.fetch_add(1, Ordering::SeqCst) + 1;
        let planned = self.at.lock().unwrap().filter(|(at, _)| *at == number).map(|(_, way)| way);
        let broken = || StoreError::Unavailable { reason: format!("commit {number} was broken off by the test") };
        if planned == Some(Break::Before) {
            return Err(broken());
        }
        let again = self.twice.load(Ordering::SeqCst).then(|| batch.clone());
        db.commit(batch).await?;
        if let Some(again) = again {
            // Refused, or without effect: which of both the comparison of the ledgers tells.
            let _ = db.commit(again).await;
        }
        if planned == Some(Break::After) { Err(broken()) } else { Ok(()) }
    }
}
