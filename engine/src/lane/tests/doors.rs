//! Entering and staying: throttles, places, pauses, stops, and runs that go wrong among others.

use super::stage::{START, Stage, at, chain};
use crate::journeys::Turn;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use tradewind_core::simulate::{Journey, Simulation};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::run::{Program, RunState};
use tradewind_nodes::time::{Duration, Timestamp};

fn mail() -> Json {
    json!({"subject": "Mail to {{customer.first_name}}", "html": "x"})
}

fn ordered() -> Json {
    json!({"events": ["Order Completed"]})
}

fn napping(settings: Json) -> Graph {
    chain(settings, &[("in", "trigger.event", ordered()), ("nap", "delay.for", json!({"duration": "1h"})), ("mail", "email.send", mail())])
}

fn minutes(n: i64) -> Timestamp {
    at(START).plus(Duration::from_secs(n * 60))
}

async fn crowd(stage: &mut Stage, people: usize) {
    for n in 0..people {
        stage.know(&format!("p{n:03}"), json!({})).await;
    }
    stage.quiet().await;
    for n in 0..people {
        stage.track(&format!("p{n:03}"), "Order Completed", json!({"n": n})).await;
    }
}

fn sent_at(stage: &Stage) -> Vec<Timestamp> {
    stage.recorder.made().iter().map(|made| made.at).collect()
}

#[tokio::test]
async fn a_throttle_spaces_entries_and_remembers_after_a_restart() {
    let mut stage = Stage::new(11).await;
    let settings = json!({"throttle": {"max": 2, "per": "1h"}});
    stage.publish("slow", chain(settings, &[("in", "trigger.event", ordered()), ("mail", "email.send", mail())])).await;
    crowd(&mut stage, 4).await;
    stage.quiet().await;
    stage.restart().await;
    stage.know("late", json!({})).await;
    stage.track("late", "Order Completed", json!({})).await;
    stage.run_until(minutes(600), 20).await;
    // Two at once after a quiet time, then one every half hour.
    assert_eq!(sent_at(&stage), [minutes(0), minutes(0), minutes(30), minutes(60), minutes(90)]);
    assert_eq!(stage.recorder.told().last().unwrap(), "Mail to late");
}

#[tokio::test]
async fn a_journey_holds_no_more_people_than_it_has_places() {
    let mut stage = Stage::new(12).await;
    stage.publish("narrow", napping(json!({"concurrency": 2}))).await;
    crowd(&mut stage, 5).await;
    stage.quiet().await;
    let inside = "SELECT COUNT(*) FROM runs WHERE state = 'sleeping'";
    assert_eq!((stage.count(inside).await, stage.count("SELECT COUNT(*) FROM runs WHERE state = 'queued'").await), (2, 3));
    stage.restart().await;
    stage.quiet().await;
    assert_eq!(stage.count(inside).await, 2, "a restart gives no more places");
    stage.run_until(minutes(600), 20).await;
    assert_eq!(sent_at(&stage), [minutes(60), minutes(60), minutes(120), minutes(120), minutes(180)]);
}

#[tokio::test]
async fn a_place_that_became_free_in_a_commit_that_broke_off_is_not_lost() {
    for way in [super::fault::Break::Before, super::fault::Break::After] {
        let mut stage = Stage::new(13).await;
        stage.publish("narrow", napping(json!({"concurrency": 1}))).await;
        crowd(&mut stage, 3).await;
        stage.quiet().await;
        stage.break_commit(2, way);
        // Without a restart: the lane goes on with what it remembers.
        let mut now = minutes(0);
        while stage.recorder.made().len() < 3 {
            now = now.plus(Duration::from_secs(1_800));
            assert!(now < minutes(1_000), "{way:?}: somebody waits for ever: {:?}", sent_at(&stage));
            stage.clock.set(now);
            stage.lane.next_due = None;
            for _ in 0..20 {
                let _ = stage.lane.round().await;
                let _ = stage.relay.settle_all().await;
            }
        }
    }
}

