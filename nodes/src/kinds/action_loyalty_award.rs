//! `loyalty.award`: the customer earns or spends points.

use super::{LONGEST, rendered};
use crate::command::Args;
use crate::description::{Draft, Output, Part, Sort, Summary};
use crate::fact::{FactScope, Needs};
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode, Problem};
use crate::kind::{Family, Kind, Outcome, Port, StepCx};
use crate::points::Points;
use crate::time::Duration;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

/// What the command is told.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum AwardPoints {
    /// Points are put into a new lot.
    Earn {
        /// How many.
        points: Points,
        /// After how long they can be spent.
        pending: Duration,
        /// After how long they are gone; never when None.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lifetime: Option<Duration>,
        /// What they are earned for; the step when None.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        once_for: Option<String>,
    },
    /// Points are taken out of the lots that expire first.
    Spend {
        /// How many.
        points: Points,
        /// What they are spent for; the step when None.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        once_for: Option<String>,
    },
}

impl AwardPoints {
    /// What points are earned or spent for at most once, when the author says so.
    #[must_use]
    pub fn once_for(&self) -> Option<&str> {
        match self {
            Self::Earn { once_for, .. } | Self::Spend { once_for, .. } => once_for.as_deref(),
        }
    }
}

impl Args for AwardPoints {
    const COMMAND: &'static str = LoyaltyAward::NAME;
}

/// Which way points go.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointsChange {
    /// To the customer.
    #[default]
    Earn,
    /// From the customer.
    Spend,
}

/// Awards points, or takes them for what they are spent on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoyaltyAward {
    /// Which way.
    #[serde(default)]
    pub change: PointsChange,
    /// How many, a template. Of what is earned the part of a point is left out; spent are whole points only.
    pub points: String,
    /// After how long what is earned can be spent, as the time in which goods may be sent back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Duration>,
    /// How long after it was earned what is left expires; never when None.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<Duration>,
    /// What it is for, a template, as the id of an order: for the same thing points are earned once, and spent once. When None each
    /// step counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub once_for: Option<String>,
}

impl LoyaltyAward {
    fn award(&self, cx: &StepCx<'_>) -> Result<AwardPoints, Problem> {
        if cx.facts.customer.is_none() {
            return Err(rendered::nobody(Self::NAME));
        }
        let points = self.number(&rendered::text(&self.points, &cx.facts, "/points")?)?;
        let once_for = self.once_for.as_ref().map(|source| rendered::text(source, &cx.facts, "/once_for")).transpose()?;
        if once_for.as_ref().is_some_and(|thing| thing.is_empty() || thing.len() > MAX_SOURCE) {
            let words =
                format!("what points are counted once for came out empty or longer than {MAX_SOURCE} bytes: correct the fact in it");
            return Err(Problem::new("loyalty.once_for", words).in_field("/once_for"));
        }
        Ok(match self.change {
            PointsChange::Earn => {
                AwardPoints::Earn { points, pending: self.pending.unwrap_or(Duration::ZERO), lifetime: self.lifetime, once_for }
            }
            PointsChange::Spend => AwardPoints::Spend { points, once_for },
        })
    }

    fn number(&self, text: &str) -> Result<Points, Problem> {
        let wrong = |words: String| Problem::new("loyalty.points", words).in_field("/points");
        let number: Decimal = text.parse().map_err(|_| wrong(format!("{text:?} is no number of points: correct the fact in it")))?;
        if number.is_sign_negative() && !number.is_zero() {
            return Err(wrong(format!("{text} points are fewer than none: choose the other way for them")));
        }
        if self.change == PointsChange::Spend && number != number.trunc() {
            return Err(wrong(format!("{text} points are not whole: only whole points are spent")));
        }
        let whole = number.trunc().to_i64().and_then(|points| Points::try_from(points).ok());
        whole.ok_or_else(|| wrong(format!("{text} points are more than {}: correct the fact in it", Points::MOST)))
    }
}

/// The longest name of what points are counted once for, in bytes.
const MAX_SOURCE: usize = 256;

impl Kind for LoyaltyAward {
    const NAME: &'static str = "loyalty.award";
    const FAMILY: Family = Family::Action;
    const LABEL: &'static str = "Award points";
    const ICON: &'static str = r#"<circle cx="12" cy="8" r="6" /> <path d="M15.477 12.89 17 22l-5-3-5 3 1.523-9.11" />"#;

