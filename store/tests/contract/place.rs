//! The databases the suite runs on, and the table it works with.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use tradewind_store::{Batch, Conflict, Db, DbSettings, Delete, Insert, Migration, Ty, Update, Value};
use uuid::Uuid;

pub static COLUMNS: &[(&str, Ty)] =
    &[("id", Ty::Uuid), ("name", Ty::Text), ("amount", Ty::Int), ("ratio", Ty::Real), ("body", Ty::Bytes), ("live", Ty::Bool)];
pub static THINGS: Insert = Insert::new("things", COLUMNS);
pub static NEW_THINGS: Insert = Insert::new("things", COLUMNS).on_conflict(Conflict::Ignore).returning(&["id"]);
pub static UPSERT: Insert = Insert::new("things", COLUMNS).on_conflict(Conflict::Update { key: &["id"], set: &["name", "amount"] });
pub static COUNTED: Insert =
    Insert::new("things", COLUMNS).on_conflict(Conflict::Add { key: &["id"], add: &["amount"], set: &["live"] }).returning(&["amount"]);
pub static KEPT: Insert = Insert::new("things", COLUMNS).on_conflict(Conflict::Update { key: &["id"], set: &[] }).returning(&["name"]);
pub static RENAME: Update = Update::new("things", &[("id", Ty::Uuid)], &[("name", Ty::Text), ("live", Ty::Bool)]);
pub static SPEND: Update =
    Update::new("things", &[("id", Ty::Uuid), ("amount", Ty::Int)], &[("amount", Ty::Int)]).expect_all().returning(&["id", "amount"]);
pub static REMOVE: Delete = Delete::new("things", &[("id", Ty::Uuid)]);
pub static REMOVE_ALL: Delete = Delete::new("things", &[("id", Ty::Uuid)]).expect_all();

const DDL: &str = "CREATE TABLE things (
    id uuid NOT NULL PRIMARY KEY, name text UNIQUE, amount bigint NOT NULL DEFAULT 0 CHECK (amount > -1000 OR amount < -9000),
    ratio double precision, body bytea, live boolean NOT NULL DEFAULT true
) {{clustered}};
CREATE INDEX things_amount ON things (amount);";
pub const SCHEMA: &[Migration] = &[Migration { name: "1_things", sqlite: DDL, postgres: DDL }];

/// A database of its own for one test; its files vanish with it.
pub struct Place {
    pub db: Db,
    pub url: String,
    folder: Option<PathBuf>,
}

impl Place {
    pub async fn sqlite_file() -> Self {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let name = format!("tradewind-store-{}-{}", std::process::id(), FOLDERS.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let url = format!("sqlite:{}", folder.join("test.db").display());
        Self::open(url, Some(folder)).await
    }

    pub async fn sqlite_memory() -> Self {
        Self::open("sqlite::memory:".to_owned(), None).await
    }

    pub async fn postgres() -> Self {
        Self::open(crate::postgres::fresh_database(), None).await
    }

    async fn open(url: String, folder: Option<PathBuf>) -> Self {
        let db = Db::open(DbSettings::new(&url)).await.unwrap();
        Self { db, url, folder }
    }

    /// The same with the table `things`.
    pub async fn with_things(self) -> Self {
        assert_eq!(self.db.migrate_from(SCHEMA).await.unwrap(), ["1_things"]);
        self
    }

    /// A second handle on the same database; None in memory.
    pub async fn reopen(&self) -> Option<Db> {
        if self.url.contains(":memory:") {
            return None;
        }
        Some(Db::open(DbSettings::new(&self.url)).await.unwrap())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

pub fn thing(id: Uuid, name: &str, amount: i64) -> [Value; 6] {
    [id.into(), name.into(), amount.into(), Value::Null, Value::Null, true.into()]
}

pub async fn put(db: &Db, rows: Vec<[Value; 6]>) {
    let mut batch = Batch::new();
    batch.insert(&THINGS, rows);
    db.commit(batch).await.unwrap();
}

pub async fn count(db: &Db) -> i64 {
    db.query("SELECT COUNT(*) FROM things", vec![]).await.unwrap()[0].int(0).unwrap()
}

pub async fn amount(db: &Db, id: Uuid) -> i64 {
    db.query("SELECT amount FROM things WHERE id = $1", vec![id.into()]).await.unwrap()[0].int(0).unwrap()
}

/// Declares each test for all databases, with the table in place.
#[macro_export]
macro_rules! on_every_database {
    ($($(#[$meta:meta])* async fn $name:ident($place:ident: &Place) $body:block)*) => {
        $($(#[$meta])* async fn $name($place: &Place) $body)*
        $crate::on_every_database!(@on sqlite_file: $($name)*);
        $crate::on_every_database!(@on sqlite_memory: $($name)*);
        $crate::on_every_database!(@on postgres: $($name)*);
    };
    (@on $database:ident: $($name:ident)*) => {
        mod $database {
            use $crate::place::Place;
            $(#[tokio::test]
            async fn $name() {
                let place = Place::$database().await.with_things().await;
                super::$name(&place).await;
            })*
        }
    };
}
