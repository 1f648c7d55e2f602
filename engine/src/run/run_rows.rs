//! What happened to one run, as rows.

use super::rows::CommitSummary;
use crate::delivery::OutboxRow;
use crate::incident::NewIncident;
use std::collections::HashMap;
use std::sync::Arc;
use tradewind_core::state::RunEntry;
use tradewind_nodes::id::{EffectKey, JourneyId, WorkspaceId};
use tradewind_nodes::kind::End;
use tradewind_nodes::run::{RunState, StepOutcome, Transition};
use tradewind_nodes::time::Timestamp;
use tradewind_store::Value;

/// The port under which entries into a journey are counted, at no node.
const ENTERED: &str = ">";

/// The rows of all runs of a batch, by table.
#[derive(Default)]
pub(super) struct RunChanges {
    pub new_runs: Vec<Vec<Value>>,
    pub moved: Vec<Vec<Value>>,
    pub ended: Vec<Vec<Value>>,
    pub timers: Vec<Vec<Value>>,
    pub steps: Vec<Vec<Value>>,
    pub deliveries: Vec<Vec<Value>>,
    pub resent: Vec<Vec<Value>>,
    pub tasks: Vec<Vec<Value>>,
    pub tasks_closed: Vec<Vec<Value>>,
    pub incidents: Vec<Vec<Value>>,
    pub resolved: Vec<Vec<Value>>,
    pub passages: HashMap<(JourneyId, u32, String, String), (WorkspaceId, i64)>,
}

pub(super) fn run_rows(entry: &mut RunEntry, now: Timestamp, env: &crate::Environment, rows: &mut RunChanges, summary: &mut CommitSummary) {
    if let Some(due) = entry.due
        && !entry.transitions.is_empty()
    {
        summary.lateness.push(now.since(due).micros());
    }
    if entry.transitions.is_empty() && !entry.fresh {
        if entry.reset_timer {
            let due = if entry.parked { None } else { entry.run.body.state.due_at() };
            summary.next_due = soonest(summary.next_due, due);
            rows.timers.push(vec![entry.run.id.0.into(), entry.seq.into(), due.map(Timestamp::micros).into()]);
        }
        return;
    }
    let (before, incidents) = (entry.seq, rows.incidents.len());
    for transition in std::mem::take(&mut entry.transitions) {
        if !transition.steps.is_empty() {
            entry.seq += 1;
            let body = serde_json::to_string(&transition.steps).unwrap_or_default();
            rows.steps.push(vec![entry.run.id.0.into(), entry.seq.into(), now.micros().into(), body.into()]);
        }
        transition_rows(entry, transition, now, env, rows, summary);
    }
    // What a later transition of the batch has settled needs nobody: at most the last one is an incident.
    let open = if matches!(entry.run.body.state, RunState::Held { .. }) {
        rows.incidents.len().saturating_sub(1).max(incidents)
    } else {
        rows.incidents.len()
    };
    rows.incidents.drain(incidents..open);
    if entry.seq == before && !entry.fresh {
        // Nothing for the ledger (a wait looked again), yet the sequence must move: it is what guards the row.
        entry.seq += 1;
    }
    let state = &entry.run.body.state;
    let due = if entry.parked { None } else { state.due_at() };
    summary.next_due = soonest(summary.next_due, due);
    if entry.fresh {
        summary.started += 1;
        let key = (entry.journey, entry.version, String::new(), ENTERED.to_owned());
        rows.passages.entry(key).or_insert((entry.workspace, 0)).1 += 1;
        *summary.started_in.entry(entry.journey).or_insert(0) += 1;
        rows.new_runs.push(new_values(entry, due, now));
    } else {
        push_moved(entry, before, due, now, rows);
    }
    if matches!(entry.run.body.state, RunState::Done { .. }) {
        summary.ended += 1;
        *summary.ended_in.entry(entry.journey).or_insert(0) += 1;
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

fn push_moved(entry: &RunEntry, before: i64, due: Option<Timestamp>, now: Timestamp, rows: &mut RunChanges) {
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

#[allow(clippy::too_many_lines, reason = "one row after another, in the order they are written")]
fn transition_rows(
    entry: &RunEntry,
    transition: Transition,
    now: Timestamp,
    env: &crate::Environment,
    rows: &mut RunChanges,
    summary: &mut CommitSummary,
) {
    let mut moved_on = false;
    summary.steps += transition.steps.len() as u64;
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
        summary.resent = true;
        rows.resent.push(vec![
            entry.run.id.0.into(),
            node.as_str().into(),
            (*visit).into(),
            "pending".into(),
            0.into(),
            now.micros().into(),
            Value::Null,
        ]);
    }
    // Only a run that was held has an open incident; a step that fails again opens another one after this.
    if entry.was_held {
        let how = if moved_on { "moved on" } else { "retry" };
        rows.resolved.push(vec![entry.run.id.0.into(), how.into(), now.micros().into()]);
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
            due_at: now,
            effect: Arc::from(emitted.effect),
        };
        let handed_over = summary.outbox.len() < summary.places;
        rows.deliveries.push(row.values(handed_over));
        if handed_over {
            summary.outbox.push(row);
        } else {
            summary.left_over = true;
        }
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
        let cancelled = transition.steps.iter().any(|step| matches!(step.outcome, StepOutcome::Ended(End::Cancelled { .. })));
        let how = if cancelled { "cancelled" } else { "expired" };
        rows.tasks_closed.push(vec![task.0.into(), "open".into(), how.into(), now.micros().into()]);
    }
    if let Some(incident) = transition.incident {
        let new = NewIncident {
            id: env.id(),
            workspace: entry.workspace,
            journey: entry.journey,
            version: entry.version,
            run: entry.run.id,
            node: &incident.node,
            visit: incident.visit,
            delivery: incident.effect,
            problem: &incident.problem,
        };
        rows.incidents.push(new.values(now));
    }
}

/// Whether a run ended well, as the `outcome` column names it.
fn outcome(end: &End) -> &'static str {
    match end {
        End::Completed => "completed",
        End::Exited { .. } => "exited",
        End::Goal { .. } => "goal",
        End::Cancelled { .. } => "cancelled",
    }
}
