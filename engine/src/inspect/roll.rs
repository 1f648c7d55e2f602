//! Lists of runs: by what they are, by where they stand, by what they passed.

use super::runs::{self, RunSummary, name};
use crate::clock::first_id;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use tradewind_commerce::reading::{ReadError, below};
use tradewind_nodes::id::{CustomerId, JourneyId, RunId, WorkspaceId};
use tradewind_nodes::run::{Step, StepOutcome};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Query, Rows, Value};
use uuid::Uuid;

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
    /// Only those that go on.
    pub inside: bool,
    /// That entered since then.
    pub since: Option<Timestamp>,
    /// That entered before then.
    pub until: Option<Timestamp>,
    /// That passed this port, or failed (`!`) or ended (`.`) at the node.
    pub passed: Option<Way>,
}

/// A port of a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way {
    /// The node.
    pub node: String,
    /// The port; `!` for failing there, `.` for ending there.
    pub port: String,
}

/// Where a page begins: behind this row of the page before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Place {
    /// By age.
    Id(Uuid),
    /// Among those who stand at a node: version, state and id.
    Standing(i64, String, Uuid),
}

/// A page of a list that looked at no more than it may: it can be short although more follows.
#[derive(Debug)]
pub struct Listed<T, P> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins; None after the last.
    pub next: Option<P>,
}

macro_rules! columns {
    () => {
        "SELECT id, journey_id, version, customer_id, run_key, state, node, due_at, entered_at, updated_at, ended_at, outcome "
    };
}
// Runs are looked at in the order of an index, and the rest of the filter applies to those alone.
macro_rules! looked {
    ($path:literal) => {
        concat!(
            columns!(),
            "FROM (",
            columns!(),
            "FROM runs WHERE workspace_id = $1 AND id < $2 AND id >= $3 ",
            $path,
            " ORDER BY id DESC LIMIT $4) AS looked ",
            "WHERE (CAST($5 AS bigint) IS NULL OR version = $5) AND (CAST($6 AS text) IS NULL OR node = $6) ",
            "AND (CAST($7 AS text) IS NULL OR state = $7) AND (CAST($8 AS text) IS NULL OR outcome = $8) ",
            "AND (CAST($9 AS bigint) = 0 OR ended_at IS NULL) ORDER BY id DESC LIMIT $10"
        )
    };
}
macro_rules! edge {
    ($path:literal) => {
        concat!("SELECT id FROM runs WHERE workspace_id = $1 AND id < $2 AND id >= $3 ", $path, " ORDER BY id DESC LIMIT 1 OFFSET $4")
    };
}
// One statement for each way in, so that each has its index.
pub(super) const ALL: &str = looked!("");
pub(super) const OF_JOURNEY: &str = looked!("AND journey_id = $11");
pub(super) const OF_CUSTOMER: &str = looked!("AND customer_id = $11");
pub(super) const OF_BOTH: &str = looked!("AND customer_id = $11 AND journey_id = $12");
pub(super) const EDGE_ALL: &str = edge!("");
pub(super) const EDGE_OF_JOURNEY: &str = edge!("AND journey_id = $5");
pub(super) const EDGE_OF_CUSTOMER: &str = edge!("AND customer_id = $5");
pub(super) const EDGE_OF_BOTH: &str = edge!("AND customer_id = $5 AND journey_id = $6");
pub(super) const STANDING: &str = concat!(
    columns!(),
    "FROM runs WHERE journey_id = $1 AND version = $2 AND node = $3 AND ended_at IS NULL AND (state, id) < ($4, $5) ",
    "AND (CAST($6 AS text) IS NULL OR state = $6) ORDER BY state DESC, id DESC LIMIT $7"
);
pub(super) const VERSIONS: &str = "SELECT number FROM versions WHERE journey_id = $1 AND number <= $2 ORDER BY number DESC LIMIT 1000";
pub(super) const PASSED: &str = "SELECT run_id, seq, body FROM steps WHERE run_id = ANY($1) AND body LIKE $2 ESCAPE '!' LIMIT 20000";

/// Runs looked at for one page.
const LOOKED_AT: i64 = 10_000;
/// Runs whose steps are read for one page.
const READ: i64 = 1_000;
/// The highest text: above every state.
const ABOVE: &str = "~";

/// Runs, the newest first; those who stand at a node by version and state.
pub async fn list(
    db: &Db,
    workspace: WorkspaceId,
    filter: &RunFilter,
    after: Option<Place>,
    limit: i64,
) -> Result<Listed<RunSummary, Place>, ReadError> {
    let mut listed = match (filter.journey, &filter.node) {
        (Some(journey), Some(node)) if filter.inside && filter.passed.is_none() && filter.customer.is_none() => {
            standing(db, journey, node, filter, after, limit).await?
        }
        _ => {
            let before = if let Some(Place::Id(id)) = after { Some(id) } else { None };
            looked(db, workspace, filter, before, limit).await?
        }
    };
    if let Some(way) = &filter.passed {
        listed.rows = passed(db, listed.rows, way).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        if listed.rows.len() > most {
            listed.rows.truncate(most);
            listed.next = listed.rows.last().map(|run| Place::Id(run.id.0));
        }
    }
    name(db, workspace, &mut listed.rows).await?;
    Ok(listed)
}

