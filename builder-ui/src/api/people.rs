//! `/api/v1/customers`, as far as a person is looked up and tried a journey on.

use super::runs::Person;
use super::{Call, Failure, List, escaped};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::predicate::Predicate;
use tradewind_nodes::time::Timestamp;

/// A person as a scenario's `customer`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Subject {
    /// Our id; None for somebody made up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The shop's id.
    pub user_id: String,
    /// What is known of him.
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    pub traits: JsonMap,
    /// Consent by `channel/purpose`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub consent: BTreeMap<String, ConsentStatus>,
    /// His tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// When he was first seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// Something he did before.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PastEvent {
    /// When.
    pub at: Timestamp,
    /// Its name.
    pub event: String,
    /// Its properties.
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    pub properties: JsonMap,
}

/// Everything a dry run needs to know of a person.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Facts {
    /// Who.
    pub customer: Subject,
    /// Definitions of every segment.
    #[serde(default)]
    pub segments: BTreeMap<String, Predicate>,
    /// What he did, the oldest first.
    #[serde(default)]
    pub history: Vec<PastEvent>,
    /// Whether that is all he did.
    #[serde(default)]
    pub history_complete: bool,
}

/// People whose name, address or id begins so.
///
/// # Errors
/// When there is no answer.
pub async fn search(typed: &str) -> Result<List<Person>, Failure> {
    Call::get("/api/v1/customers").query("q", typed).query("limit", 8).send().await
}

/// One person.
///
/// # Errors
/// When there is no such person, or no answer.
pub async fn get(id: &str) -> Result<Person, Failure> {
    Call::get(&format!("/api/v1/customers/{}", escaped(id))).send().await
}

/// The facts of a person.
///
/// # Errors
/// When there is no such person, or no answer.
pub async fn facts(id: &str) -> Result<Facts, Failure> {
    Call::get(&format!("/api/v1/customers/{}/facts", escaped(id))).send().await
}
