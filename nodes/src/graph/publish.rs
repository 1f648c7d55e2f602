//! Publishing: a checked graph, frozen under the hash of its content.

use super::{Graph, canonical, validate};
use crate::issue::{Issue, IssueCode, Severity};
use crate::kinds::Registry;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// A published graph. Runs keep to the version they began with.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Version {
    /// SHA-256 of the content in hexadecimal: the same for the same content, in whatever order it was drawn and wherever its
    /// nodes stand.
    pub hash: String,
    /// The graph.
    pub graph: Graph,
}

/// Checks `graph` and freezes it.
///
/// # Errors
/// All issues, warnings too, when one of them stops publishing.
pub fn publish(graph: &Graph, registry: &Registry) -> Result<Version, Vec<Issue>> {
    let issues = validate(graph, registry);
    if issues.iter().any(|i| i.severity == Severity::Error) {
        return Err(issues);
    }
    let text = canonical::text(graph).map_err(|e| {
        vec![Issue::error(
            None,
            "",
            IssueCode::Invalid,
            format!("the graph has no JSON form ({e}): remove what is no data from its fields"),
        )]
    })?;
    let mut hash = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // A `String` takes every write, so there is no error to tell.
        let _ = write!(hash, "{byte:02x}");
    }
    Ok(Version { hash, graph: graph.clone() })
}
