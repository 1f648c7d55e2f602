//! The tables of the commerce layer.

use tradewind_schema::Table;

/// Every table of this crate.
pub const TABLES: &[&Table] = &[
    &crate::customers::table::CUSTOMERS,
    &crate::customers::aliases::ALIASES,
    &crate::consents::table::CONSENTS,
    &crate::events::table::EVENTS,
    &crate::events::messages::MESSAGES,
    &crate::segments::table::SEGMENTS,
    &crate::segments::members::SEGMENT_MEMBERS,
    &crate::workspaces::table::WORKSPACES,
    &crate::workspaces::revisions::REVISIONS,
];
