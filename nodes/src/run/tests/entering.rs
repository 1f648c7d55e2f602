//! Who may enter: filters, run keys and the re-entry rule.

use super::stage::{Stage, event, now, program};
use crate::Json;
use crate::fact::{Event, Facts, NO_OUTPUTS, NO_SEGMENTS};
use crate::id::RunId;
use crate::kind::End;
use crate::run::{Admission, Entry, Holder, RefusalReason, RunState, admit, enter, run_key};
use crate::settings::Reentry;
use crate::time::Duration;
use serde_json::json;
use uuid::Uuid;

fn journey(settings: Json) -> Stage {
    let filter = json!({"fact": "event.properties.total", "is": "gte", "value": 100});
    let nodes = [
        ("small", "trigger.event", json!({"events": ["Order Completed"], "filter": filter})),
        ("any", "trigger.event", json!({"events": ["Cart Updated"]})),
    ];
    Stage::new(program(settings, &nodes, &[]), RunState::Done { end: End::Completed, at: now() })
}

fn entry(stage: &mut Stage, event: &Event) -> Option<Entry> {
    let facts = Facts { customer: Some(&stage.customer), event: Some(event), ..Facts::empty(now()) };
    enter(&stage.program, event, &facts)
}

#[test]
fn a_trigger_opens_refuses_or_does_not_listen() {
    let mut stage = journey(json!({}));
    let id = stage.customer.id.to_string();
    let big = event("Order Completed", now(), json!({"total": 100}));
    assert_eq!(entry(&mut stage, &big), Some(Entry::Open { node: 0, key: Some(id.clone()) }));
    let small = event("Order Completed", now(), json!({"total": 99}));
    let Some(Entry::Refused { reason: RefusalReason::Filter, why }) = entry(&mut stage, &small) else { panic!("not refused") };
    assert_eq!(why.seen().get("event.properties.total"), Some(&json!(99)), "the refusal tells the value it saw: {why:?}");
    assert_eq!(entry(&mut stage, &event("Cart Updated", now(), json!({}))), Some(Entry::Open { node: 1, key: Some(id) }));
    assert_eq!(entry(&mut stage, &event("Product Viewed", now(), json!({}))), None);
}

#[test]
fn run_keys_come_from_the_customer_a_path_or_a_template() {
    let ordered = event("Order Completed", now(), json!({"total": 100, "cart_id": "c1", "n": 7, "blank": " ", "long": "x".repeat(300)}));
    let key = |settings: Json, known: bool| {
        let stage = journey(settings);
        let facts = Facts {
            customer: known.then_some(&stage.customer),
            history: &[],
            segments: &NO_SEGMENTS,
            event: Some(&ordered),
            item: None,
            outputs: &NO_OUTPUTS,
            run: None,
            now: now(),
        };
        run_key(&stage.program, &facts)
    };
    let id = journey(json!({})).customer.id;
    assert_eq!(key(json!({}), true), Ok(Some(id.to_string())));
    assert_eq!(key(json!({}), false), Ok(None));
    assert_eq!(key(json!({"run_key": "event.properties.cart_id"}), true), Ok(Some(format!("{id}/c1"))));
    assert_eq!(key(json!({"run_key": "event.properties.cart_id"}), false), Ok(Some("c1".into())));
    assert_eq!(key(json!({"run_key": "event.properties.n"}), true), Ok(Some(format!("{id}/7"))));
    assert_eq!(key(json!({"run_key": "{{event.properties.cart_id}}-{{event.properties.n}}"}), true), Ok(Some(format!("{id}/c1-7"))));
    assert_eq!(key(json!({"run_key": "event.properties.missing", "reentry": {"rule": "always"}}), true), Ok(None));
    for bad in ["event.properties.missing", "{{event.properties.missing}}", "event.properties.blank", "event.properties.long"] {
        assert!(key(json!({ "run_key": bad }), true).is_err(), "{bad}");
    }
    let mut stage = journey(json!({"run_key": "event.properties.missing"}));
    assert!(matches!(entry(&mut stage, &ordered), Some(Entry::Refused { reason: RefusalReason::Key, .. })));
}

#[test]
fn the_re_entry_rule_frees_hands_over_or_refuses_the_key() {
    let run = RunId(Uuid::from_u128(5));
    let held = |hours: i64, ended| Some(Holder { run, entered_at: now().minus(Duration::from_hours(hours)), ended });
    let day = Reentry::OncePer { period: Duration::from_hours(24) };
    // The rule; whoever holds the key; what becomes of it: `free`, `from` the holder, or `refused`.
    let cases = [
        (Reentry::Always, None, "free"),
        (Reentry::Always, held(1, false), "from"),
        (Reentry::Always, held(1, true), "from"),
        (Reentry::Once, None, "free"),
        (Reentry::Once, held(1, false), "refused"),
        (Reentry::Once, held(9_999, true), "refused"),
        (day.clone(), None, "free"),
        (day.clone(), held(23, true), "refused"),
        (day.clone(), held(24, true), "from"),
        (day.clone(), held(23, false), "refused"),
        (day, held(24, false), "from"),
        (Reentry::NotWhileInside, None, "free"),
        (Reentry::NotWhileInside, held(1, false), "refused"),
        (Reentry::NotWhileInside, held(1, true), "from"),
    ];
    for (rule, holder, expected) in cases {
        let told = match admit(&rule, holder, now()) {
            Admission::Free => "free",
            Admission::From(from) if from == run => "from",
            Admission::From(_) => "from another",
            Admission::Refused(why) => {
                assert!(why.seen().contains_key("run"), "{why:?} names the run that holds the key");
                "refused"
            }
        };
        assert_eq!(told, expected, "{rule:?} {holder:?}");
    }
}
