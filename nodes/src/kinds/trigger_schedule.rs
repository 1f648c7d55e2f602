//! `trigger.schedule`: a cron expression in a zone.

use super::trigger_api::enter;
use crate::description::{Draft, Part, Summary};
use crate::fact::{FactScope, Needs};
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode};
use crate::kind::{Family, Kind, Outcome, Port, StepCx, Trigger};
use crate::predicate::{self, Predicate};
use crate::time::{Timestamp, Zone};
use crate::why::Why;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use serde::{Deserialize, Serialize};

/// Starts runs at the times of a cron expression, for everybody in the audience.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnSchedule {
    /// Five fields.
    pub cron: String,
    /// Whose clock; the journey's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// For whom; one run about nobody when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Predicate>,
}

fn parse(cron: &str) -> Result<Cron, String> {
    let fields = cron.split_whitespace().count();
    if fields != 5 {
        return Err(format!("it has {fields} fields"));
    }
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(cron).map_err(|e| e.to_string())
}

/// The first instant strictly after `after` at which `cron` ticks on the clock of `zone`; None when the expression is wrong or never ticks.
///
/// A fixed time of day that the clock skips in spring ticks at the first instant after the gap; one that it shows twice in autumn ticks
/// the first time only. An expression with `*` or steps in its minutes or hours counts real time and ticks through both.
#[must_use]
pub fn next_tick(cron: &str, zone: &Zone, after: Timestamp) -> Option<Timestamp> {
    let next = parse(cron).ok()?.find_next_occurrence(&after.in_zone(&zone.0), false).ok()?;
    Some(Timestamp::from_jiff(next.timestamp())).filter(|next| *next > after)
}

impl Kind for OnSchedule {
    const NAME: &'static str = "trigger.schedule";
    const FAMILY: Family = Family::Trigger;
    const LABEL: &'static str = "On a schedule";
    const ICON: &'static str = r#"<path d="M21 7.5V6a2 2 0 0 0-2-2H5a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h3.5" /> <path d="M16 2v4" /> <path d="M8 2v4" /> <path d="M3 10h5" /> <path d="M17.5 17.5 16 16.3V14" /> <circle cx="16" cy="16" r="6" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("cron", "Schedule", FieldType::Cron)
                .required()
                .begins("0 9 * * 1")
                .help("Minute, hour, day, month, weekday: 0 9 * * 1 is Mondays at 9."),
            Field::new("zone", "Time zone", FieldType::Zone).help("The journey's when empty."),
            Field::new("audience", "For whom", FieldType::Predicate).help("One run about nobody when empty."),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        Summary::of(draft.words("cron").map(|cron| Part::said("schedule", [("cron", cron)]))).with(draft.when("audience"))
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::required(PortName::NEXT)]
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        let wrong = match parse(&self.cron) {
            Err(reason) => Some(reason),
            Ok(_) if next_tick(&self.cron, &Zone::UTC, Timestamp::default()).is_none() => Some("it never comes".to_owned()),
            Ok(_) => None,
        };
        let mut issues = Vec::new();
        issues.extend(wrong.map(|reason| {
            let message = format!("{:?} is not a schedule ({reason}): write minute, hour, day, month and weekday, as 0 9 * * 1", self.cron);
            FieldIssue::new("/cron", IssueCode::BadCron, message)
        }));
        issues.extend(self.audience.iter().flat_map(|audience| predicate::check(audience, scope, "/audience")));
        issues
    }
    fn needs(&self, needs: &mut Needs) {
        if let Some(audience) = &self.audience {
            predicate::needs(audience, needs);
        }
    }
    fn trigger(&self) -> Option<Trigger> {
        Some(Trigger::Schedule { cron: self.cron.clone(), zone: self.zone.clone(), audience: self.audience.clone() })
    }
    fn step(&self, _: &StepCx<'_>) -> Outcome {
        enter(Why::CameRound(self.cron.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::stage::{Stage, at, kind, port, wrong};
    use serde_json::json;

    fn ticks(cron: &str, zone: &str, after: &str, n: usize) -> Vec<String> {
        let zone = Zone::named(zone).unwrap();
        let next = |last: &Timestamp| next_tick(cron, &zone, *last);
        std::iter::successors(Some(at(after)), next).skip(1).take(n).map(|t| t.to_string()).collect()
    }

    #[test]
    fn a_daily_time_stays_on_the_wall_clock_through_both_changes() {
        // Berlin: 02:00 -> 03:00 on 2026-03-29, 03:00 -> 02:00 on 2026-10-25.
        let spring = ticks("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3);
        assert_eq!(spring, ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]);
        let autumn = ticks("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2);
        assert_eq!(autumn, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
        let nine = ticks("0 9 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 1);
        assert_eq!(nine, ["2026-10-25T08:00:00Z"]);
    }

    #[test]
    fn an_interval_counts_real_time_through_the_overlap() {
        let half_hours = ticks("*/30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", 4);
        assert_eq!(half_hours, ["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"]);
    }

    #[test]
    fn a_tick_is_strictly_after() {
        assert_eq!(ticks("0 9 * * *", "UTC", "2026-01-01T09:00:00Z", 1), ["2026-01-02T09:00:00Z"]);
        assert_eq!(ticks("0 9 * * *", "UTC", "2026-01-01T08:59:59.999999Z", 1), ["2026-01-01T09:00:00Z"]);
        assert_eq!(ticks("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", 1), ["2028-02-29T00:00:00Z"]);
        assert_eq!(next_tick("nonsense", &Zone::UTC, Timestamp::default()), None);
    }

    #[test]
    fn it_goes_next_and_bad_configs_name_their_field() {
        let node = kind("trigger.schedule", json!({"cron": "0 9 * * 1"}));
        assert_eq!(port(&node.step(&Stage::new().cx())), "next");
        assert!(node.check(&FactScope::default()).is_empty());
        for bad in ["0 9 * *", "0 0 9 * * 1", "@daily", "61 9 * * *", "0 0 30 2 *", "a b c d e"] {
            assert_eq!(wrong("trigger.schedule", json!({"cron": bad})), ["/cron"], "{bad}");
        }
        assert_eq!(wrong("trigger.schedule", json!({"cron": "0 9 * * 1", "zone": "Berlin"})), ["/zone"]);
    }
}
