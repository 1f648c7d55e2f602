//! Guards: what must still hold at the moment of sending.

use crate::EngineError;
use crate::delivery::OutboxRow;
use crate::handle::Shared;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tradewind_commerce::profile::{self, Profile};
use tradewind_nodes::fact::{Event, Facts, Horizon, Needs, RunFacts};
use tradewind_nodes::id::{CustomerId, EventId, RunId};
use tradewind_nodes::predicate::{self, Predicate};
use tradewind_nodes::run::{Program, RunBody};
use tradewind_nodes::settings::QuietHours;
use tradewind_nodes::time::{Timestamp, Zone};
use tradewind_nodes::why::Why;
use tradewind_store::{Query, Value};
use uuid::Uuid;

const RUNS: &str = "SELECT id, body, entered_at, run_key, outcome FROM runs WHERE id = ANY($1) LIMIT $2";
const SENT: &str =
    "SELECT customer_id, channel, settled_at FROM deliveries WHERE customer_id = ANY($1) AND state = 'sent' AND settled_at >= $2 LIMIT $3";
const SEGMENTS: &str = "SELECT customer_id, segment FROM segment_members WHERE customer_id = ANY($1) AND inside LIMIT $2";
pub(crate) const STATEMENTS: &[&str] = &[RUNS, SENT, SEGMENTS];

const MOST_ROWS: i64 = 100_000;

/// What is to become of an effect now.
pub(super) enum Judgement {
    Send,
    Suppress(Why),
    Postpone(Timestamp, Why),
}

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

