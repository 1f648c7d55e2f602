use super::*;
use crate::predicate::{Against, Aggregate, Bound, Compared, Counted, Measure, Sample, Size, Window};
use serde_json::json;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn clock(text: &str) -> LocalTime {
    LocalTime(text.parse().unwrap())
}

fn scalar(value: Json) -> Sample {
    Sample::Scalar(value)
}

fn consent(state: ConsentState) -> ConsentFound {
    ConsentFound { channel: "email".into(), purpose: "marketing".into(), state }
}

fn compared(against: Against) -> Compared {
    Compared { path: "event.properties.value".into(), value: scalar(json!(62)), against, now: None }
}

fn counted(measure: Option<Measure>, window: Option<Window>) -> Finding {
    let event = "Order Completed".to_owned();
    Finding::Events(Box::new(Counted { event, count: 2, filtered: false, window, measure, summed: None, list: false, latest: None }))
}

/// Everything a predicate can find, each with its English.
fn findings() -> Vec<(Finding, &'static str)> {
    let bound = Bound { gte: Some(3.0), ..Bound::default() };
    let now = at("2026-11-23T09:00:00Z");
    let path = || "customer.country".to_owned();
    let against = |against| Finding::Is(Box::new(compared(against)));
    vec![
        (Finding::NoCondition, "no condition is set"),
        (Finding::NoChoice, "none of no conditions holds"),
        (Finding::NoValue(path()), "customer.country has no value"),
        (Finding::Fact { path: path(), value: scalar(json!("DE")) }, "customer.country is DE"),
        (Finding::Fact { path: "customer.tags".into(), value: Sample::Sized(Size::Items(2)) }, "customer.tags has 2 items"),
        (Finding::Fact { path: "customer.traits".into(), value: Sample::Sized(Size::Values(1)) }, "customer.traits has 1 value"),
        (Finding::RuledOut { path: path(), value: scalar(json!("DE")) }, "customer.country is DE, which is ruled out"),
        (Finding::IsNot(Box::new(compared(Against::AtLeast(scalar(json!(70)))))), "event.properties.value is 62, not at least 70"),
        (Finding::IsNot(Box::new(compared(Against::Equal(scalar(json!(true)))))), "event.properties.value is 62, not yes"),
        (against(Against::LessThan(scalar(json!(70)))), "event.properties.value is 62, less than 70"),
        (against(Against::AtMost(scalar(json!(70)))), "event.properties.value is 62, at most 70"),
        (against(Against::MoreThan(scalar(json!(50)))), "event.properties.value is 62, more than 50"),
        (against(Against::AtLeast(scalar(json!(50)))), "event.properties.value is 62, at least 50"),
        (against(Against::Containing(scalar(json!("6")))), "event.properties.value is 62, with 6 in it"),
        (against(Against::BeginningWith(scalar(json!("6")))), "event.properties.value is 62, beginning with 6"),
        (against(Against::EndingWith(scalar(json!("2")))), "event.properties.value is 62, ending with 2"),
        (against(Against::OneOf(vec![scalar(json!(62)), scalar(json!(63))])), "event.properties.value is 62, one of 62, 63"),
        (against(Against::OneOfMore(vec![scalar(json!(62))], 4)), "event.properties.value is 62, one of 62, 4 more"),
        (against(Against::Before(scalar(json!("2026-12-24")))), "event.properties.value is 62, before 2026-12-24"),
        (against(Against::After(scalar(json!("now")))), "event.properties.value is 62, after now"),
        (against(Against::WithinLast(scalar(json!("7d")))), "event.properties.value is 62, within the last 7d"),
        (against(Against::WithinNext(scalar(json!("7d")))), "event.properties.value is 62, within the next 7d"),
        (against(Against::LongerAgoThan(scalar(json!("7d")))), "event.properties.value is 62, longer ago than 7d"),
        (counted(None, None), "2 Order Completed"),
        (
            counted(Some(Measure::Count { bound, holds: false }), Some(Window::Last(Duration::from_days(60), now))),
            "2 Order Completed within the last 60 days, not at least 3",
        ),
        (
            counted(
                Some(Measure::Sum { wanted: Aggregate { of: "total".into(), bound }, sum: "85.01".into(), holds: true }),
                Some(Window::SinceEntry),
            ),
            "2 Order Completed since entry, their total sums to 85.01, at least 3",
        ),
        (Finding::Consent(consent(ConsentState::Withdrawn)), "withdrew email/marketing"),
        (Finding::Segment("vip".into()), "in segment vip"),
        (Finding::NoSegment("vip".into()), "not in segment vip"),
        (
            Finding::Parts { of: vec![Finding::Segment("a".into()), Finding::NoSegment("b".into())], more: 3 },
            "in segment a; not in segment b; and 3 more",
        ),
    ]
}

