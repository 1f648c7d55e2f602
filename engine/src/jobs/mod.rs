//! Jobs beside the engine, run by apalis: retention and look-back clean-up. Losing every row of apalis loses nothing that the
//! next tick does not do again.

mod clean;
mod queue;

use crate::handle::Shared;
use std::sync::Arc;

pub use clean::STATEMENTS;

/// Runs the jobs until the engine stops.
pub(crate) async fn run(shared: Arc<Shared>) {
    if let Err(error) = queue::run(&shared).await {
        tracing::error!(%error, "the jobs beside the engine do not run: history is not trimmed until the next start");
    }
}
