//! What a world becomes in the database: one batch, applied whole or not at all.

use super::step::outcome;
use crate::inbox;
use crate::world::{RunEntry, World, day};
use std::collections::HashMap;
use std::sync::Arc;
use tradewind_commerce::profile;
use tradewind_nodes::effect::Effect;
use tradewind_nodes::id::{CustomerId, EffectKey, JourneyId, Shard, WorkspaceId};
use tradewind_nodes::run::{RunState, StepOutcome, Transition};
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_store::{Batch, Conflict, Delete, Expect, Insert, Ty, Update, Value};
use uuid::Uuid;

const RUN_COLUMNS: &[(&str, Ty)] = &[
    ("id", Ty::Uuid),
    ("workspace_id", Ty::Uuid),
    ("shard", Ty::Int),
    ("journey_id", Ty::Uuid),
    ("version", Ty::Int),
    ("customer_id", Ty::Uuid),
    ("run_key", Ty::Text),
    ("state", Ty::Text),
    ("node", Ty::Text),
    ("due_at", Ty::Int),
    ("body", Ty::Text),
    ("seq", Ty::Int),
    ("entered_at", Ty::Int),
    ("updated_at", Ty::Int),
    ("ended_at", Ty::Int),
    ("outcome", Ty::Text),
];
static NEW_RUNS: Insert = Insert::new("runs", RUN_COLUMNS);
/// The sequence number read is part of the key: a run that moved on meanwhile makes the batch void.
static MOVED_RUNS: Update = Update::new(
    "runs",
    &[("id", Ty::Uuid), ("seq", Ty::Int)],
    &[("state", Ty::Text), ("node", Ty::Text), ("due_at", Ty::Int), ("body", Ty::Text), ("seq", Ty::Int), ("updated_at", Ty::Int)],
)
.expect_all();
static ENDED_RUNS: Update = Update::new(
    "runs",
    &[("id", Ty::Uuid), ("seq", Ty::Int)],
    &[
        ("state", Ty::Text),
        ("due_at", Ty::Int),
        ("body", Ty::Text),
        ("seq", Ty::Int),
        ("updated_at", Ty::Int),
        ("ended_at", Ty::Int),
        ("outcome", Ty::Text),
    ],
)
.expect_all();
static TIMERS: Update = Update::new("runs", &[("id", Ty::Uuid), ("seq", Ty::Int)], &[("due_at", Ty::Int)]).expect_all();
static RELEASED: Update = Update::new("runs", &[("id", Ty::Uuid)], &[("run_key", Ty::Text)]);
static STEPS: Insert = Insert::new("steps", &[("run_id", Ty::Uuid), ("seq", Ty::Int), ("at", Ty::Int), ("body", Ty::Text)]);
static MESSAGES: Insert = Insert::new("messages", &[("day", Ty::Int), ("id", Ty::Uuid)]);
static EVENTS: Insert = Insert::new(
    "events",
    &[
        ("customer_id", Ty::Uuid),
        ("at", Ty::Int),
        ("id", Ty::Uuid),
        ("workspace_id", Ty::Uuid),
        ("type", Ty::Text),
        ("name", Ty::Text),
        ("properties", Ty::Text),
        ("context", Ty::Text),
        ("message_id", Ty::Text),
        ("received_at", Ty::Int),
    ],
);
static REFUSALS: Insert = Insert::new(
    "refusals",
    &[
        ("customer_id", Ty::Uuid),
        ("id", Ty::Uuid),
        ("workspace_id", Ty::Uuid),
        ("journey_id", Ty::Uuid),
        ("version", Ty::Int),
        ("event_id", Ty::Uuid),
        ("reason", Ty::Text),
        ("why", Ty::Text),
        ("at", Ty::Int),
    ],
);
static DELIVERIES: Insert = Insert::new(
    "deliveries",
    &[
        ("run_id", Ty::Uuid),
        ("node", Ty::Text),
        ("visit", Ty::Int),
        ("id", Ty::Uuid),
        ("workspace_id", Ty::Uuid),
        ("shard", Ty::Int),
        ("journey_id", Ty::Uuid),
        ("version", Ty::Int),
        ("customer_id", Ty::Uuid),
        ("channel", Ty::Text),
        ("state", Ty::Text),
        ("awaited", Ty::Bool),
        ("attempts", Ty::Int),
        ("due_at", Ty::Int),
        ("effect", Ty::Text),
        ("created_at", Ty::Int),
    ],
);
static RESENT: Update = Update::new(
    "deliveries",
    &[("run_id", Ty::Uuid), ("node", Ty::Text), ("visit", Ty::Int)],
    &[("state", Ty::Text), ("attempts", Ty::Int), ("due_at", Ty::Int), ("settled_at", Ty::Int)],
);
static TASKS: Insert = Insert::new(
    "tasks",
    &[
        ("id", Ty::Uuid),
        ("workspace_id", Ty::Uuid),
        ("run_id", Ty::Uuid),
        ("journey_id", Ty::Uuid),
        ("node", Ty::Text),
        ("visit", Ty::Int),
        ("question", Ty::Text),
        ("state", Ty::Text),
        ("due_at", Ty::Int),
        ("created_at", Ty::Int),
    ],
);
static TASKS_ANSWERED: Update = Update::new(
    "tasks",
    &[("id", Ty::Uuid)],
    &[("state", Ty::Text), ("answer", Ty::Text), ("answered_by", Ty::Text), ("answered_at", Ty::Int)],
);
static TASKS_CLOSED: Update = Update::new("tasks", &[("id", Ty::Uuid), ("state", Ty::Text)], &[("state", Ty::Text), ("answered_at", Ty::Int)]);
static INCIDENTS: Insert = Insert::new(
    "incidents",
    &[
        ("id", Ty::Uuid),
        ("workspace_id", Ty::Uuid),
        ("journey_id", Ty::Uuid),
        ("version", Ty::Int),
        ("run_id", Ty::Uuid),
        ("node", Ty::Text),
        ("visit", Ty::Int),
        ("subject", Ty::Text),
        ("problem", Ty::Text),
        ("state", Ty::Text),
        ("opened_at", Ty::Int),
    ],
);
/// Whatever moved a held run on has resolved its incident.
const RESOLVED: &str = "UPDATE incidents SET state = 'resolved', resolution = $2, resolved_at = $3 WHERE run_id = $1 AND state = 'open'";
static MEMBERS: Insert = Insert::new(
    "segment_members",
    &[("customer_id", Ty::Uuid), ("segment", Ty::Text), ("workspace_id", Ty::Uuid), ("inside", Ty::Bool), ("since", Ty::Int), ("changes_at", Ty::Int)],
)
.on_conflict(Conflict::Update { key: &["customer_id", "segment"], set: &["inside", "since", "changes_at"] });
static SCHEDULES: Insert = Insert::new(
    "schedules",
    &[("journey_id", Ty::Uuid), ("node", Ty::Text), ("subject", Ty::Uuid), ("workspace_id", Ty::Uuid), ("due_at", Ty::Int)],
)
.on_conflict(Conflict::Update { key: &["journey_id", "node", "subject"], set: &["due_at"] });
static SCHEDULES_GONE: Delete = Delete::new("schedules", &[("journey_id", Ty::Uuid), ("node", Ty::Text), ("subject", Ty::Uuid)]);
static PASSAGES: Insert = Insert::new(
    "passages",
    &[
        ("journey_id", Ty::Uuid),
        ("version", Ty::Int),
        ("node", Ty::Text),
        ("port", Ty::Text),
        ("hour", Ty::Int),
        ("workspace_id", Ty::Uuid),
        ("passed", Ty::Int),
    ],
)
.on_conflict(Conflict::Add { key: &["journey_id", "version", "node", "port", "hour"], add: &["passed"], set: &[] });
static THROTTLES: Insert = Insert::new("throttles", &[("journey_id", Ty::Uuid), ("free_at", Ty::Int)])
    .on_conflict(Conflict::Update { key: &["journey_id"], set: &["free_at"] });

