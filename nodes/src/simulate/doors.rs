//! What comes in: events, changes, starts and answers; and who may enter.

use super::report::Refusal;
use super::simulation::{Door, Inward, Life, Simulation, Stimulus};
use crate::fact::{ConsentStatus, Event, Facts, NO_OUTPUTS, NO_SEGMENTS};
use crate::id::{CustomerId, NodeId, RunId};
use crate::issue::Problem;
use crate::kind::Trigger;
use crate::run::{Admission, Entry, Holder, RefusalReason, Run, RunBody, RunState, Subject, admit, enter, run_key};
use crate::settings::Throttle;
use crate::time::{Duration, Timestamp};
use crate::why::Why;
use crate::{Json, JsonMap};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Someone at the door.
pub(super) struct Opening {
    /// The trigger's node, an index into the program.
    pub node: usize,
    pub key: Option<String>,
    pub event: Event,
    pub customer: Option<CustomerId>,
}

impl Simulation {
    /// An event of a customer comes in now.
    ///
    /// # Errors
    /// When more happens than a simulation may take.
    pub fn event(&mut self, customer: CustomerId, name: &str, properties: JsonMap) -> Result<(), Problem> {
        let event = self.event_now(name, properties);
        self.inbox.push_back(Inward::Event { customer, event });
        self.settle()
    }

    /// What is known of a customer changes: traits (null removes) and consent by `channel/purpose`.
    ///
    /// # Errors
    /// When more happens than a simulation may take.
    pub fn change(&mut self, customer: CustomerId, traits: &JsonMap, consent: &BTreeMap<String, ConsentStatus>) -> Result<(), Problem> {
        if let Some(person) = self.people.get_mut(&customer) {
            person.customer.set(traits, &[], &[]);
            person.customer.consent.extend(consent.clone());
        }
        self.inbox.push_back(Inward::Look { customer });
        self.settle()
    }

    /// The API starts the journey called `slug`.
    ///
    /// # Errors
    /// When there is no such journey, or more happens than a simulation may take.
    pub fn start(&mut self, slug: &str, customer: Option<CustomerId>, data: JsonMap) -> Result<(), Problem> {
        let Some(journey) = self.journeys.iter().position(|journey| journey.slug == slug) else {
            return Err(Problem::new("simulation.journey", format!("no journey is called {slug}: give it to the simulation")));
        };
        self.knock_at(journey, customer, data, Door::Api, 0);
        self.settle()
    }

    /// Answers the open question of `node`, the oldest when there are several.
    ///
    /// # Errors
    /// When the node has no open question, or more happens than a simulation may take.
    pub fn answer(&mut self, node: &NodeId, answer: &str) -> Result<(), Problem> {
        let Some(task) = self.seen.tasks.iter().find(|task| task.open && task.node == *node) else {
            return Err(Problem::new("simulation.task", format!("{node} waits for no answer at {}: answer while it does", self.now)));
        };
        let (run, task) = (task.run, task.task);
        let mut given = JsonMap::new();
        given.insert("answer".into(), answer.into());
        given.insert("by".into(), "scenario".into());
        given.insert("note".into(), Json::Null);
        self.queue.push_back((run, Stimulus::Answer { task, answer: given.into() }));
        self.settle()
    }

    /// One thing that steps sent to the front door.
    pub(super) fn route(&mut self, inward: Inward) {
        match inward {
            Inward::Event { customer, event } => self.route_event(customer, &Arc::new(event)),
            Inward::Start { journey, customer, data, depth } => self.knock_at(journey, customer, data, Door::Journey, depth),
            Inward::Look { customer } => {
                self.look(customer);
                self.stir(customer);
            }
        }
    }

    /// Lets every live run of a customer look at what has changed.
    pub(super) fn stir(&mut self, customer: CustomerId) {
        let runs = self.live_runs(customer);
        self.queue.extend(runs.into_iter().map(|run| (run, Stimulus::Changed)));
    }

    fn route_event(&mut self, customer: CustomerId, event: &Arc<Event>) {
        if let Some(person) = self.people.get_mut(&customer) {
            if event.name == "Unsubscribed" {
                person.customer.consent.insert("email/marketing".into(), ConsentStatus::Withdrawn);
            }
            person.history.push((**event).clone());
        }
        self.look(customer);
        self.tell(customer, event);
    }

