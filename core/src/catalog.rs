//! What is live: journeys with their compiled versions, and segments, by workspace. A snapshot that all share who read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tradewind_nodes::fact::Needs;
use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_nodes::kind::Trigger;
use tradewind_nodes::predicate::{self, Predicate};
use tradewind_nodes::run::Program;

/// The event of a customer who came into a segment.
pub const SEGMENT_ENTERED: &str = "Segment Entered";
/// The event of a customer who left one.
pub const SEGMENT_LEFT: &str = "Segment Left";

/// Whether a journey lets people in and its people move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// Both.
    Live,
    /// Neither.
    Paused,
    /// Nobody enters; those inside go on.
    Stopped,
}

/// A journey that has a live version.
pub struct LiveJourney {
    /// Its id.
    pub id: JourneyId,
    /// Its address.
    pub slug: String,
    /// Whether it moves.
    pub status: Status,
    /// The number of the live version.
    pub version: u32,
    /// The live version.
    pub program: Arc<Program>,
}

/// All that is live in one workspace.
#[derive(Default)]
pub struct WorkspaceCatalog {
    /// The journeys, by id.
    pub journeys: BTreeMap<JourneyId, Arc<LiveJourney>>,
    /// Journeys by the names of events their triggers listen to.
    pub by_event: HashMap<String, Vec<Arc<LiveJourney>>>,
    /// Journeys with a trigger on a segment, by its name.
    pub by_segment: HashMap<String, Vec<Arc<LiveJourney>>>,
    /// Journeys with an anniversary trigger.
    pub anniversaries: Vec<Arc<LiveJourney>>,
    /// The segments.
    pub segments: Segments,
    /// What journeys read that a crossing of a segment's edge may start.
    pub crossing_needs: Needs,
}

/// All that is live.
#[derive(Default)]
pub struct Catalog {
    /// By workspace.
    pub workspaces: HashMap<WorkspaceId, WorkspaceCatalog>,
}

impl Catalog {
    /// The live version of a journey.
    #[must_use]
    pub fn journey(&self, workspace: WorkspaceId, journey: JourneyId) -> Option<&Arc<LiveJourney>> {
        self.workspaces.get(&workspace)?.journeys.get(&journey)
    }
}

impl WorkspaceCatalog {
    /// Adds a journey that is live.
    pub fn add(&mut self, live: Arc<LiveJourney>) {
        for (_, trigger) in &live.program.triggers {
            if starts_by_crossing(trigger) {
                self.crossing_needs.merge(&live.program.needs);
            }
            match trigger {
                Trigger::Event { names, .. } => {
                    for name in names {
                        listen(self.by_event.entry(name.clone()).or_default(), &live);
                    }
                }
                Trigger::Segment { segment, .. } => listen(self.by_segment.entry(segment.clone()).or_default(), &live),
                Trigger::Anniversary { .. } => listen(&mut self.anniversaries, &live),
                _ => {}
            }
        }
        self.journeys.insert(live.id, live);
    }
}

/// Whether a customer who comes into a segment or leaves one may start a run by this trigger.
fn starts_by_crossing(trigger: &Trigger) -> bool {
    match trigger {
        Trigger::Segment { .. } => true,
        Trigger::Event { names, .. } => names.iter().any(|name| name == SEGMENT_ENTERED || name == SEGMENT_LEFT),
        _ => false,
    }
}

fn listen(listeners: &mut Vec<Arc<LiveJourney>>, live: &Arc<LiveJourney>) {
    if !listeners.iter().any(|other| other.id == live.id) {
        listeners.push(live.clone());
    }
}

/// The segments of a workspace, each after those it refers to: so one evaluation in this order sees every change.
#[derive(Default)]
pub struct Segments {
    ordered: Vec<(String, Predicate)>,
    needs: Needs,
    circles: Vec<Vec<String>>,
}

impl Segments {
    /// Puts definitions in order. Segments that refer to themselves by way of others cannot be evaluated: they are left out and
    /// told by [`Segments::circles`].
    #[must_use]
    pub fn new(definitions: BTreeMap<String, Predicate>) -> Self {
        let mut order = Ordering { definitions: &definitions, placed: BTreeMap::new(), order: Vec::new(), circles: Vec::new() };
        for name in definitions.keys() {
            order.place(name);
        }
        let Ordering { order, circles, .. } = order;
        let mut definitions = definitions;
        let mut segments = Self { circles, ..Self::default() };
        for name in order {
            if let Some(predicate) = definitions.remove(&name) {
                predicate::needs(&predicate, &mut segments.needs);
                segments.ordered.push((name, predicate));
            }
        }
        segments
    }

    /// The segments, each after those it refers to.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Predicate)> {
        self.ordered.iter().map(|(name, predicate)| (name.as_str(), predicate))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ordered.is_empty()
    }

    /// What they read.
    #[must_use]
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// Segments that refer to themselves by way of others, each circle by its names in order.
    #[must_use]
    pub fn circles(&self) -> &[Vec<String>] {
        &self.circles
    }
}

