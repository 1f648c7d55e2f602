//! `*.test.json`: a scenario as a file.

use super::past::{self, Past};
use super::report::Outcome;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::{CustomerId, NodeId, PortName};
use tradewind_nodes::predicate::Predicate;
use tradewind_nodes::run::RefusalReason;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_nodes::{Json, JsonMap};

/// What happens to one person, and what is to come of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    /// What it shows, in words.
    pub name: String,
    /// When it begins.
    pub start: Timestamp,
    /// To whom.
    pub customer: Someone,
    /// Definitions of the segments the journey names.
    pub segments: BTreeMap<String, Predicate>,
    /// Ports that nodes are made to take, for splits.
    pub force: BTreeMap<NodeId, PortName>,
    /// What they did before it begins, in the order of time: counts and segments know of it, no journey hears of it.
    pub history: Vec<Past>,
    /// What happens, in the order of time.
    pub given: Vec<Given>,
    /// When it ends; with the last thing given when absent.
    pub until: Option<When>,
    /// What is to come of it.
    pub expect: Expect,
}

/// The person of a scenario.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Someone {
    /// The shop's id.
    pub user_id: String,
    /// Our id, where splits are to send them the way they would in earnest; made of the shop's id when absent.
    #[serde(default)]
    pub id: Option<CustomerId>,
    /// When they were first seen; when the scenario begins when absent.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// What is known of them.
    #[serde(default)]
    pub traits: JsonMap,
    /// Consent by `channel/purpose`.
    #[serde(default)]
    pub consent: BTreeMap<String, ConsentStatus>,
    /// Their tags.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// A moment of a scenario: an instant, or so long after its start (`+1h`, `0s`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// At an instant.
    At(Timestamp),
    /// So long after the start.
    After(Duration),
}

impl When {
    /// The instant, in a scenario that begins at `start`.
    #[must_use]
    pub fn instant(self, start: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::After(length) => start.plus(length),
        }
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let after = || Duration::parse(text.trim_start_matches('+')).filter(|length| *length >= Duration::ZERO).map(Self::After);
        let wrong = || serde::de::Error::custom(format!("{text:?} is no moment: write +1h, 0s or 2026-03-01T09:00:00Z"));
        after().or_else(|| Timestamp::parse(&text).map(Self::At)).ok_or_else(wrong)
    }
}

/// One thing that happens: exactly one of `event`, `set`, `consent`, `start`, `answer`, `fail` and `reply`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// When. What falls due at the same moment is done first.
    pub at: When,
    /// An event of the person.
    #[serde(default)]
    pub event: Option<String>,
    /// The event's properties.
    #[serde(default)]
    pub properties: JsonMap,
    /// Traits that change; null removes.
    #[serde(default)]
    pub set: Option<JsonMap>,
    /// Consent that changes, by `channel/purpose`.
    #[serde(default)]
    pub consent: Option<BTreeMap<String, ConsentStatus>>,
    /// The API starts the journey with these data.
    #[serde(default)]
    pub start: Option<JsonMap>,
    /// A person answers a question.
    #[serde(default)]
    pub answer: Option<Answer>,
    /// From now on effects of a node fail.
    #[serde(default)]
    pub fail: Option<Fail>,
    /// From now on requests of a node are answered so.
    #[serde(default)]
    pub reply: Option<Reply>,
}

/// The answer to a question.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The node that asked.
    pub node: NodeId,
    /// One of its answers.
    pub answer: String,
}

/// A failure.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fail {
    /// The node whose effects fail.
    pub node: NodeId,
    /// What goes wrong, in words.
    pub problem: String,
}

/// The answer to a request.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The node that asks.
    pub node: NodeId,
    /// The status of HTTP; 200 when absent.
    #[serde(default = "ok")]
    pub status: u16,
    /// The body.
    #[serde(default)]
    pub body: Json,
}
fn ok() -> u16 {
    200
}

/// What is to come of a scenario; what is absent is not looked at.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// Every mail, in order.
    pub messages: Option<Vec<ExpectMessage>>,
    /// Every request, in order.
    pub requests: Option<Vec<ExpectRequest>>,
    /// The titles of every question, in order.
    pub asked: Option<Vec<String>>,
    /// The names of every event journeys recorded, in order.
    pub recorded: Option<Vec<String>>,
    /// The slugs of every journey that was started, in order.
    pub started: Option<Vec<String>>,
    /// How many runs there are.
    pub runs: Option<usize>,
    /// Which run `steps` and `outcome` are about, from 1.
    pub run: Option<usize>,
    /// The run's whole way, each `node:port`, or `node` for any port and for where it ended or waits.
    pub steps: Option<Vec<String>>,
    /// How the run stands or ended.
    pub outcome: Option<Outcome>,
    /// Traits of the person; null for one that is not there.
    pub attributes: JsonMap,
    /// All tags of the person, in any order.
    pub tags: Option<Vec<String>>,
    /// Why the last entry was refused.
    pub refused: Option<RefusalReason>,
}

/// A mail.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectMessage {
    /// When.
    pub at: Option<When>,
    /// To whom.
    pub to: Option<String>,
    /// Its subject, to the letter.
    pub subject: Option<String>,
    /// Texts in its subject, HTML or text.
    pub contains: Vec<String>,
    /// Texts that are in none of them.
    pub not_contains: Vec<String>,
}

