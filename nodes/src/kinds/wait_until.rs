//! `wait.until`: until a predicate holds, exactly and without polling.

use super::delay_for::check_length;
use crate::description::{Draft, Part, Summary};
use crate::fact::{FactScope, Needs};
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::FieldIssue;
use crate::kind::{Family, Kind, Outcome, Port, Resume, StepCx};
use crate::predicate::{self, Predicate};
use crate::time::{Duration, Span};
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// Goes `yes` the moment the predicate holds, or `timeout`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitUntil {
    /// What must hold.
    pub predicate: Predicate,
    /// How long at most; for ever when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

impl Kind for WaitUntil {
    const NAME: &'static str = "wait.until";
    const FAMILY: Family = Family::Delay;
    const LABEL: &'static str = "Wait until something holds";
    const ICON: &'static str = r#"<path d="M5 22h14" /> <path d="M5 2h14" /> <path d="M17 22v-4.172a2 2 0 0 0-.586-1.414L12 12l-4.414 4.414A2 2 0 0 0 7 17.828V22" /> <path d="M7 2v4.172a2 2 0 0 0 .586 1.414L12 12l4.414-4.414A2 2 0 0 0 17 6.172V2" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("predicate", "Until", FieldType::Predicate).required(),
            Field::new("timeout", "At most", FieldType::Duration).help("For ever when empty."),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        let until = draft.when("predicate").map(|what| Part::said("until", [("what", what)]));
        let bound = if draft.0.contains_key("timeout") { draft.at_most("timeout") } else { Some(Part::said("for_ever", [])) };
        Summary::of(until).with(bound)
    }
    fn ports(&self) -> Vec<Port> {
        let timeout = self.timeout.map(|_| Port::optional(PortName::TIMEOUT));
        [Port::optional(PortName::YES)].into_iter().chain(timeout).collect()
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        let mut issues = predicate::check(&self.predicate, scope, "/predicate");
        issues.extend(self.timeout.and_then(|timeout| check_length(timeout, "/timeout")));
        issues
    }
    fn needs(&self, needs: &mut Needs) {
        predicate::needs(&self.predicate, needs);
    }
    fn takes(&self, port: &PortName) -> Span {
        if *port == PortName::TIMEOUT { self.timeout.map_or(Span::OPEN, Span::exactly) } else { Span::up_to(self.timeout) }
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        let verdict = predicate::evaluate(&self.predicate, &cx.facts);
        // Asked even when the time is up: what came true at the deadline itself came in time.
        if verdict.holds {
            return Outcome::Go { port: PortName::YES, output: None, why: verdict.why.into() };
        }
        if let (Resume::TimedOut, Some(timeout)) = (cx.resume, self.timeout) {
            let why = Why::StillNot { after: timeout, finding: Box::new(verdict.why) };
            return Outcome::Go { port: PortName::TIMEOUT, output: None, why };
        }
        let deadline = self.timeout.map(|timeout| cx.since.plus(timeout));
        Outcome::AwaitChange { check_at: verdict.changes_at, deadline, why: Why::NotYet(verdict.why) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::stage::{Stage, at, kind, port, rule, wrong};
    use serde_json::json;

    #[test]
    fn it_waits_for_a_change_and_goes_when_it_holds() {
        let node = kind("wait.until", json!({"predicate": {"fact": "customer.traits.plan", "is": "eq", "value": "pro"}, "timeout": "2d"}));
        let stage = Stage::new();
        let waits = node.step(&stage.cx());
        assert!(matches!(waits, Outcome::AwaitChange { check_at: None, deadline: Some(d), .. } if d == at("2026-11-25T09:00:00Z")));
        let pro = Stage::new().has("plan", "pro");
        assert_eq!(port(&node.step(&pro.resumed(Resume::Changed))), "yes");
        assert_eq!(port(&node.step(&pro.cx())), "yes");
        assert_eq!(port(&node.step(&pro.resumed(Resume::TimedOut))), "yes");
        let late = node.step(&stage.resumed(Resume::TimedOut));
        assert_eq!(port(&late), "timeout");
        assert!(rule(&late).starts_with("still not after 2d: "), "{}", rule(&late));
    }

    #[test]
    fn time_alone_wakes_it_at_the_instant_the_answer_changes() {
        let node =
            kind("wait.until", json!({"predicate": {"fact": "customer.traits.last_order", "is": "longer_ago_than", "value": "60d"}}));
        let outcome = node.step(&Stage::new().has("last_order", "2026-11-01T12:00:00Z").cx());
        let Outcome::AwaitChange { check_at: Some(check), deadline: None, .. } = outcome else { panic!("{outcome:?}") };
        assert!(check.since(at("2026-12-31T12:00:00Z")).micros().abs() <= 1, "{check}");
        assert_eq!(node.ports().len(), 1);
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("wait.until", json!({"timeout": "soon"})), ["/predicate", "/timeout"]);
        let bad = json!({"predicate": {"fact": "plan", "is": "exists"}, "timeout": "-1d"});
        assert_eq!(wrong("wait.until", bad), ["/predicate/fact", "/timeout"]);
    }
}
