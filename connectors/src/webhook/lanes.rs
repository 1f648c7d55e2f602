//! How many requests to one host are under way at once. The client's own pool only bounds connections that lie idle.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Above this many hosts, those with nothing under way are forgotten.
const REMEMBERED: usize = 1024;

pub(super) struct Lanes {
    width: usize,
    hosts: Mutex<Hosts>,
}

struct Hosts {
    open: HashMap<String, Arc<Semaphore>>,
    /// Swept when it grows past this; twice what was left, so that sweeping stays cheap however many are busy.
    sweep_at: usize,
}

impl Lanes {
    pub(super) fn new(width: usize) -> Self {
        Self { width: width.min(Semaphore::MAX_PERMITS), hosts: Mutex::new(Hosts { open: HashMap::new(), sweep_at: REMEMBERED }) }
    }

    /// Waits for a place towards `authority`; dropping what is returned gives it back.
    pub(super) async fn enter(&self, authority: String) -> Option<OwnedSemaphorePermit> {
        // None only of a closed semaphore, and these are never closed.
        self.lane(authority).acquire_owned().await.ok()
    }

    fn lane(&self, authority: String) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.open.len() >= hosts.sweep_at {
            hosts.open.retain(|_, lane| Arc::strong_count(lane) > 1);
            hosts.sweep_at = (hosts.open.len() * 2).max(REMEMBERED);
        }
        let width = self.width;
        Arc::clone(hosts.open.entry(authority).or_insert_with(|| Arc::new(Semaphore::new(width))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[test]
    fn a_host_takes_no_more_than_its_width() {
        let lanes = Lanes::new(1);
        let first = lanes.enter("a:443".into()).now_or_never().unwrap();
        assert!(lanes.enter("a:443".into()).now_or_never().is_none());
        assert!(lanes.enter("b:443".into()).now_or_never().is_some());
        drop(first);
        assert!(lanes.enter("a:443".into()).now_or_never().is_some());
    }

    #[test]
    fn hosts_at_rest_are_forgotten_and_busy_ones_are_not() {
        let lanes = Lanes::new(1);
        let busy = lanes.enter("busy:443".into()).now_or_never().unwrap();
        for n in 0..10 * REMEMBERED {
            lanes.enter(format!("{n}:443")).now_or_never().unwrap();
        }
        assert!(lanes.hosts.lock().unwrap().open.len() <= REMEMBERED);
        assert!(lanes.enter("busy:443".into()).now_or_never().is_none());
        drop(busy);
    }
}
