//! What a workspace's own words are: names of events and their properties, traits, segments, journeys. For fields that complete.

use super::{Call, Failure, List};
use serde::Deserialize;
use tradewind_nodes::{Json, JsonMap};

/// A property of an event.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Property {
    /// Its path below `properties`.
    pub path: String,
    /// `text`, `number`, `boolean`, `time`, `list`, `object` or `null`.
    #[serde(rename = "type", default)]
    pub sort: String,
    /// One value it had.
    #[serde(default)]
    pub example: Json,
}

/// An event that came of late.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct EventName {
    /// Its name.
    pub name: String,
    /// How many there were.
    #[serde(default)]
    pub count: i64,
    /// What it says.
    #[serde(default)]
    pub properties: Vec<Property>,
}

#[derive(Deserialize)]
struct Names {
    data: Vec<EventName>,
}

/// The events that came of late.
///
/// # Errors
/// When there is no answer.
pub async fn events() -> Result<Vec<EventName>, Failure> {
    Ok(Call::get("/api/v1/events/names").send::<Names>().await?.data)
}

#[derive(Deserialize)]
struct Traits {
    #[serde(default)]
    traits: JsonMap,
}

/// Traits of the customers seen last, each with one value it has.
///
/// # Errors
/// When there is no answer.
pub async fn traits() -> Result<JsonMap, Failure> {
    let page: List<Traits> = Call::get("/api/v1/customers").query("limit", 100).send().await?;
    let mut seen = JsonMap::new();
    for (name, value) in page.data.into_iter().flat_map(|customer| customer.traits) {
        if !value.is_null() {
            seen.entry(name).or_insert(value);
        }
    }
    Ok(seen)
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// The names of the segments.
///
/// # Errors
/// When there is no answer.
pub async fn segments() -> Result<Vec<String>, Failure> {
    let page: List<Named> = Call::get("/api/v1/segments").query("limit", 200).send().await?;
    Ok(page.data.into_iter().map(|segment| segment.name).collect())
}

/// A journey by its names.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct JourneyName {
    /// In addresses.
    pub slug: String,
    /// As people call it.
    pub name: String,
}

/// The names of the journeys.
///
/// # Errors
/// When there is no answer.
pub async fn journeys() -> Result<Vec<JourneyName>, Failure> {
    let page: List<JourneyName> = Call::get("/api/v1/journeys").query("limit", 200).send().await?;
    Ok(page.data)
}
