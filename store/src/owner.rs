//! One owner of a database: the one process that runs the engine on it.
//!
//! An owner holds a lock that ends with its process ([`file`] beside a SQLite file, [`session`] on PostgreSQL), and an epoch:
//! the number in the table `owner`, raised by whoever gets the lock. Every commit of an owner checks the epoch, so that one
//! that lost its lock without knowing it writes nothing once there is another. Handles opened by [`crate::Db::open`] own
//! nothing and are not checked: they read, or change single rows beside the owner, as `tradewind keys` does.

pub(crate) mod file;
pub(crate) mod open;
pub(crate) mod session;

use std::sync::OnceLock;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::StoreError;

/// How often a lock that another process holds is tried again.
const TRY_EVERY: Duration = Duration::from_millis(200);

/// Raises the epoch and names who owns the database now.
pub(crate) const RAISE: &str = "UPDATE owner SET epoch = epoch + 1, holder = $1 WHERE id = 1 RETURNING epoch";
/// The epoch in force, and who raised it.
pub(crate) const CURRENT: &str = "SELECT epoch, holder FROM owner WHERE id = 1 LIMIT 1";

/// A process, as others that want its database are told of it.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The machine's name.
    pub host: String,
    /// The process's number there.
    pub pid: u32,
    /// Where it serves.
    pub address: String,
    /// When it began, as `2026-11-30T09:00:00.123456Z`. This tells processes apart that have the other three in common.
    pub since: String,
}

impl Holder {
    /// Its name in the characters and the length (63) that PostgreSQL keeps; what may be long comes last.
    pub(crate) fn name(&self) -> String {
        let token = Sha256::digest(self.since.as_bytes());
        let token = token.iter().take(4).fold(0_u32, |token, byte| token << 8 | u32::from(*byte));
        let name = format!("tradewind-{token:08x} process {} at {} on {}", self.pid, self.address, self.host);
        name.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).take(63).collect()
    }
}

/// What a process that wants to own a database does while another one owns it.
pub struct Claim<'a> {
    /// Who claims.
    pub holder: Holder,
    /// How long to wait for the other one to end; for ever when None.
    pub patience: Option<Duration>,
    /// Is told once, as soon as there is somebody to wait for, who that is.
    pub waiting: &'a (dyn Fn(&str) + Send + Sync),
}

impl Claim<'_> {
    pub(crate) fn patience(&self) -> Patience<'_> {
        Patience { claim: self, begun: tokio::time::Instant::now(), told: false }
    }
}

/// How long a claim has waited.
pub(crate) struct Patience<'a> {
    claim: &'a Claim<'a>,
    begun: tokio::time::Instant,
    told: bool,
}

impl Patience<'_> {
    /// Waits a little for `by`, who has the lock; an error when the claim has waited long enough.
    pub(crate) async fn wait_for(&mut self, by: String) -> Result<(), StoreError> {
        if self.claim.patience.is_some_and(|patience| self.begun.elapsed() >= patience) {
            return Err(StoreError::Owned { by });
        }
        if !std::mem::replace(&mut self.told, true) {
            (self.claim.waiting)(&by);
        }
        tokio::time::sleep(TRY_EVERY).await;
        Ok(())
    }
}

/// What holds commits to the owner's epoch.
pub(crate) struct Fence {
    epoch: OnceLock<i64>,
    lost: watch::Sender<Option<String>>,
}

impl Default for Fence {
    fn default() -> Self {
        Self { epoch: OnceLock::new(), lost: watch::Sender::new(None) }
    }
}

impl Fence {
    /// The epoch that commits are checked against; None when this handle owns nothing.
    pub(crate) fn epoch(&self) -> Option<i64> {
        self.epoch.get().copied()
    }

    /// From now on commits are checked. An epoch is set once.
    pub(crate) fn raise(&self, epoch: i64) {
        let _ = self.epoch.set(epoch);
    }

    /// Notes that the database has another owner, or none.
    pub(crate) fn lose(&self, reason: impl Into<String>) {
        self.lost.send_if_modified(|lost| {
            let first = lost.is_none();
            if first {
                *lost = Some(reason.into());
            }
            first
        });
    }

    /// Returns, with the reason, once the database is lost.
    pub(crate) async fn lost(&self) -> String {
        match self.lost.subscribe().wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            // The sender is in `self`, which is borrowed here.
            Err(_) => std::future::pending().await,
        }
    }
}
