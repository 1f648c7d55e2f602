//! A customer's row: how it is read, written and changed by what comes in.

use crate::consents::table::{CONSENTS, ConsentRow};
use crate::customers::aliases::{ALIASES, AliasRow};
use crate::customers::table::CUSTOMERS;
use std::collections::{BTreeMap, BTreeSet};
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::{ConsentStatus, Customer};
use tradewind_nodes::id::{CustomerId, Shard, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Conflict, Insert, Value, insert, record};
use uuid::Uuid;

pub use tradewind_core::profile::{Profile, display_name};

/// Reads the columns of [`ProfileRow`], of customers by id.
pub const BY_ID: &str = "SELECT id, workspace_id, user_id, traits, tags, consent, created_at, last_seen_at, merged_into, erased_at FROM customers WHERE id = ANY($1)";

record! {
    /// What deciding needs of a customer's row.
    pub struct ProfileRow of "customers" key [id] {
        id: uuid => CustomerId,
        workspace_id: uuid => WorkspaceId,
        user_id: text null,
        traits: json => JsonMap,
        tags: json => BTreeSet<String>,
        consent: json => BTreeMap<String, ConsentStatus>,
        created_at: int => Timestamp,
        last_seen_at: int => Timestamp,
        merged_into: uuid null => CustomerId,
        erased_at: int null => Timestamp,
    }
}

/// Writes a profile, whether it is new or changed.
pub static UPSERT: Insert = insert!(
    CUSTOMERS,
    [id, workspace_id, shard, user_id, email, name, traits, tags, consent, created_at, updated_at, last_seen_at, merged_into]
)
.on_conflict(Conflict::Update {
    key: &["id"],
    set: &["user_id", "email", "name", "traits", "tags", "consent", "updated_at", "last_seen_at", "merged_into"],
});

/// A change of consent for the ledger.
pub static NEW_CONSENTS: Insert = insert!(CONSENTS: ConsentRow);

/// A way from an identifier to another customer than the one derived from it.
pub static UPSERT_ALIASES: Insert = insert!(ALIASES: AliasRow).on_conflict(Conflict::Update { key: &["id"], set: &["customer_id"] });

/// Text as every database takes it: without U+0000, which PostgreSQL refuses.
fn storable(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

impl From<ProfileRow> for Profile {
    fn from(row: ProfileRow) -> Self {
        Self {
            workspace: row.workspace_id,
            customer: Customer {
                id: row.id,
                user_id: row.user_id,
                traits: row.traits,
                tags: row.tags,
                consent: row.consent,
                created_at: row.created_at,
            },
            last_seen_at: row.last_seen_at,
            merged_into: row.merged_into,
            erased_at: row.erased_at,
        }
    }
}

/// The row for [`UPSERT`].
#[must_use]
pub fn values(profile: &Profile, now: Timestamp) -> Vec<Value> {
    let customer = &profile.customer;
    let text = |value: &str| Value::from(storable(value));
    vec![
        customer.id.0.into(),
        profile.workspace.0.into(),
        Shard::of(profile.workspace, customer.id.0).0.into(),
        customer.user_id.as_deref().map_or(Value::Null, text),
        customer.text("email").map_or(Value::Null, |email| text(&email.to_lowercase())),
        display_name(customer).map_or(Value::Null, |name| text(&name.to_lowercase())),
        Value::json(&customer.traits),
        Value::json(&customer.tags),
        Value::json(&customer.consent),
        customer.created_at.micros().into(),
        now.micros().into(),
        profile.last_seen_at.micros().into(),
        profile.merged_into.map(|id| id.0).into(),
    ]
}

/// The row of a change of consent for [`NEW_CONSENTS`].
#[must_use]
#[allow(clippy::too_many_arguments, reason = "one argument a column of the row")]
pub fn consent_values(
    workspace: WorkspaceId,
    customer: CustomerId,
    id: Uuid,
    channel: &str,
    purpose: &str,
    status: ConsentStatus,
    source: &str,
    proof: &str,
    at: Timestamp,
) -> Vec<Value> {
    vec![
        customer.0.into(),
        id.into(),
        workspace.0.into(),
        storable(channel).into(),
        storable(purpose).into(),
        status.name().into(),
        storable(source).into(),
        storable(proof).into(),
        at.micros().into(),
    ]
}
