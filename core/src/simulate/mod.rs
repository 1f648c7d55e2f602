//! Journeys on a virtual clock with a [`State`](crate::State) in memory, for scenario tests and the browser's dry run.
//!
//! [`Simulation`] takes what happens and lets time pass; [`Report`] tells all that came of it. [`Scenario`] is the same as a file
//! (`*.test.json`), played by [`play`]. Everything that decides is the code the engine runs ([`crate::routing`], [`crate::step_next`],
//! [`tradewind_nodes::guard`]); what is here only carries messages, timers and outcomes to it in the order in which the engine does:
//! timers that are due, then what came in, and when nothing is left inside, what is to be sent.

mod apply;
mod cover;
mod expect;
mod forced;
mod given;
#[cfg(test)]
mod kind_tests;
mod outbox;
mod past;
mod play;
mod report;
mod scenario;
mod simulation;
#[cfg(test)]
mod tests;

pub use cover::{Coverage, Reached};
pub use forced::force;
pub use past::Past;
pub use play::{Played, play};
pub use report::{Held, Outcome, Person, Prevented, Refusal, Report, RunReport, Sent, Started, TaskReport};
pub use scenario::{Expect, ExpectMessage, ExpectRequest, Given, Scenario, ScenarioError, Someone, When};
pub use simulation::{Journey, Simulation};
