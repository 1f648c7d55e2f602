//! The virtual clock, the people and the runs.

use super::cover::Coverage;
use super::outbox::Outbox;
use super::past::Past;
use super::report::{Held, Message, Person, Prevented, Refusal, Report, Request, RunReport, Started, TaskReport};
use crate::effect::Receipt;
use crate::fact::{ConsentStatus, Customer, Event};
use crate::id::{CustomerId, EventId, NodeId, TaskId, WorkspaceId};
use crate::issue::Problem;
use crate::predicate::Predicate;
use crate::run::{Holder, Input, Program, Run, RunState, Step, Subject, advance};
use crate::time::Timestamp;
use crate::{Json, JsonMap};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use uuid::Uuid;

/// Inputs one simulation may take: a loop of short delays over years would not end while anybody waits.
const MOST_INPUTS: usize = 200_000;

/// A journey to simulate.
pub struct Journey {
    /// Its slug.
    pub slug: String,
    /// Its version.
    pub program: Arc<Program>,
}

/// Which trigger a start knocks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Door {
    /// `trigger.api`.
    Api,
    /// `trigger.journey`, else `trigger.api`.
    Journey,
}

/// Somebody, with all he ever did.
pub(super) struct Somebody {
    pub customer: Customer,
    pub history: Vec<Event>,
    pub segments: BTreeSet<String>,
    /// Of each segment looked at: whether he is in, and when time alone will change it.
    pub memberships: BTreeMap<String, (bool, Option<Timestamp>)>,
}

/// A run and its ledger.
pub(super) struct Life {
    pub journey: usize,
    pub run: Run,
    pub steps: Vec<Step>,
}

/// What a run is to be told.
pub(super) enum Stimulus {
    Due,
    Admitted,
    Event(Arc<Event>),
    Changed,
    Receipt { node: NodeId, visit: u32, receipt: Receipt },
    Answer { task: TaskId, answer: Json },
}

impl Stimulus {
    fn input(&self) -> Input<'_> {
        match self {
            Self::Due => Input::Due,
            Self::Admitted => Input::Admitted,
            Self::Event(event) => Input::Event(event),
            Self::Changed => Input::Changed,
            Self::Receipt { node, visit, receipt } => Input::Receipt { node, visit: *visit, receipt },
            Self::Answer { task, answer } => Input::Answer { task: *task, answer },
        }
    }
}

/// What steps send to the front door.
pub(super) enum Inward {
    Event { customer: CustomerId, event: Event },
    Start { journey: usize, customer: Option<CustomerId>, data: JsonMap, depth: u32 },
    Look { customer: CustomerId },
}

/// What was seen so far.
#[derive(Default)]
pub(super) struct Seen {
    pub messages: Vec<Message>,
    pub requests: Vec<Request>,
    pub prevented: Vec<Prevented>,
    pub held: Vec<Held>,
    pub refusals: Vec<Refusal>,
    pub recorded: Vec<Event>,
    pub started: Vec<Started>,
    pub tasks: Vec<TaskReport>,
    pub coverage: Coverage,
}

/// Journeys on a virtual clock.
pub struct Simulation {
    pub(super) now: Timestamp,
    pub(super) journeys: Vec<Journey>,
    pub(super) definitions: BTreeMap<String, Predicate>,
    pub(super) people: BTreeMap<CustomerId, Somebody>,
    pub(super) runs: Vec<Life>,
    pub(super) holders: BTreeMap<(usize, String), Holder>,
    pub(super) slots: BTreeMap<usize, Timestamp>,
    pub(super) queue: VecDeque<(usize, Stimulus)>,
    pub(super) inbox: VecDeque<Inward>,
    pub(super) outbox: Outbox,
    pub(super) failing: BTreeMap<NodeId, Problem>,
    pub(super) replies: BTreeMap<NodeId, Json>,
    pub(super) seen: Seen,
    made: u128,
    inputs: usize,
}

impl Simulation {
    /// A world with these journeys and nobody in it.
    #[must_use]
    pub fn new(journeys: Vec<Journey>, start: Timestamp) -> Self {
        Self {
            now: start,
            journeys,
            definitions: BTreeMap::new(),
            people: BTreeMap::new(),
            runs: Vec::new(),
            holders: BTreeMap::new(),
            slots: BTreeMap::new(),
            queue: VecDeque::new(),
            inbox: VecDeque::new(),
            outbox: Outbox::default(),
            failing: BTreeMap::new(),
            replies: BTreeMap::new(),
            seen: Seen::default(),
            made: 0,
            inputs: 0,
        }
    }

