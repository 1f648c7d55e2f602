//! What tests of collections decide, and what validation says of predicates.

use super::tests::{World, at, event, read, world};
use super::*;
use crate::Json;
use crate::fact::FactScope;
use crate::issue::IssueCode;
use crate::time::Timestamp;
use serde_json::json;

/// An order told twice, the second time with what it came to in the end, and one that names no order.
fn orders() -> World {
    let told = |when: &str, properties: Json| event("Order Completed", at(when), &properties);
    World {
        history: vec![
            told("2026-05-01", json!({"order_id": "A-1", "total": 50, "status": "pending"})),
            told("2026-05-02", json!({"order_id": 7, "total": 10, "status": "paid"})),
            told("2026-05-03", json!({"order_id": "A-1", "total": 40, "status": "paid"})),
            told("2026-05-04", json!({"order_id": 7.0, "total": 12, "status": "refunded"})),
            told("2026-05-05", json!({"total": 1, "status": "paid"})),
            told("2026-05-06", json!({"total": 1, "status": "pending"})),
        ],
        event: event(
            "Order Completed",
            at("2026-05-30"),
            &json!({"products": [
                {"sku": "S-1", "category": "Shoes", "price": 59.90, "sizes": [42, 43]},
                {"sku": "H-1", "category": "Hats", "price": "19.90", "sizes": []},
                {"sku": "S-1", "category": "Shoes", "price": 59.90},
            ], "gifts": [], "note": "no list"}),
        ),
        ..world()
    }
}

#[test]
fn collections_are_counted_summed_and_their_latest_looked_at() {
    let world = orders();
    let paid = json!({"fact": "event.properties.status", "is": "eq", "value": "paid"});
    let shoes = json!({"fact": "item.category", "is": "eq", "value": "Shoes"});
    for (form, holds, said) in [
        // An order told twice counts once; numbers agree by value, and what has no number of its own stands for itself.
        (json!({"event": "Order Completed", "distinct": "order_id", "count": {"eq": 4}}), true, "4 Order Completed"),
        (
            json!({"event": "Order Completed", "distinct": "order_id", "sum": {"of": "total", "eq": 54}}),
            true,
            "4 Order Completed, their total sums to 54, exactly 54",
        ),
        // What an order came to last is what it is: 7 is no longer paid.
        (
            json!({"event": "Order Completed", "distinct": "order_id", "where": paid, "count": {"gte": 3}}),
            false,
            "2 Order Completed of that kind, not at least 3",
        ),
        (
            json!({"event": "Order Completed", "latest": paid}),
            false,
            "the latest Order Completed: event.properties.status is pending, not paid",
        ),
        (
            json!({"event": "Order Completed", "where": paid, "latest": {"fact": "event.properties.total", "is": "lt", "value": 2}}),
            true,
            "the latest Order Completed: event.properties.total is 1, less than 2",
        ),
        (json!({"event": "Order Returned", "latest": paid}), false, "no Order Returned (0)"),
        (json!({"over": "event.properties.products", "where": shoes}), true, "2 items of event.properties.products of that kind"),
        (
            json!({"over": "event.properties.products", "where": shoes, "distinct": "sku", "count": {"gte": 2}}),
            false,
            "1 item of event.properties.products of that kind, not at least 2",
        ),
        (
            json!({"over": "event.properties.products", "sum": {"of": "price", "gte": 139.7}}),
            true,
            "3 items of event.properties.products, their price sums to 139.7, at least 139.7",
        ),
        (
            json!({"over": "event.properties.products", "where": {"over": "item.sizes", "where": {"fact": "item", "is": "eq", "value": 43}}}),
            true,
            "1 item of event.properties.products of that kind",
        ),
        (
            json!({"over": "event.properties.products", "latest": shoes}),
            true,
            "the last of event.properties.products: item.category is Shoes",
        ),
        (json!({"over": "event.properties.gifts"}), false, "no item of event.properties.gifts (0)"),
        (json!({"over": "event.properties.note", "count": {"eq": 0}}), true, "no item of event.properties.note (0)"),
        (
            json!({"over": "customer.tags", "where": {"fact": "item", "is": "eq", "value": "loyal"}}),
            true,
            "1 item of customer.tags of that kind",
        ),
    ] {
        let verdict = evaluate(&read(&form), &world.facts(at("2026-06-01")));
        assert_eq!((verdict.holds, verdict.why.to_string().as_str()), (holds, said), "{form}");
    }
}

#[test]
fn the_latest_changes_with_the_window() {
    let world = orders();
    let form =
        json!({"event": "Order Completed", "within": "1d", "latest": {"fact": "event.properties.status", "is": "eq", "value": "pending"}});
    let verdict = evaluate(&read(&form), &world.facts(at("2026-05-06T12:00:00Z")));
    assert_eq!((verdict.holds, verdict.changes_at), (true, Some(Timestamp(at("2026-05-07").0 + 1))));
}

