//! The call under way on this thread. The engine is shared by all threads, so what belongs to one call — its deadline,
//! its time, its dice, the commands it noted — cannot live in the engine.

use super::run::Decision;
use crate::command::{Args, Command};
use crate::time::Timestamp;
use std::cell::RefCell;

/// How long one script may run, where there is a clock to tell.
#[cfg(not(target_arch = "wasm32"))]
pub(super) const TIME_LIMIT: std::time::Duration = std::time::Duration::from_millis(50);

/// Commands one step may note.
const MAX_COMMANDS: usize = 100;

pub(super) struct Call {
    now: Timestamp,
    random: f64,
    draws: u64,
    commands: Vec<Command>,
    bytes: usize,
    decision: Option<Decision>,
    #[cfg(not(target_arch = "wasm32"))]
    deadline: std::time::Instant,
}

thread_local! {
    static CALL: RefCell<Option<Call>> = const { RefCell::new(None) };
}

/// What a call left behind.
#[derive(Default)]
pub(super) struct Left {
    pub(super) commands: Vec<Command>,
    pub(super) decision: Option<Decision>,
    pub(super) bytes: usize,
}

/// Runs `work` as the call of this thread. Not nested: a script cannot start another.
pub(super) fn during<T>(now: Timestamp, random: f64, work: impl FnOnce() -> T) -> (T, Left) {
    CALL.set(Some(Call {
        now,
        random,
        draws: 0,
        commands: Vec::new(),
        bytes: 0,
        decision: None,
        #[cfg(not(target_arch = "wasm32"))]
        deadline: start() + TIME_LIMIT,
    }));
    let done = work();
    let left = CALL.take().map(|c| Left { commands: c.commands, decision: c.decision, bytes: c.bytes }).unwrap_or_default();
    (done, left)
}

// The stopwatch that stops a runaway script. It is no domain time: no decision reads it, and it is not there on wasm32,
// where the count of operations alone stops a script.
#[cfg(not(target_arch = "wasm32"))]
#[allow(
    clippy::disallowed_methods,
    reason = "the stopwatch that stops a runaway script: no decision reads it, and it is not there on wasm32"
)]
fn start() -> std::time::Instant {
    std::time::Instant::now()
}

/// Whether the call has run for longer than it may.
pub(super) fn overdue() -> bool {
    #[cfg(not(target_arch = "wasm32"))]
    return CALL.with_borrow(|call| call.as_ref().is_some_and(|c| start() > c.deadline));
    #[cfg(target_arch = "wasm32")]
    false
}

/// The instant of the step.
pub(super) fn now() -> Timestamp {
    CALL.with_borrow(|call| call.as_ref().map_or(Timestamp::default(), |c| c.now))
}

/// The first draw is the step's own number; further ones follow from it, so a replay draws the same.
pub(super) fn random() -> f64 {
    CALL.with_borrow_mut(|call| {
        let Some(call) = call else { return 0.0 };
        call.draws += 1;
        if call.draws == 1 {
            return call.random;
        }
        let mut z = call.random.to_bits().wrapping_add(call.draws.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    })
}

/// Notes how the script ends; the first word counts.
pub(super) fn decide(decision: Decision) {
    CALL.with_borrow_mut(|call| {
        if let Some(call) = call {
            call.decision.get_or_insert(decision);
        }
    });
}

/// Counts `bytes` of values that leave the script.
///
/// # Errors
/// When they are more than one step may put out.
pub(super) fn spend(bytes: usize) -> Result<(), super::convert::Unfit> {
    CALL.with_borrow_mut(|call| {
        let Some(call) = call else { return Ok(()) };
        call.bytes = call.bytes.saturating_add(bytes);
        super::convert::within(call.bytes)
    })
}

/// Notes a command.
///
/// # Errors
/// When there are more than one step may give, or its arguments cannot be written down.
pub(super) fn command<A: Args>(args: &A) -> Result<(), String> {
    let command = Command::of(args).map_err(|problem| problem.message)?;
    CALL.with_borrow_mut(|call| {
        let Some(call) = call else { return Ok(()) };
        if call.commands.len() >= MAX_COMMANDS {
            return Err(format!("a step gives at most {MAX_COMMANDS} commands (set, record, add_tag, remove_tag)"));
        }
        call.commands.push(command);
        Ok(())
    })
}
