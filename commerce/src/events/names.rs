//! What events there are and what they say: for pickers of names and properties.

use crate::reading::ReadError;
use std::collections::{BTreeMap, HashMap};
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::{Json, JsonMap};
use tradewind_schema::record;
use tradewind_store::{Db, Value};

pub(super) const NEWEST: &str =
    "SELECT name, type, received_at, properties FROM events WHERE workspace_id = $1 ORDER BY received_at DESC, id DESC LIMIT $2";

/// Events looked at.
const LOOKED_AT: i64 = 5_000;
/// Names told, properties of one name, and how deep properties are followed.
const NAMES: usize = 500;
const PATHS: usize = 100;
const DEPTH: usize = 4;
/// Events of one name whose properties are read: they rarely differ.
const SAMPLES: i64 = 20;
/// Letters of an example.
const LETTERS: usize = 80;

/// A name events have.
#[derive(Clone, PartialEq, Debug)]
pub struct EventName {
    /// The name.
    pub name: String,
    /// `track`, `page`, `screen`, `identify`, `group`, `alias` or `internal`.
    pub call: String,
    /// How many of the events looked at have it.
    pub count: i64,
    /// When the last of them came.
    pub last_at: Timestamp,
    /// What the newest of them say.
    pub properties: Vec<PropertyPath>,
}

/// A property of events.
#[derive(Clone, PartialEq, Debug)]
pub struct PropertyPath {
    /// Where it is, as a fact path names it below `event.properties.`.
    pub path: String,
    /// `text`, `number`, `boolean`, `time`, `list`, `object` or `null`.
    pub kind: &'static str,
    /// A value of it, shortened.
    pub example: Json,
}

/// The names of the newest events.
#[derive(Clone, PartialEq, Debug)]
pub struct Names {
    /// The most frequent first.
    pub data: Vec<EventName>,
    /// How many events were looked at.
    pub looked_at: i64,
    /// When the oldest of them came.
    pub since: Option<Timestamp>,
}

record! {
    struct Newest of "events" key [] {
        name: text,
        r#type: text,
        received_at: int => Timestamp,
        properties: text,
    }
}

/// The names of the newest events, with what they say; `q` narrows them to names that hold it.
pub async fn names(db: &Db, workspace: WorkspaceId, q: Option<&str>) -> Result<Names, ReadError> {
    let rows = db.query(NEWEST, vec![workspace.0.into(), Value::Int(LOOKED_AT)]).await?;
    let wanted = q.map(|q| q.trim().to_lowercase()).filter(|q| !q.is_empty());
    let mut found: HashMap<(String, String), (EventName, BTreeMap<String, PropertyPath>)> = HashMap::new();
    let mut since = None;
    let looked_at = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    for row in rows.read::<Newest>()? {
        let Newest { name, r#type: call, received_at, properties } = row;
        since = Some(received_at);
        if wanted.as_ref().is_some_and(|wanted| !name.to_lowercase().contains(wanted.as_str())) {
            continue;
        }
        let (known, paths) = found.entry((name.clone(), call.clone())).or_insert_with(|| {
            let fresh = EventName { name, call, count: 0, last_at: received_at, properties: Vec::new() };
            (fresh, BTreeMap::new())
        });
        known.count += 1;
        if known.count <= SAMPLES {
            // Read only here: most are not looked into.
            let properties: JsonMap = serde_json::from_str(&properties)
                .map_err(|error| ReadError::Corrupt { thing: "the properties of an event".to_owned(), message: error.to_string() })?;
            follow(&properties, "", 0, paths);
        }
    }
    let mut data: Vec<EventName> =
        found.into_values().map(|(name, paths)| EventName { properties: paths.into_values().collect(), ..name }).collect();
    data.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    data.truncate(NAMES);
    Ok(Names { data, looked_at, since })
}

fn follow(map: &JsonMap, above: &str, depth: usize, paths: &mut BTreeMap<String, PropertyPath>) {
    for (name, value) in map {
        let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        note(path, value, depth, paths);
    }
}

fn note(path: String, value: &Json, depth: usize, paths: &mut BTreeMap<String, PropertyPath>) {
    if paths.len() >= PATHS && !paths.contains_key(&path) {
        return;
    }
    // A value tells more than a null of a newer event.
    if paths.get(&path).is_none_or(|known| known.kind == "null") {
        paths.insert(path.clone(), PropertyPath { path: path.clone(), kind: kind_of(value), example: example(value) });
    }
    if depth >= DEPTH {
        return;
    }
    match value {
        Json::Object(map) => follow(map, &path, depth + 1, paths),
        // The first of a list stands for the others.
        Json::Array(items) => {
            if let Some(first) = items.first() {
                note(format!("{path}.0"), first, depth + 1, paths);
            }
        }
        _ => {}
    }
}

fn kind_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(text) if text.len() >= 10 && text.starts_with(|c: char| c.is_ascii_digit()) && Timestamp::parse(text).is_some() => {
            "time"
        }
        Json::String(_) => "text",
        Json::Array(_) => "list",
        Json::Object(_) => "object",
    }
}

fn example(value: &Json) -> Json {
    match value {
        Json::String(text) => text.chars().take(LETTERS).collect::<String>().into(),
        Json::Array(items) => items.len().into(),
        Json::Object(_) => Json::Null,
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_lead_to_values_and_tell_what_they_are() {
        let event = json!({"total": 62.5, "at": "2026-11-23T10:00:00Z", "products": [{"sku": "A-1"}], "coupon": null});
        let mut paths = BTreeMap::new();
        follow(event.as_object().unwrap(), "", 0, &mut paths);
        let told: Vec<(&str, &str)> = paths.values().map(|path| (path.path.as_str(), path.kind)).collect();
        let expected = [
            ("at", "time"),
            ("coupon", "null"),
            ("products", "list"),
            ("products.0", "object"),
            ("products.0.sku", "text"),
            ("total", "number"),
        ];
        assert_eq!(told, expected);
        follow(json!({"coupon": "TEN"}).as_object().unwrap(), "", 0, &mut paths);
        assert_eq!((paths["coupon"].kind, &paths["coupon"].example), ("text", &json!("TEN")));
    }

    #[test]
    fn what_a_stranger_sends_stays_bounded() {
        let wide: JsonMap = (0..5_000).map(|n| (format!("p{n}"), json!(n))).collect();
        let mut paths = BTreeMap::new();
        follow(&wide, "", 0, &mut paths);
        assert_eq!(paths.len(), PATHS);
        let mut deep = json!("end");
        for _ in 0..50 {
            deep = json!({ "d": deep });
        }
        let mut paths = BTreeMap::new();
        follow(deep.as_object().unwrap(), "", 0, &mut paths);
        assert_eq!(paths.len(), DEPTH + 1);
    }
}
