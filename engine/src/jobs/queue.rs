//! The queues of jobs: apalis on our own database. Cron ticks are piped into its tables, so that a job outlives the process it
//! was begun in.

use super::clean::{Job, perform};
use super::storage::StoreQueue;
use super::table::JobTable;
use crate::EngineError;
use crate::handle::Shared;
use apalis::prelude::*;
use apalis_cron::{CronScheduler, Tick};
use apalis_postgres::PostgresStorage;
use std::str::FromStr;
use std::sync::Arc;
use tradewind_store::Dialect;

/// When each job runs, by the server's clock in UTC: seconds, minutes, hours, days, months, weekdays.
const JOBS: [(&str, Job, &str); 2] =
    [("tradewind-retention", Job::Retention, "0 17 3 * * *"), ("tradewind-look-back", Job::LookBack, "0 7 * * * *")];

/// How often an error may restart a worker before the jobs are given up until the next start.
const RESTARTS: usize = 1_000;

fn failed(error: impl std::fmt::Display) -> EngineError {
    EngineError::Jobs(error.to_string())
}

/// Runs every job's worker until the engine stops.
pub(super) async fn run(shared: &Arc<Shared>) -> Result<(), EngineError> {
    let mut monitor = Monitor::new().should_restart(|worker, _| worker.restarts() < RESTARTS);
    match shared.db.dialect() {
        Dialect::Sqlite => {
            let table = JobTable::new(shared.db.clone(), shared.env.clone());
            for (name, job, cron) in JOBS {
                let (schedule, shared, table) = (schedule(cron)?, shared.clone(), table.clone());
                monitor = monitor.register(move |_| {
                    let storage = StoreQueue::new(table.clone(), name);
                    WorkerBuilder::new(name)
                        .backend(CronScheduler::new(schedule.clone()).pipe_to(storage))
                        .concurrency(1)
                        .data(shared.clone())
                        .data(job)
                        .build(tick)
                });
            }
        }
        Dialect::Postgres => {
            let pool = sqlx::PgPool::connect(shared.db.url()).await.map_err(failed)?;
            PostgresStorage::setup(&pool).await.map_err(failed)?;
            for (name, job, cron) in JOBS {
                let (schedule, shared, pool) = (schedule(cron)?, shared.clone(), pool.clone());
                monitor = monitor.register(move |_| {
                    let config = apalis_postgres::Config::default().queue(name);
                    let storage = PostgresStorage::new(&pool).with_config(config);
                    WorkerBuilder::new(own_name(name, &shared))
                        .backend(CronScheduler::new(schedule.clone()).pipe_to(storage))
                        .concurrency(1)
                        .data(shared.clone())
                        .data(job)
                        .build(tick)
                });
            }
        }
    }
    let stopped = {
        let shared = shared.clone();
        async move {
            shared.stopped().await;
            Ok(())
        }
    };
    monitor.run_with_signal(stopped).await.map_err(failed)
}

/// The name of a worker on PostgreSQL, another at each start: apalis refuses one that a killed process used half a minute ago, and
/// the job would not run until the start after that.
fn own_name(job: &str, shared: &Shared) -> String {
    format!("{job}-{}", shared.env.id())
}

fn schedule(cron: &str) -> Result<cron::Schedule, EngineError> {
    cron::Schedule::from_str(cron).map_err(failed)
}

/// Does a job. It never fails towards apalis, whose own retries spin: what went wrong is said, and the next tick tries again.
async fn tick(_tick: Tick, shared: Data<Arc<Shared>>, job: Data<Job>) {
    if let Err(error) = perform(&shared, *job).await {
        tracing::warn!(%error, job = ?*job, "a job could not be done: the next tick does it");
        metrics::counter!("tradewind_jobs_failed_total").increment(1);
    }
}
