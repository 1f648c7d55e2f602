//! `trigger.api`: a call of the API starts a run.

use crate::field::Field;
use crate::id::PortName;
use crate::kind::{Family, Kind, Outcome, Port, StepCx, Trigger};
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// Starts a run when the API is asked to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnApi {}

/// How every trigger steps: the run has begun, so it goes on.
pub(super) fn enter(why: Why) -> Outcome {
    Outcome::Go { port: PortName::NEXT, output: None, why }
}

impl Kind for OnApi {
    const NAME: &'static str = "trigger.api";
    const FAMILY: Family = Family::Trigger;
    const LABEL: &'static str = "When the API starts it";
    const ICON: &'static str =
        r#"<path d="M12 22v-5" /> <path d="M9 8V2" /> <path d="M15 8V2" /> <path d="M18 8v5a4 4 0 0 1-4 4h-4a4 4 0 0 1-4-4V8Z" />"#;

    fn fields() -> Vec<Field> {
        Vec::new()
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::required(PortName::NEXT)]
    }
    fn trigger(&self) -> Option<Trigger> {
        Some(Trigger::Api)
    }
    fn step(&self, _: &StepCx<'_>) -> Outcome {
        enter(Why::StartedByApi)
    }
}

#[cfg(test)]
mod tests {
    use crate::kind::Trigger;
    use crate::kinds::stage::{Stage, kind, port, wrong};
    use serde_json::json;

    #[test]
    fn it_goes_next_and_takes_no_fields() {
        let node = kind("trigger.api", json!({}));
        assert_eq!(port(&node.step(&Stage::new().cx())), "next");
        assert_eq!(node.trigger(), Some(Trigger::Api));
        assert_eq!(wrong("trigger.api", json!({"events": []})), ["/events"]);
    }
}
