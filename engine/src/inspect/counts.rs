//! How many people passed where, and how many stand where.

use std::collections::BTreeMap;
use tradewind_commerce::reading::ReadError;
use tradewind_nodes::id::JourneyId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Query, Rows, Value};

record! {
    /// How often one way was taken.
    #[derive(PartialEq, Eq)]
    pub struct Passage of "passages" key [version, node, port] {
        /// The version.
        version: int,
        /// The node.
        node: text,
        /// The port it was left by; `!` for failing at it, `.` for ending there.
        port: text,
        /// How often.
        passed: int,
    }
}

record! {
    /// How many stand at one node.
    #[derive(PartialEq, Eq)]
    pub struct Standing of "runs" key [version, node, state] {
        /// The version.
        version: int,
        /// The node.
        node: text,
        /// The state of their runs.
        state: text,
        /// How many.
        people: int,
    }
}

/// The numbers of one port.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PortCount {
    /// The port.
    pub port: String,
    /// How often it was taken in the period.
    pub passed: i64,
}

/// The numbers of one node, over the versions asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NodeCounts {
    /// The node.
    pub node: String,
    /// Who stands there now, those held by an incident included.
    pub waiting: i64,
    /// Who is held there now by an incident.
    pub held: i64,
    /// How often it failed in the period.
    pub failed: i64,
    /// How many ended there in the period.
    pub ended: i64,
    /// Its ports, in order of their names.
    pub ports: Vec<PortCount>,
}

/// The period and version that counts are about. Periods go by whole hours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Period {
    /// Since the hour of this instant; since the beginning when None.
    pub since: Option<Timestamp>,
    /// Until the end of the hour before this instant; until now when None.
    pub until: Option<Timestamp>,
    /// One version; all of them when None.
    pub version: Option<i64>,
}

/// The numbers on a journey's canvas.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Counts {
    /// How many entered in the period.
    pub entered: i64,
    /// How many are inside now.
    pub inside: i64,
    /// Whether everybody inside was counted; the numbers of those who stand somewhere are too small otherwise.
    pub exact: bool,
    /// By node.
    pub nodes: Vec<NodeCounts>,
    /// Passages of the period by version.
    pub passages: Vec<Passage>,
    /// Who stands where now, by version.
    pub standing: Vec<Standing>,
}

macro_rules! passages {
    ($period:literal) => {
        concat!(
            "SELECT version, node, port, CAST(SUM(passed) AS bigint) AS passed FROM passages WHERE journey_id = $1 ",
            $period,
            " GROUP BY version, node, port ORDER BY version, node, port LIMIT 50000"
        )
    };
}
// Without a period the rows are read in their own order, with one by the index of hours.
pub(super) const EVER: &str = passages!("");
pub(super) const BETWEEN: &str = passages!("AND hour >= $2 AND hour < $3");
pub(super) const STANDING: &str = "SELECT version, node, state, COUNT(*) AS people FROM \
    (SELECT version, node, state FROM runs WHERE journey_id = $1 AND ended_at IS NULL LIMIT $2) AS inside \
    GROUP BY version, node, state ORDER BY version, node, state LIMIT 50000";

/// An hour, in the microseconds of a [`Timestamp`].
const HOUR: i64 = 3_600_000_000;
/// The port under which entries are counted.
const ENTERED: &str = ">";
/// People counted one by one at most.
const MOST_PEOPLE: i64 = 500_000;

/// The number of the hour of an instant, since 1970.
pub(super) fn hour_of(at: Timestamp) -> i64 {
    at.micros().div_euclid(HOUR)
}

/// The counts of a journey. That it is the caller's is his to know.
pub async fn of_journey(db: &Db, journey: JourneyId, period: Period) -> Result<Counts, ReadError> {
    let mut read = db.read(vec![between(journey, hours(period)), standing(journey)]).await?.into_iter();
    let (passages, standing) = (read.next().unwrap_or_default(), read.next().unwrap_or_default());
    Ok(counted(sums(passages)?, standing.read()?, period.version))
}

