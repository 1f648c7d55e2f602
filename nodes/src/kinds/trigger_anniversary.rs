//! `trigger.anniversary`: once a year, on the day of a date.

use super::rendered::check_fact;
use super::trigger_api::enter;
use crate::Json;
use crate::description::{Draft, Part, Summary};
use crate::fact::{FactScope, Needs};
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::FieldIssue;
use crate::kind::{Family, Kind, LeapDay, Outcome, Port, StepCx, Trigger};
use crate::predicate::{self, Predicate};
use crate::time::{Duration, LocalTime, Timestamp, Zone};
use crate::why::Why;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Starts a run for each customer once a year, so many days from the day of a date he has.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnAnniversary {
    /// The path of the date.
    pub fact: String,
    /// Days after (negative: before) the day.
    #[serde(default)]
    pub offset_days: i64,
    /// On the person's clock.
    #[serde(default = "nine")]
    pub at: LocalTime,
    /// What the 29th of February becomes in a common year.
    #[serde(default)]
    pub leap_day: LeapDay,
    /// For whom; everybody who has the date when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Predicate>,
}

fn nine() -> LocalTime {
    LocalTime(jiff::civil::time(9, 0, 0, 0))
}

/// The day a fact names: `1990-05-12`, an RFC 3339 time (its date as written), or `--05-12` for a birthday without its year.
#[must_use]
pub fn day_of(value: &Json) -> Option<Date> {
    let text = value.as_str()?.trim();
    // The year 0 stands for "not told"; it is a leap year, so 29 February survives.
    let text = text.strip_prefix("--").map_or_else(|| text.to_owned(), |rest| format!("0000-{rest}"));
    text.get(..10)?.parse().ok().filter(|_| text.len() == 10 || Timestamp::parse(&text).is_some())
}

/// The first anniversary of `date`, moved by `offset_days` and at `at` on the clock of `zone`, strictly after `after`.
/// The date itself is none: the first is a year later. None when there is no such instant.
#[must_use]
pub fn next_anniversary(
    date: Date,
    offset_days: i64,
    at: LocalTime,
    leap_day: LeapDay,
    zone: &Zone,
    after: Timestamp,
) -> Option<Timestamp> {
    let year = after.in_zone(&zone.0).year();
    // An offset of up to a year may carry the day of one year into the next or the one before.
    (year.saturating_sub(2)..=year.saturating_add(2))
        .filter(|year| *year > date.year())
        .filter_map(|year| {
            let day = match (Date::new(year, date.month(), date.day()), leap_day) {
                (Ok(day), _) => day,
                (Err(_), LeapDay::Feb28) => Date::new(year, 2, 28).ok()?,
                (Err(_), LeapDay::Mar1) => Date::new(year, 3, 1).ok()?,
            };
            let day = day.checked_add(jiff::Span::new().try_days(offset_days).ok()?).ok()?;
            Some(Timestamp::from_jiff(day.to_datetime(at.0).to_zoned(zone.0.clone()).ok()?.timestamp()))
        })
        .find(|instant| *instant > after)
}

