//! Events: facts about customers, immutable.

mod query;

pub use query::{EventView, STATEMENTS, named, of_customer, recent};
