//! The outbox: what is sent, what a guard stops, and what waits until quiet hours are over. The rules are those of the engine
//! ([`tradewind_nodes::guard`]), and so is the order: what is due first, of one instant the run entered first, of one run its earlier step.

use super::report::{Held, Prevented, Sent};
use super::simulation::Simulation;
use crate::message::Incoming;
use std::collections::BTreeMap;
use tradewind_nodes::Json;
use tradewind_nodes::effect::{Effect, Payload, Receipt};
use tradewind_nodes::fact::{Facts, RunFacts};
use tradewind_nodes::guard::{self, Judgement, Moment};
use tradewind_nodes::id::{CustomerId, EffectKey, NodeId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kind::End;
use tradewind_nodes::kinds;
use tradewind_nodes::run::{Emitted, RunState};
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;

/// Effects that are not done yet, and the messages that were.
#[derive(Default)]
pub(super) struct Outbox {
    waiting: Vec<Waiting>,
    /// When messages left, by person and channel.
    left: BTreeMap<(CustomerId, String), Vec<Timestamp>>,
    put: usize,
}

/// An effect whose turn comes.
struct Waiting {
    /// When it is due, which run it is of, and how many came before it: its turn.
    turn: (Timestamp, usize, usize),
    emitted: Emitted,
}

impl Outbox {
    pub(super) fn put(&mut self, due: Timestamp, run: usize, emitted: Emitted) {
        self.put += 1;
        self.waiting.push(Waiting { turn: (due, run, self.put), emitted });
    }

    /// Messages to the one count as messages to the other from now on.
    pub(super) fn hand_over(&mut self, from: CustomerId, into: CustomerId) {
        let theirs: Vec<_> = self.left.keys().filter(|(customer, _)| *customer == from).cloned().collect();
        for key in theirs {
            let left = self.left.remove(&key).unwrap_or_default();
            self.left.entry((into, key.1)).or_default().extend(left);
        }
    }

    /// When the next one is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.waiting.iter().map(|waiting| waiting.turn.0).min()
    }

    fn take_due(&mut self, now: Timestamp) -> Option<(usize, Emitted)> {
        let due = self.waiting.iter().enumerate().filter(|(_, waiting)| waiting.turn.0 <= now);
        let (at, _) = due.min_by_key(|(_, waiting)| waiting.turn)?;
        let Waiting { turn: (_, run, _), emitted } = self.waiting.swap_remove(at);
        Some((run, emitted))
    }
}

impl Simulation {
    /// Does everything that is due, in its turn. Gives whether a run is to be told of it.
    pub(super) fn send_due(&mut self) -> bool {
        while let Some((run, emitted)) = self.outbox.take_due(self.state.now) {
            self.send(run, emitted);
        }
        !self.inbox.is_empty()
    }

    /// Does an effect, as far as its guards and the scenario let it.
    fn send(&mut self, run: usize, emitted: Emitted) {
        let receipt = match self.judge(run, &emitted.effect) {
            Judgement::Postpone(until, why) => {
                let (node, channel) = (emitted.node.clone(), emitted.effect.payload.channel.clone());
                self.seen.held.push(Held { at: self.state.now, until, run, node, channel, why });
                return self.outbox.put(until, run, emitted);
            }
            Judgement::Suppress(why) => {
                self.prevent(run, &emitted, why.clone());
                Receipt::Suppressed { why }
            }
            Judgement::Send => match self.tried(&emitted.node, &emitted.effect.payload) {
                Err(problem) => {
                    self.prevent(run, &emitted, Why::words(problem.message.clone()));
                    Receipt::Failed { problem }
                }
                Ok(output) => {
                    self.leaves(run, &emitted);
                    Receipt::Done { output }
                }
            },
        };
        if emitted.awaited {
            let effect = EffectKey { run: self.runs[run].0, node: emitted.node, visit: emitted.visit };
            self.take(Incoming::Receipt { effect, receipt });
        }
    }

