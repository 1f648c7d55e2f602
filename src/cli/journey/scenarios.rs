//! The scenario tests that go with a journey: `*.test.json` beside its `journey.json`.

use super::file;
use super::pull::address;
use crate::cli::client::Client;
use crate::cli::{Failure, say};
use http::Method;
use http::header::ETAG;
use serde_json::{Value, json};
use std::path::Path;

const ENDING: &str = ".test.json";
/// Scenarios of one journey at most; the server says so too.
const MOST: usize = 100;

/// Whether scenarios stand beside this file: they belong to the journey of their folder.
fn has_company(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "journey.json")
}

/// The scenarios beside the journey in `path`, in order of their names.
fn beside(path: &Path) -> Result<Vec<Value>, Failure> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let wrong = |error: std::io::Error| Failure::new(format!("{}: {error}: check the path", folder.display()));
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let name = entry.map_err(wrong)?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(ENDING).map(str::to_owned));
    }
    if names.len() > MOST {
        return Err(Failure::new(format!("{} holds {} scenarios and may hold {MOST}: leave some out", folder.display(), names.len())));
    }
    names.sort();
    let read = |name: String| {
        let path = folder.join(format!("{name}{ENDING}"));
        let body: Value = serde_json::from_str(file::text(&path)?.trim_start_matches('\u{feff}'))
            .map_err(|error| Failure::new(format!("{}: {error}: correct it", path.display())))?;
        Ok(json!({ "name": name, "body": body }))
    };
    names.into_iter().map(read).collect()
}

/// Keeps the scenarios beside the journey in `path` with the journey called `slug`. Where there are none, those of the server
/// stay.
pub async fn push(client: &Client, path: &Path, slug: &str) -> Result<(), Failure> {
    let own = if has_company(path) { beside(path)? } else { Vec::new() };
    if own.is_empty() {
        return Ok(());
    }
    let here = format!("{}/scenarios", address(slug));
    let Some(answer) = client.get(&here).await? else {
        return Err(Failure::new("the server keeps no scenarios with journeys: update it"));
    };
    if kept(&answer.body) == own {
        return Ok(());
    }
    let revision = answer.headers.get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    client.send(Method::PUT, &here, &json!({ "scenarios": own }), revision.as_deref()).await?;
    say(&format!("keeps {} scenarios with {slug}", own.len()));
    Ok(())
}

/// Writes the scenarios of the journey called `slug` beside `path`. Others that stand there stay.
pub async fn pull(client: &Client, path: &Path, slug: &str) -> Result<(), Failure> {
    if !has_company(path) {
        return Ok(());
    }
    let Some(answer) = client.get(&format!("{}/scenarios", address(slug))).await? else { return Ok(()) };
    for scenario in kept(&answer.body) {
        let name = scenario.get("name").and_then(Value::as_str).unwrap_or_default();
        // The name comes from outside and becomes a path.
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
            return Err(Failure::new(format!("the server has a scenario called {name:?}, which is no file's name: rename it there")));
        }
        // A value read as JSON is written as JSON.
        let text = serde_json::to_string_pretty(&scenario["body"]).unwrap_or_default();
        let path = path.with_file_name(format!("{name}{ENDING}"));
        file::write(&path, &format!("{text}\n"))?;
        say(&format!("wrote {}", path.display()));
    }
    Ok(())
}

/// What the server keeps, in the form it takes.
fn kept(body: &Value) -> Vec<Value> {
    let list = body.get("data").and_then(Value::as_array).into_iter().flatten();
    list.map(|scenario| json!({ "name": scenario["name"], "body": scenario["body"] })).collect()
}
