//! Everything wrong with a graph, said at once.

use super::{Graph, cycles, note};
use crate::fact::{FactScope, check_path};
use crate::id::{NodeId, PortName};
use crate::issue::{FieldIssue, Issue, IssueCode, Severity};
use crate::kind::{AnyKind, Family, Port};
use crate::kinds::Registry;
use crate::settings::{Outage, Reentry, Settings};
use crate::{predicate, template};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The most nodes a graph may have.
pub const MAX_NODES: usize = 1_000;
/// The most bytes a graph may have as JSON.
pub const MAX_JSON: usize = 1024 * 1024;
/// How many nodes of a loop are named.
const MAX_NAMED: usize = 12;

/// Every issue of `graph`, the settings' and the graph's own first, then by node and field. Nodes and edges are looked at a
/// fixed number of times each.
#[must_use]
pub fn validate(graph: &Graph, registry: &Registry) -> Vec<Issue> {
    let mut issues = size(graph);
    let scope = FactScope { nodes: graph.nodes.iter().map(|n| n.id.clone()).collect() };
    for issue in settings(&graph.settings, &scope) {
        issues.push(Issue { node: None, field: issue.field, code: issue.code, severity: Severity::Error, message: issue.message });
    }
    issues.extend(note::check(graph));
    let plan = Plan::read(graph, registry, &scope, &mut issues);
    plan.triggers(&mut issues);
    let next = plan.edges(&mut issues);
    plan.ports(&mut issues);
    plan.reach(&next, &mut issues);
    plan.loops(&next, &mut issues);
    issues.sort_by(|a, b| (&a.node, &a.field, a.code, &a.message).cmp(&(&b.node, &b.field, b.code, &b.message)));
    issues.dedup();
    issues
}

/// Counts bytes instead of keeping them.
struct Counted(usize);
impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn size(graph: &Graph) -> Vec<Issue> {
    let mut issues = Vec::new();
    if graph.nodes.len() > MAX_NODES {
        let words = format!("the graph has {} nodes and may have {MAX_NODES}: split it with journey.start", graph.nodes.len());
        issues.push(Issue::error(None, "", IssueCode::TooLarge, words));
    }
    let mut bytes = Counted(0);
    if serde_json::to_writer(&mut bytes, graph).is_ok() && bytes.0 > MAX_JSON {
        let words = format!("the graph has {} bytes as JSON and may have {MAX_JSON}: shorten its longest fields or split it", bytes.0);
        issues.push(Issue::error(None, "", IssueCode::TooLarge, words));
    }
    issues
}

/// Everything wrong with the settings.
fn settings(settings: &Settings, scope: &FactScope) -> Vec<FieldIssue> {
    let mut issues = Vec::new();
    // The key is made before the run is: no step has put out anything yet.
    let before_any_step = FactScope::default();
    if let Some(key) = &settings.run_key {
        let at = "/settings/run_key";
        if key.trim().is_empty() {
            issues.push(FieldIssue::new(
                at,
                IssueCode::Missing,
                "the run key is empty: name a fact, as event.properties.cart_id, or remove it",
            ));
        } else if key.contains("{{") {
            issues.extend(template::check(key, &before_any_step, at));
        } else {
            issues.extend(check_path(key, &before_any_step).map(|words| FieldIssue::new(at, IssueCode::UnknownFact, words)));
        }
    }
    if let Some(goal) = &settings.goal {
        issues.extend(predicate::check(goal, scope, "/settings/goal"));
    }
    if let Some(exit) = &settings.exit {
        issues.extend(predicate::check(exit, scope, "/settings/exit"));
    }
    let mut invalid = |field: &str, words: &str| issues.push(FieldIssue::new(format!("/settings/{field}"), IssueCode::Invalid, words));
    if let Reentry::OncePer { period } = settings.reentry
        && period.0 <= 0
    {
        invalid("reentry/period", "the period of re-entry is not longer than nothing: write a duration, as 30d");
    }
    if let Some(cap) = &settings.frequency_cap {
        if cap.max == 0 {
            invalid("frequency_cap/max", "a cap of 0 stops every message: write at least 1, or remove the cap");
        }
        if cap.per.0 <= 0 {
            invalid("frequency_cap/per", "the period of the cap is not longer than nothing: write a duration, as 7d");
        }
    }
    if let Some(throttle) = &settings.throttle {
        if throttle.max == 0 {
            invalid("throttle/max", "a throttle of 0 lets nobody in: write at least 1, or remove it");
        }
        if throttle.per.0 <= 0 {
            invalid("throttle/per", "the period of the throttle is not longer than nothing: write a duration, as 1h");
        }
    }
    if settings.concurrency == Some(0) {
        invalid("concurrency", "0 runs at a time lets nobody in: write at least 1, or remove it");
    }
    if let Some(hours) = &settings.quiet_hours
        && hours.from == hours.to
    {
        invalid("quiet_hours/to", "quiet hours end when they begin: write another end, or remove them");
    }
    if let Outage::SkipAfter { late } | Outage::NextWindow { late } = settings.outage
        && late.0 <= 0
    {
        invalid("outage/late", "every step is at least a moment late: write a duration, as 1h");
    }
    issues
}

