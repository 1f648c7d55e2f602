//! Carrying out an erasure, a page at a time. What a page changes is one commit, with how far the erasure is by then: a page that is done
//! again after a crash finds nothing of it, or all of it.

use super::AddressHash;
use super::identity::{EventKey, Identity};
use super::parts::{PARTS, Part};
use crate::inbox;
use crate::incoming::{Incoming, Order, Pending};
use crate::tables::erasures::Certificate;
use crate::tables::suppressions::{SUPPRESSIONS, SuppressionRow};
use crate::{EngineError, Environment};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::{CustomerId, RunId, WorkspaceId};
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_schema::{insert, record};
use tradewind_store::{Batch, Conflict, Db, Expect, Insert, Query, Value};
use uuid::Uuid;

const OPEN: &str = "SELECT id, progress FROM erasures WHERE finished_at IS NULL ORDER BY id LIMIT $1";
const STATE: &str =
    "SELECT id, workspace_id, customer_id, progress, certificate FROM erasures WHERE id = $1 AND finished_at IS NULL LIMIT 1";
const GO_ON: &str = "UPDATE erasures SET progress = $2, certificate = $3 WHERE id = $1 AND finished_at IS NULL";
const FINISH: &str = "UPDATE erasures SET progress = '', finished_at = $2 WHERE id = $1 AND finished_at IS NULL";
const MARK: &str = "UPDATE customers SET erased_at = $2 WHERE id = ANY($1) AND workspace_id = $3 AND erased_at IS NULL";
/// A CASE keeps the planner of PostgreSQL at the index by customer, as in [`crate::load::RUNS_OF_CUSTOMERS`].
const LIVE: &str = "SELECT id FROM runs WHERE customer_id = ANY($1) AND CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END = 1 LIMIT $2";
const WAITS: &str = "SELECT id FROM inbox WHERE id = $1 LIMIT 1";
const UNSETTLED: &str = "SELECT id FROM deliveries WHERE customer_id = ANY($1) AND settled_at IS NULL LIMIT 1";
const LATER: &str =
    "SELECT id FROM deliveries WHERE customer_id = ANY($1) AND settled_at IS NULL AND state = 'pending' AND due_at > $2 LIMIT 1";
const HURRY: &str =
    "UPDATE deliveries SET due_at = $2 WHERE customer_id = ANY($1) AND settled_at IS NULL AND state = 'pending' AND due_at > $2";
/// Every fixed statement of this file.
pub(super) const STATEMENTS: &[&str] = &[OPEN, STATE, GO_ON, FINISH, MARK, LIVE, WAITS, UNSETTLED, LATER, HURRY];

static SUPPRESS: Insert = insert!(SUPPRESSIONS: SuppressionRow)
    .on_conflict(Conflict::Update { key: &["workspace_id", "address", "channel", "purpose"], set: &["status", "at"] });

/// Erasures under way at a time; more wait.
const MAX_OPEN: i64 = 100;
/// Runs ended in one commit.
const RUNS: i64 = if cfg!(test) { 7 } else { 500 };
/// Pages looked through in one go where nothing is found.
const SCANS: usize = 4;
/// Times that all tables are gone through: what others write meanwhile is found by the next.
const MAX_PASSES: u32 = 5;
/// After this no attempt at sending is still under way; what does not settle by then cannot be read.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(15 * 60);
/// Why the runs of an erased person end.
const REASON: &str = "the data of the person were erased";
/// What nobody who was erased is sent any more, whatever they had said.
const ALWAYS_REFUSED: &str = "email/marketing";

/// How far an erasure is.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Progress {
    who: Identity,
    stage: Stage,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
enum Stage {
    /// Reads what their events call them.
    Names { after: Option<EventKey> },
    /// Ends their runs.
    Runs {
        /// The last order that was given, until the lane has routed it.
        last: Option<Uuid>,
        /// The runs that were given orders last: those that do not end then cannot be read.
        ordered: BTreeSet<Uuid>,
    },
    /// Waits for what is on its way.
    Effects { until: Timestamp },
    /// Deletes and overwrites.
    Rows {
        /// Which of the parts; of so many, or it begins anew: another program may know others.
        part: usize,
        of: usize,
        /// The key behind which a table is looked through.
        after: Vec<String>,
        /// Whether anything was found in this pass.
        found: bool,
        pass: u32,
    },
    /// Empties the log.
    Scrub,
}

