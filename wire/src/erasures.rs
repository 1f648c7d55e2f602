//! `/api/v1/erasures` and `/api/v1/customers/{id}/export`: personal data, told to the person and erased.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_nodes::Json;
use tradewind_nodes::id::CustomerId;
use tradewind_nodes::time::Timestamp;
use uuid::Uuid;

/// Everything kept about a customer, by table.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonalData {
    /// Our id.
    pub customer: CustomerId,
    /// When it was put together.
    pub at: Timestamp,
    /// The rows of each table that may hold something about a person; a table of which nothing is kept has none.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Vec<Object>>))]
    pub tables: BTreeMap<String, Vec<Json>>,
    /// True, at the end: without it the answer was cut off.
    pub complete: bool,
}

/// An erasure that was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErasureAccepted {
    /// Its id: how far it is, and its certificate, is at `/api/v1/erasures/{id}`.
    pub erasure: Uuid,
}

words! {
    /// How far an erasure is.
    ErasureState {
        /// It is under way.
        Running = "running",
        /// It is done: the certificate is whole.
        Done = "done",
    }
}

/// An erasure and its certificate.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Erasure {
    /// Its id.
    pub id: Uuid,
    /// Whose; the id alone is left of them.
    pub customer: CustomerId,
    /// How far it is.
    pub state: ErasureState,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// By whom: the name of the API key.
    pub asked_by: String,
    /// When it was done.
    pub finished_at: Option<Timestamp>,
    /// What was done, so far or altogether.
    pub certificate: Certificate,
}

/// What was done to erase a person.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Certificate {
    /// Rows deleted, by table.
    pub deleted: BTreeMap<String, u64>,
    /// Rows that stay as a mark and hold nothing personal any more, by table.
    pub blanked: BTreeMap<String, u64>,
    /// Rows that the law wants, without what could be left out of them.
    pub kept: Vec<KeptByLaw>,
    /// Journeys that ended because of it.
    pub ended_runs: u64,
    /// Addresses of which a keyed hash is kept, so that a later import mails nobody.
    pub suppressed: u64,
}

/// Rows that the law wants.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptByLaw {
    /// The table.
    pub table: String,
    /// How many.
    pub rows: u64,
    /// Until when the youngest of them.
    pub until: Timestamp,
    /// Which duty it is.
    pub duty: String,
}
