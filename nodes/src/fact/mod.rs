//! Facts: what a node may read about its subject, and the paths that name them.
//!
//! Each [`Family`] of facts is declared in a file of `families`.

mod families;
mod family;

pub use families::FAMILIES;
pub use family::{FactScope, FactType, Family, Field, Found, Leaf, Read, Shape, check_path, is_group};

/// The root of the item in question inside a test of a list: `item`, `item.sku`. There is none elsewhere, so it is no family.
pub const ITEM: &str = "item";

use crate::id::{CustomerId, EventId, RunId};
use crate::time::{Duration, Timestamp, Zone};
use crate::why::Why;
use crate::{Json, JsonMap};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a customer allows a channel for a purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum ConsentStatus {
    Granted,
    Denied,
    Withdrawn,
}

impl ConsentStatus {
    /// Its name as stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// What a customer consents to: a channel (`email`, `sms`, …) and a purpose (`marketing`, `transactional`, …).
/// JSON form inside a predicate: `{"channel":"email","purpose":"marketing"}`; purpose defaults to marketing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentScope {
    /// The channel.
    pub channel: String,
    /// The purpose.
    #[serde(default = "marketing")]
    pub purpose: String,
}
fn marketing() -> String {
    "marketing".to_owned()
}

/// A person who buys, as nodes see him.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Customer {
    /// Our id.
    pub id: CustomerId,
    /// The shop's id, once known.
    pub user_id: Option<String>,
    /// Everything identify calls said, the last word winning.
    pub traits: JsonMap,
    /// Labels set by journeys and people.
    pub tags: BTreeSet<String>,
    /// Consent by `channel/purpose`; a scope never asked about is absent.
    pub consent: BTreeMap<String, ConsentStatus>,
    /// When he was first seen.
    pub created_at: Timestamp,
}

impl Customer {
    /// A customer of whom nothing is known yet.
    #[must_use]
    pub fn unknown(id: CustomerId, at: Timestamp) -> Self {
        Self { id, user_id: None, traits: JsonMap::new(), tags: BTreeSet::new(), consent: BTreeMap::new(), created_at: at }
    }
    /// Whether he granted `scope`. Never asked counts as no.
    #[must_use]
    pub fn consents(&self, scope: &ConsentScope) -> Option<ConsentStatus> {
        self.consent.get(&format!("{}/{}", scope.channel, scope.purpose)).copied()
    }
    /// Sets traits (null removes) and tags.
    pub fn set(&mut self, traits: &JsonMap, add_tags: &[String], remove_tags: &[String]) {
        for (name, value) in traits {
            if value.is_null() {
                self.traits.remove(name);
            } else {
                self.traits.insert(name.clone(), value.clone());
            }
        }
        self.tags.extend(add_tags.iter().cloned());
        self.tags.retain(|tag| !remove_tags.contains(tag));
    }
    /// A well-known trait by its short name, in snake or camel case.
    #[must_use]
    pub fn well_known(&self, name: &str) -> Option<&Json> {
        let camel = match name {
            "first_name" => "firstName",
            "last_name" => "lastName",
            "timezone" => "timeZone",
            other => other,
        };
        let direct = self.traits.get(name).or_else(|| self.traits.get(camel));
        match name {
            "country" => direct.or_else(|| self.traits.get("address").and_then(|a| a.get("country"))),
            _ => direct,
        }
    }
    /// A well-known trait that is text and not empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.well_known(name).and_then(Json::as_str).map(str::trim).filter(|t| !t.is_empty())
    }
    /// His time zone, when he has one the tables know.
    #[must_use]
    pub fn zone(&self) -> Option<Zone> {
        self.text("timezone").and_then(Zone::named)
    }
}

/// An event, as nodes see it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Our id.
    pub id: EventId,
    /// `Order Completed`; for page and screen calls `Page Viewed` and `Screen Viewed`.
    pub name: String,
    /// When it happened, skew corrected.
    pub at: Timestamp,
    /// What it says.
    #[serde(default)]
    pub properties: JsonMap,
    /// Where it came from (Segment's `context`).
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    pub context: JsonMap,
}

/// Journeys one event may come of, one after the other: a journey that records the event it starts on must not feed itself
/// for ever.
pub const MAX_DEPTH: u32 = 8;

impl Event {
    /// How many journeys it came of, one after the other; 0 for what came from outside.
    #[must_use]
    pub fn depth(&self) -> u32 {
        let said = self.context.get("tradewind").and_then(|own| own.get("depth")).and_then(Json::as_u64);
        said.map_or(0, |depth| u32::try_from(depth).unwrap_or(u32::MAX))
    }

