//! `journey.start`: another journey, for this customer or another.

use super::rendered;
use crate::JsonMap;
use crate::command::Args;
use crate::description::{Draft, Part, Summary};
use crate::fact::FactScope;
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, Problem};
use crate::kind::{Family, Kind, Outcome, Port, StepCx};
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// Starts another journey; this run goes on without waiting for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JourneyStart {
    /// The journey's slug.
    pub journey: String,
    /// The user id of its subject, a template; this run's customer when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Becomes `event.properties` there; texts are templates, and exactly `{{path}}` keeps the fact's type.
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    pub data: JsonMap,
}

/// Starts another journey.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StartJourney {
    /// The journey's slug.
    pub journey: String,
    /// The user id of the subject; the run's own customer when None.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Becomes `event.properties` there.
    #[serde(default)]
    pub data: JsonMap,
}

impl Args for StartJourney {
    const COMMAND: &'static str = JourneyStart::NAME;
}

impl JourneyStart {
    fn start(&self, cx: &StepCx<'_>) -> Result<(StartJourney, Why), Problem> {
        let user_id = self.user_id.as_ref().map(|source| rendered::text(source, &cx.facts, "/user_id")).transpose()?;
        if user_id.as_ref().is_some_and(String::is_empty) {
            let message =
                format!("journey.start has nobody to start {} for: its user_id came out empty: correct the fact in it", self.journey);
            return Err(Problem::new("journey.user_id", message).in_field("/user_id"));
        }
        let (data, _) = rendered::map(&self.data, &cx.facts, "/data")?;
        let why = Why::Started { journey: self.journey.clone(), user: user_id.clone() };
        Ok((StartJourney { journey: self.journey.clone(), user_id, data }, why))
    }
}

impl Kind for JourneyStart {
    const NAME: &'static str = "journey.start";
    const FAMILY: Family = Family::Action;
    const LABEL: &'static str = "Start another journey";
    const ICON: &'static str = r#"<polygon points="6 3 20 12 6 21 6 3" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("journey", "Journey", FieldType::Journey).required(),
            Field::new("user_id", "For the user", FieldType::Template { html: false }).help("This run's customer when empty."),
            Field::new("data", "Data", FieldType::KeyValue).help("Becomes event.properties there."),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        Summary::of(draft.words("journey").map(|journey| Part::said("start", [("journey", journey)])))
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::optional(PortName::NEXT)]
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        let mut issues: Vec<_> = self.user_id.iter().flat_map(|source| crate::template::check(source, scope, "/user_id")).collect();
        issues.extend(rendered::check_map(&self.data, scope, "/data"));
        issues
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        match self.start(cx) {
            Ok((start, why)) => Outcome::command(&start, Some(why)),
            Err(problem) => Outcome::Fail { problem },
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
    fn it_starts_the_journey_and_goes_on() {
        let node = kind(
            "journey.start",
            json!({"journey": "win-back", "user_id": "{{event.properties.friend}}", "data": {"n": "{{event.properties.n}}"}}),
        );
        let stage = Stage::new().event("Referred", json!({"friend": "u2", "n": 3}));
        let outcome = node.step(&stage.cx());
        assert_eq!((port(&outcome), rule(&outcome).as_str()), ("next", "started the journey win-back for u2"));
        let Outcome::Command { commands, .. } = &outcome else { panic!("{outcome:?}") };
        let wanted =
            StartJourney { journey: "win-back".into(), user_id: Some("u2".into()), data: json!({"n": 3}).as_object().unwrap().clone() };
        assert_eq!(commands, &[Command::of(&wanted).unwrap()]);
        let empty = Stage::new().event("Referred", json!({"friend": " "}));
        assert_eq!(problem(&node.step(&empty.cx())), ("journey.user_id", "/user_id"));
        assert_eq!(problem(&node.step(&Stage::new().cx())).1, "/user_id");
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("journey.start", json!({"data": []})), ["/journey", "/data"]);
        assert_eq!(
            wrong("journey.start", json!({"journey": "x", "user_id": "{{user}}", "data": {"a": "{{b.c}}"}})),
            ["/user_id", "/data/a"]
        );
    }
}
