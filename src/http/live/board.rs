//! Numbers read once for everybody who watches, and how many may watch.

use crate::http::AppState;
use crate::http::problem::ApiResult;
use crate::http::status;
use crate::http::wired::IntoWire;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex as Lock, PoisonError};
use tokio::sync::Mutex;
use tradewind_engine::inspect::counts::{Period, Tally};
use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_wire::counts::Counts;
use tradewind_wire::status::Status;
use uuid::Uuid;

/// Streams at once, and those of one key.
const STREAMS: usize = 200;
const STREAMS_OF_KEY: usize = 20;
/// How old a number may be.
const FRESH: Duration = Duration::from_secs(1);
/// Of so many parts of the time at most one goes into reading the same numbers.
const SHARE: i64 = 10;
/// Numbers kept; the ones asked for longest ago go first.
const KEPT: usize = 256;

/// Something read, and when it is worth reading again.
struct Read<T> {
    value: Arc<T>,
    until: Timestamp,
}

/// One number for all who ask: whoever finds it too old reads it anew, the others wait for him.
struct Slot<T, M> {
    read: Option<Read<T>>,
    memory: M,
}

type Slots<K, T, M> = Lock<HashMap<K, (Timestamp, Arc<Mutex<Slot<T, M>>>)>>;

/// What is read for those who watch.
#[derive(Default)]
pub struct Board {
    statuses: Slots<WorkspaceId, Status, ()>,
    counts: Slots<(JourneyId, Period), Counts, Tally>,
    open: Arc<Lock<HashMap<Uuid, usize>>>,
}

/// A stream's place; free again when dropped.
pub struct Place {
    key: Uuid,
    open: Arc<Lock<HashMap<Uuid, usize>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}

fn slot<K: Hash + Eq + Copy, T, M>(slots: &Slots<K, T, M>, key: K, now: Timestamp, memory: impl FnOnce() -> M) -> Arc<Mutex<Slot<T, M>>> {
    let mut slots = slots.lock().unwrap_or_else(PoisonError::into_inner);
    if slots.len() >= KEPT
        && !slots.contains_key(&key)
        && let Some(oldest) = slots.iter().min_by_key(|(_, (asked, _))| *asked).map(|(key, _)| *key)
    {
        slots.remove(&oldest);
    }
    let (asked, slot) = slots.entry(key).or_insert_with(|| (now, Arc::new(Mutex::new(Slot { read: None, memory: memory() }))));
    *asked = now;
    slot.clone()
}

/// When what took from `began` to `ended` to read is worth reading again.
fn again(began: Timestamp, ended: Timestamp) -> Timestamp {
    let took = ended.since(began).micros().max(0);
    ended.plus(Duration::from_micros(FRESH.micros().max(took.saturating_mul(SHARE))))
}

impl Board {
    /// A place for one more stream of the key; None when there are too many.
    #[must_use]
    pub fn place(&self, key: Uuid) -> Option<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.values().sum::<usize>() >= STREAMS || open.get(&key).is_some_and(|own| *own >= STREAMS_OF_KEY) {
            return None;
        }
        *open.entry(key).or_insert(0) += 1;
        Some(Place { key, open: self.open.clone() })
    }

    /// The status of a workspace, at most a second old when it is quick to read.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn status(&self, state: &AppState, workspace: WorkspaceId) -> ApiResult<Arc<Status>> {
        let slot = slot(&self.statuses, workspace, state.env.now(), || ());
        let mut slot = slot.lock().await;
        let began = state.env.now();
        if let Some(read) = slot.read.as_ref().filter(|read| began < read.until) {
            return Ok(read.value.clone());
        }
        let value = Arc::new(status::read(state, workspace).await?);
        slot.read = Some(Read { value: value.clone(), until: again(began, state.env.now()) });
        Ok(value)
    }

    /// The counts of a journey, at most a second old when they are quick to read.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn counts(&self, state: &AppState, journey: JourneyId, period: Period) -> ApiResult<Arc<Counts>> {
        let slot = slot(&self.counts, (journey, period), state.env.now(), || Tally::new(journey, period));
        let mut slot = slot.lock().await;
        let began = state.env.now();
        if let Some(read) = slot.read.as_ref().filter(|read| began < read.until) {
            return Ok(read.value.clone());
        }
        let counted: Counts = slot.memory.count(&state.db, began).await?.into_wire()?;
        let value = Arc::new(counted);
        slot.read = Some(Read { value: value.clone(), until: again(began, state.env.now()) });
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_and_given_back() {
        let board = Board::default();
        let key = Uuid::from_u128(1);
        let mut places: Vec<Place> = (0..STREAMS_OF_KEY).map(|_| board.place(key).unwrap()).collect();
        assert!(board.place(key).is_none(), "one key has its own bound");
        assert!(board.place(Uuid::from_u128(2)).is_some());
        places.pop();
        assert!(board.place(key).is_some());
        drop(places);
        let all: Vec<Place> =
            (10..).flat_map(|key| (0..STREAMS_OF_KEY).map(move |_| key)).map_while(|key| board.place(Uuid::from_u128(key))).collect();
        assert_eq!(all.len(), STREAMS);
    }

    #[test]
    fn what_takes_long_is_read_seldom() {
        let at = |millis: i64| Timestamp::from_micros(millis * 1000);
        assert_eq!(again(at(0), at(5)), at(1_005));
        assert_eq!(again(at(0), at(400)), at(4_400));
    }
}
