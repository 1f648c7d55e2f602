//! One run with everything that happened to it.

use super::names::{Labels, ManyLabels, slugs};
use super::{deliveries, incidents, steps, tasks};
use std::collections::BTreeMap;
use tradewind_commerce::customers::{Person, people};
use tradewind_commerce::reading::ReadError;
use tradewind_nodes::JsonMap;
use tradewind_nodes::answer::{Called, Standing};
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, JourneyId, RunId, WorkspaceId};
use tradewind_nodes::kind::End;
use tradewind_nodes::run::{RunBody, RunState};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::Db;

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
    let Some((summary, body)) = with_body(db, workspace, run).await? else { return Ok(None) };
    let mut summaries = [summary];
    name(db, workspace, &mut summaries).await?;
    let [summary] = summaries;
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
    let Some(body) = rows.clone().first_as::<Body>()? else { return Ok(None) };
    let Some(summary) = rows.first_as::<Listed>()?.map(RunSummary::from) else { return Ok(None) };
    let body = body.read(&summary)?;
    Ok(Some((summary, body)))
}

/// One run as lists show it.
pub async fn find(db: &Db, workspace: WorkspaceId, run: RunId) -> Result<Option<RunSummary>, ReadError> {
    let rows = db.query(ONE, vec![workspace.0.into(), run.0.into()]).await?;
    let mut found: Vec<RunSummary> = rows.read::<Listed>()?.into_iter().map(RunSummary::from).collect();
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

record! {
    /// A run as lists show it.
    pub(super) struct Listed of "runs" key [id] {
        id: uuid => RunId,
        journey_id: uuid => JourneyId,
        version: int,
        customer_id: uuid null => CustomerId,
        run_key: text null,
        state: text,
        node: text,
        due_at: int null => Timestamp,
        entered_at: int => Timestamp,
        updated_at: int => Timestamp,
        ended_at: int null => Timestamp,
        outcome: text null,
    }
}

record! {
    struct Body of "runs" key [id] {
        id: uuid => RunId,
        body: text,
    }
}

impl Body {
    /// What the run is in the middle of. Of one that is over and keeps only its key nothing is left but how it ended.
    fn read(&self, of: &RunSummary) -> Result<RunBody, ReadError> {
        let Some(at) = of.ended_at.filter(|_| self.body.is_empty()) else {
            let corrupt = |error: serde_json::Error| ReadError::Corrupt { thing: format!("run {}", self.id), message: error.to_string() };
            return serde_json::from_str(&self.body).map_err(corrupt);
        };
        let reason = String::new();
        let end = match of.outcome.as_deref() {
            Some("exited") => End::Exited { reason },
            Some("goal") => End::Goal { goal: reason },
            Some("cancelled") => End::Cancelled { reason },
            _ => End::Completed,
        };
        let state = RunState::Done { end, at };
        Ok(RunBody { state, event: None, outputs: JsonMap::new(), visits: BTreeMap::new() })
    }
}

impl From<Listed> for RunSummary {
    /// Without what journeys, nodes and people are called.
    fn from(row: Listed) -> Self {
        Self {
            id: row.id,
            journey: String::new(),
            journey_id: row.journey_id,
            version: row.version,
            customer: row.customer_id,
            key: row.run_key,
            state: row.state,
            node: row.node,
            due_at: row.due_at,
            entered_at: row.entered_at,
            updated_at: row.updated_at,
            ended_at: row.ended_at,
            outcome: row.outcome,
            person: None,
            title: String::new(),
            called: Called::Name(String::new()),
        }
    }
}
