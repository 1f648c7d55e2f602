//! The commerce data layer: customers, consent, events, segments.

pub mod consents;
pub mod customers;
pub mod events;
pub mod profile;
pub mod reading;
pub mod revision;
pub mod segments;
pub mod settings;
pub mod tables;
pub mod workspaces;
