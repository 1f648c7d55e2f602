//! `condition.if`: two ways, by a predicate.

use crate::description::{Draft, Summary};
use crate::fact::{FactScope, Needs};
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::FieldIssue;
use crate::kind::{Family, Kind, Outcome, Port, StepCx};
use crate::predicate::{self, Predicate};
use serde::{Deserialize, Serialize};

/// Goes `yes` when the predicate holds and `no` when it does not.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct If {
    /// What decides.
    pub predicate: Predicate,
}

/// The ports of a yes-or-no question; a `no` that leads nowhere ends the run, as a filter does.
pub(super) fn yes_or_no() -> Vec<Port> {
    vec![Port::required(PortName::YES), Port::optional(PortName::NO)]
}

impl Kind for If {
    const NAME: &'static str = "condition.if";
    const FAMILY: Family = Family::Condition;
    const LABEL: &'static str = "If";
    const ICON: &'static str = r#"<circle cx="12" cy="18" r="3" /> <circle cx="6" cy="6" r="3" /> <circle cx="18" cy="6" r="3" /> <path d="M18 9v2c0 .6-.4 1-1 1H7c-.6 0-1-.4-1-1V9" /> <path d="M12 12v3" />"#;

    fn fields() -> Vec<Field> {
        vec![Field::new("predicate", "If", FieldType::Predicate).required()]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        Summary::of(draft.when("predicate"))
    }
    fn ports(&self) -> Vec<Port> {
        yes_or_no()
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        predicate::check(&self.predicate, scope, "/predicate")
    }
    fn needs(&self, needs: &mut Needs) {
        predicate::needs(&self.predicate, needs);
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        let verdict = predicate::evaluate(&self.predicate, &cx.facts);
        let port = if verdict.holds { PortName::YES } else { PortName::NO };
        Outcome::Go { port, output: None, why: verdict.why.into() }
    }
}

#[cfg(test)]
mod tests {
    use crate::kinds::stage::{Stage, kind, port, rule, wrong};
    use serde_json::json;

    #[test]
    fn it_goes_yes_or_no_and_says_what_it_saw() {
        let node = kind("condition.if", json!({"predicate": {"fact": "event.properties.value", "is": "gte", "value": 50}}));
        let yes = node.step(&Stage::new().event("Order", json!({"value": 62})).cx());
        assert_eq!(port(&yes), "yes");
        assert!(rule(&yes).contains("62"), "{}", rule(&yes));
        assert_eq!(port(&node.step(&Stage::new().event("Order", json!({"value": 5})).cx())), "no");
        assert_eq!(port(&node.step(&Stage::new().cx())), "no");
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("condition.if", json!({})), ["/predicate"]);
        let nested = json!({"all": [{"fact": "customer.plan", "is": "eq", "value": "pro"}]});
        assert_eq!(wrong("condition.if", json!({"predicate": nested})), ["/predicate/all/0/fact"]);
    }
}
