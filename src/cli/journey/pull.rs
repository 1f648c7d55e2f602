//! `tradewind journey pull`: the draft of a journey as a file.

use super::{file, scenarios};
use crate::cli::client::{Client, Remote};
use crate::cli::{Failure, say};
use serde_json::Value;
use std::io::Write as _;
use std::path::Path;
use tradewind_nodes::graph::{Graph, JourneyFile};

/// Fetches the journey called `slug`.
pub async fn run(slug: &str, output: Option<&Path>, remote: Remote) -> Result<(), Failure> {
    let client = Client::new(remote)?;
    let found =
        fetch(&client, slug).await?.ok_or_else(|| Failure::new(format!("there is no journey {slug:?} on the server: check its slug")))?;
    let text = found.file.to_text();
    match output {
        Some(path) => {
            file::write(path, &text)?;
            say(&format!("wrote {}", path.display()));
            scenarios::pull(&client, path, &found.file.slug).await?;
        }
        None => {
            let _ = std::io::stdout().write_all(text.as_bytes());
        }
    }
    Ok(())
}

/// A journey as it is on the server.
pub struct Remembered {
    /// As a file.
    pub file: JourneyFile,
    /// The ETag of its draft.
    pub revision: Option<String>,
}

/// The draft of a journey; None when the server has none of this slug.
pub async fn fetch(client: &Client, slug: &str) -> Result<Option<Remembered>, Failure> {
    let Some(answer) = client.get(&address(slug)).await? else { return Ok(None) };
    let text = |field: &str| answer.body.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let draft = answer.body.get("draft").cloned().unwrap_or_default();
    let graph: Graph = serde_json::from_value(draft).map_err(|error| {
        Failure::new(format!("the server's draft of {slug:?} cannot be read ({error}): it may run a newer version; update this program"))
    })?;
    let description = Some(text("description")).filter(|words| !words.is_empty());
    let revision = answer.headers.get(http::header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    Ok(Some(Remembered { file: JourneyFile { name: text("name"), slug: text("slug"), description, graph }, revision }))
}

/// Where a journey lives.
pub fn address(slug: &str) -> String {
    format!("/api/v1/journeys/{}", percent_encoding::utf8_percent_encode(slug, percent_encoding::NON_ALPHANUMERIC))
}
