//! A customer's timeline: events, runs, deliveries and consent in one list by time.

use super::names::slugs;
use super::words;
use std::cmp::Reverse;
use std::collections::HashMap;
use tradewind_commerce::events;
use tradewind_commerce::reading::{ReadError, earlier};
use tradewind_nodes::Json;
use tradewind_nodes::effect::Effect;
use tradewind_nodes::id::{CustomerId, JourneyId, WorkspaceId};
use tradewind_nodes::kinds;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Query, Value};
use uuid::Uuid;

/// What an entry of a timeline is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Happening {
    /// An event.
    Event,
    /// He entered a journey.
    Entered,
    /// He left a journey.
    Left,
    /// Something was sent, or was meant to be.
    Delivery,
    /// He allowed or forbade something.
    Consent,
}

/// One entry of a timeline.
#[derive(Clone, PartialEq, Debug)]
pub struct TimelineEntry {
    /// When.
    pub at: Timestamp,
    /// What it is about.
    pub kind: Happening,
    /// The id of the event, run, delivery or change of consent.
    pub id: Uuid,
    /// In a few words.
    pub title: String,
    /// The journey's slug, where there is one.
    pub journey: Option<String>,
    /// More of it: the properties of an event, the state of a delivery, ….
    pub detail: Json,
}

pub(super) const ENTERED: &str = "SELECT entered_at AS at, id, journey_id, version, CAST(NULL AS text) AS outcome FROM runs \
    WHERE customer_id = $1 AND workspace_id = $2 AND (entered_at, id) < ($3, $4) ORDER BY entered_at DESC, id DESC LIMIT $5";
pub(super) const LEFT: &str = "SELECT ended_at AS at, id, journey_id, version, outcome FROM runs \
    WHERE customer_id = $1 AND workspace_id = $2 AND ended_at IS NOT NULL AND (ended_at, id) < ($3, $4) ORDER BY ended_at DESC, id DESC LIMIT $5";
pub(super) const DELIVERIES: &str = "SELECT created_at AS at, id, journey_id, channel, state, effect, result FROM deliveries \
    WHERE customer_id = $1 AND workspace_id = $2 AND (created_at, id) < ($3, $4) ORDER BY created_at DESC, id DESC LIMIT $5";
pub(super) const CONSENTS: &str = "SELECT at, id, channel, purpose, status, source FROM consents \
    WHERE customer_id = $1 AND workspace_id = $2 AND (at, id) < ($3, $4) ORDER BY at DESC, id DESC LIMIT $5";

/// Where a page of a timeline begins: time, id and kind of the entry before it. A run enters and leaves under one id, so that
/// the id alone would lose one of them.
pub type Place = (i64, Uuid, u8);

/// The timeline of a customer, the newest first, below the entry at `before`.
pub async fn of_customer(
    db: &Db,
    workspace: WorkspaceId,
    customer: CustomerId,
    before: Option<Place>,
    limit: i64,
) -> Result<Vec<TimelineEntry>, ReadError> {
    // Every source is asked from the place's own time and id on and what was shown already falls out below.
    let start = before.map(|(at, id, _)| (at, after(id)));
    let (time, id) = earlier(start);
    // One more than a page: an entry of the place's own id may come again.
    let args = || -> Vec<Value> { vec![customer.0.into(), workspace.0.into(), time.into(), id.into(), (limit + 1).into()] };
    let queries = [ENTERED, LEFT, DELIVERIES, CONSENTS].map(|sql| Query::new(sql, args()));
    let mut read = db.read(queries.into()).await?.into_iter();
    let (entered, left) = (read.next().unwrap_or_default(), read.next().unwrap_or_default());
    let (sent, consents) = (read.next().unwrap_or_default(), read.next().unwrap_or_default());
    let (entered, left) = (entered.read::<Visit>()?, left.read::<Visit>()?);
    let (sent, consents) = (sent.read::<Sent>()?, consents.read::<Consent>()?);
    let journeys = entered.iter().chain(&left).map(|visit| visit.journey_id).chain(sent.iter().map(|sent| sent.journey_id));
    let slugs = slugs(db, workspace, journeys).await?;
    let mut entries = Vec::new();
    for event in events::of_customer(db, workspace, customer, start, limit + 1).await? {
        let detail = serde_json::json!({ "type": event.call, "properties": event.properties });
        entries.push(TimelineEntry { at: event.at, kind: Happening::Event, id: event.id.0, title: event.name, journey: None, detail });
    }
    entries.extend(entered.into_iter().map(|row| visit(row, Happening::Entered, &slugs)));
    entries.extend(left.into_iter().map(|row| visit(row, Happening::Left, &slugs)));
    entries.extend(sent.into_iter().map(|row| delivery(row, &slugs)));
    entries.extend(consents.into_iter().map(consent));
    entries.sort_by_key(|entry| Reverse(place(entry)));
    if let Some(before) = before {
        entries.retain(|entry| place(entry) < before);
    }
    entries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(entries)
}

