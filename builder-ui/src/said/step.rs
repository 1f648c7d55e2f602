//! What became of a step.

use super::own;
use super::value::{port, when};
use crate::t;
use tradewind_nodes::kind::End;
use tradewind_nodes::run::StepOutcome;
use tradewind_nodes::why::Why;

/// What became of a step. Where a reason stands below that says it in the user's language, the engine's own words are left out.
#[must_use]
pub fn outcome(outcome: &StepOutcome, why: Option<&Why>) -> String {
    match outcome {
        StepOutcome::Went(name) if name.as_str() == "next" => t!(live.step.next),
        StepOutcome::Went(name) => t!(live.step.went, port = port(name)),
        StepOutcome::Sleeps(until) => t!(live.step.sleeps, when = when(*until)),
        StepOutcome::Waits(Some(until)) => t!(live.step.waits, when = when(*until)),
        StepOutcome::Waits(None) => t!(live.step.waits_open),
        StepOutcome::Calls(channel) => t!(live.step.calls, channel = crate::words::delivery::channel(channel)),
        StepOutcome::Asks(_) => t!(live.step.asks),
        StepOutcome::Failed(problem) => t!(live.step.failed, problem = own(&problem.message)),
        StepOutcome::Skipped(name) => t!(live.step.skipped, port = port(name)),
        StepOutcome::Ended(how) => end(how, why),
    }
}

/// A step by the name of its node, with what became of it.
#[must_use]
pub fn step(title: &str, done: &StepOutcome, why: &Why) -> String {
    t!(said.did.labelled, name = own(title), what = outcome(done, Some(why)))
}

/// How a run ended, and with `why` the last step's reason for it.
#[must_use]
pub fn end(end: &End, why: Option<&Why>) -> String {
    // The reason that is stored with the end is the engine's English, unless it is the words of a person, an author or a script.
    let theirs = matches!(why, None | Some(Why::Words { .. } | Why::EndsFor(_) | Why::ScriptEnded(_) | Why::Cancelled(_)));
    match end {
        End::Completed => t!(live.step.completed),
        End::Goal { .. } => t!(live.step.goal),
        End::Exited { reason } if theirs => t!(live.step.exited, reason = own(reason)),
        End::Exited { .. } => t!(live.state.exited),
        End::Cancelled { reason } if theirs => t!(live.step.cancelled, reason = own(reason)),
        End::Cancelled { .. } => t!(said.ended),
    }
}
