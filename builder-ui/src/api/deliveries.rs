//! `/api/v1/deliveries`: what journeys sent, or meant to; `/api/v1/mails`: what the built-in mailbox caught of it.

use super::{Call, Failure, List, escaped};
use serde::Deserialize;
use tradewind_nodes::Json;
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;

/// A delivery in a list.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Sending {
    /// Its id.
    pub id: String,
    /// The run that asked for it.
    pub run: String,
    /// The journey's slug.
    pub journey: String,
    /// For whom.
    #[serde(default)]
    pub customer: Option<String>,
    /// `email` or `http`.
    pub channel: String,
    /// Where it goes.
    pub recipient: String,
    /// The subject of a mail; method and address of a request.
    pub title: String,
    /// `pending`, `sending`, `sent`, `failed` or `suppressed`.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its outcome was known.
    #[serde(default)]
    pub settled_at: Option<Timestamp>,
    /// Why it failed, was suppressed, or is tried again.
    #[serde(default)]
    pub said: Option<Why>,
}

/// A delivery with what it says and what became of it.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Sent {
    /// What the list says.
    #[serde(flatten)]
    pub listed: Sending,
    /// The effect as rendered, with its guards.
    pub effect: Json,
    /// The receipt, the last problem or the reason of suppression.
    #[serde(default)]
    pub result: Option<Json>,
}

/// Which deliveries.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// The journey's slug.
    pub journey: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// By this channel.
    pub channel: Option<String>,
    /// Asked for since.
    pub since: Option<Timestamp>,
}

/// A page of them, the newest first.
///
/// # Errors
/// When there is no answer.
pub async fn list(wanted: Wanted, cursor: Option<String>) -> Result<List<Sending>, Failure> {
    let mut page: List<Sending> = Call::get("/api/v1/deliveries")
        .query_some("journey", wanted.journey)
        .query_some("state", wanted.state)
        .query_some("channel", wanted.channel)
        .query("limit", 50)
        .query_some("cursor", cursor)
        .send()
        .await?;
    // The list goes back in time: the first that is too old ends it.
    if let Some(end) = wanted.since.and_then(|since| page.data.iter().position(|delivery| delivery.created_at < since)) {
        page.data.truncate(end);
        page.next_cursor = None;
        page.has_more = false;
    }
    Ok(page)
}

/// One of them.
///
/// # Errors
/// When it does not exist.
pub async fn get(id: &str) -> Result<Sent, Failure> {
    Call::get(&format!("/api/v1/deliveries/{}", escaped(id))).send().await
}

/// A mail in the mailbox.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Caught {
    /// The delivery's id.
    pub id: String,
    /// To whom.
    pub recipient: String,
    /// From whom.
    pub sender: String,
    /// The subject line.
    pub subject: String,
    /// When it was caught.
    pub at: Timestamp,
}

/// A mail with its parts.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Mail {
    /// What the list says.
    #[serde(flatten)]
    pub listed: Caught,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
    /// The headers.
    pub headers: Json,
}

fn mail(id: &str) -> String {
    format!("/api/v1/mails/{}", escaped(id))
}

/// A page of the mails caught, the newest first; those to one address.
///
/// # Errors
/// When there is no answer.
pub async fn mails(recipient: Option<String>, cursor: Option<String>) -> Result<List<Caught>, Failure> {
    Call::get("/api/v1/mails").query_some("recipient", recipient).query("limit", 50).query_some("cursor", cursor).send().await
}

/// One mail.
///
/// # Errors
/// When it does not exist.
pub async fn read(id: &str) -> Result<Mail, Failure> {
    Call::get(&mail(id)).send().await
}

/// Where a mail's HTML is as a page of its own, which may load no scripts, and pictures of others only when asked to.
#[must_use]
pub fn page_of(id: &str, pictures: bool) -> String {
    format!("{}/html{}", mail(id), if pictures { "?pictures=true" } else { "" })
}