    fn leaves(&mut self, run: usize, emitted: &Emitted) {
        let (at, node, payload) = (self.state.now, emitted.node.clone(), emitted.effect.payload.clone());
        if !kinds::to_person(&payload) {
            return self.seen.requests.push(Sent { at, run, node, payload });
        }
        if let Some(customer) = self.state.runs.get(&self.runs[run].0).and_then(|entry| entry.run.customer) {
            self.outbox.left.entry((customer, payload.channel.clone())).or_default().push(at);
        }
        self.seen.messages.push(Sent { at, run, node, payload });
    }

    fn prevent(&mut self, run: usize, emitted: &Emitted, why: Why) {
        let (node, channel) = (emitted.node.clone(), emitted.effect.payload.channel.clone());
        self.seen.prevented.push(Prevented { at: self.state.now, run, node, channel, why });
    }

    /// What is to become of an effect of the run at `run` now.
    fn judge(&self, run: usize, effect: &Effect) -> Judgement {
        let Some(entry) = self.state.runs.get(&self.runs[run].0) else { return Judgement::Send };
        let (run, settings) = (&entry.run, &entry.program.settings);
        let facts = Facts {
            outputs: &run.body.outputs,
            run: Some(RunFacts { id: run.id, entered_at: run.entered_at, key: run.key.as_deref() }),
            ..self.state.facts(run.customer, run.body.event.as_ref(), self.state.now)
        };
        let left = run.customer.and_then(|customer| self.outbox.left.get(&(customer, effect.payload.channel.clone())));
        let messages = |per| left.map_or(0, |left| left.iter().filter(|at| **at > self.state.now.minus(per)).count());
        guard::judge(
            effect,
            settings,
            &Moment { facts, cancelled: matches!(run.body.state, RunState::Done { end: End::Cancelled { .. }, .. }), messages: &messages },
        )
    }

