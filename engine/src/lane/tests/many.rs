//! Orders to many runs: given a page at a time, and given to all of them whatever breaks off.

use super::fault::Break;
use super::recorder::Answer;
use super::stage::{Stage, chain};
use crate::incoming::{Incoming, Remedy};
use crate::inspect::incidents::IncidentFilter;
use crate::journeys::Turn;
use serde_json::json;
use tradewind_nodes::id::{IncidentId, JourneyId, RunId};

/// Three pages and some more.
const PEOPLE: usize = 24;

async fn crowd(seed: u64) -> Stage {
    let mut stage = Stage::new(seed).await;
    let trigger = ("in", "trigger.event", json!({"events": ["Order Completed"]}));
    let call = ("call", "http.request", json!({"url": "https://shop.example/hook"}));
    let nap = ("nap", "delay.for", json!({"duration": "1h"}));
    let end = ("end", "exit", json!({}));
    stage.publish("sleepers", chain(json!({}), &[trigger.clone(), nap, end])).await;
    stage.publish("callers", chain(json!({}), &[trigger, call])).await;
    stage.recorder.answer("hook", Answer::Reject);
    for n in 0..PEOPLE {
        stage.track(&format!("p{n:02}"), "Order Completed", json!({})).await;
    }
    stage.quiet().await;
    stage
}

/// How often a commit is broken off, and how.
fn breaks() -> impl Iterator<Item = (u64, Break)> {
    (1..=4).flat_map(|number| [(number, Break::Before), (number, Break::After)])
}

#[tokio::test]
async fn a_journey_is_emptied_to_the_last_run_whatever_breaks_off() {
    for (number, way) in breaks() {
        let mut stage = crowd(100).await;
        stage.turn("sleepers", Turn::Stop).await;
        let journey = stage.rows("SELECT id FROM journeys WHERE slug = 'sleepers'", Vec::new()).await[0].uuid(0).unwrap();
        stage.break_commit(number, way);
        let below = RunId(stage.env.id());
        let order = Incoming::Empty { journey: JourneyId(journey), reason: "ben stopped it".into(), after: None, below };
        stage.accept(vec![order]).await;
        // Ben changes his mind while the first are being taken out: who enters now stays.
        stage.turn("sleepers", Turn::Resume).await;
        stage.track("late", "Order Completed", json!({})).await;
        stage.quiet().await;
        let inside = "SELECT COUNT(*) FROM runs r JOIN journeys j ON j.id = r.journey_id WHERE j.slug = 'sleepers' AND r.ended_at IS NULL";
        assert_eq!(stage.count(inside).await, 1);
        let ended = stage.count("SELECT COUNT(*) FROM runs WHERE outcome = 'cancelled'").await;
        assert_eq!((stage.restarts, ended), (1, PEOPLE as i64), "commit {number} broke off {way:?}");
        let told = stage.count("SELECT COUNT(*) FROM steps WHERE body LIKE '%ben stopped it%'").await;
        assert_eq!((told, stage.count("SELECT COUNT(*) FROM inbox").await), (PEOPLE as i64, 0));
    }
}

#[tokio::test]
async fn incidents_are_settled_to_the_last_one_whatever_breaks_off() {
    for (number, way) in breaks() {
        let mut stage = crowd(101).await;
        assert_eq!(stage.count("SELECT COUNT(*) FROM incidents WHERE state = 'open'").await, PEOPLE as i64);
        stage.break_commit(number, way);
        let below = IncidentId(stage.env.id());
        let all = Incoming::Settle { fits: IncidentFilter::default(), remedy: Remedy::Retry, by: "ben".into(), below };
        stage.accept(vec![all]).await;
        stage.quiet().await;
        assert_eq!(stage.restarts, 1, "commit {number} broke off {way:?}");
        // Refused again, each is an incident again, and nobody decided about that.
        let states =
            "SELECT state || ' ' || COALESCE(resolution, '-') || ' ' || COUNT(*) FROM incidents GROUP BY state, resolution ORDER BY 1";
        assert_eq!(stage.texts(states).await, [format!("open - {PEOPLE}"), format!("resolved retry {PEOPLE}")]);
        assert_eq!(stage.count("SELECT COUNT(*) FROM inbox").await, 0);
    }
}
