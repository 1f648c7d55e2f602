//! Whole journeys, walked to quiet: once as they are, then with every step repeated, then with every commit broken off.
//! `TRADEWIND_SEED` walks the random graph of that seed alone, `TRADEWIND_GRAPHS` sets how many are walked.

use super::fault::Break;
use super::ledger::{Ledger, nothing_was_early};
use super::stage::{START, Stage, at};
use crate::incoming::{Incoming, StartDoor};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use tradewind_nodes::graph::{Graph, JourneyFile, valid_graph};
use tradewind_nodes::id::CustomerId;
use tradewind_nodes::settings::Reentry;
use tradewind_nodes::time::Duration;

pub(super) const USERS: [&str; 3] = ["anna", "ben", "chris"];
/// Instants walked at most: a loop through a delay of a minute has no end.
const MOST_INSTANTS: usize = 30;

/// A journey and what happens to the people around it.
struct Case {
    name: String,
    graph: Graph,
    /// Names of events that are sent, one after the other.
    events: Vec<String>,
    seed: u64,
}

impl Case {
    fn random(seed: u64) -> Self {
        let mut graph = valid_graph(seed, 6 + usize::try_from(seed % 30).unwrap());
        // A journey may record the very event it begins with; entered once, it ends all the same.
        graph.settings.reentry = Reentry::Once;
        for node in &mut graph.nodes {
            // A loop that records the very event it waits for feeds itself without end and without a delay.
            if let Some(event) = node.config.get_mut("event") {
                *event = "Noted".into();
            }
            // A script's dice are thrown by the run's id, which is another in every engine.
            if let Some(Json::String(source)) = node.config.get_mut("source") {
                *source = source.replace("random()", "0.45");
            }
        }
        let events = ["Order Completed", "Product Viewed", "Cart Updated"].map(str::to_owned).to_vec();
        Self { name: format!("random graph, TRADEWIND_SEED={seed}"), graph, events, seed }
    }

    fn example(path: &Path) -> Self {
        let file = JourneyFile::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut events: Vec<String> = Vec::new();
        for node in &file.graph.nodes {
            let named = node.config.get("events").and_then(Json::as_array).into_iter().flatten();
            events.extend(named.filter_map(|name| name.as_str().map(str::to_owned)));
        }
        events.dedup();
        Self { name: file.slug, graph: file.graph, events, seed: 7 }
    }
}

/// What one walk came to.
struct Walked {
    ledger: Ledger,
    commits: u64,
    restarts: u32,
}

enum Mode {
    AsItIs,
    Repeated,
    Broken(u64, Break),
}

async fn walk(case: &Case, mode: Mode) -> Walked {
    let mut stage = Stage::new(case.seed).await;
    install_kinds(&stage).await;
    let journey = stage.publish("walked", case.graph.clone()).await;
    stage.twice = matches!(mode, Mode::Repeated);
    if let Mode::Broken(number, way) = mode {
        stage.break_commit(number, way);
    } else {
        stage.shared.fault.commits.store(0, Ordering::SeqCst);
    }
    for (n, user) in USERS.into_iter().enumerate() {
        let (country, plan) = [("DE", "pro"), ("NL", "free"), ("JP", "team")][n];
        stage.know(user, json!({"country": country, "plan": plan, "birthday": "1990-01-20"})).await;
    }
    stage.quiet().await;
    let api = case.graph.nodes.iter().any(|node| node.kind == "trigger.api");
    let mut left = MOST_INSTANTS;
    // Close together at first, then far apart: some find their wait, some come too late.
    for (round, minutes) in [0, 3, 45, 600, 4_000, 20_000].into_iter().enumerate() {
        left -= stage.run_until(at(START).plus(Duration::from_secs(minutes * 60)), left).await;
        if left == 0 {
            break;
        }
        for (n, user) in USERS.into_iter().enumerate() {
            let properties = properties(round, n, user);
            for name in case.events.iter().skip(usize::from(n == 2 && round == 0)) {
                stage.track(user, name, properties.clone()).await;
            }
            if api && round == 0 {
                let customer = Some(CustomerId::of_user(super::stage::HERE, user));
                let data = properties.as_object().unwrap().clone();
                let start = Incoming::Start { journey, customer, user_id: None, data, key: None, via: StartDoor::Api, depth: 0 };
                stage.accept(vec![start]).await;
            }
        }
        stage.quiet().await;
    }
    stage.run_until(at(START).plus(Duration::from_days(120)), left).await;
    nothing_was_early(&stage).await;
    Walked { ledger: Ledger::of(&stage).await, commits: stage.shared.fault.commits.load(Ordering::SeqCst), restarts: stage.restarts }
}

