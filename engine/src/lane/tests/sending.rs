//! The outbox: retries, refusals, marks and guards.

use super::fault::Break;
use super::recorder::Answer;
use super::stage::{START, Stage, at, chain};
use crate::incoming::{ConsentChange, Incoming};
use serde_json::{Value as Json, json};
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::CustomerId;
use tradewind_nodes::time::{Duration, Timestamp};

fn ordered() -> (&'static str, &'static str, Json) {
    ("in", "trigger.event", json!({"events": ["Order Completed"]}))
}

fn mailing(settings: Json) -> Graph {
    chain(settings, &[ordered(), ("mail", "email.send", json!({"subject": "Thanks", "html": "x"}))])
}

fn calling(config: Json) -> Graph {
    let mut call = json!({"url": "https://shop.example/hook"});
    call.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
    chain(json!({}), &[ordered(), ("call", "http.request", call), ("failed:out", "exit", json!({"reason": "failed"}))])
}

async fn told(graph: Graph, seed: u64) -> Stage {
    let mut stage = Stage::new(seed).await;
    stage.publish("journey", graph).await;
    stage.know("anna", json!({"timezone": "Europe/Berlin"})).await;
    stage.quiet().await;
    stage
}

async fn order(stage: &mut Stage) {
    stage.track("anna", "Order Completed", json!({})).await;
}

fn hours(n: i64) -> Timestamp {
    at(START).plus(Duration::from_secs(n * 3600))
}

#[tokio::test]
async fn a_retry_waits_in_the_row_and_survives_a_restart() {
    let mut stage = told(mailing(json!({})), 31).await;
    stage.recorder.answer("Thanks", Answer::RetryUntil(4));
    order(&mut stage).await;
    stage.quiet().await;
    assert_eq!(stage.texts("SELECT state || ' ' || attempts FROM deliveries").await, ["pending 1"]);
    stage.restart().await;
    // The restart may look at once at what was never tried, and not at what waits for its next attempt.
    stage.quiet().await;
    assert_eq!(stage.recorder.made().len(), 1);
    stage.run_until(hours(1), 10).await;
    let made = stage.recorder.made();
    assert_eq!(made.iter().map(|m| m.attempt).collect::<Vec<_>>(), [1, 2, 3, 4]);
    for (two, longest) in made.windows(2).zip([1_000_000, 2_000_000, 4_000_000]) {
        let wait = two[1].at.since(two[0].at).micros();
        assert!((longest / 2..=longest).contains(&wait), "attempt {} came after {wait}", two[1].attempt);
    }
    assert_eq!(stage.texts("SELECT state || ' ' || attempts FROM deliveries").await, ["sent 4"]);
}

#[tokio::test]
async fn a_receiver_that_names_its_time_is_obeyed() {
    let mut stage = told(calling(json!({})), 32).await;
    stage.recorder.answer("hook", Answer::RetryAfter(Duration::from_secs(77), 2));
    order(&mut stage).await;
    stage.run_until(hours(1), 10).await;
    let made = stage.recorder.made();
    assert_eq!(made[1].at.since(made[0].at), Duration::from_secs(77));
}

#[tokio::test]
async fn what_is_refused_goes_by_its_port_or_waits_for_a_person() {
    let mut stage = told(calling(json!({})), 33).await;
    stage.recorder.answer("hook", Answer::Reject);
    order(&mut stage).await;
    stage.quiet().await;
    assert_eq!(
        (stage.texts("SELECT outcome FROM runs").await, stage.count("SELECT COUNT(*) FROM incidents").await),
        (vec!["exited".into()], 0)
    );
    let mut stage = told(mailing(json!({})), 34).await;
    stage.recorder.answer("Thanks", Answer::Reject);
    order(&mut stage).await;
    stage.quiet().await;
    assert_eq!(stage.texts("SELECT subject || ' ' || state FROM incidents").await, ["delivery open"]);
    assert_eq!(stage.texts("SELECT state FROM deliveries").await, ["failed"]);
}

#[tokio::test]
async fn an_incident_is_told_once_when_nobody_knows_whether_it_was_written() {
    for way in [Break::Before, Break::After] {
        let mut stage = told(mailing(json!({})), 35).await;
        stage.recorder.answer("Thanks", Answer::Reject);
        order(&mut stage).await;
        stage.lane.round().await.unwrap();
        stage.break_commit(1, way);
        assert!(stage.relay.settle_all().await.is_err());
        // The same relay writes the same outcome down again.
        stage.quiet().await;
        assert_eq!(stage.count("SELECT COUNT(*) FROM incidents").await, 1, "{way:?}");
        assert_eq!(stage.recorder.made().len(), 1, "{way:?}");
    }
}

