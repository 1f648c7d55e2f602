//! What is stored of a customer, and how it changes by what comes in.

use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::{ConsentStatus, Customer};
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::time::Timestamp;

/// A customer as stored.
#[derive(Clone, PartialEq, Debug)]
pub struct Profile {
    /// Whose customer.
    pub workspace: WorkspaceId,
    /// What nodes see of them.
    pub customer: Customer,
    /// When they were last heard of.
    pub last_seen_at: Timestamp,
    /// Who they turned out to be.
    pub merged_into: Option<CustomerId>,
    /// When their data were erased: what comes for them later is dropped.
    pub erased_at: Option<Timestamp>,
}

impl Profile {
    /// Somebody of whom nothing is known but an id.
    #[must_use]
    pub fn unknown(workspace: WorkspaceId, id: CustomerId, at: Timestamp) -> Self {
        Self { workspace, customer: Customer::unknown(id, at), last_seen_at: at, merged_into: None, erased_at: None }
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
