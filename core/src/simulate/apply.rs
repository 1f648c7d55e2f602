//! Applying what was decided: the simulator's commit.

use super::report::{Refusal, Started, TaskReport};
use super::simulation::Simulation;
use crate::changes::{Changes, Merger};
use crate::message::{Call, Incoming};
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::RunId;

impl Simulation {
    /// Keeps what the last step of a run brought.
    pub(super) fn keep(&mut self, run: RunId) {
        self.number_new_runs();
        let (Some(entry), Some(&at)) = (self.state.runs.get_mut(&run), self.places.get(&run)) else { return };
        let transitions = std::mem::take(&mut entry.transitions);
        let journey = entry.journey;
        let slug = self.slug(journey);
        for transition in transitions {
            transition.steps.iter().for_each(|step| self.seen.coverage.note(&slug, step));
            self.runs[at].1.extend(transition.steps);
            if let Some(closed) = transition.closed_task {
                self.seen.tasks.iter_mut().filter(|task| task.task == closed).for_each(|task| task.open = false);
            }
            for asked in transition.asked {
                let (node, task, question) = (asked.node, asked.task, asked.question);
                self.seen.tasks.push(TaskReport { at: self.state.now, run: at, node, task, question, open: true });
            }
            for emitted in transition.effects {
                self.outbox.put(self.state.now, at, emitted);
            }
        }
    }

    /// Applies what is to be written beside runs, and takes in what was sent to the inbox.
    pub(super) fn apply(&mut self) {
        self.number_new_runs();
        let now = self.state.now;
        let changes = std::mem::take(&mut self.state.changes);
        let Changes { refusals, schedules, throttles, started, inbox, mergers, .. } = changes;
        for refusal in refusals {
            let (journey, customer, reason) = (self.slug(refusal.journey), refusal.customer, refusal.reason);
            self.seen.refusals.push(Refusal { at: now, journey, customer, reason, why: refusal.why });
        }
        for row in schedules {
            let key = (row.journey, row.node, row.subject);
            match row.due_at {
                Some(at) => drop(self.schedules.insert(key, at)),
                None => drop(self.schedules.remove(&key)),
            }
        }
        self.state.throttles.extend(throttles);
        self.seen.started.extend(started.into_iter().map(|start| Started {
            at: now,
            journey: start.journey,
            customer: start.customer,
            data: start.data,
        }));
        let recorded = inbox.iter().filter_map(|pending| match &pending.incoming {
            Incoming::Event(event) if event.call == Call::Internal => Some(Event {
                id: event.id,
                name: event.name.clone(),
                at: event.at,
                properties: event.properties.clone(),
                context: event.context.clone(),
            }),
            _ => None,
        });
        self.seen.recorded.extend(recorded);
        self.inbox.extend(inbox);
        mergers.into_iter().for_each(|merger| self.hand_over(merger));
        for entry in self.state.customers.values_mut() {
            (entry.fresh, entry.changed) = (false, false);
        }
    }

    /// Gives runs that have just been made their number, in the order of their entry.
    fn number_new_runs(&mut self) {
        if self.runs.len() == self.state.runs.len() {
            return;
        }
        let mut new: Vec<RunId> = self.state.runs.values().filter(|entry| entry.fresh).map(|entry| entry.run.id).collect();
        // Ids are counted, so they sort as runs were made.
        new.sort_unstable();
        for id in new {
            if let Some(entry) = self.state.runs.get_mut(&id) {
                entry.fresh = false;
            }
            self.places.insert(id, self.runs.len());
            self.runs.push((id, Vec::new()));
        }
    }

    /// The rows of a merged customer change hands.
    fn hand_over(&mut self, Merger { from, into, .. }: Merger) {
        for entry in self.state.runs.values_mut().filter(|entry| entry.run.customer == Some(from)) {
            entry.run.customer = Some(into);
        }
        let runs = self.state.runs_of.remove(&from).unwrap_or_default();
        let theirs = self.state.runs_of.entry(into).or_default();
        theirs.extend(runs);
        theirs.sort_unstable();
        let mut history = Vec::new();
        if let Some(gone) = self.state.customers.get_mut(&from) {
            history = std::mem::take(&mut gone.history);
            gone.segments.clear();
            gone.memberships.clear();
        }
        if let Some(entry) = self.state.customers.get_mut(&into) {
            entry.history.append(&mut history);
            entry.history.sort_by_key(|event| event.at);
        }
        self.state.records.hand_over(from, into);
        self.schedules.retain(|(_, _, subject), _| *subject != from.0);
        self.outbox.hand_over(from, into);
    }
}
