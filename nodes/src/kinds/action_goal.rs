//! `goal`: what the journey is for was reached.

use crate::Json;
use crate::command::{Args, Command};
use crate::description::{Draft, Part, Summary};
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::kind::{End, Family, Kind, Outcome, Port, StepCx};
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// Notes that a goal was reached and, unless told otherwise, ends the run as a success.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// The goal's name.
    pub goal: String,
    /// Whether the run ends here.
    #[serde(default = "yes")]
    pub ends: bool,
}

/// Notes that the goal was reached.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ReachGoal {
    /// The goal's name.
    pub goal: String,
}

impl Args for ReachGoal {
    const COMMAND: &'static str = Goal::NAME;
}

fn yes() -> bool {
    true
}

impl Kind for Goal {
    const NAME: &'static str = "goal";
    const FAMILY: Family = Family::Action;
    const LABEL: &'static str = "Goal reached";
    const ICON: &'static str =
        r#"<path d="M4 15s1-1 4-1 5 2 8 2 4-1 4-1V3s-1 1-4 1-5-2-8-2-4 1-4 1z" /> <line x1="4" x2="4" y1="22" y2="15" />"#;

    fn fields() -> Vec<Field> {
        vec![Field::new("goal", "Goal", FieldType::Text).required(), Field::new("ends", "Ends the journey", FieldType::Boolean).or(true)]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        let ends = draft.0.get("ends").and_then(Json::as_bool).unwrap_or(true);
        Summary::of(draft.words("goal").map(|goal| Part::said("goal", [("goal", goal)]))).with(ends.then(|| Part::said("ends", [])))
    }
    fn ports(&self) -> Vec<Port> {
        if self.ends { Vec::new() } else { vec![Port::optional(PortName::NEXT)] }
    }
    fn step(&self, _: &StepCx<'_>) -> Outcome {
        let goal = self.goal.clone();
        let why = Why::Goal(goal.clone());
        match Command::of(&ReachGoal { goal: goal.clone() }) {
            Ok(reached) if self.ends => Outcome::Exit { end: End::Goal { goal }, commands: vec![reached], why },
            Ok(reached) => Outcome::Command { commands: vec![reached], port: PortName::NEXT, output: None, why: Some(why) },
            Err(problem) => Outcome::Fail { problem },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::stage::{Stage, kind, port, rule, wrong};
    use serde_json::json;

    #[test]
    fn it_ends_as_a_success_or_goes_on() {
        let ends = kind("goal", json!({"goal": "second order"}));
        let outcome = ends.step(&Stage::new().cx());
        assert_eq!(rule(&outcome), "reached the goal second order");
        let reached = vec![Command::of(&ReachGoal { goal: "second order".into() }).unwrap()];
        assert!(
            matches!(&outcome, Outcome::Exit { end: End::Goal { goal }, commands, .. } if goal == "second order" && *commands == reached)
        );
        assert!(ends.ports().is_empty());
        let on = kind("goal", json!({"goal": "g", "ends": false}));
        assert_eq!(port(&on.step(&Stage::new().cx())), "next");
        assert_eq!(on.ports().len(), 1);
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("goal", json!({"goal": " ", "ends": "no"})), ["/goal", "/ends"]);
    }
}
