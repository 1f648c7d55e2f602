//! Entering a journey: re-entry, throttle and places.

use crate::catalog::{LiveJourney, Status};
use crate::changes::Refusal;
use crate::state::{State, Stimulus};
use std::sync::Arc;
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, EventId, RunId, WorkspaceId};
use tradewind_nodes::run::{Admission, Holder, RefusalReason, Run, RunBody, RunState, admit};
use tradewind_nodes::settings::Throttle;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_nodes::why::Why;

/// Somebody about to enter.
pub(super) struct Opening {
    /// The trigger's node, an index into the program.
    pub node: usize,
    /// The run key.
    pub key: Option<String>,
    /// What brought them.
    pub event: Option<Event>,
    /// Who.
    pub customer: Option<CustomerId>,
}

/// Notes that an entry was refused, and why.
pub(super) fn refuse(
    state: &mut State,
    workspace: WorkspaceId,
    live: &LiveJourney,
    (customer, event): (Option<CustomerId>, Option<EventId>),
    reason: RefusalReason,
    why: Why,
) {
    state.changes.refusals.push(Refusal { workspace, journey: live.id, version: live.version, customer, event, reason, why });
}

/// Opens with a key that the journey's settings made, or says why there is none.
pub(super) fn open_by(
    state: &mut State,
    workspace: WorkspaceId,
    live: &Arc<LiveJourney>,
    key: Result<Option<String>, Why>,
    opening: impl FnOnce(Option<String>) -> Opening,
) {
    match key {
        Ok(key) => open(state, workspace, live, opening(key)),
        Err(why) => {
            let Opening { customer, event, .. } = opening(None);
            refuse(state, workspace, live, (customer, event.map(|event| event.id)), RefusalReason::Key, why);
        }
    }
}

/// Starts a run, or says why not.
pub(super) fn open(state: &mut State, workspace: WorkspaceId, live: &Arc<LiveJourney>, opening: Opening) {
    match admission(state, live, &opening) {
        Entrance::Open => start_run(state, workspace, live, opening),
        Entrance::Awaited => {}
        Entrance::Refused(reason, why) => {
            refuse(state, workspace, live, (opening.customer, opening.event.as_ref().map(|event| event.id)), reason, why);
        }
    }
}

/// What becomes of somebody about to enter.
enum Entrance {
    Open,
    /// What a run inside waits for is no second entry: nobody asks why it was refused.
    Awaited,
    Refused(RefusalReason, Why),
}

fn admission(state: &mut State, live: &LiveJourney, opening: &Opening) -> Entrance {
    if let Some(why) = opening.event.as_ref().and_then(Event::too_deep) {
        return Entrance::Refused(RefusalReason::Rate, why);
    }
    match live.status {
        Status::Live => {}
        Status::Paused => return Entrance::Refused(RefusalReason::Paused, Why::Paused),
        Status::Stopped => return Entrance::Refused(RefusalReason::Paused, Why::Stopped),
    }
    let Some(key) = &opening.key else { return Entrance::Open };
    let holder = state.holders.get(&(live.id, key.clone())).copied();
    match admit(&live.program.settings.reentry, holder, state.now) {
        Admission::Free => Entrance::Open,
        Admission::From(run) => {
            // Made in this very batch it is not in the database yet: it is written without the key.
            if let Some(entry) = state.runs.get_mut(&run) {
                entry.run.key = None;
            }
            state.changes.released.push(run);
            Entrance::Open
        }
        Admission::Refused(_) if awaited(state, holder, opening.event.as_ref()) => Entrance::Awaited,
        Admission::Refused(why) => Entrance::Refused(RefusalReason::Reentry, why),
    }
}

fn start_run(state: &mut State, workspace: WorkspaceId, live: &Arc<LiveJourney>, opening: Opening) {
    let settings = &live.program.settings;
    let id = RunId(state.ids.id());
    let at = settings.throttle.as_ref().map_or(state.now, |throttle| slot(state, live, throttle));
    let node = live.program.nodes[opening.node].id.clone();
    let queued = settings.concurrency.is_some();
    let place = if queued { RunState::Queued { node } } else { RunState::Ready { node, at } };
    let body = RunBody { state: place, event: opening.event, outputs: JsonMap::new(), visits: std::collections::BTreeMap::new() };
    // Counts "since entry" begin with the event that opened the journey, also when it took a while to get here.
    let entered_at = opening_instant(&body, state.now);
    if let Some(key) = &opening.key {
        state.holders.insert((live.id, key.clone()), Holder { run: id, entered_at, ended: false });
    }
    state.add_run(workspace, live, Run { id, customer: opening.customer, key: opening.key, entered_at, body });
    if !queued && at <= state.now {
        state.queue.push_back((id, Stimulus::Due));
    }
}

fn awaited(state: &State, holder: Option<Holder>, event: Option<&Event>) -> bool {
    let run = holder.and_then(|holder| state.runs.get(&holder.run));
    match (run.map(|entry| &entry.run.body.state), event) {
        (Some(RunState::Awaiting { event: awaits, .. }), Some(event)) => awaits.names.contains(&event.name),
        _ => false,
    }
}

/// How far back the event that opens a journey may date its run: a historic import enters now.
const OLDEST_ENTRY: Duration = Duration::from_hours(1);

fn opening_instant(body: &RunBody, now: Timestamp) -> Timestamp {
    let at = body.event.as_ref().map_or(now, |event| event.at);
    if at > now || now.since(at) > OLDEST_ENTRY { now } else { at }
}

/// The next free slot of a throttle: slots are `per / max` apart, and up to `max` of them may be taken at once after a quiet
/// time (the generic cell rate algorithm, ITU-T I.371).
fn slot(state: &mut State, live: &LiveJourney, throttle: &Throttle) -> Timestamp {
    let gap = Duration::from_micros(throttle.per.micros() / i64::from(throttle.max.max(1)));
    let burst = Duration::from_micros(throttle.per.micros() - gap.micros());
    let free = state.changes.throttles.get(&live.id).or_else(|| state.throttles.get(&live.id)).copied().unwrap_or(state.now);
    let at = free.max(state.now);
    state.changes.throttles.insert(live.id, at.plus(gap));
    at.minus(burst).max(state.now)
}
