//! What decides: who enters a journey, which runs an event wakes, who is in a segment, what a schedule's tick means, what a command
//! does. Pure: no IO, no clock, no threads; it builds for the browser.
//!
//! A [`State`] is the slice of a workspace's data that one batch of work concerns. [`routing::route`] takes one [`InboxRow`] into it,
//! [`step_next`] steps the runs that it woke, and what has to be written is left in [`State::changes`] and in the runs themselves. The
//! engine loads a state from its database and commits the changes; the [`simulate`] module keeps one in memory and applies them to it.
//! So what a scenario test or a dry run shows is decided by the very code that decides for customers.

pub mod catalog;
pub mod changes;
pub mod commands;
mod loyalty;
pub mod message;
pub mod profile;
pub mod records;
pub mod routing;
pub mod schedule;
pub mod simulate;
pub mod state;
mod step;

pub use catalog::{Catalog, LiveJourney, Status, WorkspaceCatalog};
pub use changes::Changes;
pub use message::{Arrival, Call, ConsentChange, Incoming, IncomingEvent, Order, Pending, Remedy, StartDoor};
pub use profile::Profile;
pub use state::{CustomerEntry, NewIds, RunEntry, State, Stimulus};
pub use step::{drain, step_next};
