//! The outbox: effects that are committed and not yet done. The relay sends them, by the connectors, and writes down what
//! became of each.

mod flight;
mod guards;
mod handover;
mod relay;
mod settle;
mod tracked;
mod waiting;

pub(crate) use guards::STATEMENTS as GUARD_STATEMENTS;
pub(crate) use handover::Outbox;
pub(crate) use relay::Relay;
pub(crate) use waiting::STATEMENTS as RELAY_STATEMENTS;