record! {
    struct State of "erasures" key [id] {
        id: uuid => Uuid,
        workspace_id: uuid => WorkspaceId,
        customer_id: uuid => CustomerId,
        progress: text,
        certificate: json => Certificate,
    }
}

record! {
    struct Open of "erasures" key [id] {
        id: uuid => Uuid,
        progress: text,
    }
}

/// A page of an erasure: what is to be committed, and what follows from it.
#[derive(Default)]
pub(crate) struct Page {
    pub batch: Batch,
    /// Nothing more is sent to these people.
    pub erased: Vec<CustomerId>,
    /// New rows of the inbox.
    pub orders: Vec<Pending>,
    /// Rows of the inbox that go.
    pub dropped: Vec<Uuid>,
    /// Whether effects are due earlier than they were.
    pub hurried: bool,
    /// Whether it is the last.
    pub done: bool,
}

/// What a page needs of the lane.
pub(crate) struct Means<'a> {
    pub db: &'a Db,
    pub env: &'a Environment,
    pub hash: Option<&'a AddressHash>,
    /// Whether somebody is about to be merged into one of these.
    pub merging: &'a (dyn Fn(&[Uuid]) -> bool + Sync),
}

/// The erasures that are not done, and the people to whom nothing is sent because of them.
pub(crate) async fn open(db: &Db) -> Result<(Vec<Uuid>, Vec<CustomerId>), EngineError> {
    let (mut erasures, mut people) = (Vec::new(), Vec::new());
    for row in db.query(OPEN, vec![MAX_OPEN.into()]).await?.read::<Open>()? {
        erasures.push(row.id);
        // Before the first page it says nothing.
        if let Ok(progress) = serde_json::from_str::<Progress>(&row.progress) {
            people.extend(progress.who.ids.into_iter().map(CustomerId));
        }
    }
    Ok((erasures, people))
}

/// The next page of an erasure; None when others have to do something first.
pub(crate) async fn page(means: &Means<'_>, erasure: Uuid) -> Result<Option<Page>, EngineError> {
    let Some(state) = means.db.query(STATE, vec![erasure.into()]).await?.first_as::<State>()? else {
        return Ok(Some(Page { done: true, ..Page::default() }));
    };
    // Text of another program, or none yet: it begins anew, and finds less to do.
    let Ok(Progress { who, stage }) = serde_json::from_str(&state.progress) else { return mark(means, &state).await };
    let work = Work { means, who, certificate: state.certificate, page: Page::default(), id: erasure };
    match stage {
        Stage::Names { after } => work.read_names(after).await.map(Some),
        Stage::Runs { last, ordered } => work.end_runs(last, ordered).await,
        Stage::Effects { until } => work.await_effects(until).await,
        Stage::Rows { part, of, after, found, pass } if of == PARTS.len() => work.erase_rows((part, after), found, pass).await.map(Some),
        Stage::Rows { .. } => work.erase_rows((0, Vec::new()), false, 0).await.map(Some),
        Stage::Scrub => work.scrub().await,
    }
}

/// Marks the person: from here on nothing is taken in for them and nothing is sent to them.
async fn mark(means: &Means<'_>, state: &State) -> Result<Option<Page>, EngineError> {
    let who = Identity::read(means.db, state.workspace_id, state.customer_id).await?;
    if (means.merging)(&who.ids) {
        return Ok(None);
    }
    let mut page = Page { erased: who.ids.iter().copied().map(CustomerId).collect(), ..Page::default() };
    page.batch.execute(MARK, vec![who.list(), means.env.now().micros().into(), state.workspace_id.0.into()], Expect::Any);
    let work = Work { means, who, certificate: state.certificate.clone(), page, id: state.id };
    Ok(Some(work.go_on(Stage::Names { after: None })))
}

