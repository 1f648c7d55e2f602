//! `/api/v1/kinds`: the kinds of steps that a workspace has written in Rhai.

use super::call::escaped;
use super::{Call, Failure, List};
use serde::{Deserialize, Serialize};
use tradewind_nodes::kind::Family;

/// A kind in the list.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct OwnKind {
    /// Its name.
    pub name: String,
    /// What it does, in a few words.
    pub label: String,
    /// What it is for; None when its file does not parse any more.
    pub family: Option<Family>,
    /// When it was changed last.
    #[serde(default)]
    pub updated_at: Option<String>,
    /// The journeys that use it.
    #[serde(default)]
    pub used_by: Vec<String>,
}

/// The file of a kind.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Manifest and script.
    pub source: String,
}

/// The kinds of the workspace.
///
/// # Errors
/// When there is no answer.
pub async fn list() -> Result<Vec<OwnKind>, Failure> {
    let page: List<OwnKind> = Call::get("/api/v1/kinds/files").query("limit", 200).send().await?;
    Ok(page.data)
}

/// The file of a kind.
///
/// # Errors
/// When there is no answer, or no such kind.
pub async fn open(name: &str) -> Result<Source, Failure> {
    Call::get(&format!("/api/v1/kinds/{}", escaped(name))).send().await
}

#[derive(Serialize)]
struct Sent<'s> {
    source: &'s str,
}

/// Stores the file of a kind, new or changed.
///
/// # Errors
/// When it is refused: each mistake has its words.
pub async fn save(name: &str, source: &str) -> Result<(), Failure> {
    Call::put(&format!("/api/v1/kinds/{}", escaped(name))).json(&Sent { source }).done().await
}

/// Removes a kind that nobody is on the way to.
///
/// # Errors
/// `in_use` when a journey needs it.
pub async fn remove(name: &str) -> Result<(), Failure> {
    Call::delete(&format!("/api/v1/kinds/{}", escaped(name))).done().await
}
