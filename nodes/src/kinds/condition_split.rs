//! `condition.split`: ways by chance, the same for a person each time.

use super::ports;
use crate::description::{Draft, Part, Summary};
use crate::fact::FactScope;
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode};
use crate::kind::{Family, Kind, Outcome, Port, StepCx};
use crate::why::Why;
use crate::{Json, JsonMap};
use serde::{Deserialize, Serialize};

/// The way of those kept apart, to compare with.
const HOLDOUT: PortName = PortName::fixed("holdout");
/// The most ways of one node.
const MOST: usize = 20;

/// Goes by a way drawn with its weight; a person draws the same number each time he comes, in every version.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The ways.
    pub ways: Vec<Way>,
    /// Percent of all who are kept apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout: Option<f64>,
    /// What the draw depends on besides the person; the journey and the node when absent. Two nodes with one salt draw alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
}

/// One way of a [`Split`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// The port's name.
    pub port: String,
    /// Its share is this over the sum of all.
    pub weight: f64,
}

impl Split {
    /// The way of a draw in `0.0..1.0`. The holdout takes its share first and the ways divide the rest, so that changing the ways
    /// moves nobody into or out of the holdout.
    fn way(&self, draw: f64) -> Option<&Way> {
        let held = self.holdout.unwrap_or_default() / 100.0;
        if draw < held {
            return None;
        }
        let total: f64 = self.ways.iter().map(|way| way.weight).sum();
        let mark = (draw - held) / (1.0 - held) * total;
        let mut upper = 0.0;
        let hit = self.ways.iter().find(|way| {
            upper += way.weight;
            mark < upper
        });
        // Sums of fractions may end a hair below the total: the last way with a weight closes the gap.
        hit.or_else(|| self.ways.iter().rev().find(|way| way.weight > 0.0))
    }
}

impl Kind for Split {
    const NAME: &'static str = "condition.split";
    const FAMILY: Family = Family::Condition;
    const LABEL: &'static str = "Split at random";
    const ICON: &'static str = r#"<path d="m18 14 4 4-4 4" /> <path d="m18 2 4 4-4 4" /> <path d="M2 18h1.973a4 4 0 0 0 3.3-1.7l5.454-8.6a4 4 0 0 1 3.3-1.7H22" /> <path d="M2 6h1.972a4 4 0 0 1 3.6 2.2" /> <path d="M22 18h-6.041a4 4 0 0 1-3.3-1.8l-.359-.45" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("ways", "Ways", FieldType::Weights)
                .required()
                .begins(serde_json::json!([{"port": "a", "weight": 1}, {"port": "b", "weight": 1}])),
            Field::new("holdout", "Holdout, percent", FieldType::Number).help("So many go by holdout, to compare with."),
            Field::new("salt", "Draw name", FieldType::Text).help("Nodes with one draw name send a person the same way."),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        let weight = |way: &Json| way.get("weight").and_then(Json::as_f64).unwrap_or(0.0);
        let ways = draft.items("ways");
        let sum: f64 = ways.iter().map(weight).sum();
        let holdout = draft.number("holdout").unwrap_or(0.0) / 100.0;
        let share = |port: &str, share: f64| Part::joined(" ", [Part::Port(port.to_owned()), Part::Share(share)]);
        let port = |way: &Json| way.get("port").and_then(Json::as_str).unwrap_or("–").to_owned();
        let drawn = ways.iter().filter(|_| sum > 0.0).map(|way| share(&port(way), weight(way) / sum * (1.0 - holdout)));
        let held_out = (holdout > 0.0).then(|| share("holdout", holdout));
        Summary::default().with([Part::joined(", ", drawn.chain(held_out))])
    }
    fn ports(&self) -> Vec<Port> {
        let ways = self.ways.iter().map(|way| Port::required(PortName::new(way.port.clone())));
        ways.chain(self.holdout.map(|_| Port::optional(HOLDOUT))).collect()
    }
    fn check(&self, _: &FactScope) -> Vec<FieldIssue> {
        let names = self.ways.iter().enumerate().map(|(i, way)| (way.port.as_str(), format!("/ways/{i}/port")));
        let mut issues = ports::check(names, &[HOLDOUT.as_str()]);
        for (i, way) in self.ways.iter().enumerate().filter(|(_, way)| !(0.0..=1e6).contains(&way.weight)) {
            let message = format!("weight of {} cannot be {}: write a number from 0 to 1000000", way.port, way.weight);
            issues.push(FieldIssue::new(format!("/ways/{i}/weight"), IssueCode::Invalid, message));
        }
        if self.ways.iter().all(|way| way.weight == 0.0) {
            issues.push(FieldIssue::new("/ways", IssueCode::Invalid, "no way has a weight: give one at least more than 0"));
        }
        if self.ways.len() > MOST {
            let message = format!("{} ways are given and {MOST} are allowed: leave some out", self.ways.len());
            issues.push(FieldIssue::new("/ways", IssueCode::TooLarge, message));
        }
        if let Some(percent) = self.holdout.filter(|percent| !(0.0..100.0).contains(percent)) {
            let message = format!("holdout cannot be {percent}: write a percentage from 0 to less than 100");
            issues.push(FieldIssue::new("/holdout", IssueCode::Invalid, message));
        }
        issues
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        // Copies of a journey keep the ids of its nodes: the same people would be kept apart in each of them.
        let own = || if cx.journey.is_empty() { cx.node.to_string() } else { format!("{}/{}", cx.journey, cx.node) };
        let draw = cx.sticky(&self.salt.clone().unwrap_or_else(own));
        let port = self.way(draw).map_or(HOLDOUT, |way| PortName::new(way.port.clone()));
        let why = Why::Drew { draw, port: port.clone() };
        let mut output = JsonMap::new();
        output.insert("way".to_owned(), port.as_str().into());
        Outcome::Go { port, output: Some(output), why }
    }
}

