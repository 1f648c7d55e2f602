//! The rows that a batch of routed messages and steps becomes.

mod held;
mod rows;
mod run_rows;
mod tables;

pub(crate) use held::{STATEMENTS as HELD_STATEMENTS, hold_rows};
pub(crate) use rows::{CommitSummary, batch};
pub(crate) use tables::STATEMENTS;
