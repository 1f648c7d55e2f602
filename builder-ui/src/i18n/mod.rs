//! The words the user sees, in his language.
//!
//! Words come from `builder-ui/messages/<language>/<area>.toml`, one file an area and language; `builder-ui/build/messages.rs`
//! says how they are written. `t!(journeys.title)` is the text now, `tr!(journeys.title)` a closure that follows the language
//! and goes where a view or an attribute takes a signal, `key!(journeys.title)` the message itself, to be kept in tables.
//! A missing key, language or placeholder does not build. Dates, numbers and money are [`format`]'s, by the browser's `Intl`.

mod catalogue;
pub mod format;
mod language;

pub use catalogue::{Arg, Text, say};
pub use language::{Language, choose, isolated, language, load, phrase, present, present_untracked};

/// The keys of all messages, made from the message files.
#[allow(non_camel_case_types, non_upper_case_globals, missing_docs, clippy::all, reason = "made from the message files")]
pub mod keys {
    use super::Text;
    include!(concat!(env!("OUT_DIR"), "/keys.rs"));
}

/// The text of a message in the language in force.
#[macro_export]
macro_rules! t {
    ($($key:ident).+) => { $crate::i18n::say($crate::i18n::keys::$($key)::+, &[]) };
    ($($key:ident).+, $($name:ident = $value:expr),+ $(,)?) => {{
        type Message = $crate::i18n::keys::$($key)::+;
        let message = Message { $($name: $crate::i18n::Arg::from($value)),+ };
        $crate::i18n::say(Message::TEXT, &message.args())
    }};
}

/// A closure that gives the text of a message and follows the language.
#[macro_export]
macro_rules! tr {
    ($($all:tt)+) => { move || $crate::t!($($all)+) };
}

/// A message without placeholders, to be kept and said later.
#[macro_export]
macro_rules! key {
    ($($key:ident).+) => { $crate::i18n::keys::$($key)::+ };
}
