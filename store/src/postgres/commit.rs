//! One batch, one transaction; tried again when the server asks for it.

use std::time::Duration;

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{Acquire as _, AssertSqlSafe, Executor as _};
use tokio::sync::RwLock;

use super::{Failure, Repeat, bind, failure, fetch, fetch_with};
use crate::batch::{Op, OpEffect};
use crate::spec::Spec;
use crate::{Batch, Committed, Dialect, Expect, StoreError, Value};

/// The pause before the n-th repeat is n times this: another process may be the other half of a collision.
const PAUSE: Duration = Duration::from_millis(3);

/// Repeats granted beyond one for each pooled connection, all of which a restarted server leaves dead.
const REPEATS: u32 = 5;

pub(super) async fn run(pool: &PgPool, company: &RwLock<()>, batch: &Batch) -> Result<Committed, StoreError> {
    let mut repeats = 0;
    let mut repeat = Repeat::AtOnce;
    loop {
        let outcome = if repeat == Repeat::Alone {
            let _alone = company.write().await;
            transaction(pool, batch).await
        } else {
            let _together = company.read().await;
            transaction(pool, batch).await
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

async fn transaction(pool: &PgPool, batch: &Batch) -> Result<Committed, Failure> {
    let mut connection = pool.acquire().await.map_err(|error| failure("acquire", error))?;
    let mut transaction = connection.begin().await.map_err(|error| failure("BEGIN", error))?;
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
