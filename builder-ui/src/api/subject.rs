//! `/api/v1/customers`: finding a person to try a step on, and what is known of him.

use super::audience::Someone;
use super::call::escaped;
use super::{Call, Failure, List};
use serde::Deserialize;
use std::collections::BTreeMap;
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::time::Timestamp;

/// A person as a dry run has him.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Subject {
    /// Our id.
    pub id: String,
    /// The shop's id.
    #[serde(default)]
    pub user_id: Option<String>,
    /// What is known of him.
    #[serde(default)]
    pub traits: JsonMap,
    /// Consent by `channel/purpose`.
    #[serde(default)]
    pub consent: BTreeMap<String, ConsentStatus>,
    /// His tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When he was first seen.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
}

/// Something he did.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct PastEvent {
    /// When.
    pub at: Timestamp,
    /// Its name.
    pub event: String,
    /// What it says.
    #[serde(default)]
    pub properties: JsonMap,
}

/// A person with what he did.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct PersonFacts {
    /// Who he is.
    pub customer: Subject,
    /// The segments he is in.
    #[serde(default)]
    pub member_of: Vec<String>,
    /// What he did, the oldest first.
    #[serde(default)]
    pub history: Vec<PastEvent>,
}

/// People whose name, address or id begins so; the ones seen last when it is empty.
///
/// # Errors
/// When there is no answer.
pub async fn find(begin: &str) -> Result<Vec<Someone>, Failure> {
    let asked = Some(begin.trim()).filter(|text| !text.is_empty());
    let page: List<Someone> = Call::get("/api/v1/customers").query_some("q", asked).query("limit", 20).send().await?;
    Ok(page.data)
}

/// What is known of a person.
///
/// # Errors
/// When there is no answer, or no such person.
pub async fn facts(id: &str) -> Result<PersonFacts, Failure> {
    Call::get(&format!("/api/v1/customers/{}/facts", escaped(id))).send().await
}
