//! Why a journey was not changed.

use super::record::JourneyStatus;
use tradewind_commerce::reading::ReadError;
use tradewind_nodes::issue::{FieldIssue, Issue};
use tradewind_store::StoreError;

/// Why a journey was not changed, or not read.
#[derive(Debug, thiserror::Error)]
pub enum JourneyError {
    /// The database or a row is at fault.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is no such journey.
    #[error("there is no journey {0:?}: see the list of journeys")]
    NotFound(String),
    /// There is no such version.
    #[error("journey {slug} has no version {number}: see its list of versions")]
    NoVersion {
        /// The journey.
        slug: String,
        /// The version asked for.
        number: i64,
    },
    /// The slug is taken.
    #[error("a journey with the slug {0:?} exists: change that one, or choose another slug")]
    SlugTaken(String),
    /// A field of the request is wrong.
    #[error("{}: {}", .0.field, .0.message)]
    Field(FieldIssue),
    /// The graph has issues that stop publishing.
    #[error("the journey has {} issues: correct them and publish again", .0.len())]
    Invalid(Vec<Issue>),
    /// The draft was changed since it was read.
    #[error(
        "the draft of {slug} is at revision {current} and the change was made to revision {given}: read it again and apply the change to that"
    )]
    Stale {
        /// The journey.
        slug: String,
        /// What the change was made to.
        given: i64,
        /// What is there now.
        current: i64,
    },
    /// The scenarios were changed since they were read.
    #[error(
        "the scenarios of {slug} are at revision {current} and the change was made to revision {given}: read them again and apply the change to those"
    )]
    StaleScenarios {
        /// The journey.
        slug: String,
        /// What the change was made to.
        given: i64,
        /// What is there now.
        current: i64,
    },
    /// The draft is not what was reviewed.
    #[error("the draft of {slug} has the hash {current} and {expected} was to be published: look at the draft again")]
    OtherContent {
        /// The journey.
        slug: String,
        /// What was to be published.
        expected: String,
        /// What is there now.
        current: String,
    },
    /// The journey's status does not allow it.
    #[error("journey {slug} is {}: to {wish} it must be {allowed}", .status.name())]
    Status {
        /// The journey.
        slug: String,
        /// What it is.
        status: JourneyStatus,
        /// What was wished.
        wish: &'static str,
        /// In which status that is possible, in words.
        allowed: &'static str,
    },
    /// Something is still inside or in use.
    #[error("{0}")]
    InUse(String),
    /// A kind written in Rhai is wrong.
    #[error("the kind has {} issues: correct them", .0.len())]
    BadKind(Vec<FieldIssue>),
    /// There is no such kind of one's own.
    #[error("this workspace has no kind of its own called {0:?}: see the list of kinds")]
    NoKind(String),
}

impl From<tradewind_schema::ReadError> for JourneyError {
    fn from(error: tradewind_schema::ReadError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<StoreError> for JourneyError {
    fn from(error: StoreError) -> Self {
        Self::Read(error.into())
    }
}

/// What this module gives back.
pub type Result<T> = std::result::Result<T, JourneyError>;
