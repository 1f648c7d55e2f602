//! `trigger.journey`: another journey's `journey.start` starts a run.

use super::trigger_api::enter;
use crate::field::Field;
use crate::id::PortName;
use crate::kind::{Family, Kind, Outcome, Port, StepCx, Trigger};
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// Starts a run when another journey asks for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnJourney {}

impl Kind for OnJourney {
    const NAME: &'static str = "trigger.journey";
    const FAMILY: Family = Family::Trigger;
    const LABEL: &'static str = "When another journey starts it";
    const ICON: &'static str = r#"<rect width="8" height="8" x="3" y="3" rx="2" /> <path d="M7 11v4a2 2 0 0 0 2 2h4" /> <rect width="8" height="8" x="13" y="13" rx="2" />"#;

    fn fields() -> Vec<Field> {
        Vec::new()
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::required(PortName::NEXT)]
    }
    fn trigger(&self) -> Option<Trigger> {
        Some(Trigger::Journey)
    }
    fn step(&self, _: &StepCx<'_>) -> Outcome {
        enter(Why::StartedByJourney)
    }
}

#[cfg(test)]
mod tests {
    use crate::kind::Trigger;
    use crate::kinds::stage::{Stage, kind, port, wrong};
    use serde_json::json;

    #[test]
    fn it_goes_next_and_takes_no_fields() {
        let node = kind("trigger.journey", json!({}));
        assert_eq!(port(&node.step(&Stage::new().cx())), "next");
        assert_eq!(node.trigger(), Some(Trigger::Journey));
        assert_eq!(wrong("trigger.journey", json!({"journey": "x"})), ["/journey"]);
    }
}
