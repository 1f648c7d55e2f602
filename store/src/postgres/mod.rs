//! PostgreSQL: a pool of connections, one transaction a batch, one statement an operation.

mod bind;
mod commit;
mod decode;

use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection as _, Executor as _, SqlSafeStr as _};
use tokio::sync::{OwnedSemaphorePermit, RwLock};

use crate::owner::Fence;
use crate::{Batch, Committed, DbSettings, Durability, MAX_READ_ROWS, Query, Rows, StoreError, Value};

/// How long a caller waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(10);

/// Statements kept prepared per connection; the program has fewer.
const PREPARED: usize = 512;

pub(crate) struct Postgres {
    pool: PgPool,
    /// Shared by ordinary commits; held alone by one that is repeated because it collided. Without it, batches
    /// that lock the same rows in different orders meet again and again, a second of deadlock detection each time.
    company: RwLock<()>,
    fence: Arc<Fence>,
}

impl Postgres {
    /// Connections say that they are of `name`.
    pub(crate) async fn open(options: PgConnectOptions, settings: &DbSettings, name: &str, fence: Arc<Fence>) -> Result<Self, StoreError> {
        let synchronous = match settings.durability {
            Durability::Full => "on",
            Durability::Normal => "off",
        };
        let options = options.application_name(name).statement_cache_capacity(PREPARED).options([
            ("statement_timeout", "30s"),
            ("lock_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "60s"),
            ("synchronous_commit", synchronous),
            // A machine that is gone leaves no open transaction behind for long.
            ("tcp_keepalives_idle", "5"),
            ("tcp_keepalives_interval", "2"),
            ("tcp_keepalives_count", "3"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(settings.connections)
            .acquire_timeout(ACQUIRE)
            // A ping before every use would cost a round trip; a dead connection shows itself and is replaced.
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .map_err(|error| failure("connect", error).error)?;
        Ok(Self { pool, company: RwLock::new(()), fence })
    }

    pub(crate) async fn read(&self, queries: &[Query]) -> Result<Vec<Rows>, StoreError> {
        // Reading twice does no harm, so each connection that died while idle is worth one more try.
        let mut repeats = self.pool.options().get_max_connections();
        loop {
            match self.read_once(queries).await {
                Ok(answers) => return Ok(answers),
                Err(failure) if failure.repeat != Repeat::Never && repeats > 0 => repeats -= 1,
                Err(failure) => return Err(failure.error),
            }
        }
    }

    async fn read_once(&self, queries: &[Query]) -> Result<Vec<Rows>, Failure> {
        const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let mut connection = self.pool.acquire().await.map_err(|error| failure("acquire", error))?;
        if let [query] = queries {
            return Ok(vec![fetch(&mut connection, query.sql, &query.args).await?.rows]);
        }
        let mut transaction = connection.begin_with(SNAPSHOT).await.map_err(|error| failure(SNAPSHOT, error))?;
        let mut answers = Vec::with_capacity(queries.len());
        for query in queries {
            answers.push(fetch(&mut transaction, query.sql, &query.args).await?.rows);
        }
        transaction.rollback().await.map_err(|error| failure("ROLLBACK", error))?;
        Ok(answers)
    }

    pub(crate) async fn commit(&self, batch: &Batch, permit: OwnedSemaphorePermit) -> Result<Committed, StoreError> {
        let outcome = commit::run(&self.pool, &self.company, self.fence.epoch(), batch).await;
        drop(permit);
        outcome
    }

    pub(crate) async fn prepare(&self, sql: &'static str) -> Result<(), StoreError> {
        let prepare = async {
            let mut connection = self.pool.acquire().await.map_err(|error| failure("acquire", error))?;
            let prepared = (&mut *connection).prepare(sql.into_sql_str()).await.map(drop).map_err(|error| failure(sql, error));
            // Prepared without arguments, the types are the server's guess; a later use must not find that guess cached.
            connection.clear_cached_statements().await.map_err(|error| failure(sql, error))?;
            prepared
        };
        prepare.await.map_err(|failure: Failure| failure.error)
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Whether nothing happened and the same may be tried again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    Never,
    /// The connection was dead and is replaced.
    AtOnce,
    /// It collided with another transaction and should run without company.
    Alone,
}

pub(crate) struct Failure {
    pub(crate) error: StoreError,
    repeat: Repeat,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self { error, repeat: Repeat::Never }
    }
}

/// What a statement returned and how many rows its command tag names.
struct Fetched {
    rows: Rows,
    affected: u64,
}

async fn fetch(connection: &mut PgConnection, sql: &'static str, args: &[Value]) -> Result<Fetched, Failure> {
    let arguments = bind::arguments(args).map_err(|error| StoreError::query(sql, error))?;
    fetch_with(connection, sql, arguments).await
}

async fn fetch_with(connection: &mut PgConnection, sql: &'static str, arguments: sqlx::postgres::PgArguments) -> Result<Fetched, Failure> {
    let mut fetched = Fetched { rows: Rows::default(), affected: 0 };
    let mut stream = connection.fetch_many(sqlx::query_with(sql, arguments));
    while let Some(item) = stream.try_next().await.map_err(|error| failure(sql, error))? {
        match item {
            sqlx::Either::Left(done) => fetched.affected += done.rows_affected(),
            sqlx::Either::Right(_) if fetched.rows.len() == MAX_READ_ROWS => {
                return Err(StoreError::TooLarge { what: sql.to_owned(), limit: MAX_READ_ROWS }.into());
            }
            sqlx::Either::Right(row) => {
                if fetched.rows.is_empty() {
                    fetched.rows = Rows::new(decode::names(sql, &row), Vec::new());
                }
                fetched.rows.push(decode::row(sql, &row)?);
            }
        }
    }
    Ok(fetched)
}

pub(crate) fn failure(sql: &str, error: sqlx::Error) -> Failure {
    let code = match &error {
        sqlx::Error::Database(refused) => refused.code().unwrap_or_default().into_owned(),
        _ => String::new(),
    };
    let repeat = match (&error, code.as_str()) {
        // Broken, or ended by a server that is stopping (57P01).
        (sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed, _) | (_, "57P01") => Repeat::AtOnce,
        // Serialization failure, deadlock.
        (_, "40001" | "40P01") => Repeat::Alone,
        _ => Repeat::Never,
    };
    Failure { error: explain(sql, error, &code), repeat }
}

fn explain(sql: &str, error: sqlx::Error, code: &str) -> StoreError {
    match &error {
        sqlx::Error::PoolClosed => StoreError::Closed,
        sqlx::Error::PoolTimedOut => StoreError::unavailable("no connection became free in time"),
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => StoreError::unavailable(error),
        sqlx::Error::Database(refused) => match code {
            "23505" => StoreError::Unique { constraint: refused.constraint().unwrap_or("a unique key").to_owned() },
            // A wrong number of arguments counts as a breach of protocol.
            "08P01" => StoreError::query(sql, refused),
            // Connections, resources, operators, timeouts; serialization and deadlock once their repeats are used up.
            _ if matches!(code.get(..2), Some("08" | "28" | "3D" | "40" | "53" | "55" | "57" | "58")) => {
                StoreError::unavailable(format!("{refused}; statement: {sql}"))
            }
            _ => StoreError::query(sql, refused),
        },
        _ => StoreError::query(sql, error),
    }
}
