//! Rows that go by themselves when their time has come, and rows that do not read.

use super::stage::{Stage, chain};
use crate::jobs::{Job, perform};
use serde_json::json;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::time::Duration;
use tradewind_store::Value;

fn welcome(reentry: &str) -> Graph {
    let trigger = json!({"events": ["Order Completed"]});
    let mail = json!({"subject": "Thank you", "html": "x"});
    chain(json!({"reentry": {"rule": reentry}}), &[("in", "trigger.event", trigger), ("mail", "email.send", mail)])
}

async fn years_later(stage: &mut Stage) {
    let then = stage.env.now().plus(Duration::from_days(800));
    stage.run_until(then, 50).await;
    for job in [Job::LookBack, Job::Retention] {
        perform(&stage.shared, job).await.unwrap();
    }
}

#[tokio::test]
async fn history_goes_whatever_the_reentry_rule_and_a_key_still_refuses() {
    let mut stage = Stage::new(300).await;
    // Events go a workspace at a time.
    let workspace = "INSERT INTO workspaces (id, name, settings, created_at) VALUES ($1, 'shop', '{}', 0)";
    stage.execute(workspace, vec![super::stage::HERE.0.into()]).await;
    stage.publish("once", welcome("once")).await;
    stage.publish("always", welcome("always")).await;
    stage.know("anna", json!({})).await;
    stage.track("anna", "Order Completed", json!({})).await;
    stage.quiet().await;
    assert_eq!(stage.recorder.told(), ["Thank you", "Thank you"]);
    years_later(&mut stage).await;
    assert_eq!(stage.texts("SELECT body FROM runs").await, [""], "of two runs the key of one is left");
    for table in
        ["SELECT COUNT(*) FROM steps", "SELECT COUNT(*) FROM deliveries", "SELECT COUNT(*) FROM events", "SELECT COUNT(*) FROM messages"]
    {
        assert_eq!(stage.count(table).await, 0, "{table}");
    }
    stage.track("anna", "Order Completed", json!({})).await;
    stage.quiet().await;
    assert_eq!(stage.recorder.told().len(), 3, "only the journey that lets everybody in again did");
    assert_eq!(stage.texts("SELECT reason FROM refusals").await, ["reentry"]);
    // The run of which only the key is left is shown, and asked why.
    let run = stage.rows("SELECT id FROM runs WHERE body = '' LIMIT 1", Vec::new()).await.column::<uuid::Uuid>("id").unwrap()[0];
    let shown = crate::inspect::runs::get(&stage.db, super::stage::HERE, tradewind_nodes::id::RunId(run)).await.unwrap().unwrap();
    assert!(shown.summary.ended_at.is_some() && shown.steps.is_empty());
}

#[tokio::test]
async fn no_number_of_old_rows_is_too_many_for_one_night() {
    let mut stage = Stage::new(301).await;
    let old = "INSERT INTO dead_letters (id, workspace_id, shard, kind, body, problem, at) \
        SELECT CAST(substr('0000000000000000' || value, -16) AS blob), $1, 0, 'event', '{}', 'x', 5 FROM json_each($2)";
    let numbers: Vec<i64> = (1..=1_700).collect();
    stage.execute(old, vec![super::stage::HERE.0.into(), Value::json(&numbers)]).await;
    assert_eq!(stage.count("SELECT COUNT(*) FROM dead_letters").await, 1_700);
    years_later(&mut stage).await;
    assert_eq!(stage.count("SELECT COUNT(*) FROM dead_letters").await, 0);
}

#[tokio::test]
async fn a_consent_that_does_not_parse_is_named_and_not_overwritten() {
    let mut stage = Stage::new(302).await;
    stage.know("anna", json!({})).await;
    stage.know("ben", json!({})).await;
    stage.quiet().await;
    stage.execute("UPDATE customers SET consent = '{\"email/marketing\":' WHERE user_id = $1", vec!["anna".into()]).await;
    stage.track("anna", "Order Completed", json!({})).await;
    stage.track("ben", "Order Completed", json!({})).await;
    stage.quiet().await;
    assert_eq!(stage.texts("SELECT consent FROM customers WHERE user_id = 'anna'").await, ["{\"email/marketing\":"]);
    let told = stage.texts("SELECT problem FROM dead_letters").await;
    assert!(told.len() == 1 && told[0].contains("customers, row ") && told[0].contains("column consent"), "{told:?}");
    assert_eq!(stage.count("SELECT COUNT(*) FROM events").await, 1, "everybody else goes on");
}
