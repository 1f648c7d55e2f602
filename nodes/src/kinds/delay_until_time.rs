//! `delay.until_time`: the next time of day, on chosen days of the week.

use crate::description::{Draft, Part, Summary};
use crate::fact::FactScope;
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode};
use crate::kind::{Family, Kind, Outcome, Port, Resume, StepCx};
use crate::time::{Duration, LocalTime, Span, Timestamp, Weekday, Zone};
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// Sleeps until a time of day.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UntilTime {
    /// The time of day.
    pub at: LocalTime,
    /// On these days only; every day when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekdays: Option<Vec<Weekday>>,
    /// Whose clock; the person's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
}

/// The first instant strictly after `after` at which the clock of `zone` shows `at` on one of `weekdays` (every day when empty).
/// A time the clock skips in spring is as much later as the gap is long; one it shows twice in autumn is the first of the two.
#[must_use]
pub fn next_local(at: LocalTime, weekdays: &[Weekday], zone: &Zone, after: Timestamp) -> Option<Timestamp> {
    let mut day = after.in_zone(&zone.0).date();
    // Eight days hold each weekday after today; one more for a time that the gap moved behind `after`.
    for _ in 0..9 {
        if weekdays.is_empty() || weekdays.contains(&day.weekday().into()) {
            let instant = Timestamp::from_jiff(day.to_datetime(at.0).to_zoned(zone.0.clone()).ok()?.timestamp());
            if instant > after {
                return Some(instant);
            }
        }
        day = day.tomorrow().ok()?;
    }
    None
}

impl Kind for UntilTime {
    const NAME: &'static str = "delay.until_time";
    const FAMILY: Family = Family::Delay;
    const LABEL: &'static str = "Wait until a time of day";
    const ICON: &'static str = r#"<circle cx="12" cy="12" r="4" /> <path d="M12 3v1" /> <path d="M12 20v1" /> <path d="M3 12h1" /> <path d="M20 12h1" /> <path d="m18.364 5.636-.707.707" /> <path d="m6.343 17.657-.707.707" /> <path d="m5.636 5.636.707.707" /> <path d="m17.657 17.657.707.707" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("at", "Time", FieldType::LocalTime).required().begins("09:00"),
            Field::new("weekdays", "On", FieldType::Weekdays).help("Every day when empty."),
            Field::new("zone", "Time zone", FieldType::Zone).help("The person's when empty."),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        let days = Part::joined(", ", draft.texts("weekdays").into_iter().map(Part::Weekday));
        let zone = draft.words("zone").unwrap_or_else(|| Part::said("their_zone", []));
        Summary::of(draft.words("at").map(|at| Part::said("until", [("what", at)]))).with([days, zone])
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::required(PortName::NEXT)]
    }
    fn check(&self, _: &FactScope) -> Vec<FieldIssue> {
        let none = self.weekdays.as_ref().is_some_and(Vec::is_empty);
        let issue = || {
            FieldIssue::new("/weekdays", IssueCode::Invalid, "no day of the week is chosen: choose one, or remove the field for every day")
        };
        none.then(issue).into_iter().collect()
    }
    // The hour that a change of the clocks adds or takes is left out.
    fn takes(&self, _: &PortName) -> Span {
        let days: std::collections::BTreeSet<i64> = self.weekdays.iter().flatten().map(|day| *day as i64).collect();
        let after = days.iter().skip(1).copied().chain(days.first().map(|first| first + 7));
        let longest = days.iter().zip(after).map(|(day, next)| next - day).max();
        Span::up_to(Some(Duration::from_days(longest.unwrap_or(1))))
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        let zone = self.zone.clone().unwrap_or_else(|| cx.zone());
        let at = self.at;
        if matches!(cx.resume, Resume::Woke) {
            return Outcome::Go { port: PortName::NEXT, output: None, why: Why::TimeOfDay { at, zone } };
        }
        match next_local(self.at, self.weekdays.as_deref().unwrap_or_default(), &zone, cx.since) {
            Some(until) => Outcome::Sleep { until, why: Why::SleepsUntilTime { at, zone, until } },
            None => Outcome::Go { port: PortName::NEXT, output: None, why: Why::NoSuchTime { at, zone } },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::stage::{Stage, at, kind, port, rule, wrong};
    use serde_json::{Value, json};

    fn until(config: Value, entered: &str) -> String {
        match kind("delay.until_time", config).step(&Stage::new().entered(entered).cx()) {
            Outcome::Sleep { until, .. } => until.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_next_time_is_strictly_after_and_on_the_persons_clock() {
        assert_eq!(until(json!({"at": "09:30"}), "2026-11-23T08:00:00Z"), "2026-11-23T08:30:00Z");
        assert_eq!(until(json!({"at": "09:30"}), "2026-11-23T08:30:00Z"), "2026-11-24T08:30:00Z");
        assert_eq!(until(json!({"at": "09:30", "zone": "America/New_York"}), "2026-11-23T08:00:00Z"), "2026-11-23T14:30:00Z");
    }

    #[test]
    fn weekdays_are_days_of_that_clock() {
        // 2026-11-23 is a Monday; 23:30Z on Sunday is already Monday in Berlin.
        assert_eq!(until(json!({"at": "10:00", "weekdays": ["mon"]}), "2026-11-22T23:30:00Z"), "2026-11-23T09:00:00Z");
        assert_eq!(until(json!({"at": "10:00", "weekdays": ["mon"]}), "2026-11-23T09:00:00Z"), "2026-11-30T09:00:00Z");
        assert_eq!(until(json!({"at": "10:00", "weekdays": ["tue", "sat"]}), "2026-11-24T10:00:00Z"), "2026-11-28T09:00:00Z");
    }

    #[test]
    fn a_gap_moves_the_time_and_an_overlap_does_not_repeat_it() {
        assert_eq!(until(json!({"at": "02:30"}), "2026-03-29T00:00:00Z"), "2026-03-29T01:30:00Z");
        assert_eq!(until(json!({"at": "02:30"}), "2026-03-29T01:30:00Z"), "2026-03-30T00:30:00Z");
        assert_eq!(until(json!({"at": "02:30"}), "2026-10-25T00:00:00Z"), "2026-10-25T00:30:00Z");
        assert_eq!(until(json!({"at": "02:30"}), "2026-10-25T00:30:00Z"), "2026-10-26T01:30:00Z");
        assert_eq!(
            next_local(LocalTime(jiff::civil::time(2, 30, 0, 0)), &[], &Zone::UTC, at("2026-03-29T02:30:00Z")),
            Some(at("2026-03-30T02:30:00Z"))
        );
    }

    #[test]
    fn it_wakes_to_next_and_bad_configs_name_their_field() {
        let outcome = kind("delay.until_time", json!({"at": "09:30"})).step(&Stage::new().resumed(Resume::Woke));
        assert_eq!((port(&outcome), rule(&outcome).as_str()), ("next", "it is 09:30 in Europe/Berlin"));
        assert_eq!(wrong("delay.until_time", json!({"weekdays": ["m"], "zone": "X"})), ["/at", "/weekdays", "/zone"]);
        assert_eq!(wrong("delay.until_time", json!({"at": "09:30", "weekdays": []})), ["/weekdays"]);
    }
}
