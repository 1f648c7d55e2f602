//! The tables as declared and as both databases have them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "../../tests/support/postgres.rs"]
mod postgres;

use std::sync::Arc;
use tradewind_connectors::{Attempt, BoxFuture, Connector, Envelope};
use tradewind_engine::{Connectors, Engine, EngineSettings, Environment, tables};
use tradewind_nodes::issue::Problem;
use tradewind_store::{Batch, Db, DbSettings, Expect, StoreError};

async fn on_postgres() -> Db {
    let url = tokio::task::spawn_blocking(postgres::fresh_database).await.unwrap();
    Db::open(DbSettings::new(url)).await.unwrap()
}

async fn migrated(db: Db) -> Db {
    db.migrate().await.unwrap();
    db
}

async fn change(db: &Db, ddl: &'static str) {
    let mut batch = Batch::new();
    batch.execute(ddl, Vec::new(), Expect::Any);
    db.commit(batch).await.unwrap();
}

/// What differs, as the refusal says it.
async fn differences(db: &Db) -> Vec<String> {
    match tables::check(db).await {
        Ok(()) => Vec::new(),
        Err(StoreError::Declared { differences }) => differences,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn every_table_is_declared_as_both_databases_have_it() {
    for db in [migrated(Db::sqlite_in_memory().await.unwrap()).await, migrated(on_postgres().await).await] {
        assert_eq!(differences(&db).await, [""; 0]);
        let mut undeclared = db.tables().await.unwrap();
        undeclared.retain(|name| tables::TABLES.iter().all(|table| table.name != name) && name != tables::HISTORY);
        undeclared.retain(|name| tables::FOREIGN.iter().all(|begins| !name.starts_with(begins)));
        assert!(undeclared.is_empty(), "tables nobody declares: {undeclared:?}");
    }
}

#[tokio::test]
async fn a_database_that_differs_is_refused_by_the_name_of_the_column() {
    let sqlite = migrated(Db::sqlite_in_memory().await.unwrap()).await;
    change(&sqlite, "ALTER TABLE customers RENAME COLUMN consent TO consents").await;
    change(&sqlite, "ALTER TABLE runs ADD COLUMN mood bigint").await;
    let expected = [
        "column customers.consent: is declared and not in the database",
        "column customers.consents: is in the database and not declared",
        "column runs.mood: is in the database and not declared",
    ];
    assert_eq!(differences(&sqlite).await, expected);
    let postgres = migrated(on_postgres().await).await;
    change(&postgres, "ALTER TABLE customers ALTER COLUMN traits DROP NOT NULL").await;
    change(&postgres, "ALTER TABLE steps ALTER COLUMN at TYPE text").await;
    change(&postgres, "ALTER TABLE steps DROP CONSTRAINT steps_pkey, ADD PRIMARY KEY (seq, run_id)").await;
    change(&postgres, "DROP TABLE sessions").await;
    let expected = [
        "column customers.traits: NULL: NOT NULL is declared, the database has NULL allowed",
        "column steps.run_id: primary key: place 1 is declared, the database has place 2",
        "column steps.seq: primary key: place 2 is declared, the database has place 1",
        "column steps.at: type: bigint is declared, the database has text",
        "table sessions: is declared and not in the database",
    ];
    assert_eq!(differences(&postgres).await, expected);
}

/// Sends nothing.
struct Nowhere;

impl Connector for Nowhere {
    fn name(&self) -> &'static str {
        "nowhere"
    }
    fn channels(&self) -> &'static [&'static str] {
        &["email", "http"]
    }
    fn perform<'a>(&'a self, _: Envelope<'a>) -> BoxFuture<'a, Attempt> {
        Box::pin(std::future::ready(Attempt::Done { output: serde_json::json!({}) }))
    }
    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

#[tokio::test]
async fn the_engine_does_not_start_on_a_database_that_differs() {
    let db = migrated(Db::sqlite_in_memory().await.unwrap()).await;
    change(&db, "ALTER TABLE inbox RENAME COLUMN body TO content").await;
    let connectors = Connectors::new("Shop <shop@example.com>".parse().unwrap(), vec![Arc::new(Nowhere)]);
    let settings = EngineSettings { jobs: false, ..EngineSettings::default() };
    let refused = Engine::start(db, Environment::system(), settings, connectors).await.err().expect("it is refused");
    assert!(refused.to_string().contains("column inbox.body: is declared and not in the database"), "{refused}");
}
