//! The scenario tests kept with a journey, played here, and what they cover together.

use crate::api::scenarios::Kept;
use crate::worker::Ask;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tradewind_core::simulate::{Coverage, Journey, Reached, Scenario, play};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::run::Program;

/// How a test went.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// The name of its file.
    pub name: String,
    /// What it shows, in words.
    pub title: String,
    /// Where what came differs from what was expected; none when all is as expected.
    pub failures: Vec<String>,
}

/// How all tests went.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Suite {
    /// One by one.
    pub verdicts: Vec<Verdict>,
    /// Everything they came to.
    pub reached: Vec<Reached>,
    /// What they did not, as `node` or `node:port`; None when the graph cannot run.
    pub missing: Option<Vec<String>>,
}

impl Suite {
    /// How many ways out of steps they took, and how many there are.
    #[must_use]
    pub fn ways(&self) -> (usize, usize) {
        let taken = self.reached.iter().filter(|reached| reached.port.is_some()).count();
        let open = self.missing.iter().flatten().filter(|place| place.contains(':')).count();
        (taken, taken + open)
    }

    /// How many steps they came to.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.reached.iter().filter(|reached| reached.port.is_none()).count()
    }

    /// How many tests passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.failures.is_empty()).count()
    }
}

/// How do the tests of a journey go?
#[derive(Serialize, Deserialize)]
pub struct Testing {
    /// The journey's slug.
    pub slug: String,
    /// The journey.
    pub graph: Arc<Graph>,
    /// Its tests.
    pub kept: Vec<Kept>,
}

impl Ask for Testing {
    type Answer = Suite;
    fn answer(self, kinds: &Registry) -> Suite {
        run(&self.slug, &self.graph, kinds, &self.kept)
    }
}

/// Plays them all.
#[must_use]
pub fn run(slug: &str, graph: &Graph, registry: &Registry, kept: &[Kept]) -> Suite {
    let mut coverage = Coverage::default();
    let verdicts = kept.iter().map(|kept| {
        let (title, failures) = match Scenario::parse(&kept.body.to_string()) {
            Ok(scenario) => match play(slug, graph, registry, &scenario) {
                Ok(played) => {
                    coverage.add(played.reached());
                    (scenario.name, played.failures)
                }
                Err(problem) => (scenario.name, vec![problem.message]),
            },
            Err(error) => (kept.name.clone(), vec![error.to_string()]),
        };
        Verdict { name: kept.name.clone(), title, failures }
    });
    let verdicts: Vec<Verdict> = verdicts.collect();
    let program = Program::compile(graph, registry).ok();
    let journey = program.map(|program| Journey { slug: slug.to_owned(), program: Arc::new(program) });
    let missing = journey.as_ref().map(|journey| coverage.missing(journey));
    Suite { verdicts, reached: coverage.reached(), missing }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tests_tell_what_differs_and_what_they_come_to() {
        let graph: Graph = serde_json::from_value(json!({
            "nodes": [
                {"id": "start", "kind": "trigger.event", "config": {"events": ["A"]}},
                {"id": "vip", "kind": "condition.if", "config": {"predicate": {"fact": "customer.vip", "is": "eq", "value": true}}},
            ],
            "edges": [{"from": "start", "port": "next", "to": "vip"}],
        }))
        .unwrap();
        let test = |name: &str, steps: &[&str]| {
            let body = json!({"name": name, "start": "2026-03-02T10:00:00Z", "customer": {"user_id": "ada"},
                "given": [{"at": "0s", "event": "A"}], "expect": {"steps": steps}});
            Kept { name: name.into(), body }
        };
        let kept =
            [test("right", &["start", "vip:no"]), test("wrong", &["start", "vip:yes"]), Kept { name: "broken".into(), body: json!({}) }];
        let suite = run("a", &graph, &Registry::builtin(), &kept);
        assert_eq!(suite.passed(), 1);
        assert!(!suite.verdicts[1].failures.is_empty() && !suite.verdicts[2].failures.is_empty());
        assert_eq!(suite.missing.as_deref(), Some(&["vip:yes".to_owned()][..]));
        assert_eq!((suite.steps(), suite.ways()), (2, (2, 3)));
    }
}
