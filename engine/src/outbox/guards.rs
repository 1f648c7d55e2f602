//! Guards: what must still hold at the moment of sending. The rule is `tradewind_nodes::guard`; here is what it asks about.

use super::flight::InFlight;
use crate::EngineError;
use crate::delivery::OutboxRow;
use crate::handle::Shared;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use tradewind_commerce::events::PastEvent;
use tradewind_commerce::profile::{self, Profile, ProfileRow};
use tradewind_nodes::fact::{ConsentStatus, Event, Facts, Horizon, NO_OUTPUTS, Needs, RunFacts};
use tradewind_nodes::guard::{Judgement, Moment, cap, guarded, judge as judge_one, predicates};
use tradewind_nodes::id::{CustomerId, RunId, WorkspaceId};
use tradewind_nodes::kinds;
use tradewind_nodes::predicate;
use tradewind_nodes::run::{Program, RunBody};
use tradewind_nodes::settings::FrequencyCap;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_nodes::why::Why;
use tradewind_schema::{ReadError, record};
use tradewind_store::{Query, Value};
use uuid::Uuid;

const RUNS: &str = "SELECT id, body, entered_at, run_key, outcome FROM runs WHERE id = ANY($1) LIMIT $2";
/// Messages that left.
const SENT: &str = "SELECT id, customer_id, channel, settled_at FROM deliveries WHERE customer_id = ANY($1) AND channel = ANY($2) \
    AND state = 'sent' AND settled_at >= $3 LIMIT $4";
/// Messages that may have left and will: marked, or tried and to be tried again. One that waits for its first attempt, for the end
/// of quiet hours say, has no place in a cap yet.
const UNDER_WAY: &str = "SELECT id, customer_id, channel, settled_at FROM deliveries WHERE customer_id = ANY($1) AND channel = ANY($2) \
    AND settled_at IS NULL AND (state = 'sending' OR attempts > 0) LIMIT $3";
const SEGMENTS: &str = "SELECT customer_id, segment FROM segment_members WHERE customer_id = ANY($1) AND inside LIMIT $2";
const SUPPRESSED: &str = "SELECT workspace_id, address, channel, purpose, status FROM suppressions WHERE address = ANY($1) LIMIT $2";
pub(crate) const STATEMENTS: &[&str] = &[RUNS, SENT, UNDER_WAY, SEGMENTS, SUPPRESSED];

const MOST_ROWS: i64 = 100_000;
/// When what cannot be judged is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

record! {
    struct Inside of "segment_members" key [customer_id, segment] {
        customer_id: uuid => CustomerId,
        segment: text,
    }
}

record! {
    struct Counted of "deliveries" key [id] {
        id: uuid => Uuid,
        customer_id: uuid => CustomerId,
        channel: text,
        settled_at: int null => Timestamp,
    }
}

record! {
    struct Suppressed of "suppressions" key [address, channel, purpose] {
        workspace_id: uuid => WorkspaceId,
        address: uuid => Uuid,
        channel: text,
        purpose: text,
        status: word => ConsentStatus,
    }
}

record! {
    struct Guarded of "runs" key [id] {
        id: uuid => RunId,
        body: json => RunBody,
        entered_at: int => Timestamp,
        run_key: text null,
        outcome: text null,
    }
}

/// What the guards of a batch read.
#[derive(Default)]
struct Evidence {
    people: HashMap<CustomerId, Profile>,
    histories: HashMap<CustomerId, Vec<Event>>,
    segments: HashMap<CustomerId, BTreeSet<String>>,
    runs: HashMap<RunId, RunEvidence>,
    /// People and runs of whom something does not read: what is for them waits.
    unreadable: HashSet<Uuid>,
    /// What counts for caps, by person and channel.
    traffic: HashMap<(CustomerId, String), Traffic>,
}

/// The messages of one channel to one person.
#[derive(Default)]
struct Traffic {
    /// Those that left, and when.
    left: HashMap<Uuid, Timestamp>,
    /// Those that passed their guards and have not landed.
    under_way: HashSet<Uuid>,
}

