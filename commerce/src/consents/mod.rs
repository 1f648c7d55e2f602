//! Consent: what a customer allows, and the proof of it.

mod query;
pub mod table;

pub use query::{ConsentRecord, STATEMENTS, history};
