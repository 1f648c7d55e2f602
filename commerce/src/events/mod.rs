//! Events: facts about customers, immutable.

mod arrived;
mod explore;
pub mod messages;
mod names;
mod past;
mod query;
pub mod table;

pub use arrived::{Arrived, arrived};
pub use explore::{Exploration, Explored, explore};
pub use names::{EventName, Names, PropertyPath, names};
pub use past::PastEvent;
pub use query::{EventView, named, of_customer};

use tradewind_store::Statements;

/// Every statement of this module.
pub static STATEMENTS: Statements = Statements(&[
    arrived::ARRIVED,
    arrived::HOW_MANY,
    explore::RECENT,
    explore::RECENT_EDGE,
    explore::OF_CUSTOMER,
    explore::OF_CUSTOMER_EDGE,
    names::NEWEST,
    query::OF_CUSTOMER,
    query::NAMED,
]);
