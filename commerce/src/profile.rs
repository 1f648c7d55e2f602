//! A customer's row: how it is read, written and changed by what comes in.

pub use tradewind_core::profile::{Profile, display_name};
use tradewind_nodes::fact::{ConsentStatus, Customer};
use tradewind_nodes::id::{CustomerId, Shard, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Conflict, Insert, Row, StoreError, Ty, Value};
use uuid::Uuid;

/// Reads the columns that [`Profile::read`] takes, of customers by id.
pub const BY_ID: &str =
    "SELECT id, workspace_id, user_id, traits, tags, consent, created_at, last_seen_at, merged_into FROM customers WHERE id = ANY($1)";

/// Writes a profile, whether it is new or changed.
pub static UPSERT: Insert = Insert::new(
    "customers",
    &[
        ("id", Ty::Uuid),
        ("workspace_id", Ty::Uuid),
        ("shard", Ty::Int),
        ("user_id", Ty::Text),
        ("email", Ty::Text),
        ("name", Ty::Text),
        ("traits", Ty::Text),
        ("tags", Ty::Text),
        ("consent", Ty::Text),
        ("created_at", Ty::Int),
        ("updated_at", Ty::Int),
        ("last_seen_at", Ty::Int),
        ("merged_into", Ty::Uuid),
    ],
)
.on_conflict(Conflict::Update {
    key: &["id"],
    set: &["user_id", "email", "name", "traits", "tags", "consent", "updated_at", "last_seen_at", "merged_into"],
});

/// A change of consent for the ledger.
pub static CONSENTS: Insert = Insert::new(
    "consents",
    &[
        ("customer_id", Ty::Uuid),
        ("id", Ty::Uuid),
        ("workspace_id", Ty::Uuid),
        ("channel", Ty::Text),
        ("purpose", Ty::Text),
        ("status", Ty::Text),
        ("source", Ty::Text),
        ("proof", Ty::Text),
        ("at", Ty::Int),
    ],
);

/// A way from an identifier to another customer than the one derived from it.
pub static ALIASES: Insert =
    Insert::new("aliases", &[("id", Ty::Uuid), ("workspace_id", Ty::Uuid), ("customer_id", Ty::Uuid), ("created_at", Ty::Int)])
        .on_conflict(Conflict::Update { key: &["id"], set: &["customer_id"] });

fn json<T: serde::de::DeserializeOwned + Default>(text: &str) -> T {
    // Written by `values` below: what does not read back is another program's work and starts afresh.
    serde_json::from_str(text).unwrap_or_default()
}

/// Text as every database takes it: without U+0000, which PostgreSQL refuses.
fn storable(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

/// Reads a row of [`BY_ID`].
///
/// # Errors
/// When a column has another type than the statement promises.
pub fn read(row: &Row) -> Result<Profile, StoreError> {
    Ok(Profile {
        workspace: WorkspaceId(row.uuid(1)?),
        customer: Customer {
            id: CustomerId(row.uuid(0)?),
            user_id: row.opt_text(2)?.map(str::to_owned),
            traits: json(row.text(3)?),
            tags: json(row.text(4)?),
            consent: json(row.text(5)?),
            created_at: Timestamp::from_micros(row.int(6)?),
        },
        last_seen_at: Timestamp::from_micros(row.int(7)?),
        merged_into: row.opt_uuid(8)?.map(CustomerId),
    })
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
        serde_json::to_string(&customer.traits).unwrap_or_default().into(),
        serde_json::to_string(&customer.tags).unwrap_or_default().into(),
        serde_json::to_string(&customer.consent).unwrap_or_default().into(),
        customer.created_at.micros().into(),
        now.micros().into(),
        profile.last_seen_at.micros().into(),
        profile.merged_into.map(|id| id.0).into(),
    ]
}

/// The row of a change of consent for [`CONSENTS`].
#[must_use]
#[allow(clippy::too_many_arguments)]
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
