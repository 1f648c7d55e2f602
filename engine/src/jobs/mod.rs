//! Jobs beside the engine, run by apalis: retention and look-back clean-up. Losing every row of a queue loses nothing that the
//! next tick does not do again.

mod clean;
mod queue;
mod storage;
mod table;
#[cfg(test)]
mod tests;

use crate::handle::Shared;
pub(crate) use clean::Job;
use std::sync::Arc;

/// Every fixed statement of the jobs.
pub const STATEMENTS: &[&[&str]] = &[clean::STATEMENTS, table::STATEMENTS];
#[cfg(test)]
pub(crate) use clean::perform;

/// Runs the jobs until the engine stops.
pub(crate) async fn run(shared: Arc<Shared>) {
    let queue = async {
        if let Err(error) = queue::run(&shared).await {
            tracing::error!(%error, "the jobs beside the engine do not run: history is not trimmed until the next start");
        }
    };
    tokio::join!(catch_up(&shared), queue);
}

/// Does at the start what was to be done while no server ran: a server that is off at night would never trim its history.
async fn catch_up(shared: &Shared) {
    for job in [Job::LookBack, Job::Retention] {
        if let Err(error) = clean::perform(shared, job).await {
            tracing::warn!(%error, ?job, "a job could not be made up for: its next tick does it");
        }
    }
}
