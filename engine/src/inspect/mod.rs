//! What people see of the engine's work: runs with their steps, deliveries, incidents, tasks, counts, timelines, and the answer
//! to "why did he (not) get this?". Reading only.

pub mod audience;
pub mod counts;
pub mod dead_letters;
pub mod deliveries;
pub mod facts;
pub mod incidents;
pub mod mails;
mod names;
pub mod roll;
pub mod runs;
pub mod status;
pub mod steps;
pub mod tasks;
pub mod timeline;
pub mod troubles;
pub mod why;
pub mod words;

pub use names::Labels;

use tradewind_store::Statements;

/// Every statement of this module.
pub static STATEMENTS: Statements = Statements(&[
    audience::HOW_MANY,
    audience::EDGES,
    audience::PAGE,
    facts::MEMBER_OF,
    counts::EVER,
    counts::BETWEEN,
    counts::STANDING,
    dead_letters::LIST,
    dead_letters::ONE,
    deliveries::ALL,
    deliveries::OF_JOURNEY,
    deliveries::OF_CUSTOMER,
    deliveries::OF_BOTH,
    deliveries::OF_RUN,
    deliveries::ONE,
    incidents::ALL,
    incidents::OF_JOURNEY,
    incidents::HOW_MANY,
    incidents::HOW_MANY_OF,
    incidents::OF_RUN,
    incidents::ONE,
    mails::ALL,
    mails::TO,
    mails::ONE,
    names::JOURNEYS,
    names::GRAPH,
    roll::ALL,
    roll::OF_JOURNEY,
    roll::OF_CUSTOMER,
    roll::OF_BOTH,
    roll::EDGE_ALL,
    roll::EDGE_OF_JOURNEY,
    roll::EDGE_OF_CUSTOMER,
    roll::EDGE_OF_BOTH,
    roll::STANDING,
    roll::VERSIONS,
    roll::PASSED,
    runs::ONE,
    status::INSIDE,
    status::TODAY,
    status::INCIDENTS,
    status::DEAD_LETTERS,
    status::TASKS,
    status::SENT,
    steps::OF_RUN,
    steps::LAST,
    tasks::LIST,
    tasks::OF_RUN,
    tasks::ONE,
    timeline::ENTERED,
    timeline::LEFT,
    timeline::DELIVERIES,
    timeline::CONSENTS,
    troubles::OPEN,
    troubles::OPEN_OF,
    why::REFUSALS,
    why::FIRST_PUBLISHED,
]);
