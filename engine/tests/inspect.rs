//! The catalogue of journeys and the read side of the engine on an in-memory SQLite, rows inserted by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use serde_json::{Value as Json, json};
use tradewind_commerce::customers::{self, Who};
use tradewind_commerce::profile::{self, Profile, UPSERT};
use tradewind_engine::inspect::deliveries::{self, DeliveryFilter};
use tradewind_engine::inspect::incidents::{self, IncidentFilter};
use tradewind_engine::inspect::roll::{self, RunFilter};
use tradewind_engine::inspect::runs;
use tradewind_engine::inspect::timeline::{self, Happening};
use tradewind_engine::inspect::why::{Verdict, explain};
use tradewind_engine::inspect::{self, counts};
use tradewind_engine::journeys::{self, Journey, JourneyError, JourneyStatus, Listing, NewJourney, Publication, Turn, uses, versions};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::{CustomerId, RunId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Batch, Db, Expect, Value};
use uuid::Uuid;

const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
const ELSEWHERE: WorkspaceId = WorkspaceId(Uuid::from_u128(2));

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

async fn db() -> Db {
    let db = Db::sqlite_in_memory().await.unwrap();
    db.migrate().await.unwrap();
    db
}

async fn execute(db: &Db, sql: &'static str, args: Vec<Value>) {
    let mut batch = Batch::new();
    batch.execute(sql, args, Expect::Rows(1));
    db.commit(batch).await.unwrap();
}

fn graph(length: &str) -> Graph {
    serde_json::from_value(json!({
        "nodes": [
            {"id": "start", "kind": "trigger.event", "config": {"events": ["Order Completed"]}},
            {"id": "nap", "kind": "delay.for", "label": "Give it time", "config": {"duration": length}},
            {"id": "tag", "kind": "event.record", "config": {"event": "Thanked"}}
        ],
        "edges": [{"from": "start", "port": "next", "to": "nap"}, {"from": "nap", "port": "next", "to": "tag"}]
    }))
    .unwrap()
}

async fn made(db: &Db) -> Journey {
    let new = NewJourney { name: "Thank you".into(), graph: Some(graph("1h")), ..NewJourney::default() };
    journeys::create(db, HERE, Uuid::from_u128(100), new, at(1)).await.unwrap()
}

async fn published(db: &Db) -> Journey {
    let journey = made(db).await;
    journeys::publish(db, HERE, &journey.slug, &Publication { by: "me".into(), ..Publication::default() }, at(2)).await.unwrap();
    journeys::find(db, HERE, &journey.slug).await.unwrap()
}

fn anna() -> CustomerId {
    CustomerId::of_user(HERE, "u1")
}

async fn customer(db: &Db) -> customers::CustomerView {
    let mut profile = Profile::unknown(HERE, anna(), at(1));
    profile.customer.user_id = Some("u1".into());
    let mut batch = Batch::new();
    batch.insert(&UPSERT, [profile::values(&profile, at(1))]);
    db.commit(batch).await.unwrap();
    customers::find(db, HERE, &Who::UserId("u1".into())).await.unwrap().unwrap()
}

/// A run that sleeps, or has ended when `outcome` is given.
async fn run(db: &Db, journey: &Journey, id: u128, outcome: Option<&str>) -> RunId {
    let body = match outcome {
        None => json!({"state": "sleeping", "node": "nap", "visit": 1, "since": at(10), "until": at(3_600_000_010)}),
        Some(_) => json!({"state": "done", "end": {"end": "completed"}, "at": at(50)}),
    };
    let sql = "INSERT INTO runs (id, workspace_id, shard, journey_id, version, customer_id, run_key, state, node, due_at, body, seq, entered_at, updated_at, ended_at, outcome) \
        VALUES ($1, $2, 0, $3, 1, $4, NULL, $5, 'nap', NULL, $6, 1, 10, 10, $7, $8)";
    let state = if outcome.is_some() { "done" } else { "sleeping" };
    let ended: Option<i64> = outcome.map(|_| 50);
    let id = Uuid::from_u128(id);
    let args = vec![
        id.into(),
        HERE.0.into(),
        journey.id.0.into(),
        anna().0.into(),
        state.into(),
        body.to_string().into(),
        ended.into(),
        outcome.into(),
    ];
    execute(db, sql, args).await;
    let steps = json!([
        {"node": "start", "at": at(10), "outcome": {"went": "next"}, "why": {"rule": "Order Completed came"}},
        {"node": "nap", "at": at(10), "outcome": {"sleeps": at(3_600_000_010)}, "why": {"rule": "for 1h"}}
    ]);
    execute(db, "INSERT INTO steps (run_id, seq, at, body) VALUES ($1, 1, 10, $2)", vec![id.into(), steps.to_string().into()]).await;
    RunId(id)
}

