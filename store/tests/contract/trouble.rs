//! Closing, full queues, locked files, dead connections, wrong settings.

use futures::future::{join, join_all};
use futures::{FutureExt as _, poll};
use std::time::Duration;
use tokio::time::timeout;
use tradewind_store::{Batch, Db, DbSettings, Durability, StoreError};
use uuid::Uuid;

use crate::on_every_database;
use crate::place::*;

fn one(name: &str) -> Batch {
    let mut batch = Batch::new();
    batch.insert(&THINGS, [thing(Uuid::now_v7(), name, 1)]);
    batch
}

on_every_database! {
    async fn closing_finishes_what_was_accepted(place: &Place) {
        let mut commits: Vec<_> = (0..300).map(|index| place.db.commit(one(&index.to_string())).boxed()).collect();
        // Polled once, each is accepted; a quick writer may have answered some by then.
        let (mut outcomes, mut waiting) = (Vec::new(), Vec::new());
        for mut commit in commits.drain(..) {
            match poll!(&mut commit) {
                std::task::Poll::Ready(outcome) => outcomes.push(outcome),
                std::task::Poll::Pending => waiting.push(commit),
            }
        }
        let (rest, ()) = join(join_all(waiting), place.db.clone().close()).await;
        outcomes.extend(rest);
        assert_eq!(outcomes.len(), 300);
        assert!(outcomes.iter().all(Result::is_ok));
        assert_eq!(place.db.commit(one("late")).await.unwrap_err(), StoreError::Closed);
        assert_eq!(place.db.query("SELECT 1", vec![]).await.unwrap_err(), StoreError::Closed);
        assert_eq!(place.db.prepare("SELECT 1").await.unwrap_err(), StoreError::Closed);
        place.db.clone().close().await;
        if let Some(db) = place.reopen().await {
            assert_eq!(count(&db).await, 300);
        }
    }

    async fn a_full_queue_makes_commits_wait_not_fail(place: &Place) {
        let large = (0..12).map(|commit| {
            let mut batch = Batch::new();
            batch.insert(&THINGS, (0..20_000).map(|row| thing(Uuid::now_v7(), &format!("{commit} {row}"), row)));
            place.db.commit(batch)
        });
        assert!(join_all(large).await.iter().all(Result::is_ok));
        assert_eq!(count(&place.db).await, 240_000);
    }

    async fn wrong_statements_say_what_is_wrong(place: &Place) {
        let error = place.db.query("SELECT id FROM things WHERE id = $1", vec![]).await.unwrap_err();
        assert!(matches!(error, StoreError::Query { .. }), "{error}");
        let mut batch = Batch::new();
        batch.insert(&THINGS, [thing(Uuid::now_v7(), "a", -5000)]);
        let error = place.db.commit(batch).await.unwrap_err();
        assert!(matches!(&error, StoreError::Query { message, .. } if message.to_lowercase().contains("check constraint")), "{error}");
        let (first, second) = join(place.db.commit(one("same")), place.db.commit(one("same"))).await;
        assert!(first.is_ok() != second.is_ok());
    }
}

#[tokio::test]
async fn a_sqlite_read_cannot_write() {
    for place in [Place::sqlite_file().await, Place::sqlite_memory().await] {
        let place = place.with_things().await;
        let error = place.db.query("DELETE FROM things", vec![]).await.unwrap_err();
        assert!(error.to_string().contains("batch"), "{error}");
    }
}

#[tokio::test]
async fn memory_databases_are_strangers() {
    let (one_of_them, other) = (Place::sqlite_memory().await.with_things().await, Db::sqlite_in_memory().await.unwrap());
    put(&one_of_them.db, vec![thing(Uuid::now_v7(), "a", 1)]).await;
    assert!(other.query("SELECT id FROM things", vec![]).await.is_err());
}