struct Work<'a> {
    means: &'a Means<'a>,
    id: Uuid,
    who: Identity,
    certificate: Certificate,
    page: Page,
}

impl Work<'_> {
    /// The page, and that the erasure is at this stage after it.
    fn go_on(mut self, stage: Stage) -> Page {
        let progress = Progress { who: self.who, stage };
        let args = vec![self.id.into(), Value::json(&progress), Value::json(&self.certificate)];
        self.page.batch.execute(GO_ON, args, Expect::Rows(1));
        self.page
    }

    async fn read_names(mut self, after: Option<EventKey>) -> Result<Page, EngineError> {
        let next = self.who.read_events(self.means.db, after).await?;
        if next.is_some() {
            return Ok(self.go_on(Stage::Names { after: next }));
        }
        self.suppress();
        Ok(self.go_on(Stage::Runs { last: None, ordered: BTreeSet::new() }))
    }

    /// Keeps what was refused, and marketing by mail in any case, by a keyed hash of each address.
    fn suppress(&mut self) {
        let Some(hash) = self.means.hash else { return };
        let mut refused = self.who.refused.clone();
        refused.entry(ALWAYS_REFUSED.to_owned()).or_insert(ConsentStatus::Withdrawn);
        let mut rows = BTreeMap::new();
        for address in &self.who.addresses {
            for (scope, status) in &refused {
                let (channel, purpose) = scope.split_once('/').unwrap_or((scope.as_str(), "marketing"));
                if (channel == "email") == address.contains('@') {
                    rows.insert((hash(address), channel, purpose), *status);
                }
            }
        }
        let hashes: BTreeSet<Uuid> = rows.keys().map(|(address, _, _)| *address).collect();
        self.certificate.suppressed = hashes.len() as u64;
        let (workspace_id, at) = (self.who.workspace, self.means.env.now());
        let row = |((address, channel, purpose), status): ((Uuid, &str, &str), ConsentStatus)| {
            SuppressionRow { workspace_id, address, channel: channel.to_owned(), purpose: purpose.to_owned(), status, at }.values()
        };
        self.page.batch.insert(&SUPPRESS, rows.into_iter().map(row));
    }

    /// Ends live runs as a person would, by orders to the lane.
    async fn end_runs(mut self, last: Option<Uuid>, ordered: BTreeSet<Uuid>) -> Result<Option<Page>, EngineError> {
        let Means { db, env, .. } = *self.means;
        if let Some(last) = last
            && !db.query(WAITS, vec![last.into()]).await?.is_empty()
        {
            return Ok(None);
        }
        let live: BTreeSet<Uuid> = db.query(LIVE, vec![self.who.list(), RUNS.into()]).await?.column::<Uuid>("id")?.into_iter().collect();
        if live.is_empty() || live == ordered {
            self.certificate.ended_runs -= live.len() as u64;
            return Ok(Some(self.go_on(Stage::Effects { until: env.now().plus(SETTLE_TIMEOUT) })));
        }
        let (workspace, received_at) = (self.who.workspace, env.now());
        let order = |run: &Uuid| {
            let order = Order::Cancel { reason: REASON.to_owned(), incident: None };
            Pending { id: Some(env.id()), workspace, incoming: Incoming::Control { run: RunId(*run), order }, received_at }
        };
        let orders: Vec<Pending> = live.iter().map(order).collect();
        self.page.batch.insert(&inbox::ADD, orders.iter().map(inbox::values));
        self.certificate.ended_runs += live.difference(&ordered).count() as u64;
        let last = orders.last().and_then(|order| order.id);
        self.page.orders = orders;
        Ok(Some(self.go_on(Stage::Runs { last, ordered: live })))
    }

    /// Lets the relay have everything at once, which suppresses it, and waits until all is settled.
    async fn await_effects(mut self, until: Timestamp) -> Result<Option<Page>, EngineError> {
        let Means { db, env, .. } = *self.means;
        let now = env.now();
        let queries = vec![Query::new(UNSETTLED, vec![self.who.list()]), Query::new(LATER, vec![self.who.list(), now.micros().into()])];
        let mut answers = db.read(queries).await?.into_iter();
        let (unsettled, later) = (answers.next().unwrap_or_default(), answers.next().unwrap_or_default());
        if unsettled.is_empty() || now >= until {
            return self.erase_rows((0, Vec::new()), false, 0).await.map(Some);
        }
        if later.is_empty() {
            return Ok(None);
        }
        self.page.batch.execute(HURRY, vec![self.who.list(), now.micros().into()], Expect::Any);
        self.page.hurried = true;
        Ok(Some(self.go_on(Stage::Effects { until })))
    }

    /// A page of rows, of the first part at or behind `place` that has any.
    async fn erase_rows(mut self, place: (usize, Vec<String>), mut found: bool, mut pass: u32) -> Result<Page, EngineError> {
        let (mut at, mut after) = place;
        let of = PARTS.len();
        let mut scans = 0;
        loop {
            let Some(part) = PARTS.get(at) else {
                if !found || pass + 1 == MAX_PASSES {
                    return self.certify().await;
                }
                (at, found, pass) = (0, false, pass + 1);
                continue;
            };
            let (keys, next) = if part.is_scan() {
                let scanned = part.scan(self.means.db, &self.who, key_of(part, &after)).await?;
                scans += 1;
                (scanned.found, scanned.next)
            } else {
                // Behind a page there may be another, which begins where this one did.
                let keys = part.left(self.means.db, &self.who).await?;
                let next = (!keys.is_empty()).then(|| part.first_key());
                (keys, next)
            };
            let any = !keys.is_empty();
            found |= any;
            if any {
                self.take(part, keys);
            }
            match next {
                Some(next) => after = next.into_iter().map(text_of).collect(),
                None => (at, after) = (at + 1, Vec::new()),
            }
            if any || scans == SCANS {
                return Ok(self.go_on(Stage::Rows { part: at, of, after, found, pass }));
            }
        }
    }

    fn take(&mut self, part: &'static Part, keys: Vec<Vec<Value>>) {
        let count = keys.len() as u64;
        if part.table.name == inbox::NAME {
            let id = |key: &Vec<Value>| if let Some(Value::Uuid(id)) = key.first() { Some(*id) } else { None };
            self.page.dropped.extend(keys.iter().filter_map(id));
        }
        if part.take(&mut self.page.batch, &self.who, keys) {
            *self.certificate.deleted.entry(part.table.name.to_owned()).or_insert(0) += count;
        }
    }

    /// Says what stays. What the person is called is forgotten with this.
    async fn certify(mut self) -> Result<Page, EngineError> {
        self.certificate.kept.clear();
        for part in PARTS.iter() {
            match part.stay(self.means.db, &self.who).await? {
                Some((_, Some(kept))) => self.certificate.kept.push(kept),
                Some((rows, None)) if rows > 0 => drop(self.certificate.blanked.insert(part.table.name.to_owned(), rows)),
                _ => {}
            }
        }
        self.who.addresses.clear();
        self.who.user_ids.clear();
        Ok(self.go_on(Stage::Scrub))
    }

    async fn scrub(mut self) -> Result<Option<Page>, EngineError> {
        if !self.means.db.scrub().await? {
            return Ok(None);
        }
        self.page.batch.execute(FINISH, vec![self.id.into(), self.means.env.now().micros().into()], Expect::Rows(1));
        self.page.done = true;
        Ok(Some(self.page))
    }
}

/// The key behind which a table is looked through, as it was written down.
fn key_of(part: &Part, after: &[String]) -> Vec<Value> {
    let first = part.first_key();
    if after.len() != first.len() {
        return first;
    }
    let read = |(lowest, text): (Value, &String)| match lowest {
        Value::Uuid(_) => text.parse().map(Value::Uuid).unwrap_or(lowest),
        Value::Int(_) => text.parse().map(Value::Int).unwrap_or(lowest),
        _ => Value::from(text.as_str()),
    };
    first.into_iter().zip(after).map(read).collect()
}

fn text_of(value: Value) -> String {
    match value {
        Value::Uuid(id) => id.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text,
        _ => String::new(),
    }
}