    /// The context of an event that came of `depth` journeys.
    #[must_use]
    pub fn context_at(depth: u32) -> JsonMap {
        let mut context = JsonMap::new();
        if depth > 0 {
            context.insert("tradewind".to_owned(), serde_json::json!({ "depth": depth }));
        }
        context
    }

    /// Why it starts nobody's run any more; None while it may.
    #[must_use]
    pub fn too_deep(&self) -> Option<Why> {
        let depth = self.depth();
        (depth > MAX_DEPTH).then(|| Why::Fed { event: self.name.clone(), depth })
    }
}

/// Everything one step may read.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The subject; a run about no person has none.
    pub customer: Option<&'a Customer>,
    /// The customer's events that the version asked for through [`Needs`], oldest first.
    pub history: &'a [Event],
    /// Names of the segments the customer is in.
    pub segments: &'a BTreeSet<String>,
    /// The event that started the run; inside a test of events, the one in question.
    pub event: Option<&'a Event>,
    /// Inside a test of a list, the item in question.
    pub item: Option<&'a Json>,
    /// What earlier nodes put out, by node id.
    pub outputs: &'a JsonMap,
    /// The run, when there is one (a trigger filter has none yet).
    pub run: Option<RunFacts<'a>>,
    /// The instant of the decision.
    pub now: Timestamp,
}

/// What a predicate may know of its run.
#[derive(Clone, Copy)]
pub struct RunFacts<'a> {
    /// The run.
    pub id: RunId,
    /// When it began.
    pub entered_at: Timestamp,
    /// Its key, when the re-entry rule made one.
    pub key: Option<&'a str>,
}

/// An empty map for facts that have none.
pub static NO_OUTPUTS: std::sync::LazyLock<JsonMap> = std::sync::LazyLock::new(JsonMap::new);
/// An empty set for facts that have none.
pub static NO_SEGMENTS: BTreeSet<String> = BTreeSet::new();

impl Facts<'_> {
    /// Facts about nobody: for previews and checks.
    #[must_use]
    pub fn empty(now: Timestamp) -> Facts<'static> {
        Facts { customer: None, history: &[], segments: &NO_SEGMENTS, event: None, item: None, outputs: &NO_OUTPUTS, run: None, now }
    }
}

/// The value at a dotted path inside a map; a number indexes an array.
#[must_use]
pub fn dig_map<'a>(map: &'a JsonMap, path: &str) -> Option<&'a Json> {
    // A property may itself have dots in its name: the whole rest is tried first.
    if let Some(whole) = map.get(path) {
        return Some(whole);
    }
    let (head, tail) = path.split_once('.')?;
    dig(map.get(head)?, tail)
}

/// The value at a dotted path inside `value`; an empty path is the value itself.
#[must_use]
pub fn dig<'a>(value: &'a Json, path: &str) -> Option<&'a Json> {
    if path.is_empty() {
        return Some(value);
    }
    match value {
        Json::Object(map) => dig_map(map, path),
        Json::Array(items) => {
            let (head, tail) = path.split_once('.').unwrap_or((path, ""));
            dig(items.get(head.parse::<usize>().ok()?)?, tail)
        }
        _ => None,
    }
}

/// How far back a count of events looks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Horizon {
    /// Since the run began.
    Entry,
    /// The last so long, and since the run began when that is longer ago: a need for both is met.
    Window(Duration),
    /// All that is kept.
    Ever,
}

/// What must be loaded before a step can decide, so that a batch of runs is served by few queries.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Needs {
    /// Events to load, by name, with the farthest horizon asked for.
    pub events: BTreeMap<String, Horizon>,
    /// Whether the customer's segments are read.
    pub segments: bool,
    /// The commands that steps may give, by their names: what those need is loaded too.
    pub commands: BTreeSet<&'static str>,
}

impl Needs {
    /// Asks for the events called `name` back to `horizon`.
    pub fn event(&mut self, name: &str, horizon: Horizon) {
        let farthest = self.events.entry(name.to_owned()).or_insert(horizon);
        *farthest = (*farthest).max(horizon);
    }
    /// Whether there is anything to load that is not always loaded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.commands.is_empty()
    }
    /// Adds all that `other` needs.
    pub fn merge(&mut self, other: &Self) {
        for (name, horizon) in &other.events {
            self.event(name, *horizon);
        }
        self.segments |= other.segments;
        self.commands.extend(&other.commands);
    }
}
