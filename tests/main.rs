//! Tests of the whole program, from outside, and of the rules of the house.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has to say why and end")]
#![allow(clippy::disallowed_methods, reason = "tests call from outside: their client needs no guard, their ids no clock")]
#![allow(missing_docs, reason = "a test's name says what it shows")]

mod bad_input;
mod browser;
mod connections;
mod drafting;
mod e2e;
mod full_disk;
mod journeys;
mod keeping;
mod owner;
mod personal;
mod poison;
mod process;
mod recipes;
mod resources;
mod segment;
mod session;
mod subscribers;
mod support;
mod tidy;
mod upgrade;
mod watching;
