//! Scenario tests kept with a journey: the `*.test.json` beside its file.

use super::error::{JourneyError, Result};
use super::find::{find, id_of};
use super::record::Journey;
use crate::tables::scenarios::{SCENARIOS, ScenarioRow};
use tradewind_core::simulate::Scenario;
use tradewind_nodes::Json;
use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_nodes::issue::{FieldIssue, IssueCode};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{insert, record};
use tradewind_store::{Batch, Db, Expect, Insert, Query, StoreError, Value};

pub(super) const LIST: &str = "SELECT name, body, updated_at FROM scenarios WHERE journey_id = $1 ORDER BY name LIMIT $2";
pub(super) const REVISION: &str = "SELECT scenarios_revision FROM journeys WHERE id = $1 LIMIT 1";
pub(super) const CLEAR: &str = "DELETE FROM scenarios WHERE journey_id = $1";
pub(super) const MOVE: &str =
    "UPDATE journeys SET scenarios_revision = scenarios_revision + 1 WHERE id = $1 AND workspace_id = $2 AND scenarios_revision = $3";
static NEW: Insert = insert!(SCENARIOS: ScenarioRow);

/// Scenarios of one journey, and bytes of one.
const MOST: usize = 100;
const MOST_BYTES: usize = 64 * 1024;

/// A scenario to be kept.
#[derive(Clone, PartialEq, Debug)]
pub struct NewScenario {
    /// The name of its file without `.test.json`: a-z, 0-9 and '-'.
    pub name: String,
    /// The scenario, as the file says it.
    pub body: Json,
}

record! {
    /// A scenario that is kept.
    #[derive(PartialEq)]
    pub struct StoredScenario of "scenarios" key [name] {
        /// The name of its file without `.test.json`.
        name: text,
        /// The scenario, as the file says it.
        body: json => Json,
        /// When it was put there.
        updated_at: int => Timestamp,
    }
}

/// The scenarios of a journey.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenarios {
    /// By name.
    pub data: Vec<StoredScenario>,
    /// Counts the changes of the list; its ETag.
    pub revision: i64,
}

/// The scenarios of the journey called `name`.
pub async fn list(db: &Db, workspace: WorkspaceId, name: &str) -> Result<Scenarios> {
    let (journey, _) = id_of(db, workspace, name).await?;
    of_journey(db, journey).await
}

pub(super) async fn of_journey(db: &Db, journey: JourneyId) -> Result<Scenarios> {
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let queries = vec![Query::new(LIST, vec![journey.0.into(), most.into()]), Query::new(REVISION, vec![journey.0.into()])];
    let mut read = db.read(queries).await?.into_iter();
    let (rows, revision) = (read.next().unwrap_or_default(), read.next().unwrap_or_default());
    let (data, revision) = (rows.read()?, revision.value("scenarios_revision")?.unwrap_or(0));
    Ok(Scenarios { data, revision })
}

/// Keeps these scenarios with the journey called `name`, in place of those there, over the revision `given` of the list; any
/// revision when None.
pub async fn put(
    db: &Db,
    workspace: WorkspaceId,
    name: &str,
    scenarios: &[NewScenario],
    given: Option<i64>,
    now: Timestamp,
) -> Result<Scenarios> {
    let journey = find(db, workspace, name).await?;
    super::draft::refuse_archived(&journey, "change its scenarios")?;
    check(scenarios)?;
    let given = match given {
        Some(given) => given,
        None => of_journey(db, journey.id).await?.revision,
    };
    let mut batch = Batch::new();
    batch.execute(MOVE, vec![journey.id.0.into(), workspace.0.into(), given.into()], Expect::Rows(1));
    batch.execute(CLEAR, vec![journey.id.0.into()], Expect::Any);
    add(&mut batch, workspace, journey.id, scenarios, now);
    match db.commit(batch).await {
        Err(StoreError::Conflict { .. }) => stale(db, &journey, given).await,
        Err(error) => Err(error.into()),
        Ok(_) => of_journey(db, journey.id).await,
    }
}

async fn stale<T>(db: &Db, journey: &Journey, given: i64) -> Result<T> {
    let current = of_journey(db, journey.id).await?.revision;
    Err(JourneyError::StaleScenarios { slug: journey.slug.clone(), given, current })
}

/// Adds scenarios that were [checked](check) to a journey that has none of their names.
pub(super) fn add(batch: &mut Batch, workspace: WorkspaceId, journey: JourneyId, scenarios: &[NewScenario], now: Timestamp) {
    let rows = scenarios.iter().map(|scenario| {
        [Value::from(journey.0), scenario.name.as_str().into(), workspace.0.into(), scenario.body.to_string().into(), now.micros().into()]
    });
    batch.insert(&NEW, rows);
}

/// Says what is wrong with the first scenario that is wrong.
pub(super) fn check(scenarios: &[NewScenario]) -> Result<()> {
    let wrong = |field: String, message: String| Err(JourneyError::Field(FieldIssue::new(field, IssueCode::Invalid, message)));
    if scenarios.len() > MOST {
        return wrong("/scenarios".into(), format!("there are {} and may be {MOST}: leave some out", scenarios.len()));
    }
    for (index, scenario) in scenarios.iter().enumerate() {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let name = scenario.name.as_str();
        if name.is_empty() || name.len() > 64 || !name.chars().all(legal) {
            return wrong(format!("/scenarios/{index}/name"), "has 1 to 64 of a-z, 0-9 and '-', as buys-in-time: write another".into());
        }
        if scenarios[..index].iter().any(|other| other.name == name) {
            return wrong(format!("/scenarios/{index}/name"), format!("{name} is there twice: give one another name"));
        }
        let text = scenario.body.to_string();
        if text.len() > MOST_BYTES || text.contains("\\u0000") {
            return wrong(format!("/scenarios/{index}/body"), format!("has more than {MOST_BYTES} bytes or holds U+0000: shorten it"));
        }
        if let Err(error) = Scenario::parse(&text) {
            return wrong(format!("/scenarios/{index}/body{}", error.pointer), error.message);
        }
    }
    Ok(())
}