/// Whether anything about this effect must be looked at before it is sent.
fn guarded(row: &OutboxRow, program: &Program) -> bool {
    let guards = &row.effect.guards;
    let settings = &program.settings;
    guards.consent.is_some()
        || guards.still.is_some()
        || guards.not_after.is_some()
        || (guards.capped && settings.frequency_cap.is_some())
        || (guards.quiet && settings.quiet_hours.is_some())
        // A message to a person is not sent once his run was cancelled, or has reached what it was for.
        || row.effect.payload.channel() != "http"
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
        programs.push(program.filter(|program| guarded(row, program)));
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

fn predicates<'a>(row: &'a OutboxRow, program: &'a Program) -> impl Iterator<Item = &'a Predicate> {
    let settings = &program.settings;
    [row.effect.guards.still.as_ref(), settings.goal.as_ref(), settings.exit.as_ref()].into_iter().flatten()
}

async fn gather(shared: &Shared, rows: &[OutboxRow], programs: &[Option<Arc<Program>>], now: Timestamp) -> Result<Evidence, EngineError> {
    let mut needs = Needs::default();
    let (mut people, mut runs, mut cap_since) = (BTreeSet::new(), Vec::new(), now);
    for (row, program) in rows.iter().zip(programs) {
        let Some(program) = program else { continue };
        people.extend(row.customer.map(|c| c.0));
        for predicate in predicates(row, program) {
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
    let guards = &row.effect.guards;
    let channel = row.effect.payload.channel();
    if let Some(end) = guards.not_after.filter(|end| *end < now) {
        return Judgement::Suppress(Why::said(format!("too late: it was of use until {end}")).with("not_after", end.to_string()));
    }
    if let Some(why) = no_consent(row, evidence) {
        return Judgement::Suppress(why);
    }
    if let Some(why) = no_longer(row, program, evidence, now) {
        return Judgement::Suppress(why);
    }
    let person = row.customer.and_then(|c| evidence.people.get(&c));
    if let Some(hours) = program.settings.quiet_hours.as_ref().filter(|_| guards.quiet) {
        let zone = person.and_then(|p| p.customer.zone()).or_else(|| program.settings.timezone.clone()).unwrap_or(Zone::UTC);
        if let Some(until) = quiet_until(hours, &zone, now) {
            let why = Why::said(format!("quiet hours from {} to {} in {zone}: it waits", hours.from, hours.to));
            return Judgement::Postpone(until, why);
        }
    }
    if let (Some(cap), Some(customer), true) = (&program.settings.frequency_cap, row.customer, guards.capped) {
        let sent = evidence.sent.entry((customer, channel.to_owned())).or_default();
        let recent = sent.iter().filter(|at| **at > now.minus(cap.per)).count();
        if recent >= cap.max as usize {
            let why = Why::said(format!("had {recent} messages by {channel} within {}: the cap is {}", cap.per, cap.max));
            return Judgement::Suppress(why.with("messages", recent as u64).with("cap", cap.max));
        }
        sent.push(now);
    }
    Judgement::Send
}

fn no_consent(row: &OutboxRow, evidence: &Evidence) -> Option<Why> {
    let scope = row.effect.guards.consent.as_ref()?;
    let person = row.customer.and_then(|c| evidence.people.get(&c));
    let status = person.and_then(|p| p.customer.consents(scope));
    if status == Some(tradewind_nodes::fact::ConsentStatus::Granted) {
        return None;
    }
    let said = status.map_or("never asked", profile::status_name);
    Some(Why::said(format!("no consent for {}/{} at the moment of sending: {said}", scope.channel, scope.purpose)).with("consent", said))
}

/// Why the message is of no use any more: its own guard, or the journey's goal or exit.
fn no_longer(row: &OutboxRow, program: &Program, evidence: &Evidence, now: Timestamp) -> Option<Why> {
    let RunEvidence { body, entered_at, key, cancelled } = evidence.runs.get(&row.key.run)?;
    if *cancelled && row.effect.payload.channel() != "http" {
        return Some(Why::said("the run was cancelled before it was sent"));
    }
    let nobody = BTreeSet::new();
    let facts = Facts {
        customer: row.customer.and_then(|c| evidence.people.get(&c)).map(|p| &p.customer),
        history: row.customer.and_then(|c| evidence.histories.get(&c)).map_or(&[], Vec::as_slice),
        segments: row.customer.and_then(|c| evidence.segments.get(&c)).unwrap_or(&nobody),
        event: body.event.as_ref(),
        outputs: &body.outputs,
        run: Some(RunFacts { id: row.key.run, entered_at: *entered_at, key: key.as_deref() }),
        now,
    };
    if let Some(still) = &row.effect.guards.still {
        let verdict = predicate::evaluate(still, &facts);
        if !verdict.holds {
            return Some(Why { rule: format!("no longer so: {}", verdict.why.rule).into(), seen: verdict.why.seen });
        }
    }
    if row.effect.payload.channel() == "http" {
        return None;
    }
    for (predicate, what) in [(&program.settings.goal, "the goal was reached"), (&program.settings.exit, "the journey was left")] {
        let verdict = predicate.as_ref().map(|p| predicate::evaluate(p, &facts));
        if let Some(verdict) = verdict.filter(|v| v.holds) {
            return Some(Why { rule: format!("{what} before it was sent: {}", verdict.why.rule).into(), seen: verdict.why.seen });
        }
    }
    None
}

/// The end of the quiet hours that `now` lies in.
fn quiet_until(hours: &QuietHours, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
    let local = now.in_zone(&zone.0);
    let (from, to, time) = (hours.from.0, hours.to.0, local.time());
    let over_midnight = to <= from;
    let inside = if over_midnight { time >= from || time < to } else { time >= from && time < to };
    if !inside {
        return None;
    }
    let tomorrow = over_midnight && time >= from;
    let date = if tomorrow { local.date().tomorrow().ok()? } else { local.date() };
    let end = date.to_datetime(to).to_zoned(zone.0.clone()).ok()?;
    Some(Timestamp::from_jiff(end.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from: &str, to: &str) -> QuietHours {
        serde_json::from_value(serde_json::json!({ "from": from, "to": to })).unwrap()
    }

    #[test]
    fn quiet_hours_end_in_the_morning_of_the_persons_zone() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let night = hours("21:00", "08:00");
        assert_eq!(quiet_until(&night, &zone, at("2026-01-10T21:00:00Z")), Some(at("2026-01-11T07:00:00Z")));
        assert_eq!(quiet_until(&night, &zone, at("2026-01-11T05:00:00Z")), Some(at("2026-01-11T07:00:00Z")));
        assert_eq!(quiet_until(&night, &zone, at("2026-01-11T07:00:00Z")), None);
        assert_eq!(quiet_until(&night, &zone, at("2026-01-11T19:59:00Z")), None);
        let noon = hours("12:00", "14:00");
        assert_eq!(quiet_until(&noon, &zone, at("2026-01-11T12:30:00Z")), Some(at("2026-01-11T13:00:00Z")));
    }
}
