//! One batch, one transaction; tried again when the server asks for it.

use std::time::Duration;

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tokio::sync::RwLock;
use tradewind_schema::Spec;

use super::{Failure, Repeat, bind, failure, fetch, fetch_with};
use crate::batch::{Op, OpEffect};
use crate::owner::session;
use crate::{Batch, Committed, Dialect, Expect, StoreError, Value};

/// The pause before the n-th repeat is n times this: another process may be the other half of a collision.
const PAUSE: Duration = Duration::from_millis(3);

/// Repeats granted beyond one for each pooled connection, all of which a restarted server leaves dead.
const REPEATS: u32 = 5;

pub(super) async fn run(pool: &PgPool, company: &RwLock<()>, epoch: Option<i64>, batch: &Batch) -> Result<Committed, StoreError> {
    let mut repeats = 0;
    let mut repeat = Repeat::AtOnce;
    loop {
        let outcome = if repeat == Repeat::Alone {
            let _alone = company.write().await;
            transaction(pool, epoch, batch).await
        } else {
            let _together = company.read().await;
            transaction(pool, epoch, batch).await
        };
        match outcome {
            Ok(committed) => return Ok(committed),
            Err(failure) if failure.repeat == Repeat::Never || repeats >= REPEATS + pool.options().get_max_connections() => {
                return Err(failure.error);
            }
            Err(failure) => repeat = failure.repeat,
        }
        repeats += 1;
        tokio::time::sleep(PAUSE * repeats).await;
    }
}

async fn transaction(pool: &PgPool, epoch: Option<i64>, batch: &Batch) -> Result<Committed, Failure> {
    let mut connection = pool.acquire().await.map_err(|error| failure("acquire", error))?;
    let mut begun = false;
    let outcome = on(&mut connection, epoch, batch, &mut begun).await;
    if !begun {
        // It may be inside a transaction that broke off; the driver takes it for one that never began.
        connection.close_on_drop();
    }
    outcome
}

async fn on(connection: &mut PgConnection, epoch: Option<i64>, batch: &Batch, begun: &mut bool) -> Result<Committed, Failure> {
    let mut transaction = match epoch {
        None => connection.begin().await.map_err(|error| failure("BEGIN", error))?,
        Some(epoch) => connection.begin_with(AssertSqlSafe(session::begin(epoch))).await.map_err(refused)?,
    };
    *begun = true;
    let mut effects = Vec::with_capacity(batch.ops.len());
    for (index, op) in batch.ops.iter().enumerate() {
        match apply(&mut transaction, index, op).await {
            Ok(effect) => effects.push(effect),
            Err(failure) => {
                // If even this fails the connection is dead, and the server rolls back by itself.
                let _ = transaction.rollback().await;
                return Err(failure);
            }
        }
    }
    transaction.commit().await.map_err(|error| {
        let failure = failure("COMMIT", error);
        // A connection lost here leaves the outcome unknown: repeating could apply the batch twice.
        let repeat = if failure.repeat == Repeat::AtOnce { Repeat::Never } else { failure.repeat };
        Failure { repeat, ..failure }
    })?;
    Ok(Committed { effects })
}

/// Why an owner's transaction did not begin.
fn refused(error: sqlx::Error) -> Failure {
    match &error {
        sqlx::Error::Database(told) if told.code().is_some_and(|code| code == session::PASSED) => StoreError::NotOwner.into(),
        _ => failure("BEGIN", error),
    }
}

async fn apply(connection: &mut PgConnection, index: usize, op: &Op) -> Result<OpEffect, Failure> {
    match op {
        Op::Bulk { spec, values, rows } => bulk(connection, index, *spec, values, *rows).await,
        Op::Execute { sql, args, expect } => execute(connection, index, sql, args, *expect).await,
        Op::Script { sql } => {
            let unlimited = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;";
            connection.execute(sqlx::raw_sql(unlimited)).await.map_err(|error| failure(unlimited, error))?;
            connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.as_str()))).await.map_err(|error| failure(sql, error))?;
            Ok(OpEffect::default())
        }
    }
}

async fn execute(connection: &mut PgConnection, op: usize, sql: &'static str, args: &[Value], expect: Expect) -> Result<OpEffect, Failure> {
    let fetched = fetch(connection, sql, args).await?;
    // The command tag counts the rows of a SELECT or of RETURNING as well.
    let affected = fetched.affected;
    match expect {
        Expect::Rows(expected) if expected != affected => Err(StoreError::Conflict { op, expected, affected }.into()),
        _ => Ok(OpEffect { affected, rows: fetched.rows }),
    }
}

async fn bulk(
    connection: &mut PgConnection,
    op: usize,
    spec: &'static dyn Spec,
    values: &[Value],
    rows: usize,
) -> Result<OpEffect, Failure> {
    if rows == 0 {
        return Ok(OpEffect::default());
    }
    let sql = spec.text(Dialect::Postgres);
    let arguments = bind::columns(spec, values).map_err(|error| StoreError::query(sql, error))?;
    let fetched = fetch_with(connection, sql, arguments).await?;
    let (expected, affected) = (rows as u64, fetched.affected);
    if spec.expects_all() && expected != affected {
        return Err(StoreError::Conflict { op, expected, affected }.into());
    }
    Ok(OpEffect { affected, rows: fetched.rows })
}
