//! `/api/v1/customers`: people who buy.

use crate::Person;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::CustomerId;
use tradewind_nodes::predicate::Predicate;
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::{Json, JsonMap};
use uuid::Uuid;

/// A person, named in one of three ways.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct PersonQuery {
    /// The shop's id.
    pub user_id: Option<String>,
    /// Our id.
    pub customer_id: Option<CustomerId>,
    /// The mail address; the person last seen with it.
    pub email: Option<String>,
}

/// Which customers; one of these at a time.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct CustomerQuery {
    /// The mail address.
    pub email: Option<String>,
    /// The shop's id.
    pub user_id: Option<String>,
    /// How the name, the mail address or the shop's id begins.
    pub q: Option<String>,
}

/// A customer with their profile.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Customer {
    /// Our id.
    pub id: CustomerId,
    /// The shop's id, once known.
    pub user_id: Option<String>,
    /// The address, in lower case.
    pub email: Option<String>,
    /// What they are called.
    pub name: Option<String>,
    /// Everything identify calls said.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub traits: JsonMap,
    /// Labels.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub tags: BTreeSet<String>,
    /// Consent by `channel/purpose`.
    pub consent: BTreeMap<String, ConsentStatus>,
    /// When they were first seen.
    pub created_at: Timestamp,
    /// When their profile last changed.
    pub updated_at: Timestamp,
    /// When they were last seen.
    pub last_seen_at: Timestamp,
    /// When their data were erased; the rest is empty then.
    pub erased_at: Option<Timestamp>,
}

impl Customer {
    /// Who they are, in four fields.
    #[must_use]
    pub fn person(&self) -> Person {
        Person { id: self.id, user_id: self.user_id.clone(), email: self.email.clone(), name: self.name.clone() }
    }
}

/// One change of consent.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentRecord {
    /// Its id.
    pub id: Uuid,
    /// `email`, `sms`, ….
    pub channel: String,
    /// `marketing`, ….
    pub purpose: String,
    /// What was said.
    pub status: ConsentStatus,
    /// How: `api`, `form`, `unsubscribe`, `import`.
    pub source: String,
    /// Whatever proves it.
    pub proof: Json,
    /// When.
    pub at: Timestamp,
}

/// A change of consent to record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConsentChange {
    /// `email`, `sms`, ….
    pub channel: String,
    /// `marketing` when absent.
    #[serde(default = "marketing")]
    pub purpose: String,
    /// What was said.
    pub status: ConsentStatus,
    /// How: `form`, `import`, …; `api` when absent.
    #[serde(default = "api")]
    pub source: String,
    /// Text shown, address of the form, IP: whatever proves it.
    #[serde(default)]
    pub proof: Json,
}

fn marketing() -> String {
    "marketing".to_owned()
}

fn api() -> String {
    "api".to_owned()
}

/// What to change of a customer.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeCustomer {
    /// Traits to set; null removes one, those not named stay.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub traits: JsonMap,
    /// Consent to record.
    #[serde(default)]
    pub consent: Vec<ConsentChange>,
}

/// A customer by the shop's id, and what to set.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PutCustomer {
    /// The shop's id.
    pub user_id: String,
    /// Traits to set; null removes one, those not named stay.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub traits: JsonMap,
    /// Consent to record.
    #[serde(default)]
    pub consent: Vec<ConsentChange>,
}

/// A change that was accepted: it is visible a moment later.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerAccepted {
    /// The customer.
    pub customer: CustomerId,
}

words! {
    /// What an entry of a timeline is about.
    TimelineKind {
        /// An event.
        Event = "event",
        /// They entered a journey.
        Entered = "entered",
        /// They left a journey.
        Left = "left",
        /// Something was sent, or was meant to be.
        Delivery = "delivery",
        /// They allowed or forbade something.
        Consent = "consent",
    }
}

/// One entry of a timeline.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineEntry {
    /// When.
    pub at: Timestamp,
    /// What it is about.
    pub kind: TimelineKind,
    /// The id of the event, run, delivery or change of consent.
    pub id: Uuid,
    /// In a few words.
    pub title: String,
    /// The journey's slug, where there is one.
    pub journey: Option<String>,
    /// More of it: the properties of an event, the state of a delivery, ….
    pub detail: Json,
}

impl TimelineEntry {
    /// A text of the detail; empty when there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.detail.get(name).and_then(Json::as_str).unwrap_or_default()
    }
}

/// A person as a scenario's `customer`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Subject {
    /// Our id: splits send them the way they would in earnest. A scenario about somebody made up has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CustomerId>,
    /// The shop's id; ours when the shop has none.
    pub user_id: String,
    /// What is known of them.
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub traits: JsonMap,
    /// Consent by `channel/purpose`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub consent: BTreeMap<String, ConsentStatus>,
    /// Their tags.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub tags: BTreeSet<String>,
    /// When they were first seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// An event as an entry of a scenario's `history`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PastEvent {
    /// When.
    pub at: Timestamp,
    /// Its name.
    pub event: String,
    /// Its properties.
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub properties: JsonMap,
}

/// One person for a dry run: `customer`, `segments` and `history` stand in a scenario as they are.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerFacts {
    /// Who.
    pub customer: Subject,
    /// The definition of every segment.
    pub segments: BTreeMap<String, Predicate>,
    /// The segments they are in.
    pub member_of: Vec<String>,
    /// What they did, the oldest first.
    pub history: Vec<PastEvent>,
    /// Whether it is all they did; the newest otherwise.
    pub history_complete: bool,
}