/// The circle that `name` would close if it were defined by `predicate` beside these others; None when there is none.
#[must_use]
pub fn circle(others: &BTreeMap<String, Predicate>, name: &str, predicate: &Predicate) -> Option<Vec<String>> {
    let mut definitions = others.clone();
    definitions.insert(name.to_owned(), predicate.clone());
    Segments::new(definitions).circles.into_iter().find(|circle| circle.iter().any(|member| member == name))
}

#[derive(Clone, Copy, PartialEq)]
enum Placed {
    UnderWay,
    Done,
    InCircle,
}

struct Ordering<'a> {
    definitions: &'a BTreeMap<String, Predicate>,
    placed: BTreeMap<&'a str, Placed>,
    order: Vec<String>,
    circles: Vec<Vec<String>>,
}

impl<'a> Ordering<'a> {
    /// Places what `name` refers to and then itself. Without recursion: anybody who may define segments decides how long a chain is.
    fn place(&mut self, name: &'a str) {
        let mut way: Vec<(&'a str, std::vec::IntoIter<&'a str>)> = Vec::new();
        way.extend(self.enter(name));
        while let Some((current, referred)) = way.last_mut() {
            let current = *current;
            let Some(other) = referred.next() else {
                way.pop();
                if self.placed.get(current) == Some(&Placed::UnderWay) {
                    self.placed.insert(current, Placed::Done);
                    self.order.push(current.to_owned());
                }
                continue;
            };
            // Under way it is among those that lead here, also where it was found in another circle already.
            match way.iter().position(|(step, _)| *step == other) {
                Some(from) => {
                    self.placed.extend(way[from..].iter().map(|(member, _)| (*member, Placed::InCircle)));
                    let circle: Vec<String> = way[from..].iter().map(|(member, _)| (*member).to_owned()).collect();
                    if !self.circles.contains(&circle) {
                        self.circles.push(circle);
                    }
                }
                None => way.extend(self.enter(other)),
            }
        }
    }

    /// A segment that was not met before, and those it refers to.
    fn enter(&mut self, name: &'a str) -> Option<(&'a str, std::vec::IntoIter<&'a str>)> {
        if self.placed.contains_key(name) {
            return None;
        }
        let mut referred = Vec::new();
        references(self.definitions.get(name)?, &mut referred);
        self.placed.insert(name, Placed::UnderWay);
        Some((name, referred.into_iter()))
    }
}

/// The segments that a predicate names.
fn references<'a>(predicate: &'a Predicate, found: &mut Vec<&'a str>) {
    match predicate {
        Predicate::All { all: parts } | Predicate::Any { any: parts } => parts.iter().for_each(|part| references(part, found)),
        Predicate::Not { not } => references(not, found),
        Predicate::Segment { segment } => found.push(segment),
        Predicate::Collection(test) => test.filter.iter().chain(&test.latest).for_each(|inner| references(inner, found)),
        Predicate::Fact(_) | Predicate::Consent { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn definitions(of: &[(&str, &[&str])]) -> BTreeMap<String, Predicate> {
        let refers = |names: &[&str]| {
            let parts: Vec<_> = names.iter().map(|name| json!({"not": {"segment": name}})).collect();
            serde_json::from_value(json!({ "all": parts })).unwrap()
        };
        of.iter().map(|(name, names)| ((*name).to_owned(), refers(names))).collect()
    }

    fn order(segments: &Segments) -> Vec<&str> {
        segments.iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn a_segment_comes_after_those_it_refers_to_whatever_they_are_called() {
        let segments = Segments::new(definitions(&[("a", &["c", "b"]), ("b", &["c"]), ("c", &[]), ("d", &["a", "gone"])]));
        assert_eq!(order(&segments), ["c", "b", "a", "d"]);
        assert!(segments.circles().is_empty());
    }

    #[test]
    fn segments_that_refer_to_themselves_are_left_out_and_named() {
        let of = definitions(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"]), ("d", &["d"]), ("e", &[])]);
        let segments = Segments::new(of);
        assert_eq!(order(&segments), ["a", "e"], "what refers to a circle is evaluated, and finds nobody inside it");
        assert_eq!(segments.circles(), [vec!["b".to_owned(), "c".to_owned()], vec!["d".to_owned()]]);
    }

    #[test]
    fn a_chain_of_any_length_is_put_in_order() {
        let names: Vec<String> = (0..20_000).map(|n| format!("{n:05}")).collect();
        let of = names.windows(2).map(|two| (two[0].clone(), serde_json::from_value(json!({ "segment": two[1] })).unwrap()));
        let segments = Segments::new(of.chain([(names[19_999].clone(), Predicate::default())]).collect());
        assert_eq!(order(&segments).len(), 20_000);
        assert_eq!(order(&segments)[0], "19999", "the one that refers to none comes first");
    }

    #[test]
    fn the_circle_a_definition_would_close_is_found_before_it_is_stored() {
        let others = definitions(&[("a", &["b"]), ("b", &[]), ("c", &[])]);
        let refers = |name: &str| serde_json::from_value::<Predicate>(json!({ "segment": name })).unwrap();
        assert_eq!(circle(&others, "b", &refers("a")), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(circle(&others, "b", &refers("c")), None);
    }
}