#[test]
fn check_names_every_mistake() {
    use IssueCode as C;
    let mut scope = FactScope::default();
    scope.nodes.insert(crate::id::NodeId::new("call").unwrap());
    for (form, place, code) in [
        (json!({"fact": "customer.plan", "is": "exists"}), "/p/fact", C::UnknownFact),
        (json!({"fact": "steps.ghost.x", "is": "exists"}), "/p/fact", C::UnknownFact),
        (json!({"fact": "customer.email", "is": "exists", "value": 1}), "/p/value", C::Invalid),
        (json!({"fact": "customer.email", "is": "eq"}), "/p/value", C::Missing),
        (json!({"fact": "customer.email", "is": "eq", "value": ["a"]}), "/p/value", C::Invalid),
        (json!({"fact": "customer.traits.age", "is": "gt", "value": "old"}), "/p/value", C::Invalid),
        (json!({"fact": "customer.email", "is": "in", "value": []}), "/p/value", C::Invalid),
        (json!({"fact": "customer.email", "is": "in", "value": "a"}), "/p/value", C::Invalid),
        (json!({"fact": "customer.email", "is": "starts_with", "value": 3}), "/p/value", C::Invalid),
        (json!({"fact": "customer.birthday", "is": "within_next", "value": "seven days"}), "/p/value", C::Invalid),
        (json!({"fact": "customer.birthday", "is": "within_next", "value": "-1d"}), "/p/value", C::Invalid),
        (json!({"fact": "customer.birthday", "is": "before", "value": "yesterday"}), "/p/value", C::Invalid),
        (json!({"fact": "now", "is": "contains", "value": "2026"}), "/p/value", C::Invalid),
        (json!({"event": " "}), "/p/event", C::Missing),
        (json!({"event": "A", "within": "1d", "since": "entry"}), "/p/within", C::Invalid),
        (json!({"event": "A", "within": "0s"}), "/p/within", C::Invalid),
        (json!({"event": "A", "count": {}}), "/p/count", C::Missing),
        (json!({"event": "A", "sum": {"of": ""}}), "/p/sum/of", C::Missing),
        (json!({"event": "A", "where": {"not": {"event": "B"}}}), "/p/where/not", C::Invalid),
        (json!({"event": "A", "distinct": " "}), "/p/distinct", C::Missing),
        (json!({"event": "A", "count": {"gte": 1}, "latest": {"segment": "x"}}), "/p/latest", C::Invalid),
        (json!({"event": "A", "where": {"fact": "item.sku", "is": "exists"}}), "/p/where/fact", C::UnknownFact),
        (json!({"fact": "item", "is": "exists"}), "/p/fact", C::UnknownFact),
        (json!({"over": "cart.lines"}), "/p/over", C::UnknownFact),
        (json!({"over": "customer.tags", "within": "1d"}), "/p/within", C::Invalid),
        (json!({"over": "customer.tags", "where": {"event": "A"}}), "/p/where", C::Invalid),
        // A list inside itself, thirty levels deep, would never be done.
        (json!({"over": "event.properties.a", "where": {"over": "event.properties.a"}}), "/p/where/over", C::Invalid),
        (json!({"over": "event.properties.a", "latest": {"not": {"over": "customer.tags"}}}), "/p/latest/not/over", C::Invalid),
        (json!({"event": "A", "where": {"over": "customer.tags"}}), "/p/where/over", C::Invalid),
        (
            json!({"event": "A", "where": {"all": [{"segment": "x"}, {"fact": "nope", "is": "exists"}]}}),
            "/p/where/all/1/fact",
            C::UnknownFact,
        ),
        (json!({"consent": {"channel": ""}}), "/p/consent/channel", C::Missing),
        (json!({"any": [{"segment": ""}]}), "/p/any/0/segment", C::Missing),
    ] {
        let issues = check(&read(&form), &scope, "/p");
        assert!(issues.iter().any(|i| i.field == place && i.code == code), "{form}: {issues:?}");
    }
    for form in [
        json!({"fact": "steps.call.status", "is": "lt", "value": 300}),
        json!({"fact": "customer.birthday", "is": "within_next", "value": "7d"}),
        json!({"fact": "now", "is": "before", "value": "2026-12-24"}),
        json!({"event": "Order Completed", "count": {"eq": 0}, "since": "entry"}),
        json!({"over": "customer.tags", "where": {"fact": "item", "is": "starts_with", "value": "vip"}}),
        json!({"event": "A", "where": {"over": "event.properties.lines", "where": {"over": "item.parts", "latest": {"fact": "item.no", "is": "eq", "value": 1}}}}),
    ] {
        assert_eq!(check(&read(&form), &scope, "/p"), [], "{form}");
    }
    let deep = (0..40).fold(Predicate::default(), |p, _| Predicate::Not { not: Box::new(p) });
    assert_eq!(check(&deep, &scope, "").first().map(|i| i.code), Some(C::TooLarge));
    let wide = Predicate::Any { any: vec![Predicate::default(); 600] };
    let issues = check(&wide, &scope, "");
    assert_eq!(issues.iter().map(|i| i.code).collect::<Vec<_>>(), [C::TooLarge]);
}
