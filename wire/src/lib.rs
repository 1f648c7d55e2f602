//! What the HTTP API says and understands, one file a resource: bodies, query strings and answers. The server fills these types
//! and the builder reads them, so a field has one name and one type in the whole program. Nothing is decided here.
//!
//! With the feature `openapi` every type says how it looks in the OpenAPI document; the browser is built without.

#[macro_use]
mod words;

pub mod audience;
pub mod counts;
pub mod customers;
pub mod dead_letters;
pub mod deliveries;
pub mod erasures;
pub mod events;
pub mod incidents;
pub mod journeys;
pub mod keys;
pub mod kinds;
pub mod mails;
pub mod page;
pub mod person;
pub mod problem;
pub mod publishing;
pub mod recipes;
pub mod runs;
pub mod scenarios;
pub mod segments;
pub mod session;
pub mod settings;
pub mod status;
pub mod tasks;
pub mod why;

pub use page::{Page, PageQuery};
pub use person::Person;
pub use problem::{FieldError, ProblemDocument};
pub use words::UnknownWord;
