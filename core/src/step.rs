//! Stepping runs in memory until nothing is queued.

use crate::catalog::Status;
use crate::commands::{self, Giver};
use crate::state::{RunEntry, State, Stimulus};
use std::panic::AssertUnwindSafe;
use tradewind_nodes::JsonMap;
use tradewind_nodes::command::Command;
use tradewind_nodes::fact::{Event, NO_SEGMENTS};
use tradewind_nodes::id::{CustomerId, RunId, WorkspaceId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::run::{CommandAt, Input, Known, RunState, Step, StepOutcome, Subject, Transition, TransitionIncident, advance};
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

/// Whom a run is about in the state of the batch, and who does its commands there.
struct Person<'s> {
    state: &'s mut State,
    workspace: WorkspaceId,
    run: RunId,
    customer: Option<CustomerId>,
    depth: u32,
}

impl Subject for Person<'_> {
    fn known(&self) -> Known<'_> {
        match self.customer.and_then(|customer| self.state.customers.get(&customer)) {
            Some(person) => Known { customer: Some(&person.profile.customer), history: &person.history, segments: &person.segments },
            None => Known { customer: None, history: &[], segments: &NO_SEGMENTS },
        }
    }

    fn command(&mut self, command: Command, CommandAt { node, visit, place }: CommandAt<'_>) -> Result<JsonMap, Problem> {
        let Self { workspace, run, customer, depth, .. } = *self;
        commands::run(command, self.state, &Giver { workspace, run, customer, depth, node, visit, place })
    }
}

fn step(state: &mut State, id: RunId, stimulus: &Stimulus) {
    // Taken out while it is stepped, as its commands change the rest of the state.
    let Some(mut entry) = state.runs.remove(&id) else { return };
    step_entry(state, &mut entry, stimulus);
    state.runs.insert(id, entry);
}

fn step_entry(state: &mut State, entry: &mut RunEntry, stimulus: &Stimulus) {
    let status = state.catalog.journey(entry.workspace, entry.journey).map(|live| live.status);
    // A journey that is archived or gone has nobody to let in, but those inside may finish.
    let paused = status == Some(Status::Paused);
    if paused && matches!(stimulus, Stimulus::Due) {
        entry.parked = true;
        entry.reset_timer = true;
        return;
    }
    match advance_safely(state, entry, stimulus, paused) {
        Some(transition) => keep(state, entry, transition, stimulus),
        // A timer that came early (a pause was lifted) or meant nothing is set again to what the state says; so is that of a
        // run taken off its timer because it could not be stored, when a person wants it tried again.
        None if matches!(stimulus, Stimulus::Due | Stimulus::Retry) => entry.reset_timer = true,
        None => {}
    }
}

/// Steps a run so that a panic becomes an incident of this run and of no other. One in a node's code is caught where it happens; here
/// are those in what surrounds it.
fn advance_safely(state: &mut State, entry: &mut RunEntry, stimulus: &Stimulus, paused: bool) -> Option<Transition> {
    let (now, before) = (state.now, entry.run.body.state.node().cloned());
    let program = entry.program.clone();
    let (workspace, run) = (entry.workspace, &mut entry.run);
    let depth = run.body.event.as_ref().map_or(0, Event::depth).saturating_add(1);
    let mut person = Person { workspace, run: run.id, customer: run.customer, depth, state };
    let stepped = std::panic::catch_unwind(AssertUnwindSafe(|| advance(&program, run, &mut person, input(stimulus), paused, now)));
    stepped.unwrap_or_else(|_| {
        let node = before?;
        let problem = Problem::new("engine.panic", "the engine's code broke off: report it, then retry or skip the step");
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

/// Keeps a transition to be written.
fn keep(state: &mut State, entry: &mut RunEntry, transition: Transition, stimulus: &Stimulus) {
    let (id, journey, customer) = (entry.run.id, entry.journey, entry.run.customer);
    if let Stimulus::Answer { task, answer, by } = stimulus
        && transition.closed_task == Some(*task)
    {
        state.changes.tasks_answered.push((*task, answer.clone(), by.clone()));
    }
    entry.transitions.push(transition);
    if !matches!(entry.run.body.state, RunState::Done { .. }) {
        return;
    }
    if let Some(runs) = customer.and_then(|customer| state.runs_of.get_mut(&customer)) {
        runs.retain(|run| *run != id);
    }
    let key = entry.run.key.clone();
    if let Some(holder) = key.and_then(|key| state.holders.get_mut(&(journey, key))).filter(|holder| holder.run == id) {
        holder.ended = true;
    }
}
