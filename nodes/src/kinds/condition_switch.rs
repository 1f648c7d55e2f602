//! `condition.switch`: many ways, the first whose predicate holds.

use super::ports;
use crate::description::{Draft, Part, Summary};
use crate::fact::{FactScope, Needs};
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode};
use crate::kind::{Family, Kind, Outcome, Port, StepCx};
use crate::predicate::{self, Predicate};
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// The way taken when no case holds.
const ELSE: PortName = PortName::fixed("else");
/// The most cases of one node.
const MOST: usize = 20;

/// Goes by the first case that holds, or by `else`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// The cases, in the order in which they are tried.
    pub cases: Vec<Case>,
}

/// One way of a [`Switch`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The port's name.
    pub port: String,
    /// What a person calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// When it is taken.
    pub when: Predicate,
}

impl Kind for Switch {
    const NAME: &'static str = "condition.switch";
    const FAMILY: Family = Family::Condition;
    const LABEL: &'static str = "Choose a way";
    const ICON: &'static str = r#"<path d="M12 13v8" /> <path d="M12 3v3" /> <path d="M18 6a2 2 0 0 1 1.387.56l2.307 2.22a1 1 0 0 1 0 1.44l-2.307 2.22A2 2 0 0 1 18 13H6a2 2 0 0 1-1.387-.56l-2.306-2.22a1 1 0 0 1 0-1.44l2.306-2.22A2 2 0 0 1 6 6z" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("cases", "Cases", FieldType::Cases)
                .required()
                .begins(serde_json::json!([{"port": "first", "when": {"any": []}}]))
                .help("The first that holds is taken; else when none does."),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        Summary::default().with([Part::said("ways", [("n", Part::Count(draft.items("cases").len()))])])
    }
    fn ports(&self) -> Vec<Port> {
        let cases = self.cases.iter().map(|case| Port::required(PortName::new(case.port.clone())));
        cases.chain([Port::optional(ELSE)]).collect()
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        let names = self.cases.iter().enumerate().map(|(i, case)| (case.port.as_str(), format!("/cases/{i}/port")));
        let mut issues = ports::check(names, &[ELSE.as_str()]);
        if self.cases.len() > MOST {
            let message = format!("{} cases are given and {MOST} are allowed: split them over two nodes", self.cases.len());
            issues.push(FieldIssue::new("/cases", IssueCode::TooLarge, message));
        }
        let whens = self.cases.iter().enumerate();
        issues.extend(whens.flat_map(|(i, case)| predicate::check(&case.when, scope, &format!("/cases/{i}/when"))));
        issues
    }
    fn needs(&self, needs: &mut Needs) {
        for case in &self.cases {
            predicate::needs(&case.when, needs);
        }
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        let mut refused = Vec::new();
        for case in &self.cases {
            let verdict = predicate::evaluate(&case.when, &cx.facts);
            if verdict.holds {
                let name = case.label.as_ref().unwrap_or(&case.port).clone();
                let why = Why::Case { name, finding: Box::new(verdict.why) };
                return Outcome::Go { port: PortName::new(case.port.clone()), output: None, why };
            }
            refused.push((case.port.clone(), verdict.why));
        }
        Outcome::Go { port: ELSE, output: None, why: Why::NoCase(refused) }
    }
}

#[cfg(test)]
mod tests {
    use crate::kinds::stage::{Stage, kind, port, rule, wrong};
    use serde_json::{Value, json};

    fn country(is: &str) -> Value {
        json!({"fact": "customer.country", "is": "eq", "value": is})
    }

    #[test]
    fn the_first_case_that_holds_is_taken() {
        let cases = json!([{"port": "de", "label": "Germany", "when": country("DE")}, {"port": "any", "when": {"fact": "customer.country", "is": "exists"}}]);
        let node = kind("condition.switch", json!({"cases": cases}));
        let german = Stage::new().has("country", "DE");
        let outcome = node.step(&german.cx());
        assert_eq!(port(&outcome), "de");
        assert!(rule(&outcome).starts_with("Germany: "), "{}", rule(&outcome));
        assert_eq!(port(&node.step(&Stage::new().has("country", "FR").cx())), "any");
        let none = node.step(&Stage::new().cx());
        assert_eq!(port(&none), "else");
        assert!(rule(&none).contains("de: ") && rule(&none).contains("any: "), "{}", rule(&none));
        assert_eq!(
            node.ports().iter().map(|p| (p.name.as_str().to_owned(), p.required)).collect::<Vec<_>>(),
            [("de".to_owned(), true), ("any".to_owned(), true), ("else".to_owned(), false)]
        );
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("condition.switch", json!({"cases": []})), ["/cases"]);
        assert_eq!(wrong("condition.switch", json!({"cases": [{"port": "a"}]})), ["/cases/0/when"]);
        let twice =
            json!([{"port": "a", "when": country("DE")}, {"port": "a", "when": country("FR")}, {"port": "else", "when": country("IT")}]);
        assert_eq!(wrong("condition.switch", json!({"cases": twice})), ["/cases/1/port", "/cases/2/port"]);
        let unknown = json!([{"port": "a", "when": {"fact": "land", "is": "exists"}}]);
        assert_eq!(wrong("condition.switch", json!({"cases": unknown})), ["/cases/0/when/fact"]);
        let many: Vec<_> = (0..21).map(|i| json!({"port": format!("p{i}"), "when": country("DE")})).collect();
        assert_eq!(wrong("condition.switch", json!({"cases": many})), ["/cases"]);
    }
}
