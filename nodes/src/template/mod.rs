//! Templates (Handlebars, strict): mail subjects and bodies, addresses of requests, run keys.
//!
//! A template reads the same paths as a predicate. A value that is missing is a problem of that one run, never an empty hole:
//! `Hello {{default customer.first_name "friend"}}`.

mod engine;
mod format;
mod helpers;
mod locale;
mod roots;
mod rounds;
mod vet;

pub use engine::{check, render};
pub use locale::{Locale, locale_of};

#[cfg(test)]
mod tests;
