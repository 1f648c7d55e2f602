//! The durable journey engine.
//!
//! Facts come in as [`Arrival`]s and are rows of the inbox before anybody is told "accepted". One *lane* takes rows in batches,
//! lets the pure state machine of `tradewind_nodes::run` decide, and writes everything a batch brought (steps, states, timers,
//! effects, commands) in one commit. The *relay* sends what the outbox holds and reports back through the inbox.

mod acceptor;
pub mod catalog;
pub mod clock;
mod delivery;
mod handle;
mod inbox;
mod incident;
pub mod incoming;
pub mod inspect;
mod jobs;
pub mod journeys;
mod lane;
pub mod lateness;
mod load;
mod outbox;
mod paging;
pub mod personal;
mod records;
mod run;
mod supervision;
pub mod tables;

pub use clock::{Clock, Environment, ManualClock, SystemClock};
pub use handle::{Connectors, Engine, EngineSettings, Health, OpenedUrl, PersonalUrl};
pub use incoming::{Arrival, Call, ConsentChange, Incoming, IncomingEvent, Order, Remedy, StartDoor};
pub use personal::AddressHash;

use tradewind_nodes::id::JourneyId;
use tradewind_store::StoreError;

/// What the engine cannot do.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Too much is under way; nothing was accepted.
    #[error("the engine has more to do than it may hold: send again in a second")]
    Full,
    /// The engine is stopping; nothing was accepted.
    #[error("the engine is stopping: send again when it is back")]
    Stopping,
    /// A version that is not there.
    #[error("journey {journey} has no version {version}")]
    NoVersion {
        /// The journey.
        journey: JourneyId,
        /// The version asked for.
        version: u32,
    },
    /// A version that cannot be compiled.
    #[error("version {version} of journey {journey} cannot be used: {message}")]
    BadVersion {
        /// The journey.
        journey: JourneyId,
        /// The version.
        version: u32,
        /// What is wrong with it.
        message: String,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row that does not read back.
    #[error("a row of {table} cannot be read: {message}")]
    Row {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// The jobs beside the engine.
    #[error("jobs: {0}")]
    Jobs(String),
}

impl From<tradewind_schema::ReadError> for EngineError {
    fn from(error: tradewind_schema::ReadError) -> Self {
        StoreError::from(error).into()
    }
}

/// Every fixed statement of the engine, so that a test prepares each on both databases.
#[must_use]
pub fn statements() -> Vec<&'static str> {
    let own: &[&str] = &[
        catalog::JOURNEYS,
        catalog::SEGMENTS,
        catalog::KINDS,
        catalog::VERSION,
        load::SEEN,
        load::ALIASES_OF,
        load::RUNS_OF_CUSTOMERS,
        load::RUNS_BY_ID,
        load::HOLDERS,
        load::RUNS_DUE,
        load::NEXT_DUE,
        load::HISTORY,
        load::MEMBERSHIPS,
        inbox::PENDING,
        tradewind_commerce::profile::BY_ID,
    ];
    let parts = [
        own,
        lane::STATEMENTS,
        lane::CALENDAR_STATEMENTS,
        lane::PLACES_STATEMENTS,
        outbox::RELAY_STATEMENTS,
        outbox::GUARD_STATEMENTS,
        run::STATEMENTS,
        run::HELD_STATEMENTS,
        paging::STATEMENTS,
    ];
    let fixed = [parts.concat(), jobs::STATEMENTS.concat()].concat();
    let followed = [
        tables::merge::statements().collect::<Vec<_>>(),
        tables::sweep::statements().collect(),
        records::statements().collect(),
        personal::statements().collect(),
    ];
    fixed.into_iter().chain(followed.concat()).collect()
}
