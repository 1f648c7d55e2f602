//! Points of loyalty on both databases: written once however often a step is repeated, and summed when two people turn out to be one.

use super::fault::Break;
use super::stage::{Stage, at, graph};
use crate::incoming::{Call, Incoming};
use serde_json::{Value as Json, json};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::run::RunBody;

/// The ledger of points: of whom, how many.
const LOTS: &str = "SELECT COALESCE(c.user_id, '-') || ' ' || l.points FROM loyalty_lots l JOIN customers c ON c.id = l.customer_id \
    ORDER BY l.at, l.points DESC";
const LAST_RUN: &str = "SELECT body FROM runs ORDER BY entered_at DESC, id DESC LIMIT 1";

/// Orders earn points that expire after 30 days, gifts such as expire after 58, and redemptions spend them.
fn points() -> Graph {
    let on = |id: &str, event: &str| json!({"id": id, "kind": "trigger.event", "config": {"events": [event]}});
    let award = |id: &str, config: Json| json!({"id": id, "kind": "loyalty.award", "config": config});
    let to = |from: &str, port: &str, to: &str| json!({"from": from, "port": port, "to": to});
    let points = "{{event.properties.points}}";
    graph(json!({
        "settings": {"reentry": {"rule": "always"}},
        "nodes": [
            on("ordered", "Order Completed"),
            award("earn", json!({"points": points, "lifetime": "30d", "once_for": "{{event.properties.order}}"})),
            on("given", "Gift Given"),
            award("gift", json!({"points": points, "lifetime": "58d"})),
            on("redeemed", "Points Redeemed"),
            award("spend", json!({"change": "spend", "points": points})),
            json!({"id": "poor", "kind": "customer.set", "config": {"traits": {"short": "{{steps.spend.problem.code}}"}}}),
        ],
        "edges": [
            to("ordered", "next", "earn"), to("given", "next", "gift"), to("redeemed", "next", "spend"), to("spend", "failed", "poor"),
        ],
    }))
}

async fn stages(seed: u64) -> [Stage; 2] {
    [Stage::new(seed).await, Stage::on_postgres(seed).await]
}

async fn shop(stage: &mut Stage) {
    stage.publish("points", points()).await;
    stage.know("anna", json!({})).await;
    stage.quiet().await;
}

async fn happens(stage: &mut Stage, event: &str, properties: Json) {
    stage.track("anna", event, properties).await;
    stage.quiet().await;
}

/// What the last run's step put out.
async fn answer(stage: &Stage, node: &str) -> Json {
    let bodies = stage.texts(LAST_RUN).await;
    let body: RunBody = serde_json::from_str(&bodies[0]).unwrap();
    body.outputs[node].clone()
}

#[tokio::test]
async fn lots_expire_with_what_was_spent_of_them_on_both_databases() {
    for mut stage in stages(140).await {
        shop(&mut stage).await;
        happens(&mut stage, "Order Completed", json!({"points": 100, "order": "o-1"})).await;
        happens(&mut stage, "Gift Given", json!({"points": 50})).await;
        assert_eq!(answer(&stage, "gift").await["balance"], 150);
        stage.go_to(at("2026-01-18T11:00:00Z")).await;
        happens(&mut stage, "Points Redeemed", json!({"points": 80})).await;
        assert_eq!(answer(&stage, "spend").await, json!({"points": 80, "balance": 70, "pending": 0, "repeated": false}));
        // The rest of the first lot has expired by now.
        stage.go_to(at("2026-02-09T11:00:00Z")).await;
        happens(&mut stage, "Points Redeemed", json!({"points": 51})).await;
        assert_eq!(stage.count("SELECT COUNT(*) FROM customers WHERE traits LIKE '%loyalty.balance%'").await, 1);
        happens(&mut stage, "Points Redeemed", json!({"points": 50})).await;
        assert_eq!(answer(&stage, "spend").await["balance"], 0);
        assert_eq!(stage.texts(LOTS).await, ["anna 100", "anna 50", "anna -80", "anna -50"]);
    }
}

#[tokio::test]
async fn a_step_that_is_repeated_or_broken_off_awards_once_and_answers_the_same() {
    for mut stage in stages(141).await {
        stage.twice = true;
        shop(&mut stage).await;
        happens(&mut stage, "Order Completed", json!({"points": 100, "order": "o-1"})).await;
        happens(&mut stage, "Order Completed", json!({"points": 100, "order": "o-1"})).await;
        assert_eq!(answer(&stage, "earn").await, json!({"points": 100, "balance": 100, "pending": 0, "repeated": true}));
        happens(&mut stage, "Points Redeemed", json!({"points": 30})).await;
        assert_eq!(stage.texts(LOTS).await, ["anna 100", "anna -30"]);
    }
    for way in [Break::Before, Break::After] {
        let mut stage = Stage::new(142).await;
        shop(&mut stage).await;
        stage.track("anna", "Gift Given", json!({"points": 50})).await;
        stage.break_commit(1, way);
        stage.quiet().await;
        assert_eq!((stage.restarts, stage.texts(LOTS).await), (1, vec!["anna 50".to_owned()]));
        assert_eq!(answer(&stage, "gift").await, json!({"points": 50, "balance": 50, "pending": 0, "repeated": false}));
    }
}

#[tokio::test]
async fn several_awards_of_one_batch_see_one_another() {
    for mut stage in stages(143).await {
        shop(&mut stage).await;
        let events = [
            stage.event("anna", "Gift Given", json!({"points": 50})),
            stage.event("anna", "Points Redeemed", json!({"points": 40})),
            stage.event("anna", "Points Redeemed", json!({"points": 40})),
            // Somebody of whom nothing was known before this batch.
            stage.event("ben", "Gift Given", json!({"points": 5})),
            stage.event("ben", "Points Redeemed", json!({"points": 5})),
        ];
        stage.accept(events.into()).await;
        stage.quiet().await;
        let mut lots = stage.texts(LOTS).await;
        lots.sort();
        assert_eq!(lots, ["anna -40", "anna 50", "ben -5", "ben 5"]);
    }
}

#[tokio::test]
async fn two_people_who_are_one_have_the_points_of_both() {
    for mut stage in stages(144).await {
        shop(&mut stage).await;
        happens(&mut stage, "Gift Given", json!({"points": 50})).await;
        let gift = stage.call(Call::Track, None, Some("device"), "Gift Given", json!({"points": 25}));
        stage.accept(vec![Incoming::Event(gift)]).await;
        stage.quiet().await;
        let identify = stage.call(Call::Identify, Some("anna"), Some("device"), "Identified", json!({}));
        stage.accept(vec![Incoming::Event(identify)]).await;
        stage.quiet().await;
        happens(&mut stage, "Points Redeemed", json!({"points": 60})).await;
        assert_eq!(answer(&stage, "spend").await["balance"], 15);
        let mut lots = stage.texts(LOTS).await;
        lots.sort();
        assert_eq!(lots, ["anna -10", "anna -50", "anna 25", "anna 50"]);
    }
}
