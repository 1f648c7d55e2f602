//! Walking: from one step to the next until the run sleeps, waits or ends.

use super::program::Program;
use super::state::{Asked, CommandAt, Emitted, Known, Run, RunState, Step, StepOutcome, Subject, Transition, TransitionIncident};
use crate::command::Command;
use crate::fact::{Facts, RunFacts};
use crate::id::{NodeId, PortName, TaskId};
use crate::issue::Problem;
use crate::kind::{End, EventMatch, Outcome, Resume, StepCx, Then};
use crate::time::{Duration, Timestamp};
use crate::why::Why;
use crate::{JsonMap, predicate, template};
use std::panic::AssertUnwindSafe;
use uuid::Uuid;

/// Steps one transition may take. A published graph cannot loop without a delay, so only a script that always answers
/// "now" could come here; it becomes an incident and not a stuck engine.
const LONGEST_CHAIN: usize = 2_000;

/// Which visit of which node is being stepped.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub node: usize,
    pub visit: u32,
    pub since: Timestamp,
}

/// Walks one run.
pub(super) struct Walker<'w> {
    pub program: &'w Program,
    pub run: &'w mut Run,
    pub subject: &'w mut dyn Subject,
    pub now: Timestamp,
    /// The journey is paused: nothing new is entered.
    pub paused: bool,
    /// Set when this wake came so late that its effects are to be skipped: how late.
    pub stale: Option<Duration>,
    pub done: Transition,
}

enum Next {
    Enter(usize),
    Again(Place),
    Stop,
}

