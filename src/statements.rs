//! Every statement of this crate on both databases.

#[path = "../tests/support/postgres.rs"]
mod postgres;

use crate::cli::doctor;
use crate::http::{idempotency, key_ring, keys, session, sessions};
use crate::workspace;
use tradewind_store::{Db, DbSettings};

#[tokio::test]
async fn every_statement_prepares_on_both_databases() {
    let common: Vec<&str> =
        [key_ring::STATEMENTS, keys::STATEMENTS, idempotency::STATEMENTS, session::STATEMENTS, sessions::STATEMENTS, workspace::STATEMENTS]
            .iter()
            .flat_map(|list| list.0.iter().copied())
            .collect();
    let sqlite = Db::sqlite_in_memory().await.unwrap();
    let url = tokio::task::spawn_blocking(postgres::fresh_database).await.unwrap();
    let postgres = Db::open(DbSettings::new(url)).await.unwrap();
    let mut wrong = Vec::new();
    for (name, db, own) in [("SQLite", &sqlite, None), ("PostgreSQL", &postgres, Some(doctor::THEIR_CLOCK))] {
        db.migrate().await.unwrap();
        for sql in common.iter().copied().chain(own) {
            if let Err(error) = db.prepare(sql).await {
                wrong.push(format!("{name}: {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    postgres.close().await;
}