/// A node as the checks of the whole graph see it.
struct Place<'g> {
    id: &'g NodeId,
    /// None when its kind or config is wrong; the issue is told elsewhere, so checks that need it are left out.
    kind: Option<Arc<dyn AnyKind>>,
    family: Option<Family>,
    ports: Vec<Port>,
}

impl Place<'_> {
    fn is_trigger(&self) -> bool {
        self.family == Some(Family::Trigger)
    }
    /// A node that cannot be read counts as taking time: one mistake is told once.
    fn takes_time(&self) -> bool {
        self.kind.as_ref().is_none_or(|k| k.delays())
    }
}

struct Plan<'g> {
    graph: &'g Graph,
    places: Vec<Place<'g>>,
    index: HashMap<&'g NodeId, usize>,
}

impl<'g> Plan<'g> {
    fn read(graph: &'g Graph, registry: &Registry, scope: &FactScope, issues: &mut Vec<Issue>) -> Self {
        let families: HashMap<String, Family> = registry.outlines().specs().into_iter().map(|spec| (spec.name, spec.family)).collect();
        let mut index = HashMap::with_capacity(graph.nodes.len());
        let mut places = Vec::with_capacity(graph.nodes.len());
        for (n, node) in graph.nodes.iter().enumerate() {
            if *index.entry(&node.id).or_insert(n) != n {
                issues.push(Issue::error(
                    Some(&node.id),
                    "",
                    IssueCode::DuplicateNode,
                    format!("two nodes are called {}: rename one", node.id),
                ));
            }
            let kind = match registry.parse(&node.kind, &node.config) {
                Ok(kind) => {
                    issues.extend(kind.check(scope).into_iter().map(|issue| issue.at(&node.id)));
                    Some(kind)
                }
                Err(wrong) => {
                    issues.extend(wrong.into_iter().map(|issue| issue.at(&node.id)));
                    None
                }
            };
            let ports = kind.as_ref().map(|k| k.ports()).unwrap_or_default();
            places.push(Place { id: &node.id, kind, family: families.get(&node.kind).copied(), ports });
        }
        Self { graph, places, index }
    }

    fn triggers(&self, issues: &mut Vec<Issue>) {
        if !self.places.iter().any(Place::is_trigger) {
            issues.push(Issue::error(None, "", IssueCode::NoTrigger, "nothing starts this journey: add a trigger, as trigger.event"));
        }
    }

