//! What the steps before one put out for a person: previews do those again that can be done here.

use super::outcome::decide;
use super::person::Seen;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tradewind_nodes::command::{Command, SetAttributes};
use tradewind_nodes::id::NodeId;
use tradewind_nodes::kind::{Kind as _, Outcome};
use tradewind_nodes::kinds::{Outlines, Registry, ScriptRun};
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
        kind == ScriptRun::NAME || Outlines::builtin().family(kind).is_none()
    }

    fn done(&self, seen: &mut Seen, kinds: &Registry) {
        let Ok(kind) = kinds.parse(&self.kind, &self.values) else { return };
        let output = match decide(&*kind, &self.node, seen) {
            Outcome::Go { output, .. } => output,
            Outcome::Command { commands, output, .. } => {
                commands.into_iter().for_each(|command| change(seen, command));
                output
            }
            _ => None,
        };
        if let Some(output) = output {
            seen.outputs.insert(self.node.to_string(), Json::Object(output));
        }
    }
}

/// What a step changes about its person the steps after it read.
fn change(seen: &mut Seen, command: Command) {
    let Ok(SetAttributes { traits, .. }) = command.read() else { return };
    let known = &mut Arc::make_mut(&mut seen.person).customer.traits;
    for (name, value) in traits {
        if value.is_null() {
            known.shift_remove(&name);
        } else {
            known.insert(name, value);
        }
    }
}

impl Seen {
    /// The same after the steps before have done their work. One that fails puts out nothing: whatever needs it says so.
    #[must_use]
    pub fn after_earlier(mut self, kinds: &Registry) -> Self {
        for step in std::mem::take(&mut self.earlier).iter() {
            step.done(&mut self, kinds);
        }
        self
    }
}
