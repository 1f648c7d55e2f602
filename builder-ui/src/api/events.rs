//! `/api/v1/events`: what came in.

use super::customers::Known;
use super::{Call, Failure, List};
use serde::Deserialize;
use tradewind_nodes::JsonMap;
use tradewind_nodes::time::Timestamp;

/// An event as it came in.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Arrived {
    /// Our id.
    pub id: String,
    /// Whose.
    pub customer: String,
    /// `track`, `page`, `screen`, `identify`, `group`, `alias` or `internal`.
    #[serde(rename = "type")]
    pub call: String,
    /// `Order Completed`.
    pub name: String,
    /// What it says.
    #[serde(default)]
    pub properties: JsonMap,
    /// Where it came from.
    #[serde(default)]
    pub context: JsonMap,
    /// The client's key against repeats.
    #[serde(default)]
    pub message_id: String,
    /// When it happened.
    pub at: Timestamp,
    /// When it reached us.
    pub received_at: Timestamp,
    /// Who he is.
    #[serde(default)]
    pub person: Option<Known>,
}

/// What the live stream tells of events.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Burst {
    /// The newest last.
    pub events: Vec<Arrived>,
    /// How many more came that are not among them.
    #[serde(default)]
    pub skipped: u64,
}

/// Which events.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Whose name holds this.
    pub name: Option<String>,
    /// Of this type of call.
    pub call: Option<String>,
    /// Of this person.
    pub customer: Option<String>,
    /// For so long back, as `24h`.
    pub since: Option<String>,
}

impl Wanted {
    /// Whether an event that has just come is one of them.
    #[must_use]
    pub fn takes(&self, event: &Arrived) -> bool {
        let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        let named = self.name.as_ref().is_none_or(|wanted| event.name.to_lowercase().contains(&wanted.to_lowercase()));
        named && is(&self.call, &event.call) && is(&self.customer, &event.customer)
    }
}

/// A page of them, the last received first.
///
/// # Errors
/// When there is no answer.
pub async fn list(wanted: Wanted, limit: u32, cursor: Option<String>) -> Result<List<Arrived>, Failure> {
    Call::get("/api/v1/events")
        .query_some("q", wanted.name)
        .query_some("type", wanted.call)
        .query_some("customer", wanted.customer)
        .query_some("since", wanted.since)
        .query("limit", limit)
        .query_some("cursor", cursor)
        .send()
        .await
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

#[derive(Deserialize)]
struct Names {
    data: Vec<Name>,
}

/// The names of the newest events.
///
/// # Errors
/// When there is no answer.
pub async fn names() -> Result<Vec<String>, Failure> {
    Ok(Call::get("/api/v1/events/names").send::<Names>().await?.data.into_iter().map(|name| name.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_for_is_taken_from_the_stream() {
        let event: Arrived = serde_json::from_str(
            r#"{"id": "1", "customer": "c", "type": "track", "name": "Order Completed",
                "at": "2026-11-23T10:00:00Z", "received_at": "2026-11-23T10:00:00Z"}"#,
        )
        .unwrap();
        let named = |name: &str| Wanted { name: Some(name.to_owned()), ..Wanted::default() };
        assert!(Wanted::default().takes(&event) && named("Order Completed").takes(&event) && named("order").takes(&event));
        assert!(!named("Cart Updated").takes(&event));
    }
}
