//! Every statement on both databases, and one journey to its end on PostgreSQL with the machine's clock.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "../../tests/support/postgres.rs"]
mod postgres;

use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tradewind_connectors::{Attempt, BoxFuture, Connector, Envelope};
use tradewind_engine::journeys::{self, NewJourney, Publication};
use tradewind_engine::{Arrival, Call, Connectors, Engine, EngineSettings, Environment, Incoming, IncomingEvent, inspect};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::{EventId, WorkspaceId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds;
use tradewind_store::{Batch, Db, DbSettings, Expect, Row, Statements, Value};
use uuid::Uuid;

const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));

async fn postgres_database() -> Db {
    let url = tokio::task::spawn_blocking(postgres::fresh_database).await.unwrap();
    let db = Db::open(DbSettings::new(url)).await.unwrap();
    db.migrate().await.unwrap();
    db
}

fn statements() -> Vec<&'static str> {
    let lists: [Statements; 7] = [
        journeys::STATEMENTS,
        inspect::STATEMENTS,
        tradewind_commerce::customers::STATEMENTS,
        tradewind_commerce::consents::STATEMENTS,
        tradewind_commerce::events::STATEMENTS,
        tradewind_commerce::segments::STATEMENTS,
        tradewind_commerce::settings::STATEMENTS,
    ];
    let mut all = tradewind_engine::statements();
    all.extend(lists.iter().flat_map(|list| list.0));
    all
}

