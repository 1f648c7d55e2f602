//! `/api/v1/audience`: how many people a condition holds for.

use super::{Call, Failure};
use serde::Deserialize;
use tradewind_nodes::Json;

/// A person by his names.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Someone {
    /// Our id.
    pub id: String,
    /// The shop's id.
    #[serde(default)]
    pub user_id: Option<String>,
    /// His address.
    #[serde(default)]
    pub email: Option<String>,
    /// What he is called.
    #[serde(default)]
    pub name: Option<String>,
}

impl Someone {
    /// What to call him: the first that is known of his name, his address and his id.
    #[must_use]
    pub fn called(&self) -> &str {
        let named = self.name.as_deref().or(self.email.as_deref()).or(self.user_id.as_deref());
        named.filter(|name| !name.is_empty()).unwrap_or(&self.id)
    }
}

/// Whom a condition holds for.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Audience {
    /// How many; about, unless `exact`.
    pub count: i64,
    /// Of how many.
    pub of: i64,
    /// Whether everybody was looked at.
    pub exact: bool,
    /// Some of them.
    #[serde(default)]
    pub sample: Vec<Someone>,
}

/// Counts the people a condition holds for.
///
/// # Errors
/// When there is no answer, or the condition cannot be counted by.
pub async fn count(predicate: &Json) -> Result<Audience, Failure> {
    Call::post("/api/v1/audience").json(&serde_json::json!({ "predicate": predicate, "sample": 5 })).once().send().await
}
