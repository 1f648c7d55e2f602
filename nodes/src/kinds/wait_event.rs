//! `wait.event`: until an event comes, or for so long.

use super::LONGEST;
use super::delay_for::check_length;
use super::trigger_event::check_names;
use crate::JsonMap;
use crate::description::{Draft, Output, Part, Sort, Summary};
use crate::fact::{FactScope, Horizon, Needs};
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode};
use crate::kind::{EventMatch, Family, Kind, Outcome, Port, Resume, StepCx};
use crate::predicate::{self, Predicate};
use crate::time::{Duration, Span};
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// Waits for one of some events; what came becomes `steps.<node>.event.…`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitEvent {
    /// Any of these, by exact name.
    pub events: Vec<String>,
    /// Must hold of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Predicate>,
    /// Paths below `properties` that must be equal in it and in the event that started the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same: Vec<String>,
    /// An event that came this long before the wait began counts too.
    #[serde(default)]
    pub look_back: Duration,
    /// How long at most.
    pub timeout: Duration,
}

impl Kind for WaitEvent {
    const NAME: &'static str = "wait.event";
    const FAMILY: Family = Family::Delay;
    const LABEL: &'static str = "Wait for an event";
    const ICON: &'static str = r#"<path d="M10.268 21a2 2 0 0 0 3.464 0" /> <path d="M3.262 15.326A1 1 0 0 0 4 17h16a1 1 0 0 0 .74-1.673C19.41 13.956 18 12.499 18 8A6 6 0 0 0 6 8c0 4.499-1.411 5.956-2.738 7.326" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("events", "Events", FieldType::EventName { many: true }).required().help("Any of these ends the wait."),
            Field::new("filter", "Only when", FieldType::Predicate).help("event.properties… is the event that came."),
            Field::new("same", "With the same", FieldType::Texts).help("Properties equal to the first event's, as cart_id."),
            Field::new("look_back", "Look back", FieldType::Duration).or("0s").help("An event that came just before counts too."),
            Field::new("timeout", "At most", FieldType::Duration).required().begins("1d"),
        ]
    }
    // Either way may lead nowhere: "nothing more to do once he bought" is the commonest journey there is.
    fn summary(draft: Draft<'_>) -> Summary {
        let same = draft.texts("same");
        let same = (!same.is_empty()).then(|| Part::said("same", [("fields", Part::Names(same))]));
        let main = draft.named("events").map(|events| Part::said("wait_for", [("what", events)]));
        Summary::of(main).with(same.into_iter().chain(draft.at_most("timeout")))
    }
    fn outputs(draft: Draft<'_>) -> Vec<Output> {
        let events = draft.texts("events");
        let first = events.first().cloned().unwrap_or_default();
        vec![Output::Event(events), Output::value("name", Sort::Text, first)]
    }
    fn listens(draft: Draft<'_>) -> Vec<String> {
        draft.texts("events")
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::optional(PortName::EVENT), Port::optional(PortName::TIMEOUT)]
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        let mut issues: Vec<_> = check_names(&self.events).into_iter().collect();
        issues.extend(self.filter.iter().flat_map(|filter| predicate::check(filter, scope, "/filter")));
        for (i, path) in self.same.iter().enumerate() {
            let bare = path.trim_start_matches("event.").trim_start_matches("properties.");
            if bare != path || path.trim().is_empty() {
                let remedy = if bare.is_empty() { "cart_id" } else { bare };
                let message = format!("{path:?} is no path below properties: write {remedy}");
                issues.push(FieldIssue::new(format!("/same/{i}"), IssueCode::Invalid, message));
            }
        }
        if self.look_back < Duration::ZERO || self.look_back > LONGEST {
            let message = format!("look_back cannot be {}: write from 0s to 5 years", self.look_back);
            issues.push(FieldIssue::new("/look_back", IssueCode::Invalid, message));
        }
        issues.extend(check_length(self.timeout, "/timeout"));
        issues
    }
    fn needs(&self, needs: &mut Needs) {
        if let Some(filter) = &self.filter {
            predicate::needs(filter, needs);
        }
        if self.look_back > Duration::ZERO {
            self.events.iter().for_each(|name| needs.event(name, Horizon::Window(self.look_back)));
        }
    }
    fn takes(&self, port: &PortName) -> Span {
        if *port == PortName::TIMEOUT { Span::exactly(self.timeout) } else { Span::up_to(Some(self.timeout)) }
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        match cx.resume {
            Resume::Event(event) => {
                let finding = self.filter.as_ref().map(|filter| predicate::evaluate_on(filter, &cx.facts, event).why);
                let why = Why::EventCame { event: event.name.clone(), at: event.at, finding: finding.map(Box::new) };
                let mut output = JsonMap::new();
                output.insert("event".to_owned(), event.properties.clone().into());
                output.insert("name".to_owned(), event.name.clone().into());
                output.insert("at".to_owned(), event.at.to_string().into());
                Outcome::Go { port: PortName::EVENT, output: Some(output), why }
            }
            Resume::TimedOut => {
                let why = Why::NoneCame { names: self.events.clone(), within: self.timeout };
                Outcome::Go { port: PortName::TIMEOUT, output: None, why }
            }
            _ => {
                let deadline = cx.since.plus(self.timeout);
                let event = EventMatch {
                    names: self.events.clone(),
                    filter: self.filter.clone().unwrap_or_default(),
                    same: self.same.clone(),
                    look_back: self.look_back,
                };
                let why = Why::WaitsFor { names: self.events.clone(), until: deadline };
                Outcome::Await { event, deadline: Some(deadline), why }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::stage::{Stage, at, event, kind, output, port, rule, wrong};
    use serde_json::json;

    #[test]
    fn it_waits_then_goes_by_the_event_or_the_timeout() {
        let filter = json!({"fact": "event.properties.total", "is": "gte", "value": 10});
        let node = kind("wait.event", json!({"events": ["Order Completed"], "filter": filter, "same": ["cart_id"], "timeout": "1h"}));
        let stage = Stage::new();
        let waits = node.step(&stage.cx());
        let Outcome::Await { event: wanted, deadline, .. } = &waits else { panic!("{waits:?}") };
        assert_eq!((wanted.same.as_slice(), *deadline), (["cart_id".to_owned()].as_slice(), Some(at("2026-11-23T10:00:00Z"))));

        let came = event("Order Completed", "2026-11-23T09:10:00Z", json!({"total": 62}));
        let outcome = node.step(&stage.resumed(Resume::Event(&came)));
        assert_eq!(port(&outcome), "event");
        assert_eq!(output(&outcome)["event"]["total"], 62);
        assert!(
            rule(&outcome).starts_with("Order Completed came at 2026-11-23T09:10:00Z; ") && rule(&outcome).contains("62"),
            "{}",
            rule(&outcome)
        );

        let late = node.step(&stage.resumed(Resume::TimedOut));
        assert_eq!((port(&late), rule(&late).as_str()), ("timeout", "no Order Completed came within 1h"));
    }

    #[test]
    fn a_look_back_asks_for_the_events_it_may_find() {
        let mut needs = Needs::default();
        kind("wait.event", json!({"events": ["A"], "look_back": "5m", "timeout": "1h"})).needs(&mut needs);
        assert_eq!(needs.events["A"], Horizon::Window(Duration::from_secs(300)));
        let mut none = Needs::default();
        kind("wait.event", json!({"events": ["A"], "timeout": "1h"})).needs(&mut none);
        assert_eq!(none, Needs::default());
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("wait.event", json!({})), ["/events", "/timeout"]);
        let bad = json!({"events": ["a"], "same": ["event.properties.cart_id", ""], "look_back": "-1m", "timeout": "0s"});
        assert_eq!(wrong("wait.event", bad), ["/same/0", "/same/1", "/look_back", "/timeout"]);
        let filter = json!({"fact": "price", "is": "exists"});
        assert_eq!(wrong("wait.event", json!({"events": ["a"], "filter": filter, "timeout": "1h"})), ["/filter/fact"]);
    }
}
