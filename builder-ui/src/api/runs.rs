//! `/api/v1/runs`: people on their way through journeys.

use super::incidents::Incident;
use super::{Call, Failure, List, escaped};
use crate::t;
use serde::Deserialize;
use tradewind_nodes::Json;
use tradewind_nodes::answer::{Called, Standing};
use tradewind_nodes::id::NodeId;
use tradewind_nodes::run::StepOutcome;
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;

/// A person, as far as he is known.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Person {
    /// Our id.
    pub id: String,
    /// The shop's id.
    #[serde(default)]
    pub user_id: Option<String>,
    /// The address.
    #[serde(default)]
    pub email: Option<String>,
    /// What he is called.
    #[serde(default)]
    pub name: Option<String>,
}

impl Person {
    /// The best name there is for him.
    #[must_use]
    pub fn called(&self) -> String {
        let known = [&self.name, &self.email, &self.user_id].into_iter().flatten().find(|text| !text.trim().is_empty());
        known.cloned().unwrap_or_else(|| self.id.clone())
    }
}

/// The best name there is for the person of a run; a run may be about nobody.
#[must_use]
pub fn called(person: Option<&Person>) -> String {
    person.map_or_else(|| t!(live.nobody), Person::called)
}

/// A run in a list.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// The journey's slug.
    pub journey: String,
    /// The version it keeps to.
    pub version: i64,
    /// Whose.
    #[serde(default)]
    pub customer: Option<String>,
    /// `ready`, `queued`, `sleeping`, `awaiting`, `awaiting_change`, `calling`, `asking`, `held` or `done`.
    pub state: String,
    /// Where it stands, or stood last.
    pub node: String,
    /// When the engine looks again without being told.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
    /// When it began.
    pub entered_at: Timestamp,
    /// When it ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// `completed`, `exited`, `goal` or `cancelled`.
    #[serde(default)]
    pub outcome: Option<String>,
    /// Who.
    #[serde(default)]
    pub person: Option<Person>,
    /// What its node is called.
    pub called: Called,
}

/// A step of a run.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct StepTaken {
    /// The transition it was part of.
    pub seq: i64,
    /// Where.
    pub node: NodeId,
    /// What people call the node.
    pub called: Called,
    /// Which visit, from 1.
    #[serde(default)]
    pub visit: u32,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub outcome: StepOutcome,
    /// Why.
    #[serde(deserialize_with = "super::reason::read")]
    pub why: Why,
}

/// What a run sent.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Delivery {
    /// Its id.
    pub id: String,
    /// `email` or `http`.
    pub channel: String,
    /// Where it goes.
    pub recipient: String,
    /// The subject of a mail; method and address of a request.
    pub title: String,
    /// `pending`, `sending`, `sent`, `failed` or `suppressed`.
    pub state: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its outcome was known.
    #[serde(default)]
    pub settled_at: Option<Timestamp>,
    /// Why it failed, was suppressed, or is tried again.
    #[serde(default)]
    pub said: Option<Why>,
}

/// A run with everything that happened to it.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct RunDetail {
    /// What lists say.
    #[serde(flatten)]
    pub run: Run,
    /// What it does now.
    pub standing: Standing,
    /// The event that started it.
    #[serde(default)]
    pub event: Option<Json>,
    /// Every step, the first first.
    pub steps: Vec<StepTaken>,
    /// Where the next page of steps begins; None when all are here.
    #[serde(default)]
    pub more_steps_after: Option<i64>,
    /// What it sent.
    #[serde(default)]
    pub deliveries: Vec<Delivery>,
    /// Its incidents, resolved ones too.
    #[serde(default)]
    pub incidents: Vec<Incident>,
}

/// Which runs to list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Which {
    /// Of this journey.
    pub journey: String,
    /// Of this version.
    pub version: Option<i64>,
    /// Who stands at this node now.
    pub node: Option<String>,
    /// Who passed this way: `node:port`, `!` for failing there, `.` for ending there.
    pub passed: Option<String>,
    /// Only those still inside.
    pub inside: bool,
    /// Who entered within so long a time.
    pub since: Option<&'static str>,
}

fn path(id: &str) -> String {
    format!("/api/v1/runs/{}", escaped(id))
}

/// A page of runs.
///
/// # Errors
/// When there is no answer.
pub async fn list(which: Which, cursor: Option<String>) -> Result<List<Run>, Failure> {
    Call::get("/api/v1/runs")
        .query("journey", which.journey)
        .query_some("version", which.version)
        .query_some("node", which.node)
        .query_some("passed", which.passed)
        .query_some("inside", which.inside.then_some("true"))
        .query_some("since", which.since)
        .query("limit", 50)
        .query_some("cursor", cursor)
        .send()
        .await
}

/// One run.
///
/// # Errors
/// When there is no answer, or no such run.
pub async fn get(id: &str) -> Result<RunDetail, Failure> {
    Call::get(&path(id)).send().await
}

/// Tries the failed step again.
///
/// # Errors
/// `not_held` when nothing is wrong with it.
pub async fn retry(id: &str) -> Result<(), Failure> {
    Call::post(&format!("{}/retry", path(id))).json(&serde_json::json!({})).done().await
}

/// Sends it on by a port as if its step had been done.
///
/// # Errors
/// When it stands nowhere, or the port does not exist.
pub async fn skip(id: &str, port: &str) -> Result<(), Failure> {
    Call::post(&format!("{}/skip", path(id))).json(&serde_json::json!({ "port": port })).done().await
}

/// Ends it.
///
/// # Errors
/// `ended` when it has ended.
pub async fn cancel(id: &str, reason: &str) -> Result<(), Failure> {
    Call::post(&format!("{}/cancel", path(id))).json(&serde_json::json!({ "reason": reason })).done().await
}