impl Evidence {
    /// The row, if it reads. Otherwise it is said loudly, and what is for the same person or run waits: nothing is decided by half.
    fn readable<T>(&mut self, row: Result<T, ReadError>) -> Option<T> {
        let error = match row {
            Ok(row) => return Some(row),
            Err(error) => error,
        };
        tracing::error!(%error, "a row does not read: what is to be sent because of it waits until it is put right");
        let owner = error.bad_column().and_then(|bad| bad.row.split('/').next()?.parse().ok());
        self.unreadable.extend::<Option<Uuid>>(owner);
        None
    }

    /// What an erased person refused holds for whoever comes with the same address.
    fn refuse(&mut self, addresses: &[(CustomerId, Uuid)], suppressed: Vec<Suppressed>) {
        for row in suppressed {
            for (customer, _) in addresses.iter().filter(|(_, hash)| *hash == row.address) {
                if let Some(profile) = self.people.get_mut(customer).filter(|profile| profile.workspace == row.workspace_id) {
                    profile.customer.consent.insert(format!("{}/{}", row.channel, row.purpose), row.status);
                }
            }
        }
    }

    fn is_unreadable(&self, row: &OutboxRow) -> bool {
        self.unreadable.contains(&row.key.run.0) || row.customer.is_some_and(|customer| self.unreadable.contains(&customer.0))
    }
}

impl Traffic {
    /// Messages that count at `now` against a cap of `per`, but for the one that asks.
    fn within(&self, per: Duration, now: Timestamp, but: Uuid) -> usize {
        let left = self.left.iter().filter(|(id, at)| **id != but && **at > now.minus(per)).count();
        // Written down between our look into memory and that into the database, it is in both.
        left + self.under_way.iter().filter(|id| **id != but && !self.left.contains_key(*id)).count()
    }
}

struct RunEvidence {
    body: RunBody,
    entered_at: Timestamp,
    key: Option<String>,
    cancelled: bool,
}

/// Judges each effect of a batch. Where several ask for the last places of a cap, the one that was due first gets it; of those due at
/// one instant that of the run entered first; of one run that of its earlier step.
pub(super) async fn judge(
    shared: &Shared,
    rows: &[OutboxRow],
    in_flight: &InFlight,
    now: Timestamp,
) -> Result<Vec<Judgement>, EngineError> {
    let erased: Vec<bool> = rows.iter().map(|row| row.customer.is_some_and(|customer| shared.is_erased(customer))).collect();
    let mut programs = Vec::with_capacity(rows.len());
    for row in rows {
        let program = match shared.catalogs.program(&shared.db, row.workspace, row.journey, row.version).await {
            Ok(program) => Some(program),
            Err(EngineError::Store(error)) => return Err(error.into()),
            // The version cannot be read any more; the effect was decided when it could.
            Err(_) => None,
        };
        programs.push(program.filter(|program| guarded(&row.effect, &program.settings)));
    }
    // Whoever is erased has had their run cancelled.
    let first = |erased: &bool| if *erased { Judgement::Suppress(Why::CancelledBefore) } else { Judgement::Send };
    let mut judgements: Vec<Judgement> = erased.iter().map(first).collect();
    if programs.iter().all(Option::is_none) {
        return Ok(judgements);
    }
    let mut evidence = gather(shared, rows, &programs, now).await?;
    let mut order: Vec<usize> = (0..rows.len()).collect();
    if capped(rows, &programs).next().is_some() {
        order.sort_by_key(|at| rows[*at].turn());
        for (row, _) in capped(rows, &programs) {
            if let Some((customer, channel)) = row.customer.map(|customer| (customer, row.effect.payload.channel.clone())) {
                let under_way: Vec<Uuid> = in_flight.to(customer, &channel).collect();
                evidence.traffic.entry((customer, channel)).or_default().under_way.extend(under_way);
            }
        }
    }
    for at in order {
        if erased[at] {
            continue;
        }
        if evidence.is_unreadable(&rows[at]) {
            let why = "what is known of the person or the run does not read: the server's log names table, row and column";
            judgements[at] = Judgement::Postpone(now.plus(LOOK_AGAIN), Why::words(why));
        } else if let Some(program) = &programs[at] {
            judgements[at] = one(&rows[at], program, &mut evidence, now);
        }
    }
    Ok(judgements)
}