    fn fields() -> Vec<Field> {
        let change = FieldType::Choice { options: vec!["earn".into(), "spend".into()] };
        vec![
            Field::new("change", "The customer", change).or("earn"),
            Field::new("points", "Points", FieldType::Template { html: false }).required().begins("100"),
            Field::new("pending", "Can be spent after", FieldType::Duration).help("At once when empty."),
            Field::new("lifetime", "Expire after", FieldType::Duration).help("Never when empty."),
            Field::new("once_for", "Only once for", FieldType::Template { html: false })
                .help("As the id of an order: the same order earns once. Each time when empty."),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        let name = if draft.text("change") == Some("spend") { "spend_points" } else { "earn_points" };
        Summary::of(draft.template("points").map(|points| Part::said(name, [("points", points)])))
    }
    fn outputs(_: Draft<'_>) -> Vec<Output> {
        vec![
            Output::value("points", Sort::Number, 100),
            Output::value("balance", Sort::Number, 250),
            Output::value("pending", Sort::Number, 0),
            Output::value("repeated", Sort::Boolean, false),
        ]
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::optional(PortName::NEXT), Port::optional(PortName::FAILED)]
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        let mut issues = crate::template::check(&self.points, scope, "/points");
        issues.extend(self.once_for.iter().flat_map(|source| crate::template::check(source, scope, "/once_for")));
        for (length, pointer) in [(self.pending, "/pending"), (self.lifetime, "/lifetime")] {
            let Some(length) = length else { continue };
            if self.change == PointsChange::Spend {
                let message = format!("{} is of points that are earned: remove it, or let the customer earn", &pointer[1..]);
                issues.push(FieldIssue::new(pointer, IssueCode::Invalid, message));
            } else if length < Duration::ZERO || length > LONGEST {
                let message = format!("{} cannot be {length}: write at least 0s and at most 5 years", &pointer[1..]);
                issues.push(FieldIssue::new(pointer, IssueCode::Invalid, message));
            }
        }
        if self.lifetime.is_some_and(|lifetime| lifetime <= self.pending.unwrap_or(Duration::ZERO)) {
            let message = "the points would expire before they can be spent: make lifetime longer than pending";
            issues.push(FieldIssue::new("/lifetime", IssueCode::Invalid, message));
        }
        issues
    }
    fn needs(&self, needs: &mut Needs) {
        needs.commands.insert(AwardPoints::COMMAND);
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        match self.award(cx) {
            Ok(award) => Outcome::command(&award, None),
            Err(problem) => Outcome::Fail { problem },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Json;
    use crate::kinds::stage::{Stage, kind, port, problem, wrong};
    use serde_json::json;

    fn given(config: Json, total: Json) -> Outcome {
        let stage = Stage::new().event("Order Completed", json!({"total": total, "order_id": "o-1"}));
        kind("loyalty.award", config).step(&stage.cx())
    }

    fn award(config: Json, total: Json) -> AwardPoints {
        match given(config, total) {
            Outcome::Command { mut commands, .. } => commands.remove(0).read().unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn earned_points_are_rounded_down_and_spent_ones_are_whole() {
        let earned = award(
            json!({"points": "{{event.properties.total}}", "pending": "14d", "lifetime": "365d", "once_for": "{{event.properties.order_id}}"}),
            json!(62.9),
        );
        let (pending, lifetime) = (Duration::from_days(14), Some(Duration::from_days(365)));
        assert_eq!(earned, AwardPoints::Earn { points: Points::try_from(62).unwrap(), pending, lifetime, once_for: Some("o-1".into()) });
        let spend = json!({"change": "spend", "points": "{{event.properties.total}}"});
        assert_eq!(award(spend.clone(), json!(80)), AwardPoints::Spend { points: Points::try_from(80).unwrap(), once_for: None });
        for total in [json!(80.5), json!(-1), json!("many"), json!(null), json!(1_000_000_000_001_i64)] {
            assert_eq!(problem(&given(spend.clone(), total)).1, "/points");
        }
        assert_eq!(port(&given(json!({"points": "5"}), json!(1))), "next");
    }

    #[test]
    fn what_it_is_for_must_be_known_and_so_must_the_customer() {
        let node = kind("loyalty.award", json!({"points": "5", "once_for": "{{event.properties.order_id}}"}));
        let stage = Stage::new().event("Order Completed", json!({"order_id": ""}));
        assert_eq!(problem(&node.step(&stage.cx())), ("loyalty.once_for", "/once_for"));
        assert_eq!(problem(&node.step(&Stage::new().nobody().cx())).0, "customer.none");
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("loyalty.award", json!({"change": "burn"})), ["/change", "/points"]);
        assert_eq!(wrong("loyalty.award", json!({"points": "{{total}}", "once_for": "{{b.c}}"})), ["/points", "/once_for"]);
        assert_eq!(wrong("loyalty.award", json!({"points": "5", "pending": "30d", "lifetime": "30d"})), ["/lifetime"]);
        assert_eq!(wrong("loyalty.award", json!({"points": "5", "lifetime": "3000d"})), ["/lifetime"]);
        assert_eq!(wrong("loyalty.award", json!({"points": "5", "change": "spend", "pending": "1d"})), ["/pending"]);
    }
}
