//! Scripts: Rhai with bounded work, depth, memory and time; no file, no network, no clock and no dice of its own.
//!
//! A script sees `customer`, `event`, `steps`, `run`, `fields` and `resume` (`"enter"` or `"woke"`) and ends in one of these ways:
//!
//! | the script | becomes |
//! |---|---|
//! | ends in nothing, or in a map | on by the only port; the map is the output |
//! | ends in `true` or `false` | on by `yes` or `no` |
//! | ends in `#{port: "gold", output: #{…}}`, or calls `go("gold")`, `go("gold", #{…})` | on by that port |
//! | calls `sleep("1h")` | comes back then, with `resume == "woke"` |
//! | calls `exit("why")` | the run ends |
//! | calls `fail("why")` | a problem: the `failed` port or an incident |
//!
//! `go`, `sleep`, `exit` and `fail` end the script where they stand. `set(#{…})`, `add_tag`, `remove_tag` and
//! `record("Event", #{…})` note commands that are done in the commit of the step. `now()` and `random()` are the
//! step's own, so a replay decides the same.

mod cache;
mod call;
mod convert;
mod engine;
mod functions;
mod kind;
mod listing;
mod run;
#[cfg(test)]
mod tests;

pub use kind::ScriptKind;
pub use listing::{FUNCTIONS, Function};
pub use run::{Decision, ScriptInput, ScriptOutput, check, run, step};

/// The longest script, in bytes.
pub const MAX_SOURCE: usize = 64 * 1024;