/// A delivery nobody waited for is sent again although its run has long gone on.
const RESENT_BY_INCIDENT: &str = "UPDATE deliveries SET state = 'pending', attempts = 0, due_at = $2, settled_at = NULL WHERE state = 'failed' \
    AND run_id = (SELECT run_id FROM incidents WHERE id = $1 AND state = 'open' AND subject = 'delivery') \
    AND node = (SELECT node FROM incidents WHERE id = $1) AND visit = (SELECT visit FROM incidents WHERE id = $1)";
const SETTLED_INCIDENT: &str = "UPDATE incidents SET state = 'resolved', resolution = $2, resolved_at = $3 WHERE id = $1 AND state = 'open'";
pub(crate) const STATEMENTS: &[&str] = &[RESOLVED, RESENT_BY_INCIDENT, SETTLED_INCIDENT];

/// An effect that the commit put into the outbox.
#[derive(Clone, Debug)]
pub(crate) struct OutboxRow {
    pub id: Uuid,
    pub key: EffectKey,
    pub workspace: WorkspaceId,
    pub journey: JourneyId,
    pub version: u32,
    pub customer: Option<CustomerId>,
    pub shard: Shard,
    pub awaited: bool,
    pub attempts: u32,
    pub created_at: Timestamp,
    pub effect: Arc<Effect>,
}