    /// The instant it has come to.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The customer with this user id, made when he is new. The same id is the same customer in every simulation, so
    /// splits send him the same way.
    pub fn customer(&mut self, user_id: &str) -> CustomerId {
        self.somebody(CustomerId::of_user(WorkspaceId(Uuid::nil()), user_id), user_id)
    }

    /// The customer with our id `id`, made when he is new.
    pub fn somebody(&mut self, id: CustomerId, user_id: &str) -> CustomerId {
        let now = self.now;
        self.people.entry(id).or_insert_with(|| {
            let customer = Customer { user_id: Some(user_id.to_owned()), ..Customer::unknown(id, now) };
            Somebody { customer, history: Vec::new(), segments: BTreeSet::new(), memberships: BTreeMap::new() }
        });
        id
    }

    /// Defines a segment.
    pub fn segment(&mut self, name: &str, predicate: Predicate) {
        self.definitions.insert(name.to_owned(), predicate);
    }

    /// Says what is known of a customer before anything happens: no journey hears of it.
    pub fn known(&mut self, customer: CustomerId, traits: &JsonMap, consent: &BTreeMap<String, ConsentStatus>, tags: &[String]) {
        if let Some(person) = self.people.get_mut(&customer) {
            person.customer.set(traits, tags, &[]);
            person.customer.consent.extend(consent.clone());
        }
        self.remember_segments(customer);
    }

    /// Says since when a customer has been known, and what he did before now, in the order of time: no journey hears of it.
    pub fn past(&mut self, customer: CustomerId, created_at: Option<Timestamp>, events: &[Past]) {
        let events: Vec<Event> =
            events.iter().map(|past| Event { at: past.at, ..self.event_now(&past.event, past.properties.clone()) }).collect();
        if let Some(person) = self.people.get_mut(&customer) {
            person.customer.created_at = created_at.unwrap_or(person.customer.created_at);
            person.history.extend(events);
        }
    }

    /// From now on effects of `node` fail with `problem`; None lets them succeed again.
    pub fn fail(&mut self, node: &NodeId, problem: Option<Problem>) {
        match problem {
            Some(problem) => drop(self.failing.insert(node.clone(), problem)),
            None => drop(self.failing.remove(node)),
        }
    }

    /// From now on requests of `node` are answered so: `status`, `headers`, `body`.
    pub fn reply(&mut self, node: &NodeId, answer: Json) {
        self.replies.insert(node.clone(), answer);
    }

    /// Lets time pass until `until`, doing everything that falls due.
    ///
    /// # Errors
    /// When more happens than a simulation may take.
    pub fn advance_to(&mut self, until: Timestamp) -> Result<(), Problem> {
        self.settle()?;
        while let Some(at) = self.next_instant().filter(|at| *at <= until) {
            let ticks = self.ticks_at(at);
            self.now = self.now.max(at);
            self.wake();
            self.settle()?;
            for customer in self.changed_by_time() {
                self.look(customer);
                self.stir(customer);
                self.settle()?;
            }
            for tick in ticks {
                self.tick(&tick);
                self.settle()?;
            }
        }
        self.now = self.now.max(until);
        Ok(())
    }

    /// Everything that happened so far.
    #[must_use]
    pub fn report(&self) -> Report {
        let runs = self.runs.iter().map(|life| RunReport {
            journey: self.journeys[life.journey].slug.clone(),
            customer: life.run.customer,
            key: life.run.key.clone(),
            entered_at: life.run.entered_at,
            state: life.run.body.state.clone(),
            steps: life.steps.clone(),
            outputs: life.run.body.outputs.clone(),
        });
        let people = self.people.values().map(|person| Person { customer: person.customer.clone(), segments: person.segments.clone() });
        let seen = &self.seen;
        Report {
            now: self.now,
            messages: seen.messages.clone(),
            requests: seen.requests.clone(),
            prevented: seen.prevented.clone(),
            held: seen.held.clone(),
            runs: runs.collect(),
            refusals: seen.refusals.clone(),
            people: people.collect(),
            recorded: seen.recorded.clone(),
            started: seen.started.clone(),
            tasks: seen.tasks.clone(),
            reached: seen.coverage.reached(),
        }
    }

