//! How long after the trigger a run is at each node, and how long a whole journey takes: as it is drawn, without quiet hours,
//! caps, throttles and retries.

use super::{Graph, cycles};
use crate::id::NodeId;
use crate::kind::{AnyKind, Family};
use crate::kinds::Registry;
use crate::time::{Duration, Span};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// The times of a journey.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Lengths {
    /// How long after the trigger a run comes to each node that a trigger leads to.
    pub at: HashMap<NodeId, Span>,
    /// How long a run takes at most.
    pub longest: Longest,
}

/// How long a run takes at most.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Longest {
    /// So long.
    Within(Duration),
    /// Nobody can say: this node takes as long as it takes.
    Open {
        /// The node.
        by: NodeId,
    },
    /// Nobody can say: runs may go round through this node again and again.
    Round {
        /// A node of the loop.
        by: NodeId,
    },
    /// Not known until this node is complete.
    Unread {
        /// The node.
        by: NodeId,
    },
    /// Nothing starts the journey.
    NoTrigger,
}

/// An edge between two nodes that are there, by their indexes.
#[derive(Clone, Copy)]
struct Way {
    to: usize,
    takes: Span,
}

/// The times of `graph`. Every node and edge is looked at a fixed number of times.
#[must_use]
pub fn lengths(graph: &Graph, registry: &Registry) -> Lengths {
    let kinds: Vec<Option<Arc<dyn AnyKind>>> = graph.nodes.iter().map(|n| registry.parse(&n.kind, &n.config).ok()).collect();
    let triggers: Vec<usize> = (0..kinds.len()).filter(|&n| starts(graph, kinds[n].as_ref(), n)).collect();
    if triggers.is_empty() {
        return Lengths { at: HashMap::new(), longest: Longest::NoTrigger };
    }
    let ways = ways(graph, &kinds);
    let walk = Walk { ways: &ways, reached: reached(&ways, &triggers) };
    let least = walk.least(&triggers);
    let endless = walk.endless(graph, &kinds);
    let most = walk.most(&triggers, &endless);
    let at = (0..ways.len())
        .filter(|&n| walk.reached[n])
        .map(|n| (graph.nodes[n].id.clone(), Span { least: least[n], most: if endless[n].is_some() { None } else { Some(most[n]) } }))
        .collect();
    Lengths { at, longest: walk.longest(&kinds, &endless, &most) }
}

fn starts(graph: &Graph, kind: Option<&Arc<dyn AnyKind>>, n: usize) -> bool {
    // A trigger that is not filled in yet still is where people begin.
    kind.map_or_else(|| graph.nodes[n].kind.starts_with("trigger."), |kind| kind.family() == Family::Trigger)
}

fn ways(graph: &Graph, kinds: &[Option<Arc<dyn AnyKind>>]) -> Vec<Vec<Way>> {
    let mut index: HashMap<&NodeId, usize> = HashMap::with_capacity(kinds.len());
    for (n, node) in graph.nodes.iter().enumerate() {
        index.entry(&node.id).or_insert(n);
    }
    let mut ways = vec![Vec::new(); kinds.len()];
    for edge in &graph.edges {
        if let (Some(&from), Some(&to)) = (index.get(&edge.from), index.get(&edge.to)) {
            let takes = kinds[from].as_ref().map_or(Span::OPEN, |kind| kind.takes(&edge.port));
            ways[from].push(Way { to, takes });
        }
    }
    ways
}

fn reached(ways: &[Vec<Way>], triggers: &[usize]) -> Vec<bool> {
    let mut seen = vec![false; ways.len()];
    let mut ahead = triggers.to_vec();
    triggers.iter().for_each(|&n| seen[n] = true);
    while let Some(node) = ahead.pop() {
        for way in &ways[node] {
            if !std::mem::replace(&mut seen[way.to], true) {
                ahead.push(way.to);
            }
        }
    }
    seen
}

struct Walk<'w> {
    ways: &'w [Vec<Way>],
    reached: Vec<bool>,
}

