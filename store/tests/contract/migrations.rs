//! The schema's history.

use futures::future::join;
use tradewind_store::{Batch, Migration, StoreError};

use crate::on_every_database;
use crate::place::*;

const fn migration(name: &'static str, sql: &'static str) -> Migration {
    Migration { name, sqlite: sql, postgres: sql }
}

on_every_database! {
    async fn applying_twice_changes_nothing(place: &Place) {
        assert!(place.db.migrate_from(SCHEMA).await.unwrap().is_empty());
        let more = [SCHEMA[0], migration("2_more", "ALTER TABLE things ADD COLUMN note text; CREATE INDEX things_note ON things (note)")];
        assert_eq!(place.db.migrate_from(&more).await.unwrap(), ["2_more"]);
        let rows = place.db.query("SELECT name, applied_at FROM tradewind_migrations ORDER BY name", vec![]).await.unwrap();
        assert_eq!(rows.len(), 2);
        // Microseconds: later than 2020, before 2200.
        assert!((1_577_836_800_000_000..7_258_118_400_000_000).contains(&rows[1].int(1).unwrap()));
    }

    async fn a_changed_migration_is_refused(place: &Place) {
        let error = place.db.migrate_from(&[migration("1_things", "CREATE TABLE other (id bigint)")]).await.unwrap_err();
        assert!(matches!(&error, StoreError::Migration { name, .. } if name == "1_things"), "{error}");
        assert!(error.to_string().contains("new migration"), "{error}");
    }

    async fn a_newer_database_is_refused(place: &Place) {
        let error = place.db.migrate_from(&[]).await.unwrap_err();
        assert!(error.to_string().contains("newer program"), "{error}");
    }

    async fn a_failing_migration_leaves_no_trace(place: &Place) {
        let broken = [SCHEMA[0], migration("2_broken", "CREATE TABLE half (id bigint); CREATE TABLE nonsense (")];
        let error = place.db.migrate_from(&broken).await.unwrap_err();
        assert!(matches!(&error, StoreError::Migration { name, .. } if name == "2_broken"), "{error}");
        assert!(place.db.query("SELECT id FROM half", vec![]).await.is_err());
        assert_eq!(place.db.migrate_from(&[SCHEMA[0], migration("2_broken", "CREATE TABLE half (id bigint)")]).await.unwrap(), ["2_broken"]);
    }

    async fn two_programs_may_migrate_at_once(place: &Place) {
        let Some(other) = place.reopen().await else { return };
        let list = [SCHEMA[0], migration("2_a", "CREATE TABLE a (id bigint)"), migration("3_b", "CREATE TABLE b (id bigint)")];
        let (mine, theirs) = join(place.db.migrate_from(&list), other.migrate_from(&list)).await;
        let mut all = [mine.unwrap(), theirs.unwrap()].concat();
        all.sort();
        assert_eq!(all, ["2_a", "3_b"]);
    }

    async fn a_migration_can_fill_what_it_creates(place: &Place) {
        let list = [SCHEMA[0], migration("2_fill", "INSERT INTO things (id, name, live) SELECT id, 'x', true FROM things; CREATE TABLE c (id bigint) {{clustered}}")];
        // A clustered table without a primary key is an error on SQLite only: proof that the token is translated.
        let outcome = place.db.migrate_from(&list).await;
        assert_eq!(outcome.is_ok(), place.db.dialect() == tradewind_store::Dialect::Postgres);
        assert!(place.db.commit(Batch::new()).await.is_ok());
    }
}

/// The embedded files, on every database.
mod embedded {
    use super::*;
    use tradewind_store::MIGRATIONS;

    async fn check(place: Place) {
        let names: Vec<_> = MIGRATIONS.iter().map(|migration| migration.name.to_owned()).collect();
        assert_eq!(place.db.migrate().await.unwrap(), names);
        assert!(place.db.migrate().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn apply_on_sqlite() {
        check(Place::sqlite_file().await).await;
    }

    #[tokio::test]
    async fn apply_on_postgres() {
        check(Place::postgres().await).await;
    }
}