    /// The nodes after each node, by the edges that are sound.
    fn edges(&self, issues: &mut Vec<Issue>) -> Vec<Vec<usize>> {
        let mut next = vec![Vec::new(); self.places.len()];
        let mut taken: HashSet<(&NodeId, &PortName)> = HashSet::with_capacity(self.graph.edges.len());
        for edge in &self.graph.edges {
            let (from, to) = (self.index.get(&edge.from), self.index.get(&edge.to));
            let mut wrong = |node: &NodeId, code, words: String| issues.push(Issue::error(Some(node), "", code, words));
            if !taken.insert((&edge.from, &edge.port)) {
                let words = format!("two edges leave {} by {}: remove one, or split before it", edge.from, edge.port);
                wrong(&edge.from, IssueCode::DuplicateEdge, words);
            }
            match (from, to) {
                (None, _) => {
                    let words = format!("an edge leaves {}, which is not there: remove the edge or add the node", edge.from);
                    issues.push(Issue::error(to.map(|_| &edge.to), "", IssueCode::BrokenEdge, words));
                }
                (Some(_), None) => {
                    let words = format!(
                        "the port {} of {} leads to {}, which is not there: join it to another node",
                        edge.port, edge.from, edge.to
                    );
                    wrong(&edge.from, IssueCode::BrokenEdge, words);
                }
                (Some(&from), Some(&to)) => {
                    let place = &self.places[from];
                    if place.kind.is_some() && place.ports.iter().all(|p| p.name != edge.port) {
                        wrong(&edge.from, IssueCode::BrokenEdge, unknown_port(place, &edge.port));
                        continue;
                    }
                    if self.places[to].is_trigger() {
                        let words = format!("{} leads into the trigger {}: join it to the node after the trigger", edge.from, edge.to);
                        wrong(&edge.to, IssueCode::EdgeIntoTrigger, words);
                    }
                    next[from].push(to);
                }
            }
        }
        next
    }

    fn ports(&self, issues: &mut Vec<Issue>) {
        let wired: HashSet<(&NodeId, &PortName)> = self.graph.edges.iter().map(|e| (&e.from, &e.port)).collect();
        for place in &self.places {
            for port in place.ports.iter().filter(|p| p.required && !wired.contains(&(place.id, &p.name))) {
                let words =
                    format!("the port {} of {} leads nowhere: join it to a node, an exit if the run should end there", port.name, place.id);
                issues.push(Issue::error(Some(place.id), "", IssueCode::DanglingPort, words));
            }
        }
    }

    fn reach(&self, next: &[Vec<usize>], issues: &mut Vec<Issue>) {
        let mut seen: Vec<bool> = self.places.iter().map(Place::is_trigger).collect();
        let mut ahead: Vec<usize> = (0..seen.len()).filter(|&n| seen[n]).collect();
        if ahead.is_empty() {
            return; // Without a trigger nothing is reached, and that has been said.
        }
        while let Some(node) = ahead.pop() {
            for &to in &next[node] {
                if !std::mem::replace(&mut seen[to], true) {
                    ahead.push(to);
                }
            }
        }
        for (n, place) in self.places.iter().enumerate() {
            // The second of two nodes with one id has no edges of its own; that there are two has been said.
            if !seen[n] && self.index.get(place.id) == Some(&n) {
                let words = format!("no way leads from a trigger to {}: join it to one, or remove it", place.id);
                issues.push(Issue::error(Some(place.id), "", IssueCode::Unreachable, words));
            }
        }
    }

    fn loops(&self, next: &[Vec<usize>], issues: &mut Vec<Issue>) {
        let slow: Vec<bool> = self.places.iter().map(Place::takes_time).collect();
        let at_once: Vec<Vec<usize>> = next
            .iter()
            .enumerate()
            .map(|(n, tos)| if slow[n] { Vec::new() } else { tos.iter().copied().filter(|&to| !slow[to]).collect() })
            .collect();
        for part in cycles::knots(&at_once) {
            let Some(&start) = part.iter().min_by_key(|&&n| self.places[n].id) else { continue };
            let way = cycles::round(&at_once, &part, start);
            let mut names: Vec<&str> = way.iter().map(|&n| self.places[n].id.as_str()).collect();
            if names.len() > MAX_NAMED {
                names.splice(MAX_NAMED / 2..names.len() - MAX_NAMED / 2, ["…"]);
            }
            let rest = part.len() - (way.len() - 1).min(part.len());
            let more = if rest > 0 { format!(" (and {rest} more nodes go round with them)") } else { String::new() };
            let words =
                format!("a run would go round for ever without waiting: {}{more}: put a delay or a wait into the loop", names.join(" → "));
            issues.push(Issue::error(Some(self.places[start].id), "", IssueCode::LoopWithoutDelay, words));
        }
    }
}

fn unknown_port(place: &Place<'_>, port: &PortName) -> String {
    let names: Vec<&str> = place.ports.iter().map(|p| p.name.as_str()).collect();
    let has = if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
    format!("an edge leaves {} by the port {port}, which it does not have: {has}", place.id)
}
