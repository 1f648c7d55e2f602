//! The outside world, one folder each: [`smtp`] sends mail, [`webhook`] makes HTTP requests, [`mailbox`] is the
//! built-in catcher of mail. No database: a connector is given a rendered effect and answers what became of it.
//!
//! A connector never retries by itself and keeps nothing between attempts but open connections; how often an effect is
//! tried, and when, is the engine's business.

mod attempt;
pub mod mail;
pub mod mailbox;
mod secret;
pub mod smtp;
pub mod webhook;

pub use attempt::{Attempt, Connector, Envelope, backoff};
pub use futures::future::BoxFuture;
pub use mail::{RenderedMail, Sender, rendered};
pub use secret::Secret;
