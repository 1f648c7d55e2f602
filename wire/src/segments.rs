//! `/api/v1/segments`: named predicates over customers.

use serde::{Deserialize, Serialize};
use tradewind_nodes::Json;
use tradewind_nodes::id::CustomerId;
#[cfg(feature = "openapi")]
use tradewind_nodes::predicate::Predicate;
use tradewind_nodes::time::Timestamp;
use uuid::Uuid;

/// A segment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Segment {
    /// Its id.
    pub id: Uuid,
    /// Its name; journeys and predicates name it by this, so it never changes.
    pub name: String,
    /// Who is inside.
    #[cfg_attr(feature = "openapi", schema(value_type = Predicate))]
    pub predicate: Json,
    /// How many are inside now.
    pub members: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its predicate last changed.
    pub updated_at: Timestamp,
}

/// A customer inside a segment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SegmentMember {
    /// Who.
    pub customer: CustomerId,
    /// The shop's id for them.
    pub user_id: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Since when.
    pub since: Timestamp,
}

/// A segment to be made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewSegment {
    /// Its name, 1 to 80 letters; it never changes.
    pub name: String,
    /// Who is inside: a predicate. Whatever is wrong with it is said with its place.
    #[cfg_attr(feature = "openapi", schema(value_type = Predicate))]
    pub predicate: Json,
}

/// Another predicate for a segment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RedefineSegment {
    /// Who is inside: a predicate. Whatever is wrong with it is said with its place.
    #[cfg_attr(feature = "openapi", schema(value_type = Predicate))]
    pub predicate: Json,
}
