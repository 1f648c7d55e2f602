//! From the lane to the relay: nothing waits where there is room, nothing overtakes, nothing is done twice.

use super::stage::{Stage, chain};
use crate::lane::Work;
use serde_json::json;
use tradewind_nodes::time::Duration;

/// `people` who each get a mail with their name, of which the relay can be handed five at a time.
async fn crowd(seed: u64, people: usize) -> (Stage, Vec<String>) {
    let mut stage = Stage::cramped(seed, 5).await;
    let mail = ("mail", "email.send", json!({"subject": "To {{customer.first_name}}", "html": "x"}));
    let trigger = ("in", "trigger.event", json!({"events": ["Order Completed"]}));
    stage.publish("mail", chain(json!({"reentry": {"rule": "always"}}), &[trigger, mail])).await;
    let names: Vec<String> = (0..people).map(|n| format!("p{n:04}")).collect();
    for name in &names {
        stage.know(name, json!({})).await;
    }
    // The relay has looked once: nothing is left of an earlier process.
    stage.quiet().await;
    let mails = names.iter().map(|name| format!("To {name}")).collect();
    (stage, mails)
}

async fn order(stage: &mut Stage, people: usize) {
    let mut events = Vec::new();
    for n in 0..people {
        events.push(stage.event(&format!("p{n:04}"), "Order Completed", json!({})));
    }
    stage.accept(events).await;
}

#[tokio::test]
async fn what_the_relay_had_no_room_for_is_sent_as_soon_as_there_is_some() {
    let (mut stage, mails) = crowd(80, 40).await;
    order(&mut stage, 40).await;
    stage.lane.round().await.unwrap();
    // A page of rows may be read, and no instant passes.
    stage.quiet().await;
    assert_eq!(stage.recorder.told(), mails, "all of them, once, in the order in which their runs were entered");
}

#[tokio::test]
async fn nothing_is_handed_over_past_those_that_wait() {
    let (mut stage, mails) = crowd(81, 12).await;
    order(&mut stage, 12).await;
    stage.lane.round().await.unwrap();
    assert_eq!(stage.lane.outbox.places(), 0, "seven wait in the database");
    order(&mut stage, 12).await;
    stage.lane.round().await.unwrap();
    stage.quiet().await;
    assert_eq!(stage.recorder.told(), [mails.clone(), mails].concat());
    assert_eq!(stage.lane.outbox.places(), 5, "they are gone");
}

#[tokio::test]
async fn what_is_handed_over_too_late_is_not_done_twice() {
    let (mut stage, mails) = crowd(82, 1).await;
    order(&mut stage, 1).await;
    let arrivals = stage.lane.next_arrivals();
    let landed = stage.lane.attempt(&Work { arrivals: &arrivals, due: None, runs: &[], admit: Vec::new() }).await.unwrap();
    // The lane stands still between its commit and the handing over, for so long that the relay finds the effect by itself.
    stage.clock.set(stage.env.now().plus(Duration::from_secs(11)));
    stage.relay.settle_all().await.unwrap();
    assert_eq!(stage.recorder.told(), mails);
    stage.lane.after(landed, false).await.unwrap();
    stage.quiet().await;
    assert_eq!(stage.recorder.told(), mails);
}
