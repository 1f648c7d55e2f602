//! What the canvas shows of people: numbers at nodes and wires, and the way one person went. Filled by whoever listens to the
//! server or plays a dry run; the canvas only draws.

use std::collections::{HashMap, HashSet};
use tradewind_nodes::graph::Edge;
use tradewind_nodes::id::{NodeId, PortName};

/// The numbers of a node.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct NodeCounts {
    /// People who are there.
    pub waiting: u64,
    /// People who went on.
    pub passed: u64,
    /// People for whom it went wrong.
    pub failed: u64,
    /// People who left by each port.
    pub ports: HashMap<PortName, u64>,
}

/// The numbers of a journey; none while nobody asks for them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Counts {
    /// By node.
    pub nodes: HashMap<NodeId, NodeCounts>,
    /// Whether wires show shares instead of numbers.
    pub percent: bool,
}

/// What became of a step on the way that is painted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// It was passed.
    Passed,
    /// The person is there.
    Here,
    /// It went wrong there.
    Failed,
}

/// The way one person went, or what tests have covered.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Path {
    /// By node.
    pub nodes: HashMap<NodeId, Mark>,
    /// The wires that were gone.
    pub wires: HashSet<Edge>,
}
