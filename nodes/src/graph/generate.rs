//! Graphs made from a seed, always valid: what property tests and load tests walk through.

use super::{Edge, Graph, Node, Position};
use crate::Json;
use crate::id::{NodeId, PortName};
use serde_json::json;

/// Dice of its own (SplitMix64): the same seed throws the same on every machine and in every version.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number below `n`; 0 when `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        // The remainder's slant is far below what a test could see.
        (self.next() % (n.max(1) as u64)) as usize
    }
    fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }
}

/// A kind's configuration for some throw of the dice, its ports that must be wired and those that may be.
struct Made {
    config: Json,
    must: Vec<&'static str>,
    may: Vec<&'static str>,
}

fn made(config: Json, must: &[&'static str], may: &[&'static str]) -> Made {
    Made { config, must: must.to_vec(), may: may.to_vec() }
}

type Maker = fn(&mut Dice) -> Made;

/// Kinds with at least one way on.
const STEPS: [(&str, Maker); 15] = [
    ("condition.if", |dice| made(json!({"predicate": predicate(dice)}), &["yes", "no"], &[])),
    ("condition.switch", |dice| {
        let cases = json!([{"port": "first", "when": predicate(dice)}, {"port": "second", "when": predicate(dice)}]);
        made(json!({"cases": cases}), &["first", "second"], &["else"])
    }),
    ("condition.split", |dice| {
        let (a, b) = (1 + dice.below(9), 1 + dice.below(9));
        made(json!({"ways": [{"port": "a", "weight": a}, {"port": "b", "weight": b}]}), &["a", "b"], &[])
    }),
    ("condition.consent", |_| made(json!({"channel": "email", "purpose": "marketing"}), &["yes", "no"], &[])),
    ("delay.for", |dice| made(json!({"duration": length(dice)}), &["next"], &[])),
    ("delay.until_time", |dice| made(json!({"at": format!("{:02}:30", dice.below(24))}), &["next"], &[])),
    ("wait.event", |dice| made(json!({"events": [event(dice)], "timeout": length(dice)}), &[], &["event", "timeout"])),
    ("wait.until", |dice| made(json!({"predicate": predicate(dice), "timeout": length(dice)}), &[], &["yes", "timeout"])),
    ("customer.set", |dice| {
        let tags = [["seen"], ["vip"]][dice.below(2)];
        made(json!({"traits": {"level": dice.below(9), "last": "{{event.name}}"}, "add_tags": tags}), &[], &["next"])
    }),
    ("event.record", |dice| made(json!({"event": event(dice), "properties": {"total": dice.below(200)}}), &[], &["next"])),
    ("email.send", |dice| {
        let config = json!({"subject": format!("News {}", dice.below(100)), "html": "<p>Hello {{customer.first_name}}</p>"});
        made(config, &[], &["next", "failed"])
    }),
    ("http.request", |dice| {
        let config = json!({"method": "POST", "url": format!("https://shop.example/hook/{}", dice.below(9)), "body": "{}"});
        made(config, &[], &["next", "failed"])
    }),
    ("goal", |_| made(json!({"goal": "bought", "ends": false}), &[], &["next"])),
    ("loyalty.award", |dice| {
        let change = ["earn", "earn", "spend"][dice.below(3)];
        let mut config = json!({"change": change, "points": "{{event.properties.total}}"});
        if change == "earn" && dice.percent(50) {
            (config["pending"], config["lifetime"]) = ("1h".into(), "3d".into());
        }
        if dice.percent(30) {
            config["once_for"] = "{{event.name}}".into();
        }
        made(config, &[], &["next", "failed"])
    }),
    ("script.run", |dice| {
        let source = format!("if random() < 0.{} {{ go(\"low\") }} else {{ go(\"high\", #{{at: now()}}) }}", 1 + dice.below(9));
        made(json!({"source": source, "ports": ["low", "high"]}), &[], &["low", "high", "failed"])
    }),
];

fn event(dice: &mut Dice) -> &'static str {
    ["Order Completed", "Product Viewed", "Cart Updated"][dice.below(3)]
}

fn country(dice: &mut Dice) -> &'static str {
    ["DE", "NL", "JP"][dice.below(3)]
}

fn length(dice: &mut Dice) -> String {
    format!("{}{}", 1 + dice.below(50), ["m", "h", "d"][dice.below(3)])
}