/// Everything a step, a guard or a door can say, each with its English.
#[allow(clippy::too_many_lines, reason = "one line a reason")]
fn reasons() -> Vec<(Why, &'static str)> {
    let found = || Finding::Segment("vip".into());
    let (hour, noon, run) = (Duration::from_hours(1), at("2026-11-23T12:00:00Z"), RunId(uuid::Uuid::nil()));
    let zone = || Zone::named("Europe/Berlin").unwrap();
    let date = |found| Why::Date(Box::new(DateRead { fact: "customer.traits.end".into(), value: json!("2026-11-23"), found }));
    vec![
        (Why::StartedByApi, "a call of the API started it"),
        (Why::StartedByJourney, "another journey started it"),
        (Why::Came("Order Completed".into()), "Order Completed came"),
        (Why::PutIn(vec!["A".into(), "B".into()]), "entered where A or B would start it"),
        (Why::CameRound("0 9 * * *".into()), "the schedule 0 9 * * * came round"),
        (Why::Crossed { segment: "vip".into(), change: SegmentChange::Entered }, "the customer entered the segment vip"),
        (Why::Crossed { segment: "vip".into(), change: SegmentChange::Left }, "the customer left the segment vip"),
        (
            Why::Anniversary { fact: "customer.birthday".into(), date: "1990-05-01".into(), days: 0 },
            "today is the day of customer.birthday (1990-05-01)",
        ),
        (
            Why::Anniversary { fact: "customer.birthday".into(), date: "1990-05-01".into(), days: -2 },
            "2 days before the day of customer.birthday (1990-05-01)",
        ),
        (Why::Passed(hour), "1h passed"),
        (Why::Sleeps { length: hour, until: noon }, "waits 1h until 2026-11-23T12:00:00Z"),
        (Why::TimeOfDay { at: clock("09:00"), zone: zone() }, "it is 09:00 in Europe/Berlin"),
        (
            Why::SleepsUntilTime { at: clock("13:00"), zone: zone(), until: noon },
            "waits until 13:00 in Europe/Berlin, which is 2026-11-23T12:00:00Z",
        ),
        (Why::NoSuchTime { at: clock("09:00"), zone: zone() }, "09:00 never comes again in Europe/Berlin"),
        (Why::DateCame("customer.traits.end".into()), "the date in customer.traits.end has come"),
        (Why::NoFact("customer.traits.end".into()), "customer.traits.end is missing"),
        (date(DateFound::NoDate), "customer.traits.end is \"2026-11-23\", which is no date"),
        (date(DateFound::Passed(noon)), "2026-11-23T12:00:00Z, by customer.traits.end \"2026-11-23\", has passed"),
        (date(DateFound::TooFar(noon)), "2026-11-23T12:00:00Z, by customer.traits.end \"2026-11-23\", is more than 5 years away"),
        (date(DateFound::Ahead(noon)), "waits until 2026-11-23T12:00:00Z, by customer.traits.end \"2026-11-23\""),
        (Why::EventCame { event: "A".into(), at: noon, finding: None }, "A came at 2026-11-23T12:00:00Z"),
        (
            Why::EventCame { event: "A".into(), at: noon, finding: Some(Box::new(found())) },
            "A came at 2026-11-23T12:00:00Z; in segment vip",
        ),
        (Why::NoneCame { names: vec!["A".into(), "B".into()], within: hour }, "no A or B came within 1h"),
        (Why::WaitsFor { names: vec!["A".into()], until: noon }, "waits for A until 2026-11-23T12:00:00Z"),
        (Why::NotYet(found()), "waits, for now in segment vip"),
        (Why::StillNot { after: hour, finding: Box::new(found()) }, "still not after 1h: in segment vip"),
        (Why::Drew { draw: 0.25, port: PortName::new("a") }, "drew 0.2500 of 1: a"),
        (Why::Case { name: "Gold".into(), finding: Box::new(found()) }, "Gold: in segment vip"),
        (Why::NoCase(vec![("a".into(), found())]), "no case holds; a: in segment vip"),
        (Why::ConsentFor(consent(ConsentState::Granted)), "consent for email/marketing is granted"),
        (Why::ConsentFor(consent(ConsentState::Nobody)), "no consent for email/marketing: the run is about no person"),
        (Why::SendsMail { subject: "Hello".into(), to: "a@b.c".into() }, "sends \"Hello\" to a@b.c"),
        (Why::MailSent, "the mail was sent"),
        (Why::Requests { method: "POST".into(), url: "https://a.b".into() }, "asks POST https://a.b"),
        (Why::Responded { status: json!(200), without: vec!["id (body.id)".into()] }, "the answer was 200, without id (body.id)"),
        (Why::Responded { status: json!(200), without: Vec::new() }, "the answer was 200"),
        (Why::NotSent(Box::new(Why::CancelledBefore)), "not sent: the run was cancelled before it was sent"),
        (
            Why::Changed(vec![
                Change::Set("plan".into(), json!("pro")),
                Change::Removed("trial".into()),
                Change::Kept("city".into()),
                Change::TagAdded("x".into()),
                Change::TagTaken("y".into()),
            ]),
            "set plan to \"pro\"; removed trial; left city as it was, its fact is missing; added the tag x; took away the tag y",
        ),
        (Why::Recorded { event: "A".into(), without: Vec::new() }, "recorded A"),
        (Why::Recorded { event: "A".into(), without: vec!["b".into()] }, "recorded A, without b whose facts are missing"),
        (Why::Did { command: "loyalty.award".into(), answer: JsonMap::new() }, "did loyalty.award"),
        (
            Why::Did { command: "loyalty.award".into(), answer: json!({"points": 50, "balance": 130}).as_object().unwrap().clone() },
            "did loyalty.award: points 50, balance 130",
        ),
        (Why::Started { journey: "welcome".into(), user: None }, "started the journey welcome"),
        (Why::Started { journey: "welcome".into(), user: Some("u1".into()) }, "started the journey welcome for u1"),
        (Why::Goal("bought".into()), "reached the goal bought"),
        (Why::Asks { whom: None, question: "Go?".into() }, "asks anybody: Go?"),
        (Why::Answered("yes".into()), "the answer was yes"),
        (Why::NoAnswer(hour), "nobody answered within 1h"),
        (Why::EndsFor("bought".into()), "the run ends here: bought"),
        (Why::EndsAt(NodeId::new("exit").unwrap()), "the run ends here: came to exit"),
        (Why::ScriptWent(PortName::new("gold")), "the script went on by gold"),
        (Why::ScriptSleeps(hour), "the script sleeps for 1h"),
        (Why::ScriptEnded("enough".into()), "the script ended the run: enough"),
        (Why::SentOn, "a person sent the run on"),
        (Why::Forced(PortName::YES), "the scenario sends it by yes"),
        (Why::Cancelled("wrong person".into()), "cancelled: wrong person"),
        (Why::NodeGone(NodeId::new("a").unwrap()), "node a is not in this version of the journey"),
        (Why::NextWindow(hour), "woke 1h late; the journey takes the same hour of the next day"),
        (Why::Stale(hour), "not done: the engine came back 1h late and the journey skips what is older"),
        (Why::TooLate(noon), "too late: it was of use until 2026-11-23T12:00:00Z"),
        (Why::NoConsent(consent(ConsentState::NeverAsked)), "no consent for email/marketing at the moment of sending: never asked"),
        (Why::CancelledBefore, "the run was cancelled before it was sent"),
        (Why::NoLonger(found()), "no longer so: in segment vip"),
        (Why::GoalBefore(found()), "the goal was reached before it was sent: in segment vip"),
        (Why::LeftBefore(found()), "the journey was left before it was sent: in segment vip"),
        (
            Why::QuietHours { from: clock("21:00"), to: clock("08:00"), zone: zone() },
            "quiet hours from 21:00 to 08:00 in Europe/Berlin: it waits",
        ),
        (
            Why::Capped { messages: 2, channel: "email".into(), per: Duration::from_days(1), most: 2 },
            "had 2 messages by email within 1d: the cap is 2",
        ),
        (Why::Paused, "the journey was paused"),
        (Why::Stopped, "the journey was stopped"),
        (Why::NoDoor, "the journey has no trigger for a start by the API or another journey"),
        (Why::KeyTemplate("x is missing".into()), "no run key: x is missing"),
        (Why::KeyFact("event.properties.cart".into()), "no run key: event.properties.cart has no value"),
        (Why::KeyLength, "no run key: it is empty or longer than 256 bytes"),
        (Why::EnteredOnce { at: noon, run }, "entered already at 2026-11-23T12:00:00Z: this journey is entered once"),
        (Why::EnteredRecently { at: noon, period: hour, run }, "entered at 2026-11-23T12:00:00Z: this journey is entered once in 1h"),
        (Why::StillInside { since: noon, run }, "still inside since 2026-11-23T12:00:00Z"),
        (
            Why::OnePerson(Box::new(Why::StillInside { since: noon, run })),
            "two customers turned out to be one person: still inside since 2026-11-23T12:00:00Z",
        ),
        (
            Why::Fed { event: "A".into(), depth: 9 },
            "A came of 9 journeys one after the other and 8 are allowed: a journey would feed itself for ever",
        ),
        (Why::words("550 no such user"), "550 no such user"),
    ]
}

