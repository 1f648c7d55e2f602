//! For tests: a person, a moment and a node, and the step context made of them.

use crate::effect::Receipt;
use crate::fact::{ConsentStatus, Customer, Event, Facts, RunFacts};
use crate::id::{CustomerId, EventId, NodeId, PortName, RunId};
use crate::issue::FieldIssue;
use crate::kind::{AnyKind, Outcome, Resume, StepCx};
use crate::settings::Settings;
use crate::time::Timestamp;
use crate::{Json, JsonMap};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

pub(super) struct Stage {
    pub customer: Option<Customer>,
    pub event: Option<Event>,
    pub history: Vec<Event>,
    pub outputs: JsonMap,
    pub settings: Settings,
    pub since: Timestamp,
    pub now: Timestamp,
    pub wired: BTreeSet<PortName>,
    node: NodeId,
    segments: BTreeSet<String>,
}

pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(super) fn event(name: &str, when: &str, properties: Json) -> Event {
    let Json::Object(properties) = properties else { panic!("properties are an object") };
    let id = EventId(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{name}{when}").as_bytes()));
    Event { id, name: name.into(), at: at(when), properties, context: JsonMap::new() }
}

/// The kind called `kind`, which must be right.
pub(super) fn kind(kind: &str, config: Json) -> Arc<dyn AnyKind> {
    let config = config.as_object().unwrap().clone();
    match super::Registry::builtin().parse(kind, &config) {
        Ok(kind) => kind,
        Err(issues) => panic!("{kind} {config:?}: {issues:?}"),
    }
}

/// The pointers of everything wrong with a configuration, from its shape and from its check.
pub(super) fn wrong(kind: &str, config: Json) -> Vec<String> {
    let told = |issues: Vec<FieldIssue>| issues.into_iter().map(|i| i.field).collect();
    match super::Registry::builtin().parse(kind, config.as_object().unwrap()) {
        Ok(kind) => told(kind.check(&crate::fact::FactScope::default())),
        Err(issues) => told(issues),
    }
}

pub(super) fn port(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Go { port, .. } | Outcome::Command { port, .. } => port.as_str(),
        other => panic!("not on its way: {other:?}"),
    }
}

pub(super) fn rule(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Go { why, .. }
        | Outcome::Sleep { why, .. }
        | Outcome::Await { why, .. }
        | Outcome::AwaitChange { why, .. }
        | Outcome::Effect { why, .. }
        | Outcome::Ask { why, .. }
        | Outcome::Exit { why, .. } => why.to_string(),
        Outcome::Command { why, .. } => why.as_ref().map(ToString::to_string).unwrap_or_default(),
        Outcome::Fail { problem } => problem.message.clone(),
    }
}

pub(super) fn output(outcome: &Outcome) -> Json {
    match outcome {
        Outcome::Go { output: Some(output), .. } | Outcome::Command { output: Some(output), .. } => Json::Object(output.clone()),
        other => panic!("no output: {other:?}"),
    }
}

pub(super) fn problem(outcome: &Outcome) -> (&str, &str) {
    match outcome {
        Outcome::Fail { problem } => (&problem.code, &problem.field),
        other => panic!("no failure: {other:?}"),
    }
}

pub(super) fn failed() -> Receipt {
    Receipt::Failed { problem: crate::issue::Problem::new("smtp.rejected", "550 no such user") }
}

impl Stage {
    /// A person called Ada in Berlin at 2026-11-23T09:00Z, of whom nothing else is known.
    pub fn new() -> Self {
        let now = at("2026-11-23T09:00:00Z");
        let mut customer = Customer::unknown(CustomerId(Uuid::from_u128(1)), now);
        customer.traits.insert("email".into(), "ada@example.com".into());
        customer.traits.insert("timezone".into(), "Europe/Berlin".into());
        Self {
            customer: Some(customer),
            event: None,
            history: Vec::new(),
            outputs: JsonMap::new(),
            settings: Settings::default(),
            since: now,
            now,
            wired: BTreeSet::new(),
            node: NodeId::new("n1").unwrap(),
            segments: BTreeSet::new(),
        }
    }
    pub fn event(mut self, name: &str, properties: Json) -> Self {
        self.event = Some(event(name, "2026-11-23T08:59:00Z", properties));
        self
    }
    pub fn has(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.customer.as_mut().unwrap().traits.insert(name.into(), value.into());
        self
    }
    pub fn consent(mut self, scope: &str, status: ConsentStatus) -> Self {
        self.customer.as_mut().unwrap().consent.insert(scope.into(), status);
        self
    }
    pub fn person(mut self, n: u128) -> Self {
        self.customer.as_mut().unwrap().id = CustomerId(Uuid::from_u128(n));
        self
    }
    pub fn nobody(mut self) -> Self {
        self.customer = None;
        self
    }
    pub fn entered(mut self, when: &str) -> Self {
        self.since = at(when);
        self.now = self.since;
        self
    }
    pub fn now(mut self, when: &str) -> Self {
        self.now = at(when);
        self
    }
    pub fn wire(mut self, port: &'static str) -> Self {
        self.wired.insert(PortName::fixed(port));
        self
    }
    pub fn cx(&self) -> StepCx<'_> {
        self.resumed(Resume::Enter)
    }
    pub fn resumed<'a>(&'a self, resume: Resume<'a>) -> StepCx<'a> {
        let run = RunId(Uuid::from_u128(9));
        let facts = Facts {
            customer: self.customer.as_ref(),
            history: &self.history,
            segments: &self.segments,
            event: self.event.as_ref(),
            item: None,
            outputs: &self.outputs,
            run: Some(RunFacts { id: run, entered_at: self.since, key: None }),
            now: self.now,
        };
        StepCx {
            now: self.now,
            facts,
            settings: &self.settings,
            journey: "",
            run,
            node: &self.node,
            visit: 1,
            since: self.since,
            resume,
            wired: &self.wired,
        }
    }
}