#[tokio::test]
async fn a_pause_parks_sleepers_and_waiters_and_resuming_sends_them_on() {
    let mut stage = Stage::new(14).await;
    stage.publish("nap", napping(json!({}))).await;
    let wait = json!({"events": ["Order Shipped"], "timeout": "3h"});
    stage
        .publish(
            "wait",
            chain(json!({}), &[("in", "trigger.event", ordered()), ("wait", "wait.event", wait), ("event:mail", "email.send", mail())]),
        )
        .await;
    crowd(&mut stage, 2).await;
    stage.quiet().await;
    for slug in ["nap", "wait"] {
        stage.turn(slug, Turn::Pause).await;
    }
    stage.go_to(minutes(90)).await;
    stage.track("p000", "Order Shipped", json!({})).await;
    stage.know("new", json!({})).await;
    stage.track("new", "Order Completed", json!({})).await;
    stage.go_to(minutes(240)).await;
    assert!(stage.recorder.made().is_empty(), "nobody moves in a paused journey");
    assert_eq!(stage.count("SELECT COUNT(*) FROM runs WHERE due_at IS NOT NULL").await, 0, "and nobody has a timer");
    assert_eq!(stage.texts("SELECT reason FROM refusals").await, ["paused", "paused"]);
    for slug in ["nap", "wait"] {
        stage.turn(slug, Turn::Resume).await;
    }
    stage.quiet().await;
    let mut told = stage.recorder.told();
    told.sort();
    // Both sleepers, and of the waiters the one whose event came; the other's time ran out.
    assert_eq!(told, ["Mail to p000", "Mail to p000", "Mail to p001"]);
    assert_eq!(stage.count("SELECT COUNT(*) FROM runs WHERE ended_at IS NULL").await, 0);
}

#[tokio::test]
async fn a_stopped_journey_lets_nobody_in_and_everybody_finish() {
    let mut stage = Stage::new(15).await;
    stage.publish("nap", napping(json!({}))).await;
    crowd(&mut stage, 1).await;
    stage.quiet().await;
    stage.turn("nap", Turn::Stop).await;
    stage.know("new", json!({})).await;
    stage.track("new", "Order Completed", json!({})).await;
    stage.run_until(minutes(120), 10).await;
    assert_eq!((stage.recorder.told(), sent_at(&stage)), (vec!["Mail to p000".to_owned()], vec![minutes(60)]));
    assert_eq!(stage.texts("SELECT reason FROM refusals").await, ["paused"]);
}

#[tokio::test]
async fn a_customer_may_come_twice_in_one_batch_when_his_first_run_is_over() {
    let mut stage = Stage::new(16).await;
    stage.publish("quick", chain(json!({}), &[("in", "trigger.event", ordered()), ("mail", "email.send", mail())])).await;
    stage.know("anna", json!({})).await;
    let twice = vec![stage.event("anna", "Order Completed", json!({})), stage.event("anna", "Order Completed", json!({}))];
    stage.accept(twice).await;
    let before = stage.shared.fault.commits.load(std::sync::atomic::Ordering::SeqCst);
    stage.lane.round().await.unwrap();
    assert_eq!(stage.shared.fault.commits.load(std::sync::atomic::Ordering::SeqCst), before + 1, "the batch does not fall apart");
    stage.quiet().await;
    assert_eq!(stage.recorder.told().len(), 2);
}

#[tokio::test]
async fn one_run_that_goes_wrong_stops_none_of_a_hundred_others() {
    let scripts = json!({"source": "if event.properties.n == 50 { let i = 0; loop { i += 1; } } go(\"next\")"});
    let template = json!({"subject": "{{event.properties.title}}", "html": "x"});
    for (kind, config) in [("script.run", scripts), ("email.send", template)] {
        let mut stage = Stage::new(17).await;
        stage
            .publish(
                "poison",
                chain(json!({}), &[("in", "trigger.event", ordered()), ("act", kind, config), ("mail", "email.send", mail())]),
            )
            .await;
        for n in 0..101 {
            stage.know(&format!("p{n}"), json!({})).await;
        }
        for n in 0..101 {
            let title = if n == 50 { Json::Null } else { "Hello".into() };
            stage.track(&format!("p{n}"), "Order Completed", json!({"n": n, "title": title})).await;
        }
        stage.quiet().await;
        let mails = stage.recorder.told().iter().filter(|subject| subject.starts_with("Mail to")).count();
        assert_eq!(mails, 100, "{kind}");
        assert_eq!(stage.count("SELECT COUNT(*) FROM incidents WHERE state = 'open' AND node = 'act'").await, 1, "{kind}");
        assert_eq!(stage.count("SELECT COUNT(*) FROM runs WHERE state = 'held'").await, 1, "{kind}");
    }
}

