//! Stories played by the engine and by the simulator, and what came of them told in the same words.

use super::stage::{HERE, START, Stage, at};
use super::story::Story;
use std::collections::HashMap;
use tradewind_core::simulate::{Journey, Report, Simulation};
use tradewind_nodes::id::CustomerId;
use tradewind_nodes::run::{Step, StepOutcome};
use tradewind_nodes::time::{Duration, Timestamp};
use uuid::Uuid;

/// Instants played at most: a loop through a delay of a minute has no end.
const MAX_INSTANTS: usize = 40;

/// How the engine takes messages.
#[derive(Clone, Copy, Debug)]
pub(super) enum Batches {
    /// One message at a time.
    One,
    /// All of an instant together.
    Many,
    /// As `Many`, thrown away and taken up again at random points.
    Restarted,
}

/// What was done, a fact a line, and the instant it came to.
#[derive(Default)]
pub(super) struct Told {
    pub lines: Vec<String>,
    pub until: Timestamp,
    pub restarts: u32,
}

impl Told {
    fn of(mut lines: Vec<String>, until: Timestamp) -> Self {
        lines.sort();
        Self { lines, until, restarts: 0 }
    }

    /// The first lines in which two tellings differ.
    pub fn difference(&self, other: &Self) -> Option<String> {
        if self.lines == other.lines {
            return None;
        }
        let only = |mine: &[String], theirs: &[String]| {
            let mut left: Vec<&String> = theirs.iter().collect();
            let differs = mine.iter().filter(|line| match left.iter().position(|known| known == line) {
                Some(at) => {
                    left.swap_remove(at);
                    false
                }
                None => true,
            });
            differs.take(8).map(|line| format!("\n  {line}")).collect::<String>()
        };
        Some(format!("only there:{}\nonly here:{}", only(&other.lines, &self.lines), only(&self.lines, &other.lines)))
    }
}

/// Plays a story on `stage`, which is new; gives the programs it published too.
pub(super) async fn play_engine(story: &Story, mut stage: Stage, batches: Batches) -> (Told, Vec<Journey>) {
    for (name, predicate) in &story.segments {
        let sql = "INSERT INTO segments (id, workspace_id, name, predicate, created_at, updated_at) VALUES ($1, $2, $3, $4, 0, 0)";
        let text = serde_json::to_string(predicate).unwrap();
        stage.execute(sql, vec![stage.env.id().into(), HERE.0.into(), name.as_str().into(), text.into()]).await;
    }
    for (nth, graph) in story.graphs.iter().enumerate() {
        stage.publish(&format!("journey-{nth}"), graph.clone()).await;
    }
    if let Batches::Restarted = batches {
        stage.restart_at_random(story.seed);
    }
    stage.quiet().await;
    let mut left = MAX_INSTANTS;
    let mut happenings = story.happenings.iter().peekable();
    while let Some(next) = happenings.peek().map(|happening| happening.at) {
        left -= stage.run_until(next, left).await;
        if stage.env.now() < next {
            break;
        }
        let mut together = Vec::new();
        while let Some(happening) = happenings.next_if(|happening| happening.at == next) {
            together.push(happening.incoming.clone());
        }
        match batches {
            Batches::One => {
                for incoming in together {
                    stage.accept(vec![incoming]).await;
                    stage.quiet().await;
                }
            }
            Batches::Many | Batches::Restarted => {
                stage.accept(together).await;
                stage.quiet().await;
            }
        }
    }
    if left > 0 {
        let end = story.happenings.last().map_or(at(START), |last| last.at).plus(Duration::from_days(12));
        stage.run_until(end, left).await;
    }
    (engine_told(&stage).await, programs(&stage))
}

/// The programs of the journeys that are live, in the order of their publication.
fn programs(stage: &Stage) -> Vec<Journey> {
    let catalog = stage.shared.catalogs.now();
    let live = catalog.live.workspaces.get(&HERE).into_iter().flat_map(|workspace| workspace.journeys.values());
    live.map(|live| Journey { slug: live.slug.clone(), program: live.program.clone() }).collect()
}

