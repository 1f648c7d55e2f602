//! The revisions by which processes learn that what they cache has changed.

use crate::workspaces::revisions::{REVISIONS, RevisionRow};
use tradewind_nodes::id::WorkspaceId;
use tradewind_schema::insert;
use tradewind_store::{Batch, Conflict, Insert, Value};

/// What is cached by processes and reloaded when its revision moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cached {
    /// Journeys and their versions.
    Journeys,
    /// Node kinds written in Rhai.
    Kinds,
    /// Segments.
    Segments,
    /// The workspace's settings.
    Settings,
}

impl Cached {
    /// The name in the `subject` column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Journeys => "journeys",
            Self::Kinds => "kinds",
            Self::Segments => "segments",
            Self::Settings => "settings",
        }
    }
}

static COUNT_UP: Insert =
    insert!(REVISIONS: RevisionRow).on_conflict(Conflict::Add { key: &["workspace_id", "subject"], add: &["revision"], set: &[] });

/// Moves the revision of `cached` in the same commit as the change itself.
pub fn bump(batch: &mut Batch, workspace: WorkspaceId, cached: Cached) {
    batch.insert(&COUNT_UP, [[Value::from(workspace.0), Value::from(cached.name()), Value::Int(1)]]);
}