fn all() -> Vec<(Why, &'static str)> {
    reasons().into_iter().chain(findings().into_iter().map(|(finding, words)| (Why::Found(finding), words))).collect()
}

#[test]
fn english_says_what_it_always_said() {
    for (why, words) in all() {
        assert_eq!(why.to_string(), words, "{why:?}");
    }
}

#[test]
fn every_reason_reads_back_what_it_wrote() {
    for (why, _) in all() {
        let text = serde_json::to_string(&why).unwrap();
        assert_eq!(serde_json::from_str::<Why>(&text).unwrap(), why, "{text}");
    }
}

#[test]
fn what_is_stored_is_no_larger_than_the_sentence_was() {
    let (mut now, mut before) = (0, 0);
    for (why, words) in all() {
        let stored = serde_json::to_string(&why).unwrap();
        let seen = why.seen();
        let old = if seen.is_empty() { json!({ "rule": words }) } else { json!({ "rule": words, "seen": seen }) };
        // Single short ones may be a few letters longer; a tag is no sentence.
        assert!(stored.len() <= old.to_string().len() + 48, "{stored} instead of {old}");
        now += stored.len();
        before += old.to_string().len();
    }
    assert!(now < before, "{now} bytes where there were {before}");
}

#[test]
fn rows_from_before_are_read_as_words() {
    let old = json!({"rule": "event.properties.value is 62, at least 50", "seen": {"event.properties.value": 62}});
    let why: Why = serde_json::from_value(old.clone()).unwrap();
    assert_eq!(why.to_string(), "event.properties.value is 62, at least 50");
    assert_eq!(why.seen()["event.properties.value"], json!(62));
    assert_eq!(serde_json::to_value(&why).unwrap(), old, "and written back as they were");
    let bare: Why = serde_json::from_value(json!({"rule": "the journey was paused"})).unwrap();
    assert_eq!(bare, Why::words("the journey was paused"));
    assert!(serde_json::from_value::<Why>(json!({"of_another_version": 1})).is_err());
}

#[test]
fn a_reason_is_told_with_its_values() {
    let compared = compared(Against::AtLeast(scalar(json!(50))));
    let now = at("2026-11-23T09:00:00Z");
    let why = Why::from(Finding::Is(Box::new(Compared { now: Some(now), ..compared })));
    assert_eq!(Json::Object(why.seen()), json!({"event.properties.value": 62, "now": "2026-11-23T09:00:00Z"}));
    let both = Why::EventCame { event: "A".into(), at: now, finding: Some(Box::new(Finding::NoSegment("vip".into()))) };
    assert_eq!(Json::Object(both.seen()), json!({"event.name": "A", "segments.vip": false}));
}
