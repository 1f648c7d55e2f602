//! A person of whom something is in every table that can hold it.

use super::recorder::Answer;
use super::stage::{HERE, Stage, chain};
use crate::incoming::{Call, ConsentChange, Incoming, IncomingEvent, Order};
use serde_json::{Value as Json, json};
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::{CustomerId, RunId};
use tradewind_store::Value;
use uuid::Uuid;

pub(super) const USER: &str = "zq-user-7731";
pub(super) const DEVICE: &str = "zq-device-7732";
pub(super) const ADDRESS: &str = "zq.mail.7733@example.com";
pub(super) const OLD_ADDRESS: &str = "zq.old.7734@example.com";
pub(super) const PHONE: &str = "+4915577317735";
pub(super) const NAME: &str = "Zqanna";
pub(super) const SURNAME: &str = "Zqsurname";
pub(super) const MESSAGE: &str = "zq-message-7736";
pub(super) const NEEDLES: [&str; 8] = [USER, DEVICE, ADDRESS, OLD_ADDRESS, PHONE, NAME, SURNAME, MESSAGE];
/// Whoever else is there.
pub(super) const OTHER: &str = "berta";

pub(super) fn ordered() -> (&'static str, &'static str, Json) {
    ("in", "trigger.event", json!({"events": ["Order Completed"]}))
}

pub(super) fn mail(subject: &str) -> Json {
    json!({"subject": format!("{subject} {{{{customer.first_name}}}}"), "html": "for {{customer.email}}"})
}

pub(super) fn me() -> CustomerId {
    CustomerId::of_user(HERE, USER)
}

/// Journeys that leave something of a person in every table.
pub(super) async fn journeys(stage: &mut Stage) {
    let ask = json!({"title": "Call {{customer.first_name}}?", "answers": ["yes", "no"], "timeout": "60d"});
    let broken = json!({"subject": "{{event.properties.missing}}", "html": "x"});
    let night = json!({"quiet_hours": {"from": "10:00", "to": "23:00"}});
    let call = json!({"url": "https://shop.example/{{customer.user_id}}", "json": {"who": "{{customer.email}}"}});
    stage.publish("thanks", chain(json!({"reentry": {"rule": "once"}}), &[ordered(), ("mail", "email.send", mail("Thanks"))])).await;
    let nap = ("nap", "delay.for", json!({"duration": "30d"}));
    stage.publish("later", chain(json!({}), &[ordered(), nap, ("mail", "email.send", mail("Later"))])).await;
    stage.publish("night", chain(night, &[ordered(), ("mail", "email.send", mail("Night"))])).await;
    stage.publish("asked", chain(json!({}), &[ordered(), ("ask", "task.ask", ask)])).await;
    stage.publish("broken", chain(json!({}), &[ordered(), ("act", "email.send", broken)])).await;
    stage.publish("hook", chain(json!({}), &[ordered(), ("call", "http.request", call)])).await;
    let award = ("award", "loyalty.award", json!({"points": "10"}));
    stage.publish("points", chain(json!({}), &[ordered(), award])).await;
    let birthday = json!({"fact": "customer.birthday", "at": "09:00"});
    stage.publish("birthday", chain(json!({}), &[("in", "trigger.anniversary", birthday), ("mail", "email.send", mail("Birthday"))])).await;
    let segment = json!({"event": "Order Completed", "count": {"gte": 1}});
    let sql = "INSERT INTO segments (id, workspace_id, name, predicate, created_at, updated_at) VALUES ($1, $2, 'buyers', $3, 0, 0)";
    stage.execute(sql, vec![stage.env.id().into(), HERE.0.into(), segment.to_string().into()]).await;
    stage.refresh().await;
    stage.recorder.answer("Thanks", Answer::Mailbox);
}

