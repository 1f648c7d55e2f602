use super::*;
use serde_json::json;
use tradewind_nodes::Json;

fn said(why: Json) -> String {
    super::why(&serde_json::from_value(why).unwrap())
}

#[test]
fn reasons_are_sentences() {
    let value = json!({"is": {"path": "event.properties.cart_value", "value": 1300, "against": {"at_least": 50}}});
    assert_eq!(said(value.clone()), "cart value is 1,300 – “at least 50” is met");
    assert_eq!(said(json!({"no_longer": value})), "No longer so: cart value is 1,300 – “at least 50” is met");
    let none = json!({"events": {"event": "Order Completed", "count": 0, "window": {"last": ["30d", "2026-11-23T09:00:00Z"]},
        "measure": {"count": {"bound": {"gte": 2.0, "lte": 3.0}, "holds": false}}}});
    assert_eq!(said(none), "Order Completed did not happen, in the last 30 day – “at least 2, at most 3” is not met");
    assert_eq!(
        said(json!({"is": {"path": "customer.birthday", "value": "1990-05-01", "against": {"within_next": "7d"}}})),
        "Birthday is 1990-05-01 – “in the next 7 day” is met"
    );
    let scope = json!({"channel": "email", "purpose": "marketing", "state": "never_asked"});
    assert_eq!(said(json!({ "no_consent": scope })), "At the moment of sending: Consent for E-mail / Marketing was never asked for");
    assert_eq!(said(json!("paused")), "The journey was paused");
    assert_eq!(said(json!({"none_came": {"names": ["A", "B"], "within": "1h"}})), "A or B did not come within 1 hour");
}

#[test]
fn words_of_others_stay_as_they_are() {
    assert_eq!(said(json!({"rule": "550 no such user"})), "550 no such user");
    let old: Why = serde_json::from_value(json!({"rule": "waits until 2026-11-23T09:00:00.123456Z"})).unwrap();
    assert!(foreign(&old) && foreign(&Why::NotSent(Box::new(old.clone()))) && !foreign(&Why::Paused));
    assert!(!super::why(&old).contains('Z'), "an instant is read by people");
}

#[test]
fn answers_are_sentences() {
    let answered = serde_json::from_value(json!({
        "answer": {"inside": {"entered": "2026-11-23T09:00:00Z", "now": {"queued": {"node": "Wait"}}}},
        "refused_since": {"at": "2026-11-23T10:00:00Z", "why": "paused"},
    }));
    let said = answer(&answered.unwrap());
    assert_eq!(said.len(), 3, "{said:?}");
    assert_eq!(said[1], "Waits for a free place in the journey before “Wait”.");
    assert!(said[2].ends_with("another entry was refused: The journey was paused."), "{said:?}");
}
