//! The lane and the relay, driven by hand on a clock that stands until it is moved.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says why")]

mod arrivals;
mod calendar;
mod caps;
mod differential;
mod doors;
mod fault;
mod handover;
mod ledger;
mod loops;
mod many;
mod merges;
mod personal;
mod playing;
mod points;
#[path = "../../../../tests/support/postgres.rs"]
mod postgres;
mod recorder;
mod retention;
mod rules;
mod sabotage;
mod sending;
mod stage;
mod story;
mod walks;
mod whole_person;

pub(crate) use fault::Fault;
