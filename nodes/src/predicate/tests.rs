//! What predicates decide and what they say about it.

use super::*;
use crate::fact::{ConsentStatus, Customer, Event, Facts, Horizon, Needs, RunFacts};
use crate::id::{CustomerId, EventId, RunId};
use crate::time::{Duration, Timestamp};
use crate::{Json, JsonMap};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

pub(super) const DAY: i64 = 86_400_000_000;

pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(super) fn read(value: &Json) -> Predicate {
    from_json(value, "").unwrap_or_else(|issue| panic!("{value}: {issue:?}"))
}

pub(super) fn event(name: &str, when: Timestamp, properties: &Json) -> Event {
    Event {
        id: EventId(Uuid::nil()),
        name: name.into(),
        at: when,
        properties: properties.as_object().cloned().unwrap_or_default(),
        context: JsonMap::new(),
    }
}

/// A world one customer lives in.
#[derive(Debug)]
pub(super) struct World {
    pub(super) customer: Customer,
    pub(super) history: Vec<Event>,
    pub(super) segments: BTreeSet<String>,
    pub(super) event: Event,
    pub(super) outputs: JsonMap,
    pub(super) entered_at: Timestamp,
}

impl World {
    pub(super) fn facts(&self, now: Timestamp) -> Facts<'_> {
        Facts {
            customer: Some(&self.customer),
            history: &self.history,
            segments: &self.segments,
            event: Some(&self.event),
            item: None,
            outputs: &self.outputs,
            run: Some(RunFacts { id: RunId(Uuid::nil()), entered_at: self.entered_at, key: None }),
            now,
        }
    }
}

pub(super) fn world() -> World {
    let mut customer = Customer::unknown(CustomerId(Uuid::nil()), at("2026-01-01"));
    customer.traits = json!({
        "country": "DE", "plan": "pro", "age": 30, "limit": "19.90", "big": 9_007_199_254_740_993_i64, "vip": true,
        "birthday": "1992-02-29", "trial_ends": "2026-06-10T00:00:00Z", "timezone": "Europe/Berlin", "sizes": ["m", 42],
        "long": "x".repeat(500), "empty": null,
    })
    .as_object()
    .cloned()
    .unwrap();
    customer.tags = ["loyal".to_owned(), "test".to_owned()].into();
    customer.consent.insert("email/marketing".into(), ConsentStatus::Granted);
    customer.consent.insert("sms/marketing".into(), ConsentStatus::Withdrawn);
    World {
        customer,
        history: vec![
            event("Order Completed", at("2026-04-01"), &json!({"total": 19.99, "currency": "EUR"})),
            event("Order Completed", at("2026-05-01"), &json!({"total": "80.01", "currency": "EUR"})),
            event("Order Completed", at("2026-05-20"), &json!({"total": 5, "currency": "USD"})),
            event("Product Viewed", at("2026-05-30"), &json!({})),
        ],
        segments: ["vip".to_owned()].into(),
        event: event("Cart Updated", at("2026-05-30"), &json!({"value": 62, "a.b": 1, "items": [{"sku": "A"}]})),
        outputs: json!({"call": {"status": 200}}).as_object().cloned().unwrap(),
        entered_at: at("2026-05-10"),
    }
}

