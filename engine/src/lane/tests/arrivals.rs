//! What comes in: known once, about the right person, and never in the way of the rest.

use super::stage::{Stage, at, chain, graph};
use crate::incoming::{Call, Incoming, IncomingEvent};
use serde_json::json;
use std::sync::atomic::Ordering;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::time::Duration;

fn mail_on(event: &str) -> Graph {
    let trigger = json!({"events": [event]});
    chain(
        json!({"reentry": {"rule": "always"}}),
        &[("in", "trigger.event", trigger), ("mail", "email.send", json!({"subject": "Mail", "html": "x"}))],
    )
}

/// Waits a day for an order after a cart.
fn cart() -> Graph {
    let wait = json!({"events": ["Order Completed"], "timeout": "1d"});
    let bought = chain(
        json!({}),
        &[
            ("in", "trigger.event", json!({"events": ["Cart Updated"]})),
            ("wait", "wait.event", wait),
            ("event:out", "exit", json!({"reason": "bought"})),
        ],
    );
    let mut drawn = serde_json::to_value(bought).unwrap();
    let left = json!({"id": "mail", "kind": "email.send", "config": {"subject": "Your cart", "html": "x"}});
    drawn["nodes"].as_array_mut().unwrap().push(left);
    drawn["edges"].as_array_mut().unwrap().push(json!({"from": "wait", "port": "timeout", "to": "mail"}));
    graph(drawn)
}

#[tokio::test]
async fn a_message_counts_once_in_its_batch_in_a_later_one_and_after_a_restart() {
    let mut stage = Stage::new(1).await;
    stage.publish("mail", mail_on("Order Completed")).await;
    stage.know("anna", json!({})).await;
    let event = stage.event("anna", "Order Completed", json!({}));
    stage.accept(vec![event.clone(), event.clone()]).await;
    stage.quiet().await;
    assert_eq!(stage.recorder.told(), ["Mail"]);
    stage.accept(vec![event.clone()]).await;
    stage.quiet().await;
    stage.restart().await;
    stage.accept(vec![event.clone()]).await;
    stage.quiet().await;
    // The next day it is still known: clients send again what they could not send in the evening.
    stage.go_to(at("2026-01-10T23:00:00Z")).await;
    stage.accept(vec![event]).await;
    stage.quiet().await;
    assert_eq!((stage.recorder.told().len(), stage.count("SELECT COUNT(*) FROM events").await), (1, 1));
    stage.track("anna", "Order Completed", json!({})).await;
    stage.quiet().await;
    assert_eq!(stage.recorder.told().len(), 2, "another message is another event");
}

#[tokio::test]
async fn a_visitor_who_says_who_he_is_brings_his_past_and_his_runs() {
    let mut stage = Stage::new(2).await;
    stage.publish("cart", cart()).await;
    stage.know("anna", json!({})).await;
    let seen = stage.call(Call::Track, None, Some("device"), "Cart Updated", json!({}));
    stage.accept(vec![Incoming::Event(seen)]).await;
    stage.quiet().await;
    let identify = stage.call(Call::Identify, Some("anna"), Some("device"), "Identified", json!({"plan": "pro"}));
    stage.accept(vec![Incoming::Event(identify)]).await;
    stage.quiet().await;
    let owners = "SELECT DISTINCT c.user_id FROM runs r JOIN customers c ON c.id = r.customer_id";
    assert_eq!(stage.texts(owners).await, ["anna"]);
    let past = "SELECT e.name FROM events e JOIN customers c ON c.id = e.customer_id WHERE c.user_id = 'anna' ORDER BY e.name";
    assert_eq!(stage.texts(past).await, ["Cart Updated", "Identified"]);
    // What the device does from now on is hers; her order ends the wait that began before she was known.
    let order = stage.call(Call::Track, None, Some("device"), "Order Completed", json!({}));
    stage.accept(vec![Incoming::Event(order)]).await;
    stage.quiet().await;
    assert_eq!(stage.texts("SELECT outcome FROM runs").await, ["exited"]);
    assert_eq!(stage.count("SELECT COUNT(*) FROM customers WHERE merged_into IS NULL").await, 1);
}

