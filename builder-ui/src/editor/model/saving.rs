//! When the draft is sent, and what is said about it. `(state, input) → (state, action)`; time comes in, nothing waits here.

/// How long after the last edit the draft is sent, in milliseconds.
const PAUSE: f64 = 800.0;
/// It is sent at least this often while somebody keeps editing.
const LATEST: f64 = 5_000.0;
/// The first wait after a failure; it doubles.
const FIRST_RETRY: f64 = 2_000.0;
/// The longest wait after a failure.
const LAST_RETRY: f64 = 60_000.0;

/// Where the draft stands.
#[derive(Clone, PartialEq, Debug)]
pub enum Saving {
    /// The server has everything.
    Saved {
        /// Since when; None when nothing was saved in this sitting.
        at: Option<f64>,
    },
    /// There are edits to send.
    Waiting {
        /// When the first of them was made.
        since: f64,
        /// When they are sent.
        due: f64,
    },
    /// They are on their way.
    Sending {
        /// Whether there were edits since.
        more: bool,
        /// Failures so far.
        failures: u32,
    },
    /// The server did not take them. They are kept in the browser.
    Failed {
        /// Why.
        why: Failure,
        /// When they are sent again; None when somebody must do something first.
        due: Option<f64>,
        /// Failures so far.
        failures: u32,
    },
    /// Somebody else saved another draft.
    Conflict,
}

/// Why a draft was not saved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The server does not answer.
    Unreachable,
    /// The key is not accepted any more.
    SignedOut,
    /// It was refused, in the server's words.
    Refused(String),
}

/// What happens.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Input {
    Edited,
    /// Undone to what the server has.
    Clean,
    Tick,
    Saved,
    NotSaved(Failure),
    Stale,
    /// The conflict was settled, the session renewed or "try now" pressed.
    Retry,
}

/// What to do about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Nothing.
    Rest,
    /// Send the draft.
    Send,
}

impl Default for Saving {
    fn default() -> Self {
        Self::Saved { at: None }
    }
}

impl Saving {
    /// One step.
    #[must_use]
    pub fn step(self, input: Input, now: f64) -> (Self, Action) {
        match (self, input) {
            (Self::Saved { .. }, Input::Edited) => (Self::Waiting { since: now, due: now + PAUSE }, Action::Rest),
            (Self::Waiting { since, .. }, Input::Edited) => (Self::Waiting { since, due: (now + PAUSE).min(since + LATEST) }, Action::Rest),
            (Self::Waiting { .. }, Input::Clean) => (Self::Saved { at: None }, Action::Rest),
            (Self::Waiting { due, .. }, Input::Tick) if now >= due => (Self::Sending { more: false, failures: 0 }, Action::Send),
            (Self::Waiting { .. }, Input::Retry) => (Self::Sending { more: false, failures: 0 }, Action::Send),
            (Self::Sending { failures, .. }, Input::Edited | Input::Clean) => (Self::Sending { more: true, failures }, Action::Rest),
            (Self::Sending { more: true, .. }, Input::Saved) => (Self::Waiting { since: now, due: now + PAUSE }, Action::Rest),
            (Self::Sending { more: false, .. }, Input::Saved) => (Self::Saved { at: Some(now) }, Action::Rest),
            (Self::Sending { failures, .. }, Input::NotSaved(why)) => {
                let failures = failures + 1;
                // What is refused or signed out will be so again: an edit or a sign-in must come first.
                let due = (why == Failure::Unreachable).then(|| now + wait(failures));
                (Self::Failed { why, due, failures }, Action::Rest)
            }
            (Self::Sending { .. }, Input::Stale) => (Self::Conflict, Action::Rest),
            (Self::Failed { due: Some(due), failures, .. }, Input::Tick) if now >= due => {
                (Self::Sending { more: false, failures }, Action::Send)
            }
            (Self::Failed { failures, .. }, Input::Retry) => (Self::Sending { more: false, failures }, Action::Send),
            // An edit may mend what was refused.
            (Self::Failed { why: Failure::Refused(_), .. }, Input::Edited) => {
                (Self::Waiting { since: now, due: now + PAUSE }, Action::Rest)
            }
            (Self::Conflict, Input::Retry) => (Self::Sending { more: false, failures: 0 }, Action::Send),
            (state, _) => (state, Action::Rest),
        }
    }

