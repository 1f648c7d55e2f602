//! How many people a predicate holds for: exactly while there are few, by a sample when there are many.

use crate::clock::Environment;
use crate::load::{HISTORY, MEMBERSHIPS};
use std::collections::{BTreeSet, HashMap};
use tradewind_commerce::customers::Person;
use tradewind_commerce::events::PastEvent;
use tradewind_commerce::profile::{Profile, ProfileRow, display_name};
use tradewind_commerce::reading::ReadError;
use tradewind_nodes::fact::{Event, Facts, Horizon, NO_OUTPUTS, Needs};
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::predicate::{self, Predicate};
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_schema::record;
use tradewind_store::{Db, Query, Value};
use uuid::Uuid;

/// Whom a predicate holds for.
#[derive(Clone, PartialEq, Debug)]
pub struct Audience {
    /// How many; an estimate unless `exact`.
    pub count: i64,
    /// Of how many people.
    pub of: i64,
    /// Whether every person was looked at.
    pub exact: bool,
    /// How many were.
    pub looked_at: i64,
    /// Some of those it holds for.
    pub sample: Vec<Person>,
}

pub(super) const HOW_MANY: &str = "SELECT COUNT(*) AS known FROM (SELECT id FROM customers WHERE workspace_id = $1 LIMIT $2) AS known";
pub(super) const EDGES: &str = "SELECT MIN(created_at) AS first, MAX(created_at) AS last FROM customers WHERE workspace_id = $1 LIMIT 1";
pub(super) const PAGE: &str = "SELECT id, workspace_id, user_id, traits, tags, consent, created_at, last_seen_at, merged_into, erased_at FROM customers \
    WHERE workspace_id = $1 AND (created_at, id) > ($2, $3) AND erased_at IS NULL ORDER BY created_at, id LIMIT $4";

/// Everybody is looked at when there are no more than this.
const FEW: i64 = 20_000;
/// People counted for an estimate at most.
const MANY: i64 = 2_000_000;
/// People looked at in one go.
const STEP: i64 = 500;
/// Places at which a sample is taken, spread over the time in which people came.
const PLACES: i64 = 20;
/// Events read for one step at most; older ones do not count.
const MOST_EVENTS: i64 = 50_000;
/// How long may be looked.
const PATIENCE: Duration = Duration::from_secs(2);

/// One look through the people of a workspace.
struct Look<'a> {
    db: &'a Db,
    workspace: WorkspaceId,
    predicate: &'a Predicate,
    needs: Needs,
    now: Timestamp,
    found: i64,
    looked_at: i64,
    sample: Vec<Person>,
    wanted: usize,
}

/// Whom `predicate` holds for at this moment, with up to `wanted` of them.
pub async fn count(
    db: &Db,
    env: &Environment,
    workspace: WorkspaceId,
    predicate: &Predicate,
    wanted: usize,
) -> Result<Audience, ReadError> {
    let began = env.now();
    let mut needs = Needs::default();
    predicate::needs(predicate, &mut needs);
    let own = |limit: i64| vec![workspace.0.into(), Value::Int(limit)];
    let mut read = db.read(vec![Query::new(HOW_MANY, own(MANY)), Query::new(EDGES, vec![workspace.0.into()])]).await?.into_iter();
    let (counted, edges) = (read.next().unwrap_or_default(), read.next().unwrap_or_default());
    let of = counted.value::<i64>("known")?.unwrap_or(0);
    let edges = edges.first_as::<Edges>()?;
    let (first, last) = edges.map_or((0, 0), |edges| (edges.first.unwrap_or(0), edges.last.unwrap_or(0)));
    let mut look = Look { db, workspace, predicate, needs, now: began, found: 0, looked_at: 0, sample: Vec::new(), wanted };
    let late = || env.now().since(began) > PATIENCE;
    let exact = if of <= FEW { look.at_everybody(late).await? } else { look.here_and_there(first, last, late).await? };
    let count = if exact || look.looked_at == 0 { look.found } else { estimate(look.found, look.looked_at, of) };
    // Merged and erased rows are known too, and are nobody any more.
    let of = if exact { look.looked_at } else { of };
    Ok(Audience { count, of, exact, looked_at: look.looked_at, sample: look.sample })
}

fn estimate(found: i64, looked_at: i64, of: i64) -> i64 {
    i64::try_from(i128::from(found) * i128::from(of) / i128::from(looked_at.max(1))).unwrap_or(of)
}

