//! Opening the door of a journey: re-entry, throttle and places.

use crate::catalog::{LiveJourney, Status};
use crate::world::{Refusal, Stimulus, World};
use std::sync::Arc;
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, EventId, RunId, WorkspaceId};
use tradewind_nodes::run::{Admission, Holder, RefusalReason, Run, RunBody, RunState, admit};
use tradewind_nodes::settings::Throttle;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_nodes::why::Why;

/// Someone at the door.
pub(super) struct Opening {
    /// The trigger's node, an index into the program.
    pub node: usize,
    /// The run key.
    pub key: Option<String>,
    /// What brought him.
    pub event: Option<Event>,
    /// Who.
    pub customer: Option<CustomerId>,
}

/// Notes that an entry was refused, and why.
pub(super) fn refuse(
    world: &mut World,
    workspace: WorkspaceId,
    live: &LiveJourney,
    customer: CustomerId,
    event: Option<EventId>,
    reason: RefusalReason,
    why: Why,
) {
    world.out.refusals.push(Refusal { workspace, journey: live.id, version: live.version, customer, event, reason, why });
}

/// Starts a run, or says why not.
pub(super) fn open(world: &mut World, workspace: WorkspaceId, live: &Arc<LiveJourney>, opening: Opening) -> Option<RunId> {
    let turn_away = |world: &mut World, reason, why| {
        if let Some(customer) = opening.customer {
            refuse(world, workspace, live, customer, opening.event.as_ref().map(|e| e.id), reason, why);
        }
        None
    };
    if let Some(why) = opening.event.as_ref().and_then(Event::too_deep) {
        return turn_away(world, RefusalReason::Rate, why);
    }
    match live.status {
        Status::Live => {}
        Status::Paused => return turn_away(world, RefusalReason::Paused, Why::Paused),
        Status::Stopped => return turn_away(world, RefusalReason::Paused, Why::Stopped),
    }
    let settings = &live.program.settings;
    if let Some(key) = &opening.key {
        let holder = world.holders.get(&(live.id, key.clone())).copied();
        match admit(&settings.reentry, holder, world.now) {
            Admission::Free => {}
            Admission::From(run) => {
                // Made in this very batch it is not in the database yet: it is written without the key.
                if let Some(entry) = world.runs.get_mut(&run) {
                    entry.run.key = None;
                }
                world.out.released.push(run);
            }
            // What a run inside waits for is no second entry: nobody asks why it was refused.
            Admission::Refused(_) if awaited(world, holder, opening.event.as_ref()) => return None,
            Admission::Refused(why) => return turn_away(world, RefusalReason::Reentry, why),
        }
    }
    let id = RunId(world.env.id());
    let at = settings.throttle.as_ref().map_or(world.now, |throttle| slot(world, live, throttle));
    let node = live.program.nodes[opening.node].id.clone();
    let state = if settings.concurrency.is_some() { RunState::Queued { node } } else { RunState::Ready { node, at } };
    let body = RunBody { state, event: opening.event, outputs: JsonMap::new(), visits: std::collections::BTreeMap::new() };
    // Counts "since entry" begin with the event that opened the door, also when it took a while to get here.
    let entered_at = opening_instant(&body, world.now);
    if let Some(key) = &opening.key {
        world.holders.insert((live.id, key.clone()), Holder { run: id, entered_at, ended: false });
    }
    let queued = matches!(body.state, RunState::Queued { .. });
    world.add_run(workspace, live, Run { id, customer: opening.customer, key: opening.key, entered_at, body });
    if !queued && at <= world.now {
        world.queue.push_back((id, Stimulus::Due));
    }
    Some(id)
}

fn awaited(world: &World, holder: Option<Holder>, event: Option<&Event>) -> bool {
    let run = holder.and_then(|holder| world.runs.get(&holder.run));
    match (run.map(|entry| &entry.run.body.state), event) {
        (Some(RunState::Awaiting { event: awaits, .. }), Some(event)) => awaits.names.contains(&event.name),
        _ => false,
    }
}

/// How far back the event that opens a door may date its run: a historic import enters now.
const OLDEST_ENTRY: Duration = Duration::from_hours(1);

fn opening_instant(body: &RunBody, now: Timestamp) -> Timestamp {
    let at = body.event.as_ref().map_or(now, |event| event.at);
    if at > now || now.since(at) > OLDEST_ENTRY { now } else { at }
}

/// The next free slot of a throttle: slots are `per / max` apart, and up to `max` of them may be taken at once after a quiet
/// time (the generic cell rate algorithm, ITU-T I.371).
fn slot(world: &mut World, live: &LiveJourney, throttle: &Throttle) -> Timestamp {
    let gap = Duration::from_micros(throttle.per.micros() / i64::from(throttle.max.max(1)));
    let burst = Duration::from_micros(throttle.per.micros() - gap.micros());
    let free = world.out.throttles.get(&live.id).or_else(|| world.throttles.get(&live.id)).copied().unwrap_or(world.now);
    let at = free.max(world.now);
    world.out.throttles.insert(live.id, at.plus(gap));
    at.minus(burst).max(world.now)
}
