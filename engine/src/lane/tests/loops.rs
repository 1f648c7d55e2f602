//! What would go on for ever, or wait for ever: journeys that feed themselves, queues without a limit, questions to nobody.

use super::stage::{HERE, Stage, chain};
use crate::incoming::{Incoming, Order};
use crate::inspect::why::explain;
use crate::journeys::{self, Publication};
use serde_json::json;
use tradewind_commerce::customers::{self, Who};
use tradewind_nodes::fact::MAX_DEPTH;
use tradewind_nodes::id::RunId;

#[tokio::test]
async fn a_journey_that_records_what_it_starts_on_comes_to_an_end() {
    let mut stage = Stage::new(31).await;
    let again = json!({"event": "Again"});
    stage
        .publish("echo", chain(json!({}), &[("in", "trigger.event", json!({"events": ["Again"]})), ("record", "event.record", again)]))
        .await;
    stage.know("anna", json!({})).await;
    stage.track("anna", "Again", json!({})).await;
    stage.quiet().await;
    assert_eq!(stage.count("SELECT COUNT(*) FROM runs").await, i64::from(MAX_DEPTH) + 1);
    assert_eq!(stage.texts("SELECT reason FROM refusals").await, ["rate"]);
    // The next one from outside starts afresh.
    stage.track("anna", "Again", json!({})).await;
    stage.quiet().await;
    assert_eq!(stage.count("SELECT COUNT(*) FROM runs").await, 2 * (i64::from(MAX_DEPTH) + 1));
    let anna = customers::find(&stage.db, HERE, &Who::UserId("anna".into())).await.unwrap().unwrap();
    let journey = journeys::find(&stage.db, HERE, "echo").await.unwrap();
    let told = explain(&stage.db, HERE, &journey, &anna).await.unwrap();
    let rules: Vec<&str> = told.facts.iter().filter_map(|fact| fact.why.as_ref()).map(|why| why.rule.as_str()).collect();
    assert!(rules.iter().any(|rule| rule.contains("would feed itself for ever")), "{told:?}");
}

#[tokio::test]
async fn two_journeys_that_start_each_other_come_to_an_end() {
    let mut stage = Stage::new(32).await;
    let start = |other: &str| chain(json!({}), &[("in", "trigger.journey", json!({})), ("go", "journey.start", json!({"journey": other}))]);
    stage.publish("ping", start("pong")).await;
    stage.publish("pong", start("ping")).await;
    let first =
        chain(json!({}), &[("in", "trigger.event", json!({"events": ["Go"]})), ("go", "journey.start", json!({"journey": "ping"}))]);
    stage.publish("first", first).await;
    stage.know("anna", json!({})).await;
    stage.track("anna", "Go", json!({})).await;
    stage.quiet().await;
    assert_eq!(stage.count("SELECT COUNT(*) FROM runs").await, i64::from(MAX_DEPTH) + 1);
}

#[tokio::test]
async fn who_queued_is_let_in_when_a_version_has_no_limit() {
    let mut stage = Stage::new(33).await;
    let napping = |settings| {
        chain(
            settings,
            &[
                ("in", "trigger.event", json!({"events": ["Go"]})),
                ("nap", "delay.for", json!({"duration": "1h"})),
                ("out", "exit", json!({})),
            ],
        )
    };
    stage.publish("narrow", napping(json!({"concurrency": 1}))).await;
    for user in ["anna", "ben", "cem"] {
        stage.track(user, "Go", json!({})).await;
    }
    stage.quiet().await;
    assert_eq!(stage.count("SELECT COUNT(*) FROM runs WHERE state = 'queued'").await, 2);
    journeys::save(&stage.db, HERE, "narrow", &napping(json!({})), None, stage.env.now()).await.unwrap();
    journeys::publish(&stage.db, HERE, "narrow", &Publication::default(), stage.env.now()).await.unwrap();
    stage.refresh().await;
    stage.quiet().await;
    assert_eq!(stage.count("SELECT COUNT(*) FROM runs WHERE state = 'queued'").await, 0);
    assert_eq!(stage.count("SELECT COUNT(*) FROM runs WHERE state = 'sleeping' AND version = 1").await, 3);
}

#[tokio::test]
async fn the_question_of_a_cancelled_run_is_cancelled() {
    let mut stage = Stage::new(34).await;
    let ask = json!({"title": "Refund?", "answers": ["yes", "no"], "timeout": "1h"});
    let mut graph = chain(json!({}), &[("in", "trigger.event", json!({"events": ["Go"]})), ("ask", "task.ask", ask)]);
    let late = json!([{"from": "in", "port": "next", "to": "ask"}]);
    graph.edges = serde_json::from_value(late).unwrap();
    stage.publish("refund", graph).await;
    for user in ["anna", "ben"] {
        stage.track(user, "Go", json!({})).await;
    }
    stage.quiet().await;
    let runs = stage.rows("SELECT id FROM runs ORDER BY id", Vec::new()).await;
    let run = RunId(runs[0].uuid(0).unwrap());
    let order = Order::Cancel { reason: "paid by phone".into(), incident: None };
    stage.accept(vec![Incoming::Control { run, order }]).await;
    stage.quiet().await;
    assert_eq!(stage.texts("SELECT state FROM tasks ORDER BY state").await, ["cancelled", "open"]);
    stage.run_until(stage.env.now().plus(tradewind_nodes::time::Duration::from_hours(2)), 20).await;
    assert_eq!(stage.texts("SELECT state FROM tasks ORDER BY state").await, ["cancelled", "expired"]);
}
