//! Sending runs by a chosen port where chance would decide.

use std::sync::Arc;
use tradewind_nodes::fact::{FactScope, Needs};
use tradewind_nodes::id::{NodeId, PortName};
use tradewind_nodes::issue::{FieldIssue, Problem};
use tradewind_nodes::kind::{AnyKind, Family, Outcome, Port, StepCx, Trigger};
use tradewind_nodes::run::Program;
use tradewind_nodes::why::Why;

/// A kind whose decision is taken out of its hands.
struct Forced {
    kind: Arc<dyn AnyKind>,
    port: PortName,
}

impl AnyKind for Forced {
    fn name(&self) -> &str {
        self.kind.name()
    }
    fn family(&self) -> Family {
        self.kind.family()
    }
    fn ports(&self) -> Vec<Port> {
        self.kind.ports()
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        self.kind.check(scope)
    }
    fn needs(&self, needs: &mut Needs) {
        self.kind.needs(needs);
    }
    fn trigger(&self) -> Option<Trigger> {
        self.kind.trigger()
    }
    fn delays(&self) -> bool {
        self.kind.delays()
    }
    fn takes(&self, port: &tradewind_nodes::id::PortName) -> tradewind_nodes::time::Span {
        self.kind.takes(port)
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        match self.kind.step(cx) {
            Outcome::Go { output, .. } => {
                // A split says its way in its output, where later nodes may read it.
                let output = output.map(|mut output| {
                    if output.contains_key("way") {
                        output.insert("way".into(), self.port.as_str().into());
                    }
                    output
                });
                Outcome::Go { port: self.port.clone(), output, why: Why::Forced(self.port.clone()) }
            }
            other => other,
        }
    }
}

/// Makes every decision of `node` go by `port`.
///
/// # Errors
/// When the journey has no such node or the node no such port.
pub fn force(program: &mut Program, node: &NodeId, port: &PortName) -> Result<(), Problem> {
    let Some(at) = program.index(node) else {
        return Err(Problem::new("scenario.node", format!("the journey has no node {node}: name one of its nodes")));
    };
    let place = &mut program.nodes[at];
    let ports: Vec<String> = place.kind.ports().iter().map(|port| port.name.to_string()).collect();
    if !ports.iter().any(|name| name == port.as_str()) {
        return Err(Problem::new("scenario.port", format!("{node} has no port {port}: it has {}", ports.join(", "))));
    }
    place.kind = Arc::new(Forced { kind: place.kind.clone(), port: port.clone() });
    Ok(())
}
