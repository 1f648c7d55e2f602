//! The state machine of a run: pure, so the engine, the browser's dry run and scenario tests share it.
//!
//! [`Program`] is a published version ready to run, [`Run`] one subject's way through it, [`advance`] the one place where a
//! state meets an input. A [`Transition`] is what must be committed together with the run's new state.

mod advance;
mod entry;
mod program;
mod state;
mod walk;

pub use advance::{Input, advance};
pub use entry::{Admission, Entry, Holder, Joined, RefusalReason, admit, enter, join, key_for, run_key};
pub use program::{Program, ProgramNode};
pub use state::{Asked, CommandAt, Emitted, Known, Run, RunBody, RunState, Step, StepOutcome, Subject, Transition, TransitionIncident};

#[cfg(test)]
mod tests;
