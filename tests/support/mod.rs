//! What the tests of the whole program stand on.

pub mod graphs;
pub mod postgres;
pub mod receiver;
pub mod server;
pub mod smtp;
mod until;

pub use until::until;
