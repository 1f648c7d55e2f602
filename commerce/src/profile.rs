//! A customer's row: how it is read, written and changed by what comes in.

use tradewind_nodes::JsonMap;
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

/// A customer as stored.
#[derive(Clone, PartialEq, Debug)]
pub struct Profile {
    /// Whose customer.
    pub workspace: WorkspaceId,
    /// What nodes see of him.
    pub customer: Customer,
    /// When he was last heard of.
    pub last_seen_at: Timestamp,
    /// Who he turned out to be.
    pub merged_into: Option<CustomerId>,
}

fn json<T: serde::de::DeserializeOwned + Default>(text: &str) -> T {
    // Written by `values` below: what does not read back is another program's work and starts afresh.
    serde_json::from_str(text).unwrap_or_default()
}

/// Text as every database takes it: without U+0000, which PostgreSQL refuses.
fn storable(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

impl Profile {
    /// Somebody of whom nothing is known but an id.
    #[must_use]
    pub fn unknown(workspace: WorkspaceId, id: CustomerId, at: Timestamp) -> Self {
        Self { workspace, customer: Customer::unknown(id, at), last_seen_at: at, merged_into: None }
    }

    /// Reads a row of [`BY_ID`].
    ///
    /// # Errors
    /// When a column has another type than the statement promises.
    pub fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
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
    pub fn values(&self, now: Timestamp) -> Vec<Value> {
        let customer = &self.customer;
        let text = |value: &str| Value::from(storable(value));
        vec![
            customer.id.0.into(),
            self.workspace.0.into(),
            Shard::of(self.workspace, customer.id.0).0.into(),
            customer.user_id.as_deref().map_or(Value::Null, text),
            customer.text("email").map_or(Value::Null, |email| text(&email.to_lowercase())),
            display_name(customer).map_or(Value::Null, |name| text(&name.to_lowercase())),
            serde_json::to_string(&customer.traits).unwrap_or_default().into(),
            serde_json::to_string(&customer.tags).unwrap_or_default().into(),
            serde_json::to_string(&customer.consent).unwrap_or_default().into(),
            customer.created_at.micros().into(),
            now.micros().into(),
            self.last_seen_at.micros().into(),
            self.merged_into.map(|id| id.0).into(),
        ]
    }

    /// Takes over what `other` knew and this one does not: this one's word wins.
    pub fn absorb(&mut self, other: &Self) {
        for (name, value) in &other.customer.traits {
            if !self.customer.traits.contains_key(name) {
                self.customer.traits.insert(name.clone(), value.clone());
            }
        }
        self.customer.tags.extend(other.customer.tags.iter().cloned());
        for (scope, status) in &other.customer.consent {
            // A refusal by either self counts: it is never undone by a merge.
            match status {
                ConsentStatus::Granted => drop(self.customer.consent.entry(scope.clone()).or_insert(ConsentStatus::Granted)),
                refused => drop(self.customer.consent.insert(scope.clone(), *refused)),
            }
        }
        self.customer.created_at = self.customer.created_at.min(other.customer.created_at);
        self.last_seen_at = self.last_seen_at.max(other.last_seen_at);
    }

    /// Applies traits as an identify call says them.
    pub fn identify(&mut self, traits: &JsonMap) {
        self.customer.set(traits, &[], &[]);
    }

    /// Records consent. Gives false when nothing changed.
    pub fn consent(&mut self, channel: &str, purpose: &str, status: ConsentStatus) -> bool {
        self.customer.consent.insert(format!("{channel}/{purpose}"), status) != Some(status)
    }
}

/// The name to look a customer up by.
#[must_use]
pub fn display_name(customer: &Customer) -> Option<String> {
    if let Some(name) = customer.text("name") {
        return Some(name.to_owned());
    }
    let parts: Vec<&str> = ["first_name", "last_name"].iter().filter_map(|part| customer.text(part)).collect();
    if parts.is_empty() { None } else { Some(parts.join(" ")) }
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
