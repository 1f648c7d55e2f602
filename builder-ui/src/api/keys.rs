//! `/api/v1/keys`: the workspace's API keys.

use super::{Call, Failure, List, escaped};
use serde::Deserialize;
use tradewind_nodes::time::Timestamp;

/// A key in the list.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Key {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The first characters of the key itself.
    pub prefix: String,
    /// What it allows.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    #[serde(default)]
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default)]
    pub revoked_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Made {
    key: String,
}

/// A page of them, revoked ones included.
///
/// # Errors
/// When there is no answer, or the session may not see them.
pub async fn list(cursor: Option<String>) -> Result<List<Key>, Failure> {
    Call::get("/api/v1/keys").query("limit", 50).query_some("cursor", cursor).send().await
}

/// Makes one, and gives the key itself: it is never told again.
///
/// # Errors
/// When the name or the scopes are refused.
pub async fn create(name: &str, scopes: &[&str]) -> Result<String, Failure> {
    Ok(Call::post("/api/v1/keys").json(&serde_json::json!({ "name": name, "scopes": scopes })).send::<Made>().await?.key)
}

/// Makes it invalid.
///
/// # Errors
/// When there is no such key.
pub async fn revoke(id: &str) -> Result<(), Failure> {
    Call::delete(&format!("/api/v1/keys/{}", escaped(id))).done().await
}
