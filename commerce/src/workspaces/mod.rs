//! Sellers, and the revisions by which what is cached of them is known to be old.

pub mod revisions;
pub mod table;
