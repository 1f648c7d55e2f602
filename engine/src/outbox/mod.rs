//! The outbox: effects that are committed and not yet done. The relay sends them, by the connectors, and writes down what
//! became of each.

mod flight;
mod guards;
mod relay;
mod settle;
mod tracked;
mod waiting;

pub(crate) use guards::STATEMENTS as GUARD_STATEMENTS;
pub(crate) use relay::{Outbox, Relay};
pub(crate) use waiting::STATEMENTS as RELAY_STATEMENTS;
