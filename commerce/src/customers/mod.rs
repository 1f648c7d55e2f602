//! Customers: people who buy.

mod query;

pub use query::{CustomerView, STATEMENTS, Who, by_email, find, list, search};
