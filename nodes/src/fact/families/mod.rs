//! The families there are, a file each.

mod customer;
mod event;
mod now;
mod run;
mod steps;

use super::family::Family;

/// All of them.
pub const FAMILIES: [&Family; 5] = [&customer::FAMILY, &event::FAMILY, &steps::FAMILY, &run::FAMILY, &now::FAMILY];
