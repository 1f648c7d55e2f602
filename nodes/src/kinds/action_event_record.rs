//! `event.record`: an event about the customer, as if the shop had sent it.

use super::rendered;
use crate::JsonMap;
use crate::command::RecordEvent;
use crate::description::{Draft, Part, Summary};
use crate::fact::FactScope;
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::FieldIssue;
use crate::kind::{Family, Kind, Outcome, Port, StepCx};
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// Records an event; it may start and wake journeys as any other.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventRecord {
    /// The event's name.
    pub event: String,
    /// Its properties; texts are templates, and exactly `{{path}}` keeps the fact's type.
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    pub properties: JsonMap,
}

impl Kind for EventRecord {
    const NAME: &'static str = "event.record";
    const FAMILY: Family = Family::Action;
    const LABEL: &'static str = "Record an event";
    const ICON: &'static str =
        r#"<path d="M11 12H3" /> <path d="M16 6H3" /> <path d="M16 18H3" /> <path d="M18 9v6" /> <path d="M21 12h-6" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("event", "Event", FieldType::EventName { many: false }).required(),
            Field::new("properties", "Properties", FieldType::KeyValue).help("A template of one fact alone keeps its type."),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        Summary::of(draft.words("event").map(|event| Part::said("record", [("event", event)])))
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::optional(PortName::NEXT)]
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        rendered::check_map(&self.properties, scope, "/properties")
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        if cx.facts.customer.is_none() {
            return Outcome::Fail { problem: rendered::nobody(Self::NAME) };
        }
        match rendered::map(&self.properties, &cx.facts, "/properties") {
            Err(problem) => Outcome::Fail { problem },
            Ok((properties, missing)) => {
                let why = Why::Recorded { event: self.event.clone(), without: missing };
                Outcome::command(&RecordEvent { name: self.event.clone(), properties }, Some(why))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;
    use crate::kinds::stage::{Stage, kind, port, problem, rule, wrong};
    use serde_json::json;

    #[test]
    fn it_records_with_typed_properties() {
        let node = kind(
            "event.record",
            json!({"event": "Reminded", "properties": {"total": "{{event.properties.total}}", "x": "{{event.properties.x}}"}}),
        );
        let stage = Stage::new().event("Order", json!({"total": 5}));
        let outcome = node.step(&stage.cx());
        assert_eq!((port(&outcome), rule(&outcome).as_str()), ("next", "recorded Reminded, without x whose facts are missing"));
        let Outcome::Command { commands, .. } = &outcome else { panic!("{outcome:?}") };
        let wanted = RecordEvent { name: "Reminded".into(), properties: json!({"total": 5}).as_object().unwrap().clone() };
        assert_eq!(commands, &[Command::of(&wanted).unwrap()]);
        assert_eq!(problem(&node.step(&Stage::new().nobody().cx())).0, "customer.none");
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("event.record", json!({"properties": "x"})), ["/event", "/properties"]);
        assert_eq!(wrong("event.record", json!({"event": "A", "properties": {"a": {"b": "{{customer.plan}}"}}})), ["/properties/a/b"]);
    }
}