async fn engine_told(stage: &Stage) -> Told {
    let mut lines = Vec::new();
    let mut slugs = HashMap::new();
    for row in stage.rows("SELECT id, slug FROM journeys", Vec::new()).await {
        slugs.insert(row.uuid(0).unwrap(), row.text(1).unwrap().to_owned());
    }
    let mut numbers = Numbers::default();
    let mut names = HashMap::new();
    let sql = "SELECT id, journey_id, customer_id, entered_at, run_key, state, outcome FROM runs ORDER BY entered_at, id";
    for row in stage.rows(sql, Vec::new()).await {
        let customer = row.opt_uuid(2).unwrap().map(CustomerId);
        let name = numbers.name(&slugs[&row.uuid(1).unwrap()], customer);
        let state = row.opt_text(6).unwrap().unwrap_or(row.text(5).unwrap());
        lines.push(run_line(&name, Timestamp::from_micros(row.int(3).unwrap()), row.opt_text(4).unwrap(), state));
        names.insert(row.uuid(0).unwrap(), name);
    }
    let mut nth = HashMap::new();
    for row in stage.rows("SELECT run_id, body FROM steps ORDER BY run_id, seq", Vec::new()).await {
        let run = row.uuid(0).unwrap();
        for step in serde_json::from_str::<Vec<Step>>(row.text(1).unwrap()).unwrap() {
            let n = nth.entry(run).and_modify(|n| *n += 1).or_insert(0usize);
            lines.push(step_line(&names[&run], *n, &step));
        }
    }
    for row in stage.rows("SELECT customer_id, journey_id, reason, why, at FROM refusals", Vec::new()).await {
        let (customer, slug) = (CustomerId(row.uuid(0).unwrap()), &slugs[&row.uuid(1).unwrap()]);
        let at = Timestamp::from_micros(row.int(4).unwrap());
        lines.push(format!("refusal {customer} {slug} {} {at} {}", row.text(2).unwrap(), without_ids(row.text(3).unwrap())));
    }
    let sql = "SELECT id, traits, tags, consent FROM customers WHERE merged_into IS NULL";
    for row in stage.rows(sql, Vec::new()).await {
        let id = CustomerId(row.uuid(0).unwrap());
        lines.push(format!("customer {id} {} {} {}", row.text(1).unwrap(), row.text(2).unwrap(), row.text(3).unwrap()));
    }
    for row in stage.rows("SELECT customer_id, segment FROM segment_members WHERE inside", Vec::new()).await {
        lines.push(format!("member {} {}", CustomerId(row.uuid(0).unwrap()), row.text(1).unwrap()));
    }
    let mut sent: Vec<String> = Vec::new();
    for made in stage.recorder.made() {
        // A process that was thrown away may have sent and not written it down: it is sent again under the same key.
        let line = format!("sent {} {} {}", names[&made.key.run.0], made.key.node, made.what);
        let key = format!("{line} {}", made.key.visit);
        if !sent.contains(&key) {
            lines.push(line);
            sent.push(key);
        }
    }
    let mut told = Told::of(lines, stage.env.now());
    told.restarts = stage.restarts;
    told
}

/// Plays a story up to `until` with the programs that `stage` has published.
pub(super) fn play_simulation(story: &Story, programs: Vec<Journey>, batches: Batches, until: Timestamp) -> (Report, Told) {
    let mut simulation = Simulation::in_workspace(HERE, programs, at(START));
    for (name, predicate) in &story.segments {
        simulation.segment(name, predicate.clone());
    }
    let instants = story.happenings.chunk_by(|one, other| matches!(batches, Batches::Many | Batches::Restarted) && one.at == other.at);
    for together in instants.take_while(|together| together[0].at <= until) {
        simulation.advance_to(together[0].at).unwrap();
        simulation.messages(together.iter().map(|happening| happening.incoming.clone())).unwrap();
    }
    simulation.advance_to(until).unwrap();
    let report = simulation.report();
    let told = simulation_told(&report);
    (report, told)
}

