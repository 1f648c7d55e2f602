//! What a world becomes in the database: one batch, applied whole or not at all.

use super::moved::{Rows, run_rows};
use super::tables::{
    ENDED_RUNS, EVENTS, KEYS, MEMBERS, MESSAGES, MOVED_RUNS, NEW_RUNS, PASSAGES, REFUSALS, RESENT, RESENT_BY_INCIDENT, RESOLVED, SCHEDULES,
    SCHEDULES_GONE, SETTLED_INCIDENT, STEPS, TASKS, TASKS_ANSWERED, TASKS_CLOSED, THROTTLES, TIMERS,
};
use crate::delivery::{self, OutboxRow};
use crate::world::{World, day};
use crate::{inbox, incident};
use std::collections::HashMap;
use tradewind_commerce::profile;
use tradewind_nodes::id::{CustomerId, JourneyId, WorkspaceId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Batch, Expect, Value};
use uuid::Uuid;

/// What a commit brought, for those who act on it afterwards.
#[derive(Default)]
pub(crate) struct Landed {
    /// How many effects the relay has room for.
    pub places: usize,
    /// Those that are handed over to it.
    pub outbox: Vec<OutboxRow>,
    /// Whether there are more: they wait in the database.
    pub left_over: bool,
    pub inbox: Vec<inbox::Pending>,
    pub next_due: Option<Timestamp>,
    pub next_schedule: Option<Timestamp>,
    pub resent: bool,
    pub steps: u64,
    pub started: u64,
    pub ended: u64,
    /// Journeys whose runs ended: one of their places may be free.
    pub ended_in: HashMap<JourneyId, u64>,
    /// Journeys that somebody entered.
    pub started_in: HashMap<JourneyId, u64>,
    /// Runs that were in the batch.
    pub looked_at: usize,
    pub throttles: HashMap<JourneyId, Timestamp>,
    pub lateness: Vec<i64>,
}

/// The whole world as one batch, and what follows from it. The relay has room for `places` effects.
pub(crate) fn batch(world: &mut World, places: usize) -> (Batch, Landed) {
    let mut batch = Batch::new();
    let mut landed = Landed { places, ..Landed::default() };
    let mut rows = Rows::default();
    let now = world.now;
    let env = world.env.clone();
    // In the order of their entry: what they send takes turns by it, and rows that are neighbours are written as neighbours.
    let mut entries: Vec<_> = world.runs.values_mut().collect();
    entries.sort_unstable_by_key(|entry| entry.run.id);
    for entry in entries {
        run_rows(entry, now, &env, &mut rows, &mut landed);
    }
    let out = std::mem::take(&mut world.out);
    batch.delete(&inbox::TAKE, out.taken.iter().map(|id| [Value::from(*id)]));
    batch.insert(&MESSAGES, out.seen.iter().map(|id| [Value::from(day(now)), (*id).into()]));
    let people = world.customers.values().filter(|c| c.changed);
    batch.insert(&profile::UPSERT, people.map(|c| c.profile.values(now)));
    if !out.mergers.is_empty() {
        crate::world::merge_rows(&mut batch, &out.mergers);
    }
    batch.insert(
        &profile::ALIASES,
        out.aliases.iter().map(|(w, from, into)| [Value::from(*from), w.0.into(), into.0.into(), now.micros().into()]),
    );
    batch.insert(
        &profile::CONSENTS,
        out.consents.iter().map(|(workspace, customer, c)| {
            profile::consent_values(*workspace, *customer, env.id(), &c.channel, &c.purpose, c.status, &c.source, &c.proof.to_string(), now)
        }),
    );
    batch.insert(&EVENTS, out.events.iter().map(event_values));
    // Let go of first, so that whoever takes a key over finds it free.
    batch.update(&KEYS, out.released.iter().map(|run| [Value::from(run.0), Value::Null]));
    batch.update(&KEYS, out.rekeyed.iter().map(|(run, key)| [Value::from(run.0), key.as_str().into()]));
    batch.insert(&NEW_RUNS, rows.new_runs);
    batch.update(&MOVED_RUNS, rows.moved);
    batch.update(&ENDED_RUNS, rows.ended);
    batch.update(&TIMERS, rows.timers);
    batch.insert(&STEPS, rows.steps);
    batch.insert(&delivery::ADD, rows.deliveries);
    batch.update(&RESENT, rows.resent);
    batch.insert(&TASKS, rows.tasks);
    batch.update(
        &TASKS_ANSWERED,
        out.tasks_answered.iter().map(|(task, answer, by)| {
            [Value::from(task.0), "answered".into(), answer.to_string().into(), by.as_str().into(), now.micros().into()]
        }),
    );
    batch.update(&TASKS_CLOSED, rows.tasks_closed);
    for (incident, how) in &out.settled_incidents {
        if *how == "retry" {
            batch.execute(RESENT_BY_INCIDENT, vec![incident.0.into(), now.micros().into()], Expect::Any);
            landed.resent = true;
        }
        batch.execute(SETTLED_INCIDENT, vec![incident.0.into(), (*how).into(), now.micros().into()], Expect::Any);
    }
    // After what people settled by name, so that their word stays.
    for args in rows.resolved {
        batch.execute(RESOLVED, args, Expect::Any);
    }
    batch.insert(&incident::ADD, rows.incidents);
    for run in &out.unusable {
        let problem =
            Problem::new("engine.unusable", "the run or its version cannot be read: put the version or its kinds right, then retry");
        super::held::hold_rows(&mut batch, &env, *run, &problem);
    }
    batch.insert(&REFUSALS, out.refusals.iter().map(|r| refusal_values(r, env.id(), now)));
    batch.insert(
        &MEMBERS,
        last_of(out.memberships).into_iter().map(|(w, c, segment, inside, since, changes_at)| {
            vec![c.0.into(), segment.into(), w.0.into(), inside.into(), since.micros().into(), changes_at.map(Timestamp::micros).into()]
        }),
    );
    schedules(&mut batch, &out.schedules, &mut landed);
    let hour = now.micros().div_euclid(3_600_000_000);
    batch.insert(
        &PASSAGES,
        rows.passages.into_iter().map(|((journey, version, node, port), (workspace, passed))| {
            vec![journey.0.into(), version.into(), node.into(), port.into(), hour.into(), workspace.0.into(), Value::from(passed)]
        }),
    );
    batch.insert(&THROTTLES, out.throttles.iter().map(|(journey, at)| [Value::from(journey.0), at.micros().into()]));
    batch.insert(&inbox::ADD, out.inbox.iter().map(inbox::Pending::values));
    landed.inbox = out.inbox;
    landed.throttles = out.throttles;
    (batch, landed)
}