impl Walk<'_> {
    /// The shortest time to each node (Dijkstra).
    fn least(&self, triggers: &[usize]) -> Vec<Duration> {
        let mut best = vec![Duration::from_micros(i64::MAX); self.ways.len()];
        let mut ahead = std::collections::BinaryHeap::new();
        for &n in triggers {
            best[n] = Duration::ZERO;
            ahead.push((std::cmp::Reverse(Duration::ZERO), n));
        }
        while let Some((std::cmp::Reverse(so_far), node)) = ahead.pop() {
            if so_far > best[node] {
                continue;
            }
            for way in &self.ways[node] {
                let then = so_far.plus(way.takes.least);
                if then < best[way.to] {
                    best[way.to] = then;
                    ahead.push((std::cmp::Reverse(then), way.to));
                }
            }
        }
        best
    }

    /// For each node that a run may come to after no end of time: why.
    fn endless(&self, graph: &Graph, kinds: &[Option<Arc<dyn AnyKind>>]) -> Vec<Option<Longest>> {
        let next: Vec<Vec<usize>> = self
            .ways
            .iter()
            .enumerate()
            .map(|(n, w)| if self.reached[n] { w.iter().map(|w| w.to).collect() } else { Vec::new() })
            .collect();
        let mut endless: Vec<Option<Longest>> = vec![None; next.len()];
        let mut ahead = Vec::new();
        for mut part in cycles::knots(&next) {
            part.sort_unstable();
            let by = part.iter().copied().find(|&n| kinds[n].as_ref().is_some_and(|kind| kind.delays())).unwrap_or(part[0]);
            for n in part {
                endless[n] = Some(Longest::Round { by: graph.nodes[by].id.clone() });
                ahead.push(n);
            }
        }
        for n in (0..next.len()).filter(|&n| self.reached[n]) {
            let by = graph.nodes[n].id.clone();
            let why = if kinds[n].is_some() { Longest::Open { by } } else { Longest::Unread { by } };
            for way in self.ways[n].iter().filter(|way| way.takes.most.is_none()) {
                if endless[way.to].is_none() {
                    endless[way.to] = Some(why.clone());
                    ahead.push(way.to);
                }
            }
        }
        while let Some(node) = ahead.pop() {
            for &to in &next[node] {
                if endless[to].is_none() {
                    endless[to] = endless[node].clone();
                    ahead.push(to);
                }
            }
        }
        endless
    }

    /// The longest time to each node that is not endless. Those nodes have no loop among them, so each can be settled once
    /// all before it are (Kahn).
    fn most(&self, triggers: &[usize], endless: &[Option<Longest>]) -> Vec<Duration> {
        let settles = |n: usize| self.reached[n] && endless[n].is_none();
        let mut before = vec![0_usize; self.ways.len()];
        for n in (0..before.len()).filter(|&n| settles(n)) {
            self.ways[n].iter().for_each(|way| before[way.to] += 1);
        }
        let mut most = vec![Duration::ZERO; self.ways.len()];
        let mut ahead: Vec<usize> = triggers.iter().copied().filter(|&n| settles(n) && before[n] == 0).collect();
        while let Some(node) = ahead.pop() {
            for way in &self.ways[node] {
                most[way.to] = most[way.to].max(most[node].plus(way.takes.most.unwrap_or_default()));
                before[way.to] -= 1;
                if before[way.to] == 0 && settles(way.to) {
                    ahead.push(way.to);
                }
            }
        }
        most
    }

    fn longest(&self, kinds: &[Option<Arc<dyn AnyKind>>], endless: &[Option<Longest>], most: &[Duration]) -> Longest {
        if let Some(why) = endless.iter().zip(&self.reached).find_map(|(why, reached)| why.as_ref().filter(|_| *reached)) {
            return why.clone();
        }
        // A run may also end in a node, by a port that leads nowhere.
        let ends = (0..most.len()).filter(|&n| self.reached[n]).filter_map(|n| {
            let ports = kinds[n].as_ref().map(|kind| kind.ports().into_iter().filter_map(|p| kind.takes(&p.name).most).max());
            Some(most[n].plus(ports.flatten()?))
        });
        Longest::Within(ends.chain(most.iter().copied()).max().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::valid_graph;
    use serde_json::{Value, json};

    fn graph(nodes: &[(&str, &str, Value)], edges: &[(&str, &str, &str)]) -> Graph {
        let nodes: Vec<Value> = nodes.iter().map(|(id, kind, config)| json!({"id": id, "kind": kind, "config": config})).collect();
        let edges: Vec<Value> = edges.iter().map(|(from, port, to)| json!({"from": from, "port": port, "to": to})).collect();
        serde_json::from_value(json!({"nodes": nodes, "edges": edges})).unwrap()
    }

    fn told(graph: &Graph) -> Lengths {
        lengths(graph, &Registry::builtin())
    }

    fn at(found: &Lengths, id: &str) -> String {
        found.at.get(id).map_or("never".into(), |span| match span.most {
            Some(most) => format!("{}..{most}", span.least),
            None => format!("{}..", span.least),
        })
    }

    fn id(name: &str) -> NodeId {
        NodeId::new(name).unwrap()
    }

    fn start() -> (&'static str, &'static str, Value) {
        ("start", "trigger.event", json!({"events": ["A"]}))
    }

    fn mail(name: &'static str) -> (&'static str, &'static str, Value) {
        (name, "email.send", json!({"subject": "s", "html": "h"}))
    }

    #[test]
    fn times_add_up_along_the_ways() {
        let found = told(&graph(
            &[
                start(),
                ("wait", "wait.event", json!({"events": ["B"], "timeout": "1h"})),
                mail("thanks"),
                mail("reminder"),
                ("day", "delay.for", json!({"duration": "23h"})),
                ("noon", "delay.until_time", json!({"at": "12:00"})),
                mail("last"),
                mail("lost"),
            ],
            &[
                ("start", "next", "wait"),
                ("wait", "event", "thanks"),
                ("wait", "timeout", "reminder"),
                ("reminder", "next", "day"),
                ("day", "next", "noon"),
                ("noon", "next", "last"),
                ("thanks", "next", "last"),
            ],
        ));
        let times: Vec<String> = ["start", "wait", "thanks", "reminder", "noon", "last", "lost"].iter().map(|n| at(&found, n)).collect();
        assert_eq!(times, ["0s..0s", "0s..0s", "0s..1h", "1h..1h", "1d..1d", "0s..2d", "never"]);
        assert_eq!(found.longest, Longest::Within(Duration::from_days(2)));
    }

    #[test]
    fn a_run_may_end_while_it_waits() {
        let found =
            told(&graph(&[start(), ("wait", "wait.event", json!({"events": ["B"], "timeout": "3d"}))], &[("start", "next", "wait")]));
        assert_eq!(found.longest, Longest::Within(Duration::from_days(3)));
    }

    #[test]
    fn what_has_no_end_is_named() {
        let forever = ("forever", "wait.until", json!({"predicate": {"fact": "customer.email", "is": "exists"}}));
        let open = told(&graph(&[start(), forever, mail("m")], &[("start", "next", "forever"), ("forever", "yes", "m")]));
        assert_eq!((at(&open, "m").as_str(), open.longest), ("0s..", Longest::Open { by: id("forever") }));

        let quiet = ("quiet", "wait.event", json!({"events": ["A"], "timeout": "1h"}));
        let edges = [("start", "next", "quiet"), ("quiet", "event", "quiet"), ("quiet", "timeout", "m")];
        let round = told(&graph(&[start(), quiet, mail("m")], &edges));
        assert_eq!((at(&round, "m").as_str(), round.longest), ("1h..", Longest::Round { by: id("quiet") }));

        let new = told(&graph(&[start(), ("new", "delay.for", json!({})), mail("m")], &[("start", "next", "new"), ("new", "next", "m")]));
        assert_eq!((at(&new, "m").as_str(), new.longest), ("0s..", Longest::Unread { by: id("new") }));
        assert_eq!(told(&graph(&[mail("m")], &[])).longest, Longest::NoTrigger);
    }

    /// Every way through a graph without loops, added up one by one.
    fn by_hand(graph: &Graph, node: &NodeId, so_far: Span, found: &mut HashMap<NodeId, Span>) {
        let old = found.entry(node.clone()).or_insert(so_far);
        *old = Span { least: old.least.min(so_far.least), most: old.most.zip(so_far.most).map(|(a, b)| a.max(b)) };
        let here = graph.node(node).unwrap();
        let kind = Registry::builtin().parse(&here.kind, &here.config).unwrap();
        for edge in graph.edges.iter().filter(|e| e.from == *node) {
            by_hand(graph, &edge.to, so_far.then(kind.takes(&edge.port)), found);
        }
    }

    #[test]
    fn it_agrees_with_walking_every_way() {
        let mut bounded = 0;
        for seed in 0..60 {
            let mut graph = valid_graph(seed, 4 + seed as usize % 12);
            let place: HashMap<NodeId, usize> = graph.nodes.iter().enumerate().map(|(n, node)| (node.id.clone(), n)).collect();
            graph.edges.retain(|e| place[&e.to] > place[&e.from]);
            let mut expected = HashMap::new();
            by_hand(&graph, &graph.nodes[0].id.clone(), Span::ZERO, &mut expected);
            let found = told(&graph);
            assert_eq!(found.at, expected, "seed {seed}");
            bounded += usize::from(matches!(found.longest, Longest::Within(_)));
        }
        assert!(bounded > 10, "{bounded}");
    }

    #[test]
    fn a_thousand_nodes_are_quick_and_need_no_deep_stack() {
        let found = told(&valid_graph(9, 1_000));
        assert!(found.at.len() > 900);
    }
}