#[test]
fn decides_and_says_why() {
    let world = world();
    for (form, holds, rule) in [
        (json!({"fact": "event.properties.value", "is": "gte", "value": 50}), true, "event.properties.value is 62, at least 50"),
        (json!({"fact": "event.properties.value", "is": "lt", "value": 50}), false, "event.properties.value is 62, not less than 50"),
        (json!({"fact": "customer.country", "is": "eq", "value": "FR"}), false, "customer.country is DE, not FR"),
        (json!({"fact": "customer.country", "is": "eq", "value": "DE"}), true, "customer.country is DE"),
        (json!({"fact": "customer.country", "is": "ne", "value": "DE"}), false, "customer.country is DE, which is ruled out"),
        (json!({"fact": "customer.country", "is": "ne", "value": "FR"}), true, "customer.country is DE, not FR"),
        (json!({"fact": "customer.country", "is": "eq", "value": "de"}), false, "customer.country is DE, not de"),
        (json!({"fact": "customer.traits.limit", "is": "eq", "value": 19.9}), true, "customer.traits.limit is 19.90"),
        (json!({"fact": "customer.traits.limit", "is": "gt", "value": 9}), true, "customer.traits.limit is 19.90, more than 9"),
        (json!({"fact": "customer.traits.age", "is": "eq", "value": 30.0}), true, "customer.traits.age is 30"),
        (json!({"fact": "customer.traits.age", "is": "eq", "value": "30"}), true, "customer.traits.age is 30"),
        (
            json!({"fact": "customer.traits.big", "is": "eq", "value": 9_007_199_254_740_992_i64}),
            false,
            "customer.traits.big is 9007199254740993, not 9007199254740992",
        ),
        (json!({"fact": "customer.traits.vip", "is": "eq", "value": true}), true, "customer.traits.vip is yes"),
        (
            json!({"fact": "customer.traits.plan", "is": "in", "value": ["pro", "team"]}),
            true,
            "customer.traits.plan is pro, one of pro, team",
        ),
        (json!({"fact": "customer.traits.plan", "is": "not_in", "value": ["pro"]}), false, "customer.traits.plan is pro, one of pro"),
        (
            json!({"fact": "customer.traits.plan", "is": "not_in", "value": ["a", "b", "c", "d", "e", "f"]}),
            true,
            "customer.traits.plan is pro, not one of a, b, c, d, 2 more",
        ),
        (json!({"fact": "customer.traits.plan", "is": "starts_with", "value": "p"}), true, "customer.traits.plan is pro, beginning with p"),
        (json!({"fact": "customer.traits.plan", "is": "ends_with", "value": "x"}), false, "customer.traits.plan is pro, not ending with x"),
        (json!({"fact": "customer.tags", "is": "contains", "value": "loyal"}), true, "customer.tags has 2 items, with loyal in it"),
        (json!({"fact": "customer.tags", "is": "not_contains", "value": "loyal"}), false, "customer.tags has 2 items, with loyal in it"),
        (
            json!({"fact": "customer.traits.sizes", "is": "contains", "value": "42"}),
            true,
            "customer.traits.sizes has 2 items, with 42 in it",
        ),
        (json!({"fact": "customer.traits.none", "is": "missing"}), true, "customer.traits.none has no value"),
        (json!({"fact": "customer.traits.empty", "is": "exists"}), false, "customer.traits.empty has no value"),
        (json!({"fact": "steps.call.status", "is": "eq", "value": 200}), true, "steps.call.status is 200"),
        (
            json!({"fact": "event.timestamp", "is": "before", "value": "2026-06-01"}),
            true,
            "event.timestamp is 2026-05-30T00:00:00Z, before 2026-06-01",
        ),
        (json!({"consent": {"channel": "email"}}), true, "granted email/marketing"),
        (json!({"consent": {"channel": "sms"}}), false, "withdrew sms/marketing"),
        (json!({"consent": {"channel": "push"}}), false, "never asked for push/marketing"),
        (json!({"segment": "vip"}), true, "in segment vip"),
        (json!({"not": {"segment": "lost"}}), true, "not in segment lost"),
        (json!({"all": []}), true, "no condition is set"),
        (json!({"any": []}), false, "none of no conditions holds"),
        (json!({"all": [{"segment": "vip"}, {"segment": "lost"}, {"segment": "gone"}]}), false, "not in segment lost"),
        (json!({"any": [{"segment": "lost"}, {"segment": "vip"}]}), true, "in segment vip"),
        (
            json!({"any": [{"segment": "a"}, {"segment": "b"}, {"segment": "c"}, {"segment": "d"}, {"segment": "e"}]}),
            false,
            "not in segment a; not in segment b; not in segment c; not in segment d; and 1 more",
        ),
    ] {
        let verdict = evaluate(&read(&form), &world.facts(at("2026-06-01")));
        assert_eq!((verdict.holds, verdict.why.to_string().as_str()), (holds, rule), "{form}");
        assert_eq!(verdict.changes_at, None, "{form}");
    }
}

#[test]
fn a_missing_fact_fails_every_comparison_but_four() {
    let world = world();
    for (is, holds) in [
        ("eq", false),
        ("ne", true),
        ("lt", false),
        ("lte", false),
        ("gt", false),
        ("gte", false),
        ("contains", false),
        ("not_contains", true),
        ("starts_with", false),
        ("ends_with", false),
        ("in", false),
        ("not_in", true),
        ("exists", false),
        ("missing", true),
        ("before", false),
        ("after", false),
        ("within_last", false),
        ("within_next", false),
        ("longer_ago_than", false),
    ] {
        for value in [json!("7d"), json!(1), json!(["a"]), json!("now"), Json::Null] {
            let p = read(&json!({"fact": "customer.traits.nothing", "is": is, "value": value}));
            let verdict = evaluate(&p, &world.facts(at("2026-06-01")));
            assert_eq!(verdict.holds, holds, "{is} {value}");
            assert_eq!(verdict.changes_at, None);
        }
    }
}