#[tokio::test]
async fn at_most_once_is_not_repeated_after_a_crash_and_its_run_is_told() {
    let mut stage = told(calling(json!({"delivery": "at_most_once"})), 36).await;
    order(&mut stage).await;
    stage.lane.round().await.unwrap();
    // The mark is the first commit, the outcome the second.
    stage.break_commit(2, Break::Before);
    stage.quiet().await;
    assert_eq!((stage.restarts, stage.recorder.made().len()), (1, 1));
    assert!(stage.texts("SELECT result FROM deliveries").await[0].contains("delivery.uncertain"));
    assert_eq!(stage.texts("SELECT outcome FROM runs").await, ["exited"], "by the port for failures");
    assert_eq!(stage.count("SELECT COUNT(*) FROM inbox").await, 0);
}

#[tokio::test]
async fn a_crash_costs_only_the_at_most_once_effects_that_are_under_way() {
    let mut stage = told(calling(json!({"delivery": "at_most_once"})), 36).await;
    for n in 0..100 {
        stage.track(&format!("user {n}"), "Order Completed", json!({})).await;
    }
    while stage.lane.round().await.unwrap() {}
    let shared = stage.shared.clone();
    let commits = || shared.fault.commits.load(std::sync::atomic::Ordering::SeqCst);
    let before = commits();
    // The first turn of a relay that dies before any answer.
    stage.relay.begin_all().await.unwrap();
    assert_eq!(commits() - before, 1, "one for all marks");
    assert_eq!(stage.count("SELECT COUNT(*) FROM deliveries WHERE state = 'sending'").await, 32);
    stage.restart().await;
    stage.quiet().await;
    assert_eq!(stage.count("SELECT COUNT(*) FROM deliveries WHERE state = 'sent'").await, 68);
}

async fn suppressed(stage: &mut Stage, word: &str) {
    stage.quiet().await;
    assert!(stage.recorder.made().is_empty());
    let rows = stage.texts("SELECT state || ' ' || result FROM deliveries").await;
    assert!(rows.len() == 1 && rows[0].starts_with("suppressed") && rows[0].contains(word), "{rows:?} tells {word:?}");
}

#[tokio::test]
async fn consent_that_was_withdrawn_in_the_meantime_counts() {
    let mut stage = told(mailing(json!({})), 37).await;
    order(&mut stage).await;
    let consent = ConsentChange {
        channel: "email".into(),
        purpose: "marketing".into(),
        status: ConsentStatus::Withdrawn,
        source: "test".into(),
        proof: Json::Null,
    };
    let customer = CustomerId::of_user(super::stage::HERE, "anna");
    let withdrawn = Incoming::Profile { customer, user_id: None, traits: tradewind_nodes::JsonMap::new(), consent: vec![consent] };
    // Both are routed before the relay has its turn.
    stage.accept(vec![withdrawn]).await;
    suppressed(&mut stage, "no_consent").await;
}

#[tokio::test]
async fn a_goal_that_was_reached_in_the_meantime_counts() {
    let mut stage = told(mailing(json!({"goal": {"event": "Paid", "count": {"gte": 1}}})), 38).await;
    order(&mut stage).await;
    stage.track("anna", "Paid", json!({})).await;
    suppressed(&mut stage, "goal_before").await;
}

#[tokio::test]
async fn quiet_hours_postpone_to_the_morning() {
    let mut stage = told(mailing(json!({"quiet_hours": {"from": "21:00", "to": "08:00"}})), 39).await;
    stage.go_to(hours(11)).await;
    order(&mut stage).await;
    stage.quiet().await;
    assert!(stage.recorder.made().is_empty() && stage.texts("SELECT result FROM deliveries").await[0].contains("quiet_hours"));
    stage.restart().await;
    stage.quiet().await;
    assert!(stage.recorder.made().is_empty(), "a restart does not break the quiet");
    stage.run_until(hours(24), 10).await;
    assert_eq!(stage.recorder.made()[0].at, at("2026-01-10T07:00:00Z"));
}
