//! What is given: who there is, what they did before, and what happens.

use super::past::Past;
use super::simulation::Simulation;
use crate::message::{Call, ConsentChange, Incoming, IncomingEvent, Order, StartDoor};
use crate::routing;
use std::collections::BTreeMap;
use tradewind_nodes::fact::{ConsentStatus, Event};
use tradewind_nodes::id::{CustomerId, EventId, NodeId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::{Json, JsonMap};

impl Simulation {
    /// The customer with this user id, made when they are new. The same id is the same customer in every simulation, so
    /// splits send them the same way.
    pub fn customer(&mut self, user_id: &str) -> CustomerId {
        self.somebody(CustomerId::of_user(self.workspace, user_id), user_id)
    }

    /// The customer with our id `id`, made when they are new.
    pub fn somebody(&mut self, id: CustomerId, user_id: &str) -> CustomerId {
        let entry = self.state.customer(self.workspace, id);
        entry.profile.customer.user_id.get_or_insert_with(|| user_id.to_owned());
        entry.fresh = false;
        id
    }

    /// Says what is known of a customer before anything happens: no journey hears of it.
    pub fn known(&mut self, customer: CustomerId, traits: &JsonMap, consent: &BTreeMap<String, ConsentStatus>, tags: &[String]) {
        let entry = self.state.customer(self.workspace, customer);
        entry.profile.customer.set(traits, tags, &[]);
        entry.profile.customer.consent.extend(consent.clone());
        routing::note_memberships(&mut self.state, self.workspace, customer);
        routing::plan_anniversaries(&mut self.state, self.workspace, customer);
        self.apply();
    }

    /// Says since when a customer has been known, and what they did before now, in the order of time: no journey hears of it.
    pub fn past(&mut self, customer: CustomerId, created_at: Option<Timestamp>, events: &[Past]) {
        for past in events {
            let id = EventId(self.state.ids.id());
            let (name, properties) = (past.event.clone(), past.properties.clone());
            let event = Event { id, name, at: past.at, properties, context: JsonMap::new() };
            self.state.customer(self.workspace, customer).history.push(event);
        }
        let known = &mut self.state.customer(self.workspace, customer).profile.customer;
        known.created_at = created_at.unwrap_or(known.created_at);
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

    /// An event of a customer comes in now.
    ///
    /// # Errors
    /// When more happens than a simulation may take.
    pub fn event(&mut self, customer: CustomerId, name: &str, properties: JsonMap) -> Result<(), Problem> {
        let (id, now) = (EventId(self.state.ids.id()), self.state.now);
        self.take(Incoming::Event(IncomingEvent {
            id,
            customer_id: Some(customer),
            call: Call::Track,
            user_id: None,
            anonymous_id: None,
            previous_id: None,
            name: name.to_owned(),
            properties,
            context: JsonMap::new(),
            at: now,
            received_at: now,
            message_id: id.to_string(),
        }));
        self.settle()
    }

    /// Takes a message as the engine's inbox does.
    ///
    /// # Errors
    /// When more happens than a simulation may take.
    pub fn message(&mut self, incoming: Incoming) -> Result<(), Problem> {
        self.messages([incoming])
    }

    /// Takes messages that come together: what they ask for inside is done after the last of them.
    ///
    /// # Errors
    /// When more happens than a simulation may take.
    pub fn messages(&mut self, incoming: impl IntoIterator<Item = Incoming>) -> Result<(), Problem> {
        incoming.into_iter().for_each(|one| self.take(one));
        self.settle()
    }

    /// What is known of a customer changes: traits (null removes) and consent by `channel/purpose`.
    ///
    /// # Errors
    /// When more happens than a simulation may take.
    pub fn change(&mut self, customer: CustomerId, traits: &JsonMap, consent: &BTreeMap<String, ConsentStatus>) -> Result<(), Problem> {
        let change = |(scope, status): (&String, &ConsentStatus)| {
            let (channel, purpose) = scope.split_once('/').unwrap_or((scope, "marketing"));
            let (channel, purpose, source) = (channel.to_owned(), purpose.to_owned(), "scenario".to_owned());
            ConsentChange { channel, purpose, status: *status, source, proof: Json::Null }
        };
        let consent = consent.iter().map(change).collect();
        self.message(Incoming::Profile { customer, user_id: None, traits: traits.clone(), consent })
    }

    /// The API starts the journey called `slug`.
    ///
    /// # Errors
    /// When there is no such journey, or more happens than a simulation may take.
    pub fn start(&mut self, slug: &str, customer: Option<CustomerId>, data: JsonMap) -> Result<(), Problem> {
        let Some(journey) = self.journey(slug) else {
            return Err(Problem::new("simulation.journey", format!("no journey is called {slug}: give it to the simulation")));
        };
        self.message(Incoming::Start { journey, customer, user_id: None, data, key: None, via: StartDoor::Api, depth: 0 })
    }

    /// Answers the open question of `node`, the oldest when there are several.
    ///
    /// # Errors
    /// When the node has no open question, or more happens than a simulation may take.
    pub fn answer(&mut self, node: &NodeId, answer: &str) -> Result<(), Problem> {
        let Some(task) = self.seen.tasks.iter().find(|task| task.open && task.node == *node) else {
            let now = self.state.now;
            return Err(Problem::new("simulation.task", format!("{node} waits for no answer at {now}: answer while it does")));
        };
        let (run, _) = self.runs[task.run];
        let order = Order::Answer { task: task.task, answer: answer.to_owned(), by: "scenario".to_owned(), note: None };
        self.message(Incoming::Control { run, order })
    }
}
