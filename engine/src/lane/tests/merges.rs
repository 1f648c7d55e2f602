//! Two people who turn out to be one: their runs, their keys and the re-entry rule.

use super::fault::Break;
use super::stage::{Stage, at, chain};
use crate::incoming::{Call, Incoming};
use serde_json::{Value as Json, json};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::time::Duration;

const RUNS: &str = "SELECT COALESCE(c.user_id, '-') || ' ' || COALESCE(SUBSTR(r.run_key, 37), 'none') || ' ' || COALESCE(r.outcome, 'inside') \
    FROM runs r JOIN customers c ON c.id = r.customer_id ORDER BY r.id";
/// Keys that begin with another id than that of their run's customer.
const STRANGE: &str =
    "SELECT COUNT(*) FROM runs WHERE run_key IS NOT NULL AND REPLACE(SUBSTR(run_key, 1, 36), '-', '') <> LOWER(HEX(customer_id))";

fn cart(settings: Json) -> Graph {
    let trigger = json!({"events": ["Cart Updated"]});
    let mail = json!({"subject": "Your cart", "html": "x"});
    chain(settings, &[("in", "trigger.event", trigger), ("nap", "delay.for", json!({"duration": "1d"})), ("mail", "email.send", mail)])
}

/// Anna and a device that nobody knows is hers, and a journey with these settings.
async fn strangers(seed: u64, settings: Json) -> Stage {
    let mut stage = Stage::new(seed).await;
    stage.publish("cart", cart(settings)).await;
    stage.know("anna", json!({})).await;
    stage.quiet().await;
    stage
}

async fn by_device(stage: &mut Stage, properties: Json) {
    let seen = stage.call(Call::Track, None, Some("device"), "Cart Updated", properties);
    stage.accept(vec![Incoming::Event(seen)]).await;
    stage.quiet().await;
}

async fn by_anna(stage: &mut Stage, properties: Json) {
    stage.track("anna", "Cart Updated", properties).await;
    stage.quiet().await;
}

/// She signs in on the device.
async fn identify(stage: &mut Stage) {
    let identify = stage.call(Call::Identify, Some("anna"), Some("device"), "Identified", json!({}));
    stage.accept(vec![Incoming::Event(identify)]).await;
    stage.quiet().await;
}

async fn later(stage: &mut Stage, hours: i64) {
    let then = stage.env.now().plus(Duration::from_hours(hours));
    stage.run_until(then, 50).await;
}

async fn reasons(stage: &Stage) -> Vec<String> {
    stage.texts("SELECT reason || ': ' || why FROM refusals ORDER BY id").await
}

#[tokio::test]
async fn the_run_entered_first_goes_on_and_the_other_ends_with_the_reason() {
    for (seed, device_first) in [(90, true), (91, false)] {
        let mut stage = strangers(seed, json!({})).await;
        if device_first {
            by_device(&mut stage, json!({})).await;
        } else {
            by_anna(&mut stage, json!({})).await;
        }
        later(&mut stage, 1).await;
        if device_first {
            by_anna(&mut stage, json!({})).await;
        } else {
            by_device(&mut stage, json!({})).await;
        }
        identify(&mut stage).await;
        assert_eq!(stage.texts(RUNS).await, ["anna  inside", "anna none cancelled"]);
        let told = reasons(&stage).await;
        let why = r#"{"one_person":{"still_inside":{"since":"2026-01-09T11:00:00Z""#;
        assert!(told.len() == 1 && told[0].starts_with("reentry") && told[0].contains(why), "{told:?}");
        let last =
            stage.texts("SELECT s.body FROM steps s JOIN runs r ON r.id = s.run_id WHERE r.outcome = 'cancelled' ORDER BY s.seq").await;
        assert!(last.last().unwrap().contains(why), "{last:?}");
        assert!(last.last().unwrap().contains("two customers turned out to be one person"), "{last:?} says how the run ended");
        // She is inside: neither of her ids gets in again before she has left.
        by_device(&mut stage, json!({})).await;
        by_anna(&mut stage, json!({})).await;
        assert_eq!(stage.count("SELECT COUNT(*) FROM runs").await, 2);
        stage.run_until(at("2026-01-11T11:00:00Z"), 50).await;
        assert_eq!(stage.recorder.told(), ["Your cart"]);
        by_anna(&mut stage, json!({})).await;
        assert_eq!(stage.texts(RUNS).await, ["anna none completed", "anna none cancelled", "anna  inside"]);
    }
}

#[tokio::test]
async fn a_run_that_came_along_keeps_its_new_person_out() {
    let mut stage = strangers(92, json!({})).await;
    by_device(&mut stage, json!({})).await;
    identify(&mut stage).await;
    by_anna(&mut stage, json!({})).await;
    assert_eq!(stage.texts(RUNS).await, ["anna  inside"]);
    assert!(reasons(&stage).await[0].contains("still_inside"));
    assert_eq!(stage.count(STRANGE).await, 0);
}

#[tokio::test]
async fn other_carts_are_other_keys_and_both_go_on() {
    let mut stage = strangers(93, json!({"run_key": "event.properties.cart_id"})).await;
    by_device(&mut stage, json!({"cart_id": "c1"})).await;
    by_anna(&mut stage, json!({"cart_id": "c2"})).await;
    identify(&mut stage).await;
    assert_eq!(stage.texts(RUNS).await, ["anna /c1 inside", "anna /c2 inside"]);
    by_anna(&mut stage, json!({"cart_id": "c1"})).await;
    assert_eq!((stage.count("SELECT COUNT(*) FROM runs").await, reasons(&stage).await.len()), (2, 1));
}

#[tokio::test]
async fn once_is_once_for_both_and_a_period_counts_from_the_run_that_stays() {
    let mut stage = strangers(94, json!({"reentry": {"rule": "once"}})).await;
    by_device(&mut stage, json!({})).await;
    later(&mut stage, 30).await;
    by_anna(&mut stage, json!({})).await;
    identify(&mut stage).await;
    assert_eq!(stage.texts(RUNS).await, ["anna  completed", "anna none cancelled"]);
    let mut stage = strangers(95, json!({"reentry": {"rule": "once_per", "period": "12h"}})).await;
    by_device(&mut stage, json!({})).await;
    later(&mut stage, 13).await;
    by_anna(&mut stage, json!({})).await;
    identify(&mut stage).await;
    assert_eq!(stage.texts(RUNS).await, ["anna none inside", "anna  inside"], "half a day is between them");
    later(&mut stage, 2).await;
    by_anna(&mut stage, json!({})).await;
    assert!(reasons(&stage).await[0].contains("\"period\":\"12h\""));
}

#[tokio::test]
async fn a_merge_that_breaks_off_or_is_repeated_comes_to_the_same_end() {
    let mut told = Vec::new();
    for (number, way) in [(0, Break::Before), (1, Break::Before), (1, Break::After), (2, Break::Before), (2, Break::After)] {
        let mut stage = strangers(96, json!({})).await;
        by_device(&mut stage, json!({})).await;
        by_anna(&mut stage, json!({})).await;
        stage.twice = number == 0;
        stage.break_commit(number, way);
        identify(&mut stage).await;
        assert_eq!(stage.restarts, u32::from(number > 0));
        stage.run_until(at("2026-01-11T11:00:00Z"), 50).await;
        let refused = stage.count("SELECT COUNT(*) FROM refusals").await;
        told.push((stage.texts(RUNS).await, refused, stage.recorder.told(), stage.count(STRANGE).await));
    }
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    assert_eq!((told[0].1, told[0].2.len(), told[0].3), (1, 1, 0));
}