/// What a commit brought, for those who act on it afterwards.
#[derive(Default)]
pub(crate) struct Landed {
    pub outbox: Vec<OutboxRow>,
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

#[derive(Default)]
struct Rows {
    new_runs: Vec<Vec<Value>>,
    moved: Vec<Vec<Value>>,
    ended: Vec<Vec<Value>>,
    timers: Vec<Vec<Value>>,
    steps: Vec<Vec<Value>>,
    deliveries: Vec<Vec<Value>>,
    resent: Vec<Vec<Value>>,
    tasks: Vec<Vec<Value>>,
    tasks_closed: Vec<Vec<Value>>,
    incidents: Vec<Vec<Value>>,
    resolved: Vec<Vec<Value>>,
    passages: HashMap<(JourneyId, u32, String, String), (WorkspaceId, i64)>,
}

/// The whole world as one batch, and what follows from it.
pub(crate) fn batch(world: &mut World) -> (Batch, Landed) {
    let mut batch = Batch::new();
    let mut landed = Landed::default();
    let mut rows = Rows::default();
    let now = world.now;
    let env = world.env.clone();
    for entry in world.runs.values_mut() {
        run_rows(entry, now, &env, &mut rows, &mut landed);
    }
    let out = std::mem::take(&mut world.out);
    batch.delete(&inbox::TAKE, out.taken.iter().map(|id| [Value::from(*id)]));
    batch.insert(&MESSAGES, out.seen.iter().map(|id| [Value::from(day(now)), (*id).into()]));
    let people = world.customers.values().filter(|c| c.changed);
    batch.insert(&profile::UPSERT, people.map(|c| c.profile.values(now)));
    if !out.mergers.is_empty() {
        crate::trigger::merge_rows(&mut batch, &out.mergers);
    }
    batch.insert(&profile::ALIASES, out.aliases.iter().map(|(w, from, into)| [Value::from(*from), w.0.into(), into.0.into(), now.micros().into()]));
    batch.insert(
        &profile::CONSENTS,
        out.consents.iter().map(|(workspace, customer, c)| {
            profile::consent_values(*workspace, *customer, env.id(), &c.channel, &c.purpose, c.status, &c.source, &c.proof.to_string(), now)
        }),
    );
    batch.insert(&EVENTS, out.events.iter().map(event_values));
    batch.update(&RELEASED, out.released.iter().map(|run| [Value::from(run.0), Value::Null]));
    batch.insert(&NEW_RUNS, rows.new_runs);
    batch.update(&MOVED_RUNS, rows.moved);
    batch.update(&ENDED_RUNS, rows.ended);
    batch.update(&TIMERS, rows.timers);
    batch.insert(&STEPS, rows.steps);
    batch.insert(&DELIVERIES, rows.deliveries);
    batch.update(&RESENT, rows.resent);
    batch.insert(&TASKS, rows.tasks);
    batch.update(
        &TASKS_ANSWERED,
        out.tasks_answered
            .iter()
            .map(|(task, answer, by)| [Value::from(task.0), "answered".into(), answer.to_string().into(), by.as_str().into(), now.micros().into()]),
    );
    batch.update(&TASKS_CLOSED, rows.tasks_closed);
    for args in rows.resolved {
        batch.execute(RESOLVED, args, Expect::Any);
    }
    for (incident, how) in &out.settled_incidents {
        if *how == "retry" {
            batch.execute(RESENT_BY_INCIDENT, vec![incident.0.into(), now.micros().into()], Expect::Any);
            landed.resent = true;
        }
        batch.execute(SETTLED_INCIDENT, vec![incident.0.into(), (*how).into(), now.micros().into()], Expect::Any);
    }
    batch.insert(&INCIDENTS, rows.incidents);
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
    let json = |map: &tradewind_nodes::JsonMap| if map.is_empty() { "{}".to_owned() } else { serde_json::to_string(map).unwrap_or_default() };
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

fn run_rows(entry: &mut RunEntry, now: Timestamp, env: &crate::Environment, rows: &mut Rows, landed: &mut Landed) {
    if let Some(due) = entry.due
        && !entry.transitions.is_empty()
    {
        landed.lateness.push(now.since(due).micros());
    }
    if entry.transitions.is_empty() && !entry.fresh {
        if entry.reset_timer {
            let due = if entry.parked { None } else { entry.run.body.state.due_at() };
            landed.next_due = soonest(landed.next_due, due);
            rows.timers.push(vec![entry.run.id.0.into(), entry.seq.into(), due.map(Timestamp::micros).into()]);
        }
        return;
    }
    let before = entry.seq;
    for transition in std::mem::take(&mut entry.transitions) {
        if !transition.steps.is_empty() {
            entry.seq += 1;
            let body = serde_json::to_string(&transition.steps).unwrap_or_default();
            rows.steps.push(vec![entry.run.id.0.into(), entry.seq.into(), now.micros().into(), body.into()]);
        }
        transition_rows(entry, transition, now, env, rows, landed);
    }
    if entry.seq == before && !entry.fresh {
        // Nothing for the ledger (a wait looked again), yet the sequence must move: it is what guards the row.
        entry.seq += 1;
    }
    let state = &entry.run.body.state;
    let due = if entry.parked { None } else { state.due_at() };
    landed.next_due = soonest(landed.next_due, due);
    if entry.fresh {
        landed.started += 1;
        *landed.started_in.entry(entry.journey).or_insert(0) += 1;
        rows.new_runs.push(new_values(entry, due, now));
    } else {
        rows_of_moved(entry, before, due, now, rows);
    }
    if matches!(entry.run.body.state, RunState::Done { .. }) {
        landed.ended += 1;
        *landed.ended_in.entry(entry.journey).or_insert(0) += 1;
    }
}

fn soonest(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

fn ended_columns(state: &RunState) -> (Value, Value) {
    match state {
        RunState::Done { end, at } => (at.micros().into(), outcome(end).into()),
        _ => (Value::Null, Value::Null),
    }
}

fn body_text(entry: &RunEntry) -> Value {
    serde_json::to_string(&entry.run.body).unwrap_or_default().into()
}

fn new_values(entry: &RunEntry, due: Option<Timestamp>, now: Timestamp) -> Vec<Value> {
    let run = &entry.run;
    let (ended_at, outcome) = ended_columns(&run.body.state);
    vec![
        run.id.0.into(),
        entry.workspace.0.into(),
        entry.shard.0.into(),
        entry.journey.0.into(),
        entry.version.into(),
        run.customer.map(|c| c.0).into(),
        run.key.as_deref().into(),
        run.body.state.name().into(),
        run.body.state.node().map_or("", |n| n.as_str()).into(),
        due.map(Timestamp::micros).into(),
        body_text(entry),
        entry.seq.into(),
        run.entered_at.micros().into(),
        now.micros().into(),
        ended_at,
        outcome,
    ]
}

fn rows_of_moved(entry: &RunEntry, before: i64, due: Option<Timestamp>, now: Timestamp, rows: &mut Rows) {
    let state = &entry.run.body.state;
    let mut values: Vec<Value> = vec![entry.run.id.0.into(), before.into(), state.name().into()];
    if let RunState::Done { .. } = state {
        let (ended_at, outcome) = ended_columns(state);
        values.extend([Value::Null, body_text(entry), entry.seq.into(), now.micros().into(), ended_at, outcome]);
        rows.ended.push(values);
    } else {
        let node = state.node().map_or("", |n| n.as_str());
        values.extend([node.into(), due.map(Timestamp::micros).into(), body_text(entry), entry.seq.into(), now.micros().into()]);
        rows.moved.push(values);
    }
}

fn transition_rows(entry: &RunEntry, transition: Transition, now: Timestamp, env: &crate::Environment, rows: &mut Rows, landed: &mut Landed) {
    let mut moved_on = false;
    landed.steps += transition.steps.len() as u64;
    for step in &transition.steps {
        let port = match &step.outcome {
            StepOutcome::Went(port) | StepOutcome::Skipped(port) => port.as_str(),
            StepOutcome::Failed(_) => "!",
            StepOutcome::Ended(_) => ".",
            _ => continue,
        };
        moved_on |= port != "!";
        let key = (entry.journey, entry.version, step.node.to_string(), port.to_owned());
        rows.passages.entry(key).or_insert((entry.workspace, 0)).1 += 1;
    }
    if let Some((node, visit)) = &transition.resend {
        landed.resent = true;
        rows.resent.push(vec![entry.run.id.0.into(), node.as_str().into(), (*visit).into(), "pending".into(), 0.into(), now.micros().into(), Value::Null]);
    }
    if !entry.fresh && (moved_on || transition.resend.is_some()) && transition.incident.is_none() {
        let how = if transition.resend.is_some() { "retry" } else { "moved on" };
        // Only a held run has an open incident; the statement finds nothing for the rest, so it is sent for those alone.
        if entry.was_held {
            rows.resolved.push(vec![entry.run.id.0.into(), how.into(), now.micros().into()]);
        }
    }
    for emitted in transition.effects {
        let key = EffectKey { run: entry.run.id, node: emitted.node, visit: emitted.visit };
        let row = OutboxRow {
            id: env.id(),
            key,
            workspace: entry.workspace,
            journey: entry.journey,
            version: entry.version,
            customer: entry.run.customer,
            shard: entry.shard,
            awaited: emitted.awaited,
            attempts: 0,
            created_at: now,
            effect: Arc::from(emitted.effect),
        };
        rows.deliveries.push(delivery_values(&row));
        landed.outbox.push(row);
    }
    for asked in transition.asked {
        let question = serde_json::to_string(&asked.question).unwrap_or_default();
        rows.tasks.push(vec![
            asked.task.0.into(),
            entry.workspace.0.into(),
            entry.run.id.0.into(),
            entry.journey.0.into(),
            asked.node.as_str().into(),
            asked.visit.into(),
            question.into(),
            "open".into(),
            asked.deadline.map(Timestamp::micros).into(),
            now.micros().into(),
        ]);
    }
    if let Some(task) = transition.closed_task {
        rows.tasks_closed.push(vec![task.0.into(), "open".into(), "expired".into(), now.micros().into()]);
    }
    if let Some(incident) = transition.incident {
        metrics::counter!("tradewind_incidents_total").increment(1);
        rows.incidents.push(vec![
            env.id().into(),
            entry.workspace.0.into(),
            entry.journey.0.into(),
            entry.version.into(),
            entry.run.id.0.into(),
            incident.node.as_str().into(),
            incident.visit.into(),
            if incident.effect { "delivery" } else { "run" }.into(),
            serde_json::to_string(&incident.problem).unwrap_or_default().into(),
            "open".into(),
            now.micros().into(),
        ]);
    }
}

fn delivery_values(row: &OutboxRow) -> Vec<Value> {
    vec![
        row.key.run.0.into(),
        row.key.node.as_str().into(),
        row.key.visit.into(),
        row.id.into(),
        row.workspace.0.into(),
        row.shard.0.into(),
        row.journey.0.into(),
        row.version.into(),
        row.customer.map(|c| c.0).into(),
        row.effect.payload.channel().into(),
        "pending".into(),
        row.awaited.into(),
        row.attempts.into(),
        row.created_at.plus(HANDED_OVER).micros().into(),
        serde_json::to_string(&*row.effect).unwrap_or_default().into(),
        row.created_at.micros().into(),
    ]
}

/// How long a new effect belongs to the process that committed it, in whose memory it already is. Only after that, or after a
/// restart, is it found in the database; otherwise it would be taken twice.
const HANDED_OVER: Duration = Duration::from_secs(10);
