//! The kinds of steps that a workspace has written in Rhai, as the worker knows them.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::script::ScriptKind;

/// The files of a workspace's own kinds.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Kinds(pub Vec<String>);

impl Kinds {
    /// The kinds they make with the built-in ones. A file that this program cannot read is left out; journeys that use it say so.
    #[must_use]
    pub fn registry(&self) -> Registry {
        let scripts = self.0.iter().filter_map(|source| ScriptKind::parse(source).ok().map(Arc::new)).collect();
        Registry::with_scripts(scripts).unwrap_or_else(|_| Registry::builtin())
    }
}