#[tokio::test]
async fn a_commit_waits_for_another_program_that_writes() {
    let place = Place::sqlite_file().await.with_things().await;
    let other = rusqlite::Connection::open(place.url.strip_prefix("sqlite:").unwrap()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; DELETE FROM things").unwrap();
    let mut commit = place.db.commit(one("patient")).boxed();
    assert!(poll!(&mut commit).is_pending());
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(commit.await.unwrap().affected(0), 1);
}

#[tokio::test]
async fn a_check_writes_only_when_no_fresh_commit_tells() {
    for place in [Place::sqlite_file().await, Place::sqlite_memory().await, Place::postgres().await] {
        place.db.migrate().await.unwrap();
        let checks = async || {
            let rows = place.db.query("SELECT number FROM write_checks LIMIT 1", vec![]).await.unwrap();
            rows.first().map_or(0, |row| row.int(0).unwrap())
        };
        place.db.check_writable(Duration::from_secs(3600)).await.unwrap();
        assert_eq!(checks().await, 0, "the migrations were fresh commits");
        place.db.check_writable(Duration::ZERO).await.unwrap();
        place.db.check_writable(Duration::ZERO).await.unwrap();
        assert_eq!(checks().await, 2);
    }
}

#[tokio::test]
async fn a_check_waits_for_another_program_that_writes_and_asks_once() {
    let place = Place::sqlite_file().await;
    place.db.migrate().await.unwrap();
    let other = rusqlite::Connection::open(place.url.strip_prefix("sqlite:").unwrap()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; DELETE FROM write_checks").unwrap();
    for _ in 0..5 {
        assert!(timeout(Duration::from_millis(20), place.db.check_writable(Duration::ZERO)).await.is_err());
    }
    other.execute_batch("COMMIT").unwrap();
    place.db.check_writable(Duration::from_secs(3600)).await.unwrap();
    place.db.clone().close().await;
    let number: i64 = other.query_row("SELECT number FROM write_checks", [], |row| row.get(0)).unwrap();
    assert_eq!(number, 1, "those who gave up left no further checks behind");
}

#[tokio::test]
async fn a_closed_sqlite_database_is_one_file() {
    let place = Place::sqlite_file().await.with_things().await;
    put(&place.db, vec![thing(Uuid::now_v7(), "a", 1)]).await;
    place.db.clone().close().await;
    let log = format!("{}-wal", place.url.strip_prefix("sqlite:").unwrap());
    assert!(std::fs::metadata(log).map_or(0, |log| log.len()) == 0);
}

#[tokio::test]
async fn durability_is_what_was_asked_for() {
    let place = Place::sqlite_file().await;
    let url = format!("{}-other", place.url);
    for (durability, wanted) in [(Durability::Full, 2), (Durability::Normal, 1)] {
        let db = Db::open(DbSettings { durability, ..DbSettings::new(&url) }).await.unwrap();
        let mut batch = Batch::new();
        let synchronous = batch.execute("SELECT synchronous FROM pragma_synchronous", vec![], tradewind_store::Expect::Rows(1));
        assert_eq!(db.commit(batch).await.unwrap().rows(synchronous)[0].int(0).unwrap(), wanted);
    }
    let url = crate::postgres::fresh_database();
    for (durability, wanted) in [(Durability::Full, "on"), (Durability::Normal, "off")] {
        let db = Db::open(DbSettings { durability, ..DbSettings::new(&url) }).await.unwrap();
        assert_eq!(db.query("SELECT current_setting('synchronous_commit')", vec![]).await.unwrap()[0].text(0).unwrap(), wanted);
    }
}

#[tokio::test]
async fn postgres_connections_that_died_are_replaced() {
    let place = Place::postgres().await.with_things().await;
    let kill =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tradewind' AND datname = current_database()";
    // As many connections as the pool holds.
    join_all((0..30).map(|index| place.db.commit(one(&index.to_string())))).await;
    crate::postgres::run_sql(&place.url, kill);
    place.db.commit(one("after")).await.unwrap();
    crate::postgres::run_sql(&place.url, kill);
    assert_eq!(count(&place.db).await, 31);
}

#[tokio::test]
async fn postgres_deadlocks_are_tried_again() {
    let place = Place::postgres().await.with_things().await;
    let (a, b) = (Uuid::now_v7(), Uuid::now_v7());
    put(&place.db, vec![thing(a, "a", 0), thing(b, "b", 0)]).await;
    let both = |first: Uuid, second: Uuid| {
        let mut batch = Batch::new();
        for id in [first, second] {
            batch.execute("UPDATE things SET amount = amount + 1 WHERE id = $1", vec![id.into()], tradewind_store::Expect::Rows(1));
        }
        place.db.commit(batch)
    };
    let outcomes = join_all((0..20).map(|index| if index % 2 == 0 { both(a, b) } else { both(b, a) })).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!((amount(&place.db, a).await, amount(&place.db, b).await), (20, 20));
}

#[tokio::test]
async fn wrong_settings_name_the_setting() {
    for (settings, name) in [
        (DbSettings::new("mysql://x"), "url"),
        (DbSettings::new("sqlite:"), "url"),
        (DbSettings::new("sqlite:/no/such/folder/x.db"), "url"),
        (DbSettings { readers: 0, ..DbSettings::new("sqlite::memory:") }, "readers"),
        (DbSettings { connections: 1, ..DbSettings::new("postgres://x") }, "connections"),
    ] {
        match Db::open(settings).await.map(|_| ()) {
            Err(StoreError::Settings { setting, .. }) => assert_eq!(setting, name),
            other => panic!("{name}: {other:?}"),
        }
    }
}