fn simulation_told(report: &Report) -> Told {
    let mut lines = Vec::new();
    let mut numbers = Numbers::default();
    let mut names = Vec::new();
    for run in &report.runs {
        let name = numbers.name(&run.journey, run.customer);
        let done = matches!(run.state, tradewind_nodes::run::RunState::Done { .. });
        let state = if done { run.outcome().name() } else { run.state.name() };
        lines.push(run_line(&name, run.entered_at, run.key.as_deref(), state));
        lines.extend(run.steps.iter().enumerate().map(|(n, step)| step_line(&name, n, &read_back(step))));
        names.push(name);
    }
    for refusal in &report.refusals {
        let Some(customer) = refusal.customer else { continue };
        let why = without_ids(&serde_json::to_string(&refusal.why).unwrap());
        lines.push(format!("refusal {customer} {} {} {} {why}", refusal.journey, refusal.reason.name(), refusal.at));
    }
    for person in &report.people {
        let customer = &person.customer;
        let [traits, tags, consent] =
            [serde_json::to_string(&customer.traits), serde_json::to_string(&customer.tags), serde_json::to_string(&customer.consent)]
                .map(Result::unwrap);
        lines.push(format!("customer {} {traits} {tags} {consent}", customer.id));
        lines.extend(person.segments.iter().map(|segment| format!("member {} {segment}", customer.id)));
    }
    lines.extend(report.messages.iter().map(|sent| format!("sent {} {} {}", names[sent.run], sent.node, sent.about().title)));
    lines.extend(report.requests.iter().map(|sent| format!("sent {} {} {}", names[sent.run], sent.node, sent.about().recipient)));
    Told::of(lines, report.now)
}

/// A step as it reads back when it was stored: the last digit of a fraction may be another then.
fn read_back(step: &Step) -> Step {
    serde_json::from_str(&serde_json::to_string(step).unwrap()).unwrap()
}

/// Names runs by what two engines share: the journey, the customer, and which of their runs it is.
#[derive(Default)]
struct Numbers(HashMap<(String, Option<CustomerId>), u32>);

impl Numbers {
    fn name(&mut self, slug: &str, customer: Option<CustomerId>) -> String {
        let nth = self.0.entry((slug.to_owned(), customer)).and_modify(|n| *n += 1).or_insert(1);
        customer.map_or_else(|| format!("{slug}/nobody/{nth}"), |id| format!("{slug}/{id}/{nth}"))
    }
}

fn run_line(name: &str, entered_at: Timestamp, key: Option<&str>, state: &str) -> String {
    format!("run {name} {entered_at} {} {state}", key.unwrap_or("-"))
}

fn step_line(name: &str, n: usize, step: &Step) -> String {
    let outcome = match &step.outcome {
        StepOutcome::Asks(_) => "asks".to_owned(),
        other => format!("{other:?}"),
    };
    let why = serde_json::to_string(&step.why).unwrap();
    format!("step {name} {n:04} {} {} {} {outcome} {}", step.node, step.visit, step.at, without_ids(&why))
}

/// The text with `#` in place of every UUID: those of runs and events are others in every engine.
fn without_ids(text: &str) -> String {
    let bytes = text.as_bytes();
    let is_id = |at: usize| text.get(at..at + 36).is_some_and(|part| part.as_bytes()[8] == b'-' && Uuid::parse_str(part).is_ok());
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        if is_id(at) {
            out.push('#');
            at += 36;
        } else {
            let next = (at + 1..=bytes.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(bytes.len());
            out.push_str(&text[at..next]);
            at = next;
        }
    }
    out
}
