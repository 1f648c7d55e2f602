//! The API as the builder uses it: one file a resource, each with the shapes of its answers.
//!
//! ```text
//! let page: List<Journey> = Call::get("/api/v1/journeys").query("limit", 50).send().await?;
//! let made: Journey = Call::post("/api/v1/journeys").json(&new).send().await?;
//! let (draft, tag) = Call::get(&path).tagged::<Draft>().await?;
//! let (draft, tag) = Call::put(&path).json(&draft).if_match(&tag).tagged::<Draft>().await?;
//! Call::delete(&path).done().await?;
//! ```
//! Every call has a deadline. Reading and `PUT` are tried again when the server does not answer; a `POST` carries an
//! `Idempotency-Key` and so is too. [`link`] says whether the server answers at present; [`Failure::words`] explains a
//! failure to the user. An answer of 401 ends the session and shows the sign-in page, which leads back.

pub mod attention;
pub mod audience;
mod call;
pub mod counts;
pub mod customers;
pub mod dead_letters;
pub mod deliveries;
pub mod erasures;
pub mod events;
mod failure;
pub mod incidents;
pub mod journey_list;
pub mod journeys;
pub mod keys;
pub mod kinds;
mod link;
mod list;
pub mod live;
pub mod own_kinds;
pub mod people;
mod reason;
pub mod recipes;
pub mod runs;
pub mod scenarios;
pub mod session;
pub mod settings;
pub mod status;
pub mod subject;
pub mod tasks;
pub mod versions;
pub mod vocabulary;
pub mod why;

pub use call::{Call, escaped, when_signed_out};
pub use failure::{Failure, FieldError, Problem};
pub use link::{Link, back, link};
pub use list::List;
pub use live::{Live, Topic};
