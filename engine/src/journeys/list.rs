//! The list of journeys, with the numbers that tell how each does.

use super::error::Result;
use super::record::{JourneyStatus, JourneySummary, ListedRow};
use serde::{Deserialize, Serialize};
use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Query, Value};
use uuid::Uuid;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, slug, name, description, status, live_version, draft_revision, created_at, updated_at, published_revision FROM journeys ",
            "WHERE workspace_id = $1 AND ((CAST($2 AS text) IS NULL AND status <> 'archived') OR status = $2) ",
            "AND (CAST($3 AS text) IS NULL OR LOWER(name) LIKE $3 ESCAPE '!' OR slug LIKE $3 ESCAPE '!') ",
            $rest
        )
    };
}
pub(super) const BY_CHANGE: &str = select!("AND (updated_at, id) < ($4, $5) ORDER BY updated_at DESC, id DESC LIMIT $6");
pub(super) const BY_AGE: &str = select!("AND id < $4 ORDER BY id DESC LIMIT $5");
pub(super) const BY_NAME: &str = select!("AND (name, id) > ($4, $5) ORDER BY name, id LIMIT $6");
pub(super) const PEOPLE: &str = "SELECT state, COUNT(*) AS people FROM \
    (SELECT state FROM runs WHERE journey_id = $1 AND ended_at IS NULL LIMIT $2) AS inside GROUP BY state ORDER BY state LIMIT 20";
pub(super) const ENTERED: &str = "SELECT journey_id, hour, CAST(SUM(passed) AS bigint) AS entered FROM passages \
    WHERE workspace_id = $1 AND hour >= $2 AND port = '>' AND journey_id = ANY($3) GROUP BY journey_id, hour ORDER BY journey_id, hour LIMIT 90000";
pub(super) const INCIDENTS: &str = "SELECT journey_id, COUNT(*) AS open FROM \
    (SELECT journey_id FROM incidents WHERE workspace_id = $1 AND state = 'open' ORDER BY id DESC LIMIT $2) AS open \
    GROUP BY journey_id ORDER BY journey_id LIMIT 10000";

record! {
    struct Entered of "passages" key [journey_id, hour] {
        journey_id: uuid => JourneyId,
        hour: int,
        entered: int,
    }
}

record! {
    struct Open of "incidents" key [journey_id] {
        journey_id: uuid => JourneyId,
        open: int,
    }
}

record! {
    struct Inside of "runs" key [state] {
        state: text,
        people: int,
    }
}

/// People of one journey counted one by one at most.
const MOST_PEOPLE: i64 = 20_000;
/// Incidents looked at.
const MOST_INCIDENTS: i64 = 10_000;
/// Days of the line of entries.
const DAYS: usize = 14;
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24;

/// In which order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The newest first.
    #[default]
    Created,
    /// Those changed last first.
    Updated,
    /// By name.
    Name,
}

/// Which journeys to list.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// With this status; all but archived ones when None.
    pub status: Option<JourneyStatus>,
    /// With this in the name or the slug.
    pub q: Option<String>,
    /// In which order.
    pub order: Order,
}

/// Where a page begins: behind this row of the page before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Place {
    /// By age.
    Created(Uuid),
    /// By the last change.
    Updated(i64, Uuid),
    /// By name.
    Name(String, Uuid),
}

impl Listing {
    /// The place of a journey in this list.
    #[must_use]
    pub fn place(&self, journey: &JourneySummary) -> Place {
        match self.order {
            Order::Created => Place::Created(journey.id.0),
            Order::Updated => Place::Updated(journey.updated_at.micros(), journey.id.0),
            Order::Name => Place::Name(journey.name.clone(), journey.id.0),
        }
    }

