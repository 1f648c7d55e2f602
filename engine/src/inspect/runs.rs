//! One run with everything that happened to it.

use super::names::{Labels, ManyLabels, slugs};
use super::{deliveries, incidents, steps, tasks};
use tradewind_commerce::customers::{Person, people};
use tradewind_commerce::reading::{ReadError, at, json, opt_at};
use tradewind_nodes::JsonMap;
use tradewind_nodes::answer::{Called, Standing};
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, JourneyId, RunId, WorkspaceId};
use tradewind_nodes::run::RunBody;
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Db, Row};

/// A run in a list.
#[derive(Clone, PartialEq, Debug)]
pub struct RunSummary {
    /// Its id.
    pub id: RunId,
    /// The journey's slug.
    pub journey: String,
    /// The journey's id.
    pub journey_id: JourneyId,
    /// The version it keeps to.
    pub version: i64,
    /// Whose; None for a run about nobody.
    pub customer: Option<CustomerId>,
    /// What makes it unique.
    pub key: Option<String>,
    /// `ready`, `queued`, `sleeping`, `awaiting`, `awaiting_change`, `calling`, `asking`, `held` or `done`.
    pub state: String,
    /// Where it stands, or stood last.
    pub node: String,
    /// When the engine looks again without being told.
    pub due_at: Option<Timestamp>,
    /// When it began.
    pub entered_at: Timestamp,
    /// When it last moved.
    pub updated_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// `completed`, `exited`, `goal` or `cancelled`.
    pub outcome: Option<String>,
    /// Who he is, as far as he is known.
    pub person: Option<Person>,
    /// What its node is called.
    pub title: String,
    /// The same as data: a text where the name is its own, kind and label where it is called by its kind.
    pub called: Called,
}

/// One run with everything that happened to it.
#[derive(Clone, PartialEq, Debug)]
pub struct RunDetail {
    /// What the list says.
    pub summary: RunSummary,
    /// What it does now, in an English sentence.
    pub now: String,
    /// The same as data: one tag with what belongs to it, as `{"sleeping":{"node":"Wait","until":…}}`.
    pub standing: Standing,
    /// The event that started it.
    pub event: Option<Event>,
    /// What its nodes put out, by node.
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

pub(super) const ONE: &str = "SELECT id, journey_id, version, customer_id, run_key, state, node, due_at, entered_at, updated_at, ended_at, outcome, body \
    FROM runs WHERE workspace_id = $1 AND id = $2 LIMIT 1";

/// Steps and deliveries shown with a run; the rest is paged.
const SHOWN: i64 = 200;

/// One run with everything that happened to it.
pub async fn get(db: &Db, workspace: WorkspaceId, run: RunId) -> Result<Option<RunDetail>, ReadError> {
    let rows = db.query(ONE, vec![workspace.0.into(), run.0.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut summaries = vec![summary(row)?];
    name(db, workspace, &mut summaries).await?;
    let Some(summary) = summaries.pop() else { return Ok(None) };
    let body: RunBody = json(row, 12, format_args!("run {run}"))?;
    let labels = Labels::load(db, workspace, summary.journey_id, summary.version).await?;
    let standing = Standing::of(&body.state, |node| labels.called(node.as_str()));
    let mut steps = steps::of_run(db, workspace, run, &labels, None, SHOWN + 1).await?;
    let more_steps_after = steps::cut(&mut steps, SHOWN);
    Ok(Some(RunDetail {
        now: standing.to_string(),
        standing,
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
    name(db, workspace, &mut found).await?;
    Ok(found.pop())
}

/// Says what journeys and nodes are called and who people are.
pub(super) async fn name(db: &Db, workspace: WorkspaceId, runs: &mut [RunSummary]) -> Result<(), ReadError> {
    let slugs = slugs(db, workspace, runs.iter().map(|run| run.journey_id)).await?;
    let labels = ManyLabels::load(db, workspace, runs.iter().map(|run| (run.journey_id, run.version))).await?;
    let people = people(db, workspace, runs.iter().filter_map(|run| run.customer)).await?;
    for run in runs {
        run.journey = slugs.get(&run.journey_id).cloned().unwrap_or_default();
        run.called = labels.called(run.journey_id, run.version, &run.node);
        run.title = run.called.to_string();
        run.person = run.customer.and_then(|customer| people.get(&customer)).cloned();
    }
    Ok(())
}

pub(super) fn summary(row: &Row) -> Result<RunSummary, ReadError> {
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
        person: None,
        title: String::new(),
        called: Called::Name(String::new()),
    })
}