#[test]
fn counts_and_sums_events() {
    let world = world();
    let now = at("2026-06-01");
    let tick = Duration(1);
    let leaves = |day: &str, days: i64| Some(at(day).plus(Duration::from_days(days)).plus(tick));
    for (form, holds, rule, changes_at) in [
        (
            json!({"event": "Order Completed", "count": {"eq": 0}, "since": "entry"}),
            false,
            "1 Order Completed since entry, not exactly 0",
            None,
        ),
        (json!({"event": "Refund", "count": {"eq": 0}, "since": "entry"}), true, "no Refund since entry (0)", None),
        (json!({"event": "Refund"}), false, "no Refund (0)", None),
        (json!({"event": "Order Completed"}), true, "3 Order Completed", None),
        (
            json!({"event": "Order Completed", "count": {"gte": 2}, "within": "60d"}),
            true,
            "2 Order Completed within the last 60 days, at least 2",
            leaves("2026-05-01", 60),
        ),
        (
            json!({"event": "Order Completed", "count": {"gte": 1}, "within": "60d"}),
            true,
            "2 Order Completed within the last 60 days, at least 1",
            leaves("2026-05-20", 60),
        ),
        (
            json!({"event": "Order Completed", "count": {"eq": 0}, "within": "60d"}),
            false,
            "2 Order Completed within the last 60 days, not exactly 0",
            leaves("2026-05-20", 60),
        ),
        (
            json!({"event": "Order Completed", "count": {"gte": 3}, "within": "60d"}),
            false,
            "2 Order Completed within the last 60 days, not at least 3",
            None,
        ),
        (
            json!({"event": "Order Completed", "sum": {"of": "total", "gte": 100}}),
            true,
            "3 Order Completed, their total sums to 105, at least 100",
            None,
        ),
        (
            json!({"event": "Order Completed", "sum": {"of": "total", "eq": 100}, "where": {"fact": "event.properties.currency", "is": "eq", "value": "EUR"}}),
            true,
            "2 Order Completed of that kind, their total sums to 100, exactly 100",
            None,
        ),
        (
            json!({"event": "Order Completed", "sum": {"of": "total", "gt": 50}, "within": "40d"}),
            true,
            "2 Order Completed within the last 40 days, their total sums to 85.01, more than 50",
            leaves("2026-05-01", 40),
        ),
        (
            json!({"event": "Order Completed", "count": {"gte": 5}, "sum": {"of": "total", "gt": 50}}),
            false,
            "3 Order Completed, not at least 5",
            None,
        ),
    ] {
        let verdict = evaluate(&read(&form), &world.facts(now));
        assert_eq!((verdict.holds, verdict.why.to_string().as_str(), verdict.changes_at), (holds, rule, changes_at), "{form}");
    }
    let nobody = Facts { run: None, ..world.facts(now) };
    assert!(holds(&read(&json!({"event": "Order Completed", "count": {"eq": 0}, "since": "entry"})), &nobody));
}