/// The addresses that messages with a consent go to, hashed, each with whom it is to reach.
fn addresses(shared: &Shared, rows: &[OutboxRow], programs: &[Option<Arc<Program>>]) -> Vec<(CustomerId, Uuid)> {
    let Some(hash) = &shared.settings.address_hash else { return Vec::new() };
    let of = |(row, _): (&OutboxRow, &Option<Arc<Program>>)| {
        let customer = row.customer.filter(|_| row.effect.guards.consent.is_some())?;
        Some((customer, hash(&bare(&kinds::about(&row.effect.payload).recipient))))
    };
    rows.iter().zip(programs).filter(|(_, program)| program.is_some()).filter_map(of).collect()
}

/// The address alone of `Name <address>`, in lower case.
fn bare(recipient: &str) -> String {
    let address = recipient.rsplit_once('<').map_or(recipient, |(_, address)| address.trim_end().trim_end_matches('>'));
    address.trim().to_lowercase()
}

/// The effects to which a cap applies, each with its cap.
fn capped<'a>(rows: &'a [OutboxRow], programs: &'a [Option<Arc<Program>>]) -> impl Iterator<Item = (&'a OutboxRow, &'a FrequencyCap)> {
    rows.iter().zip(programs).filter_map(|(row, program)| Some((row, cap(&row.effect, &program.as_ref()?.settings)?)))
}

async fn gather(shared: &Shared, rows: &[OutboxRow], programs: &[Option<Arc<Program>>], now: Timestamp) -> Result<Evidence, EngineError> {
    let mut needs = Needs::default();
    let (mut people, mut runs) = (BTreeSet::new(), Vec::new());
    for (row, program) in rows.iter().zip(programs) {
        let Some(program) = program else { continue };
        people.extend(row.customer.map(|c| c.0));
        for predicate in predicates(&row.effect, &program.settings) {
            predicate::needs(predicate, &mut needs);
        }
        runs.push(row.key.run.0);
    }
    let people: Vec<Uuid> = people.into_iter().collect();
    let list = || Value::UuidList(people.clone());
    let mut queries = vec![
        Query::new(profile::BY_ID, vec![list()]),
        Query::new(RUNS, vec![runs.into(), MOST_ROWS.into()]),
        Query::new(SEGMENTS, vec![list(), MOST_ROWS.into()]),
    ];
    let addresses = addresses(shared, rows, programs);
    let hashes: Vec<Uuid> = addresses.iter().map(|(_, hash)| *hash).collect();
    if !hashes.is_empty() {
        queries.push(Query::new(SUPPRESSED, vec![hashes.into(), MOST_ROWS.into()]));
    }
    queries.extend(traffic_queries(rows, programs, now));
    let mut answers = shared.db.read(queries).await?.into_iter();
    let mut evidence = Evidence::default();
    for row in answers.next().unwrap_or_default().each::<ProfileRow>()? {
        if let Some(row) = evidence.readable(row) {
            evidence.people.insert(row.id, row.into());
        }
    }
    let mut earliest = now;
    for row in answers.next().unwrap_or_default().each::<Guarded>()? {
        let Some(Guarded { id, body, entered_at, run_key: key, outcome }) = evidence.readable(row) else { continue };
        earliest = earliest.min(entered_at);
        evidence.runs.insert(id, RunEvidence { body, entered_at, key, cancelled: outcome.as_deref() == Some("cancelled") });
    }
    for row in answers.next().unwrap_or_default().read::<Inside>()? {
        evidence.segments.entry(row.customer_id).or_default().insert(row.segment);
    }
    if !addresses.is_empty() {
        evidence.refuse(&addresses, answers.next().unwrap_or_default().read::<Suppressed>()?);
    }
    for rows in answers {
        for row in rows.read::<Counted>()? {
            let traffic = evidence.traffic.entry((row.customer_id, row.channel)).or_default();
            match row.settled_at {
                Some(at) => drop(traffic.left.insert(row.id, at)),
                None => drop(traffic.under_way.insert(row.id)),
            }
        }
    }
    if !needs.events.is_empty() {
        histories(shared, people, &needs, earliest, now, &mut evidence).await?;
    }
    Ok(evidence)
}

