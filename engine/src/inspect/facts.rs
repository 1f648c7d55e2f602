//! Everything a dry run needs to know of one person, in the form scenarios have it.

use std::collections::{BTreeMap, BTreeSet};
use tradewind_commerce::customers::CustomerView;
use tradewind_commerce::reading::ReadError;
use tradewind_commerce::{events, segments};
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::predicate::Predicate;
use tradewind_nodes::time::Timestamp;
use tradewind_store::Db;

/// Events told of one person, and segments.
const EVENTS: i64 = 500;
const SEGMENTS: i64 = 500;

pub(super) const MEMBER_OF: &str =
    "SELECT segment FROM segment_members WHERE customer_id = $1 AND workspace_id = $2 AND inside ORDER BY segment LIMIT 1000";

/// A person as a scenario's `customer`.
#[derive(Clone, PartialEq, Debug)]
pub struct Subject {
    /// Our id: splits send him the way they would in earnest.
    pub id: CustomerId,
    /// The shop's id; ours when the shop has none.
    pub user_id: String,
    /// What is known of him.
    pub traits: JsonMap,
    /// Consent by `channel/purpose`.
    pub consent: BTreeMap<String, ConsentStatus>,
    /// His tags.
    pub tags: BTreeSet<String>,
    /// When he was first seen.
    pub created_at: Timestamp,
}

/// An event as an entry of a scenario's `history`.
#[derive(Clone, PartialEq, Debug)]
pub struct PastEvent {
    /// When.
    pub at: Timestamp,
    /// Its name.
    pub event: String,
    /// Its properties.
    pub properties: JsonMap,
}

/// One person for a dry run: `customer`, `segments` and `history` stand in a scenario as they are.
#[derive(Clone, PartialEq, Debug)]
pub struct PersonFacts {
    /// Who.
    pub customer: Subject,
    /// The definition of every segment.
    pub segments: BTreeMap<String, Predicate>,
    /// The segments he is in.
    pub member_of: Vec<String>,
    /// What he did, the oldest first.
    pub history: Vec<PastEvent>,
    /// Whether it is all he did; the newest otherwise.
    pub history_complete: bool,
}

/// The facts of a customer.
pub async fn of_customer(db: &Db, workspace: WorkspaceId, customer: CustomerView) -> Result<PersonFacts, ReadError> {
    let mut past = events::of_customer(db, workspace, customer.id, None, EVENTS + 1).await?;
    let most = usize::try_from(EVENTS).unwrap_or(usize::MAX);
    let history_complete = past.len() <= most;
    past.truncate(most);
    let history = past.into_iter().rev().map(|event| PastEvent { at: event.at, event: event.name, properties: event.properties });
    let definitions = segments::definitions(db, workspace, SEGMENTS).await?;
    let rows = db.query(MEMBER_OF, vec![customer.id.0.into(), workspace.0.into()]).await?;
    let member_of = rows.column("segment")?;
    let subject = Subject {
        id: customer.id,
        user_id: customer.user_id.unwrap_or_else(|| customer.id.to_string()),
        traits: customer.traits,
        consent: customer.consent,
        tags: customer.tags,
        created_at: customer.created_at,
    };
    Ok(PersonFacts { customer: subject, segments: definitions, member_of, history: history.collect(), history_complete })
}
