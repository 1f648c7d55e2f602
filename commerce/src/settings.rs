//! What a workspace says once for all its journeys: who mail comes from, its zone, its languages, quiet hours, caps.

use crate::reading::ReadError;
use crate::revision::{Cached, bump};
use serde::{Deserialize, Serialize};
use std::str::FromStr as _;
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::issue::{FieldIssue, IssueCode};
use tradewind_nodes::settings::{FrequencyCap, Inherited, QuietHours, Sender};
use tradewind_nodes::time::{Timestamp, Zone};
use tradewind_schema::record;
use tradewind_store::{Batch, Db, Expect, Statements, StoreError, Value};

/// Who mail comes from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SenderSetting {
    /// What the reader sees.
    #[serde(default)]
    pub name: String,
    /// The address.
    pub email: String,
}

/// The settings of a workspace. What is absent is left to the server's own settings, or is not limited.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkspaceSettings {
    /// What people call the workspace.
    pub name: String,
    /// Who mail comes from when its step names nobody.
    pub sender: Option<SenderSetting>,
    /// Where answers go when the step says nothing.
    pub reply_to: Option<String>,
    /// The zone of people who have none of their own, and in which the workspace's day begins.
    pub timezone: Option<Zone>,
    /// The currency amounts are shown in, ISO 4217.
    pub currency: Option<String>,
    /// The languages the shop speaks, BCP 47, the first first.
    pub languages: Vec<String>,
    /// Hours in which no marketing leaves, for journeys that name none.
    pub quiet_hours: Option<QuietHours>,
    /// Marketing to one person at most, for journeys that name no cap.
    pub frequency_cap: Option<FrequencyCap>,
}

/// The settings and how often they were changed.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredSettings {
    /// The settings.
    pub settings: WorkspaceSettings,
    /// Counts the changes; the ETag.
    pub revision: i64,
}

/// Why settings were not stored.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The database or a row is at fault.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Fields are wrong.
    #[error("the settings have {} issues: correct them", .0.len())]
    Invalid(Vec<FieldIssue>),
    /// They were changed since they were read.
    #[error("the settings were changed since you read them: read them again and apply your change to those")]
    Stale,
}