#[tokio::test]
async fn a_timer_that_is_due_with_a_merge_writes_in_the_name_of_the_one_who_stays() {
    let mut stage = Stage::new(3).await;
    stage.publish("cart", cart()).await;
    stage.know("anna", json!({})).await;
    let seen = stage.call(Call::Track, None, Some("device"), "Cart Updated", json!({}));
    stage.accept(vec![Incoming::Event(seen)]).await;
    stage.quiet().await;
    let due = stage.next_instant().await.unwrap();
    stage.clock.set(due);
    stage.lane.next_due = None;
    let identify = stage.call(Call::Identify, Some("anna"), Some("device"), "Identified", json!({}));
    // The merge row is there before the lane looks at its timers.
    let merge = Incoming::Merge {
        from: tradewind_nodes::id::CustomerId::of_anonymous(super::stage::HERE, "device"),
        into: tradewind_nodes::id::CustomerId::of_user(super::stage::HERE, "anna"),
        user_id: Some("anna".into()),
    };
    stage.accept(vec![merge, Incoming::Event(identify)]).await;
    stage.quiet().await;
    assert_eq!(stage.recorder.told(), ["Your cart"], "her consent and her address count");
}

#[tokio::test]
async fn an_alias_makes_two_customers_one() {
    let mut stage = Stage::new(4).await;
    stage.publish("cart", cart()).await;
    stage.know("anna", json!({})).await;
    stage.know("anna-old", json!({"plan": "pro"})).await;
    stage.track("anna-old", "Cart Updated", json!({})).await;
    stage.quiet().await;
    let alias = IncomingEvent { previous_id: Some("anna-old".into()), ..stage.call(Call::Alias, Some("anna"), None, "Aliased", json!({})) };
    stage.accept(vec![Incoming::Event(alias)]).await;
    stage.quiet().await;
    stage.track("anna-old", "Order Completed", json!({})).await;
    stage.quiet().await;
    assert_eq!(stage.texts("SELECT outcome FROM runs").await, ["exited"]);
    let owners = "SELECT c.user_id FROM runs r JOIN customers c ON c.id = r.customer_id";
    assert_eq!(stage.texts(owners).await, ["anna"]);
}

#[tokio::test]
async fn an_event_in_the_batch_of_its_identify_sees_what_was_said() {
    let mut stage = Stage::new(5).await;
    let filter = json!({"all": [{"fact": "customer.traits.plan", "is": "eq", "value": "pro"}, {"consent": {"channel": "email"}}]});
    let nodes = [
        ("in", "trigger.event", json!({"events": ["Signed Up"], "filter": filter})),
        ("mail", "email.send", json!({"subject": "Welcome {{customer.email}}", "html": "x"})),
    ];
    stage.publish("welcome", chain(json!({}), &nodes)).await;
    let said = json!({"plan": "pro", "email": "anna@example.com", "consent": {"email": true}});
    let identify = Incoming::Event(stage.call(Call::Identify, Some("anna"), None, "Identified", said));
    let signed_up = stage.event("anna", "Signed Up", json!({}));
    stage.accept(vec![identify, signed_up]).await;
    let before = stage.shared.fault.commits.load(std::sync::atomic::Ordering::SeqCst);
    stage.lane.round().await.unwrap();
    assert_eq!(stage.shared.fault.commits.load(std::sync::atomic::Ordering::SeqCst), before + 1, "one batch is one commit");
    assert_eq!(stage.count("SELECT COUNT(*) FROM runs").await, 1);
    stage.quiet().await;
    assert_eq!(stage.recorder.told(), ["Welcome anna@example.com"]);
}

