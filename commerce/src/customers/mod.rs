//! Customers: people who buy.

pub mod aliases;
mod person;
mod query;
pub mod table;

pub use person::{Person, people};
pub use query::{CustomerView, Who, by_email, find, list, search};

use tradewind_store::Statements;

/// Every statement of this module.
pub static STATEMENTS: Statements = Statements(&[person::PEOPLE, query::ONE, query::ALIAS, query::BY_EMAIL, query::LIST, query::SEARCH]);
