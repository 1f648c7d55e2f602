//! Journeys, segments and messages made from a seed.

use super::stage::{HERE, START, at};
use crate::incoming::{Call, ConsentChange, Incoming, IncomingEvent};
use crate::{Environment, ManualClock};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::graph::{Graph, valid_graph};
use tradewind_nodes::id::{CustomerId, EventId};
use tradewind_nodes::predicate::Predicate;
use tradewind_nodes::settings::Reentry;
use tradewind_nodes::time::{Duration, Timestamp};
use uuid::Uuid;

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
    // Journeys that segments start, and that change what segments ask for, could start one another for ever.
    if kind == "trigger.segment" || graph.nodes[0].config.get("events").is_some_and(|events| events.to_string().contains("Segment")) {
        graph.settings.reentry = Reentry::Once;
    }
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
