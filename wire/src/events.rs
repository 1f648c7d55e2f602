//! `/api/v1/events`: what came in, as it came in.

use crate::Person;
use serde::{Deserialize, Serialize};
use tradewind_nodes::id::{CustomerId, EventId};
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::{Json, JsonMap};

words! {
    /// As what an event came in: a call of Segment's, or one of our own.
    EventType {
        /// Somebody did something.
        Track = "track",
        /// Somebody looked at a page.
        Page = "page",
        /// Somebody looked at a screen of an app.
        Screen = "screen",
        /// Who somebody is.
        Identify = "identify",
        /// Somebody belongs to a group.
        Group = "group",
        /// Two ids are one person's.
        Alias = "alias",
        /// Recorded by a journey or by us.
        Internal = "internal",
    }
}

/// Which events.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct EventQuery {
    /// Only events of this name.
    pub name: Option<String>,
    /// Only events whose name holds this text.
    pub q: Option<String>,
    /// Only calls of this type.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", param(rename = "type"))]
    pub call: Option<EventType>,
    /// Only events of this customer, by our id; in the order they happened.
    pub customer: Option<CustomerId>,
    /// Since this instant (RFC 3339) or for so long back (`24h`).
    pub since: Option<String>,
    /// Before this instant, or so long back.
    pub until: Option<String>,
}

/// Which names of events.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct EventNameQuery {
    /// Only names that hold this text.
    pub q: Option<String>,
}

/// An event as it came in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Our id.
    pub id: EventId,
    /// Whose.
    pub customer: CustomerId,
    /// As what it came in.
    #[serde(rename = "type")]
    pub call: EventType,
    /// `Order Completed`.
    pub name: String,
    /// What it says.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub properties: JsonMap,
    /// Where it came from.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub context: JsonMap,
    /// The client's key against repeats.
    pub message_id: String,
    /// When it happened.
    pub at: Timestamp,
    /// When it reached us.
    pub received_at: Timestamp,
    /// Who they are, in lists that say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
}

/// What the live stream tells of events that came in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventBurst {
    /// The oldest first.
    pub events: Vec<Event>,
    /// How many more came and are not shown.
    pub skipped: i64,
}

words! {
    /// What a property's values are.
    PropertyType {
        /// Words.
        Text = "text",
        /// A number.
        Number = "number",
        /// True or false.
        Boolean = "boolean",
        /// An instant.
        Time = "time",
        /// A list.
        List = "list",
        /// Further properties.
        Object = "object",
        /// Nothing yet.
        Null = "null",
    }
}

/// A property of events.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventProperty {
    /// Where it is, as a fact path names it below `event.properties.`.
    pub path: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: PropertyType,
    /// A value of it, shortened.
    pub example: Json,
}

/// A name events have.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventName {
    /// The name.
    pub name: String,
    /// As what they came in.
    #[serde(rename = "type")]
    pub call: EventType,
    /// How many of the events looked at have it.
    pub count: i64,
    /// When the last of them came.
    pub last_at: Timestamp,
    /// What the newest of them say.
    pub properties: Vec<EventProperty>,
}

/// The names of the newest events.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventNames {
    /// The most frequent first.
    pub data: Vec<EventName>,
    /// How many events were looked at.
    pub looked_at: i64,
    /// When the oldest of them came.
    pub since: Option<Timestamp>,
}
