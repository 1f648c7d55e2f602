//! Runs: stepping what is queued, and the rows a batch of steps becomes.

mod held;
mod moved;
mod rows;
mod step;
mod tables;

pub(crate) use held::{STATEMENTS as HELD_STATEMENTS, hold_rows};
pub(crate) use rows::{Landed, batch};
pub(crate) use step::drain;
pub(crate) use tables::STATEMENTS;
