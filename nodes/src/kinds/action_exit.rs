//! `exit`: the run ends here.

use crate::description::{Draft, Summary};
use crate::field::{Field, FieldType};
use crate::kind::{End, Family, Kind, Outcome, Port, StepCx};
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// Ends the run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exit {
    /// Why, in words; shown in the run's history and counted in reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Kind for Exit {
    const NAME: &'static str = "exit";
    const FAMILY: Family = Family::Action;
    const LABEL: &'static str = "End the journey";
    const ICON: &'static str = r#"<path d="m16 17 5-5-5-5" /> <path d="M21 12H9" /> <path d="M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4" />"#;

    fn fields() -> Vec<Field> {
        vec![Field::new("reason", "Reason", FieldType::Text).help("Shown in the history and counted in reports.")]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        Summary::default().with(draft.words("reason"))
    }
    fn ports(&self) -> Vec<Port> {
        Vec::new()
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        let (reason, why) = match &self.reason {
            Some(reason) => (reason.clone(), Why::EndsFor(reason.clone())),
            None => (format!("came to {}", cx.node), Why::EndsAt(cx.node.clone())),
        };
        Outcome::Exit { end: End::Exited { reason }, commands: Vec::new(), why }
    }
}

#[cfg(test)]
mod tests {
    use crate::kind::{End, Outcome};
    use crate::kinds::stage::{Stage, kind, rule, wrong};
    use serde_json::json;

    #[test]
    fn it_ends_the_run_with_its_reason() {
        let outcome = kind("exit", json!({"reason": "bought"})).step(&Stage::new().cx());
        assert_eq!(rule(&outcome), "the run ends here: bought");
        assert!(matches!(outcome, Outcome::Exit { end: End::Exited { reason }, .. } if reason == "bought"));
        let plain = kind("exit", json!({})).step(&Stage::new().cx());
        assert_eq!(rule(&plain), "the run ends here: came to n1");
        assert!(kind("exit", json!({})).ports().is_empty());
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("exit", json!({"reason": 1})), ["/reason"]);
        assert_eq!(wrong("exit", json!({"why": "x"})), ["/why"]);
    }
}