#[tokio::test]
async fn a_row_that_cannot_be_stored_is_put_aside_and_the_rest_goes_on() {
    let mut stage = Stage::new(6).await;
    stage.publish("mail", mail_on("Order Completed")).await;
    for user in ["anna", "ben"] {
        stage.know(user, json!({})).await;
    }
    let good = stage.call(Call::Track, Some("anna"), None, "Order Completed", json!({}));
    // Another message with the id of an event that is there: the database refuses it however often it is tried.
    let poison = IncomingEvent { message_id: "another".into(), name: "Twin".into(), ..good.clone() };
    let last = stage.event("ben", "Order Completed", json!({}));
    stage.accept(vec![Incoming::Event(good), Incoming::Event(poison), last]).await;
    stage.quiet().await;
    assert_eq!(stage.recorder.told(), ["Mail", "Mail"]);
    let aside = "SELECT body FROM dead_letters WHERE kind = 'event' AND problem LIKE '%unique%'";
    assert_eq!((stage.texts(aside).await.len(), stage.count("SELECT COUNT(*) FROM inbox").await), (1, 0));
}

#[tokio::test]
async fn a_row_in_conflict_costs_itself_and_not_a_commit_for_each_row_of_its_batch() {
    let mut stage = Stage::new(8).await;
    stage.publish("mail", mail_on("Order Completed")).await;
    stage.know("anna", json!({})).await;
    stage.quiet().await;
    let mut rows: Vec<Incoming> = (0..128).map(|n| stage.event("anna", "Product Viewed", json!({"n": n}))).collect();
    let first = stage.call(Call::Track, Some("anna"), None, "Product Viewed", json!({}));
    let twin = IncomingEvent { message_id: "another".into(), name: "Twin".into(), ..first.clone() };
    rows.insert(3, Incoming::Event(first));
    rows.insert(100, Incoming::Event(twin));
    stage.accept(rows).await;
    stage.shared.fault.commits.store(0, Ordering::SeqCst);
    stage.quiet().await;
    assert_eq!(stage.count("SELECT COUNT(*) FROM events WHERE name = 'Product Viewed'").await, 129);
    assert_eq!(stage.count("SELECT COUNT(*) FROM dead_letters").await, 1);
    let commits = stage.shared.fault.commits.load(Ordering::SeqCst);
    assert!(commits < 30, "{commits} commits for 130 rows of which one cannot be stored");
}

#[tokio::test]
async fn rows_forgotten_between_commit_and_lane_are_found_again() {
    let mut stage = Stage::new(7).await;
    stage.publish("mail", mail_on("Order Completed")).await;
    stage.know("anna", json!({})).await;
    stage.quiet().await;
    stage.track("anna", "Order Completed", json!({})).await;
    stage.lane.backlog.clear();
    stage.quiet().await;
    assert_eq!(stage.recorder.told().len(), 0);
    let later = stage.env.now().plus(Duration::from_secs(31));
    stage.go_to(later).await;
    assert_eq!(stage.recorder.told(), ["Mail"]);
}

#[tokio::test]
async fn every_event_a_script_records_exists_once_also_when_its_step_is_repeated() {
    let source = r#"record("A", #{n: 1}); record("B", #{n: 2}); record("A", #{n: 3}); #{ok: 1}"#;
    let script = |id| (id, "script.run", json!({ "source": source }));
    let journey = chain(json!({}), &[("in", "trigger.event", json!({"events": ["Go"]})), script("one"), script("two")]);
    for twice in [false, true] {
        let mut stage = Stage::new(9).await;
        stage.publish("records", journey.clone()).await;
        stage.know("anna", json!({})).await;
        stage.quiet().await;
        stage.twice = twice;
        stage.track("anna", "Go", json!({})).await;
        stage.quiet().await;
        let recorded = stage.texts("SELECT name || properties FROM events WHERE name IN ('A', 'B') ORDER BY properties, name").await;
        let all = [r#"A{"n":1}"#, r#"A{"n":1}"#, r#"B{"n":2}"#, r#"B{"n":2}"#, r#"A{"n":3}"#, r#"A{"n":3}"#];
        assert_eq!(recorded, all, "the step is repeated: {twice}");
    }
}
