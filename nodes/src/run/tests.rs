//! Tests of the state machine.

mod entering;
mod inputs;
mod stage;
mod walking;
