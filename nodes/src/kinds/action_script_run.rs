//! `script.run`: a step written in Rhai.

use super::ports;
use crate::JsonMap;
use crate::fact::FactScope;
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode};
use crate::kind::{Family, Kind, Outcome, Port, StepCx};
use crate::script;
use crate::time::Span;
use serde::{Deserialize, Serialize};

/// The most ways of one node.
const MOST: usize = 20;

/// Runs a script, which chooses the way.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptRun {
    /// The script.
    pub source: String,
    /// The ways it may go.
    #[serde(default = "next")]
    pub ports: Vec<String>,
}

fn next() -> Vec<String> {
    vec![PortName::NEXT.to_string()]
}

impl Kind for ScriptRun {
    const NAME: &'static str = "script.run";
    const FAMILY: Family = Family::Action;
    const LABEL: &'static str = "Run a script";
    const ICON: &'static str = r#"<path d="m18 16 4-4-4-4" /> <path d="m6 8-4 4 4 4" /> <path d="m14.5 4-5 16" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("source", "Script", FieldType::Script).required().begins("go(\"next\")\n"),
            Field::new("ports", "Ways out", FieldType::Texts).or(next()).help("The script goes by one of these."),
        ]
    }
    fn ports(&self) -> Vec<Port> {
        let named = self.ports.iter().map(|name| Port::optional(PortName::new(name.clone())));
        named.chain([Port::optional(PortName::FAILED)]).collect()
    }
    fn check(&self, _: &FactScope) -> Vec<FieldIssue> {
        let mut issues = script::check(&self.source, "/source");
        let names = self.ports.iter().enumerate().map(|(i, name)| (name.as_str(), format!("/ports/{i}")));
        issues.extend(ports::check(names, &[PortName::FAILED.as_str()]));
        if self.ports.is_empty() {
            issues.push(FieldIssue::new("/ports", IssueCode::Missing, "the script has no way out: name one, or remove the field for next"));
        }
        if self.ports.len() > MOST {
            let message = format!("{} ways out are given and {MOST} are allowed: leave some out", self.ports.len());
            issues.push(FieldIssue::new("/ports", IssueCode::TooLarge, message));
        }
        issues
    }
    // How long a script sleeps is its own affair; that it may is seen.
    fn takes(&self, _: &PortName) -> Span {
        if self.source.contains("sleep") { Span::OPEN } else { Span::ZERO }
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        script::step(&self.source, cx, &JsonMap::new(), &self.ports())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::stage::{Stage, kind, port, wrong};
    use serde_json::json;

    #[test]
    fn the_script_chooses_the_way() {
        let source = "#{port: if event.properties.total > 10 { \"big\" } else { \"small\" }}";
        let node = kind("script.run", json!({"source": source, "ports": ["big", "small"]}));
        let stage = |total: i64| Stage::new().event("Order", json!({"total": total}));
        assert_eq!(port(&node.step(&stage(62).cx())), "big");
        assert_eq!(port(&node.step(&stage(2).cx())), "small");
        let names: Vec<_> = node.ports().into_iter().map(|p| p.name.to_string()).collect();
        assert_eq!(names, ["big", "small", "failed"]);
        assert_eq!(port(&kind("script.run", json!({"source": "()"})).step(&Stage::new().cx())), "next");
    }

    #[test]
    fn a_script_that_goes_wrong_fails() {
        let outcome = kind("script.run", json!({"source": "throw \"no\""})).step(&Stage::new().cx());
        assert!(matches!(outcome, Outcome::Fail { .. }), "{outcome:?}");
        let elsewhere = kind("script.run", json!({"source": "#{port: \"away\"}"})).step(&Stage::new().cx());
        assert!(matches!(elsewhere, Outcome::Fail { .. }), "{elsewhere:?}");
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("script.run", json!({"ports": "next"})), ["/source", "/ports"]);
        assert_eq!(wrong("script.run", json!({"source": "let x = ;", "ports": ["a", "a", "failed"]})), ["/source", "/ports/1", "/ports/2"]);
        assert_eq!(wrong("script.run", json!({"source": "1", "ports": []})), ["/ports"]);
    }
}
