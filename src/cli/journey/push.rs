//! `tradewind journey push`: a file becomes the draft of its journey, and a version if wished.

use super::file;
use super::pull::{address, fetch};
use super::scenarios;
use crate::cli::client::{Client, Remote};
use crate::cli::{Failure, say};
use http::Method;
use serde_json::{Value, json};
use std::path::Path;
use tradewind_nodes::graph::{Graph, JourneyFile};

/// Sends the journey in `path`.
pub async fn run(path: &Path, publish: bool, note: &str, remote: Remote) -> Result<(), Failure> {
    let journey = file::read(path)?;
    let client = Client::new(remote)?;
    let here = address(&journey.slug);
    match fetch(&client, &journey.slug).await? {
        None => {
            let body = json!({"name": journey.name, "slug": journey.slug, "description": journey.description.clone().unwrap_or_default(), "graph": graph(&journey.graph)?});
            client.send(Method::POST, "/api/v1/journeys", &body, None).await?;
            say(&format!("made {}", journey.slug));
        }
        Some(found) if found.file == journey => say(&format!("{} is the draft already", journey.slug)),
        Some(found) => {
            replace(&client, &here, &found.file, &journey, found.revision.as_deref()).await?;
            say(&format!("changed the draft of {}", journey.slug));
        }
    }
    scenarios::push(&client, path, &journey.slug).await?;
    if publish {
        let done = client.send(Method::POST, &format!("{here}/publish"), &json!({"note": note}), None).await?;
        let version = done.body.get("version").and_then(Value::as_i64).unwrap_or_default();
        let unchanged = done.body.get("unchanged").and_then(Value::as_bool).unwrap_or(false);
        say(&format!("{} version {version}", if unchanged { "already live as" } else { "published as" }));
    }
    Ok(())
}

/// `revision` makes sure that nobody's change since the comparison is overwritten.
async fn replace(client: &Client, here: &str, old: &JourneyFile, new: &JourneyFile, revision: Option<&str>) -> Result<(), Failure> {
    if old.graph != new.graph {
        client.send(Method::PUT, &format!("{here}/draft"), &graph(&new.graph)?, revision).await?;
    }
    if (&old.name, &old.description) != (&new.name, &new.description) {
        let body = json!({"name": new.name, "description": new.description.clone().unwrap_or_default()});
        client.send(Method::PATCH, here, &body, None).await?;
    }
    Ok(())
}

fn graph(graph: &Graph) -> Result<Value, Failure> {
    serde_json::to_value(graph).map_err(|error| Failure::new(format!("the graph cannot be written as JSON ({error}): export it again")))
}