#[tokio::test]
async fn every_statement_prepares_on_both_databases() {
    let sqlite = Db::sqlite_in_memory().await.unwrap();
    sqlite.migrate().await.unwrap();
    let postgres = postgres_database().await;
    let mut wrong = Vec::new();
    for sql in statements() {
        for (name, db) in [("SQLite", &sqlite), ("PostgreSQL", &postgres)] {
            if let Err(error) = db.prepare(sql).await {
                wrong.push(format!("{name}: {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(statements().len() > 50, "the lists are not empty");
    postgres.close().await;
}

/// The statements that look runs up by their own ids or by those of their people: the lane and the relay ask them with every batch.
fn lookups_of_runs() -> Vec<&'static str> {
    let by_ids = ["FROM runs WHERE customer_id = ANY($1)", "FROM runs WHERE id = ANY($1)"];
    tradewind_engine::statements().into_iter().filter(|sql| by_ids.iter().any(|part| sql.contains(part))).collect()
}

/// How the database means to answer each of the look-ups for the people or runs in `ids`.
async fn plans(db: &Db, explain: &str, ids: &[Uuid]) -> Vec<(&'static str, String)> {
    let mut plans = Vec::new();
    for sql in lookups_of_runs() {
        let asked: &'static str = format!("{explain} {sql}").leak();
        let mut values = vec![Value::UuidList(ids.to_vec()), 100_000.into()];
        // A page after a row.
        if sql.contains("$3") {
            values.push(Uuid::nil().into());
        }
        let rows = db.query(asked, values).await.unwrap();
        let last = |row: &Row| row.text(row.len() - 1).unwrap().to_owned();
        plans.push((sql, rows.iter().map(last).collect::<Vec<_>>().join("\n")));
    }
    assert!(plans.len() >= 3, "the look-ups are found by their words: {plans:?}");
    plans
}

const ENDED_RUNS: &str = "INSERT INTO runs (id, workspace_id, shard, journey_id, version, customer_id, state, node, body, seq, entered_at, \
    updated_at, ended_at, outcome) SELECT CAST(lpad(to_hex(n), 32, '0') AS uuid), $1, 0, $1, 1, CAST(lpad(to_hex(n / 2), 32, '0') AS uuid), \
    'done', 'mail', '{}', 3, n, n, n, 'completed' FROM generate_series(CAST(1 AS bigint), CAST($2 AS bigint)) AS n";

#[tokio::test]
async fn runs_are_looked_up_by_their_ids_when_the_statistics_say_that_nobody_is_inside() {
    let db = postgres_database().await;
    let mut batch = Batch::new();
    batch.execute(ENDED_RUNS, vec![HERE.0.into(), 40_000.into()], Expect::Any);
    batch.execute("ANALYZE runs", Vec::new(), Expect::Any);
    db.commit(batch).await.unwrap();
    // So few of so many that reading the whole table is no choice.
    let ids: Vec<Uuid> = (1..=50).map(Uuid::from_u128).collect();
    for (sql, plan) in plans(&db, "EXPLAIN (FORMAT JSON)", &ids).await {
        let index = if sql.contains("customer_id = ANY") { "runs_customer" } else { "runs_pkey" };
        let others = ["runs_live", "runs_key", "Seq Scan"].into_iter().filter(|other| plan.contains(other)).collect::<Vec<_>>();
        assert!(plan.contains(index) && others.is_empty(), "{sql}\ngoes by {others:?}:\n{plan}");
    }
    db.close().await;
}

#[tokio::test]
async fn sqlite_looks_runs_up_by_their_ids() {
    let db = Db::sqlite_in_memory().await.unwrap();
    db.migrate().await.unwrap();
    for (sql, plan) in plans(&db, "EXPLAIN QUERY PLAN", &[Uuid::from_u128(1)]).await {
        let index = if sql.contains("customer_id = ANY") { "INDEX runs_customer (customer_id=?" } else { "PRIMARY KEY (id=?" };
        assert!(plan.contains(index), "{sql}\n{plan}");
    }
}

/// Takes every mail and keeps its subject.
#[derive(Default)]
struct Mailbox(Mutex<Vec<String>>);

impl Connector for Mailbox {
    fn name(&self) -> &'static str {
        "mailbox"
    }
    fn channels(&self) -> &'static [&'static str] {
        &["email"]
    }
    fn perform<'a>(&'a self, envelope: Envelope<'a>) -> BoxFuture<'a, Attempt> {
        let about = kinds::about(envelope.payload);
        self.0.lock().unwrap().push(format!("{} to {}", about.title, about.recipient));
        Box::pin(std::future::ready(Attempt::Done { output: json!({"message_id": "1"}) }))
    }
    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

fn abandoned_cart() -> Graph {
    serde_json::from_value(json!({
        "settings": {"run_key": "event.properties.cart_id"},
        "nodes": [
            {"id": "cart", "kind": "trigger.event", "config": {"events": ["Cart Updated"]}},
            {"id": "nap", "kind": "delay.for", "config": {"duration": "300ms"}},
            {"id": "wait", "kind": "wait.event", "config": {"events": ["Order Completed"], "same": ["cart_id"], "look_back": "1h", "timeout": "1s"}},
            {"id": "bought", "kind": "exit", "config": {"reason": "bought"}},
            {"id": "mail", "kind": "email.send", "config": {"subject": "Your cart {{event.properties.cart_id}}", "html": "<p>Still yours</p>"}},
            {"id": "tag", "kind": "customer.set", "config": {"add_tags": ["reminded"]}}
        ],
        "edges": [
            {"from": "cart", "port": "next", "to": "nap"},
            {"from": "nap", "port": "next", "to": "wait"},
            {"from": "wait", "port": "event", "to": "bought"},
            {"from": "wait", "port": "timeout", "to": "mail"},
            {"from": "mail", "port": "next", "to": "tag"}
        ]
    }))
    .unwrap()
}

fn call(env: &Environment, call: Call, user: &str, name: &str, properties: Json) -> Arrival {
    let id = env.id();
    let event = IncomingEvent {
        id: EventId(id),
        customer_id: None,
        call,
        user_id: Some(user.into()),
        anonymous_id: None,
        previous_id: None,
        name: name.into(),
        properties: properties.as_object().unwrap().clone(),
        context: tradewind_nodes::JsonMap::new(),
        at: env.now(),
        received_at: env.now(),
        message_id: id.to_string(),
    };
    Arrival { workspace: HERE, incoming: Incoming::Event(event), received_at: env.now() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_cart_comes_to_its_end_on_postgresql() {
    let db = postgres_database().await;
    let env = Environment::system();
    let new = NewJourney { name: "Cart".into(), graph: Some(abandoned_cart()), ..NewJourney::default() };
    journeys::create(&db, HERE, env.id(), new, env.now()).await.unwrap();
    journeys::publish(&db, HERE, "cart", &Publication::default(), env.now()).await.unwrap();
    let mailbox = Arc::new(Mailbox::default());
    let sender = "Shop <shop@example.com>".parse().unwrap();
    let connectors = Connectors::new(sender, vec![mailbox.clone()]);
    let settings = EngineSettings { jobs: false, ..EngineSettings::default() };
    let engine = Engine::start(db.clone(), env.clone(), settings, connectors).await.unwrap();
    let mut arrivals = Vec::new();
    for user in ["anna", "ben"] {
        let said = json!({"email": format!("{user}@example.com"), "consent": {"email": true}});
        arrivals.push(call(&env, Call::Identify, user, "Identified", said));
        arrivals.push(call(&env, Call::Track, user, "Cart Updated", json!({ "cart_id": user })));
    }
    // Ben buys while his run still sleeps: the look-back finds it.
    arrivals.push(call(&env, Call::Track, "ben", "Order Completed", json!({"cart_id": "ben"})));
    engine.accept(arrivals).await.unwrap();
    let ended = async {
        let mut beat = tokio::time::interval(Duration::from_millis(20));
        loop {
            beat.tick().await;
            let rows = db.query("SELECT outcome FROM runs WHERE ended_at IS NOT NULL ORDER BY outcome LIMIT 9", Vec::new()).await.unwrap();
            let sent = db.query("SELECT id FROM deliveries WHERE state = 'sent' LIMIT 9", Vec::new()).await.unwrap();
            if rows.len() == 2 && sent.len() == 1 {
                return rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect::<Vec<_>>();
            }
        }
    };
    let outcomes = tokio::time::timeout(Duration::from_secs(20), ended).await.expect("both runs end and one mail is sent");
    assert_eq!(outcomes, ["completed", "exited"]);
    assert_eq!(*mailbox.0.lock().unwrap(), ["Your cart anna to anna@example.com"]);
    let tagged = db.query("SELECT user_id FROM customers WHERE tags LIKE '%reminded%' LIMIT 9", Vec::new()).await.unwrap();
    assert_eq!(tagged.iter().map(|row| row.text(0).unwrap()).collect::<Vec<_>>(), ["anna"]);
    assert_eq!(engine.health().late_timers, 0);
    engine.stop().await;
    db.close().await;
}
