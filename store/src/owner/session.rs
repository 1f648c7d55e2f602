//! The lock of a PostgreSQL database: an advisory lock of a session, on a connection of its own that does nothing else.
//!
//! The lock is gone as soon as the session is: with its process, with its network, or by an administrator's hand. While it
//! has nobody else at the database its owner takes it again and goes on. Otherwise the new owner waits for the connections of
//! the old one to be closed, so that what the old one was sending is written down and not sent twice; it does not wait for
//! ever, for the epoch keeps an old owner from writing anyway.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _, Row as _};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{CURRENT, Claim, Fence, RAISE};
use crate::StoreError;
use crate::postgres::failure;

/// `Trad` as a number; the second half of the lock's key is the schema, so that each schema is a database of its own.
const TRY: &str = "SELECT pg_try_advisory_lock(1416782180, hashtext(current_schema()))";
const RELEASE: &str = "SELECT pg_advisory_unlock(1416782180, hashtext(current_schema()))";
/// Whether this session still has the lock. A pooler between us and the server may give us another session.
const HELD: &str = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid() \
    AND classid::bigint = 1416782180 AND objsubid = 2 LIMIT 1";
/// Who has the lock.
const HOLDER: &str = "SELECT a.application_name, to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') \
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid::bigint = 1416782180 AND l.objsubid = 2 \
    AND l.objid::bigint = (hashtext(current_schema())::bigint & 4294967295) \
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1";
/// Connections of an earlier owner.
const OTHERS: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()";
const END_OTHERS: &str =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()";
const IS_THERE: &str = "SELECT to_regclass('owner') IS NOT NULL";
/// Commits of owners hold the same lock, shared, until they end: the epoch is raised between two commits, never during one.
const ALONE: &str = "SELECT pg_advisory_xact_lock(1416782181, hashtext(current_schema()))";

/// How often the owner looks whether it still has the lock.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// What one look, and every other word with the server, may take.
const DEADLINE: Duration = Duration::from_secs(5);
/// How long an earlier owner that lives has for writing down what it was sending. Longer than a server's `stop_timeout`.
const STEP_DOWN: Duration = Duration::from_secs(30);
/// How often its connections are counted meanwhile.
const COUNT_EVERY: Duration = Duration::from_millis(50);

/// Breaks a transaction off whose epoch has passed. One function, so that a session plans its statements once: planned anew for
/// each commit they took a sixth of a small one. Each statement inside sees what was committed before it, so the epoch is read
/// after the lock is there.
const FENCE: &str = "CREATE OR REPLACE FUNCTION check_owner(mine bigint) RETURNS void LANGUAGE plpgsql AS $$ BEGIN \
    PERFORM pg_advisory_xact_lock_shared(1416782181, hashtext(current_schema())); \
    IF NOT EXISTS (SELECT 1 FROM owner WHERE id = 1 AND epoch = mine) THEN \
        RAISE EXCEPTION 'the epoch % has passed', mine USING ERRCODE = 'TW001'; \
    END IF; END $$";

/// The SQLSTATE by which it does so.
pub(crate) const PASSED: &str = "TW001";

/// What every commit of an owner begins with, in one message: it costs no round trip.
pub(crate) fn begin(epoch: i64) -> String {
    format!("BEGIN; SELECT check_owner({epoch})")
}

/// Holds the lock until it is released or dropped.
pub(crate) struct SessionLock {
    release: Option<oneshot::Sender<()>>,
    keeper: JoinHandle<()>,
}

impl SessionLock {
    /// Lets the next one have the database.
    pub(crate) async fn release(mut self) {
        if let Some(release) = self.release.take() {
            let _ = release.send(());
        }
        let _ = (&mut self.keeper).await;
    }
}

impl Drop for SessionLock {
    fn drop(&mut self) {
        // The connection goes with the task, the lock with the connection.
        self.keeper.abort();
    }
}

/// A connection that has the lock.
pub(crate) struct Locked {
    connection: PgConnection,
    options: PgConnectOptions,
}

/// Waits for the lock.
pub(crate) async fn take(options: &PgConnectOptions, claim: &Claim<'_>) -> Result<Locked, StoreError> {
    let options = options.clone().application_name(&claim.holder.name()).options([
        // A machine that is gone frees the lock in seconds; the system's own patience is hours.
        ("tcp_keepalives_idle", "2"),
        ("tcp_keepalives_interval", "1"),
        ("tcp_keepalives_count", "3"),
    ]);
    let mut connection = connect(&options).await?;
    let mut patience = claim.patience();
    while !try_lock(&mut connection).await? {
        let by = holder(&mut connection).await?.unwrap_or_else(|| "a process that is just ending".to_owned());
        patience.wait_for(by).await?;
    }
    if !is_held(&mut connection).await? {
        return Err(StoreError::settings(
            "database",
            "a lock taken on the connection to PostgreSQL is not held by it: connect to the server itself, or to a pooler in session mode",
        ));
    }
    Ok(Locked { connection, options })
}

/// Who has the lock, asked on a connection of its own.
pub(crate) async fn owner(options: &PgConnectOptions) -> Result<Option<String>, StoreError> {
    let mut connection = connect(options).await?;
    let owner = holder(&mut connection).await;
    let _ = connection.close().await;
    owner
}

