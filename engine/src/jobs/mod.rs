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
use std::time::Duration;

/// Every fixed statement of the jobs.
pub const STATEMENTS: &[&[&str]] = &[clean::STATEMENTS, table::STATEMENTS];
#[cfg(test)]
pub(crate) use clean::{Job, perform};

/// How long after a failure the jobs are begun again.
const RETRY_PAUSE: Duration = Duration::from_secs(60);

/// Runs the jobs until the engine stops. What goes wrong with them is no reason to end the engine.
pub(crate) async fn run(shared: Arc<Shared>) {
    loop {
        let outcome = queue::run(&shared).await;
        if shared.stopping() {
            return;
        }
        let problem = outcome.err().map_or_else(|| "their workers ended".to_owned(), |error| error.to_string());
        tracing::error!(problem, "the jobs beside the engine do not run, history is not trimmed: they are begun again in a minute");
        // Over early when the engine stops, which the next look sees.
        let _ = tokio::time::timeout(RETRY_PAUSE, shared.stopped()).await;
        if shared.stopping() {
            return;
        }
    }
}