impl Kind for OnAnniversary {
    const NAME: &'static str = "trigger.anniversary";
    const FAMILY: Family = Family::Trigger;
    const LABEL: &'static str = "On a birthday or anniversary";
    const ICON: &'static str = r#"<path d="M20 21v-8a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v8" /> <path d="M4 16s.5-1 2-1 2.5 2 4 2 2.5-2 4-2 2.5 2 4 2 2-1 2-1" /> <path d="M2 21h20" /> <path d="M7 8v3" /> <path d="M12 8v3" /> <path d="M17 8v3" /> <path d="M7 4h.01" /> <path d="M12 4h.01" /> <path d="M17 4h.01" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("fact", "Date", FieldType::Fact)
                .required()
                .begins("customer.birthday")
                .help("A fact with a date, as customer.birthday."),
            Field::new("offset_days", "Days after", FieldType::Integer { min: -365, max: 365 }).or(0).help("Negative: days before."),
            Field::new("at", "At", FieldType::LocalTime).or("09:00").help("On the person's clock."),
            Field::new("leap_day", "29 February becomes", FieldType::Choice { options: vec!["feb28".into(), "mar1".into()] }).or("feb28"),
            Field::new("audience", "For whom", FieldType::Predicate),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        let days = draft.number("offset_days").unwrap_or(0.0) as i64;
        let main = draft.text("fact").map(|fact| Part::moved(Duration::from_days(days), Part::Fact(fact.to_owned())));
        let at = draft.text("at").unwrap_or("09:00");
        Summary::of(main).with([Part::said("at_time", [("time", Part::Text(at.to_owned()))])]).with(draft.when("audience"))
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::required(PortName::NEXT)]
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        let mut issues: Vec<_> = check_fact(&self.fact, scope, "/fact").into_iter().collect();
        issues.extend(self.audience.iter().flat_map(|audience| predicate::check(audience, scope, "/audience")));
        issues
    }
    fn needs(&self, needs: &mut Needs) {
        if let Some(audience) = &self.audience {
            predicate::needs(audience, needs);
        }
    }
    fn trigger(&self) -> Option<Trigger> {
        Some(Trigger::Anniversary {
            fact: self.fact.clone(),
            offset_days: self.offset_days,
            at: self.at,
            leap_day: self.leap_day,
            audience: self.audience.clone(),
        })
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        let date = cx.facts.get(&self.fact).and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        enter(Why::Anniversary { fact: self.fact.clone(), date, days: self.offset_days })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::stage::{Stage, at, kind, port, rule, wrong};
    use serde_json::json;

    fn next(date: &str, offset: i64, leap_day: LeapDay, after: &str) -> String {
        let zone = Zone::named("Europe/Berlin").unwrap();
        next_anniversary(day_of(&date.into()).unwrap(), offset, nine(), leap_day, &zone, at(after)).unwrap().to_string()
    }

    #[test]
    fn once_a_year_on_the_persons_clock() {
        assert_eq!(next("1990-05-12", 0, LeapDay::Feb28, "2026-01-01T00:00:00Z"), "2026-05-12T07:00:00Z");
        assert_eq!(next("1990-05-12", 0, LeapDay::Feb28, "2026-05-12T07:00:00Z"), "2027-05-12T07:00:00Z");
        assert_eq!(next("1990-11-30", 0, LeapDay::Feb28, "2026-05-12T07:00:00Z"), "2026-11-30T08:00:00Z");
    }

    #[test]
    fn an_offset_may_cross_the_year() {
        assert_eq!(next("1990-01-03", -7, LeapDay::Feb28, "2026-12-01T00:00:00Z"), "2026-12-27T08:00:00Z");
        assert_eq!(next("1990-12-30", 7, LeapDay::Feb28, "2027-01-01T00:00:00Z"), "2027-01-06T08:00:00Z");
        assert_eq!(next("1990-12-31", 365, LeapDay::Feb28, "2026-12-31T00:00:00Z"), "2026-12-31T08:00:00Z");
    }

    #[test]
    fn the_29th_of_february_has_a_rule_in_common_years() {
        assert_eq!(next("2000-02-29", 0, LeapDay::Feb28, "2026-01-01T00:00:00Z"), "2026-02-28T08:00:00Z");
        assert_eq!(next("2000-02-29", 0, LeapDay::Mar1, "2026-01-01T00:00:00Z"), "2026-03-01T08:00:00Z");
        assert_eq!(next("--02-29", 0, LeapDay::Mar1, "2028-01-01T00:00:00Z"), "2028-02-29T08:00:00Z");
    }

    #[test]
    fn the_day_itself_is_no_anniversary() {
        assert_eq!(next("2026-05-12", 0, LeapDay::Feb28, "2026-05-12T00:00:00Z"), "2027-05-12T07:00:00Z");
        for bad in [json!("soon"), json!(19900512), json!("1990-02-30"), json!("1990-05-12 and more")] {
            assert_eq!(day_of(&bad), None, "{bad}");
        }
        assert!(day_of(&"1990-05-12T23:30:00-05:00".into()).is_some());
    }

    #[test]
    fn it_goes_next_and_bad_configs_name_their_field() {
        let node = kind("trigger.anniversary", json!({"fact": "customer.birthday", "offset_days": -7}));
        let outcome = node.step(&Stage::new().has("birthday", "1990-05-12").cx());
        assert_eq!((port(&outcome), rule(&outcome).as_str()), ("next", "7 days before the day of customer.birthday (1990-05-12)"));
        assert_eq!(wrong("trigger.anniversary", json!({"fact": "birthday"})), ["/fact"]);
        assert_eq!(
            wrong("trigger.anniversary", json!({"fact": "customer.birthday", "offset_days": 400, "at": "9"})),
            ["/offset_days", "/at"]
        );
    }
}
