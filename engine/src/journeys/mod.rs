//! The catalogue of journeys: drafts, published versions and what becomes of those who are inside.
//!
//! Nothing here moves a person: a change is rows and a moved revision, and the engine reloads what it caches
//! ([`crate::Engine`]`::refresh`). What ends runs goes in at the front door, as an order to each.

mod draft;
mod error;
mod find;
pub mod kinds;
mod lifecycle;
mod list;
mod preview;
mod publish;
mod record;
pub mod scenarios;
pub mod uses;
pub mod versions;

pub use draft::{NewJourney, create, duplicate, rename, save};
pub use error::{JourneyError, Result};
pub use find::{find, id_of};
pub use lifecycle::{Turn, archive, inside, live_runs, turn, turning, unarchive};
pub use list::{Listing, Order, Place, list};
pub use preview::{Change, DifferentNode, Fate, Preview, preview, restore};
pub use publish::{Publication, Published, people_at, publish, validate};
pub use record::{Journey, JourneyStatus, JourneySummary, Version, VersionSummary};
pub use versions::VersionDiff;

use tradewind_store::Statements;

/// Every statement of this module.
pub static STATEMENTS: Statements = Statements(&[
    draft::TAKEN,
    draft::SAVE,
    draft::RENAME,
    find::BY_SLUG,
    find::BY_ID,
    list::BY_CHANGE,
    list::BY_AGE,
    list::BY_NAME,
    list::PEOPLE,
    list::ENTERED,
    list::INCIDENTS,
    kinds::ALL,
    kinds::PAGE,
    kinds::ONE,
    kinds::DELETE,
    lifecycle::SET_STATUS,
    lifecycle::UNPARK,
    lifecycle::ARCHIVE,
    lifecycle::UNARCHIVE,
    lifecycle::LIVE_RUNS,
    lifecycle::HOW_MANY,
    publish::GO_LIVE,
    publish::NEWEST,
    publish::PEOPLE_AT,
    scenarios::LIST,
    scenarios::REVISION,
    scenarios::CLEAR,
    scenarios::MOVE,
    uses::GRAPHS,
    versions::INSIDE,
    versions::LIST,
    versions::ONE,
]);
