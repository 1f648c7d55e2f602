//! Guards: what must still hold at the moment of sending. The rule is `tradewind_nodes::guard`; here is what it asks about.

use crate::EngineError;
use crate::delivery::OutboxRow;
use crate::handle::Shared;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tradewind_commerce::profile::{self, Profile};
use tradewind_nodes::fact::{Event, Facts, Horizon, NO_OUTPUTS, Needs, RunFacts};
use tradewind_nodes::guard::{Judgement, Moment, cap, guarded, judge as judge_one, predicates};
use tradewind_nodes::id::{CustomerId, EventId, RunId};
use tradewind_nodes::predicate;
use tradewind_nodes::run::{Program, RunBody};
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Query, Value};
use uuid::Uuid;

const RUNS: &str = "SELECT id, body, entered_at, run_key, outcome FROM runs WHERE id = ANY($1) LIMIT $2";
const SENT: &str =
    "SELECT customer_id, channel, settled_at FROM deliveries WHERE customer_id = ANY($1) AND state = 'sent' AND settled_at >= $2 LIMIT $3";
const SEGMENTS: &str = "SELECT customer_id, segment FROM segment_members WHERE customer_id = ANY($1) AND inside LIMIT $2";
pub(crate) const STATEMENTS: &[&str] = &[RUNS, SENT, SEGMENTS];

const MOST_ROWS: i64 = 100_000;

/// What the guards of a batch read.
#[derive(Default)]
struct Evidence {
    people: HashMap<CustomerId, Profile>,
    histories: HashMap<CustomerId, Vec<Event>>,
    segments: HashMap<CustomerId, BTreeSet<String>>,
    runs: HashMap<RunId, RunEvidence>,
    /// When messages of a channel reached a customer.
    sent: HashMap<(CustomerId, String), Vec<Timestamp>>,
}

struct RunEvidence {
    body: RunBody,
    entered_at: Timestamp,
    key: Option<String>,
    cancelled: bool,
}

/// Judges each effect of a batch, in its order.
pub(super) async fn judge(shared: &Shared, rows: &[OutboxRow], now: Timestamp) -> Result<Vec<Judgement>, EngineError> {
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
    if programs.iter().all(Option::is_none) {
        return Ok(rows.iter().map(|_| Judgement::Send).collect());
    }
    let mut evidence = gather(shared, rows, &programs, now).await?;
    Ok(rows
        .iter()
        .zip(&programs)
        .map(|(row, program)| program.as_ref().map_or(Judgement::Send, |p| one(row, p, &mut evidence, now)))
        .collect())
}

async fn gather(shared: &Shared, rows: &[OutboxRow], programs: &[Option<Arc<Program>>], now: Timestamp) -> Result<Evidence, EngineError> {
    let mut needs = Needs::default();
    let (mut people, mut runs, mut cap_since) = (BTreeSet::new(), Vec::new(), now);
    for (row, program) in rows.iter().zip(programs) {
        let Some(program) = program else { continue };
        people.extend(row.customer.map(|c| c.0));
        for predicate in predicates(&row.effect, &program.settings) {
            predicate::needs(predicate, &mut needs);
        }
        runs.push(row.key.run.0);
        if let Some(cap) = &program.settings.frequency_cap {
            cap_since = cap_since.min(now.minus(cap.per));
        }
    }
    let people: Vec<Uuid> = people.into_iter().collect();
    let list = || Value::UuidList(people.clone());
    let queries = vec![
        Query::new(profile::BY_ID, vec![list()]),
        Query::new(RUNS, vec![runs.into(), MOST_ROWS.into()]),
        Query::new(SENT, vec![list(), cap_since.micros().into(), MOST_ROWS.into()]),
        Query::new(SEGMENTS, vec![list(), MOST_ROWS.into()]),
    ];
    let mut answers = shared.db.read(queries).await?.into_iter();
    let mut evidence = Evidence::default();
    for row in answers.next().unwrap_or_default() {
        let profile = Profile::read(&row)?;
        evidence.people.insert(profile.customer.id, profile);
    }
    let mut earliest = now;
    for row in answers.next().unwrap_or_default() {
        let entered = Timestamp::from_micros(row.int(2)?);
        earliest = earliest.min(entered);
        if let Ok(body) = serde_json::from_str::<RunBody>(row.text(1)?) {
            let run = RunEvidence {
                body,
                entered_at: entered,
                key: row.opt_text(3)?.map(str::to_owned),
                cancelled: row.opt_text(4)? == Some("cancelled"),
            };
            evidence.runs.insert(RunId(row.uuid(0)?), run);
        }
    }
    for row in answers.next().unwrap_or_default() {
        let at = Timestamp::from_micros(row.int(2)?);
        evidence.sent.entry((CustomerId(row.uuid(0)?), row.text(1)?.to_owned())).or_default().push(at);
    }
    for row in answers.next().unwrap_or_default() {
        evidence.segments.entry(CustomerId(row.uuid(0)?)).or_default().insert(row.text(1)?.to_owned());
    }
    if !needs.events.is_empty() {
        histories(shared, people, &needs, earliest, now, &mut evidence).await?;
    }
    Ok(evidence)
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
    for row in shared.db.query(crate::world::HISTORY, args).await?.iter().rev() {
        let event = Event {
            id: EventId(row.uuid(1)?),
            name: row.text(2)?.to_owned(),
            at: Timestamp::from_micros(row.int(3)?),
            properties: serde_json::from_str(row.text(4)?).unwrap_or_default(),
            context: serde_json::from_str(row.text(5)?).unwrap_or_default(),
        };
        evidence.histories.entry(CustomerId(row.uuid(0)?)).or_default().push(event);
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
        outputs: run.map_or(&*NO_OUTPUTS, |run| &run.body.outputs),
        run: run.map(|run| RunFacts { id: row.key.run, entered_at: run.entered_at, key: run.key.as_deref() }),
        now,
    };
    let sent = row.customer.and_then(|c| evidence.sent.get(&(c, row.effect.payload.channel().to_owned())));
    let messages = |per| sent.map_or(0, |sent| sent.iter().filter(|at| **at > now.minus(per)).count());
    let moment = Moment { facts, cancelled: run.is_some_and(|run| run.cancelled), messages: &messages };
    let judgement = judge_one(&row.effect, &program.settings, &moment);
    if let (Judgement::Send, Some(customer), Some(_)) = (&judgement, row.customer, cap(&row.effect, &program.settings)) {
        evidence.sent.entry((customer, row.effect.payload.channel().to_owned())).or_default().push(now);
    }
    judgement
}
