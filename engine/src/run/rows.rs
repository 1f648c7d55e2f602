//! What a state becomes in the database: one batch, applied whole or not at all.

use super::run_rows::{RunChanges, run_rows};
use super::tables::{
    ENDED_RUNS, EVENTS, KEYS, MEMBERS, MESSAGES, MOVED_RUNS, NEW_RUNS, PASSAGES, REFUSALS, RESENT, RESENT_BY_INCIDENT, RESOLVED, SCHEDULES,
    SCHEDULES_GONE, SETTLED_INCIDENT, STEPS, TASKS, TASKS_ANSWERED, TASKS_CLOSED, THROTTLES, TIMERS,
};
use crate::delivery::{self, OutboxRow};
use crate::{Environment, inbox, incident};
use std::collections::HashMap;
use tradewind_commerce::profile;
use tradewind_core::changes::{ConsentRow, EventRow, MembershipRow, Refusal, ScheduleRow};
use tradewind_core::message::Pending;
use tradewind_core::state::{State, day};
use tradewind_nodes::id::{CustomerId, JourneyId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Batch, Expect, Value};
use uuid::Uuid;

/// What a commit brought, for those who act on it afterwards.
#[derive(Default)]
pub(crate) struct CommitSummary {
    /// How many effects the relay has room for.
    pub places: usize,
    /// Those that are handed over to it.
    pub outbox: Vec<OutboxRow>,
    /// Whether there are more: they wait in the database.
    pub left_over: bool,
    pub inbox: Vec<Pending>,
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

/// The whole state as one batch, and what follows from it. The relay has room for `places` effects.
#[allow(clippy::too_many_lines, reason = "one table after another, in the order they are written")]
pub(crate) fn batch(state: &mut State, env: &Environment, places: usize) -> (Batch, CommitSummary) {
    let mut batch = Batch::new();
    let mut summary = CommitSummary { places, ..CommitSummary::default() };
    let mut rows = RunChanges::default();
    let now = state.now;
    // In the order of their entry: what they send takes turns by it, and rows that are neighbours are written as neighbours.
    let mut entries: Vec<_> = state.runs.values_mut().collect();
    entries.sort_unstable_by_key(|entry| entry.run.id);
    for entry in entries {
        run_rows(entry, now, env, &mut rows, &mut summary);
    }
    let mut out = std::mem::take(&mut state.changes);
    batch.delete(&inbox::TAKE, out.taken.iter().map(|id| [Value::from(*id)]));
    batch.insert(&MESSAGES, out.seen.iter().map(|id| [Value::from(day(now)), (*id).into()]));
    let people = state.customers.values().filter(|c| c.changed);
    batch.insert(&profile::UPSERT, people.map(|c| profile::values(&c.profile, now)));
    if !out.mergers.is_empty() {
        crate::tables::merge::hand_over(&mut batch, &out.mergers);
    }
    batch.insert(
        &profile::UPSERT_ALIASES,
        out.aliases.iter().map(|alias| [Value::from(alias.from.0), alias.workspace.0.into(), alias.into.0.into(), now.micros().into()]),
    );
    batch.insert(
        &profile::NEW_CONSENTS,
        out.consents.iter().map(|ConsentRow { workspace, customer, change: c }| {
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
            summary.resent = true;
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
        super::held::hold_rows(&mut batch, env, *run, &problem);
    }
    batch.insert(&REFUSALS, out.refusals.iter().filter_map(|r| refusal_values(r, env.id(), now)));
    batch.insert(
        &MEMBERS,
        last_of(out.memberships).into_iter().map(|MembershipRow { workspace, customer, segment, membership: m }| {
            let changes_at = m.changes_at.map(Timestamp::micros);
            vec![customer.0.into(), segment.into(), workspace.0.into(), m.inside.into(), m.since.micros().into(), changes_at.into()]
        }),
    );
    crate::records::write(&mut batch, &mut out.added);
    schedules(&mut batch, &out.schedules, &mut summary);
    let hour = now.micros().div_euclid(3_600_000_000);
    batch.insert(
        &PASSAGES,
        rows.passages.into_iter().map(|((journey, version, node, port), (workspace, passed))| {
            vec![journey.0.into(), version.into(), node.into(), port.into(), hour.into(), workspace.0.into(), Value::from(passed)]
        }),
    );
    batch.insert(&THROTTLES, out.throttles.iter().map(|(journey, at)| [Value::from(journey.0), at.micros().into()]));
    batch.insert(&inbox::ADD, out.inbox.iter().map(inbox::values));
    summary.inbox = out.inbox;
    summary.throttles = out.throttles;
    (batch, summary)
}

/// The last word on each membership: one row may be written once in an operation.
fn last_of(memberships: Vec<MembershipRow>) -> Vec<MembershipRow> {
    let mut last: HashMap<(CustomerId, String), MembershipRow> = HashMap::new();
    for row in memberships {
        last.insert((row.customer, row.segment.clone()), row);
    }
    last.into_values().collect()
}

fn schedules(batch: &mut Batch, changes: &[ScheduleRow], summary: &mut CommitSummary) {
    let mut last: HashMap<(JourneyId, &str, Uuid), &ScheduleRow> = HashMap::new();
    for change in changes {
        last.insert((change.journey, change.node.as_str(), change.subject), change);
    }
    let set: Vec<Vec<Value>> = last
        .values()
        .filter_map(|row| row.due_at.map(|due| (row, due)))
        .map(|(row, due)| {
            summary.next_schedule = Some(summary.next_schedule.map_or(due, |at| at.min(due)));
            vec![row.journey.0.into(), row.node.as_str().into(), row.subject.into(), row.workspace.0.into(), due.micros().into()]
        })
        .collect();
    batch.insert(&SCHEDULES, set);
    let gone = last.values().filter(|row| row.due_at.is_none());
    batch.delete(&SCHEDULES_GONE, gone.map(|row| [Value::from(row.journey.0), row.node.as_str().into(), row.subject.into()]));
}

fn event_values(row: &EventRow) -> Vec<Value> {
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

/// The row of a refusal; an entry about no customer has none.
fn refusal_values(refusal: &Refusal, id: Uuid, now: Timestamp) -> Option<Vec<Value>> {
    Some(vec![
        refusal.customer?.0.into(),
        id.into(),
        refusal.workspace.0.into(),
        refusal.journey.0.into(),
        refusal.version.into(),
        refusal.event.map(|e| e.0).into(),
        refusal.reason.name().into(),
        serde_json::to_string(&refusal.why).unwrap_or_default().into(),
        now.micros().into(),
    ])
}
