//! Errors as RFC 9457 problem documents.

use serde::{Deserialize, Serialize};

/// One thing wrong with the input.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// What is wrong and what to do.
    pub detail: String,
    /// Where: a JSON pointer into the body, or `?name` for a query parameter; empty for the whole.
    #[serde(default)]
    pub pointer: String,
    /// A stable name: `missing`, `invalid`, `unknown_field`, `loop_without_delay`, ….
    #[serde(default)]
    pub code: String,
    /// The node of the journey it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The line, where it is about a text of many lines, as a script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

/// The body of every error, `application/problem+json` (RFC 9457).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProblemDocument {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The HTTP reason.
    #[serde(default)]
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// A stable name: `not_found`, `invalid`, `scope_missing`, ….
    pub code: String,
    /// What happened and what to do.
    pub detail: String,
    /// The same as `detail`; Segment's client libraries print it.
    #[serde(default)]
    pub message: String,
    /// What is wrong with the input, field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl ProblemDocument {
    /// What is wrong with the field at a JSON pointer.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&FieldError> {
        self.errors.iter().find(|error| error.pointer == pointer)
    }
}