/// What the database knows of messages that count for caps: asked only when there is a cap.
fn traffic_queries(rows: &[OutboxRow], programs: &[Option<Arc<Program>>], now: Timestamp) -> Vec<Query> {
    let (mut people, mut channels, mut since) = (BTreeSet::new(), BTreeSet::new(), now);
    for (row, cap) in capped(rows, programs) {
        people.extend(row.customer.map(|customer| customer.0));
        channels.insert(row.effect.payload.channel.clone());
        since = since.min(now.minus(cap.per));
    }
    if people.is_empty() {
        return Vec::new();
    }
    let lists = || vec![Value::UuidList(people.iter().copied().collect()), channels.iter().cloned().collect::<Vec<String>>().into()];
    vec![
        Query::new(SENT, [lists(), vec![since.micros().into(), MOST_ROWS.into()]].concat()),
        Query::new(UNDER_WAY, [lists(), vec![MOST_ROWS.into()]].concat()),
    ]
}

async fn histories(
    shared: &Shared,
    people: Vec<Uuid>,
    needs: &Needs,
    earliest: Timestamp,
    now: Timestamp,
    evidence: &mut Evidence,
) -> Result<(), EngineError> {
    let since = needs.events.values().map(|horizon| match horizon {
        Horizon::Entry => earliest,
        Horizon::Window(length) => now.minus(*length).min(earliest),
        Horizon::Ever => Timestamp::from_micros(i64::MIN / 2),
    });
    let since = since.min().unwrap_or(earliest);
    let names: Vec<String> = needs.events.keys().cloned().collect();
    let args = vec![Value::UuidList(people), since.micros().into(), names.into(), MOST_ROWS.into()];
    let mut past: Vec<PastEvent> = Vec::new();
    for row in shared.db.query(crate::load::HISTORY, args).await?.each::<PastEvent>()? {
        past.extend(evidence.readable(row));
    }
    for row in past.into_iter().rev() {
        evidence.histories.entry(row.customer_id).or_default().push(row.into());
    }
    Ok(())
}

fn one(row: &OutboxRow, program: &Program, evidence: &mut Evidence, now: Timestamp) -> Judgement {
    let nobody = BTreeSet::new();
    let run = evidence.runs.get(&row.key.run);
    let facts = Facts {
        customer: row.customer.and_then(|c| evidence.people.get(&c)).map(|p| &p.customer),
        history: row.customer.and_then(|c| evidence.histories.get(&c)).map_or(&[], Vec::as_slice),
        segments: row.customer.and_then(|c| evidence.segments.get(&c)).unwrap_or(&nobody),
        event: run.and_then(|run| run.body.event.as_ref()),
        item: None,
        outputs: run.map_or(&*NO_OUTPUTS, |run| &run.body.outputs),
        run: run.map(|run| RunFacts { id: row.key.run, entered_at: run.entered_at, key: run.key.as_deref() }),
        now,
    };
    let place = row.customer.map(|customer| (customer, row.effect.payload.channel.clone()));
    let traffic = place.as_ref().and_then(|place| evidence.traffic.get(place));
    let messages = |per| traffic.map_or(0, |traffic| traffic.within(per, now, row.id));
    let moment = Moment { facts, cancelled: run.is_some_and(|run| run.cancelled), messages: &messages };
    let judgement = judge_one(&row.effect, &program.settings, &moment);
    // Whatever goes to the person takes a place, also what no cap stops.
    if let (Judgement::Send, Some(traffic)) = (&judgement, place.as_ref().and_then(|place| evidence.traffic.get_mut(place))) {
        traffic.under_way.insert(row.id);
    }
    judgement
}
