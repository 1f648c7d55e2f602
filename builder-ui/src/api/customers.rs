//! `/api/v1/customers`: people who buy, and what happened to them.

use super::{Call, Failure, List, escaped};
use serde::Deserialize;
use std::collections::BTreeMap;
use tradewind_nodes::answer::Called;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::{Json, JsonMap};

/// Who somebody is, as far as known.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Known {
    /// Our id.
    pub id: String,
    /// The shop's id.
    #[serde(default)]
    pub user_id: Option<String>,
    /// The address.
    #[serde(default)]
    pub email: Option<String>,
    /// What he is called.
    #[serde(default)]
    pub name: Option<String>,
}

impl Known {
    /// What to call him: the first of name, address and id there is.
    #[must_use]
    pub fn called(&self) -> String {
        let known = [&self.name, &self.email, &self.user_id].into_iter().flatten().find(|text| !text.trim().is_empty());
        known.cloned().unwrap_or_else(|| self.id.clone())
    }
}

/// A person with his profile.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Customer {
    /// Who.
    #[serde(flatten)]
    pub who: Known,
    /// What identify calls said.
    #[serde(default)]
    pub traits: JsonMap,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Consent by `channel/purpose`.
    #[serde(default)]
    pub consent: BTreeMap<String, ConsentStatus>,
    /// When he was first seen.
    pub created_at: Timestamp,
    /// When he was last seen.
    pub last_seen_at: Timestamp,
}

/// What an entry of a timeline is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// An event.
    Event,
    /// He entered a journey.
    Entered,
    /// He left a journey.
    Left,
    /// Something was sent, or was meant to be.
    Delivery,
    /// He allowed or forbade something.
    Consent,
}

/// One entry of a timeline.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What it is about.
    pub kind: Happening,
    /// The id of the event, run, delivery or change.
    pub id: String,
    /// In the server's words.
    pub title: String,
    /// The journey's slug.
    #[serde(default)]
    pub journey: Option<String>,
    /// More of it.
    #[serde(default)]
    pub detail: Json,
}

impl Entry {
    /// A text of the detail.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.detail.get(name).and_then(Json::as_str).unwrap_or_default()
    }
}

/// A run of a person.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Visit {
    /// Its id.
    pub id: String,
    /// The journey's slug.
    pub journey: String,
    /// What it does now.
    pub state: String,
    /// What the step is called at which it stands.
    pub called: Called,
    /// When the engine looks again.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
    /// When it began.
    pub entered_at: Timestamp,
}

#[derive(Deserialize)]
struct Membership {
    #[serde(default)]
    member_of: Vec<String>,
}

fn path(id: &str, what: &str) -> String {
    format!("/api/v1/customers/{}{what}", escaped(id))
}

/// A page of them, those whose name, address or id begins with `q`.
///
/// # Errors
/// When there is no answer.
pub async fn list(q: Option<String>, cursor: Option<String>) -> Result<List<Customer>, Failure> {
    Call::get("/api/v1/customers").query_some("q", q).query("limit", 50).query_some("cursor", cursor).send().await
}

/// One of them.
///
/// # Errors
/// When he is not known, or his data were erased.
pub async fn get(id: &str) -> Result<Customer, Failure> {
    Call::get(&path(id, "")).send().await
}

/// The names of the segments he is in.
///
/// # Errors
/// When there is no answer.
pub async fn segments(id: &str) -> Result<Vec<String>, Failure> {
    Ok(Call::get(&path(id, "/facts")).send::<Membership>().await?.member_of)
}

/// What happened to him, the newest first.
///
/// # Errors
/// When there is no answer.
pub async fn timeline(id: &str, cursor: Option<String>) -> Result<List<Entry>, Failure> {
    Call::get(&path(id, "/timeline")).query("limit", 50).query_some("cursor", cursor).send().await
}

/// The runs he is in now.
///
/// # Errors
/// When there is no answer.
pub async fn inside(id: &str, cursor: Option<String>) -> Result<List<Visit>, Failure> {
    Call::get("/api/v1/runs").query("customer", id).query("inside", true).query("limit", 20).query_some("cursor", cursor).send().await
}
