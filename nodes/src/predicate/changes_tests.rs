//! That `changes_at` is never too late, whatever is asked of whatever happened.

use super::tests::{DAY, World, at, event, read, world};
use super::*;
use crate::Json;
use crate::time::{Duration, Timestamp};
use proptest::prelude::*;
use serde_json::json;

fn length() -> impl Strategy<Value = String> {
    (1..40i64).prop_map(|h| Duration::from_hours(h * 7).to_string())
}

fn date_text() -> impl Strategy<Value = String> {
    (-20..40i64, 0..4i64).prop_map(|(d, q)| Timestamp(at("2026-06-01").0 + d * DAY + q * DAY / 4).to_string())
}

fn fact_test() -> impl Strategy<Value = Json> {
    let fact = prop_oneof![
        Just("customer.traits.trial_ends"),
        Just("customer.birthday"),
        Just("event.timestamp"),
        Just("now"),
        Just("run.entered_at"),
        Just("customer.traits.none")
    ];
    let test = prop_oneof![
        (prop_oneof![Just("within_last"), Just("within_next"), Just("longer_ago_than")], length().prop_map(Json::from)),
        (prop_oneof![Just("before"), Just("after")], prop_oneof![Just("now".to_owned()), date_text()].prop_map(Json::from)),
        (prop_oneof![Just("lt"), Just("lte"), Just("gt"), Just("gte"), Just("eq"), Just("ne")], date_text().prop_map(Json::from)),
        (prop_oneof![Just("exists"), Just("missing")], Just(Json::Null)),
    ];
    (fact, test).prop_map(|(fact, (is, value))| json!({"fact": fact, "is": is, "value": value}))
}

fn event_test() -> impl Strategy<Value = Json> {
    let bound = prop_oneof![
        (0..4u32).prop_map(|n| json!({"eq": n})),
        (0..4u32).prop_map(|n| json!({"gte": n})),
        (0..4u32).prop_map(|n| json!({"lt": n})),
        (0..3u32).prop_map(|n| json!({"gte": n, "lte": n + 1}))
    ];
    let sum = (0..60u32).prop_map(|n| json!({"of": "total", "gte": n}));
    (
        prop_oneof![Just("A"), Just("B")],
        proptest::option::of(bound),
        proptest::option::of(sum),
        proptest::option::of(length()),
        any::<bool>(),
        proptest::option::of(fact_test()),
        proptest::option::of(Just("order")),
        proptest::option::of(fact_test()),
    )
        .prop_map(|(name, count, sum, within, since, filter, distinct, latest)| {
            let (count, sum) = if latest.is_some() { (None, None) } else { (count, sum) };
            json!({
                "event": name, "count": count, "sum": sum, "within": within, "since": since.then_some("entry"), "where": filter,
                "distinct": distinct, "latest": latest,
            })
        })
}

fn predicate() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![3 => fact_test(), 3 => event_test(), 1 => Just(json!({"segment": "vip"}))];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|all| json!({"all": all})),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|any| json!({"any": any})),
            inner.prop_map(|not| json!({"not": not})),
        ]
    })
}

fn any_world() -> impl Strategy<Value = World> {
    let occurred = (prop_oneof![Just("A"), Just("B")], -60..10i64, 0..24i64, 0..4000u32);
    (proptest::collection::vec(occurred, 0..8), date_text(), 1..13i64, -30..1i64).prop_map(|(mut occurred, ends, month, entered)| {
        let mut w = world();
        occurred.sort_by_key(|(_, d, h, _)| (*d, *h));
        w.history = occurred
            .into_iter()
            .map(|(name, d, h, cents)| {
                event(
                    name,
                    Timestamp(at("2026-06-01").0 + d * DAY + h * DAY / 24),
                    &json!({"total": f64::from(cents) / 100.0, "order": cents % 3}),
                )
            })
            .collect();
        w.customer.traits.insert("trial_ends".into(), ends.into());
        w.customer.traits.insert("birthday".into(), format!("1990-{month:02}-05").into());
        w.entered_at = Timestamp(at("2026-06-01").0 + entered * DAY);
        w
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    /// Whatever is asked of whatever happened: before `changes_at` the answer is the same at every instant.
    #[test]
    fn nothing_changes_before_changes_at(form in predicate(), world in any_world(), now in 0..30i64, share in 0.0..1.0f64) {
        let p = read(&form);
        let now = Timestamp(at("2026-06-01").0 + now * DAY / 2);
        let verdict = evaluate(&p, &world.facts(now));
        let end = verdict.changes_at.unwrap_or(Timestamp(now.0 + 800 * DAY));
        prop_assert!(end > now, "{form}: changes_at {end} is not after {now}");
        let span = end.0 - now.0;
        // The last instant, a random one, and those half a day apart, where everything in these worlds happens.
        let mut instants = vec![end.0 - 1, now.0 + (span as f64 * share) as i64];
        instants.extend((1..400).map(|n| now.0 + n * DAY / 8).take_while(|t| *t < end.0));
        for t in instants {
            let t = Timestamp(t.clamp(now.0, end.0 - 1));
            prop_assert_eq!(evaluate(&p, &world.facts(t)).holds, verdict.holds, "{} at {} of {}..{}", form, t, now, end);
        }
    }

    /// A predicate means the same after it was stored and read back.
    #[test]
    fn reads_back_what_it_wrote(form in predicate()) {
        let p = read(&form);
        prop_assert_eq!(read(&serde_json::to_value(&p).unwrap()), p);
    }
}
