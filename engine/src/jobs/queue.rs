//! The queue of jobs: apalis on our own database. Cron ticks are piped into its tables, so that a job outlives the process it
//! was begun in.

use super::clean::{Job, perform};
use crate::EngineError;
use crate::handle::Shared;
use apalis::prelude::*;
use apalis_cron::{CronScheduler, Tick};
use apalis_postgres::PostgresStorage;
use apalis_sqlite::SqliteStorage;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tradewind_store::Dialect;

/// When each job runs, by the server's clock in UTC: seconds, minutes, hours, days, months, weekdays.
const JOBS: [(&str, Job, &str); 2] =
    [("tradewind-retention", Job::Retention, "0 17 3 * * *"), ("tradewind-look-back", Job::LookBack, "0 7 * * * *")];

/// How often a database error may restart a worker before the jobs are given up until the next start.
const RESTARTS: usize = 1_000;

fn failed(error: impl std::fmt::Display) -> EngineError {
    EngineError::Jobs(error.to_string())
}

/// Runs every job's worker until the engine stops.
pub(super) async fn run(shared: &Arc<Shared>) -> Result<(), EngineError> {
    let stopped = {
        let shared = shared.clone();
        async move {
            shared.stopped().await;
            Ok(())
        }
    };
    match shared.db.dialect() {
        Dialect::Sqlite if shared.db.url().contains(":memory:") => {
            // A database of this process alone has no queue that could outlive it: the ticks are enough.
            let mut monitor = Monitor::new();
            for (name, job, cron) in JOBS {
                let (schedule, shared) = (schedule(cron)?, shared.clone());
                monitor = monitor.register(move |_| {
                    WorkerBuilder::new(name).backend(CronScheduler::new(schedule.clone())).data(shared.clone()).data(job).build(tick)
                });
            }
            monitor.run_with_signal(stopped).await.map_err(failed)
        }
        Dialect::Sqlite => {
            let pool = sqlite(shared).await?;
            let mut monitor = Monitor::new().should_restart(|worker, _| worker.restarts() < RESTARTS);
            for (name, job, cron) in JOBS {
                let (schedule, shared, pool) = (schedule(cron)?, shared.clone(), pool.clone());
                monitor = monitor.register(move |_| {
                    let config = apalis_sqlite::Config::default().queue(name);
                    let storage = SqliteStorage::new(&pool).with_config(config);
                    WorkerBuilder::new(own_name(name, &shared))
                        .backend(CronScheduler::new(schedule.clone()).pipe_to(storage))
                        .data(shared.clone())
                        .data(job)
                        .build(tick)
                });
            }
            monitor.run_with_signal(stopped).await.map_err(failed)
        }
        Dialect::Postgres => {
            let pool = sqlx::PgPool::connect(shared.db.url()).await.map_err(failed)?;
            PostgresStorage::setup(&pool).await.map_err(failed)?;
            let mut monitor = Monitor::new().should_restart(|worker, _| worker.restarts() < RESTARTS);
            for (name, job, cron) in JOBS {
                let (schedule, shared, pool) = (schedule(cron)?, shared.clone(), pool.clone());
                monitor = monitor.register(move |_| {
                    let config = apalis_postgres::Config::default().queue(name);
                    let storage = PostgresStorage::new(&pool).with_config(config);
                    WorkerBuilder::new(own_name(name, &shared))
                        .backend(CronScheduler::new(schedule.clone()).pipe_to(storage))
                        .data(shared.clone())
                        .data(job)
                        .build(tick)
                });
            }
            monitor.run_with_signal(stopped).await.map_err(failed)
        }
    }
}

/// The name of a worker, another at each start: apalis refuses one that a killed process used half a minute ago, and the job
/// would not run until the start after that.
fn own_name(job: &str, shared: &Shared) -> String {
    format!("{job}-{}", shared.env.id())
}

fn schedule(cron: &str) -> Result<cron::Schedule, EngineError> {
    cron::Schedule::from_str(cron).map_err(failed)
}

/// A pool of apalis' own on our file. Not `setup()`: that would leave its connection without durability and share our
/// migration table.
async fn sqlite(shared: &Shared) -> Result<sqlx::SqlitePool, EngineError> {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
    let options = SqliteConnectOptions::from_str(shared.db.url())
        .map_err(failed)?
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10));
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(failed)?;
    let mut migrations = SqliteStorage::migrations();
    migrations.dangerous_set_table_name("_apalis_migrations");
    migrations.run(&pool).await.map_err(failed)?;
    // This index makes every acknowledgement read all that its worker ever did.
    sqlx::query("DROP INDEX IF EXISTS LIdx").execute(&pool).await.map_err(failed)?;
    Ok(pool)
}

/// Does a job. It never fails towards apalis, whose own retries spin: what went wrong is said, and the next tick tries again.
async fn tick(_tick: Tick, shared: Data<Arc<Shared>>, job: Data<Job>) {
    if let Err(error) = perform(&shared, *job).await {
        tracing::warn!(%error, job = ?*job, "a job could not be done: the next tick does it");
        metrics::counter!("tradewind_jobs_failed_total").increment(1);
    }
}
