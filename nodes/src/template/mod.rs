//! Templates (Handlebars, strict): mail subjects and bodies, addresses of requests, run keys.
//!
//! A template reads the same paths as a predicate. A value that is missing is a problem of that one run, never an empty hole:
//! `Hello {{default customer.first_name "friend"}}`. What all templates of a step may do together is counted (`budget.rs`): one step of
//! one run must not hold up the rest.

mod blocks;
mod budget;
mod engine;
mod format;
mod helpers;
mod locale;
mod roots;
mod vet;

pub use budget::{count_copy, share_budget};
pub use engine::{check, render};
pub use locale::{Locale, locale_of};

#[cfg(test)]
mod budget_tests;
#[cfg(test)]
mod tests;
