//! Deliveries: what journeys sent, or meant to.

use super::names::slugs;
use super::words;
use tradewind_commerce::reading::{ReadError, below};
use tradewind_nodes::Json;
use tradewind_nodes::effect::{About, Effect};
use tradewind_nodes::id::{CustomerId, JourneyId, RunId, WorkspaceId};
use tradewind_nodes::kinds;
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;
use tradewind_schema::record;
use tradewind_store::{Db, Value};
use uuid::Uuid;

/// A delivery in a list.
#[derive(Clone, PartialEq, Debug)]
pub struct DeliverySummary {
    /// Its id.
    pub id: Uuid,
    /// The run that asked for it.
    pub run: RunId,
    /// The node it asked at.
    pub node: String,
    /// Which visit, from 1.
    pub visit: i64,
    /// The journey's slug.
    pub journey: String,
    /// The journey's id.
    pub journey_id: JourneyId,
    /// The journey's version.
    pub version: i64,
    /// For whom.
    pub customer: Option<CustomerId>,
    /// `email` or `http`.
    pub channel: String,
    /// The address or URL it goes to.
    pub recipient: String,
    /// The subject of a mail; method and URL of a request.
    pub title: String,
    /// `pending`, `sending`, `sent`, `failed` or `suppressed`.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next.
    pub due_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its outcome was known.
    pub settled_at: Option<Timestamp>,
    /// Why it failed, was suppressed, or is tried again, in English or in the words of the other side.
    pub reason: Option<String>,
    /// The same as data; see the `said` of a step's reason.
    pub said: Option<Why>,
}

/// One delivery with what it says and what became of it.
#[derive(Clone, PartialEq, Debug)]
pub struct DeliveryDetail {
    /// What the list says.
    pub summary: DeliverySummary,
    /// The effect as rendered, with its guards.
    pub effect: Effect,
    /// The receipt, the last problem or the reason of suppression.
    pub result: Option<Json>,
}

/// Which deliveries to list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DeliveryFilter {
    /// Of this journey.
    pub journey: Option<JourneyId>,
    /// To this customer.
    pub customer: Option<CustomerId>,
    /// In this state.
    pub state: Option<String>,
    /// By this channel.
    pub channel: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, run_id, node, visit, journey_id, version, customer_id, channel, state, attempts, due_at, created_at, settled_at, effect, result ",
            "FROM deliveries WHERE workspace_id = $1 AND ",
            $rest
        )
    };
}
macro_rules! listed {
    ($path:literal) => {
        concat!(
            select!("id < $2 AND (CAST($3 AS text) IS NULL OR state = $3) AND (CAST($4 AS text) IS NULL OR channel = $4) "),
            $path,
            " ORDER BY id DESC LIMIT $5"
        )
    };
}
pub(super) const ALL: &str = listed!("");
pub(super) const OF_JOURNEY: &str = listed!("AND journey_id = $6");
pub(super) const OF_CUSTOMER: &str = listed!("AND customer_id = $6");
pub(super) const OF_BOTH: &str = listed!("AND customer_id = $6 AND journey_id = $7");
pub(super) const OF_RUN: &str = select!("run_id = $2 ORDER BY node, visit LIMIT $3");
pub(super) const ONE: &str = select!("id = $2 LIMIT 1");

/// Deliveries, the newest first, below the id `before`.
pub async fn list(
    db: &Db,
    workspace: WorkspaceId,
    filter: &DeliveryFilter,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<DeliverySummary>, ReadError> {
    let mut args: Vec<Value> =
        vec![workspace.0.into(), below(before).into(), filter.state.as_deref().into(), filter.channel.as_deref().into(), limit.into()];
    let sql = match (filter.customer, filter.journey) {
        (None, None) => ALL,
        (None, Some(journey)) => {
            args.push(journey.0.into());
            OF_JOURNEY
        }
        (Some(customer), None) => {
            args.push(customer.0.into());
            OF_CUSTOMER
        }
        (Some(customer), Some(journey)) => {
            args.extend([customer.0.into(), journey.0.into()]);
            OF_BOTH
        }
    };
    summaries(db, workspace, db.query(sql, args).await?.read()?).await
}

/// What a run sent.
pub async fn of_run(db: &Db, workspace: WorkspaceId, run: RunId, limit: i64) -> Result<Vec<DeliverySummary>, ReadError> {
    let rows = db.query(OF_RUN, vec![workspace.0.into(), run.0.into(), limit.into()]).await?;
    let mut sent = summaries(db, workspace, rows.read()?).await?;
    sent.sort_by_key(|delivery| delivery.id);
    Ok(sent)
}

/// One delivery.
pub async fn get(db: &Db, workspace: WorkspaceId, id: Uuid) -> Result<Option<DeliveryDetail>, ReadError> {
    let rows = db.query(ONE, vec![workspace.0.into(), id.into()]).await?;
    let Some(row) = rows.first_as::<Found>()? else { return Ok(None) };
    let (effect, result) = (row.effect.clone(), row.result.clone());
    let summary = summaries(db, workspace, vec![row]).await?.pop();
    Ok(summary.map(|summary| DeliveryDetail { summary, effect, result: result.map(words::told) }))
}

record! {
    struct Found of "deliveries" key [id] {
        id: uuid => Uuid,
        run_id: uuid => RunId,
        node: text,
        visit: int,
        journey_id: uuid => JourneyId,
        version: int,
        customer_id: uuid null => CustomerId,
        channel: text,
        state: text,
        attempts: int,
        due_at: int null => Timestamp,
        created_at: int => Timestamp,
        settled_at: int null => Timestamp,
        effect: json => Effect,
        result: json null => Json,
    }
}

async fn summaries(db: &Db, workspace: WorkspaceId, rows: Vec<Found>) -> Result<Vec<DeliverySummary>, ReadError> {
    let slugs = slugs(db, workspace, rows.iter().map(|delivery| delivery.journey_id)).await?;
    let mut listed: Vec<DeliverySummary> = rows.into_iter().map(summary).collect();
    for delivery in &mut listed {
        delivery.journey = slugs.get(&delivery.journey_id).cloned().unwrap_or_default();
    }
    Ok(listed)
}

fn summary(row: Found) -> DeliverySummary {
    let said = row.result.as_ref().and_then(words::reason);
    let About { recipient, title, .. } = kinds::about(&row.effect.payload);
    DeliverySummary {
        id: row.id,
        run: row.run_id,
        node: row.node,
        visit: row.visit,
        journey: String::new(),
        journey_id: row.journey_id,
        version: row.version,
        customer: row.customer_id,
        channel: row.channel,
        recipient,
        title,
        state: row.state,
        attempts: row.attempts,
        due_at: row.due_at,
        created_at: row.created_at,
        settled_at: row.settled_at,
        reason: said.as_ref().map(ToString::to_string),
        said,
    }
}
