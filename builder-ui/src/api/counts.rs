//! The numbers on a journey's canvas, as `/api/v1/live` tells them.

use serde::Deserialize;

/// The numbers of a port.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct PortCount {
    /// The port.
    pub port: String,
    /// How often it was passed in the period.
    pub passed: i64,
}

/// The numbers of a node.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct NodeCount {
    /// The node.
    pub node: String,
    /// Who stands there now.
    pub waiting: i64,
    /// How often it failed in the period.
    #[serde(default)]
    pub failed: i64,
    /// How many ended there in the period.
    #[serde(default)]
    pub ended: i64,
    /// Its ports.
    #[serde(default)]
    pub ports: Vec<PortCount>,
}

/// The numbers of a journey.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Counted {
    /// How many entered in the period.
    #[serde(default)]
    pub entered: i64,
    /// How many are inside now.
    #[serde(default)]
    pub inside: i64,
    /// Whether everybody was counted.
    #[serde(default)]
    pub exact: bool,
    /// By node.
    pub nodes: Vec<NodeCount>,
}

/// One of the journeys that a stream counts.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Watched {
    /// None when there is no such journey.
    pub counts: Option<Counted>,
}