/// A request.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectRequest {
    /// When.
    pub at: Option<When>,
    /// Its method.
    pub method: Option<String>,
    /// Its address, to the letter.
    pub url: Option<String>,
    /// Texts in its body.
    pub contains: Vec<String>,
    /// Texts that are not in its body.
    pub not_contains: Vec<String>,
}

/// Why a scenario cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}{message}", if pointer.is_empty() { String::new() } else { format!("{pointer}: ") })]
pub struct ScenarioError {
    /// The place, a JSON pointer; empty for the whole.
    pub pointer: String,
    /// What is wrong and what to do.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: String,
    start: String,
    customer: Json,
    #[serde(default)]
    segments: BTreeMap<String, Json>,
    #[serde(default)]
    force: BTreeMap<NodeId, PortName>,
    #[serde(default)]
    history: Vec<Json>,
    #[serde(default)]
    given: Vec<Json>,
    #[serde(default)]
    until: Json,
    expect: BTreeMap<String, Json>,
}

pub(super) fn wrong(pointer: impl Into<String>, message: impl Into<String>) -> ScenarioError {
    ScenarioError { pointer: pointer.into(), message: message.into() }
}

/// Reads one part, so that what is wrong in it is said with its place.
pub(super) fn part<T: DeserializeOwned>(value: Json, pointer: &str) -> Result<T, ScenarioError> {
    serde_json::from_value(value).map_err(|error| wrong(pointer, error.to_string()))
}

impl Scenario {
    /// Reads a `*.test.json`.
    ///
    /// # Errors
    /// What is wrong first, with its line or its place.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let raw: Raw = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| wrong("", error.to_string()))?;
        let start = Timestamp::parse(&raw.start)
            .ok_or_else(|| wrong("/start", format!("{:?} is no instant: write 2026-03-01T09:00:00Z", raw.start)))?;
        let mut segments = BTreeMap::new();
        for (name, definition) in &raw.segments {
            let predicate = tradewind_nodes::predicate::from_json(definition, &format!("/segments/{name}"))
                .map_err(|issue| wrong(issue.field, issue.message))?;
            segments.insert(name.clone(), predicate);
        }
        let mut given = Vec::with_capacity(raw.given.len());
        let mut latest = start;
        for (i, entry) in raw.given.into_iter().enumerate() {
            let pointer = format!("/given/{i}");
            let entry: Given = part(entry, &pointer)?;
            entry.check(&pointer)?;
            let at = entry.at.instant(start);
            if at < latest {
                return Err(wrong(
                    format!("{pointer}/at"),
                    format!("{at} is before what is given earlier ({latest}): put it into the order of time"),
                ));
            }
            latest = at;
            given.push(entry);
        }
        let until: Option<When> = part(raw.until, "/until")?;
        if until.is_some_and(|until| until.instant(start) < latest) {
            return Err(wrong("/until", format!("it ends before the last thing given ({latest}): end it later")));
        }
        Ok(Self {
            name: raw.name,
            start,
            customer: part(raw.customer, "/customer")?,
            segments,
            force: raw.force,
            history: past::read(raw.history, start)?,
            given,
            until,
            expect: expectations(raw.expect)?,
        })
    }
}

fn expectations(raw: BTreeMap<String, Json>) -> Result<Expect, ScenarioError> {
    // Lists are read entry by entry first: the place of what is wrong is worth more than the time.
    for (name, entries) in raw.iter().filter_map(|(name, value)| Some((name, value.as_array()?))) {
        for (i, entry) in entries.iter().enumerate() {
            let pointer = format!("/expect/{name}/{i}");
            match name.as_str() {
                "messages" => drop(part::<ExpectMessage>(entry.clone(), &pointer)?),
                "requests" => drop(part::<ExpectRequest>(entry.clone(), &pointer)?),
                _ => {}
            }
        }
    }
    if raw.is_empty() {
        return Err(wrong("/expect", "nothing is expected, so nothing is tested: write steps, messages or an outcome"));
    }
    let expect: Expect = part(Json::Object(raw.into_iter().collect()), "/expect")?;
    if expect.run == Some(0) {
        return Err(wrong("/expect/run", "runs are counted from 1: write 1 for the first"));
    }
    Ok(expect)
}

impl Given {
    fn check(&self, pointer: &str) -> Result<(), ScenarioError> {
        let said = [
            self.event.is_some(),
            self.set.is_some(),
            self.consent.is_some(),
            self.start.is_some(),
            self.answer.is_some(),
            self.fail.is_some(),
            self.reply.is_some(),
        ];
        match said.iter().filter(|said| **said).count() {
            1 => {}
            0 => return Err(wrong(pointer, "nothing happens: write one of event, set, consent, start, answer, fail and reply")),
            _ => return Err(wrong(pointer, "two things happen: write each as an entry of its own")),
        }
        if !self.properties.is_empty() && self.event.is_none() {
            return Err(wrong(format!("{pointer}/properties"), "only an event has properties: name the event, or remove them"));
        }
        Ok(())
    }
}