/// The place of an entry in its timeline.
#[must_use]
pub fn place(entry: &TimelineEntry) -> Place {
    (entry.at.micros(), entry.id, entry.kind as u8)
}

/// The id right above `id`, so that "below it" includes `id`.
fn after(id: Uuid) -> Uuid {
    Uuid::from_u128(id.as_u128().saturating_add(1))
}

record! {
    struct Visit of "runs" key [id] {
        at: int => Timestamp,
        id: uuid => Uuid,
        journey_id: uuid => JourneyId,
        version: int,
        outcome: text null,
    }
}

record! {
    struct Sent of "deliveries" key [id] {
        at: int => Timestamp,
        id: uuid => Uuid,
        journey_id: uuid => JourneyId,
        channel: text,
        state: text,
        effect: json => Effect,
        result: json null => Json,
    }
}

record! {
    struct Consent of "consents" key [id] {
        at: int => Timestamp,
        id: uuid => Uuid,
        channel: text,
        purpose: text,
        status: text,
        source: text,
    }
}

fn visit(row: Visit, kind: Happening, slugs: &HashMap<JourneyId, String>) -> TimelineEntry {
    let journey = slugs.get(&row.journey_id).cloned();
    let name = journey.as_deref().unwrap_or("a journey");
    let mut detail = serde_json::json!({ "version": row.version });
    let title = if kind == Happening::Left {
        let outcome = row.outcome.as_deref().unwrap_or("ended");
        detail["outcome"] = outcome.into();
        format!("Left {name}: {outcome}")
    } else {
        format!("Entered {name}")
    };
    TimelineEntry { at: row.at, kind, id: row.id, title, journey, detail }
}

fn delivery(row: Sent, slugs: &HashMap<JourneyId, String>) -> TimelineEntry {
    let about = kinds::about(&row.effect.payload);
    let what = if kinds::to_person(&row.effect.payload) { format!("“{}”", about.title) } else { about.title };
    let said = row.result.as_ref().and_then(words::reason);
    let reason = said.as_ref().map(ToString::to_string);
    let (channel, state) = (row.channel, row.state);
    let title = format!("{channel} {what}: {state}");
    let detail = serde_json::json!({ "channel": channel, "state": state, "reason": reason, "said": said });
    let journey = slugs.get(&row.journey_id).cloned();
    TimelineEntry { at: row.at, kind: Happening::Delivery, id: row.id, title, journey, detail }
}

fn consent(row: Consent) -> TimelineEntry {
    let Consent { at, id, channel, purpose, status, source } = row;
    let title = format!("Consent {status}: {channel} for {purpose}");
    let detail = serde_json::json!({ "channel": channel, "purpose": purpose, "status": status, "source": source });
    TimelineEntry { at, kind: Happening::Consent, id, title, journey: None, detail }
}
