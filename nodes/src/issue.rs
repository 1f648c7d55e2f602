//! What is wrong, where, and what to do about it.

use crate::id::NodeId;
use serde::{Deserialize, Serialize};

/// How bad an [`Issue`] is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a look; does not stop publishing.
    Warning,
    /// Publishing is refused.
    Error,
}

/// The stable name of what an [`Issue`] is about; clients translate by it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueCode {
    /// The graph has no trigger.
    NoTrigger,
    /// No way leads from a trigger to the node.
    Unreachable,
    /// A port that needs an edge has none.
    DanglingPort,
    /// An edge starts at a port its node does not have, or at or ends in a node that is not there.
    BrokenEdge,
    /// Two edges leave one port.
    DuplicateEdge,
    /// Two nodes share an id.
    DuplicateNode,
    /// An edge leads into a trigger.
    EdgeIntoTrigger,
    /// A way round without a delay in it.
    LoopWithoutDelay,
    /// A field that must be filled is empty.
    Missing,
    /// A field has the wrong type or a value out of range.
    Invalid,
    /// A field the kind does not have.
    UnknownField,
    /// A kind this workspace does not know.
    UnknownKind,
    /// A path that names no fact.
    UnknownFact,
    /// A template that does not parse or asks for too much.
    BadTemplate,
    /// A cron expression that does not parse.
    BadCron,
    /// A script that does not parse.
    BadScript,
    /// The graph or a field is larger than allowed.
    TooLarge,
}

/// One thing wrong with a graph.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Issue {
    /// The node, or None when it concerns the whole graph or the journey's settings.
    pub node: Option<NodeId>,
    /// The field, as a JSON pointer into the node's `config` (or the settings): `/predicate/all/0/fact`; empty for the whole.
    pub field: String,
    /// The stable name of the kind of issue.
    pub code: IssueCode,
    /// Whether it stops publishing.
    pub severity: Severity,
    /// What is wrong and what to do, in words.
    pub message: String,
}

impl Issue {
    /// An issue that stops publishing.
    #[must_use]
    pub fn error(node: Option<&NodeId>, field: impl Into<String>, code: IssueCode, message: impl Into<String>) -> Self {
        Self { node: node.cloned(), field: field.into(), code, severity: Severity::Error, message: message.into() }
    }
}

/// One thing wrong with a field, before it is known which node it belongs to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FieldIssue {
    /// JSON pointer into the config, `/subject`.
    pub field: String,
    /// The stable name of the kind of issue.
    pub code: IssueCode,
    /// What is wrong and what to do, in words.
    pub message: String,
}

impl FieldIssue {
    /// An issue of the field at `field`, a JSON pointer.
    #[must_use]
    pub fn new(field: impl Into<String>, code: IssueCode, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
    /// The line and the column its words name (`line 3 column 7`, the column from 1), where the field is a text of many lines.
    #[must_use]
    pub fn place(&self) -> Option<(usize, Option<usize>)> {
        let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<usize>().ok();
        let rest = self.message.split_once("line ")?.1;
        let line = number(rest)?;
        let column = rest.split_once("column ").filter(|(between, _)| *between == format!("{line} ")).and_then(|(_, rest)| number(rest));
        Some((line, column))
    }
    /// The same issue, its pointer set below `prefix`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.field.insert_str(0, prefix);
        self
    }
    /// The issue of `node`.
    #[must_use]
    pub fn at(self, node: &NodeId) -> Issue {
        Issue { node: Some(node.clone()), field: self.field, code: self.code, severity: Severity::Error, message: self.message }
    }
}

/// What went wrong with one run at one node. Shown to people: it names the thing and the remedy, and holds no personal data
/// beyond what the step itself saw.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[error("{message}")]
pub struct Problem {
    /// A stable, dotted name: `template.failed`, `script.operations`, `http.status`.
    pub code: String,
    /// The field of the node's config to look at, a JSON pointer; empty when none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// What happened and what to do.
    pub message: String,
}

impl Problem {
    /// A problem called `code`, about no field in particular.
    #[must_use]
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), field: String::new(), message: message.into() }
    }
    /// The same problem, about the field at `pointer`.
    #[must_use]
    pub fn in_field(mut self, pointer: &str) -> Self {
        pointer.clone_into(&mut self.field);
        self
    }
}