/// A person of whom something is in every table that can hold it, and somebody else.
pub(super) async fn people(stage: &mut Stage) {
    journeys(stage).await;
    stage.know(OTHER, json!({"firstName": "Berta"})).await;
    stage.track(OTHER, "Order Completed", json!({})).await;
    let seen = stage.call(Call::Page, None, Some(DEVICE), "Page Viewed", json!({"by": DEVICE}));
    stage.accept(vec![Incoming::Event(seen)]).await;
    stage.quiet().await;
    let old = json!({"email": OLD_ADDRESS, "birthday": "1990-05-05"});
    let traits = json!({"email": ADDRESS, "phone": PHONE, "firstName": NAME, "lastName": SURNAME});
    for said in [old, traits] {
        let identify = stage.call(Call::Identify, Some(USER), Some(DEVICE), "Identified", said);
        stage.accept(vec![Incoming::Event(identify)]).await;
        stage.quiet().await;
    }
    consent(stage, me(), "marketing", ConsentStatus::Granted).await;
    consent(stage, me(), "news", ConsentStatus::Denied).await;
    for number in 0..2 {
        let order = stage.call(Call::Track, Some(USER), Some(DEVICE), "Order Completed", json!({"name": NAME, "device": DEVICE}));
        let order = IncomingEvent { message_id: format!("{MESSAGE}-{number}"), ..order };
        stage.accept(vec![Incoming::Event(order)]).await;
        stage.quiet().await;
    }
    left_by_others(stage).await;
}

pub(super) async fn consent(stage: &mut Stage, customer: CustomerId, purpose: &str, status: ConsentStatus) {
    let (channel, source) = ("email".to_owned(), "test".to_owned());
    let change = ConsentChange { channel, purpose: purpose.to_owned(), status, source, proof: json!({"said by": NAME}) };
    let profile = Incoming::Profile { customer, user_id: None, traits: tradewind_nodes::JsonMap::new(), consent: vec![change] };
    stage.accept(vec![profile]).await;
    stage.quiet().await;
}

/// Rows that name nobody in a column.
pub(super) async fn left_by_others(stage: &mut Stage) {
    let run = RunId(stage.rows("SELECT id FROM runs WHERE customer_id = $1 LIMIT 1", vec![me().0.into()]).await[0].uuid(0).unwrap());
    let late = Incoming::Event(stage.call(Call::Track, Some(USER), None, "Late", json!({"name": NAME})));
    let order = Incoming::Control { run, order: Order::Cancel { reason: format!("{SURNAME} said so"), incident: None } };
    let letter = "INSERT INTO dead_letters (id, workspace_id, shard, kind, body, problem, at) VALUES ($1, $2, 0, 'event', $3, 'x', 5)";
    for incoming in [late, order] {
        stage.execute(letter, vec![stage.env.id().into(), HERE.0.into(), Value::json(&incoming)]).await;
    }
    let answer = json!({"headers": [], "body": json!({"user_id": USER, "first_name": NAME, "phone": PHONE}).to_string()});
    let sql = "INSERT INTO idempotency (workspace_id, route, key, fingerprint, status, body, created_at) VALUES ($1, 'POST /api/v1/x', $2, $3, 200, $4, 5)";
    stage.execute(sql, vec![HERE.0.into(), "k".into(), Value::Bytes(vec![1]), answer.to_string().into()]).await;
    stage.execute(sql, vec![HERE.0.into(), "other".into(), Value::Bytes(vec![1]), "{\"n\": 7}".into()]).await;
    let scenario = json!({"customer": {"user_id": USER, "traits": {"email": ADDRESS, "name": SURNAME}}});
    let sql = "INSERT INTO scenarios (journey_id, name, workspace_id, body, updated_at) VALUES ($1, $2, $3, $4, 5)";
    stage.execute(sql, vec![Uuid::from_u128(9).into(), "theirs".into(), HERE.0.into(), scenario.to_string().into()]).await;
    stage
        .execute(sql, vec![Uuid::from_u128(9).into(), "made up".into(), HERE.0.into(), "{\"customer\": {\"user_id\": \"eve\"}}".into()])
        .await;
    // Of a kind that this program does not know.
    let sql = "INSERT INTO inbox (id, workspace_id, shard, kind, body, received_at) VALUES ($1, $2, 0, 'event', $3, $4)";
    let strange = json!({"kind": "strange", "to": ADDRESS, "name": NAME}).to_string();
    stage.execute(sql, vec![stage.env.id().into(), HERE.0.into(), strange.into(), stage.env.now().micros().into()]).await;
}
