//! A program, a run in some state and the person it is about.

use crate::command::{Args as _, Command, SetAttributes};
use crate::fact::{ConsentStatus, Customer, Event};
use crate::graph::Graph;
use crate::id::{CustomerId, EventId, NodeId, RunId};
use crate::issue::Problem;
use crate::kinds::Registry;
use crate::run::{CommandAt, Input, Known, Program, Run, RunBody, RunState, StepOutcome, Subject, Transition, advance};
use crate::time::Timestamp;
use crate::{Json, JsonMap};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The instant of every test.
pub(super) const NOW: &str = "2026-03-02T12:00:00Z";

pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(super) fn now() -> Timestamp {
    at(NOW)
}

pub(super) fn node(name: &str) -> NodeId {
    NodeId::new(name).unwrap()
}

/// A program of nodes `(id, kind, config)` and edges `"from.port>to"`.
pub(super) fn program(settings: Json, nodes: &[(&str, &str, Json)], edges: &[&str]) -> Program {
    let nodes: Vec<Json> = nodes.iter().map(|(id, kind, config)| json!({"id": id, "kind": kind, "config": config})).collect();
    let joined = |edge: &&str| {
        let (from, to) = edge.split_once('>').unwrap();
        let (from, port) = from.split_once('.').unwrap();
        json!({"from": from, "port": port, "to": to})
    };
    let edges: Vec<Json> = edges.iter().map(joined).collect();
    let graph: Graph = serde_json::from_value(json!({"settings": settings, "nodes": nodes, "edges": edges})).unwrap();
    match Program::compile(&graph, &Registry::builtin()) {
        Ok(program) => program,
        Err(issues) => panic!("{issues:?}"),
    }
}

pub(super) fn event(name: &str, when: Timestamp, properties: Json) -> Event {
    let Json::Object(properties) = properties else { panic!("properties are an object") };
    let id = EventId(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{name}{when}").as_bytes()));
    Event { id, name: name.into(), at: when, properties, context: JsonMap::new() }
}

/// Who and what a run is stepped with.
pub(super) struct Stage {
    pub program: Program,
    pub run: Run,
    pub customer: Customer,
    pub history: Vec<Event>,
    /// Every command done, in order, each with the node that gave it.
    pub commands: Vec<(NodeId, Command)>,
    /// What a command does.
    pub answer: fn(&Command) -> Result<JsonMap, Problem>,
    pub paused: bool,
    pub now: Timestamp,
}

/// The person of a stage, and what was done for them.
struct Person<'a> {
    customer: &'a mut Customer,
    history: &'a [Event],
    segments: BTreeSet<String>,
    commands: &'a mut Vec<(NodeId, Command)>,
    answer: fn(&Command) -> Result<JsonMap, Problem>,
}

impl Subject for Person<'_> {
    fn known(&self) -> Known<'_> {
        Known { customer: Some(self.customer), history: self.history, segments: &self.segments }
    }
    fn command(&mut self, command: Command, at: CommandAt<'_>) -> Result<JsonMap, Problem> {
        self.commands.push((at.node.clone(), command.clone()));
        if command.name == SetAttributes::COMMAND {
            let SetAttributes { traits, add_tags, remove_tags } = command.clone().read()?;
            self.customer.set(&traits, &add_tags, &remove_tags);
        }
        (self.answer)(&command)
    }
}

impl Stage {
    /// A run in `state` that a `Cart Updated` with the cart `c1` began an hour ago.
    pub fn new(program: Program, state: RunState) -> Self {
        let id = CustomerId(Uuid::from_u128(2));
        let mut customer = Customer::unknown(id, at("2026-01-01T00:00:00Z"));
        customer.traits = json!({"email": "anna@example.com", "first_name": "Anna"}).as_object().unwrap().clone();
        customer.consent.insert("email/marketing".into(), ConsentStatus::Granted);
        let began = at("2026-03-02T11:00:00Z");
        let first = event("Cart Updated", began, json!({"cart_id": "c1", "total": 50}));
        let body = RunBody { state, event: Some(first), outputs: JsonMap::new(), visits: BTreeMap::new() };
        let run = Run { id: RunId(Uuid::from_u128(3)), customer: Some(id), key: None, entered_at: began, body };
        let answer = |_: &Command| Ok(JsonMap::new());
        Self { program, run, customer, history: Vec::new(), commands: Vec::new(), answer, paused: false, now: now() }
    }

    pub fn meet(&mut self, input: Input<'_>) -> Option<Transition> {
        let mut person = Person {
            customer: &mut self.customer,
            history: &self.history,
            segments: BTreeSet::new(),
            commands: &mut self.commands,
            answer: self.answer,
        };
        advance(&self.program, &mut self.run, &mut person, input, self.paused, self.now)
    }

    pub fn state(&self) -> &RunState {
        &self.run.body.state
    }
}

/// The steps in short: `node went next`, `node sleeps`, ….
pub(super) fn steps(transition: &Transition) -> Vec<String> {
    let short = |outcome: &StepOutcome| match outcome {
        StepOutcome::Went(port) => format!("went {port}"),
        StepOutcome::Skipped(port) => format!("skipped {port}"),
        StepOutcome::Sleeps(_) => "sleeps".into(),
        StepOutcome::Waits(_) => "waits".into(),
        StepOutcome::Calls(channel) => format!("calls {channel}"),
        StepOutcome::Asks(_) => "asks".into(),
        StepOutcome::Failed(problem) => format!("failed {}", problem.code),
        StepOutcome::Ended(end) => format!("ended {}", serde_json::to_value(end).unwrap()["end"].as_str().unwrap()),
    };
    transition.steps.iter().map(|step| format!("{} {}", step.node, short(&step.outcome))).collect()
}

pub(super) fn problem() -> Problem {
    Problem::new("test.broken", "it broke")
}
