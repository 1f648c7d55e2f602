//! Journeys on a virtual clock: the engine's order of things with a store in memory, for scenario tests and the browser's dry run.
//!
//! [`Simulation`] takes events and lets time pass; [`Report`] tells all that came of it. [`Scenario`] is the same as a file
//! (`*.test.json`), played by [`play`]. Everything that decides is the code of [`crate::run`]; what is here only carries
//! events, timers and outcomes to it in the order in which the engine does: timers that are due, then what came in — for each
//! event the history, segments, waiting runs, triggers — then what is to be sent, then what the steps themselves asked for.

mod cover;
mod doors;
mod expect;
mod forced;
mod land;
mod outbox;
mod past;
mod play;
mod report;
mod scenario;
mod segments;
mod simulation;
#[cfg(test)]
mod tests;
mod ticks;

pub use cover::{Coverage, Reached};
pub use forced::force;
pub use past::Past;
pub use play::{Played, play};
pub use report::{Held, Message, Outcome, Person, Prevented, Refusal, Report, Request, RunReport, Started, TaskReport};
pub use scenario::{Expect, ExpectMessage, ExpectRequest, Given, Scenario, ScenarioError, Someone, When};
pub use simulation::{Door, Journey, Simulation};
