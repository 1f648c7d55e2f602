//! Forms: the form of any kind of step from its list of fields, and the parts it is made of.
//!
//! A [`Filling`] is what a form works on: values, what is wrong with them, and what to do with a change. The inspector gives one
//! that writes edits of a journey; the page of kinds one that keeps its values to itself. Controls read and write a [`Spot`], one
//! value by its place, so that a control of a list or a predicate is made of the same parts.
//! What fields complete from is [`known::Known`], the person previews are shown for is [`person::Who`]; both come by context.

pub mod audience;
pub mod code;
pub mod code_tokens;
pub mod combo;
pub mod control;
pub mod cron;
pub mod earlier;
pub mod facts;
pub mod fields;
mod issue;
pub mod known;
pub mod mail;
pub mod outcome;
pub mod pairs;
pub mod panel;
pub mod person;
pub mod person_search;
pub mod plain;
pub mod rule;
pub mod rule_collection;
pub mod rule_fact;
pub mod rule_shape;
pub mod rule_words;
mod sample;
pub mod settings;
pub mod spot;
pub mod template;
pub mod time;
pub mod ways;

pub use code::Mistake;
pub use cron::Ticking;
pub use fields::Fields;
pub(crate) use issue::issue_words;
pub use mail::MailPart;
pub use outcome::Trying;
pub use spot::{Change, Filling, Spot};
pub use template::Reading;

use leptos::prelude::*;

/// The zone of the journey, for times that name none.
#[derive(Clone, Copy)]
pub struct JourneyZone(pub Signal<Option<String>>);

pub(crate) fn panel_zone() -> Option<String> {
    use_context::<JourneyZone>().and_then(|zone| zone.0.get())
}