#[cfg(test)]
mod tests {
    use crate::kinds::stage::{Stage, kind, output, port, rule, wrong};
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn shares_follow_the_weights_and_stick_to_the_person() {
        let node = kind("condition.split", json!({"ways": [{"port": "a", "weight": 3}, {"port": "b", "weight": 1}], "holdout": 20}));
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for n in 1..=4000 {
            let stage = Stage::new().person(n);
            let first = node.step(&stage.cx());
            assert_eq!(first, node.step(&stage.cx()), "one person draws the same each time");
            assert_eq!(output(&first)["way"], port(&first));
            *seen.entry(port(&first).to_owned()).or_default() += 1;
        }
        for (way, share) in [("a", 2400), ("b", 800), ("holdout", 800)] {
            assert!(seen[way].abs_diff(share) < 120, "{seen:?}");
        }
    }

    #[test]
    fn nodes_with_one_salt_draw_alike_and_the_why_says_the_draw() {
        let ways = json!([{"port": "a", "weight": 1}, {"port": "b", "weight": 1}]);
        let salted = kind("condition.split", json!({"ways": ways, "salt": "n1"}));
        let plain = kind("condition.split", json!({"ways": ways}));
        let stage = Stage::new();
        assert_eq!(salted.step(&stage.cx()), plain.step(&stage.cx()), "the node is called n1");
        assert!(rule(&plain.step(&stage.cx())).starts_with("drew 0."));
        assert_eq!(plain.ports().len(), 2);
    }

    #[test]
    fn copies_of_a_journey_draw_on_their_own() {
        let node = kind("condition.split", json!({"ways": [{"port": "a", "weight": 1}, {"port": "b", "weight": 1}]}));
        let same = (1..=400).filter(|n| {
            let stage = Stage::new().person(*n);
            let (one, other) =
                (crate::kind::StepCx { journey: "one", ..stage.cx() }, crate::kind::StepCx { journey: "other", ..stage.cx() });
            port(&node.step(&one)) == port(&node.step(&other))
        });
        // The same people kept apart in every journey would be compared with themselves.
        assert!(same.count().abs_diff(200) < 50);
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("condition.split", json!({})), ["/ways"]);
        assert_eq!(wrong("condition.split", json!({"ways": [{"port": "a", "weight": "x"}]})), ["/ways/0/weight"]);
        assert_eq!(wrong("condition.split", json!({"ways": [{"port": "a", "weight": 0}]})), ["/ways"]);
        let bad = json!({"ways": [{"port": "a", "weight": -1}, {"port": "holdout", "weight": 1}], "holdout": 100});
        assert_eq!(wrong("condition.split", bad), ["/ways/1/port", "/ways/0/weight", "/holdout"]);
    }
}
