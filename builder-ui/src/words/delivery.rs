//! Deliveries in words.

use crate::t;

/// A channel in a word.
#[must_use]
pub fn channel(name: &str) -> String {
    super::field::channel_name(name).unwrap_or_else(|| name.to_owned())
}

/// A state in a word.
#[must_use]
pub fn state(name: &str) -> String {
    match name {
        "pending" => t!(deliveries.states.pending),
        "sending" => t!(deliveries.states.sending),
        "sent" => t!(deliveries.states.sent),
        "failed" => t!(deliveries.states.failed),
        "suppressed" => t!(deliveries.states.suppressed),
        other => other.to_owned(),
    }
}
