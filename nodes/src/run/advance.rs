//! The one place where a state meets an input.

use super::program::Program;
use super::state::{Run, RunState, Subject, Transition};
use super::walk::{Place, Walker};
use crate::effect::Receipt;
use crate::fact::Event;
use crate::id::{NodeId, PortName, TaskId};
use crate::kind::{End, Resume};
use crate::settings::Outage;
use crate::time::{Duration, Timestamp};
use crate::why::Why;
use crate::{Json, predicate};

/// Something that happens to a run.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Its due instant has come (or it was just made and is ready).
    Due,
    /// One of the journey's concurrent places is free.
    Admitted,
    /// An event of its subject.
    Event(&'a Event),
    /// Something else that is known of its subject has changed.
    Changed,
    /// The outcome of an effect.
    Receipt {
        /// The node.
        node: &'a NodeId,
        /// The visit.
        visit: u32,
        /// The outcome.
        receipt: &'a Receipt,
    },
    /// The answer to a task.
    Answer {
        /// The task.
        task: TaskId,
        /// What was answered.
        answer: &'a Json,
    },
    /// A person wants the failed step tried again.
    Retry,
    /// A person sends the run on.
    Skip(&'a PortName),
    /// A person or the API ends it.
    Cancel(&'a str),
    /// It turns out that it should not have begun.
    TurnOut(&'a Why),
}

/// Applies `input` to `run`. None when the input means nothing to the state it is in: nothing is to be written then.
#[must_use]
pub fn advance(
    program: &Program,
    run: &mut Run,
    subject: &mut dyn Subject,
    input: Input<'_>,
    paused: bool,
    now: Timestamp,
) -> Option<Transition> {
    if matches!(run.body.state, RunState::Done { .. }) {
        return None;
    }
    let state = run.body.state.clone();
    let mut walker = Walker { program, run, subject, now, paused, stale: None, done: Transition::default() };
    if matches!(input, Input::Event(_) | Input::Changed) && walker.goal_or_exit(&state, input) {
        return Some(walker.finish(&state));
    }
    let moved = walker.meet(&state, input);
    moved.then(|| walker.finish(&state))
}

impl Walker<'_> {
    fn meet(&mut self, state: &RunState, input: Input<'_>) -> bool {
        let now = self.now;
        match (state, input) {
            (_, Input::Cancel(reason)) => {
                let end = End::Cancelled { reason: reason.to_owned() };
                self.end(state.node().cloned(), end, Why::Cancelled(reason.to_owned()));
            }
            (_, Input::TurnOut(why)) => {
                let end = End::Cancelled { reason: why.to_string() };
                self.end(state.node().cloned(), end, why.clone());
            }
            (RunState::Ready { node, at }, Input::Due) if *at <= now => return self.enter_named(node),
            (RunState::Queued { node }, Input::Admitted) => return self.enter_named(node),
            (RunState::Sleeping { node, visit, since, until }, Input::Due) if *until <= now => {
                return self.at(node, *visit, *since, |w, place| w.wake(place, *until));
            }
            (RunState::Awaiting { node, visit, since, event: wanted, .. }, Input::Event(event)) => {
                // An event from before the wait counts only as far as the look-back reaches.
                if event.at < since.minus(wanted.look_back) || !self.matches(wanted, event) {
                    return false;
                }
                return self.at(node, *visit, *since, |w, place| w.resume(place, Resume::Event(event)));
            }
            (
                RunState::Awaiting { node, visit, since, deadline: Some(deadline), .. }
                | RunState::AwaitingChange { node, visit, since, deadline: Some(deadline), .. }
                | RunState::Asking { node, visit, since, deadline: Some(deadline), .. },
                Input::Due,
            ) if *deadline <= now => return self.at(node, *visit, *since, |w, place| w.resume(place, Resume::TimedOut)),
            (RunState::AwaitingChange { node, visit, since, .. }, Input::Due | Input::Event(_) | Input::Changed) => {
                return self.at(node, *visit, *since, |w, place| w.resume(place, Resume::Changed));
            }
            (RunState::Calling { node, visit, since }, Input::Receipt { node: of, visit: nth, receipt }) if node == of && *visit == nth => {
                return self.at(node, *visit, *since, |w, place| w.told(place, receipt));
            }
            (RunState::Asking { node, visit, since, task, .. }, Input::Answer { task: answered, answer }) if *task == answered => {
                return self.at(node, *visit, *since, |w, place| w.resume(place, Resume::Answer(answer)));
            }
            (RunState::Held { node, visit, since, effect: true, .. }, Input::Retry) => {
                self.done.resend = Some((node.clone(), *visit));
                self.run.body.state = RunState::Calling { node: node.clone(), visit: *visit, since: *since };
            }
            (RunState::Held { node, visit, since, effect: false, .. }, Input::Retry) => {
                return self.at(node, *visit, *since, |w, place| w.resume(place, Resume::Enter));
            }
            (
                RunState::Held { node, visit, since, .. }
                | RunState::Sleeping { node, visit, since, .. }
                | RunState::Awaiting { node, visit, since, .. }
                | RunState::AwaitingChange { node, visit, since, .. }
                | RunState::Calling { node, visit, since }
                | RunState::Asking { node, visit, since, .. },
                Input::Skip(port),
            ) => return self.at(node, *visit, *since, |w, place| w.skip(place, port.clone())),
            _ => return false,
        }
        true
    }

    fn enter_named(&mut self, node: &NodeId) -> bool {
        self.at(node, 1, self.now, |w, place| w.enter(place.node))
    }

    /// Does `then` at the node, or ends the run with a word when the version no longer has it.
    fn at(&mut self, node: &NodeId, visit: u32, since: Timestamp, then: impl FnOnce(&mut Self, Place)) -> bool {
        match self.program.index(node) {
            Some(index) => then(self, Place { node: index, visit, since }),
            None => {
                let why = Why::NodeGone(node.clone());
                self.end(None, End::Cancelled { reason: why.to_string() }, why);
            }
        }
        true
    }

    fn wake(&mut self, place: Place, until: Timestamp) {
        let late = self.now.since(until);
        match &self.program.settings.outage {
            Outage::SkipAfter { late: most } if late > *most => self.stale = Some(late),
            Outage::NextWindow { late: most } if late > *most => {
                let next = next_window(until, self.now);
                let node = self.program.nodes[place.node].id.clone();
                self.done.steps.push(super::state::Step {
                    node: node.clone(),
                    visit: place.visit,
                    at: self.now,
                    outcome: super::state::StepOutcome::Sleeps(next),
                    why: Why::NextWindow(late),
                });
                self.run.body.state = RunState::Sleeping { node, visit: place.visit, since: place.since, until: next };
                return;
            }
            _ => {}
        }
        self.resume(place, Resume::Woke);
    }

    fn told(&mut self, place: Place, receipt: &Receipt) {
        match receipt {
            Receipt::Failed { problem } => self.fail_and_walk(place, problem.clone(), true),
            Receipt::Done { .. } | Receipt::Suppressed { .. } => self.resume(place, Resume::Receipt(receipt)),
        }
    }

    fn goal_or_exit(&mut self, state: &RunState, input: Input<'_>) -> bool {
        let settings = &self.program.settings;
        for (predicate, is_goal) in [(&settings.goal, true), (&settings.exit, false)] {
            let Some(predicate) = predicate else { continue };
            let verdict = match input {
                Input::Event(event) => predicate::evaluate_on(predicate, &self.facts(), event),
                _ => predicate::evaluate(predicate, &self.facts()),
            };
            if verdict.holds {
                let end = if is_goal { End::Goal { goal: "goal".into() } } else { End::Exited { reason: verdict.why.to_string() } };
                self.end(state.node().cloned(), end, verdict.why.into());
                return true;
            }
        }
        false
    }

    fn finish(self, before: &RunState) -> Transition {
        let mut done = self.done;
        if let RunState::Asking { task, .. } = before
            && self.run.body.state != *before
        {
            done.closed_task = Some(*task);
        }
        done
    }
}

/// The first instant after `now` that is whole days after `due`.
fn next_window(due: Timestamp, now: Timestamp) -> Timestamp {
    let day = Duration::from_days(1).micros();
    let days = now.since(due).micros().max(0) / day + 1;
    due.plus(Duration::from_micros(days.saturating_mul(day)))
}
