//! What a transition brings: steps, effects, commands and questions.

use super::report::{Message, Prevented, Request, Started, TaskReport};
use super::simulation::{Inward, Simulation, Stimulus};
use crate::effect::{Command, Guards, Payload, Receipt};
use crate::fact::{ConsentStatus, Event, Facts, NO_SEGMENTS, RunFacts};
use crate::issue::Problem;
use crate::run::{Emitted, RunState, Transition};
use crate::why::Why;
use crate::{Json, JsonMap, predicate};

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
            self.send(at, emitted);
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

    /// Does an effect, as far as its guards and the scenario let it.
    fn send(&mut self, at: usize, emitted: Emitted) {
        let Emitted { node, visit, effect, awaited } = emitted;
        let channel = effect.payload.channel();
        let receipt = match self.stopped(at, &effect.guards) {
            Some(why) => {
                self.prevent(at, &node, channel, why.clone());
                Receipt::Suppressed { why }
            }
            None => match self.tried(&node, &effect.payload) {
                Err(problem) => {
                    self.prevent(at, &node, channel, Why::said(problem.message.clone()));
                    Receipt::Failed { problem }
                }
                Ok(output) => {
                    match effect.payload {
                        Payload::Email(mail) => self.seen.messages.push(Message { at: self.now, run: at, node: node.clone(), mail }),
                        Payload::Http(request) => self.seen.requests.push(Request { at: self.now, run: at, node: node.clone(), request }),
                    }
                    Receipt::Done { output }
                }
            },
        };
        if awaited {
            self.queue.push_back((at, Stimulus::Receipt { node, visit, receipt }));
        }
    }

    fn prevent(&mut self, run: usize, node: &crate::id::NodeId, channel: &str, why: Why) {
        self.seen.prevented.push(Prevented { at: self.now, run, node: node.clone(), channel: channel.to_owned(), why });
    }

    /// What the outside world answers.
    fn tried(&self, node: &crate::id::NodeId, payload: &Payload) -> Result<Json, Problem> {
        if let Some(problem) = self.failing.get(node) {
            return Err(problem.clone());
        }
        let Payload::Http(_) = payload else { return Ok(serde_json::json!({"message_id": format!("<{node}@simulation>")})) };
        let mut answer = serde_json::json!({"status": 200, "headers": {}, "body": null});
        if let (Some(known), Some(Json::Object(said))) = (answer.as_object_mut(), self.replies.get(node)) {
            known.extend(said.clone());
        }
        match answer.get("status").and_then(Json::as_u64) {
            Some(200..=299) => Ok(answer),
            status => {
                let said = status.map_or_else(|| "no status".to_owned(), |status| status.to_string());
                Err(Problem::new("http.status", format!("the answer was {said}: the scenario replies so")))
            }
        }
    }

    /// Why a guard stops an effect of the run at `at`.
    fn stopped(&self, at: usize, guards: &Guards) -> Option<Why> {
        let run = &self.runs[at].run;
        let person = run.customer.and_then(|customer| self.people.get(&customer));
        if let Some(scope) = &guards.consent
            && person.and_then(|p| p.customer.consents(scope)) != Some(ConsentStatus::Granted)
        {
            return Some(Why::said(format!("no consent for {}/{} at the moment of sending", scope.channel, scope.purpose)));
        }
        let facts = Facts {
            customer: person.map(|p| &p.customer),
            history: person.map_or(&[], |p| &p.history),
            segments: person.map_or(&NO_SEGMENTS, |p| &p.segments),
            event: run.body.event.as_ref(),
            outputs: &run.body.outputs,
            run: Some(RunFacts { id: run.id, entered_at: run.entered_at, key: run.key.as_deref() }),
            now: self.now,
        };
        let verdict = predicate::evaluate(guards.still.as_ref()?, &facts);
        (!verdict.holds).then(|| Why { rule: format!("no longer so: {}", verdict.why.rule).into(), seen: verdict.why.seen })
    }
}
