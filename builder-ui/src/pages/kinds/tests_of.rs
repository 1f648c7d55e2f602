//! Tests of a kind, kept in its file: `/* tests [ … ] */`, each with what is known of a person and what is to come of the step.

use crate::worker::{Ask, Kinds};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tradewind_nodes::fact::{ConsentStatus, Customer, Event, Facts};
use tradewind_nodes::id::{CustomerId, EventId, NodeId, RunId};
use tradewind_nodes::kind::{Outcome, Resume, StepCx};
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::settings::Settings;
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::{Json, JsonMap};

/// Tests of one kind at most.
const MOST: usize = 100;

/// A test.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindTest {
    /// What it shows.
    pub name: String,
    /// The step's fields; what is absent has its default.
    #[serde(default)]
    pub fields: JsonMap,
    /// What is known of the person.
    #[serde(default)]
    pub traits: JsonMap,
    /// His tags.
    #[serde(default)]
    pub tags: BTreeSet<String>,
    /// Consent by `channel/purpose`.
    #[serde(default)]
    pub consent: BTreeMap<String, ConsentStatus>,
    /// The event that started the run.
    #[serde(default)]
    pub event: Option<Began>,
    /// What earlier steps put out.
    #[serde(default)]
    pub steps: JsonMap,
    /// When; the moment of the test when absent.
    #[serde(default)]
    pub now: Option<Timestamp>,
    /// What is to come of it.
    pub expect: Expected,
}

/// An event of a test.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Began {
    /// Its name.
    pub name: String,
    /// What it says.
    #[serde(default)]
    pub properties: JsonMap,
}

/// What is to come of a step; what is absent may be anything.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The way it leaves by.
    #[serde(default)]
    pub port: Option<String>,
    /// What it puts out, at least.
    #[serde(default)]
    pub output: JsonMap,
    /// How it ends otherwise: `sleep`, `exit` or `fail`.
    #[serde(default)]
    pub ends: Option<String>,
}

/// The tests in a file; None when it has none.
///
/// # Errors
/// When they cannot be read: why, with the line.
fn read(source: &str) -> Result<Vec<KindTest>, String> {
    let Some(start) = source.find("/* tests") else { return Ok(Vec::new()) };
    let inside = &source[start + "/* tests".len()..];
    let json = inside.split_once("*/").map_or(inside, |(json, _)| json);
    let before = source[..start].matches('\n').count();
    let tests: Vec<KindTest> =
        serde_json::from_str(json).map_err(|error| format!("line {} column {}: {error}", before + error.line(), error.column()))?;
    Ok(tests.into_iter().take(MOST).collect())
}

/// How do the tests of a kind go?
#[derive(Serialize, Deserialize)]
pub struct KindTesting {
    /// Its file.
    pub source: String,
    /// Its name.
    pub kind: String,
    /// The moment, for tests that name none.
    pub now: Timestamp,
}

impl Ask for KindTesting {
    /// Each by its name with what was expected and what came, when these differ; or why they cannot be read.
    type Answer = Result<Vec<(String, Option<(String, String)>)>, String>;
    fn answer(self, _: &Registry) -> Self::Answer {
        let tests = read(&self.source)?;
        let registry = Kinds(vec![self.source]).registry();
        Ok(tests.into_iter().map(|test| (test.name.clone(), failed(&registry, &self.kind, &test, self.now))).collect())
    }
}

