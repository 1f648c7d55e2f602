//! The reason of a decision, in words and in the values it saw.

use crate::{Json, JsonMap};
use serde::{Deserialize, Serialize};

/// Why something was decided: a sentence a marketer understands and the facts behind it.
/// Nothing here may hold more than the decision read: it is kept in the step ledger.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Why {
    /// The rule that decided, in words: `event.properties.value is 62, at least 50`.
    pub rule: std::borrow::Cow<'static, str>,
    /// The values seen, by the path of the fact.
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    pub seen: JsonMap,
}

impl Why {
    /// A reason in words alone.
    #[must_use]
    pub fn said(rule: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self { rule: rule.into(), seen: JsonMap::new() }
    }
    /// Adds a value that was seen.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, value: impl Into<Json>) -> Self {
        self.seen.insert(path.into(), value.into());
        self
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.rule)
    }
}