impl Locked {
    /// Waits for an earlier owner to be gone and raises the epoch. None when the schema is older than epochs.
    pub(crate) async fn enter(&mut self, name: &str) -> Result<Option<i64>, StoreError> {
        let connection = &mut self.connection;
        let there: bool = asked(connection.fetch_one(IS_THERE)).await?.try_get(0).map_err(|error| failure(IS_THERE, error).error)?;
        if !there {
            return Ok(None);
        }
        if let Some((_, earlier)) = current(connection).await?
            && !earlier.is_empty()
        {
            step_down(connection, &earlier).await?;
        }
        let mut transaction = asked(connection.begin()).await?;
        asked(transaction.execute(ALONE)).await?;
        asked(transaction.execute(FENCE)).await?;
        let raised = asked(sqlx::query(RAISE).bind(name).fetch_one(&mut *transaction)).await?;
        let epoch = raised.try_get(0).map_err(|error| failure(RAISE, error).error)?;
        asked(transaction.commit()).await?;
        Ok(Some(epoch))
    }

    /// Keeps the lock until it is released; tells the fence when it is lost for good.
    pub(crate) fn keep(self, epoch: i64, fence: Arc<Fence>) -> SessionLock {
        let (release, released) = oneshot::channel();
        let keeper = tokio::spawn(async move {
            let kept = keep(self.connection, &self.options, epoch, released).await;
            if let Err(reason) = kept {
                fence.lose(reason);
            }
        });
        SessionLock { release: Some(release), keeper }
    }
}

/// Waits until the earlier owner, which may live and only have lost its lock, has closed its connections; ends them after
/// [`STEP_DOWN`].
async fn step_down(connection: &mut PgConnection, earlier: &str) -> Result<(), StoreError> {
    let begun = tokio::time::Instant::now();
    loop {
        let row = asked(sqlx::query(OTHERS).bind(earlier).fetch_one(&mut *connection)).await?;
        let others: i64 = row.try_get(0).map_err(|error| failure(OTHERS, error).error)?;
        if others == 0 {
            return Ok(());
        }
        if begun.elapsed() >= STEP_DOWN {
            tracing::warn!(earlier, others, "an earlier owner of the database does not step down: its connections are ended");
            // Without the right to do so the epoch alone keeps it from writing.
            let _ = asked(sqlx::query(END_OTHERS).bind(earlier).fetch_all(&mut *connection)).await;
            return Ok(());
        }
        tokio::time::sleep(COUNT_EVERY).await;
    }
}

async fn keep(
    mut connection: PgConnection,
    options: &PgConnectOptions,
    epoch: i64,
    mut released: oneshot::Receiver<()>,
) -> Result<(), String> {
    loop {
        tokio::select! {
            _ = &mut released => {
                // Given back by name: the server notices a closed connection only a moment later.
                let _ = asked(connection.fetch_one(RELEASE)).await;
                let _ = tokio::time::timeout(DEADLINE, connection.close()).await;
                return Ok(());
            }
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        if matches!(is_held(&mut connection).await, Ok(true)) {
            continue;
        }
        tracing::warn!("the connection that holds the lock of the database broke: it is taken again");
        connection = tokio::select! {
            _ = &mut released => return Ok(()),
            again = take_again(options, epoch) => again?,
        };
    }
}

/// What came of one try to take the lock again.
enum Again {
    Locked(PgConnection),
    NotYet,
    Lost(String),
}

/// Takes the lock again, unless there is another owner by now. While the server cannot be reached nobody can have it.
async fn take_again(options: &PgConnectOptions, epoch: i64) -> Result<PgConnection, String> {
    loop {
        match try_again(options, epoch).await {
            Ok(Again::Locked(connection)) => return Ok(connection),
            Ok(Again::Lost(by)) => return Err(format!("the database belongs to {by} now")),
            Ok(Again::NotYet) => {}
            Err(error) => tracing::warn!(%error, "the lock of the database could not be taken again: it is tried again"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn try_again(options: &PgConnectOptions, epoch: i64) -> Result<Again, StoreError> {
    let mut connection = connect(options).await?;
    if try_lock(&mut connection).await? {
        return Ok(match current(&mut connection).await? {
            Some((now, _)) if now == epoch => Again::Locked(connection),
            _ => Again::Lost("another process".to_owned()),
        });
    }
    let own = options.get_application_name().unwrap_or_default();
    Ok(match holder(&mut connection).await? {
        // Our own broken session may live on at the server for some seconds.
        Some(by) if !by.starts_with(own) => Again::Lost(by),
        _ => Again::NotYet,
    })
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    asked(PgConnection::connect_with(options)).await
}

async fn try_lock(connection: &mut PgConnection) -> Result<bool, StoreError> {
    let row = asked(connection.fetch_one(TRY)).await?;
    row.try_get(0).map_err(|error| failure(TRY, error).error)
}

async fn is_held(connection: &mut PgConnection) -> Result<bool, StoreError> {
    Ok(asked(connection.fetch_optional(HELD)).await?.is_some())
}

async fn holder(connection: &mut PgConnection) -> Result<Option<String>, StoreError> {
    let Some(row) = asked(connection.fetch_optional(HOLDER)).await? else { return Ok(None) };
    let part = |index: usize| row.try_get::<String, _>(index).map_err(|error| failure(HOLDER, error).error);
    Ok(Some(format!("{}, since {}", part(0)?, part(1)?)))
}

async fn current(connection: &mut PgConnection) -> Result<Option<(i64, String)>, StoreError> {
    let Some(row) = asked(connection.fetch_optional(CURRENT)).await? else { return Ok(None) };
    let wrong = |error| failure(CURRENT, error).error;
    Ok(Some((row.try_get(0).map_err(wrong)?, row.try_get(1).map_err(wrong)?)))
}

/// An answer of the server, or an error after the deadline.
async fn asked<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    match tokio::time::timeout(DEADLINE, answer).await {
        Ok(answer) => answer.map_err(|error| failure("the lock of the database", error).error),
        Err(_) => Err(StoreError::unavailable(format!("PostgreSQL did not answer within {} s", DEADLINE.as_secs()))),
    }
}