/// The counts of one journey asked for again and again: hours that are over are summed once.
pub struct Tally {
    journey: JourneyId,
    period: Period,
    /// Passages before the hour.
    past: Option<(i64, Sums)>,
}

impl Tally {
    /// Counts this journey and period. That it is the caller's is his to know.
    #[must_use]
    pub fn new(journey: JourneyId, period: Period) -> Self {
        Self { journey, period, past: None }
    }

    /// The counts at `now`.
    pub async fn count(&mut self, db: &Db, now: Timestamp) -> Result<Counts, ReadError> {
        let (since, until) = hours(self.period);
        // A commit may end in the hour after the one it is counted in.
        let turn = (hour_of(now) - 1).min(until);
        if self.past.as_ref().is_none_or(|(hour, _)| *hour != turn) {
            let mut read = db.read(vec![between(self.journey, (since, turn))]).await?;
            self.past = Some((turn, sums(read.pop().unwrap_or_default())?));
        }
        let mut read = db.read(vec![between(self.journey, (since.max(turn), until)), standing(self.journey)]).await?.into_iter();
        let (fresh, standing) = (read.next().unwrap_or_default(), read.next().unwrap_or_default());
        let mut all = sums(fresh)?;
        for (way, passed) in self.past.iter().flat_map(|(_, sums)| sums) {
            *all.entry(way.clone()).or_insert(0) += passed;
        }
        Ok(counted(all, standing.read()?, self.period.version))
    }
}

type Sums = BTreeMap<(i64, String, String), i64>;

fn hours(period: Period) -> (i64, i64) {
    (period.since.map_or(i64::MIN, hour_of), period.until.map_or(i64::MAX, hour_of))
}

fn between(journey: JourneyId, (since, until): (i64, i64)) -> Query {
    if (since, until) == (i64::MIN, i64::MAX) {
        return Query::new(EVER, vec![journey.0.into()]);
    }
    Query::new(BETWEEN, vec![journey.0.into(), since.into(), until.into()])
}

fn standing(journey: JourneyId) -> Query {
    Query::new(STANDING, vec![journey.0.into(), Value::Int(MOST_PEOPLE)])
}

fn sums(rows: Rows) -> Result<Sums, ReadError> {
    Ok(rows.read::<Passage>()?.into_iter().map(|row| ((row.version, row.node, row.port), row.passed)).collect())
}

fn counted(sums: Sums, standing: Vec<Standing>, version: Option<i64>) -> Counts {
    let wanted = |found: i64| version.is_none_or(|version| version == found);
    let mut counts = Counts { entered: 0, inside: 0, exact: true, nodes: Vec::new(), passages: Vec::new(), standing: Vec::new() };
    let mut nodes: BTreeMap<String, NodeCounts> = BTreeMap::new();
    let mut looked_at = 0;
    for row in standing {
        looked_at += row.people;
        if !wanted(row.version) {
            continue;
        }
        counts.inside += row.people;
        let at = nodes.entry(row.node.clone()).or_default();
        at.waiting += row.people;
        if row.state == "held" {
            at.held += row.people;
        }
        counts.standing.push(row);
    }
    counts.exact = looked_at < MOST_PEOPLE;
    for ((version, node, port), passed) in sums {
        if !wanted(version) {
            continue;
        }
        if port == ENTERED {
            counts.entered += passed;
            continue;
        }
        let at = nodes.entry(node.clone()).or_default();
        match port.as_str() {
            "!" => at.failed += passed,
            "." => at.ended += passed,
            _ => match at.ports.iter_mut().find(|known| known.port == port) {
                Some(known) => known.passed += passed,
                None => at.ports.push(PortCount { port: port.clone(), passed }),
            },
        }
        counts.passages.push(Passage { version, node, port, passed });
    }
    for (name, mut node) in nodes {
        node.ports.sort_by(|a, b| a.port.cmp(&b.port));
        counts.nodes.push(NodeCounts { node: name, ..node });
    }
    counts
}