type Membership = (WorkspaceId, CustomerId, String, bool, Timestamp, Option<Timestamp>);

/// The last word on each membership: one row may be written once in an operation.
fn last_of(memberships: Vec<Membership>) -> Vec<Membership> {
    let mut last: HashMap<(CustomerId, String), Membership> = HashMap::new();
    for membership in memberships {
        last.insert((membership.1, membership.2.clone()), membership);
    }
    last.into_values().collect()
}

fn schedules(batch: &mut Batch, changes: &[crate::world::ScheduleRow], landed: &mut Landed) {
    let mut last: HashMap<(JourneyId, &str, Uuid), &crate::world::ScheduleRow> = HashMap::new();
    for change in changes {
        last.insert((change.journey, change.node.as_str(), change.subject), change);
    }
    let set: Vec<Vec<Value>> = last
        .values()
        .filter_map(|row| row.due_at.map(|due| (row, due)))
        .map(|(row, due)| {
            landed.next_schedule = Some(landed.next_schedule.map_or(due, |at| at.min(due)));
            vec![row.journey.0.into(), row.node.as_str().into(), row.subject.into(), row.workspace.0.into(), due.micros().into()]
        })
        .collect();
    batch.insert(&SCHEDULES, set);
    let gone = last.values().filter(|row| row.due_at.is_none());
    batch.delete(&SCHEDULES_GONE, gone.map(|row| [Value::from(row.journey.0), row.node.as_str().into(), row.subject.into()]));
}

fn event_values(row: &crate::world::EventRow) -> Vec<Value> {
    let json =
        |map: &tradewind_nodes::JsonMap| if map.is_empty() { "{}".to_owned() } else { serde_json::to_string(map).unwrap_or_default() };
    vec![
        row.customer.0.into(),
        row.event.at.micros().into(),
        row.event.id.0.into(),
        row.workspace.0.into(),
        row.call.into(),
        row.event.name.replace('\0', "\u{fffd}").into(),
        json(&row.event.properties).into(),
        json(&row.event.context).into(),
        row.message_id.replace('\0', "\u{fffd}").into(),
        row.received_at.micros().into(),
    ]
}

fn refusal_values(refusal: &crate::world::Refusal, id: Uuid, now: Timestamp) -> Vec<Value> {
    vec![
        refusal.customer.0.into(),
        id.into(),
        refusal.workspace.0.into(),
        refusal.journey.0.into(),
        refusal.version.into(),
        refusal.event.map(|e| e.0).into(),
        refusal.reason.name().into(),
        serde_json::to_string(&refusal.why).unwrap_or_default().into(),
        now.micros().into(),
    ]
}
