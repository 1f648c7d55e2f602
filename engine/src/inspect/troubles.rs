//! Open incidents gathered by what they have in common: one row a journey, node and problem, so that many are mended at once.

use super::names::{ManyLabels, slugs, titles};
use std::collections::HashMap;
use tradewind_commerce::reading::ReadError;
use tradewind_nodes::answer::Called;
use tradewind_nodes::id::{IncidentId, JourneyId, WorkspaceId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Value};

/// Open incidents of one kind.
#[derive(Clone, PartialEq, Debug)]
pub struct Trouble {
    /// The journey's slug.
    pub journey: String,
    /// What the journey is called.
    pub journey_name: String,
    /// The journey's id.
    pub journey_id: JourneyId,
    /// Where.
    pub node: String,
    /// What the node is called.
    pub title: String,
    /// The same as data: a text where the name is its own, kind and label where it is called by its kind.
    pub called: Called,
    /// The code of the problem.
    pub code: String,
    /// The newest of them in words.
    pub message: String,
    /// How many are open, among those looked at.
    pub open: i64,
    /// When the first of them was opened.
    pub first_at: Timestamp,
    /// When the last was.
    pub last_at: Timestamp,
}

/// What is open, gathered.
#[derive(Clone, PartialEq, Debug)]
pub struct Troubles {
    /// The most frequent first.
    pub data: Vec<Trouble>,
    /// Whether every open incident was looked at.
    pub exact: bool,
}

macro_rules! open {
    ($path:literal) => {
        concat!(
            "SELECT id, journey_id, version, node, problem, opened_at FROM incidents WHERE workspace_id = $1 AND state = 'open' ",
            $path,
            " ORDER BY id DESC LIMIT $2"
        )
    };
}
pub(super) const OPEN: &str = open!("");
pub(super) const OPEN_OF: &str = open!("AND journey_id = $3");

/// Incidents looked at, and groups told.
const LOOKED_AT: i64 = 10_000;
const TOLD: usize = 200;

/// The open incidents, of one journey when given, by journey, node and code.
pub async fn list(db: &Db, workspace: WorkspaceId, journey: Option<JourneyId>) -> Result<Troubles, ReadError> {
    let mut args: Vec<Value> = vec![workspace.0.into(), LOOKED_AT.into()];
    args.extend(journey.map(|journey| Value::from(journey.0)));
    let rows = db.query(if journey.is_some() { OPEN_OF } else { OPEN }, args).await?.read::<Opened>()?;
    let exact = i64::try_from(rows.len()).is_ok_and(|looked| looked < LOOKED_AT);
    let mut groups: Vec<(Trouble, i64)> = Vec::new();
    let mut places: HashMap<(JourneyId, String, String), usize> = HashMap::new();
    for row in rows {
        let (trouble, version) = trouble(row);
        let key = (trouble.journey_id, trouble.node.clone(), trouble.code.clone());
        match places.get(&key).and_then(|place| groups.get_mut(*place)) {
            Some((known, _)) => {
                known.open += 1;
                known.first_at = trouble.first_at;
            }
            None => {
                places.insert(key, groups.len());
                groups.push((trouble, version));
            }
        }
    }
    groups.sort_by_key(|(trouble, _)| std::cmp::Reverse((trouble.open, trouble.last_at)));
    groups.truncate(TOLD);
    let slugs = slugs(db, workspace, groups.iter().map(|(trouble, _)| trouble.journey_id)).await?;
    let titles = titles(db, workspace, groups.iter().map(|(trouble, _)| trouble.journey_id)).await?;
    let labels = ManyLabels::load(db, workspace, groups.iter().map(|(trouble, version)| (trouble.journey_id, *version))).await?;
    let named = groups.into_iter().map(|(mut trouble, version)| {
        trouble.journey = slugs.get(&trouble.journey_id).cloned().unwrap_or_default();
        trouble.journey_name = titles.get(&trouble.journey_id).cloned().unwrap_or_default();
        trouble.called = labels.called(trouble.journey_id, version, &trouble.node);
        trouble.title = trouble.called.to_string();
        trouble
    });
    Ok(Troubles { data: named.collect(), exact })
}

record! {
    struct Opened of "incidents" key [id] {
        id: uuid => IncidentId,
        journey_id: uuid => JourneyId,
        version: int,
        node: text,
        problem: json => Problem,
        opened_at: int => Timestamp,
    }
}

fn trouble(row: Opened) -> (Trouble, i64) {
    let trouble = Trouble {
        journey: String::new(),
        journey_name: String::new(),
        journey_id: row.journey_id,
        node: row.node,
        title: String::new(),
        called: Called::Name(String::new()),
        code: row.problem.code.to_string(),
        message: row.problem.message,
        open: 1,
        first_at: row.opened_at,
        last_at: row.opened_at,
    };
    (trouble, row.version)
}
