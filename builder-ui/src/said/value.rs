//! Values inside sentences: instants, names, numbers, each as the user reads them, his own data apart from the words around.

use crate::i18n::format::{self, Moment};
use crate::i18n::isolated as own;
use crate::words::field::option_words;
use tradewind_nodes::Json;
use tradewind_nodes::id::PortName;
use tradewind_nodes::time::{LocalTime, Timestamp};
use tradewind_nodes::why::ConsentFound;

/// An instant.
pub(super) fn when(at: Timestamp) -> String {
    own(&format::instant(at, Moment::DateTime))
}

/// A time of day.
pub(super) fn clock(at: LocalTime) -> String {
    own(&at.to_string())
}

/// A way out.
pub(super) fn port(name: &PortName) -> String {
    own(&crate::words::step::port_label(name.as_str()))
}

/// A channel and a purpose.
pub(super) fn scope(found: &ConsentFound) -> String {
    own(&format!("{} / {}", option_words(&found.channel), option_words(&found.purpose)))
}

/// One of these names.
pub(super) fn either(names: &[String]) -> String {
    format::either(&names.iter().map(|name| own(name)).collect::<Vec<_>>())
}

/// A value that was seen.
pub(super) fn scalar(value: &Json) -> String {
    own(&crate::words::value::value(value))
}

/// A sentence of the engine with its instants as the user reads them.
#[must_use]
pub fn readable(sentence: &str) -> String {
    let word = |word: &str| {
        let bare = word.trim_end_matches([',', ';', '.', ')', ':']);
        // A date alone stays as it is; an instant is longer.
        let at = Some(bare).filter(|bare| bare.len() > 18).and_then(Timestamp::parse)?;
        Some(format!("{}{}", format::instant(at, Moment::DateTime), &word[bare.len()..]))
    };
    sentence.split(' ').map(|part| word(part).unwrap_or_else(|| part.to_owned())).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_in_sentences_are_made_readable_and_nothing_else() {
        assert_eq!(readable("cart of 2026-03-02, at least 50.0;"), "cart of 2026-03-02, at least 50.0;");
        let said = readable("waits until 2026-11-23T17:14:21.746213Z, then goes");
        assert!(!said.contains('Z') && said.ends_with(", then goes"), "{said}");
    }
}
