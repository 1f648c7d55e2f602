//! Journeys, segments and messages made from a seed, played by the simulator and by the engine, and told in the same words.

use super::stage::{HERE, START, Stage, at};
use crate::incoming::{Call, ConsentChange, Incoming, IncomingEvent};
use crate::{Environment, ManualClock};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tradewind_core::simulate::{Journey, Report, Simulation};
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::graph::{Graph, valid_graph};
use tradewind_nodes::id::{CustomerId, EventId};
use tradewind_nodes::predicate::Predicate;
use tradewind_nodes::run::{Step, StepOutcome};
use tradewind_nodes::time::{Duration, Timestamp};
use uuid::Uuid;

/// Instants played at most: a loop through a delay of a minute has no end.
const MAX_INSTANTS: usize = 40;
const EVENTS: [&str; 3] = ["Order Completed", "Product Viewed", "Cart Updated"];

/// One message, of whom and when.
#[derive(Clone, Debug)]
pub(super) struct Happening {
    pub at: Timestamp,
    pub incoming: Incoming,
}

/// What is played.
pub(super) struct Story {
    pub seed: u64,
    pub graphs: Vec<Graph>,
    pub segments: BTreeMap<String, Predicate>,
    pub happenings: Vec<Happening>,
}

/// Throws that are the same for the same seed.
struct Dice(Environment);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(Environment::new(Arc::new(ManualClock::at(at(START))), seed))
    }
    fn below(&self, n: usize) -> usize {
        usize::try_from(self.0.noise() % n.max(1) as u64).unwrap()
    }
    fn percent(&self, n: usize) -> bool {
        self.below(100) < n
    }
    fn one<T: Copy>(&self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

impl Story {
    pub fn random(seed: u64) -> Self {
        let dice = Dice::new(seed);
        let segments = segments(&dice);
        let graphs = (0..=dice.below(2)).map(|nth| graph(&dice, seed, nth, &segments)).collect();
        let happenings = happenings(&dice);
        Self { seed, graphs, segments, happenings }
    }
}

impl Story {
    /// An event of a customer, without properties.
    pub fn event_of(customer: CustomerId, name: &str, at: Timestamp) -> IncomingEvent {
        IncomingEvent {
            id: EventId(Uuid::from_u128(1)),
            customer_id: Some(customer),
            call: Call::Track,
            user_id: None,
            anonymous_id: None,
            previous_id: None,
            name: name.to_owned(),
            properties: JsonMap::new(),
            context: JsonMap::new(),
            at,
            received_at: at,
            message_id: String::new(),
        }
    }
}

fn parsed<T: serde::de::DeserializeOwned>(json: Json) -> T {
    serde_json::from_value(json).unwrap()
}

/// Segments of facts, of events and of one another, never in a circle.
fn segments(dice: &Dice) -> BTreeMap<String, Predicate> {
    let mut names = vec!["alpha", "beta", "gamma"];
    let mut segments: BTreeMap<String, Predicate> = BTreeMap::new();
    for _ in 0..dice.below(4) {
        let name = names.swap_remove(dice.below(names.len()));
        let known: Vec<&String> = segments.keys().collect();
        let other = (!known.is_empty()).then(|| known[dice.below(known.len())].clone());
        let json = match (dice.below(5), other) {
            (0, _) => json!({"fact": "customer.traits.level", "is": "gte", "value": dice.below(6)}),
            (1, _) => json!({"event": dice.one(&EVENTS), "count": {"gte": 1 + dice.below(3)}, "within": dice.one(&["2h", "1d", "9d"])}),
            (2, Some(other)) => json!({"not": {"segment": other}}),
            (3, Some(other)) => json!({"all": [{"segment": other}, {"event": dice.one(&EVENTS)}]}),
            _ => json!({"fact": "customer.country", "is": "eq", "value": dice.one(&["DE", "NL"])}),
        };
        segments.insert(name.to_owned(), parsed(json));
    }
    segments
}

fn graph(dice: &Dice, seed: u64, nth: usize, segments: &BTreeMap<String, Predicate>) -> Graph {
    let mut graph = valid_graph(seed.wrapping_mul(3).wrapping_add(nth as u64), 5 + dice.below(12));
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
    let named: Vec<&String> = segments.keys().collect();
    let audience = json!({"fact": "customer.country", "is": "in", "value": ["DE", "JP"]});
    let (kind, config) = match dice.below(12) {
        0 | 1 if !named.is_empty() => ("trigger.segment", json!({"segment": dice.one(&named), "change": dice.one(&["entered", "left"])})),
        2 => ("trigger.schedule", json!({"cron": dice.one(&["0 9 * * *", "30 */5 * * *"]), "audience": audience})),
        // Where a run is about nobody a split draws by the run's id, which is another in every engine.
        3 if graph.nodes.iter().all(|node| node.kind != "condition.split") => ("trigger.schedule", json!({"cron": "15 7 * * *"})),
        4 => ("trigger.anniversary", json!({"fact": "customer.birthday", "at": "09:00"})),
        5 if nth > 0 => ("trigger.event", json!({"events": ["Noted"]})),
        6 => ("trigger.event", json!({"events": ["Segment Entered", dice.one(&EVENTS)]})),
        _ => ("trigger.event", json!({"events": [dice.one(&EVENTS)]})),
    };
    graph.nodes[0].kind = kind.to_owned();
    graph.nodes[0].config = config.as_object().unwrap().clone();
    graph.settings = parsed(settings(dice));
    graph
}

fn settings(dice: &Dice) -> Json {
    let mut settings = json!({});
    let rules = [
        json!({"rule": "once"}),
        json!({"rule": "not_while_inside"}),
        json!({"rule": "once_per", "period": "5h"}),
        json!({"rule": "always"}),
    ];
    settings["reentry"] = rules[dice.below(4)].clone();
    let mut maybe = |percent, name: &str, value: Json| {
        if dice.percent(percent) {
            settings[name] = value;
        }
    };
    maybe(20, "run_key", dice.one(&["event.properties.cart", "{{event.name}}"]).into());
    maybe(25, "goal", json!({"event": dice.one(&EVENTS), "since": "entry"}));
    maybe(15, "exit", json!({"fact": "customer.traits.level", "is": "gte", "value": 4}));
    maybe(30, "timezone", dice.one(&["Europe/Berlin", "Asia/Tokyo"]).into());
    maybe(20, "quiet_hours", json!({"from": "21:00", "to": "08:00"}));
    maybe(20, "frequency_cap", json!({"max": 1 + dice.below(2), "per": "1d"}));
    maybe(10, "throttle", json!({"max": 2, "per": "1h"}));
    maybe(10, "concurrency", 2.into());
    settings
}

/// Messages of three people, the fourth a visitor who says who they are.
fn happenings(dice: &Dice) -> Vec<Happening> {
    let mut happenings = Vec::new();
    let mut now = at(START);
    let mut count = 0u64;
    for (n, user) in super::walks::USERS.into_iter().enumerate() {
        let country = ["DE", "NL", "JP"][n];
        let traits = json!({"email": format!("{user}@example.com"), "firstName": user, "country": country, "birthday": "1990-01-11"});
        happenings.push(Happening { at: now, incoming: profile(user, traits, Some(dice.percent(75))) });
    }
    for _ in 0..2 + dice.below(6) {
        now = now.plus(Duration::from_secs([0, 60, 3_600, 20_000, 90_000, 300_000][dice.below(6)]));
        for user in super::walks::USERS {
            if dice.percent(35) {
                continue;
            }
            count += 1;
            let incoming = match dice.below(10) {
                0 => profile(user, json!({"level": dice.below(7)}), None),
                1 => profile(user, json!({"country": dice.one(&["DE", "NL", "JP"])}), Some(dice.percent(50))),
                2 => profile(user, json!({"birthday": dice.one(&["1985-01-10", "1990-01-12", "2000-02-29"])}), None),
                _ => Incoming::Event(event(dice, user, count, now)),
            };
            happenings.push(Happening { at: now, incoming });
        }
    }
    happenings
}

fn event(dice: &Dice, user: &str, count: u64, now: Timestamp) -> IncomingEvent {
    let properties = json!({"total": dice.below(250), "cart": format!("c{}", dice.below(3))});
    IncomingEvent {
        id: EventId(Uuid::from_u128(u128::from(count))),
        customer_id: None,
        user_id: Some(user.to_owned()),
        properties: properties.as_object().unwrap().clone(),
        message_id: format!("message {count}"),
        ..Story::event_of(CustomerId::of_user(HERE, user), dice.one(&EVENTS), now)
    }
}

fn profile(user: &str, traits: Json, consents: Option<bool>) -> Incoming {
    let change = |yes| ConsentChange {
        channel: "email".into(),
        purpose: "marketing".into(),
        status: if yes { ConsentStatus::Granted } else { ConsentStatus::Denied },
        source: "test".into(),
        proof: Json::Null,
    };
    Incoming::Profile {
        customer: CustomerId::of_user(HERE, user),
        user_id: Some(user.to_owned()),
        traits: traits.as_object().unwrap().clone(),
        consent: consents.map(change).into_iter().collect(),
    }
}

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
    lines.extend(report.messages.iter().map(|sent| format!("sent {} {} {}", names[sent.run], sent.node, sent.mail.subject)));
    lines.extend(report.requests.iter().map(|sent| format!("sent {} {} {}", names[sent.run], sent.node, sent.request.url)));
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
