//! Accepting many requests at once, and while the engine stops.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::sync::Arc;
use tradewind_connectors::{Attempt, BoxFuture, Connector, Envelope};
use tradewind_engine::{Arrival, Call, Connectors, Engine, EngineError, EngineSettings, Environment, Incoming, IncomingEvent};
use tradewind_nodes::id::{EventId, WorkspaceId};
use tradewind_nodes::issue::Problem;
use tradewind_store::Db;
use uuid::Uuid;

const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));

/// No journey is live, so nothing is ever sent.
struct Idle;

impl Connector for Idle {
    fn name(&self) -> &'static str {
        "idle"
    }
    fn channels(&self) -> &'static [&'static str] {
        &["email", "http"]
    }
    fn perform<'a>(&'a self, _: Envelope<'a>) -> BoxFuture<'a, Attempt> {
        unreachable!("no journey is live")
    }
    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

async fn engine(db: &Db, most_arrivals: usize) -> Engine {
    let connectors = Connectors::new("Shop <shop@example.com>".parse().unwrap(), vec![Arc::new(Idle)]);
    let settings = EngineSettings { jobs: false, most_arrivals, ..EngineSettings::default() };
    Engine::start(db.clone(), Environment::system(), settings, connectors).await.unwrap()
}

fn viewed(env: &Environment, user: &str) -> Arrival {
    let event = IncomingEvent {
        id: EventId(env.id()),
        customer_id: None,
        call: Call::Track,
        user_id: Some(user.into()),
        anonymous_id: None,
        previous_id: None,
        name: "Product Viewed".into(),
        properties: tradewind_nodes::JsonMap::new(),
        context: tradewind_nodes::JsonMap::new(),
        at: env.now(),
        received_at: env.now(),
        message_id: format!("message of {user}"),
    };
    Arrival { workspace: HERE, incoming: Incoming::Event(event), received_at: env.now() }
}

/// Everybody with an event, routed or still in the inbox.
async fn present(db: &Db) -> BTreeSet<String> {
    let sql = "SELECT message_id FROM events UNION ALL SELECT body FROM inbox LIMIT 100000";
    let rows = db.query(sql, Vec::new()).await.unwrap();
    let name = |text: &str| text.split("message of ").nth(1).unwrap().split('"').next().unwrap().to_owned();
    rows.iter().map(|row| name(row.text(0).unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_while_the_engine_stops_is_kept_and_nothing_else_is() {
    let db = Db::sqlite_in_memory().await.unwrap();
    db.migrate().await.unwrap();
    let engine = engine(&db, 20_000).await;
    let (begun, mut first) = tokio::sync::mpsc::channel(1);
    let requests: Vec<_> = (0..3_000)
        .map(|number| {
            let (engine, begun) = (engine.clone(), begun.clone());
            tokio::spawn(async move {
                let user = format!("user-{number}");
                let result = engine.accept(vec![viewed(engine.env(), &user)]).await;
                let _ = begun.try_send(());
                (user, result)
            })
        })
        .collect();
    first.recv().await.unwrap();
    engine.stop().await;
    let mut accepted = BTreeSet::new();
    for request in requests {
        match request.await.unwrap() {
            (user, Ok(())) => drop(accepted.insert(user)),
            (_, Err(error)) => assert!(matches!(error, EngineError::Stopping), "{error}"),
        }
    }
    assert!(!accepted.is_empty());
    assert_eq!(present(&db).await, accepted);
    assert!(matches!(engine.accept(vec![viewed(engine.env(), "late")]).await, Err(EngineError::Stopping)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_with_more_than_there_is_room_for_is_refused_whole() {
    let db = Db::sqlite_in_memory().await.unwrap();
    db.migrate().await.unwrap();
    let engine = engine(&db, 10).await;
    let many = (0..11).map(|number| viewed(engine.env(), &format!("crowd-{number}"))).collect();
    assert!(matches!(engine.accept(many).await, Err(EngineError::Full)));
    engine.accept(vec![viewed(engine.env(), "one")]).await.unwrap();
    engine.stop().await;
    assert_eq!(present(&db).await, BTreeSet::from(["one".to_owned()]));
}

/// Breaks the relay off as soon as it asks.
struct Broken;

impl Connector for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }
    fn channels(&self) -> &'static [&'static str] {
        &["email"]
    }
    fn perform<'a>(&'a self, _: Envelope<'a>) -> BoxFuture<'a, Attempt> {
        unreachable!("no journey is live")
    }
    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(std::future::ready(Ok(())))
    }
    fn concurrency(&self) -> usize {
        panic!("a defect")
    }
}

#[tokio::test]
async fn an_engine_says_that_a_part_of_it_broke_off() {
    let db = Db::sqlite_in_memory().await.unwrap();
    db.migrate().await.unwrap();
    let connectors = Connectors::new("Shop <shop@example.com>".parse().unwrap(), vec![Arc::new(Broken)]);
    let settings = EngineSettings { jobs: false, ..EngineSettings::default() };
    let engine = Engine::start(db, Environment::system(), settings, connectors).await.unwrap();
    assert_eq!(engine.broken().await, "the relay broke off (panic: a defect)");
    let health = engine.health();
    assert!(!health.whole && !health.ready);
    let refused = engine.accept(vec![viewed(engine.env(), "ada")]).await;
    assert!(matches!(refused, Err(EngineError::Stopping)), "{refused:?}");
}