    /// The next id: counted, so that a simulation played again is the same to the last bit.
    pub(super) fn id(&mut self) -> Uuid {
        self.made += 1;
        Uuid::from_u128(self.made)
    }

    pub(super) fn event_now(&mut self, name: &str, properties: JsonMap) -> Event {
        Event { id: EventId(self.id()), name: name.to_owned(), at: self.now, properties, context: JsonMap::new() }
    }

    /// The runs of a customer that are not over, oldest first.
    pub(super) fn live_runs(&self, customer: CustomerId) -> Vec<usize> {
        let live = |life: &Life| life.run.customer == Some(customer) && !matches!(life.run.body.state, RunState::Done { .. });
        self.runs.iter().enumerate().filter(|(_, life)| live(life)).map(|(at, _)| at).collect()
    }

    /// Does everything that is queued, and what comes of it.
    pub(super) fn settle(&mut self) -> Result<(), Problem> {
        loop {
            while let Some((run, stimulus)) = self.queue.pop_front() {
                self.inputs += 1;
                if self.inputs > MOST_INPUTS {
                    self.queue.clear();
                    let words = format!("more than {MOST_INPUTS} things happened by {}: shorten the time that is simulated", self.now);
                    return Err(Problem::new("simulation.endless", words));
                }
                self.step(run, &stimulus);
            }
            if self.admit_waiting() || self.send_due() {
                continue;
            }
            match self.inbox.pop_front() {
                Some(inward) => self.route(inward),
                None => return Ok(()),
            }
        }
    }

    fn step(&mut self, at: usize, stimulus: &Stimulus) {
        let Some(life) = self.runs.get_mut(at) else { return };
        let program = self.journeys[life.journey].program.clone();
        let nobody = BTreeSet::new();
        let mut subject = match life.run.customer.and_then(|customer| self.people.get_mut(&customer)) {
            Some(person) => Subject { customer: Some(&mut person.customer), history: &person.history, segments: &person.segments },
            None => Subject { customer: None, history: &[], segments: &nobody },
        };
        if let Some(transition) = advance(&program, &mut life.run, &mut subject, stimulus.input(), false, self.now) {
            self.land(at, transition);
        }
    }

    /// Queues the runs whose instant has come, the earliest first.
    fn wake(&mut self) {
        let due = |life: &Life| life.run.body.state.due_at().filter(|due| *due <= self.now);
        let mut ready: Vec<(Timestamp, usize)> = self.runs.iter().enumerate().filter_map(|(at, life)| Some((due(life)?, at))).collect();
        ready.sort_unstable();
        self.queue.extend(ready.into_iter().map(|(_, at)| (at, Stimulus::Due)));
        // Instants that pass without a run's moving are counted too: they must not go on for ever.
        self.inputs += 1;
    }

    /// The next instant at which time alone brings something.
    #[must_use]
    pub fn next_instant(&self) -> Option<Timestamp> {
        let runs = self.runs.iter().filter_map(|life| life.run.body.state.due_at());
        let segments = self.people.values().flat_map(|person| person.memberships.values().filter_map(|(_, at)| *at));
        runs.chain(segments).chain(self.outbox.next_due()).chain(self.next_tick()).min()
    }

    /// Lets queued runs in where a journey has a free place.
    fn admit_waiting(&mut self) -> bool {
        let mut inside = vec![0u32; self.journeys.len()];
        let waits = |life: &Life| matches!(life.run.body.state, RunState::Queued { .. });
        for life in self.runs.iter().filter(|life| !waits(life) && !matches!(life.run.body.state, RunState::Done { .. })) {
            inside[life.journey] += 1;
        }
        for (at, life) in self.runs.iter().enumerate().filter(|(_, life)| waits(life)) {
            let places = self.journeys[life.journey].program.settings.concurrency.unwrap_or(u32::MAX);
            if inside[life.journey] < places {
                inside[life.journey] += 1;
                self.queue.push_back((at, Stimulus::Admitted));
            }
        }
        !self.queue.is_empty()
    }
}
