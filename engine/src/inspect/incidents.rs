//! Incidents: runs and deliveries that need a person.

use super::names::{ManyLabels, slugs, titles};
use tradewind_commerce::customers::{Person, people};
use tradewind_commerce::reading::{ReadError, below};
use tradewind_nodes::Json;
use tradewind_nodes::answer::Called;
use tradewind_nodes::id::{CustomerId, IncidentId, JourneyId, RunId, WorkspaceId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Rows, Value};
use uuid::Uuid;

/// An incident.
#[derive(Clone, PartialEq, Debug)]
pub struct IncidentView {
    /// Its id.
    pub id: IncidentId,
    /// The journey's slug.
    pub journey: String,
    /// The journey's id.
    pub journey_id: JourneyId,
    /// The journey's version.
    pub version: i64,
    /// The run that is held.
    pub run: RunId,
    /// What the journey is called.
    pub journey_name: String,
    /// Whose run it is, as far as he is known.
    pub person: Option<Person>,
    /// Where.
    pub node: String,
    /// What the node is called.
    pub title: String,
    /// The same as data: a text where the name is its own, kind and label where it is called by its kind.
    pub called: Called,
    /// Which visit, from 1.
    pub visit: i64,
    /// `run` when the step failed, `delivery` when its effect did.
    pub subject: String,
    /// What went wrong and what to do.
    pub problem: Problem,
    /// `open` or `resolved`.
    pub state: String,
    /// `retry`, `skip` or `abort`, once resolved.
    pub resolution: Option<String>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
}

pub use tradewind_core::message::IncidentFilter;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, journey_id, version, run_id, node, visit, subject, problem, state, resolution, opened_at, resolved_at, ",
            "(SELECT customer_id FROM runs WHERE runs.id = incidents.run_id) AS customer_id FROM incidents WHERE workspace_id = $1 AND ",
            $rest
        )
    };
}
macro_rules! fitting {
    ($path:literal) => {
        concat!(
            "state = $2 AND id < $3 AND (CAST($4 AS text) IS NULL OR node = $4) ",
            "AND (CAST($5 AS text) IS NULL OR problem LIKE $5 ESCAPE '!') ",
            $path
        )
    };
}
macro_rules! listed {
    ($path:literal) => {
        concat!(select!(""), fitting!($path), " ORDER BY id DESC LIMIT $6")
    };
}
macro_rules! counted {
    ($path:literal) => {
        concat!(
            "SELECT COUNT(*) AS fit FROM (SELECT id FROM incidents WHERE workspace_id = $1 AND ",
            fitting!($path),
            " LIMIT $6) AS fitting"
        )
    };
}
pub(super) const ALL: &str = listed!("");
pub(super) const OF_JOURNEY: &str = listed!("AND journey_id = $7");
pub(super) const HOW_MANY: &str = counted!("");
pub(super) const HOW_MANY_OF: &str = counted!("AND journey_id = $7");
pub(super) const OF_RUN: &str = select!("run_id = $2 ORDER BY id LIMIT $3");
pub(super) const ONE: &str = select!("id = $2 LIMIT 1");

