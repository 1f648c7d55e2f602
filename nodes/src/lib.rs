//! The pure part of Tradewind: the graph of a journey, its predicates, templates, node kinds and the
//! state machine of a run. No IO, no clock, no threads: the same code runs in the engine, in the browser
//! and in scenario tests. Time and randomness always come in as parameters.

pub mod answer;
pub mod command;
pub mod description;
pub mod effect;
pub mod fact;
pub mod field;
pub mod graph;
pub mod guard;
pub mod id;
pub mod issue;
pub mod kind;
pub mod kinds;
pub mod money;
#[cfg(feature = "openapi")]
mod openapi;
pub mod outcome;
pub mod points;
pub mod predicate;
pub mod run;
pub mod script;
pub mod settings;
pub mod template;
pub mod time;
pub mod why;

/// JSON as it travels in events, traits and node configuration.
pub type Json = serde_json::Value;
/// A JSON object.
pub type JsonMap = serde_json::Map<String, Json>;
