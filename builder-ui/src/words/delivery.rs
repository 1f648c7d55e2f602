//! Deliveries in words.

use crate::t;

/// A channel in a word.
#[must_use]
pub fn channel(name: &str) -> String {
    match name {
        "email" => t!(deliveries.channels.email),
        "http" => t!(deliveries.channels.http),
        other => other.to_owned(),
    }
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
