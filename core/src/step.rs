//! Stepping runs in memory until nothing is queued.

use crate::catalog::Status;
use crate::command::{self, Giver};
use crate::state::{RunEntry, State, Stimulus};
use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::RunId;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::run::{Input, RunState, Step, StepOutcome, Subject, Transition, TransitionIncident, advance};
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;

/// Steps every queued run, in order.
pub fn drain(state: &mut State) {
    while step_next(state).is_some() {}
}

/// Steps the run that is first in the queue and gives its id; what came of it is the last of its transitions. None when nothing is
/// queued.
pub fn step_next(state: &mut State) -> Option<RunId> {
    let (run, stimulus) = state.queue.pop_front()?;
    step(state, run, &stimulus);
    Some(run)
}

fn step(state: &mut State, id: RunId, stimulus: &Stimulus) {
    let Some(entry) = state.runs.get_mut(&id) else { return };
    let status = state.catalog.journey(entry.workspace, entry.journey).map(|live| live.status);
    // A journey that is archived or gone has nobody to let in, but those inside may finish.
    let paused = status == Some(Status::Paused);
    if paused && matches!(stimulus, Stimulus::Due) {
        entry.parked = true;
        entry.reset_timer = true;
        return;
    }
    let nobody = BTreeSet::new();
    let mut subject = match entry.run.customer.and_then(|customer| state.customers.get_mut(&customer)) {
        Some(person) => {
            Subject { customer: Some(&mut person.profile.customer), history: person.history.as_slice(), segments: &person.segments }
        }
        None => Subject { customer: None, history: &[], segments: &nobody },
    };
    match advance_safely(entry, &mut subject, stimulus, paused, state.now) {
        Some(transition) => keep(state, id, transition, stimulus),
        // A timer that came early (a pause was lifted) or meant nothing is set again to what the state says; so is that of a
        // run taken off its timer because it could not be stored, when a person wants it tried again.
        None if matches!(stimulus, Stimulus::Due | Stimulus::Retry) => entry.reset_timer = true,
        None => {}
    }
}

/// Steps a run so that a panic in a node's code becomes an incident of this run and of no other.
fn advance_safely(
    entry: &mut RunEntry,
    subject: &mut Subject<'_>,
    stimulus: &Stimulus,
    paused: bool,
    now: Timestamp,
) -> Option<Transition> {
    let before = entry.run.body.state.node().cloned();
    let program = entry.program.clone();
    let run = &mut entry.run;
    let stepped = std::panic::catch_unwind(AssertUnwindSafe(|| advance(&program, run, subject, input(stimulus), paused, now)));
    stepped.unwrap_or_else(|_| {
        let node = before?;
        let problem = Problem::new("engine.panic", "the node's code broke off: report it, then retry or skip the step");
        let step = Step {
            node: node.clone(),
            visit: 1,
            at: now,
            outcome: StepOutcome::Failed(problem.clone()),
            why: Why::words(problem.message.clone()),
        };
        run.body.state = RunState::Held { node: node.clone(), visit: 1, since: now, problem: problem.clone(), effect: false };
        let incident = Some(TransitionIncident { node, visit: 1, effect: false, problem });
        Some(Transition { steps: vec![step], incident, ..Transition::default() })
    })
}

fn input(stimulus: &Stimulus) -> Input<'_> {
    match stimulus {
        Stimulus::Due => Input::Due,
        Stimulus::Admitted => Input::Admitted,
        Stimulus::Event(event) => Input::Event(event),
        Stimulus::Changed => Input::Changed,
        Stimulus::Receipt { node, visit, receipt } => Input::Receipt { node, visit: *visit, receipt },
        Stimulus::Answer { task, answer, .. } => Input::Answer { task: *task, answer },
        Stimulus::Retry => Input::Retry,
        Stimulus::Skip(port) => Input::Skip(port),
        Stimulus::Cancel(reason) => Input::Cancel(reason),
        Stimulus::TurnOut(why) => Input::TurnOut(why),
    }
}

/// Applies the commands of a transition and keeps it to be written.
fn keep(state: &mut State, id: RunId, mut transition: Transition, stimulus: &Stimulus) {
    let Some(entry) = state.runs.get_mut(&id) else { return };
    let giver = Giver {
        workspace: entry.workspace,
        run: id,
        customer: entry.run.customer,
        depth: entry.run.body.event.as_ref().map_or(0, Event::depth).saturating_add(1),
    };
    let (journey, key) = (entry.journey, entry.run.key.clone());
    let ended = matches!(entry.run.body.state, RunState::Done { .. });
    if let Stimulus::Answer { task, answer, by } = stimulus
        && transition.closed_task == Some(*task)
    {
        state.changes.tasks_answered.push((*task, answer.clone(), by.clone()));
    }
    if transition.customer_changed
        && let Some(person) = giver.customer.and_then(|customer| state.customers.get_mut(&customer))
    {
        person.changed = true;
    }
    let commands = std::mem::take(&mut transition.commands);
    entry.transitions.push(transition);
    if ended {
        if let Some(runs) = giver.customer.and_then(|customer| state.runs_of.get_mut(&customer)) {
            runs.retain(|run| *run != id);
        }
        if let Some(holder) = key.and_then(|key| state.holders.get_mut(&(journey, key))).filter(|holder| holder.run == id) {
            holder.ended = true;
        }
    }
    for (at, (node, visit, command)) in commands.into_iter().enumerate() {
        command::apply(state, &giver, &format!("{id}.{node}.{visit}.{at}"), command);
    }
}
