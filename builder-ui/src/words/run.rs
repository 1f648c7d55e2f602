//! Runs in words.

use crate::api::runs::Run;
use crate::t;
use crate::ui::Tone;

/// How a run stands, in a word.
#[must_use]
pub fn run_state(run: &Run) -> (Tone, String) {
    match (run.outcome.as_deref(), run.state.as_str()) {
        (Some("goal"), _) => (Tone::Good, t!(live.state.goal)),
        (Some("exited"), _) => (Tone::Quiet, t!(live.state.exited)),
        (Some("cancelled"), _) => (Tone::Quiet, t!(live.state.cancelled)),
        (Some(_), _) | (None, "done") => (Tone::Quiet, t!(live.state.completed)),
        (None, "held") => (Tone::Bad, t!(live.state.held)),
        (None, "sleeping") => (Tone::Warn, t!(live.state.sleeping)),
        (None, "awaiting" | "awaiting_change") => (Tone::Warn, t!(live.state.awaiting)),
        (None, "calling") => (Tone::Warn, t!(live.state.calling)),
        (None, "asking") => (Tone::Warn, t!(live.state.asking)),
        (None, "queued") => (Tone::Warn, t!(live.state.queued)),
        (None, _) => (Tone::Good, t!(live.state.ready)),
    }
}