    /// What the outside world answers.
    fn tried(&self, node: &NodeId, payload: &Payload) -> Result<Json, Problem> {
        if let Some(problem) = self.failing.get(node) {
            return Err(problem.clone());
        }
        match kinds::channel(&payload.channel) {
            Some(channel) => (channel.simulated)(node, self.replies.get(node)),
            None => Err(Problem::new("connector.none", format!("no kind of step sends by {}: take one that is known", payload.channel))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Journey, Report, Simulation};
    use serde_json::{Value as Json, json};
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use tradewind_nodes::JsonMap;
    use tradewind_nodes::fact::ConsentStatus;
    use tradewind_nodes::kinds::Registry;
    use tradewind_nodes::run::Program;
    use tradewind_nodes::time::Timestamp;

    /// A mail on `Ordered`, its settings and what its step says besides.
    fn mailing(slug: &str, settings: &Json, config: &Json) -> Journey {
        let mut mail = json!({"subject": slug, "html": "x", "to": "{{customer.email}}"});
        mail.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
        let graph = json!({
            "settings": settings,
            "nodes": [
                {"id": "in", "kind": "trigger.event", "config": {"events": ["Ordered"]}},
                {"id": "mail", "kind": "email.send", "config": mail},
                {"id": "failed", "kind": "exit", "config": {"reason": "failed"}},
            ],
            "edges": [{"from": "in", "port": "next", "to": "mail"}, {"from": "mail", "port": "failed", "to": "failed"}],
        });
        let program = Program::compile(&serde_json::from_value(graph).unwrap(), &Registry::builtin());
        Journey { slug: slug.into(), program: Arc::new(program.unwrap_or_else(|issues| panic!("{issues:?}"))) }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    /// Ada in Berlin, with consent, at ten in the evening of her clock.
    fn evening(journeys: Vec<Journey>) -> (Simulation, tradewind_nodes::id::CustomerId) {
        let mut simulation = Simulation::new(journeys, at("2026-01-10T21:00:00Z"));
        let ada = simulation.customer("ada");
        let traits = json!({"email": "ada@example.com", "timezone": "Europe/Berlin"}).as_object().unwrap().clone();
        simulation.known(ada, &traits, &BTreeMap::from([("email/marketing".into(), ConsentStatus::Granted)]), &[]);
        (simulation, ada)
    }

    fn left(report: &Report) -> Vec<(String, Timestamp)> {
        report.messages.iter().map(|message| (message.about().title, message.at)).collect()
    }

    fn prevented(report: &Report) -> Vec<String> {
        report.prevented.iter().map(|prevented| prevented.why.to_string()).collect()
    }

    fn night() -> Json {
        json!({"quiet_hours": {"from": "21:00", "to": "08:00"}})
    }

    #[test]
    fn a_mail_waits_until_quiet_hours_are_over_and_its_run_with_it() {
        let (mut simulation, ada) = evening(vec![mailing("a", &night(), &json!({}))]);
        simulation.event(ada, "Ordered", JsonMap::new()).unwrap();
        let morning = at("2026-01-11T07:00:00Z");
        assert_eq!(simulation.next_instant(), Some(morning));
        let report = simulation.report();
        assert_eq!((report.held[0].until, report.messages.len(), report.prevented.len()), (morning, 0, 0));
        assert_eq!(report.held[0].why.to_string(), "quiet hours from 21:00 to 08:00 in Europe/Berlin: it waits");
        assert_eq!(report.runs[0].outcome(), super::super::Outcome::Waiting);
        simulation.advance_to(at("2026-01-12T00:00:00Z")).unwrap();
        let report = simulation.report();
        assert_eq!(left(&report), [("a".to_owned(), morning)]);
        assert_eq!(report.runs[0].outcome(), super::super::Outcome::Completed);
    }

    #[test]
    fn what_was_of_use_in_the_evening_is_not_sent_in_the_morning() {
        let goal = json!({"quiet_hours": {"from": "21:00", "to": "08:00"}, "goal": {"event": "Paid", "since": "entry"}});
        let (mut simulation, ada) = evening(vec![mailing("a", &night(), &json!({"valid_for": "2h"})), mailing("b", &goal, &json!({}))]);
        simulation.event(ada, "Ordered", JsonMap::new()).unwrap();
        simulation.advance_to(at("2026-01-10T23:00:00Z")).unwrap();
        simulation.event(ada, "Paid", JsonMap::new()).unwrap();
        simulation.advance_to(at("2026-01-11T09:00:00Z")).unwrap();
        let report = simulation.report();
        assert!(left(&report).is_empty());
        let why = prevented(&report);
        assert_eq!(why[0], "too late: it was of use until 2026-01-10T23:00:00Z");
        assert!(why[1].starts_with("the goal was reached before it was sent"), "{why:?}");
        assert_eq!(report.prevented[0].at, at("2026-01-11T07:00:00Z"));
    }

    #[test]
    fn a_cap_counts_over_journeys_and_lets_the_run_entered_first_pass() {
        let capped = json!({"frequency_cap": {"max": 2, "per": "1d"}, "quiet_hours": {"from": "21:00", "to": "08:00"}});
        let parcel = mailing("parcel", &capped, &json!({"purpose": "transactional"}));
        let journeys = ["a", "b", "c"].map(|slug| mailing(slug, &capped, &json!({})));
        let (mut simulation, ada) = evening(journeys.into_iter().chain([parcel]).collect());
        simulation.event(ada, "Ordered", JsonMap::new()).unwrap();
        simulation.advance_to(at("2026-01-11T12:00:00Z")).unwrap();
        let report = simulation.report();
        let (evening, morning) = (at("2026-01-10T21:00:00Z"), at("2026-01-11T07:00:00Z"));
        assert_eq!(
            left(&report),
            [("parcel".to_owned(), evening), ("a".to_owned(), morning)],
            "what is no marketing is not stopped, and counts"
        );
        assert_eq!(prevented(&report), ["had 2 messages by email within 1d: the cap is 2"; 2]);
        simulation.event(ada, "Ordered", JsonMap::new()).unwrap();
        assert_eq!(
            left(&simulation.report())[2..],
            [("parcel".to_owned(), at("2026-01-11T12:00:00Z"))],
            "the cap is reached for the rest of the day"
        );
    }
}
