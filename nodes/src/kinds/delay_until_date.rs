//! `delay.until_date`: a date the run knows, or so long before or after it.

use super::LONGEST;
use super::rendered::check_fact;
use super::trigger_anniversary::day_of;
use crate::Json;
use crate::description::{Draft, Part, Summary};
use crate::fact::FactScope;
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode};
use crate::kind::{Family, Kind, Outcome, Port, Resume, StepCx};
use crate::time::{Duration, LocalTime, Span, Timestamp, Zone};
use crate::why::{DateFound, DateRead, Why};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// The way taken when the date is gone, missing or no date.
const PASSED: PortName = PortName::fixed("passed");

/// Sleeps until a date. The date is read when the run comes in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UntilDate {
    /// The path of the date: a day, or an RFC 3339 time.
    pub fact: String,
    /// So long after (negative: before) it.
    #[serde(default)]
    pub offset: Duration,
    /// At this time of that day, on the person's clock. Absent: a day counts from its midnight, a time as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<LocalTime>,
}

impl UntilDate {
    /// The instant to sleep until, or None when `value` is no date.
    fn target(&self, value: &Json, zone: &Zone) -> Option<Timestamp> {
        let text = value.as_str()?.trim();
        let day = day_of(value).filter(|_| text.len() == 10);
        // Whole days are counted on the calendar, so that a change of the clock between does not move the hour.
        let local = match (day, self.at) {
            (None, None) => return Some(Timestamp::parse(text)?.plus(self.offset)),
            (Some(day), _) => day.to_datetime(jiff::civil::Time::midnight()),
            (None, Some(_)) => Timestamp::parse(text)?.in_zone(&zone.0).datetime(),
        };
        let moved = local.checked_add(SignedDuration::from_micros(self.offset.micros())).ok()?;
        let moved = self.at.map_or(moved, |at| moved.date().to_datetime(at.0));
        Some(Timestamp::from_jiff(moved.to_zoned(zone.0.clone()).ok()?.timestamp()))
    }

    /// There is nothing to sleep until.
    fn gone(cx: &StepCx<'_>, why: Why) -> Outcome {
        let port = if cx.wired(&PASSED) { PASSED } else { PortName::NEXT };
        Outcome::Go { port, output: None, why }
    }
}

impl Kind for UntilDate {
    const NAME: &'static str = "delay.until_date";
    const FAMILY: Family = Family::Delay;
    const LABEL: &'static str = "Wait until a date";
    const ICON: &'static str = r#"<path d="M8 2v4" /> <path d="M16 2v4" /> <rect width="18" height="18" x="3" y="4" rx="2" /> <path d="M3 10h18" /> <path d="M8 14h.01" /> <path d="M12 14h.01" /> <path d="M16 14h.01" /> <path d="M8 18h.01" /> <path d="M12 18h.01" /> <path d="M16 18h.01" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("fact", "Date", FieldType::Fact).required().help("A fact with a day or an RFC 3339 time."),
            Field::new("offset", "Moved by", FieldType::Duration).or("0s").help("-2d is two days before."),
            Field::new("at", "At", FieldType::LocalTime).help("On the person's clock."),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        let offset = draft.time("offset").unwrap_or(Duration::ZERO);
        let main = draft.text("fact").map(|fact| Part::said("until", [("what", Part::moved(offset, Part::Fact(fact.to_owned())))]));
        Summary::of(main).with(draft.words("at").map(|at| Part::said("at_time", [("time", at)])))
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::required(PortName::NEXT), Port::optional(PASSED)]
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        let mut issues: Vec<_> = check_fact(&self.fact, scope, "/fact").into_iter().collect();
        if self.offset > LONGEST || self.offset < Duration(-LONGEST.0) {
            let message = format!("offset cannot be {}: write at most 5 years either way", self.offset);
            issues.push(FieldIssue::new("/offset", IssueCode::Invalid, message));
        }
        issues
    }
    fn takes(&self, port: &PortName) -> Span {
        if *port == PASSED { Span::ZERO } else { Span::OPEN }
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        if matches!(cx.resume, Resume::Woke) {
            return Outcome::Go { port: PortName::NEXT, output: None, why: Why::DateCame(self.fact.clone()) };
        }
        let zone = cx.zone();
        let value = cx.facts.get(&self.fact);
        let Some(value) = value.map(std::borrow::Cow::into_owned) else { return Self::gone(cx, Why::NoFact(self.fact.clone())) };
        let found = match self.target(&value, &zone) {
            None => DateFound::NoDate,
            Some(until) if until <= cx.since => DateFound::Passed(until),
            Some(until) if until > cx.since.plus(LONGEST) => DateFound::TooFar(until),
            Some(until) => DateFound::Ahead(until),
        };
        let why = Why::Date(Box::new(DateRead { fact: self.fact.clone(), value, found }));
        match found {
            DateFound::Ahead(until) => Outcome::Sleep { until, why },
            DateFound::NoDate | DateFound::Passed(_) | DateFound::TooFar(_) => Self::gone(cx, why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::stage::{Stage, kind, port, rule, wrong};
    use serde_json::{Value, json};

    fn step(config: Value, stage: &Stage) -> Outcome {
        kind("delay.until_date", config).step(&stage.cx())
    }
    fn until(config: Value, date: &str) -> String {
        match step(config, &Stage::new().has("trip", date)) {
            Outcome::Sleep { until, .. } => until.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn days_are_the_persons_and_instants_are_exact() {
        assert_eq!(until(json!({"fact": "customer.traits.trip"}), "2027-04-02"), "2027-04-01T22:00:00Z");
        assert_eq!(until(json!({"fact": "customer.traits.trip"}), "2027-04-02T10:00:00-05:00"), "2027-04-02T15:00:00Z");
        assert_eq!(until(json!({"fact": "customer.traits.trip", "offset": "-90m"}), "2027-04-02T10:00:00Z"), "2027-04-02T08:30:00Z");
        assert_eq!(until(json!({"fact": "customer.traits.trip", "at": "09:00"}), "2027-04-02T23:00:00Z"), "2027-04-03T07:00:00Z");
    }

    #[test]
    fn whole_days_keep_the_hour_across_a_change_of_the_clock() {
        // Berlin's clock goes forward on 2027-03-28.
        assert_eq!(until(json!({"fact": "customer.traits.trip", "offset": "-7d", "at": "09:00"}), "2027-04-01"), "2027-03-25T08:00:00Z");
        assert_eq!(until(json!({"fact": "customer.traits.trip", "offset": "-7d"}), "2027-04-01"), "2027-03-24T23:00:00Z");
    }

    #[test]
    fn a_date_gone_missing_or_wrong_goes_passed_when_wired_else_next() {
        let config = json!({"fact": "customer.traits.trip"});
        for (value, word) in
            [(json!("2020-01-01"), "has passed"), (json!("soon"), "no date"), (json!("2999-01-01"), "5 years"), (Json::Null, "missing")]
        {
            let stage = Stage::new().has("trip", value);
            let outcome = step(config.clone(), &stage);
            assert_eq!(port(&outcome), "next");
            assert!(rule(&outcome).contains(word), "{}", rule(&outcome));
            assert_eq!(port(&step(config.clone(), &stage.wire("passed"))), "passed");
        }
        assert_eq!(port(&kind("delay.until_date", config).step(&Stage::new().wire("passed").resumed(Resume::Woke))), "next");
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("delay.until_date", json!({"at": "x"})), ["/fact", "/at"]);
        assert_eq!(wrong("delay.until_date", json!({"fact": "trip", "offset": "-999w"})), ["/fact", "/offset"]);
    }
}