impl Walker<'_> {
    /// Enters `node` and walks on from there.
    pub fn enter(&mut self, node: usize) {
        let mut next = Next::Enter(node);
        for _ in 0..LONGEST_CHAIN {
            next = match next {
                Next::Enter(node) => {
                    if self.paused {
                        self.run.body.state = RunState::Ready { node: self.program.nodes[node].id.clone(), at: self.now };
                        return;
                    }
                    let place = self.arrive(node);
                    self.step(place, Resume::Enter)
                }
                Next::Again(place) => self.step(place, Resume::Woke),
                Next::Stop => return,
            };
        }
        let place = self.place_of(node);
        self.hold(
            place,
            Problem::new("run.endless", format!("took {LONGEST_CHAIN} steps without a delay: put a delay into the loop")),
            false,
        );
    }

    /// Steps the node at `place` again and walks on.
    pub fn resume(&mut self, place: Place, resume: Resume<'_>) {
        match self.step(place, resume) {
            Next::Enter(node) => self.enter(node),
            Next::Again(again) => {
                if let Next::Enter(node) = self.step(again, Resume::Woke) {
                    self.enter(node);
                }
            }
            Next::Stop => {}
        }
    }

    fn arrive(&mut self, node: usize) -> Place {
        let visit = if self.program.nodes[node].looping {
            let count = self.run.body.visits.entry(self.program.nodes[node].id.clone()).or_insert(0);
            *count += 1;
            *count
        } else {
            1
        };
        Place { node, visit, since: self.now }
    }

    fn place_of(&self, node: usize) -> Place {
        let visit = self.run.body.visits.get(&self.program.nodes[node].id).copied().unwrap_or(1);
        Place { node, visit, since: self.now }
    }

    /// What the node decides; None when its code broke off.
    fn decide(&self, place: Place, resume: Resume<'_>) -> Option<Outcome> {
        let node = &self.program.nodes[place.node];
        let cx = StepCx {
            now: self.now,
            facts: self.facts(),
            settings: &self.program.settings,
            journey: &self.program.journey,
            run: self.run.id,
            node: &node.id,
            visit: place.visit,
            since: place.since,
            resume,
            wired: &node.wired,
        };
        // Caught here and not further out: what the steps before it did in the same transition stays done and told.
        std::panic::catch_unwind(AssertUnwindSafe(|| template::share_budget(|| node.kind.step(&cx)))).ok()
    }

    fn step(&mut self, place: Place, resume: Resume<'_>) -> Next {
        let Some(outcome) = self.decide(place, resume) else {
            self.hold(place, broke_off(), false);
            return Next::Stop;
        };
        if let Some(problem) = self.leads_nowhere(place, &outcome) {
            return self.fail(place, problem, false);
        }
        match outcome {
            Outcome::Go { port, output, why } => {
                self.put_out(place, output);
                self.note(place, StepOutcome::Went(port.clone()), why);
                self.leave(place, &port)
            }
            Outcome::Sleep { until, .. } if until <= self.now && !matches!(resume, Resume::Woke) => Next::Again(place),
            Outcome::Sleep { until, why } => {
                self.note(place, StepOutcome::Sleeps(until), why);
                let (node, visit, since) = self.named(place);
                self.run.body.state = RunState::Sleeping { node, visit, since, until };
                Next::Stop
            }
            Outcome::Await { event, deadline, why } => self.wait_for(place, event, deadline, why),
            Outcome::AwaitChange { check_at, deadline, why } => {
                if !matches!(resume, Resume::Changed) {
                    self.note(place, StepOutcome::Waits(deadline), why);
                }
                let (node, visit, since) = self.named(place);
                self.run.body.state = RunState::AwaitingChange { node, visit, since, check_at, deadline };
                Next::Stop
            }
            Outcome::Effect { effect, then, why } => self.emit(place, effect, then, why),
            Outcome::Command { commands, port, output, why } => self.command(place, commands, port, output, why),
            Outcome::Ask { question, deadline, why } => {
                let (node, visit, since) = self.named(place);
                let task = TaskId(Uuid::new_v5(&self.run.id.0, format!("{node}.{visit}").as_bytes()));
                self.note(place, StepOutcome::Asks(task), why);
                self.done.asked.push(Asked { task, node: node.clone(), visit, question, deadline });
                self.run.body.state = RunState::Asking { node, visit, since, task, deadline };
                Next::Stop
            }
            Outcome::Exit { end, commands, why } => {
                if let Err(problem) = self.do_all(place, commands) {
                    return self.fail(place, problem, false);
                }
                self.note(place, StepOutcome::Ended(end.clone()), why);
                self.run.body.state = RunState::Done { end, at: self.now };
                Next::Stop
            }
            Outcome::Fail { problem } => self.fail(place, problem, false),
        }
    }

    /// The problem of going on by a port that must lead somewhere and does not. Ending the run there would look as if all was well.
    fn leads_nowhere(&self, place: Place, outcome: &Outcome) -> Option<Problem> {
        let (Outcome::Go { port, .. } | Outcome::Command { port, .. } | Outcome::Effect { then: Then::Go(port), .. }) = outcome else {
            return None;
        };
        let node = &self.program.nodes[place.node];
        node.open.contains(port).then(|| {
            let words = format!(
                "the step goes on by {port}, which leads nowhere: join {port} to a node and publish; for a version published before its \
                 kind had {port}, change the kind and retry, or skip the step by another port"
            );
            Problem::new("run.open_port", words)
        })
    }

    /// By the `failed` port when it is wired, else an incident.
    pub(super) fn fail_and_walk(&mut self, place: Place, problem: Problem, effect: bool) {
        if let Next::Enter(node) = self.fail(place, problem, effect) {
            self.enter(node);
        }
    }

    fn fail(&mut self, place: Place, problem: Problem, effect: bool) -> Next {
        if !self.program.nodes[place.node].wired.contains(&PortName::FAILED) {
            self.hold(place, problem, effect);
            return Next::Stop;
        }
        let mut output = JsonMap::new();
        output.insert("problem".into(), serde_json::to_value(&problem).unwrap_or_default());
        self.put_out(place, Some(output));
        self.note(place, StepOutcome::Went(PortName::FAILED), Why::words(problem.message));
        self.leave(place, &PortName::FAILED)
    }

    fn hold(&mut self, place: Place, problem: Problem, effect: bool) {
        self.note(place, StepOutcome::Failed(problem.clone()), Why::words(problem.message.clone()));
        let (node, visit, since) = self.named(place);
        self.done.incident = Some(TransitionIncident { node: node.clone(), visit, effect, problem: problem.clone() });
        self.run.body.state = RunState::Held { node, visit, since, problem, effect };
    }

    fn wait_for(&mut self, place: Place, event: EventMatch, deadline: Option<Timestamp>, why: Why) -> Next {
        let from = self.now.minus(event.look_back);
        if event.look_back > Duration::ZERO {
            // The run's own first event began it and cannot also end its wait.
            let first = self.run.body.event.as_ref().map(|e| e.id);
            // In a loop, what ended an earlier wait here is spent.
            let spent = self.spent(place);
            let counts = |e: &&crate::fact::Event| e.at >= from && Some(e.at) > spent && Some(e.id) != first;
            let early = self.subject.known().history.iter().find(|e| counts(e) && self.matches(&event, e)).cloned();
            if let Some(found) = early {
                return self.step(place, Resume::Event(&found));
            }
        }
        self.note(place, StepOutcome::Waits(deadline), why);
        let (node, visit, since) = self.named(place);
        self.run.body.state = RunState::Awaiting { node, visit, since, event, deadline };
        Next::Stop
    }

    /// When the event came that ended the last wait at this node.
    fn spent(&self, place: Place) -> Option<Timestamp> {
        let output = self.run.body.outputs.get(self.program.nodes[place.node].id.as_str())?;
        Timestamp::parse(output.get("at")?.as_str()?)
    }

    /// Whether `event` is what `wanted` waits for.
    pub fn matches(&self, wanted: &EventMatch, event: &crate::fact::Event) -> bool {
        if !wanted.names.contains(&event.name) {
            return false;
        }
        let first = self.run.body.event.as_ref();
        let same = wanted.same.iter().all(|path| {
            let mine = first.and_then(|e| crate::fact::dig_map(&e.properties, path));
            mine.is_some() && mine == crate::fact::dig_map(&event.properties, path)
        });
        same && predicate::evaluate_on(&wanted.filter, &self.facts(), event).holds
    }

    /// Everything the run may read now.
    pub fn facts(&self) -> Facts<'_> {
        let Known { customer, history, segments } = self.subject.known();
        Facts {
            customer,
            history,
            segments,
            event: self.run.body.event.as_ref(),
            item: None,
            outputs: &self.run.body.outputs,
            run: Some(RunFacts { id: self.run.id, entered_at: self.run.entered_at, key: self.run.key.as_deref() }),
            now: self.now,
        }
    }

    fn emit(&mut self, place: Place, effect: Box<crate::effect::Effect>, then: Then, why: Why) -> Next {
        let (node, visit, since) = self.named(place);
        if let Some(late) = self.stale {
            self.note(place, StepOutcome::Went(PortName::NEXT), Why::Stale(late));
            return self.leave(place, &PortName::NEXT);
        }
        let channel = effect.payload.channel.clone();
        let awaited = matches!(then, Then::AwaitReceipt);
        self.done.effects.push(Emitted { node: node.clone(), visit, effect, awaited });
        match then {
            Then::Go(port) => {
                self.note(place, StepOutcome::Went(port.clone()), why);
                self.leave(place, &port)
            }
            Then::AwaitReceipt => {
                self.note(place, StepOutcome::Calls(channel), why);
                self.run.body.state = RunState::Calling { node, visit, since };
                Next::Stop
            }
        }
    }

    /// Does commands and goes on by `port`. What they answer is put out; the first that fails fails the step.
    fn command(&mut self, place: Place, commands: Vec<Command>, port: PortName, output: Option<JsonMap>, why: Option<Why>) -> Next {
        let name = commands.first().map(|first| first.name.clone()).unwrap_or_default();
        let answer = match self.do_all(place, commands) {
            Ok(answer) => answer,
            Err(problem) => return self.fail(place, problem, false),
        };
        let why = why.unwrap_or_else(|| Why::Did { command: name, answer: answer.clone() });
        let output = match output {
            Some(mut output) => {
                output.extend(answer);
                Some(output)
            }
            None => (!answer.is_empty()).then_some(answer),
        };
        self.put_out(place, output);
        self.note(place, StepOutcome::Went(port.clone()), why);
        self.leave(place, &port)
    }

    /// Does commands one after the other. Gives their answers together.
    fn do_all(&mut self, place: Place, commands: Vec<Command>) -> Result<JsonMap, Problem> {
        let node = &self.program.nodes[place.node].id;
        let mut answers = JsonMap::new();
        for (at, command) in commands.into_iter().enumerate() {
            answers.extend(self.subject.command(command, CommandAt { node, visit: place.visit, place: at })?);
        }
        Ok(answers)
    }

    fn leave(&mut self, place: Place, port: &PortName) -> Next {
        if let Some(&to) = self.program.nodes[place.node].ways.get(port) {
            return Next::Enter(to);
        }
        self.run.body.state = RunState::Done { end: End::Completed, at: self.now };
        Next::Stop
    }

    /// Leaves by `port` because a person said so.
    pub fn skip(&mut self, place: Place, port: PortName) {
        self.note(place, StepOutcome::Skipped(port.clone()), Why::SentOn);
        if let Next::Enter(node) = self.leave(place, &port) {
            self.enter(node);
        }
    }

    /// Ends the run.
    pub fn end(&mut self, node: Option<NodeId>, end: End, why: Why) {
        let node = node.or_else(|| self.program.nodes.first().map(|n| n.id.clone()));
        if let Some(node) = node {
            let visit = self.run.body.visits.get(&node).copied().unwrap_or(1);
            self.done.steps.push(Step { node, visit, at: self.now, outcome: StepOutcome::Ended(end.clone()), why });
        }
        self.run.body.state = RunState::Done { end, at: self.now };
    }

    fn put_out(&mut self, place: Place, output: Option<JsonMap>) {
        if let Some(output) = output {
            self.run.body.outputs.insert(self.program.nodes[place.node].id.to_string(), output.into());
        }
    }

    fn note(&mut self, place: Place, outcome: StepOutcome, why: Why) {
        let node = self.program.nodes[place.node].id.clone();
        self.done.steps.push(Step { node, visit: place.visit, at: self.now, outcome, why });
    }

    fn named(&self, place: Place) -> (NodeId, u32, Timestamp) {
        (self.program.nodes[place.node].id.clone(), place.visit, place.since)
    }
}

/// The problem of a node whose code broke off.
fn broke_off() -> Problem {
    Problem::new("engine.panic", "the node's code broke off: report it, then retry or skip the step")
}