/// Runs in the order of their age, as many as may be looked at.
async fn looked(
    db: &Db,
    workspace: WorkspaceId,
    filter: &RunFilter,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Listed<RunSummary, Place>, ReadError> {
    let narrow = filter.version.is_some() || filter.node.is_some() || filter.state.is_some() || filter.outcome.is_some() || filter.inside;
    let (look, wanted) = match (&filter.passed, narrow) {
        // Whoever did not pass falls out afterwards.
        (Some(_), _) => (READ, READ),
        (None, true) => (LOOKED_AT, limit + 1),
        (None, false) => (limit + 1, limit + 1),
    };
    let top = below(before).min(filter.until.map_or(Uuid::max(), first_id));
    let own: Vec<Value> = [filter.customer.map(|c| c.0), filter.journey.map(|j| j.0)].into_iter().flatten().map(Value::from).collect();
    let (list, edge) = match (filter.customer, filter.journey) {
        (None, None) => (ALL, EDGE_ALL),
        (None, Some(_)) => (OF_JOURNEY, EDGE_OF_JOURNEY),
        (Some(_), None) => (OF_CUSTOMER, EDGE_OF_CUSTOMER),
        (Some(_), Some(_)) => (OF_BOTH, EDGE_OF_BOTH),
    };
    let range = || -> Vec<Value> { vec![workspace.0.into(), top.into(), filter.since.map_or(Uuid::nil(), first_id).into()] };
    let mut args = range();
    args.extend([
        look.into(),
        filter.version.into(),
        filter.node.as_deref().into(),
        filter.state.as_deref().into(),
        filter.outcome.as_deref().into(),
        i64::from(filter.inside).into(),
        wanted.into(),
    ]);
    args.extend(own.iter().cloned());
    let mut edge_args = range();
    edge_args.push((look - 1).into());
    edge_args.extend(own);
    let mut read = db.read(vec![Query::new(list, args), Query::new(edge, edge_args)]).await?.into_iter();
    let (rows, edge) = (read.next().unwrap_or_default(), read.next().unwrap_or_default());
    let mut rows = summaries(rows)?;
    let most = usize::try_from(if filter.passed.is_some() { wanted } else { limit }).unwrap_or(usize::MAX);
    let full = rows.len() > most;
    rows.truncate(most);
    let last_looked_at = edge.value("id")?;
    let next = if full { rows.last().map(|run| run.id.0) } else { last_looked_at };
    Ok(Listed { rows, next: next.map(Place::Id) })
}

/// Runs that stand at a node, one version after the other.
async fn standing(
    db: &Db,
    journey: JourneyId,
    node: &str,
    filter: &RunFilter,
    after: Option<Place>,
    limit: i64,
) -> Result<Listed<RunSummary, Place>, ReadError> {
    let (mut version, mut state, mut id) = match after {
        Some(Place::Standing(version, state, id)) => (version, state, id),
        _ => (i64::MAX, ABOVE.to_owned(), Uuid::max()),
    };
    let versions: Vec<i64> = db.query(VERSIONS, vec![journey.0.into(), version.into()]).await?.column("number")?;
    let mut rows: Vec<RunSummary> = Vec::new();
    for number in versions {
        if filter.version.is_some_and(|wanted| wanted != number) {
            continue;
        }
        if number != version {
            (version, state, id) = (number, ABOVE.to_owned(), Uuid::max());
        }
        let left = limit + 1 - i64::try_from(rows.len()).unwrap_or(limit);
        let args = vec![
            journey.0.into(),
            version.into(),
            node.into(),
            state.as_str().into(),
            id.into(),
            filter.state.as_deref().into(),
            left.into(),
        ];
        rows.extend(summaries(db.query(STANDING, args).await?)?);
        if i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit {
            break;
        }
    }
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    let place = |run: &RunSummary| Place::Standing(run.version, run.state.clone(), run.id.0);
    Ok(Listed { next: rows.last().filter(|_| more).map(place), rows })
}

/// Those of the runs whose steps went the way.
async fn passed(db: &Db, runs: Vec<RunSummary>, way: &Way) -> Result<Vec<RunSummary>, ReadError> {
    let ids: Vec<Uuid> = runs.iter().map(|run| run.id.0).collect();
    let quoted = serde_json::Value::from(way.node.as_str()).to_string();
    let pattern = format!("%\"node\":{}%", quoted.replace('!', "!!").replace('%', "!%").replace('_', "!_"));
    let rows = db.query(PASSED, vec![ids.into(), pattern.into()]).await?;
    let mut found = HashSet::new();
    for row in rows.read::<Taken>()? {
        if went(&row.body, way) {
            found.insert(row.run_id);
        }
    }
    Ok(runs.into_iter().filter(|run| found.contains(&run.id)).collect())
}

record! {
    struct Taken of "steps" key [run_id, seq] {
        run_id: uuid => RunId,
        seq: int,
        body: json => Vec<Step>,
    }
}

fn summaries(rows: Rows) -> Result<Vec<RunSummary>, ReadError> {
    Ok(rows.read::<runs::Listed>()?.into_iter().map(RunSummary::from).collect())
}

fn went(steps: &[Step], way: &Way) -> bool {
    steps.iter().filter(|step| step.node.as_str() == way.node).any(|step| match &step.outcome {
        StepOutcome::Went(port) | StepOutcome::Skipped(port) => port.as_str() == way.port,
        StepOutcome::Failed(_) => way.port == "!",
        StepOutcome::Ended(_) => way.port == ".",
        _ => false,
    })
}
