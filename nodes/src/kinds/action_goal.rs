//! `goal`: what the journey is for was reached.

use crate::Json;
use crate::description::{Draft, Part, Summary};
use crate::effect::Command;
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
        let commands = vec![Command::ReachGoal { goal: goal.clone() }];
        let why = Why::Goal(goal.clone());
        if self.ends {
            Outcome::Exit { end: End::Goal { goal }, commands, why }
        } else {
            Outcome::Command { commands, port: PortName::NEXT, output: None, why }
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
        let reached = vec![Command::ReachGoal { goal: "second order".into() }];
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
