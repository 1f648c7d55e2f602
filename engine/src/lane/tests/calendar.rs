//! What time alone brings: schedules, anniversaries, segments.

use super::stage::{HERE, START, Stage, at, chain};
use serde_json::json;
use tradewind_nodes::time::{Duration, Timestamp};

fn call() -> (&'static str, &'static str, serde_json::Value) {
    ("call", "http.request", json!({"url": "https://shop.example/{{event.properties.tick}}"}))
}

fn times(stage: &Stage) -> Vec<Timestamp> {
    stage.recorder.made().iter().map(|made| made.at).collect()
}

async fn nine_in_berlin(stage: &mut Stage) {
    let daily = json!({"cron": "0 9 * * *", "zone": "Europe/Berlin"});
    stage.publish("daily", chain(json!({"reentry": {"rule": "always"}}), &[("in", "trigger.schedule", daily), call()])).await;
}

#[tokio::test]
async fn a_schedule_that_was_missed_is_caught_up_once() {
    let mut stage = Stage::new(21).await;
    nine_in_berlin(&mut stage).await;
    stage.run_until(at("2026-01-10T12:00:00Z"), 10).await;
    assert_eq!(times(&stage), [at("2026-01-10T08:00:00Z")]);
    // Down from the 10th to the 14th: four ticks are missed.
    stage.clock.set(at("2026-01-14T12:00:00Z"));
    stage.restart().await;
    stage.quiet().await;
    stage.restart().await;
    stage.run_until(at("2026-01-15T12:00:00Z"), 10).await;
    assert_eq!(times(&stage)[1..], [at("2026-01-14T12:00:00Z"), at("2026-01-15T08:00:00Z")]);
    assert!(stage.recorder.told()[1].contains("2026-01-11T08"), "it tells which tick it was: {:?}", stage.recorder.told());
}

#[tokio::test]
async fn a_schedule_keeps_its_hour_when_the_clocks_change() {
    let mut stage = Stage::new(22).await;
    stage.clock.set(at("2026-03-27T12:00:00Z"));
    nine_in_berlin(&mut stage).await;
    stage.run_until(at("2026-03-30T12:00:00Z"), 10).await;
    assert_eq!(times(&stage), [at("2026-03-28T08:00:00Z"), at("2026-03-29T07:00:00Z"), at("2026-03-30T07:00:00Z")]);
}

#[tokio::test]
async fn a_schedule_with_an_audience_comes_to_each_of_it_once() {
    let mut stage = Stage::new(23).await;
    let weekly = json!({"cron": "0 9 * * 1", "audience": {"fact": "customer.traits.plan", "is": "eq", "value": "pro"}});
    let mail = ("mail", "email.send", json!({"subject": "News for {{customer.first_name}}", "html": "x"}));
    stage.publish("weekly", chain(json!({}), &[("in", "trigger.schedule", weekly), mail])).await;
    for (user, plan) in [("anna", "pro"), ("ben", "free"), ("chris", "pro")] {
        stage.know(user, json!({ "plan": plan })).await;
    }
    stage.run_until(at("2026-01-12T12:00:00Z"), 10).await;
    let mut told = stage.recorder.told();
    told.sort();
    assert_eq!(told, ["News for anna", "News for chris"]);
    assert_eq!(stage.texts("SELECT reason FROM refusals").await, ["filter"]);
}

#[tokio::test]
async fn an_anniversary_comes_once_a_year_also_when_its_date_is_corrected() {
    let mut stage = Stage::new(24).await;
    let birthday = json!({"fact": "customer.birthday"});
    let mail = ("mail", "email.send", json!({"subject": "Congratulations {{customer.first_name}}", "html": "x"}));
    stage.publish("birthday", chain(json!({}), &[("in", "trigger.anniversary", birthday), mail])).await;
    stage.know("anna", json!({"birthday": "1990-01-20", "timezone": "Europe/Berlin"})).await;
    stage.know("ben", json!({"birthday": "--01-21"})).await;
    stage.run_until(at("2026-01-22T12:00:00Z"), 10).await;
    assert_eq!(times(&stage), [at("2026-01-20T08:00:00Z"), at("2026-01-21T09:00:00Z")]);
    stage.know("anna", json!({"birthday": "1990-01-25", "timezone": "Europe/Berlin"})).await;
    stage.run_until(at("2027-01-26T12:00:00Z"), 20).await;
    assert_eq!(times(&stage)[2..], [at("2027-01-21T09:00:00Z"), at("2027-01-25T08:00:00Z")]);
}

#[tokio::test]
async fn a_segment_changes_by_events_and_by_time_alone() {
    let mut stage = Stage::new(25).await;
    let lapsed = json!({"all": [{"event": "Order Completed", "count": {"gte": 1}}, {"not": {"event": "Order Completed", "count": {"gte": 1}, "within": "30d"}}]});
    let sql = "INSERT INTO segments (id, workspace_id, name, predicate, created_at, updated_at) VALUES ($1, $2, 'lapsed', $3, 0, 0)";
    stage.execute(sql, vec![stage.env.id().into(), HERE.0.into(), lapsed.to_string().into()]).await;
    for (slug, change) in [("gone", "entered"), ("back", "left")] {
        let trigger = json!({"segment": "lapsed", "change": change});
        let mail = ("mail", "email.send", json!({"subject": format!("{slug} {{{{customer.first_name}}}}"), "html": "x"}));
        stage.publish(slug, chain(json!({}), &[("in", "trigger.segment", trigger), mail])).await;
    }
    stage.know("anna", json!({})).await;
    stage.know("ben", json!({})).await;
    stage.track("anna", "Order Completed", json!({})).await;
    let end = at(START).plus(Duration::from_days(40));
    stage.run_until(end, 10).await;
    assert_eq!(stage.recorder.told(), ["gone anna"]);
    let month = at(START).plus(Duration::from_days(30));
    let entered = times(&stage)[0].since(month).micros();
    assert!((0..=1_000_000).contains(&entered), "at the instant the month is over: {entered}");
    stage.track("anna", "Order Completed", json!({})).await;
    stage.quiet().await;
    assert_eq!(stage.recorder.told(), ["gone anna", "back anna"]);
    assert_eq!(stage.count("SELECT COUNT(*) FROM segment_members WHERE inside").await, 0);
}