/// What every event says: enough for any example to let its person in.
fn properties(round: usize, n: usize, user: &str) -> Json {
    let line = json!({"product_id": "p1", "name": "Coffee", "price": 9.5, "quantity": 1, "lasts_days": 20});
    json!({
        "total": 40 * (round + n),
        "value": 40 * (round + n),
        "currency": "EUR",
        "cart_id": "c1",
        "order_id": format!("o{round}"),
        "email": format!("{user}@example.com"),
        "name": line["name"],
        "products": [line],
    })
}

async fn repeated_changes_nothing(case: &Case, reference: &Walked) {
    let repeated = walk(case, Mode::Repeated).await;
    if let Some(difference) = reference.ledger.difference(&repeated.ledger) {
        panic!("{}: repeating every step changed something: {difference}", case.name);
    }
    assert_eq!(reference.ledger.attempts, repeated.ledger.attempts, "{}: an effect was done twice", case.name);
}

async fn broken_ends_the_same(case: &Case, reference: &Walked, number: u64, way: Break) {
    let broken = walk(case, Mode::Broken(number, way)).await;
    let name = format!("{}: commit {number} of {} broken off {way:?}", case.name, reference.commits);
    assert_eq!(broken.restarts, 1, "{name}: no commit was broken off");
    if let Some(difference) = reference.ledger.difference(&broken.ledger) {
        panic!("{name}: {difference}");
    }
    assert_eq!(reference.ledger.effects(), broken.ledger.effects(), "{name}");
}

/// Every file below the examples whose name ends so.
fn examples(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The kinds the examples bring along.
async fn install_kinds(stage: &Stage) {
    for path in examples(".rhai") {
        let source = std::fs::read_to_string(&path).unwrap();
        let Ok(kind) = tradewind_nodes::script::ScriptKind::parse(&source) else { continue };
        let sql = "INSERT INTO kinds (workspace_id, name, source, hash, updated_at) VALUES ($1, $2, $3, '', 0) ON CONFLICT DO NOTHING";
        stage.execute(sql, vec![super::stage::HERE.0.into(), kind.spec().name.into(), source.into()]).await;
    }
    stage.shared.catalogs.refresh(&stage.db).await.unwrap();
}

pub(super) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

fn seeds() -> Vec<u64> {
    match number("TRADEWIND_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("TRADEWIND_GRAPHS").unwrap_or(100)).collect(),
    }
}

/// Checks all cases, as many at a time as there are processors.
pub(super) fn each<T: Send + Sync>(cases: Vec<T>, check: impl AsyncFn(&T) + Sync) {
    let cases = Mutex::new(cases.into_iter());
    let next = || cases.lock().unwrap_or_else(PoisonError::into_inner).next();
    std::thread::scope(|threads| {
        for _ in 0..std::thread::available_parallelism().map_or(4, usize::from) {
            threads.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                while let Some(case) = next() {
                    runtime.block_on(check(&case));
                }
            });
        }
    });
}

#[test]
fn random_graphs_repeated_and_broken_off_come_to_the_same_end() {
    let alone = seeds().len() == 1;
    let cases = seeds().into_iter().map(Case::random).collect();
    assert!(alone || number("TRADEWIND_GRAPHS").is_some() || seeds().len() >= 100);
    each(cases, async |case: &Case| {
        let reference = walk(case, Mode::AsItIs).await;
        assert!(reference.ledger.lines.iter().any(|line| line.starts_with("step ")), "{}: nobody took a step", case.name);
        assert_eq!(reference.restarts, 0);
        repeated_changes_nothing(case, &reference).await;
        // Every commit of a few graphs, a few of each other one: all are met in the end.
        let step = if case.seed % 25 == 3 || number("TRADEWIND_SEED").is_some() { 1 } else { (reference.commits / 3).max(1) };
        let mut k = 1 + case.seed % step;
        while k <= reference.commits {
            broken_ends_the_same(case, &reference, k, if (k + case.seed).is_multiple_of(2) { Break::Before } else { Break::After }).await;
            if step == 1 {
                broken_ends_the_same(case, &reference, k, if (k + case.seed).is_multiple_of(2) { Break::After } else { Break::Before })
                    .await;
            }
            k += step;
        }
    });
}

#[test]
fn example_journeys_repeated_and_broken_off_come_to_the_same_end() {
    let cases: Vec<Case> = examples("/journey.json").iter().map(|path| Case::example(path)).collect();
    assert!(cases.len() >= 10, "the examples are gone");
    each(cases, async |case: &Case| {
        let reference = walk(case, Mode::AsItIs).await;
        assert!(reference.ledger.lines.iter().any(|line| line.starts_with("step ")), "{}: nobody took a step", case.name);
        repeated_changes_nothing(case, &reference).await;
        for k in 1..=reference.commits {
            broken_ends_the_same(case, &reference, k, Break::Before).await;
            broken_ends_the_same(case, &reference, k, Break::After).await;
        }
    });
}
