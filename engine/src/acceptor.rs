//! The acceptor: what many requests bring at the same time becomes one batch of inbox rows.

use crate::EngineError;
use crate::handle::Shared;
use crate::inbox;
use crate::incoming::Pending;
use std::sync::Arc;
use tokio::sync::mpsc::OwnedPermit;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tradewind_store::{Batch, StoreError};

/// Requests that may wait to be taken; more wait at the door.
const WAITING: usize = 4_096;
/// Rows in a batch, at most (one more request may exceed it).
const MOST_ROWS: usize = 1_000;
/// Batches under way at a time: one being committed, one ready for the writer's next group.
const UNDER_WAY: usize = 2;

type Answer = Result<(), EngineError>;

/// What one request brings, with its places in the lane's queue.
pub(crate) struct Acceptance {
    rows: Vec<Pending>,
    places: Vec<OwnedPermit<Pending>>,
    answer: oneshot::Sender<Answer>,
}

impl Acceptance {
    /// Rows with as many places. The receiver learns when they are committed.
    pub fn new(rows: Vec<Pending>, places: Vec<OwnedPermit<Pending>>) -> (Self, oneshot::Receiver<Answer>) {
        let (answer, answered) = oneshot::channel();
        (Self { rows, places, answer }, answered)
    }

    fn finish(self, result: Result<(), StoreError>) {
        let committed = result.is_ok();
        // Whoever asked may have gone; the rows stay committed.
        let _ = self.answer.send(result.map_err(EngineError::from));
        if committed {
            for (place, row) in self.places.into_iter().zip(self.rows) {
                place.send(row);
            }
        }
    }
}

/// Commits acceptances until the engine stops.
pub(crate) struct Acceptor {
    shared: Arc<Shared>,
    queue: mpsc::Receiver<Acceptance>,
}

impl Acceptor {
    pub fn new(shared: Arc<Shared>) -> (mpsc::Sender<Acceptance>, Self) {
        let (sender, queue) = mpsc::channel(WAITING);
        (sender, Self { shared, queue })
    }

    pub async fn work(mut self) {
        let places = Arc::new(Semaphore::new(UNDER_WAY));
        let mut under_way = JoinSet::new();
        let stopped = {
            let shared = self.shared.clone();
            async move { shared.stopped().await }
        };
        tokio::pin!(stopped);
        let mut stopping = false;
        loop {
            let first = tokio::select! {
                first = self.queue.recv() => first,
                () = &mut stopped, if !stopping => {
                    // What was sent before is still accepted; later senders learn that the engine stops.
                    stopping = true;
                    self.queue.close();
                    continue;
                }
            };
            let Some(first) = first else { break };
            // The semaphore is never closed. What comes while all places are taken joins the batch.
            let Ok(place) = places.clone().acquire_owned().await else { break };
            let together = self.gather(first);
            let shared = self.shared.clone();
            while under_way.try_join_next().is_some() {}
            under_way.spawn(async move {
                commit(&shared, together).await;
                drop(place);
            });
        }
        while under_way.join_next().await.is_some() {}
    }

    fn gather(&mut self, first: Acceptance) -> Vec<Acceptance> {
        let mut rows = first.rows.len();
        let mut together = vec![first];
        while rows < MOST_ROWS
            && let Ok(next) = self.queue.try_recv()
        {
            rows += next.rows.len();
            together.push(next);
        }
        together
    }
}

async fn commit(shared: &Shared, together: Vec<Acceptance>) {
    let mut batch = Batch::new();
    batch.insert(&inbox::ADD, together.iter().flat_map(|acceptance| &acceptance.rows).map(inbox::values));
    let result = shared.db.commit(batch).await.map(drop);
    for acceptance in together {
        acceptance.finish(result.clone());
    }
}
