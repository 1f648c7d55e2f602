//! Runs: lists, and one with everything that happened to it.

use super::names::{Labels, slugs};
use super::{deliveries, incidents, steps, tasks, words};
use serde::Serialize;
use tradewind_commerce::reading::{ReadError, at, below, json, opt_at};
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, JourneyId, RunId, WorkspaceId};
use tradewind_nodes::run::RunBody;
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Db, Row, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// A run in a list.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct RunSummary {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: RunId,
    /// The journey's slug.
    pub journey: String,
    /// The journey's id.
    #[schema(value_type = Uuid)]
    pub journey_id: JourneyId,
    /// The version it keeps to.
    pub version: i64,
    /// Whose; None for a run about nobody.
    #[schema(value_type = Option<Uuid>)]
    pub customer: Option<CustomerId>,
    /// What makes it unique.
    pub key: Option<String>,
    /// `ready`, `queued`, `sleeping`, `awaiting`, `awaiting_change`, `calling`, `asking`, `held` or `done`.
    pub state: String,
    /// Where it stands, or stood last.
    pub node: String,
    /// When the engine looks again without being told.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub entered_at: Timestamp,
    /// When it last moved.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// `completed`, `exited`, `goal` or `cancelled`.
    pub outcome: Option<String>,
}

/// One run with everything that happened to it.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct RunDetail {
    /// What the list says.
    #[serde(flatten)]
    pub summary: RunSummary,
    /// What it does now, in a sentence.
    pub now: String,
    /// The event that started it.
    #[schema(value_type = Option<Object>)]
    pub event: Option<Event>,
    /// What its nodes put out, by node.
    #[schema(value_type = Object)]
    pub outputs: JsonMap,
    /// Every step, the first first; for what follows the last ask for its page of steps.
    pub steps: Vec<steps::StepView>,
    /// The `after` of the next page of steps; None when all are here.
    pub more_steps_after: Option<i64>,
    /// What it sent.
    pub deliveries: Vec<deliveries::DeliverySummary>,
    /// Its incidents, resolved ones too.
    pub incidents: Vec<incidents::IncidentView>,
    /// What it asked people.
    pub tasks: Vec<tasks::TaskView>,
}

/// Which runs to list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RunFilter {
    /// Of this journey.
    pub journey: Option<JourneyId>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Of this version.
    pub version: Option<i64>,
    /// At this node.
    pub node: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// With this outcome.
    pub outcome: Option<String>,
}

macro_rules! select {
    ($more:literal, $rest:literal) => {
        concat!(
            "SELECT id, journey_id, version, customer_id, run_key, state, node, due_at, entered_at, updated_at, ended_at, outcome",
            $more,
            " FROM runs WHERE workspace_id = $1 AND ",
            $rest
        )
    };
}
macro_rules! listed {
    ($path:literal) => {
        concat!(
            select!("", "id < $2 AND (CAST($3 AS bigint) IS NULL OR version = $3) AND (CAST($4 AS text) IS NULL OR node = $4) "),
            "AND (CAST($5 AS text) IS NULL OR state = $5) AND (CAST($6 AS text) IS NULL OR outcome = $6) ",
            $path,
            " ORDER BY id DESC LIMIT $7"
        )
    };
}
// One statement for each way in, so that each has its index.
pub(super) const ALL: &str = listed!("");
pub(super) const OF_JOURNEY: &str = listed!("AND journey_id = $8");
pub(super) const OF_CUSTOMER: &str = listed!("AND customer_id = $8");
pub(super) const OF_BOTH: &str = listed!("AND customer_id = $8 AND journey_id = $9");
pub(super) const ONE: &str = select!(", body", "id = $2 LIMIT 1");

/// Steps and deliveries shown with a run; the rest is paged.
const SHOWN: i64 = 200;

/// Runs, the newest first, below the id `before`.
pub async fn list(
    db: &Db,
    workspace: WorkspaceId,
    filter: &RunFilter,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<RunSummary>, ReadError> {
    let mut args: Vec<Value> = vec![
        workspace.0.into(),
        below(before).into(),
        filter.version.into(),
        filter.node.as_deref().into(),
        filter.state.as_deref().into(),
        filter.outcome.as_deref().into(),
        limit.into(),
    ];
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
    let rows = db.query(sql, args).await?;
    let mut runs = rows.iter().map(summary).collect::<Result<Vec<_>, _>>()?;
    name_journeys(db, workspace, &mut runs).await?;
    Ok(runs)
}

/// One run with everything that happened to it.
pub async fn get(db: &Db, workspace: WorkspaceId, run: RunId) -> Result<Option<RunDetail>, ReadError> {
    let rows = db.query(ONE, vec![workspace.0.into(), run.0.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut summaries = vec![summary(row)?];
    name_journeys(db, workspace, &mut summaries).await?;
    let Some(summary) = summaries.pop() else { return Ok(None) };
    let body: RunBody = json(row, 12, format_args!("run {run}"))?;
    let labels = Labels::load(db, workspace, summary.journey_id, summary.version).await?;
    let mut steps = steps::of_run(db, workspace, run, &labels, None, SHOWN + 1).await?;
    let more_steps_after = steps::cut(&mut steps, SHOWN);
    Ok(Some(RunDetail {
        now: words::state(&labels, &body.state),
        event: body.event,
        outputs: body.outputs,
        steps,
        more_steps_after,
        deliveries: deliveries::of_run(db, workspace, run, SHOWN).await?,
        incidents: incidents::of_run(db, workspace, run, SHOWN).await?,
        tasks: tasks::of_run(db, workspace, run, SHOWN).await?,
        summary,
    }))
}

/// One run as lists show it, with its body.
pub(super) async fn with_body(db: &Db, workspace: WorkspaceId, run: RunId) -> Result<Option<(RunSummary, RunBody)>, ReadError> {
    let rows = db.query(ONE, vec![workspace.0.into(), run.0.into()]).await?;
    rows.first().map(|row| Ok((summary(row)?, json(row, 12, format_args!("run {run}"))?))).transpose()
}

/// One run as lists show it.
pub async fn find(db: &Db, workspace: WorkspaceId, run: RunId) -> Result<Option<RunSummary>, ReadError> {
    let rows = db.query(ONE, vec![workspace.0.into(), run.0.into()]).await?;
    let mut found = rows.iter().map(summary).collect::<Result<Vec<_>, _>>()?;
    name_journeys(db, workspace, &mut found).await?;
    Ok(found.pop())
}

async fn name_journeys(db: &Db, workspace: WorkspaceId, runs: &mut [RunSummary]) -> Result<(), ReadError> {
    let slugs = slugs(db, workspace, runs.iter().map(|run| run.journey_id)).await?;
    for run in runs {
        run.journey = slugs.get(&run.journey_id).cloned().unwrap_or_default();
    }
    Ok(())
}

fn summary(row: &Row) -> Result<RunSummary, ReadError> {
    Ok(RunSummary {
        id: RunId(row.uuid(0)?),
        journey: String::new(),
        journey_id: JourneyId(row.uuid(1)?),
        version: row.int(2)?,
        customer: row.opt_uuid(3)?.map(CustomerId),
        key: row.opt_text(4)?.map(str::to_owned),
        state: row.text(5)?.to_owned(),
        node: row.text(6)?.to_owned(),
        due_at: opt_at(row, 7)?,
        entered_at: at(row, 8)?,
        updated_at: at(row, 9)?,
        ended_at: opt_at(row, 10)?,
        outcome: row.opt_text(11)?.map(str::to_owned),
    })
}
