//! Journeys that are looked at and not edited: their pictures, the ways people went, and the steps they took.

pub mod painted;
pub mod picture;
pub mod steps;
