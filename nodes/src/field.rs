//! Field lists: what a kind's configuration consists of. The builder draws any kind's form from this, the API documents it,
//! and validation refuses what is not in it.

use crate::Json;
use serde::{Deserialize, Serialize};

/// One field of a kind's configuration.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// The key in `config`.
    pub name: String,
    /// The label in English; the builder translates by `kind.field`.
    pub label: String,
    /// One line of help.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// Whether it must be filled.
    #[serde(default)]
    pub required: bool,
    /// What it is worth when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Json>,
    /// What a new step begins with, where a field that must be filled has a likely value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Json>,
    /// What it holds.
    #[serde(flatten)]
    pub ty: FieldType,
}

/// What a field holds, and so how it is drawn and checked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldType {
    /// Plain text.
    Text,
    /// A Handlebars template; `html` says whether its values are escaped for HTML.
    Template {
        /// Whether values are escaped.
        html: bool,
    },
    /// A whole number within bounds.
    Integer {
        /// Smallest legal value.
        min: i64,
        /// Largest legal value.
        max: i64,
    },
    /// A decimal number.
    Number,
    /// Yes or no.
    Boolean,
    /// One of a few.
    Choice {
        /// The legal values.
        options: Vec<String>,
    },
    /// `1h30m`.
    Duration,
    /// `09:30`.
    LocalTime,
    /// Days of the week.
    Weekdays,
    /// An IANA time zone.
    Zone,
    /// A cron expression of five fields.
    Cron,
    /// The name of an event, or several.
    EventName {
        /// Whether several may be given.
        many: bool,
    },
    /// The path of a fact.
    Fact,
    /// A predicate.
    Predicate,
    /// Ways with a predicate each.
    Cases,
    /// Ways with a weight each.
    Weights,
    /// Names with a value or template each.
    KeyValue,
    /// A list of short texts.
    Texts,
    /// Rhai.
    Script,
    /// The name of a segment.
    Segment,
    /// The slug of a journey.
    Journey,
    /// Any JSON.
    Json,
}

impl Field {
    /// An optional field called `name`.
    #[must_use]
    pub fn new(name: &str, label: &str, ty: FieldType) -> Self {
        Self { name: name.into(), label: label.into(), help: String::new(), required: false, default: None, start: None, ty }
    }
    /// The same field, which must be filled.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }
    /// The same field with one line of help.
    #[must_use]
    pub fn help(mut self, help: &str) -> Self {
        self.help = help.into();
        self
    }
    /// The same field with a default.
    #[must_use]
    pub fn or(mut self, default: impl Into<Json>) -> Self {
        self.default = Some(default.into());
        self
    }
    /// The same field, which a new step begins with.
    #[must_use]
    pub fn begins(mut self, with: impl Into<Json>) -> Self {
        self.start = Some(with.into());
        self
    }
}
