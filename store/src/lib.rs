//! Databases, migrations, group commit and dialects. Knows SQL, knows no business.
//!
//! A [`Db`] is one SQLite file (or an in-memory database) or one PostgreSQL database. Reading is a list of
//! [`Query`]s answered from one snapshot; writing is a [`Batch`] that is applied as a whole or not at all.
//! Bulk operations are described by statics ([`Insert`], [`Update`], [`Delete`]), everything else is common SQL:
//! `$1` parameters, `= ANY($1)` and `<> ALL($1)` for lists.
//!
//! Rules that keep common SQL common: name every type that cannot be inferred (`CAST($1 AS bigint) IS NULL`), cast
//! sums back (`CAST(SUM(x) AS bigint)`), and never cast to `uuid` or `bytea`, which mean nothing to SQLite.

mod batch;
mod catalogue;
mod dialect;
mod error;
mod gate;
mod migrations;
mod owner;
mod postgres;
mod settings;
mod sqlite;
mod writable;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

pub use batch::{Batch, Committed, Expect, MAX_BATCH_ROWS, Query, Statements};
pub use error::StoreError;
pub use migrations::{MIGRATIONS, Migration, Schema};
pub use owner::{Claim, Holder};
pub use settings::{DbSettings, Durability};
pub use tradewind_schema::{Column, Conflict, Delete, Dialect, Insert, ReadError, Row, Rows, Ty, Update, Value};

use tradewind_schema::{Table, differences};

use gate::Gate;
use owner::{Fence, file, open, session};
use postgres::Postgres;
use settings::Place;
use sqlite::Sqlite;
use writable::Writes;

/// Rows that one query may return; more is an error that asks for a LIMIT.
pub const MAX_READ_ROWS: usize = 100_000;

/// An open database. Clones share it; the last one dropped closes it, [`Db::close`] does so in order.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    url: String,
    gate: Gate,
    writes: Writes,
    fence: Arc<Fence>,
    engine: Engine,
    /// Dropped last, and only after the connections.
    lock: tokio::sync::Mutex<Lock>,
}

/// What keeps other processes from owning the database.
pub(crate) enum Lock {
    /// This handle does not own it, or nobody else could: it is in memory.
    None,
    File(#[allow(dead_code, reason = "held, not used")] file::FileLock),
    Session(session::SessionLock),
}

pub(crate) enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Db {
    /// Opens the database, creating a SQLite file if it is missing, and checks that its settings took hold. The handle
    /// owns nothing: another process may, and goes on beside it.
    pub async fn open(settings: DbSettings) -> Result<Self, StoreError> {
        let fence = Arc::<Fence>::default();
        let engine = match settings.place()? {
            Place::Memory => Engine::Sqlite(Sqlite::open(None, &settings, fence.clone()).await?),
            Place::File(path) => Engine::Sqlite(Sqlite::open(Some(path), &settings, fence.clone()).await?),
            Place::Postgres(options) => Engine::Postgres(Postgres::open(*options, &settings, "tradewind", fence.clone()).await?),
        };
        Ok(Self::of(settings.url, fence, engine, Lock::None))
    }

    /// Opens the database as its one owner: waits for another one as the claim says, brings the schema up to date and gives
    /// the names of the migrations that took. From then on a commit fails with [`StoreError::NotOwner`] once there is another
    /// owner, see [`Db::lost`].
    ///
    /// # Errors
    /// [`StoreError::Owned`] when another process owns it; [`StoreError::Settings`] when it cannot be locked.
    pub async fn own(settings: DbSettings, claim: Claim<'_>) -> Result<(Self, Vec<String>), StoreError> {
        match settings.place()? {
            Place::Memory => {
                let db = Self::open(settings).await?;
                let applied = db.migrate().await?;
                Ok((db, applied))
            }
            Place::File(path) => open::file(settings, &path, &claim).await,
            Place::Postgres(options) => open::postgres(settings, *options, &claim).await,
        }
    }

    /// Who owns the database at this address, if anybody does. Creates and changes nothing.
    pub async fn owner(settings: &DbSettings) -> Result<Option<String>, StoreError> {
        match settings.place()? {
            Place::Memory => Ok(None),
            Place::File(path) => match path.canonicalize() {
                Ok(path) => file::owner(&path),
                Err(_) => Ok(None),
            },
            Place::Postgres(options) => session::owner(&options).await,
        }
    }

    fn of(url: String, fence: Arc<Fence>, engine: Engine, lock: Lock) -> Self {
        Self {
            shared: Arc::new(Shared {
                url,
                gate: Gate::new(),
                writes: Writes::default(),
                fence,
                engine,
                lock: tokio::sync::Mutex::new(lock),
            }),
        }
    }

    /// Returns, with the reason, once this owner has lost the database to another. It can only end then.
    pub async fn lost(&self) -> String {
        self.shared.fence.lost().await
    }

    /// Opens a new, empty in-memory database that no other handle shares.
    pub async fn sqlite_in_memory() -> Result<Self, StoreError> {
        Self::open(DbSettings::new("sqlite::memory:")).await
    }

    /// Applies the embedded migrations that are missing, each in a transaction of its own, and returns their names.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        migrations::apply(self, MIGRATIONS).await
    }

