//! A published graph with every node configured and every port resolved.

use crate::fact::{FactScope, Horizon, Needs};
use crate::graph::Graph;
use crate::id::{JourneyId, NodeId, PortName};
use crate::issue::Issue;
use crate::kind::{AnyKind, Trigger};
use crate::kinds::Registry;
use crate::predicate;
use crate::settings::Settings;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// One node, ready to step.
pub struct ProgramNode {
    /// Its id.
    pub id: NodeId,
    /// What it does.
    pub kind: Arc<dyn AnyKind>,
    /// Where its ports lead, as indexes into the program.
    pub ways: BTreeMap<PortName, usize>,
    /// The ports that lead somewhere.
    pub wired: BTreeSet<PortName>,
    /// The ports that lead nowhere and must not: a published version has none, until a kind written in Rhai is changed under it.
    pub open: BTreeSet<PortName>,
    /// Whether a run can come here twice; visits of other nodes need not be counted.
    pub looping: bool,
}

/// A version of a journey, ready to run.
pub struct Program {
    /// Tells the journey from others, in every version: what splits draw by. Empty until [`Program::of`] says it.
    pub journey: String,
    /// The journey's settings.
    pub settings: Settings,
    /// The nodes, in the order of the graph.
    pub nodes: Vec<ProgramNode>,
    /// What all nodes together read.
    pub needs: Needs,
    /// What starts runs, with the index of each trigger's node.
    pub triggers: Vec<(usize, Trigger)>,
    by_id: HashMap<NodeId, usize>,
}

impl Program {
    /// Configures every node of `graph`.
    ///
    /// # Errors
    /// Every node whose kind or configuration is not understood. A graph that was published has none, unless a kind written
    /// in Rhai has gone since.
    pub fn compile(graph: &Graph, registry: &Registry) -> Result<Self, Vec<Issue>> {
        let by_id: HashMap<NodeId, usize> = graph.nodes.iter().enumerate().map(|(at, n)| (n.id.clone(), at)).collect();
        let mut issues = Vec::new();
        let mut nodes = Vec::with_capacity(graph.nodes.len());
        for node in &graph.nodes {
            match registry.parse(&node.kind, &node.config) {
                Ok(kind) => {
                    let open = kind.ports().into_iter().filter(|port| port.required).map(|port| port.name).collect();
                    let (id, ways, wired) = (node.id.clone(), BTreeMap::new(), BTreeSet::new());
                    nodes.push(ProgramNode { id, kind, ways, wired, open, looping: false });
                }
                Err(wrong) => issues.extend(wrong.into_iter().map(|issue| issue.at(&node.id))),
            }
        }
        if !issues.is_empty() {
            return Err(issues);
        }
        for edge in &graph.edges {
            if let (Some(&from), Some(&to)) = (by_id.get(&edge.from), by_id.get(&edge.to)) {
                nodes[from].ways.insert(edge.port.clone(), to);
                nodes[from].open.remove(&edge.port);
                nodes[from].wired.insert(edge.port.clone());
            }
        }
        mark_loops(&mut nodes);
        let mut needs = Needs::default();
        for node in &nodes {
            node.kind.needs(&mut needs);
        }
        for predicate in [&graph.settings.goal, &graph.settings.exit].into_iter().flatten() {
            predicate::needs(predicate, &mut needs);
        }
        let triggers: Vec<(usize, Trigger)> = nodes.iter().enumerate().filter_map(|(at, n)| n.kind.trigger().map(|t| (at, t))).collect();
        for (_, trigger) in &triggers {
            trigger_needs(trigger, &mut needs);
        }
        Ok(Self { journey: String::new(), settings: graph.settings.clone(), nodes, needs, triggers, by_id })
    }

    /// The program of the journey with this id.
    #[must_use]
    pub fn of(mut self, journey: JourneyId) -> Self {
        self.journey = journey.to_string();
        self
    }

    /// The index of the node called `id`.
    #[must_use]
    pub fn index(&self, id: &NodeId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The names of the nodes, for checks of fact paths.
    #[must_use]
    pub fn scope(&self) -> FactScope {
        FactScope { nodes: self.nodes.iter().map(|n| n.id.clone()).collect() }
    }

    /// The names of events that start runs of this version.
    pub fn listens_to(&self) -> impl Iterator<Item = &str> {
        self.triggers
            .iter()
            .flat_map(|(_, trigger)| match trigger {
                Trigger::Event { names, .. } => names.as_slice(),
                _ => &[],
            })
            .map(String::as_str)
    }

    /// The farthest any window of this version looks back, or None when it reads all that is kept.
    #[must_use]
    pub fn longest_window(&self) -> Option<crate::time::Duration> {
        let mut longest = crate::time::Duration::ZERO;
        for horizon in self.needs.events.values() {
            match horizon {
                Horizon::Window(length) => longest = longest.max(*length),
                Horizon::Entry => {}
                Horizon::Ever => return None,
            }
        }
        Some(longest)
    }
}

fn trigger_needs(trigger: &Trigger, needs: &mut Needs) {
    match trigger {
        Trigger::Event { filter, .. } => predicate::needs(filter, needs),
        Trigger::Schedule { audience: Some(audience), .. } | Trigger::Anniversary { audience: Some(audience), .. } => {
            predicate::needs(audience, needs);
        }
        _ => {}
    }
}

/// Marks every node that lies on a cycle: a node that can reach itself.
fn mark_loops(nodes: &mut [ProgramNode]) {
    // Tarjan's strongly connected components, without recursion: a graph may be a chain of a thousand nodes.
    let count = nodes.len();
    let ways: Vec<Vec<usize>> = nodes.iter().map(|n| n.ways.values().copied().collect()).collect();
    let (mut order, mut low) = (vec![usize::MAX; count], vec![usize::MAX; count]);
    let (mut on_stack, mut stack, mut next) = (vec![false; count], Vec::new(), 0);
    for root in 0..count {
        if order[root] != usize::MAX {
            continue;
        }
        let mut work = vec![(root, 0usize)];
        while let Some((node, at)) = work.pop() {
            if at == 0 {
                order[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(&to) = ways[node].get(at) {
                work.push((node, at + 1));
                if order[to] == usize::MAX {
                    work.push((to, 0));
                } else if on_stack[to] {
                    low[node] = low[node].min(order[to]);
                }
                continue;
            }
            if low[node] == order[node] {
                let from = stack.iter().rposition(|&n| n == node).unwrap_or(0);
                let component = stack.split_off(from);
                let cyclic = component.len() > 1 || ways[node].contains(&node);
                for member in component {
                    on_stack[member] = false;
                    nodes[member].looping = cyclic;
                }
            }
            if let Some(&(parent, _)) = work.last() {
                low[parent] = low[parent].min(low[node]);
            }
        }
    }
}