fn predicate(dice: &mut Dice) -> Json {
    match dice.below(7) {
        0 => json!({"fact": "customer.country", "is": "eq", "value": country(dice)}),
        1 => json!({"fact": "event.properties.total", "is": "gte", "value": dice.below(200)}),
        2 => json!({"event": event(dice), "count": {"gte": 1 + dice.below(3)}, "within": length(dice)}),
        4 => json!({"event": event(dice), "distinct": "total", "count": {"gte": 1 + dice.below(3)}}),
        5 => {
            let paid = json!({"fact": "event.properties.total", "is": "gte", "value": dice.below(200)});
            json!({"event": event(dice), "latest": paid, "within": length(dice)})
        }
        3 => json!({"not": {"fact": "customer.traits.level", "is": "exists"}}),
        _ => json!({"any": [{"consent": {"channel": "email"}}, {"fact": "customer.traits.plan", "is": "in", "value": ["pro", "team"]}]}),
    }
}

/// Builds one graph from the trigger on.
struct Growing {
    dice: Dice,
    graph: Graph,
    /// Ports that lead nowhere yet and must, or were chosen to.
    open: Vec<(NodeId, &'static str)>,
    /// Nodes that take time: an edge back to one of them never closes a loop without a delay.
    slow: Vec<NodeId>,
}

/// A graph of `size` nodes (at least a trigger and an exit) over many kinds, with branches, ways that join again and loops
/// through delays. It always passes [`validate`](super::validate) with the built-in kinds, up to its limit of nodes.
#[must_use]
pub fn valid_graph(seed: u64, size: usize) -> Graph {
    let mut growing = Growing { dice: Dice::new(seed), graph: Graph::default(), open: Vec::new(), slow: Vec::new() };
    let name = event(&mut growing.dice);
    growing.add("trigger.event", json!({"events": [name]}), &["next"]);
    while growing.graph.nodes.len() + 1 < size {
        growing.step(size);
    }
    growing.finish();
    growing.graph
}

impl Growing {
    /// Adds a node with open `ports`. None only if its made-up name were not legal.
    fn add(&mut self, kind: &str, config: Json, ports: &[&'static str]) -> Option<NodeId> {
        let number = self.graph.nodes.len();
        let id = NodeId::new(&format!("n{number}")).ok()?;
        let Json::Object(config) = config else { return None };
        let position = Some(Position { x: (number % 20) as f64 * 240.0, y: (number / 20) as f64 * 160.0 });
        self.graph.nodes.push(Node { id: id.clone(), kind: kind.to_owned(), label: String::new(), config, position });
        if kind.starts_with("delay.") || kind.starts_with("wait.") {
            self.slow.push(id.clone());
        }
        self.open.extend(ports.iter().map(|port| (id.clone(), *port)));
        Some(id)
    }

    fn connect(&mut self, from: (NodeId, &'static str), to: &NodeId) {
        self.graph.edges.push(Edge { from: from.0, port: PortName::fixed(from.1), to: to.clone() });
    }

    /// Leads one open port on: back to a node that takes time, or to a new node.
    fn step(&mut self, size: usize) {
        let chosen = self.dice.below(self.open.len());
        let from = self.open.swap_remove(chosen);
        // The last open port must go on, else the graph could not grow.
        let spare = !self.open.is_empty();
        if spare && !self.slow.is_empty() && self.dice.percent(12) {
            let to = self.slow[self.dice.below(self.slow.len())].clone();
            return self.connect(from, &to);
        }
        if spare && self.graph.nodes.len() + 2 < size && self.dice.percent(5) {
            if let Some(to) = self.add("exit", json!({"reason": "enough"}), &[]) {
                self.connect(from, &to);
            }
            return;
        }
        let (kind, make) = STEPS[self.dice.below(STEPS.len())];
        let Made { config, mut must, may } = make(&mut self.dice);
        // A node without a way on would be an end: one of its free ports is wired at least.
        let kept = self.dice.below(may.len());
        let first = usize::from(must.is_empty());
        for (n, port) in may.into_iter().enumerate() {
            if (first == 1 && n == kept) || self.dice.percent(60) {
                must.push(port);
            }
        }
        if let Some(to) = self.add(kind, config, &must) {
            self.connect(from, &to);
        }
    }

    /// Leads what is still open to one exit.
    fn finish(&mut self) {
        if let Some(exit) = self.add("exit", json!({}), &[]) {
            for from in std::mem::take(&mut self.open) {
                self.connect(from, &exit);
            }
        }
    }
}
