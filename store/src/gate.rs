//! Backpressure and orderly closing: how much may wait to be committed.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::StoreError;

/// Rows that may be queued or in work at once. It bounds memory; four of the largest batches fit.
const QUEUED_ROWS: u32 = 200_000;

pub(crate) struct Gate {
    room: Arc<Semaphore>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self { room: Arc::new(Semaphore::new(QUEUED_ROWS as usize)) }
    }

    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if self.room.is_closed() { Err(StoreError::Closed) } else { Ok(()) }
    }

    /// Waits, first come first served, until there is room for this many rows. The permit must live as long as
    /// the batch is queued or in work.
    pub(crate) async fn enter(&self, rows: usize) -> Result<OwnedSemaphorePermit, StoreError> {
        let rows = u32::try_from(rows).unwrap_or(QUEUED_ROWS).clamp(1, QUEUED_ROWS);
        Arc::clone(&self.room).acquire_many_owned(rows).await.map_err(|_| StoreError::Closed)
    }

    /// Waits for everything that entered, then lets nothing in. False if it was shut before.
    pub(crate) async fn shut(&self) -> bool {
        // The queue is fair, so holding all the room means that all who came before have finished.
        let drained = self.room.acquire_many(QUEUED_ROWS).await.is_ok();
        self.room.close();
        drained
    }
}
