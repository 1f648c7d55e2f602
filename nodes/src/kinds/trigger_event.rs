//! `trigger.event`: something a customer did starts a run.

use super::trigger_api::enter;
use crate::description::{Draft, Summary};
use crate::fact::{FactScope, Needs};
use crate::field::{Field, FieldType};
use crate::issue::{FieldIssue, IssueCode};
use crate::kind::{Family, Kind, Outcome, Port, StepCx, Trigger};
use crate::predicate::{self, Predicate};
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// The most names of events one node may name.
pub(super) const MOST: usize = 20;

/// Starts a run on each of the events for which the filter holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnEvent {
    /// Any of these, by exact name.
    pub events: Vec<String>,
    /// Must hold of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Predicate>,
}

/// What is wrong with a list of names of events.
pub(super) fn check_names(events: &[String]) -> Option<FieldIssue> {
    let message = format!("{} events are named and {MOST} are allowed: leave some out", events.len());
    (events.len() > MOST).then(|| FieldIssue::new("/events", IssueCode::TooLarge, message))
}

impl Kind for OnEvent {
    const NAME: &'static str = "trigger.event";
    const FAMILY: Family = Family::Trigger;
    const LABEL: &'static str = "When an event comes";
    const ICON: &'static str = r#"<path d="M4 14a1 1 0 0 1-.78-1.63l9.9-10.2a.5.5 0 0 1 .86.46l-1.92 6.02A1 1 0 0 0 13 10h7a1 1 0 0 1 .78 1.63l-9.9 10.2a.5.5 0 0 1-.86-.46l1.92-6.02A1 1 0 0 0 11 14z" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("events", "Events", FieldType::EventName { many: true }).required().help("Any of these starts a run."),
            Field::new("filter", "Only when", FieldType::Predicate).help("event.properties… is the event itself."),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        Summary::of(draft.named("events")).with(draft.when("filter"))
    }
    fn listens(draft: Draft<'_>) -> Vec<String> {
        draft.texts("events")
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::required(crate::id::PortName::NEXT)]
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        let mut issues: Vec<_> = check_names(&self.events).into_iter().collect();
        issues.extend(self.filter.iter().flat_map(|filter| predicate::check(filter, scope, "/filter")));
        issues
    }
    fn needs(&self, needs: &mut Needs) {
        if let Some(filter) = &self.filter {
            predicate::needs(filter, needs);
        }
    }
    fn trigger(&self) -> Option<Trigger> {
        Some(Trigger::Event { names: self.events.clone(), filter: self.filter.clone().unwrap_or_default() })
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        match cx.facts.event {
            Some(event) => enter(Why::Came(event.name.clone())),
            None => enter(Why::PutIn(self.events.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::kind::Trigger;
    use crate::kinds::stage::{Stage, kind, port, rule, wrong};
    use serde_json::json;

    #[test]
    fn it_goes_next_and_names_the_event() {
        let node = kind("trigger.event", json!({"events": ["Order Completed"]}));
        let outcome = node.step(&Stage::new().event("Order Completed", json!({})).cx());
        assert_eq!((port(&outcome), rule(&outcome).as_str()), ("next", "Order Completed came"));
        assert!(matches!(node.trigger(), Some(Trigger::Event { names, .. }) if names == ["Order Completed"]));
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("trigger.event", json!({})), ["/events"]);
        assert_eq!(wrong("trigger.event", json!({"events": []})), ["/events"]);
        assert_eq!(wrong("trigger.event", json!({"events": ["a", ""]})), ["/events/1"]);
        assert_eq!(wrong("trigger.event", json!({"events": vec!["a"; 21]})), ["/events"]);
        let filter = json!({"fact": "event.value", "is": "eq", "value": 1});
        assert_eq!(wrong("trigger.event", json!({"events": ["a"], "filter": filter})), ["/filter/fact"]);
    }
}