impl From<tradewind_schema::ReadError> for SettingsError {
    fn from(error: tradewind_schema::ReadError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<StoreError> for SettingsError {
    fn from(error: StoreError) -> Self {
        Self::Read(error.into())
    }
}

/// Reads what [`of_row`] takes.
pub const ALL: &str = "SELECT id, name, preferences, preferences_revision FROM workspaces ORDER BY id LIMIT $1";
const ONE: &str = "SELECT id, name, preferences, preferences_revision FROM workspaces WHERE id = $1 LIMIT 1";
const CHANGE: &str = "UPDATE workspaces SET name = $2, preferences = $3, preferences_revision = preferences_revision + 1 \
    WHERE id = $1 AND preferences_revision = $4";

/// Every statement of this module.
pub static STATEMENTS: Statements = Statements(&[ALL, ONE, CHANGE]);

record! {
    /// A workspace with what it says for all its journeys: a row of [`ALL`].
    pub struct Preferences of "workspaces" key [id] {
        id: uuid => WorkspaceId,
        name: text,
        preferences: json => WorkspaceSettings,
        preferences_revision: int,
    }
}

/// The settings in a row of [`ALL`].
pub fn of_row(row: Preferences) -> StoredSettings {
    StoredSettings { settings: WorkspaceSettings { name: row.name, ..row.preferences }, revision: row.preferences_revision }
}

/// The settings of a workspace; those of one that is gone are empty.
pub async fn read(db: &Db, workspace: WorkspaceId) -> Result<StoredSettings, ReadError> {
    let rows = db.query(ONE, vec![workspace.0.into()]).await?;
    let none = StoredSettings { settings: WorkspaceSettings::default(), revision: 0 };
    Ok(rows.first_as()?.map_or(none, of_row))
}

/// Stores other settings over the revision `given`.
pub async fn change(db: &Db, workspace: WorkspaceId, settings: WorkspaceSettings, given: i64) -> Result<StoredSettings, SettingsError> {
    let settings = trimmed(settings);
    let issues = check(&settings);
    if !issues.is_empty() {
        return Err(SettingsError::Invalid(issues));
    }
    let name = settings.name.clone();
    // The name has a column of its own.
    let kept = WorkspaceSettings { name: String::new(), ..settings };
    let text = serde_json::to_string(&kept)
        .map_err(|e| ReadError::Corrupt { thing: "the settings of the workspace".to_owned(), message: e.to_string() })?;
    let mut batch = Batch::new();
    batch.execute(CHANGE, vec![workspace.0.into(), Value::from(name), text.into(), given.into()], Expect::Rows(1));
    bump(&mut batch, workspace, Cached::Settings);
    match db.commit(batch).await {
        Err(StoreError::Conflict { .. }) => Err(SettingsError::Stale),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(read(db, workspace).await?),
    }
}

fn trimmed(mut settings: WorkspaceSettings) -> WorkspaceSettings {
    settings.name = settings.name.trim().to_owned();
    settings.reply_to = settings.reply_to.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    settings.currency = settings.currency.map(|text| text.trim().to_uppercase()).filter(|text| !text.is_empty());
    if let Some(sender) = &mut settings.sender {
        sender.name = sender.name.trim().to_owned();
        sender.email = sender.email.trim().to_owned();
    }
    settings
}

fn check(settings: &WorkspaceSettings) -> Vec<FieldIssue> {
    let mut issues = Vec::new();
    let mut wrong = |field: &str, message: &str| issues.push(FieldIssue::new(field, IssueCode::Invalid, message));
    let letters = settings.name.chars().count();
    if letters == 0 || letters > 80 || settings.name.chars().any(char::is_control) {
        wrong("/name", "a workspace's name has 1 to 80 letters: write another");
    }
    if let Some(sender) = &settings.sender {
        if sender.name.chars().count() > 80 || sender.name.contains(['<', '>', '"', '\\']) || sender.name.chars().any(char::is_control) {
            wrong("/sender/name", "a sender's name has up to 80 letters and none of < > \" \\: write another");
        }
        if !is_address(&sender.email) {
            wrong("/sender/email", "is not a mail address: write hello@shop.example");
        }
    }
    if settings.reply_to.as_deref().is_some_and(|text| !is_address(text)) {
        wrong("/reply_to", "is not a mail address: write service@shop.example");
    }
    if settings.currency.as_deref().is_some_and(|code| iso_currency::Currency::from_str(code).is_err()) {
        wrong("/currency", "is not a currency: write its ISO 4217 code, as EUR");
    }
    if settings.languages.len() > 50 {
        wrong("/languages", "has more than 50 languages: leave some out");
    }
    for (index, language) in settings.languages.iter().enumerate().take(51) {
        let legal = |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
        if language.len() > 35 || !language.split('-').all(legal) || !language.starts_with(|c: char| c.is_ascii_alphabetic()) {
            wrong(&format!("/languages/{index}"), "is not a language: write it as BCP 47 does, as de or pt-BR");
        }
    }
    if settings.quiet_hours.as_ref().is_some_and(|hours| hours.from == hours.to) {
        wrong("/quiet_hours/to", "is when they begin: quiet hours end at another time");
    }
    if settings.frequency_cap.as_ref().is_some_and(|cap| cap.max == 0 || cap.per.micros() <= 0) {
        wrong("/frequency_cap", "lets nothing through: allow at least one message in a period");
    }
    issues
}

fn is_address(text: &str) -> bool {
    let options = email_address::Options::default().with_required_tld().without_display_text().without_domain_literal();
    email_address::EmailAddress::parse_with_options(text, options).is_ok()
}

impl WorkspaceSettings {
    /// The beginning of the workspace's day at `now`.
    #[must_use]
    pub fn midnight(&self, now: Timestamp) -> Timestamp {
        let zone = self.timezone.clone().unwrap_or(Zone::UTC);
        now.in_zone(&zone.0).start_of_day().map_or(now, |start| Timestamp::from_jiff(start.timestamp()))
    }

    /// What journeys have from their workspace where they say nothing themselves.
    #[must_use]
    pub fn inherited(&self) -> Inherited {
        Inherited {
            sender: self.sender.clone().map(|SenderSetting { name, email }| Sender { name, email }),
            reply_to: self.reply_to.clone(),
            timezone: self.timezone.clone(),
            quiet_hours: self.quiet_hours.clone(),
            frequency_cap: self.frequency_cap.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tradewind_nodes::graph::Graph;

    fn settings(value: serde_json::Value) -> WorkspaceSettings {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let odd = settings(json!({
            "name": "", "sender": {"name": "A <b>", "email": "nobody"}, "reply_to": "x", "currency": "XYZW",
            "languages": ["de", "-"], "quiet_hours": {"from": "08:00", "to": "08:00"}, "frequency_cap": {"max": 0, "per": "1d"}
        }));
        let fields: Vec<String> = check(&odd).into_iter().map(|issue| issue.field).collect();
        let all = ["/name", "/sender/name", "/sender/email", "/reply_to", "/currency", "/languages/1", "/quiet_hours/to", "/frequency_cap"];
        assert_eq!(fields, all);
        assert_eq!(check(&settings(json!({"name": "Shop", "languages": ["en", "pt-BR"], "currency": "EUR"}))), []);
    }

    #[test]
    fn a_journey_keeps_its_own_word() {
        let ours = settings(json!({"name": "S", "sender": {"name": "Shop", "email": "a@shop.example"}, "timezone": "Europe/Berlin",
            "frequency_cap": {"max": 2, "per": "1d"}}));
        let mail = |config| json!({"id": "m", "kind": "email.send", "config": config});
        let mut graph: Graph = serde_json::from_value(
            json!({"settings": {"timezone": "Asia/Tokyo"}, "nodes": [mail(json!({"subject": "s", "html": "h"}))], "edges": []}),
        )
        .unwrap();
        graph.inherit(&ours.inherited());
        assert_eq!(graph.nodes[0].config["from"], "Shop <a@shop.example>");
        assert_eq!(graph.settings.timezone.as_ref().unwrap().to_string(), "Asia/Tokyo");
        assert_eq!(graph.settings.frequency_cap.as_ref().unwrap().max, 2);
        graph.nodes[0].config["from"] = "own@shop.example".into();
        graph.inherit(&ours.inherited());
        assert_eq!(graph.nodes[0].config["from"], "own@shop.example");
    }

    #[test]
    fn a_day_begins_in_the_workspaces_zone() {
        let ours = settings(json!({"timezone": "Asia/Tokyo"}));
        let at = |text: &str| Timestamp::parse(text).unwrap();
        assert_eq!(ours.midnight(at("2026-11-23T16:00:00Z")), at("2026-11-23T15:00:00Z"));
    }
}