impl Look<'_> {
    /// Gives whether the end was reached.
    async fn at_everybody(&mut self, late: impl Fn() -> bool) -> Result<bool, ReadError> {
        let mut place = (i64::MIN, Uuid::nil());
        while !late() {
            match self.step(place).await? {
                Some(next) => place = next,
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Never everybody.
    async fn here_and_there(&mut self, first: i64, last: i64, late: impl Fn() -> bool) -> Result<bool, ReadError> {
        let stride = (last - first) / PLACES;
        for place in 0..PLACES {
            if late() {
                break;
            }
            self.step((first + stride * place, Uuid::nil())).await?;
        }
        Ok(false)
    }

    /// Looks at the people behind `place`; gives where the next begin.
    async fn step(&mut self, place: (i64, Uuid)) -> Result<Option<(i64, Uuid)>, ReadError> {
        let args = vec![self.workspace.0.into(), place.0.into(), place.1.into(), Value::Int(STEP)];
        let rows = self.db.query(PAGE, args).await?;
        let full = i64::try_from(rows.len()).unwrap_or(0) == STEP;
        let people: Vec<Profile> = rows.read::<ProfileRow>()?.into_iter().map(Profile::from).collect();
        let last = people.last().map(|profile| (profile.customer.created_at.micros(), profile.customer.id.0));
        let people: Vec<Profile> = people.into_iter().filter(|profile| profile.merged_into.is_none()).collect();
        let (histories, segments) = self.evidence(&people).await?;
        let (nothing, nowhere) = (Vec::new(), BTreeSet::new());
        for profile in &people {
            let customer = &profile.customer;
            let facts = Facts {
                customer: Some(customer),
                history: histories.get(&customer.id).unwrap_or(&nothing),
                segments: segments.get(&customer.id).unwrap_or(&nowhere),
                event: None,
                item: None,
                outputs: &NO_OUTPUTS,
                run: None,
                now: self.now,
            };
            self.looked_at += 1;
            if predicate::holds(self.predicate, &facts) {
                self.found += 1;
                if self.sample.len() < self.wanted {
                    let (user_id, email) = (customer.user_id.clone(), customer.text("email").map(str::to_owned));
                    self.sample.push(Person { id: customer.id, user_id, email, name: display_name(customer) });
                }
            }
        }
        Ok(last.filter(|_| full))
    }

    /// What the predicate reads of these people beyond their profiles.
    async fn evidence(&self, people: &[Profile]) -> Result<(Histories, Segments), ReadError> {
        let ids = || Value::UuidList(people.iter().map(|profile| profile.customer.id.0).collect());
        let (mut histories, mut segments) = (Histories::new(), Segments::new());
        if people.is_empty() {
            return Ok((histories, segments));
        }
        if !self.needs.events.is_empty() {
            let names: Vec<String> = self.needs.events.keys().cloned().collect();
            let args = vec![ids(), reach(&self.needs, self.now).micros().into(), names.into(), Value::Int(MOST_EVENTS)];
            for row in self.db.query(HISTORY, args).await?.read::<PastEvent>()?.into_iter().rev() {
                histories.entry(row.customer_id).or_default().push(row.into());
            }
        }
        if self.needs.segments {
            let args = vec![ids(), Value::Int(MOST_EVENTS)];
            for row in self.db.query(MEMBERSHIPS, args).await?.read::<Membership>()? {
                if row.inside {
                    segments.entry(row.customer_id).or_default().insert(row.segment);
                }
            }
        }
        Ok((histories, segments))
    }
}

record! {
    struct Edges of "customers" key [] {
        first: int null,
        last: int null,
    }
}

record! {
    struct Membership of "segment_members" key [customer_id, segment] {
        customer_id: uuid => CustomerId,
        segment: text,
        inside: bool,
    }
}

type Histories = HashMap<CustomerId, Vec<Event>>;
type Segments = HashMap<CustomerId, BTreeSet<String>>;

/// How far back `needs` reach: nobody is inside a run here.
fn reach(needs: &Needs, now: Timestamp) -> Timestamp {
    let back = needs.events.values().map(|horizon| match horizon {
        Horizon::Entry => now,
        Horizon::Window(length) => now.minus(*length),
        Horizon::Ever => Timestamp::from_micros(i64::MIN / 2),
    });
    back.min().unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_the_share_of_those_looked_at() {
        assert_eq!(estimate(50, 1_000, 2_000_000), 100_000);
        assert_eq!(estimate(0, 1_000, 2_000_000), 0);
    }
}