    /// How the schema compares with the embedded migrations. Changes nothing.
    pub async fn schema(&self) -> Result<Schema, StoreError> {
        migrations::compare(self, MIGRATIONS).await
    }

    /// As [`Db::migrate`] with a list of one's own, in ascending order.
    pub async fn migrate_from(&self, migrations: &[Migration]) -> Result<Vec<String>, StoreError> {
        migrations::apply(self, migrations).await
    }

    /// Refuses a database that does not have the tables as declared: [`StoreError::Declared`] names the columns.
    pub async fn check(&self, declared: &[&Table]) -> Result<(), StoreError> {
        let differences = differences(declared, &catalogue::columns(self).await?);
        if differences.is_empty() {
            return Ok(());
        }
        Err(StoreError::Declared { differences: differences.iter().map(ToString::to_string).collect() })
    }

    /// Leaves nothing in the log of what was deleted: SQLite overwrites deleted content in its file by itself (`secure_delete`), here its
    /// log is folded and emptied. False when somebody still reads from the log: ask again. What PostgreSQL keeps of dead rows and in its
    /// log is its operator's (`VACUUM`, the retention of its log and of backups).
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn scrub(&self) -> Result<bool, StoreError> {
        self.shared.gate.check()?;
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.scrub().await,
            Engine::Postgres(_) => Ok(true),
        }
    }

    /// The names of all tables there are, declared or not.
    pub async fn tables(&self) -> Result<BTreeSet<String>, StoreError> {
        Ok(catalogue::columns(self).await?.into_iter().map(|column| column.table).collect())
    }

    /// Answers all queries from one snapshot, in one hop to a reader. Rows per query are limited to [`MAX_READ_ROWS`].
    pub async fn read(&self, queries: Vec<Query>) -> Result<Vec<Rows>, StoreError> {
        self.shared.gate.check()?;
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.read(queries).await,
            Engine::Postgres(postgres) => postgres.read(&queries).await,
        }
    }

    /// Answers one query.
    pub async fn query(&self, sql: &'static str, args: Vec<Value>) -> Result<Rows, StoreError> {
        Ok(self.read(vec![Query { sql, args }]).await?.pop().unwrap_or_default())
    }

    /// Applies the batch as one atomic unit and returns once it is durable. Waits while the queue is full.
    ///
    /// On SQLite batches of several callers share a transaction and its fsync; one that fails does not touch the
    /// others. If the returned future is dropped, the batch may be applied or not.
    pub async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        if let Some(defect) = batch.defect {
            return Err(defect);
        }
        if batch.rows() > MAX_BATCH_ROWS {
            return Err(StoreError::TooLarge { what: "a batch".to_owned(), limit: MAX_BATCH_ROWS });
        }
        if batch.is_empty() {
            return self.shared.gate.check().map(|()| Committed::default());
        }
        #[allow(clippy::disallowed_methods, reason = "measures the commit and decides nothing")]
        let started = Instant::now();
        let rows = batch.rows();
        let permit = self.shared.gate.enter(rows).await?;
        let outcome = match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.commit(batch, permit).await,
            Engine::Postgres(postgres) => postgres.commit(&batch, permit).await,
        };
        metrics::histogram!("store_commit_seconds").record(started.elapsed().as_secs_f64());
        metrics::histogram!("store_commit_rows").record(rows as f64);
        if matches!(outcome, Err(StoreError::NotOwner)) {
            self.shared.fence.lose("the database has another owner by now");
        }
        self.shared.writes.note(&outcome);
        if outcome.is_err() {
            metrics::counter!("store_commit_failures").increment(1);
        }
        outcome
    }

    /// Checks that the database understands the statement and can infer the types of its parameters.
    pub async fn prepare(&self, sql: &'static str) -> Result<(), StoreError> {
        self.shared.gate.check()?;
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.prepare(sql).await,
            Engine::Postgres(postgres) => postgres.prepare(sql).await,
        }
    }

    /// The database in use.
    pub fn dialect(&self) -> Dialect {
        match &self.shared.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The address the database was opened with, password included: not for logs.
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// Finishes the commits accepted so far, folds SQLite's log into its file and closes. All clones are closed
    /// with it: what they ask afterwards fails with [`StoreError::Closed`].
    pub async fn close(self) {
        if !self.shared.gate.shut().await {
            return;
        }
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
        // The next owner begins when the last of our commits has ended.
        if let Lock::Session(lock) = std::mem::replace(&mut *self.shared.lock.lock().await, Lock::None) {
            lock.release().await;
        }
    }
}
