//! What comes in through a door: see [`tradewind_core::message`].

pub use tradewind_core::message::*;
