//! What an engine has done, in words that two engines with other ids share: what reference and repeat are compared by.

use super::stage::Stage;
use serde_json::Value as Json;
use std::collections::{BTreeSet, HashMap};
use tradewind_nodes::run::{Step, StepOutcome};
use tradewind_nodes::time::Timestamp;
use uuid::Uuid;

/// Everything durable, one fact a line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Ledger {
    pub lines: Vec<String>,
    /// What reached the outside, repeats included.
    pub attempts: Vec<String>,
}

const RUNS: &str = "SELECT id, journey_id, customer_id, state, node, due_at, body, outcome, ended_at, entered_at, version FROM runs ORDER BY entered_at, id";
const STEPS: &str = "SELECT run_id, body FROM steps ORDER BY run_id, seq";

/// Tables told as they are: each statement gives one text a row, ids of runs among it.
const TABLES: [(&str, &str); 13] = [
    (
        "delivery",
        "SELECT run_id, node || ' ' || visit || ' ' || channel || ' ' || state || ' tried ' || attempts || ' awaited ' || awaited || ' due ' || COALESCE(due_at, 0) FROM deliveries",
    ),
    ("event", "SELECT customer_id, name || ' ' || type || ' ' || at || ' ' || properties FROM events"),
    (
        "customer",
        "SELECT id, COALESCE(user_id, '-') || ' ' || traits || ' ' || tags || ' ' || consent || ' ' || (merged_into IS NOT NULL) FROM customers",
    ),
    ("consent", "SELECT customer_id, channel || ' ' || purpose || ' ' || status || ' ' || at FROM consents"),
    ("refusal", "SELECT customer_id, reason || ' ' || at FROM refusals"),
    ("incident", "SELECT run_id, node || ' ' || visit || ' ' || subject || ' ' || state || ' ' || problem FROM incidents"),
    ("task", "SELECT run_id, node || ' ' || visit || ' ' || state || ' ' || COALESCE(due_at, 0) FROM tasks"),
    ("passage", "SELECT journey_id, node || ' ' || port || ' ' || hour || ' ' || passed FROM passages"),
    ("member", "SELECT customer_id, segment || ' ' || inside || ' ' || since || ' ' || COALESCE(changes_at, 0) FROM segment_members"),
    ("schedule", "SELECT subject, node || ' ' || due_at FROM schedules"),
    ("points", "SELECT customer_id, points || ' ' || available_at || ' ' || COALESCE(expires_at, 0) || ' ' || at FROM loyalty_lots"),
    ("inbox", "SELECT id, body FROM inbox"),
    ("dead letter", "SELECT id, problem || body FROM dead_letters"),
];

impl Ledger {
    pub async fn of(stage: &Stage) -> Self {
        let mut names: HashMap<Uuid, String> = HashMap::new();
        let mut counts: HashMap<(Uuid, Option<Uuid>), u32> = HashMap::new();
        let mut lines = Vec::new();
        for user in super::walks::USERS {
            names.insert(tradewind_nodes::id::CustomerId::of_user(super::stage::HERE, user).0, user.to_owned());
        }
        for row in stage.rows(RUNS, Vec::new()).await {
            let (id, journey, customer) = (row.uuid(0).unwrap(), row.uuid(1).unwrap(), row.opt_uuid(2).unwrap());
            let nth = counts.entry((journey, customer)).and_modify(|n| *n += 1).or_insert(1);
            let who =
                customer.map_or("nobody".to_owned(), |customer| names.get(&customer).cloned().unwrap_or_else(|| customer.to_string()));
            names.insert(id, format!("run {nth} of {who}"));
            names.entry(journey).or_insert_with(|| "journey".to_owned());
            let mut body: Json = serde_json::from_str(row.text(6).unwrap()).unwrap();
            without_ids(&mut body);
            let numbers = (row.opt_int(5).unwrap(), row.opt_int(8).unwrap(), row.int(9).unwrap(), row.int(10).unwrap());
            let words = (row.text(3).unwrap(), row.text(4).unwrap(), row.opt_text(7).unwrap());
            lines.push(format!("run {id} {words:?} {numbers:?} {body}"));
        }
        let mut nth = HashMap::new();
        for row in stage.rows(STEPS, Vec::new()).await {
            let run = row.uuid(0).unwrap();
            for step in serde_json::from_str::<Vec<Step>>(row.text(1).unwrap()).unwrap() {
                let n = nth.entry(run).and_modify(|n| *n += 1).or_insert(0u32);
                let outcome = match &step.outcome {
                    // The id of a question is made of the run's.
                    StepOutcome::Asks(_) => "asks".to_owned(),
                    other => format!("{other:?}"),
                };
                lines.push(format!("step {run} {n:04} {} {} {} {outcome}", step.node, step.visit, step.at));
            }
        }
        for (what, sql) in TABLES {
            for row in stage.rows(sql, Vec::new()).await {
                lines.push(format!("{what} {} {}", row.uuid(0).unwrap(), row.text(1).unwrap()));
            }
        }
        let named = |line: String| names.iter().fold(line, |line, (id, name)| line.replace(&id.to_string(), name));
        let mut lines: Vec<String> = lines.into_iter().map(named).collect();
        lines.sort();
        let made = stage.recorder.made();
        let mut attempts: Vec<String> =
            made.iter().map(|m| named(format!("{} {} {} {}", m.key.run, m.key.node, m.key.visit, m.what))).collect();
        attempts.sort();
        Self { lines, attempts }
    }

    /// What reached the outside, each effect once.
    pub fn effects(&self) -> BTreeSet<&String> {
        self.attempts.iter().collect()
    }

    /// The first lines in which two ledgers differ.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let (mine, theirs): (BTreeSet<_>, BTreeSet<_>) = (self.lines.iter().collect(), other.lines.iter().collect());
        if self.lines == other.lines {
            return None;
        }
        let told = |lines: Vec<&&String>| lines.iter().take(6).map(|line| format!("\n  {line}")).collect::<String>();
        let (gone, new) = (mine.difference(&theirs).collect::<Vec<_>>(), theirs.difference(&mine).collect::<Vec<_>>());
        Some(format!("{} lines against {}; missing:{}\nnew:{}", self.lines.len(), other.lines.len(), told(gone), told(new)))
    }
}

/// Ids of events differ from engine to engine.
fn without_ids(json: &mut Json) {
    match json {
        Json::Object(map) => {
            map.remove("id");
            map.remove("task");
            map.values_mut().for_each(without_ids);
        }
        Json::Array(items) => items.iter_mut().for_each(without_ids),
        _ => {}
    }
}

/// No sleep ended and no wait timed out before its time.
pub(super) async fn nothing_was_early(stage: &Stage) {
    let mut due: HashMap<(Uuid, String, u32), Timestamp> = HashMap::new();
    for row in stage.rows(STEPS, Vec::new()).await {
        let run = row.uuid(0).unwrap();
        for step in serde_json::from_str::<Vec<Step>>(row.text(1).unwrap()).unwrap() {
            let place = (run, step.node.to_string(), step.visit);
            match &step.outcome {
                StepOutcome::Sleeps(until) | StepOutcome::Waits(Some(until)) => drop(due.insert(place, *until)),
                StepOutcome::Went(port) if !matches!(port.as_str(), "event" | "yes") => {
                    let until = due.remove(&place);
                    assert!(until.is_none_or(|until| step.at >= until), "{step:?} was due at {until:?}");
                }
                _ => {}
            }
        }
    }
}
