//! Jobs beside the engine, run by apalis: retention and look-back clean-up. Losing every row of a queue loses nothing that the
//! next tick does not do again.

mod clean;
mod queue;
mod storage;
mod table;
#[cfg(test)]
mod tests;

use crate::handle::Shared;
use std::sync::Arc;

/// Every fixed statement of the jobs.
pub const STATEMENTS: &[&[&str]] = &[clean::STATEMENTS, table::STATEMENTS];

/// Runs the jobs until the engine stops.
pub(crate) async fn run(shared: Arc<Shared>) {
    if let Err(error) = queue::run(&shared).await {
        tracing::error!(%error, "the jobs beside the engine do not run: history is not trimmed until the next start");
    }
}
