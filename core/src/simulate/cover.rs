//! Which nodes and ports runs have come to, and which not.

use super::simulation::Journey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tradewind_nodes::id::{NodeId, PortName};
use tradewind_nodes::run::{Program, Step, StepOutcome};

/// A node a run came to, or a port it left by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Reached {
    /// The journey's slug.
    pub journey: String,
    /// The node.
    pub node: NodeId,
    /// The port; None for the visit itself.
    pub port: Option<PortName>,
}

/// What the scenarios of a journey have reached together.
#[derive(Clone, Default, Debug)]
pub struct Coverage {
    reached: BTreeSet<Reached>,
}

impl Coverage {
    /// Adds what one simulation reached.
    pub fn add(&mut self, reached: &[Reached]) {
        self.reached.extend(reached.iter().cloned());
    }

    pub(super) fn note(&mut self, journey: &str, step: &Step) {
        let journey = journey.to_owned();
        if let StepOutcome::Went(port) | StepOutcome::Skipped(port) = &step.outcome {
            self.reached.insert(Reached { journey: journey.clone(), node: step.node.clone(), port: Some(port.clone()) });
        }
        self.reached.insert(Reached { journey, node: step.node.clone(), port: None });
    }

    /// Everything that was reached, in order.
    #[must_use]
    pub fn reached(&self) -> Vec<Reached> {
        self.reached.iter().cloned().collect()
    }

    /// What was not reached, as `node` or `node:port`, in the order of the graph. A `failed` port with nothing behind it is
    /// an incident and no way through the journey.
    #[must_use]
    pub fn missing(&self, journey: &Journey) -> Vec<String> {
        let Journey { slug, program } = journey;
        let seen =
            |node: &NodeId, port: Option<PortName>| self.reached.contains(&Reached { journey: slug.clone(), node: node.clone(), port });
        let mut missing = Vec::new();
        for node in &program.nodes {
            if !seen(&node.id, None) {
                missing.push(node.id.to_string());
                continue;
            }
            for port in ways(program, &node.id) {
                if !seen(&node.id, Some(port.clone())) {
                    missing.push(format!("{}:{port}", node.id));
                }
            }
        }
        missing
    }
}

fn ways(program: &Program, node: &NodeId) -> Vec<PortName> {
    let Some(node) = program.index(node).map(|at| &program.nodes[at]) else { return Vec::new() };
    let ports = node.kind.ports().into_iter().map(|port| port.name);
    ports.filter(|port| *port != PortName::FAILED || node.wired.contains(port)).collect()
}
