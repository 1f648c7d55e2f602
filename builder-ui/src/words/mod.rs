//! Things in the user's words: kinds of steps, their fields, conditions, facts, values, times, deliveries, runs.

pub mod delivery;
pub mod fact;
pub mod field;
pub mod predicate;
pub mod run;
pub mod step;
pub mod time;
pub mod value;