#[tokio::test]
async fn a_run_whose_version_cannot_be_used_does_not_keep_others_from_their_timers() {
    let mut stage = Stage::new(18).await;
    let journey = stage.publish("nap", napping(json!({}))).await;
    stage.publish("other", napping(json!({}))).await;
    crowd(&mut stage, 1).await;
    stage.quiet().await;
    stage.execute("UPDATE versions SET graph = '{\"nodes\": 1}' WHERE journey_id = $1", vec![journey.0.into()]).await;
    stage.restart().await;
    stage.clock.set(minutes(60));
    stage.lane.next_due = None;
    for _ in 0..10 {
        stage.lane.round().await.unwrap();
    }
    stage.relay.settle_all().await.unwrap();
    assert_eq!(stage.recorder.told(), ["Mail to p000"]);
    assert!(!stage.lane.round().await.unwrap(), "the lane comes to rest");
    assert!(stage.lane.next_due.is_some_and(|due| due > minutes(60)), "and does not spin over the run it cannot read");
    let told = "SELECT problem FROM incidents WHERE state = 'open'";
    assert_eq!(stage.texts(told).await.len(), 1, "a person is told");
}

#[tokio::test]
async fn an_incident_that_settled_itself_in_the_same_batch_asks_for_nobody() {
    let mut stage = Stage::new(19).await;
    let broken = json!({"subject": "{{event.properties.missing}}", "html": "x"});
    let settings = json!({"exit": {"event": "Refunded", "count": {"gte": 1}}});
    stage.publish("broken", chain(settings, &[("in", "trigger.event", ordered()), ("act", "email.send", broken)])).await;
    stage.know("anna", json!({})).await;
    stage.quiet().await;
    stage.track("anna", "Order Completed", json!({})).await;
    stage.track("anna", "Refunded", json!({})).await;
    stage.quiet().await;
    assert_eq!(stage.texts("SELECT outcome FROM runs").await, ["exited"]);
    assert_eq!(stage.count("SELECT COUNT(*) FROM incidents WHERE state = 'open'").await, 0);
}

#[tokio::test]
async fn a_retry_that_fails_again_leaves_one_open_incident() {
    let mut stage = Stage::new(20).await;
    let broken = json!({"subject": "{{event.properties.missing}}", "html": "x"});
    stage.publish("broken", chain(json!({}), &[("in", "trigger.event", ordered()), ("act", "email.send", broken)])).await;
    stage.know("anna", json!({})).await;
    stage.track("anna", "Order Completed", json!({})).await;
    stage.quiet().await;
    for _ in 0..2 {
        let run = tradewind_nodes::id::RunId(stage.rows("SELECT id FROM runs", Vec::new()).await[0].uuid(0).unwrap());
        let order = crate::incoming::Order::Retry { incident: None };
        stage.accept(vec![crate::incoming::Incoming::Control { run, order }]).await;
        stage.quiet().await;
        assert_eq!(stage.count("SELECT COUNT(*) FROM incidents WHERE state = 'open'").await, 1);
    }
}

#[tokio::test]
async fn a_template_that_does_too_much_is_held_where_a_simulation_holds_it() {
    let source = r#"{{#each event.properties.items}}{{#if (eq (json @root.event) "x")}}{{/if}}{{/each}}x"#;
    let graph = chain(json!({}), &[("in", "trigger.event", ordered()), ("set", "customer.set", json!({"traits": {"t": source}}))]);
    let properties = json!({"items": vec![0; 9_000]});
    let mut stage = Stage::new(19).await;
    stage.publish("costly", graph.clone()).await;
    stage.know("anna", json!({})).await;
    stage.track("anna", "Order Completed", properties.clone()).await;
    stage.quiet().await;
    let problem = stage.texts("SELECT problem FROM incidents").await;
    let program = Program::compile(&graph, &Registry::builtin()).unwrap_or_else(|issues| panic!("{issues:?}"));
    let mut simulation = Simulation::new(vec![Journey { slug: "costly".into(), program: Arc::new(program) }], at(START));
    let anna = simulation.customer("anna");
    simulation.event(anna, "Order Completed", properties.as_object().unwrap().clone()).unwrap();
    let RunState::Held { problem: held, .. } = &simulation.report().runs[0].state else { panic!("the simulation does not hold it") };
    assert_eq!(held.code, "template.too_much_work");
    assert_eq!(problem, [serde_json::to_string(held).unwrap()]);
}
