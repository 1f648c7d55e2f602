//! What a transition brings: steps, commands and questions; its effects go into the outbox.

use super::report::{Started, TaskReport};
use super::simulation::{Inward, Simulation};
use crate::JsonMap;
use crate::effect::Command;
use crate::fact::Event;
use crate::run::{RunState, Transition};

impl Simulation {
    /// Keeps what a transition of the run at `at` brought, and does it.
    pub(super) fn land(&mut self, at: usize, transition: Transition) {
        let life = &mut self.runs[at];
        let slug = &self.journeys[life.journey].slug;
        transition.steps.iter().for_each(|step| self.seen.coverage.note(slug, step));
        life.steps.extend(transition.steps);
        if matches!(life.run.body.state, RunState::Done { .. })
            && let Some(key) = life.run.key.clone()
            && let Some(holder) = self.holders.get_mut(&(life.journey, key)).filter(|holder| holder.run == life.run.id)
        {
            holder.ended = true;
        }
        if let Some(closed) = transition.closed_task {
            self.seen.tasks.iter_mut().filter(|task| task.task == closed).for_each(|task| task.open = false);
        }
        for asked in transition.asked {
            let task = TaskReport { at: self.now, run: at, node: asked.node, task: asked.task, question: asked.question, open: true };
            self.seen.tasks.push(task);
        }
        for (_, _, command) in transition.commands {
            self.obey(at, command);
        }
        for emitted in transition.effects {
            self.put_out(at, emitted);
        }
    }

    fn obey(&mut self, at: usize, command: Command) {
        let (run, customer) = (self.runs[at].run.id, self.runs[at].run.customer);
        match command {
            // The step has changed the customer in place already.
            Command::SetAttributes { .. } => self.inbox.extend(customer.map(|customer| Inward::Look { customer })),
            Command::RecordEvent { name, properties } => self.record(at, &name, properties),
            Command::ReachGoal { goal } => {
                let mut properties = JsonMap::new();
                properties.insert("goal".into(), goal.into());
                properties.insert("run".into(), run.to_string().into());
                self.record(at, "Goal Reached", properties);
            }
            Command::StartJourney { journey, user_id, data } => {
                let customer = match user_id {
                    Some(user) => Some(self.customer(&user)),
                    None => customer,
                };
                self.seen.started.push(Started { at: self.now, journey: journey.clone(), customer, data: data.clone() });
                if let Some(journey) = self.journeys.iter().position(|known| known.slug == journey) {
                    self.inbox.push_back(Inward::Start { journey, customer, data, depth: self.depth(at) });
                }
            }
        }
    }

    /// How many journeys what the run at `at` records comes of.
    fn depth(&self, at: usize) -> u32 {
        self.runs[at].run.body.event.as_ref().map_or(0, Event::depth).saturating_add(1)
    }

    fn record(&mut self, at: usize, name: &str, properties: JsonMap) {
        let Some(customer) = self.runs[at].run.customer else { return };
        let context = Event::context_at(self.depth(at));
        let event = Event { context, ..self.event_now(name, properties) };
        self.seen.recorded.push(event.clone());
        self.inbox.push_back(Inward::Event { customer, event });
    }
}