    /// Whether closing the page would lose what only the browser has.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(self, Self::Saved { .. })
    }
}

fn wait(failures: u32) -> f64 {
    (FIRST_RETRY * 2_f64.powi(failures.saturating_sub(1).min(10) as i32)).min(LAST_RETRY)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The state after some inputs, each with its moment, and when the draft was sent.
    fn play(inputs: &[(Input, f64)]) -> (Saving, Vec<f64>) {
        let (mut state, mut sent) = (Saving::default(), Vec::new());
        for (input, now) in inputs {
            let (next, action) = state.step(input.clone(), *now);
            state = next;
            if action == Action::Send {
                sent.push(*now);
            }
        }
        (state, sent)
    }

    #[test]
    fn a_pause_in_editing_sends_the_draft() {
        let (state, sent) = play(&[(Input::Edited, 0.0), (Input::Edited, 600.0), (Input::Tick, 900.0), (Input::Tick, 1_400.0)]);
        assert_eq!(sent, [1_400.0]);
        assert_eq!(state, Saving::Sending { more: false, failures: 0 });
        assert_eq!(state.step(Input::Saved, 1_500.0).0, Saving::Saved { at: Some(1_500.0) });
    }

    #[test]
    fn somebody_who_never_pauses_is_saved_too() {
        let inputs: Vec<(Input, f64)> =
            (0..40).flat_map(|n| [(Input::Edited, f64::from(n) * 200.0), (Input::Tick, f64::from(n) * 200.0 + 1.0)]).collect();
        let (_, sent) = play(&inputs);
        assert!(sent.first().is_some_and(|first| *first <= LATEST + 300.0), "{sent:?}");
    }

    #[test]
    fn what_is_edited_while_sending_is_sent_again() {
        let (state, sent) = play(&[
            (Input::Edited, 0.0),
            (Input::Tick, 900.0),
            (Input::Edited, 950.0),
            (Input::Saved, 1_000.0),
            (Input::Tick, 1_900.0),
            (Input::Saved, 2_000.0),
        ]);
        assert_eq!((state, sent.len()), (Saving::Saved { at: Some(2_000.0) }, 2));
    }

    #[test]
    fn a_silent_server_is_asked_again_ever_less_often() {
        let gone = || Input::NotSaved(Failure::Unreachable);
        let (mut state, _) = play(&[(Input::Edited, 0.0), (Input::Tick, 900.0)]);
        let mut waits = Vec::new();
        let mut now = 1_000.0;
        for _ in 0..8 {
            state = state.step(gone(), now).0;
            let Saving::Failed { due: Some(due), .. } = state else { panic!("{state:?}") };
            assert_eq!(state.clone().step(Input::Tick, due - 1.0).1, Action::Rest);
            waits.push(due - now);
            now = due;
            let (next, action) = state.step(Input::Tick, now);
            assert_eq!(action, Action::Send);
            state = next;
        }
        assert_eq!(waits, [2e3, 4e3, 8e3, 16e3, 32e3, 60e3, 60e3, 60e3]);
    }

    #[test]
    fn a_conflict_and_a_lost_session_wait_for_somebody() {
        let sending = [(Input::Edited, 0.0), (Input::Tick, 900.0)];
        for trouble in [Input::Stale, Input::NotSaved(Failure::SignedOut)] {
            let (state, sent) = play(&[&sending[..], &[(trouble, 950.0), (Input::Edited, 1e6), (Input::Tick, 2e6)]].concat());
            assert_eq!(sent, [900.0], "{state:?}");
            assert_eq!(state.step(Input::Retry, 3e6).1, Action::Send);
        }
        let refused = Input::NotSaved(Failure::Refused("too large".into()));
        let (_, sent) = play(&[&sending[..], &[(refused, 950.0), (Input::Tick, 1e6), (Input::Edited, 1e6), (Input::Tick, 2e6)]].concat());
        assert_eq!(sent, [900.0, 2e6]);
    }

    #[test]
    fn undoing_to_what_is_saved_sends_nothing() {
        let (state, sent) = play(&[(Input::Edited, 0.0), (Input::Clean, 300.0), (Input::Tick, 5_000.0)]);
        assert!(state.is_settled() && sent.is_empty());
    }
}
