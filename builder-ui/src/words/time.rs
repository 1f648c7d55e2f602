//! Lengths of time in words.

use crate::i18n::format;
use crate::t;
use tradewind_nodes::time::Duration;

/// A length in words: `1 h 30 min`; before for a negative one.
#[must_use]
pub fn length_words(length: Duration) -> String {
    let seconds = length.micros() as f64 / 1e6;
    let words = format::duration(seconds.abs());
    if seconds < 0.0 { t!(form.before, time = words) } else { words }
}
