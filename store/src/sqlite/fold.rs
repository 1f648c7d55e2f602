//! The folding thread: copies the log into the file beside the writer, so that no commit has to wait for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use rusqlite::Connection;

/// How often the log is folded while somebody writes. Left to the writer, the longest pauses between a commit and its
/// answer were those of folding. Folding syncs the file, which commits wait for on the same disk, so it is done often and
/// little at a time: at a fifth of full load a run's 99th percentile of delay was 0.62 of that with two seconds.
const EVERY: Duration = Duration::from_millis(150);

/// Held by the writer: it says that there is something to fold, and by its end that there will be nothing more.
pub(super) struct Written {
    dirty: Arc<AtomicBool>,
    _end: Sender<()>,
}

impl Written {
    /// Something was committed.
    pub(super) fn note(&self) {
        self.dirty.store(true, Ordering::Release);
    }
}

/// Held by the folding thread.
pub(super) struct Fold {
    dirty: Arc<AtomicBool>,
    end: Receiver<()>,
}

pub(super) fn pair() -> (Written, Fold) {
    let dirty = Arc::new(AtomicBool::new(false));
    let (sender, end) = channel();
    (Written { dirty: Arc::clone(&dirty), _end: sender }, Fold { dirty, end })
}

/// Folds until the writer has ended.
pub(super) fn run(connection: &Connection, fold: &Fold) {
    while let Err(RecvTimeoutError::Timeout) = fold.end.recv_timeout(EVERY) {
        if fold.dirty.swap(false, Ordering::Acquire)
            && let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
        {
            tracing::warn!(%error, "the log could not be folded into the database file; it is tried again");
        }
    }
}
