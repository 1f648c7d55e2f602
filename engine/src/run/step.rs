//! Stepping runs in memory until nothing is queued.

use crate::catalog::Status;
use crate::incoming::{Call, Incoming, IncomingEvent, StartDoor};
use crate::world::{RunEntry, Stimulus, World};
use std::panic::AssertUnwindSafe;
use tradewind_nodes::effect::Command;
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, EventId, NodeId, RunId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kind::End;
use tradewind_nodes::run::{Input, RunState, Step, StepOutcome, Subject, Transition, TransitionIncident, advance};
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;

/// Steps every queued run, in order.
pub(crate) fn drain(world: &mut World) {
    while let Some((run, stimulus)) = world.queue.pop_front() {
        step(world, run, &stimulus);
    }
}

fn step(world: &mut World, id: RunId, stimulus: &Stimulus) {
    let catalog = world.catalog.clone();
    let Some(entry) = world.runs.get_mut(&id) else { return };
    let status = catalog.workspaces.get(&entry.workspace).and_then(|w| w.journeys.get(&entry.journey)).map(|live| live.status);
    // A journey that is archived or gone has nobody to let in, but those inside may finish.
    let paused = status == Some(Status::Paused);
    if paused && matches!(stimulus, Stimulus::Due) {
        entry.parked = true;
        entry.reset_timer = true;
        return;
    }
    let transition = {
        let mut nobody_segments = std::collections::BTreeSet::new();
        let (customer, history, segments) = match entry.run.customer.and_then(|c| world.customers.get_mut(&c)) {
            Some(person) => (Some(&mut person.profile.customer), person.history.as_slice(), &person.segments),
            None => {
                nobody_segments.clear();
                (None, [].as_slice(), &nobody_segments)
            }
        };
        let mut subject = Subject { customer, history, segments };
        advance_safely(entry, &mut subject, stimulus, paused, world.now)
    };
    match transition {
        Some(transition) => land(world, id, transition, stimulus),
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
    let before = entry.run.clone_state();
    let program = entry.program.clone();
    let run = &mut entry.run;
    let stepped = std::panic::catch_unwind(AssertUnwindSafe(|| advance(&program, run, subject, input(stimulus), paused, now)));
    stepped.unwrap_or_else(|_| {
        let node = before.node().cloned()?;
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

trait CloneState {
    fn clone_state(&self) -> RunState;
}
impl CloneState for tradewind_nodes::run::Run {
    fn clone_state(&self) -> RunState {
        self.body.state.clone()
    }
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

/// Does the commands of a transition and keeps it for the commit.
fn land(world: &mut World, id: RunId, transition: Transition, stimulus: &Stimulus) {
    let Some(entry) = world.runs.get_mut(&id) else { return };
    let (workspace, customer, journey, key) = (entry.workspace, entry.run.customer, entry.journey, entry.run.key.clone());
    let depth = entry.run.body.event.as_ref().map_or(0, Event::depth).saturating_add(1);
    let ended = matches!(entry.run.body.state, RunState::Done { .. });
    if let Stimulus::Answer { task, answer, by } = stimulus
        && transition.closed_task == Some(*task)
    {
        world.out.tasks_answered.push((*task, answer.clone(), by.clone()));
    }
    if transition.customer_changed
        && let Some(person) = customer.and_then(|c| world.customers.get_mut(&c))
    {
        person.changed = true;
    }
    let commands = transition.commands.clone();
    entry.transitions.push(transition);
    if ended {
        if let Some(customer) = customer
            && let Some(runs) = world.runs_of.get_mut(&customer)
        {
            runs.retain(|run| *run != id);
        }
        if let Some(holder) = key.and_then(|key| world.holders.get_mut(&(journey, key))).filter(|holder| holder.run == id) {
            holder.ended = true;
        }
    }
    for (node, visit, command) in commands {
        obey(world, &Obeyed { workspace, run: id, customer, depth }, &node, visit, command);
    }
}

/// Whose commands are obeyed.
struct Obeyed {
    workspace: tradewind_nodes::id::WorkspaceId,
    run: RunId,
    customer: Option<CustomerId>,
    /// How many journeys what it records comes of.
    depth: u32,
}

fn obey(world: &mut World, of: &Obeyed, node: &NodeId, visit: u32, command: Command) {
    let Obeyed { workspace, run, customer, depth } = *of;
    // A repeat of this transition would say the same: the message id is the step's.
    let message_id = format!("{run}.{node}.{visit}");
    match command {
        Command::SetAttributes { .. } => {
            if let Some(customer) = customer {
                world.send(workspace, Incoming::Segment { customer });
            }
        }
        Command::RecordEvent { name, properties } => record(world, of, name, properties, message_id),
        Command::ReachGoal { goal } => {
            let mut properties = tradewind_nodes::JsonMap::new();
            properties.insert("goal".into(), goal.into());
            properties.insert("run".into(), run.to_string().into());
            record(world, of, "Goal Reached".into(), properties, format!("{message_id}.goal"));
        }
        Command::StartJourney { journey, user_id, data } => {
            let catalog = world.catalog.clone();
            let found = catalog.workspaces.get(&workspace).and_then(|w| w.journeys.values().find(|live| live.slug == journey));
            let Some(live) = found else {
                tracing::warn!(journey, %run, "a run started a journey that is not live: nobody entered");
                return;
            };
            let customer = user_id.as_deref().map(|user| CustomerId::of_user(workspace, user)).or(customer);
            let via = StartDoor::Journey;
            world.send(workspace, Incoming::Start { journey: live.id, customer, user_id, data, key: None, via, depth });
        }
    }
}

fn record(world: &mut World, of: &Obeyed, name: String, properties: tradewind_nodes::JsonMap, message_id: String) {
    let Some(customer) = of.customer else { return };
    let event = IncomingEvent {
        id: EventId(world.env.id()),
        customer_id: Some(customer),
        call: Call::Internal,
        user_id: None,
        anonymous_id: None,
        previous_id: None,
        name,
        properties,
        context: Event::context_at(of.depth),
        at: world.now,
        received_at: world.now,
        message_id,
    };
    world.send(of.workspace, Incoming::Event(event));
}

/// Whether a run ended well, as the `outcome` column names it.
pub(super) fn outcome(end: &End) -> &'static str {
    match end {
        End::Completed => "completed",
        End::Exited { .. } => "exited",
        End::Goal { .. } => "goal",
        End::Cancelled { .. } => "cancelled",
    }
}
