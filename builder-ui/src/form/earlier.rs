//! What the steps before one put out for a person: previews do those again that can be done here.

use super::outcome::decide;
use super::person::Seen;
use serde::{Deserialize, Serialize};
use tradewind_nodes::id::NodeId;
use tradewind_nodes::kind::Outcome;
use tradewind_nodes::kinds::{Outlines, Registry};
use tradewind_nodes::{Json, JsonMap};

/// A step that works something out of what it sees, and touches nothing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Earlier {
    /// What it is called in its journey.
    pub node: NodeId,
    /// Its kind.
    pub kind: String,
    /// Its fields.
    pub values: JsonMap,
}

impl Earlier {
    /// Whether steps of a kind can be done here: scripts can, the kinds of a workspace are such.
    #[must_use]
    pub fn is_one(kind: &str) -> bool {
        kind == "script.run" || Outlines::builtin().family(kind).is_none()
    }

    fn output(&self, seen: &Seen, kinds: &Registry) -> Option<JsonMap> {
        match decide(&*kinds.parse(&self.kind, &self.values).ok()?, &self.node, seen) {
            Outcome::Go { output, .. } | Outcome::Command { output, .. } => output,
            _ => None,
        }
    }
}

impl Seen {
    /// The same after the steps before have done their work. One that fails puts out nothing: whatever needs it says so.
    #[must_use]
    pub fn after_earlier(mut self, kinds: &Registry) -> Self {
        for step in std::mem::take(&mut self.earlier).iter() {
            if let Some(output) = step.output(&self, kinds) {
                self.outputs.insert(step.node.to_string(), Json::Object(output));
            }
        }
        self
    }
}
