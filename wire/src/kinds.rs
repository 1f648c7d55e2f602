//! `/api/v1/kinds`: the kinds of nodes, built in and written in Rhai.

use crate::FieldError;
use serde::{Deserialize, Serialize};
use tradewind_nodes::kind::{Family, KindSpec};
use tradewind_nodes::time::Timestamp;

/// The file of a kind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct KindSource {
    /// Manifest and script.
    pub source: String,
}

/// A kind written in Rhai, as its file says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KindFile {
    /// The stable name.
    pub name: String,
    /// Manifest and script.
    pub source: String,
    /// SHA-256 of the source in hexadecimal.
    pub hash: String,
    /// When it was put there.
    pub updated_at: Timestamp,
}

/// A kind written in Rhai in a list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KindSummary {
    /// The stable name.
    pub name: String,
    /// What people call it; empty when its file does not parse any more.
    pub label: String,
    /// Its family; null when its file does not parse any more.
    pub family: Option<Family>,
    /// SHA-256 of the source in hexadecimal.
    pub hash: String,
    /// When it was put there.
    pub updated_at: Timestamp,
    /// The versions that use it, as `slug version 3`, and are live or have people inside.
    pub used_by: Vec<String>,
}

/// A kind written in Rhai with what its file says and who needs it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KindDetail {
    /// The file.
    #[serde(flatten)]
    pub file: KindFile,
    /// The kind as palettes and forms see it; null when the file does not parse any more.
    pub spec: Option<KindSpec>,
    /// The versions that use it, as `slug version 3`, and are live or have people inside.
    pub used_by: Vec<String>,
}

/// What a file is worth before it is stored.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KindCheck {
    /// Whether it may be stored.
    pub valid: bool,
    /// The kind as palettes and forms see it; null while anything is wrong.
    pub spec: Option<KindSpec>,
    /// Everything wrong with it, with line and column where they are known.
    pub issues: Vec<FieldError>,
}