    /// The page behind `after`. A place of another order begins at the top.
    fn query(&self, workspace: WorkspaceId, after: Option<Place>, limit: i64) -> Query {
        let pattern = self.q.as_deref().filter(|text| !text.trim().is_empty()).map(containing);
        let mut args: Vec<Value> = vec![workspace.0.into(), self.status.map(JourneyStatus::name).into(), pattern.into()];
        let sql = match (self.order, after) {
            (Order::Created, after) => {
                let id = if let Some(Place::Created(id)) = after { id } else { Uuid::max() };
                args.push(id.into());
                BY_AGE
            }
            (Order::Updated, after) => {
                let (at, id) = if let Some(Place::Updated(at, id)) = after { (at, id) } else { (i64::MAX, Uuid::max()) };
                args.extend([at.into(), id.into()]);
                BY_CHANGE
            }
            (Order::Name, after) => {
                let (name, id) = if let Some(Place::Name(name, id)) = after { (name, id) } else { (String::new(), Uuid::nil()) };
                args.extend([name.into(), id.into()]);
                BY_NAME
            }
        };
        args.push(limit.into());
        Query::new(sql, args)
    }
}

fn containing(text: &str) -> String {
    let text: String = text.trim().to_lowercase().replace('\0', "").chars().take(200).collect();
    format!("%{}%", text.replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}

/// A page of journeys with their numbers; the day of the workspace began at `midnight`.
pub async fn list(
    db: &Db,
    workspace: WorkspaceId,
    listing: &Listing,
    after: Option<Place>,
    limit: i64,
    midnight: Timestamp,
) -> Result<Vec<JourneySummary>> {
    let rows = db.read(vec![listing.query(workspace, after, limit)]).await?.pop().unwrap_or_default();
    let mut listed: Vec<JourneySummary> = rows.read::<ListedRow>()?.into_iter().map(JourneySummary::from).collect();
    number(db, workspace, &mut listed, midnight).await?;
    Ok(listed)
}

/// Counts who is inside, who entered and what needs a person.
async fn number(db: &Db, workspace: WorkspaceId, listed: &mut [JourneySummary], midnight: Timestamp) -> Result<()> {
    if listed.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = listed.iter().map(|journey| journey.id.0).collect();
    let today = midnight.micros().div_euclid(HOUR);
    let first = today - DAY * (DAYS as i64 - 1);
    let mut queries = vec![
        Query::new(ENTERED, vec![workspace.0.into(), first.into(), ids.clone().into()]),
        Query::new(INCIDENTS, vec![workspace.0.into(), Value::Int(MOST_INCIDENTS)]),
    ];
    queries.extend(ids.iter().map(|id| Query::new(PEOPLE, vec![(*id).into(), Value::Int(MOST_PEOPLE)])));
    let mut read = db.read(queries).await?.into_iter();
    let entered = read.next().unwrap_or_default().read::<Entered>()?;
    let incidents = read.next().unwrap_or_default().read::<Open>()?;
    for journey in listed.iter_mut() {
        journey.entered = line(&entered, journey.id, first);
        journey.incidents = incidents.iter().find(|row| row.journey_id == journey.id).map_or(0, |row| row.open);
        for row in read.next().unwrap_or_default().read::<Inside>()? {
            journey.inside += row.people;
            journey.people.insert(row.state, row.people);
        }
        journey.inside_exact = journey.inside < MOST_PEOPLE;
    }
    Ok(())
}

/// Entries of one journey by day.
fn line(rows: &[Entered], journey: JourneyId, first: i64) -> Vec<i64> {
    let mut days = vec![0; DAYS];
    for row in rows.iter().filter(|row| row.journey_id == journey) {
        let day = usize::try_from((row.hour - first).div_euclid(DAY)).unwrap_or(0).min(DAYS - 1);
        days[day] += row.entered;
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_takes_its_text_literally() {
        assert_eq!(containing(" 50%_Off! "), "%50!%!_off!!%");
    }

    #[test]
    fn a_place_reads_back_as_what_it_was() {
        let id = Uuid::from_u128(7);
        for place in [Place::Created(id), Place::Updated(5, id), Place::Name("Cart".into(), id)] {
            let text = serde_json::to_string(&place).unwrap();
            assert_eq!(serde_json::from_str::<Place>(&text).unwrap(), place, "{text}");
        }
    }
}