/// Incidents, the newest first, below the id `before`.
pub async fn list(
    db: &Db,
    workspace: WorkspaceId,
    filter: &IncidentFilter,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<IncidentView>, ReadError> {
    named(db, workspace, rows(db, workspace, filter, before, limit).await?).await
}

/// As [`list`], without what journeys, nodes and people are called.
pub(crate) async fn page(
    db: &Db,
    workspace: WorkspaceId,
    filter: &IncidentFilter,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<IncidentView>, ReadError> {
    Ok(rows(db, workspace, filter, before, limit).await?.read::<Found>()?.into_iter().map(view).collect())
}

async fn rows(db: &Db, workspace: WorkspaceId, filter: &IncidentFilter, before: Option<Uuid>, limit: i64) -> Result<Rows, ReadError> {
    let (sql, args) = fitting(workspace, filter, before, limit, [ALL, OF_JOURNEY]);
    Ok(db.query(sql, args).await?)
}

/// Incidents that are counted at most.
const MOST_COUNTED: i64 = 1_000_000;

/// How many incidents there are below the id `before`.
pub async fn how_many(db: &Db, workspace: WorkspaceId, filter: &IncidentFilter, before: Option<Uuid>) -> Result<u64, ReadError> {
    let (sql, args) = fitting(workspace, filter, before, MOST_COUNTED, [HOW_MANY, HOW_MANY_OF]);
    let rows = db.query(sql, args).await?;
    Ok(rows.value::<i64>("fit")?.unwrap_or(0).unsigned_abs())
}

/// Of the statements for all journeys and for one, the one that `filter` needs, and its arguments.
fn fitting(
    workspace: WorkspaceId,
    filter: &IncidentFilter,
    before: Option<Uuid>,
    limit: i64,
    [all, of_journey]: [&'static str; 2],
) -> (&'static str, Vec<Value>) {
    let state = if filter.resolved { "resolved" } else { "open" };
    let code = filter.code.as_deref().map(with_code);
    let mut args: Vec<Value> =
        vec![workspace.0.into(), state.into(), below(before).into(), filter.node.as_deref().into(), code.into(), limit.into()];
    match filter.journey {
        Some(journey) => {
            args.push(journey.0.into());
            (of_journey, args)
        }
        None => (all, args),
    }
}

/// The incidents of a run, the first first.
pub async fn of_run(db: &Db, workspace: WorkspaceId, run: RunId, limit: i64) -> Result<Vec<IncidentView>, ReadError> {
    named(db, workspace, db.query(OF_RUN, vec![workspace.0.into(), run.0.into(), limit.into()]).await?).await
}

/// One incident.
pub async fn get(db: &Db, workspace: WorkspaceId, id: IncidentId) -> Result<Option<IncidentView>, ReadError> {
    Ok(named(db, workspace, db.query(ONE, vec![workspace.0.into(), id.0.into()]).await?).await?.pop())
}

/// A pattern for problems with this code: `code` is the first thing their JSON says.
fn with_code(code: &str) -> String {
    let quoted = Json::from(code.replace('\0', "")).to_string();
    format!("{{\"code\":{}%", quoted.replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}

async fn named(db: &Db, workspace: WorkspaceId, rows: Rows) -> Result<Vec<IncidentView>, ReadError> {
    let rows = rows.read::<Found>()?;
    let customers: Vec<Option<CustomerId>> = rows.iter().map(|row| row.customer_id).collect();
    let mut listed: Vec<IncidentView> = rows.into_iter().map(view).collect();
    let slugs = slugs(db, workspace, listed.iter().map(|incident| incident.journey_id)).await?;
    let titles = titles(db, workspace, listed.iter().map(|incident| incident.journey_id)).await?;
    let labels = ManyLabels::load(db, workspace, listed.iter().map(|incident| (incident.journey_id, incident.version))).await?;
    let people = people(db, workspace, customers.iter().copied().flatten()).await?;
    for (incident, customer) in listed.iter_mut().zip(customers) {
        incident.journey = slugs.get(&incident.journey_id).cloned().unwrap_or_default();
        incident.journey_name = titles.get(&incident.journey_id).cloned().unwrap_or_default();
        incident.called = labels.called(incident.journey_id, incident.version, &incident.node);
        incident.title = incident.called.to_string();
        incident.person = customer.and_then(|customer| people.get(&customer)).cloned();
    }
    Ok(listed)
}

record! {
    struct Found of "incidents" key [id] {
        id: uuid => IncidentId,
        journey_id: uuid => JourneyId,
        version: int,
        run_id: uuid => RunId,
        node: text,
        visit: int,
        subject: text,
        problem: json => Problem,
        state: text,
        resolution: text null,
        opened_at: int => Timestamp,
        resolved_at: int null => Timestamp,
        customer_id: uuid null => CustomerId,
    }
}

/// An incident without what journeys, nodes and people are called.
fn view(row: Found) -> IncidentView {
    IncidentView {
        id: row.id,
        journey: String::new(),
        journey_id: row.journey_id,
        version: row.version,
        run: row.run_id,
        journey_name: String::new(),
        person: None,
        node: row.node,
        title: String::new(),
        called: Called::Name(String::new()),
        visit: row.visit,
        subject: row.subject,
        problem: row.problem,
        state: row.state,
        resolution: row.resolution,
        opened_at: row.opened_at,
        resolved_at: row.resolved_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_first_thing_of_a_stored_problem() {
        let stored = serde_json::to_string(&Problem::new("http.status", "it said 500: try later")).unwrap();
        let pattern = with_code("http.status");
        assert!(stored.starts_with(pattern.trim_end_matches('%')), "{stored} {pattern}");
        assert_eq!(with_code("a_b"), "{\"code\":\"a!_b\"%");
    }
}
