//! Frequency caps: what counts, and who gets the last place.

use super::recorder::Answer;
use super::stage::{START, Stage, at, chain};
use serde_json::{Value as Json, json};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::time::{Duration, Timestamp};

fn mail_on(event: &str, subject: &str, settings: Json) -> Graph {
    let trigger = ("in", "trigger.event", json!({"events": [event]}));
    chain(settings, &[trigger, ("mail", "email.send", json!({"subject": subject, "html": "x"}))])
}

fn once_a_day() -> Json {
    json!({"frequency_cap": {"max": 1, "per": "1d"}})
}

/// Anna, and a mail on each event, one of which she may have in a day.
async fn capped(seed: u64) -> Stage {
    let mut stage = Stage::new(seed).await;
    for event in ["First", "Second"] {
        stage.publish(&event.to_lowercase(), mail_on(event, event, once_a_day())).await;
    }
    stage.know("anna", json!({"timezone": "Europe/Berlin"})).await;
    stage.quiet().await;
    stage
}

async fn track(stage: &mut Stage, event: &str) {
    stage.track("anna", event, json!({})).await;
}

fn hours(n: i64) -> Timestamp {
    at(START).plus(Duration::from_secs(n * 3600))
}

async fn suppressed(stage: &Stage) -> Vec<String> {
    stage.texts("SELECT result FROM deliveries WHERE state = 'suppressed'").await
}

#[tokio::test]
async fn a_cap_counts_over_all_journeys() {
    let mut stage = capped(70).await;
    track(&mut stage, "First").await;
    track(&mut stage, "Second").await;
    stage.quiet().await;
    assert_eq!(stage.recorder.told(), ["First"]);
    let why = suppressed(&stage).await;
    assert!(why.len() == 1 && why[0].contains("{\"capped\":{") && why[0].contains("\"most\":1"), "{why:?}");
    stage.go_to(hours(25)).await;
    track(&mut stage, "Second").await;
    stage.quiet().await;
    assert_eq!(stage.recorder.told(), ["First", "Second"], "a day later one more is let through");
}

#[tokio::test]
async fn a_cap_counts_what_is_on_its_way_and_not_settled() {
    let mut stage = capped(71).await;
    track(&mut stage, "First").await;
    stage.lane.round().await.unwrap();
    // Being sent: its receiver has not answered when the next one comes.
    stage.relay.begin_all().await.unwrap();
    track(&mut stage, "Second").await;
    stage.lane.round().await.unwrap();
    stage.relay.begin_all().await.unwrap();
    stage.quiet().await;
    assert_eq!((stage.recorder.told(), suppressed(&stage).await.len()), (vec!["First".to_owned()], 1));
}

#[tokio::test]
async fn a_cap_counts_what_will_be_tried_again_also_after_a_restart() {
    let mut stage = capped(72).await;
    stage.recorder.answer("First", Answer::RetryUntil(2));
    track(&mut stage, "First").await;
    stage.quiet().await;
    stage.restart().await;
    track(&mut stage, "Second").await;
    stage.quiet().await;
    assert_eq!(suppressed(&stage).await.len(), 1, "the first keeps its place");
    stage.run_until(hours(1), 10).await;
    assert_eq!(stage.recorder.told(), ["First", "First"], "and does not stand in its own way");
    assert_eq!(stage.count("SELECT COUNT(*) FROM deliveries WHERE state = 'sent'").await, 1);
}

#[tokio::test]
async fn what_failed_for_good_gives_its_place_back() {
    let mut stage = capped(73).await;
    stage.recorder.answer("First", Answer::Reject);
    track(&mut stage, "First").await;
    stage.quiet().await;
    track(&mut stage, "Second").await;
    stage.quiet().await;
    assert_eq!(stage.recorder.told(), ["First", "Second"]);
}

#[tokio::test]
async fn of_mails_due_at_one_instant_that_of_the_run_entered_first_passes() {
    let night = json!({"frequency_cap": {"max": 2, "per": "1d"}, "quiet_hours": {"from": "21:00", "to": "08:00"}});
    for (seed, hour, restart) in [(74, 0, false), (75, 0, true), (76, 11, false), (77, 11, true)] {
        let mut stage = Stage::new(seed).await;
        for n in 0..9 {
            stage.publish(&format!("j{n}"), mail_on("Order Completed", &format!("Mail {n}"), night.clone())).await;
        }
        stage.know("anna", json!({"timezone": "Europe/Berlin"})).await;
        stage.go_to(hours(hour)).await;
        track(&mut stage, "Order Completed").await;
        stage.lane.round().await.unwrap();
        if restart {
            stage.restart().await;
        }
        stage.run_until(hours(30), 20).await;
        assert_eq!(stage.recorder.told(), ["Mail 0", "Mail 1"], "at {hour}, restarted: {restart}");
        assert_eq!(suppressed(&stage).await.len(), 7);
    }
}
