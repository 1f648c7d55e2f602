//! How effects come from the lane to the relay. The lane asks for room before it commits: for what there is no room is written as due in
//! the database at once, where the relay finds it as soon as it has sent what it has. While any wait there, new ones wait behind them.

use crate::delivery::OutboxRow;
use crate::handle::Shared;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{Notify, mpsc};

/// Where the lane puts effects it has committed.
#[derive(Clone)]
pub(crate) struct Outbox {
    sender: mpsc::Sender<OutboxRow>,
    shared: Arc<Shared>,
    pub(super) signals: Arc<Signals>,
}

/// What lane and relay tell one another.
pub(super) struct Signals {
    wake: Notify,
    /// There is something in the database to look for.
    look: AtomicBool,
    /// Effects wait in the database for which there was no room.
    behind: AtomicBool,
}

impl Signals {
    pub fn look(&self) {
        self.look.store(true, Ordering::SeqCst);
        self.wake.notify_one();
    }
    pub fn take_look(&self) -> bool {
        self.look.swap(false, Ordering::SeqCst)
    }
    /// Returns when a look is asked for.
    pub async fn given(&self) {
        self.wake.notified().await;
    }
    /// A look into the database has found all that waits. When the lane leaves more there meanwhile, it asks for another look.
    pub fn caught_up(&self) {
        self.behind.store(false, Ordering::SeqCst);
    }
}

impl Outbox {
    pub(super) fn new(shared: Arc<Shared>, places: usize) -> (Self, mpsc::Receiver<OutboxRow>) {
        let (sender, rows) = mpsc::channel(places);
        // What an earlier process left comes first.
        let signals = Signals { wake: Notify::new(), look: AtomicBool::new(true), behind: AtomicBool::new(true) };
        let signals = Arc::new(signals);
        (Self { sender, shared, signals }, rows)
    }

    /// How many effects of the next commit there is room for. Only the lane hands over: it may become more until then, and not less.
    pub fn places(&self) -> usize {
        if self.signals.behind.load(Ordering::SeqCst) { 0 } else { self.sender.capacity() }
    }

    /// Hands over effects that were committed, for each of which there was room.
    pub fn offer(&self, rows: Vec<OutboxRow>) {
        for row in rows {
            // Counted first: the relay may take it before this thread goes on.
            self.shared.waiting_effects.fetch_add(1, Ordering::Relaxed);
            if self.sender.try_send(row).is_err() {
                // The relay is gone; the next process finds it in the database.
                self.shared.waiting_effects.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }

    /// Effects were committed for which there was no room.
    pub fn leave(&self) {
        self.signals.behind.store(true, Ordering::SeqCst);
        self.look();
    }

    /// Lets the relay look into the database.
    pub fn look(&self) {
        self.signals.look();
    }
}