async fn delivery(db: &Db, journey: &Journey, run: RunId, id: u128, state: &str, result: Option<Json>) {
    let effect = json!({"payload": {"type": "email", "to": "anna@example.com", "subject": "Thanks!", "html": "<p>Hi</p>"}});
    let sql = "INSERT INTO deliveries (run_id, node, visit, id, workspace_id, shard, journey_id, version, customer_id, channel, state, awaited, attempts, due_at, effect, result, created_at, settled_at) \
        VALUES ($1, 'mail', $2, $3, $4, 0, $5, 1, $6, 'email', $7, $8, 1, NULL, $9, $10, 20, 21)";
    let args = vec![
        run.0.into(),
        i64::try_from(id).unwrap().into(),
        Uuid::from_u128(id).into(),
        HERE.0.into(),
        journey.id.0.into(),
        anna().0.into(),
        state.into(),
        false.into(),
        effect.to_string().into(),
        result.map(|result| result.to_string()).into(),
    ];
    execute(db, sql, args).await;
}

#[tokio::test]
async fn every_statement_prepares() {
    let db = db().await;
    for statements in [journeys::STATEMENTS, inspect::STATEMENTS] {
        for sql in statements.0 {
            db.prepare(sql).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_draft_is_saved_only_over_what_was_read() {
    let db = db().await;
    let journey = made(&db).await;
    assert_eq!((journey.slug.as_str(), journey.draft_revision, journey.status), ("thank-you", 1, JourneyStatus::Draft));
    let saved = journeys::save(&db, HERE, "thank-you", &graph("2h"), Some(1), at(3)).await.unwrap();
    assert_eq!(saved.draft_revision, 2);
    let stale = journeys::save(&db, HERE, "thank-you", &graph("3h"), Some(1), at(4)).await;
    assert!(matches!(stale, Err(JourneyError::Stale { given: 1, current: 2, .. })));
    assert!(matches!(journeys::find(&db, ELSEWHERE, "thank-you").await, Err(JourneyError::NotFound(_))));
    assert_eq!(journeys::find(&db, HERE, &journey.id.to_string()).await.unwrap().id, journey.id);
    let twin = NewJourney { name: "Thank you".into(), ..NewJourney::default() };
    assert_eq!(journeys::create(&db, HERE, Uuid::from_u128(101), twin, at(5)).await.unwrap().slug, "thank-you-2");
}

#[tokio::test]
async fn publishing_counts_versions_and_knows_the_same_content() {
    let db = db().await;
    let journey = published(&db).await;
    assert_eq!((journey.status, journey.live_version), (JourneyStatus::Live, Some(1)));
    let by = Publication::default();
    let again = journeys::publish(&db, HERE, &journey.slug, &by, at(3)).await.unwrap();
    assert!(again.unchanged && again.version == 1 && again.diff.is_empty());
    run(&db, &journey, 500, None).await;
    journeys::save(&db, HERE, &journey.slug, &graph("2h"), None, at(4)).await.unwrap();
    let second = journeys::publish(&db, HERE, &journey.slug, &by, at(5)).await.unwrap();
    assert_eq!((second.version, second.people.get("nap")), (2, Some(&1)));
    let compared = versions::compare(&db, HERE, &journey, 1, 2).await.unwrap();
    assert_eq!(compared.diff.changed[0].fields, ["config.duration"]);
    let wrong = Publication { expected: Some("else".into()), ..Publication::default() };
    assert!(matches!(journeys::publish(&db, HERE, &journey.slug, &wrong, at(6)).await, Err(JourneyError::OtherContent { .. })));
    journeys::save(&db, HERE, &journey.slug, &Graph::default(), None, at(7)).await.unwrap();
    assert!(matches!(journeys::publish(&db, HERE, &journey.slug, &by, at(8)).await, Err(JourneyError::Invalid(_))));
}

#[tokio::test]
async fn a_journey_is_paused_stopped_and_archived_in_order() {
    let db = db().await;
    let journey = published(&db).await;
    let run = run(&db, &journey, 500, None).await;
    let slug = journey.slug.as_str();
    assert_eq!(journeys::turn(&db, HERE, slug, Turn::Pause, at(3)).await.unwrap().status, JourneyStatus::Paused);
    assert_eq!(journeys::turn(&db, HERE, slug, Turn::Resume, at(4)).await.unwrap().status, JourneyStatus::Live);
    assert_eq!(journeys::turn(&db, HERE, slug, Turn::Stop, at(5)).await.unwrap().status, JourneyStatus::Stopped);
    // A stop that was a mistake is taken back.
    assert_eq!(journeys::turn(&db, HERE, slug, Turn::Resume, at(5)).await.unwrap().status, JourneyStatus::Live);
    assert_eq!(journeys::turn(&db, HERE, slug, Turn::Stop, at(6)).await.unwrap().status, JourneyStatus::Stopped);
    assert!(matches!(journeys::archive(&db, HERE, slug, at(7)).await, Err(JourneyError::InUse(_))));
    assert_eq!(journeys::live_runs(&db, HERE, journey.id, None, 10).await.unwrap(), [run]);
    assert!(journeys::live_runs(&db, HERE, journey.id, Some(run), 10).await.unwrap().is_empty());
    let listed = journeys::list(&db, HERE, &Listing::default(), None, 10, at(0)).await.unwrap();
    assert_eq!(listed[0].people.get("sleeping"), Some(&1));
    execute(&db, "UPDATE runs SET ended_at = 9, state = 'done' WHERE id = $1", vec![run.0.into()]).await;
    journeys::archive(&db, HERE, slug, at(10)).await.unwrap();
    let archived = Listing { status: Some(JourneyStatus::Archived), ..Listing::default() };
    assert!(journeys::list(&db, HERE, &Listing::default(), None, 10, at(0)).await.unwrap().is_empty());
    assert_eq!(journeys::list(&db, HERE, &archived, None, 10, at(0)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn uses_are_found_in_live_versions_only() {
    let db = db().await;
    let journey = published(&db).await;
    assert_eq!(uses::of_kind(&db, HERE, "delay.for").await.unwrap(), ["thank-you version 1"]);
    assert!(uses::of_kind(&db, HERE, "email.send").await.unwrap().is_empty());
    assert!(uses::of_segment(&db, HERE, "vip").await.unwrap().is_empty());
    journeys::turn(&db, HERE, &journey.slug, Turn::Stop, at(3)).await.unwrap();
    journeys::archive(&db, HERE, &journey.slug, at(4)).await.unwrap();
    assert!(uses::of_kind(&db, HERE, "delay.for").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_run_shows_its_steps_in_words() {
    let db = db().await;
    let journey = published(&db).await;
    let id = run(&db, &journey, 500, None).await;
    run(&db, &journey, 501, Some("completed")).await;
    let run = runs::get(&db, HERE, id).await.unwrap().unwrap();
    assert_eq!(run.steps[0].summary, "When an event comes: Order Completed came; went on");
    assert_eq!(run.steps[1].summary, "Give it time: for 1h; sleeps until 1970-01-01T01:00:00Z");
    assert_eq!(run.now, "sleeps at “Give it time” until 1970-01-01T01:00:00Z");
    assert!(runs::get(&db, ELSEWHERE, id).await.unwrap().is_none());
    for (filter, number) in [
        (RunFilter::default(), 2),
        (RunFilter { journey: Some(journey.id), state: Some("sleeping".into()), ..RunFilter::default() }, 1),
        (RunFilter { customer: Some(anna()), outcome: Some("completed".into()), ..RunFilter::default() }, 1),
        (RunFilter { customer: Some(anna()), journey: Some(journey.id), version: Some(2), ..RunFilter::default() }, 0),
    ] {
        assert_eq!(roll::list(&db, HERE, &filter, None, 10).await.unwrap().rows.len(), number, "{filter:?}");
    }
    let standing = counts::of_journey(&db, journey.id, counts::Period::default()).await.unwrap().standing;
    assert_eq!((standing.len(), standing[0].node.as_str(), standing[0].people), (1, "nap", 1));
}

#[tokio::test]
async fn why_answers_from_what_is_on_record() {
    let db = db().await;
    let customer = customer(&db).await;
    let draft = made(&db).await;
    let never = explain(&db, HERE, &draft, &customer).await.unwrap();
    assert_eq!((never.verdict, never.answer.as_str()), (Verdict::NeverTriggered, "No: the journey was never published."));
    journeys::publish(&db, HERE, &draft.slug, &Publication::default(), at(2)).await.unwrap();
    let journey = journeys::find(&db, HERE, &draft.slug).await.unwrap();
    let never = explain(&db, HERE, &journey, &customer).await.unwrap();
    assert_eq!(never.answer, "No: it starts on Order Completed and this person never had one.");
    execute(
        &db,
        "INSERT INTO refusals (customer_id, id, workspace_id, journey_id, version, event_id, reason, why, at) VALUES ($1, $2, $3, $4, 1, NULL, 'filter', $5, 5)",
        vec![anna().0.into(), Uuid::from_u128(1).into(), HERE.0.into(), journey.id.0.into(), json!({"rule": "total is 10, at least 50", "seen": {"total": 10}}).to_string().into()],
    )
    .await;
    let refused = explain(&db, HERE, &journey, &customer).await.unwrap();
    assert_eq!(refused.verdict, Verdict::Refused);
    assert_eq!(
        refused.answer,
        "No: entry was refused at 1970-01-01T00:00:00Z, the trigger's filter did not hold: total is 10, at least 50."
    );
    assert_eq!(refused.facts[0].why.as_ref().unwrap().seen["total"], 10);
    let inside = run(&db, &journey, 500, None).await;
    let waiting = explain(&db, HERE, &journey, &customer).await.unwrap();
    assert_eq!(waiting.verdict, Verdict::Waiting);
    assert!(waiting.answer.contains("sleeps at “Give it time” until"), "{}", waiting.answer);
    delivery(
        &db,
        &journey,
        inside,
        1,
        "suppressed",
        Some(json!({"type": "suppressed", "why": {"rule": "no consent for email marketing"}})),
    )
    .await;
    let suppressed = explain(&db, HERE, &journey, &customer).await.unwrap();
    assert_eq!(suppressed.verdict, Verdict::Suppressed);
    assert!(suppressed.answer.ends_with("no consent for email marketing."), "{}", suppressed.answer);
    delivery(&db, &journey, inside, 2, "sent", Some(json!({"type": "done", "output": {}}))).await;
    let received = explain(&db, HERE, &journey, &customer).await.unwrap();
    assert_eq!(received.verdict, Verdict::Received);
    assert!(received.answer.starts_with("Yes: “Thanks!” was sent to anna@example.com"), "{}", received.answer);
    run(&db, &journey, 501, Some("completed")).await;
    assert_eq!(explain(&db, HERE, &journey, &customer).await.unwrap().verdict, Verdict::Completed);
}

#[tokio::test]
async fn deliveries_and_incidents_are_listed_and_filtered() {
    let db = db().await;
    let journey = published(&db).await;
    let run = run(&db, &journey, 500, None).await;
    delivery(&db, &journey, run, 1, "sent", None).await;
    delivery(
        &db,
        &journey,
        run,
        2,
        "failed",
        Some(json!({"type": "failed", "problem": {"code": "smtp.refused", "message": "mailbox full"}})),
    )
    .await;
    let failed = DeliveryFilter { customer: Some(anna()), state: Some("failed".into()), ..DeliveryFilter::default() };
    let listed = deliveries::list(&db, HERE, &failed, None, 10).await.unwrap();
    assert_eq!((listed.len(), listed[0].title.as_str(), listed[0].reason.as_deref()), (1, "Thanks!", Some("mailbox full")));
    assert!(deliveries::get(&db, HERE, listed[0].id).await.unwrap().unwrap().result.is_some());
    for (n, code) in ["http.status", "http_status"].into_iter().enumerate() {
        execute(
            &db,
            "INSERT INTO incidents (id, workspace_id, journey_id, version, run_id, node, visit, subject, problem, state, opened_at) VALUES ($1, $2, $3, 1, $4, 'call', 1, 'run', $5, 'open', 9)",
            vec![
                Uuid::from_u128(n as u128 + 1).into(),
                HERE.0.into(),
                journey.id.0.into(),
                run.0.into(),
                json!({"code": code, "message": "it said 500"}).to_string().into(),
            ],
        )
        .await;
    }
    let of = |code: &str| IncidentFilter { journey: Some(journey.id), code: Some(code.to_owned()), ..IncidentFilter::default() };
    // An underscore is itself and no placeholder.
    assert_eq!(incidents::list(&db, HERE, &of("http_status"), None, 10).await.unwrap().len(), 1);
    assert_eq!(incidents::list(&db, HERE, &of("http"), None, 10).await.unwrap().len(), 0);
    assert_eq!(incidents::list(&db, HERE, &IncidentFilter::default(), None, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_timeline_pages_without_loss_or_repeat() {
    let db = db().await;
    let journey = published(&db).await;
    for n in 0..4 {
        run(&db, &journey, 500 + n, Some("completed")).await;
    }
    let sleeper = run(&db, &journey, 510, None).await;
    delivery(&db, &journey, sleeper, 1, "sent", None).await;
    let all = timeline::of_customer(&db, HERE, anna(), None, 100).await.unwrap();
    assert_eq!(all.len(), 10);
    assert_eq!(all.iter().filter(|entry| entry.kind == Happening::Left).count(), 4);
    let (mut paged, mut before) = (Vec::new(), None);
    loop {
        let page = timeline::of_customer(&db, HERE, anna(), before, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(timeline::place(last));
        paged.extend(page);
    }
    assert_eq!(paged, all);
}
