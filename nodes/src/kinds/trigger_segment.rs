//! `trigger.segment`: a customer entered or left a segment.

use super::trigger_api::enter;
use crate::description::{Draft, Part, Summary};
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::kind::{Family, Kind, Outcome, Port, SegmentChange, StepCx, Trigger};
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// Starts a run for each customer who crosses the segment's edge.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnSegment {
    /// The segment's name.
    pub segment: String,
    /// Which way.
    #[serde(default = "entered")]
    pub change: SegmentChange,
}

fn entered() -> SegmentChange {
    SegmentChange::Entered
}

impl Kind for OnSegment {
    const NAME: &'static str = "trigger.segment";
    const FAMILY: Family = Family::Trigger;
    const LABEL: &'static str = "When somebody enters or leaves a segment";
    const ICON: &'static str = r#"<path d="M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2" /> <path d="M16 3.128a4 4 0 0 1 0 7.744" /> <path d="M22 21v-2a4 4 0 0 0-3-3.87" /> <circle cx="9" cy="7" r="4" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("segment", "Segment", FieldType::Segment).required(),
            Field::new("change", "When they", FieldType::Choice { options: vec!["entered".into(), "left".into()] }).or("entered"),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        let name = if draft.text("change") == Some("left") { "leaves" } else { "enters" };
        Summary::of(draft.words("segment").map(|segment| Part::said(name, [("segment", segment)])))
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::required(PortName::NEXT)]
    }
    fn trigger(&self) -> Option<Trigger> {
        Some(Trigger::Segment { segment: self.segment.clone(), change: self.change })
    }
    fn step(&self, _: &StepCx<'_>) -> Outcome {
        enter(Why::Crossed { segment: self.segment.clone(), change: self.change })
    }
}

#[cfg(test)]
mod tests {
    use crate::kind::{SegmentChange, Trigger};
    use crate::kinds::stage::{Stage, kind, port, rule, wrong};
    use serde_json::json;

    #[test]
    fn it_goes_next_and_names_the_segment() {
        let node = kind("trigger.segment", json!({"segment": "vip", "change": "left"}));
        let outcome = node.step(&Stage::new().cx());
        assert_eq!((port(&outcome), rule(&outcome).as_str()), ("next", "the customer left the segment vip"));
        let entered = kind("trigger.segment", json!({"segment": "vip"})).trigger();
        assert_eq!(entered, Some(Trigger::Segment { segment: "vip".into(), change: SegmentChange::Entered }));
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("trigger.segment", json!({"change": "crossed"})), ["/segment", "/change"]);
    }
}