    /// Tells waiting runs of an event and asks every journey that listens to it.
    pub(super) fn tell(&mut self, customer: CustomerId, event: &Arc<Event>) {
        let runs = self.live_runs(customer);
        self.queue.extend(runs.into_iter().map(|run| (run, Stimulus::Event(event.clone()))));
        for journey in 0..self.journeys.len() {
            let program = self.journeys[journey].program.clone();
            let Some(person) = self.people.get_mut(&customer) else { return };
            let subject = Subject { customer: Some(&mut person.customer), history: &person.history, segments: &person.segments };
            match enter(&program, event, &subject, self.now) {
                Some(Entry::Open { node, key }) => {
                    self.open(journey, Opening { node, key, event: (**event).clone(), customer: Some(customer) });
                }
                Some(Entry::Refused { reason, why }) => self.refuse(journey, Some(customer), reason, why),
                None => {}
            }
        }
    }

    fn knock_at(&mut self, journey: usize, customer: Option<CustomerId>, data: JsonMap, door: Door, depth: u32) {
        let program = self.journeys[journey].program.clone();
        let fits = |trigger: &Trigger| match door {
            Door::Api => matches!(trigger, Trigger::Api),
            Door::Journey => matches!(trigger, Trigger::Journey | Trigger::Api),
        };
        let Some((node, _)) = program.triggers.iter().find(|(_, trigger)| fits(trigger)) else {
            let why = Why::NoDoor;
            return self.refuse(journey, customer, RefusalReason::Key, why);
        };
        let name = match door {
            Door::Api => "Started by API",
            Door::Journey => "Started by journey",
        };
        let event = Event { context: Event::context_at(depth), ..self.event_now(name, data) };
        self.open_by_key(journey, *node, customer, event);
    }

    /// Opens the door to whoever gets a run key.
    pub(super) fn open_by_key(&mut self, journey: usize, node: usize, customer: Option<CustomerId>, event: Event) {
        let person = customer.and_then(|id| self.people.get(&id));
        let facts = Facts {
            customer: person.map(|p| &p.customer),
            history: person.map_or(&[], |p| &p.history),
            segments: person.map_or(&NO_SEGMENTS, |p| &p.segments),
            event: Some(&event),
            outputs: &NO_OUTPUTS,
            run: None,
            now: self.now,
        };
        match run_key(&self.journeys[journey].program, &facts) {
            Ok(key) => self.open(journey, Opening { node, key, event, customer }),
            Err(why) => self.refuse(journey, customer, RefusalReason::Key, why),
        }
    }

    pub(super) fn refuse(&mut self, journey: usize, customer: Option<CustomerId>, reason: RefusalReason, why: Why) {
        let journey = self.journeys[journey].slug.clone();
        self.seen.refusals.push(Refusal { at: self.now, journey, customer, reason, why });
    }

    /// Starts a run, or notes why not.
    pub(super) fn open(&mut self, journey: usize, opening: Opening) {
        let program = self.journeys[journey].program.clone();
        if let Some(why) = opening.event.too_deep() {
            return self.refuse(journey, opening.customer, RefusalReason::Rate, why);
        }
        if let Some(key) = &opening.key {
            let holder = self.holders.get(&(journey, key.clone())).copied();
            if let Admission::Refused(why) = admit(&program.settings.reentry, holder, self.now) {
                return self.refuse(journey, opening.customer, RefusalReason::Reentry, why);
            }
        }
        let id = RunId(self.id());
        let at = program.settings.throttle.as_ref().map_or(self.now, |throttle| self.slot(journey, throttle));
        let node = program.nodes[opening.node].id.clone();
        let queued = program.settings.concurrency.is_some();
        let state = if queued { RunState::Queued { node } } else { RunState::Ready { node, at } };
        if let Some(key) = &opening.key {
            self.holders.insert((journey, key.clone()), Holder { run: id, entered_at: self.now, ended: false });
        }
        let body = RunBody { state, event: Some(opening.event), outputs: JsonMap::new(), visits: BTreeMap::new() };
        let run = Run { id, customer: opening.customer, key: opening.key, entered_at: self.now, body };
        self.runs.push(Life { journey, run, steps: Vec::new() });
        if !queued && at <= self.now {
            self.queue.push_back((self.runs.len() - 1, Stimulus::Due));
        }
    }

    /// The next free slot of a throttle, as the engine counts them (the generic cell rate algorithm, ITU-T I.371).
    fn slot(&mut self, journey: usize, throttle: &Throttle) -> Timestamp {
        let gap = Duration::from_micros(throttle.per.micros() / i64::from(throttle.max.max(1)));
        let burst = Duration::from_micros(throttle.per.micros() - gap.micros());
        let at = self.slots.get(&journey).copied().unwrap_or(self.now).max(self.now);
        self.slots.insert(journey, at.plus(gap));
        at.minus(burst).max(self.now)
    }
}
