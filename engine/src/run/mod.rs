//! Runs: stepping what is queued, and the rows a batch of steps becomes.

mod rows;
mod step;

pub(crate) use rows::{Landed, OutboxRow, STATEMENTS, batch};
pub(crate) use step::drain;