/// What came of a test: nothing when it passed, else what was expected and what came.
fn failed(registry: &Registry, kind: &str, test: &KindTest, now: Timestamp) -> Option<(String, String)> {
    let now = test.now.unwrap_or(now);
    let kind = match registry.parse(kind, &test.fields) {
        Ok(kind) => kind,
        Err(issues) => return Some((wanted(&test.expect), issues.first().map(|issue| issue.message.clone()).unwrap_or_default())),
    };
    let mut customer = Customer::unknown(CustomerId(Default::default()), now);
    (customer.traits, customer.tags, customer.consent) = (test.traits.clone(), test.tags.clone(), test.consent.clone());
    let event = test.event.as_ref().map(|began| Event {
        id: EventId(Default::default()),
        name: began.name.clone(),
        at: now,
        properties: began.properties.clone(),
        context: JsonMap::new(),
    });
    let facts = Facts { customer: Some(&customer), event: event.as_ref(), outputs: &test.steps, ..Facts::empty(now) };
    let (settings, node, wired) =
        (Settings::default(), NodeId::new("test").ok()?, kind.ports().into_iter().map(|port| port.name).collect());
    let cx = StepCx {
        now,
        facts,
        settings: &settings,
        journey: "",
        run: RunId(Default::default()),
        node: &node,
        visit: 1,
        since: now,
        resume: Resume::Enter,
        wired: &wired,
    };
    let came = of(kind.step(&cx));
    (!fits(&test.expect, &came)).then(|| (wanted(&test.expect), came.said))
}

struct Came {
    port: Option<String>,
    output: JsonMap,
    ends: &'static str,
    said: String,
}

fn of(outcome: Outcome) -> Came {
    let left = |port: String, output: Option<JsonMap>| {
        let output = output.unwrap_or_default();
        let said = format!("port {port:?}, output {}", Json::Object(output.clone()));
        Came { port: Some(port), output, ends: "port", said }
    };
    let ended = |ends: &'static str, said: String| Came { port: None, output: JsonMap::new(), ends, said };
    match outcome {
        Outcome::Go { port, output, .. } | Outcome::Command { port, output, .. } => left(port.to_string(), output),
        Outcome::Sleep { until, .. } => ended("sleep", format!("sleep until {until}")),
        Outcome::Exit { end, .. } => ended("exit", format!("exit: {end:?}")),
        Outcome::Fail { problem } => ended("fail", problem.message),
        other => ended("other", format!("{other:?}")),
    }
}

fn fits(expected: &Expected, came: &Came) -> bool {
    let port = expected.port.as_ref().is_none_or(|port| came.port.as_ref() == Some(port));
    let ends = expected.ends.as_ref().is_none_or(|ends| came.ends == ends);
    port && ends && expected.output.iter().all(|(name, value)| came.output.get(name) == Some(value))
}

fn wanted(expected: &Expected) -> String {
    let Expected { port, output, ends } = expected;
    let port = port.as_ref().map(|port| format!("port {port:?}"));
    let output = (!output.is_empty()).then(|| format!("output {}", Json::Object(output.clone())));
    [port, output, ends.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::manifest::BEGINNING;
    use super::*;
    use std::sync::Arc;
    use tradewind_nodes::script::ScriptKind;

    fn registry() -> Registry {
        Registry::with_scripts(vec![Arc::new(ScriptKind::parse(BEGINNING).unwrap())]).unwrap()
    }

    #[test]
    fn what_a_new_kind_begins_with_passes_its_tests() {
        let tests = read(BEGINNING).unwrap();
        assert_eq!(tests.len(), 2);
        for test in &tests {
            assert_eq!(failed(&registry(), "shop.loyalty_tier", test, Timestamp::default()), None, "{}", test.name);
        }
    }

    #[test]
    fn a_test_that_fails_says_what_was_expected_and_what_came() {
        let mut test = read(BEGINNING).unwrap().remove(0);
        test.expect.port = Some("silver".into());
        let (wanted, came) = failed(&registry(), "shop.loyalty_tier", &test, Timestamp::default()).unwrap();
        assert_eq!(wanted, "port \"silver\"");
        assert!(came.starts_with("port \"gold\""), "{came}");
    }

    #[test]
    fn tests_that_cannot_be_read_name_the_line() {
        assert_eq!(read("no tests"), Ok(Vec::new()));
        assert!(read("a\n/* tests [\n{\"nam\": 1}] */").unwrap_err().starts_with("line 3 "));
    }
}