#[test]
fn dates_turn_at_the_exact_instant() {
    let world = world();
    let now = at("2026-06-01");
    let ends = "customer.traits.trial_ends";
    let plus = |text: &str, micros: i64| Some(Timestamp(at(text).0 + micros));
    for (form, holds, changes_at) in [
        (json!({"fact": ends, "is": "after", "value": "now"}), true, plus("2026-06-10", 0)),
        (json!({"fact": ends, "is": "before", "value": "now"}), false, plus("2026-06-10", 1)),
        (json!({"fact": ends, "is": "within_next", "value": "7d"}), false, plus("2026-06-03", 0)),
        (json!({"fact": ends, "is": "within_next", "value": "10d"}), true, plus("2026-06-10", 1)),
        (json!({"fact": ends, "is": "within_last", "value": "7d"}), false, plus("2026-06-10", 0)),
        (json!({"fact": ends, "is": "longer_ago_than", "value": "1d"}), false, plus("2026-06-11", 1)),
        (json!({"fact": "event.timestamp", "is": "within_last", "value": "3d"}), true, plus("2026-06-02", 1)),
        (json!({"fact": "event.timestamp", "is": "longer_ago_than", "value": "1d"}), true, None),
        (json!({"fact": "now", "is": "before", "value": "2026-06-05"}), true, plus("2026-06-05", 0)),
        (json!({"fact": "now", "is": "after", "value": "2026-06-05"}), false, plus("2026-06-05", 1)),
        (json!({"fact": "now", "is": "gte", "value": "2026-06-05"}), false, plus("2026-06-05", 0)),
        (json!({"not": {"fact": "now", "is": "gte", "value": "2026-06-05"}}), true, plus("2026-06-05", 0)),
        // Both must turn before the whole does.
        (
            json!({"all": [{"fact": "now", "is": "gte", "value": "2026-06-05"}, {"fact": "now", "is": "gte", "value": "2026-06-08"}]}),
            false,
            plus("2026-06-08", 0),
        ),
        (
            json!({"any": [{"fact": "now", "is": "gte", "value": "2026-06-05"}, {"fact": "now", "is": "gte", "value": "2026-06-08"}]}),
            false,
            plus("2026-06-05", 0),
        ),
        (json!({"all": [{"fact": "now", "is": "gte", "value": "2026-06-05"}, {"segment": "lost"}]}), false, None),
        // The 29th of February is the 28th in 2027, on a clock an hour ahead of UTC.
        (json!({"fact": "customer.birthday", "is": "within_next", "value": "7d"}), false, plus("2027-02-20T23:00:00Z", 0)),
    ] {
        let verdict = evaluate(&read(&form), &world.facts(now));
        assert_eq!((verdict.holds, verdict.changes_at), (holds, changes_at), "{form}");
    }
}

#[test]
fn a_birthday_comes_every_year() {
    let world = world();
    let next = read(&json!({"fact": "customer.birthday", "is": "within_next", "value": "7d"}));
    let last = read(&json!({"fact": "customer.birthday", "is": "within_last", "value": "2d"}));
    for (now, coming, gone) in [
        ("2027-02-20T22:59:59Z", false, false),
        ("2027-02-20T23:00:00Z", true, false),
        ("2027-02-28T22:59:59Z", true, true),
        ("2027-02-28T23:00:00Z", false, true),
        ("2027-03-02T00:00:00Z", false, false),
        ("2028-02-28T22:00:00Z", true, false),
        ("2028-02-28T23:30:00Z", true, true),
    ] {
        assert_eq!((holds(&next, &world.facts(at(now))), holds(&last, &world.facts(at(now)))), (coming, gone), "{now}");
    }
}

#[test]
fn keeps_no_more_than_it_must() {
    let world = world();
    let long = evaluate(&read(&json!({"fact": "customer.traits.long", "is": "contains", "value": "x"})), &world.facts(at("2026-06-01")));
    let seen = long.why.seen();
    assert_eq!(seen["customer.traits.long"].as_str().unwrap().chars().count(), 121);
    let list = evaluate(&read(&json!({"fact": "event.properties.items", "is": "exists"})), &world.facts(at("2026-06-01")));
    assert_eq!(list.why.seen()["event.properties.items"], json!("1 item"));
}

#[test]
fn on_an_event_the_event_is_that_one() {
    let world = world();
    let p = read(&json!({"fact": "event.name", "is": "eq", "value": "Refund"}));
    let refund = event("Refund", at("2026-05-31"), &json!({}));
    assert!(!evaluate(&p, &world.facts(at("2026-06-01"))).holds);
    assert!(evaluate_on(&p, &world.facts(at("2026-06-01")), &refund).holds);
    assert!(holds_on(&p, &world.facts(at("2026-06-01")), &refund));
}

#[test]
fn needs_reach_as_far_back_as_asked() {
    let mut needed = Needs::default();
    needs(
        &read(&json!({"all": [
            {"event": "A", "within": "7d"}, {"not": {"event": "A", "within": "30d"}}, {"event": "B", "since": "entry"},
            {"event": "C", "since": "entry"}, {"event": "C", "within": "1d"}, {"event": "D"}, {"segment": "vip"},
        ]})),
        &mut needed,
    );
    assert!(needed.segments);
    let found: Vec<_> = needed.events.iter().map(|(name, h)| (name.as_str(), *h)).collect();
    let days = |n| Horizon::Window(Duration::from_days(n));
    assert_eq!(found, [("A", days(30)), ("B", Horizon::Entry), ("C", days(1)), ("D", Horizon::Ever)]);
}
