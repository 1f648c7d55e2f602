//! Who somebody is in the rows: every id they had, and what they are called.

use crate::EngineError;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_schema::record;
use tradewind_store::{Db, Query, Value};
use uuid::Uuid;

const LEADS_TO: &str = "SELECT customer_id FROM aliases WHERE id = $1 AND workspace_id = $2 LIMIT 1";
const ALIASES: &str = "SELECT id FROM aliases WHERE customer_id = $1 AND workspace_id = $2 ORDER BY id LIMIT 10000";
const PROFILES: &str = "SELECT id, user_id, email, traits, consent FROM customers WHERE id = ANY($1) AND workspace_id = $2 LIMIT 10001";
/// What their events said of them, a page behind the last.
const SAID: &str = "SELECT customer_id, at, id, properties, context FROM events WHERE customer_id = ANY($1) \
    AND (customer_id, at, id) > ($2, $3, $4) ORDER BY customer_id, at, id LIMIT $5";
/// Every fixed statement of this file.
pub(super) const STATEMENTS: &[&str] = &[LEADS_TO, ALIASES, PROFILES, SAID];

/// Events read at a time.
const PAGE: i64 = 500;
/// The names under which traits and properties hold the address of the person themselves.
const ADDRESSES: [&str; 5] = ["email", "phone", "phone_number", "phoneNumber", "mobile"];
/// A shorter address says too little to look for it in texts.
const SHORTEST: usize = 5;
/// A shop's id at least this long is looked for anywhere in a text; a shorter one only where a text names it as an id.
const TELLING: usize = 8;
/// Addresses looked for at most; nobody has as many.
const MAX_ADDRESSES: usize = 200;

record! {
    struct Known of "customers" key [id] {
        id: uuid => Uuid,
        user_id: text null,
        email: text null,
        traits: json => JsonMap,
        consent: json => BTreeMap<String, ConsentStatus>,
    }
}

record! {
    struct Said of "events" key [customer_id, at, id] {
        customer_id: uuid => Uuid,
        at: int,
        id: uuid => Uuid,
        properties: json => JsonMap,
        context: json => JsonMap,
    }
}

/// The key of an event: those up to it were read.
pub(super) type EventKey = (Uuid, i64, Uuid);

/// Who somebody is in the rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub workspace: WorkspaceId,
    /// The person's own id, then those of everybody who turned out to be them.
    pub ids: Vec<Uuid>,
    /// Addresses in lower case.
    pub addresses: BTreeSet<String>,
    /// The shop's ids.
    pub user_ids: BTreeSet<String>,
    /// What they refused, by `channel/purpose`.
    pub refused: BTreeMap<String, ConsentStatus>,
}

impl Identity {
    /// What the profiles say. An id from before a merge leads to whom it was merged into.
    pub async fn read(db: &Db, workspace: WorkspaceId, customer: CustomerId) -> Result<Self, EngineError> {
        let own = |id: Uuid| vec![id.into(), workspace.0.into()];
        let subject = db.query(LEADS_TO, own(customer.0)).await?.value::<Uuid>("customer_id")?.unwrap_or(customer.0);
        let mut ids = vec![subject];
        ids.extend(db.query(ALIASES, own(subject)).await?.column::<Uuid>("id")?);
        if subject != customer.0 && !ids.contains(&customer.0) {
            ids.push(customer.0);
        }
        let (addresses, user_ids, refused) = Default::default();
        let mut identity = Self { workspace, ids, addresses, user_ids, refused };
        let args = vec![identity.list(), workspace.0.into()];
        for known in db.read(vec![Query::new(PROFILES, args)]).await?.pop().unwrap_or_default().read::<Known>()? {
            if let Some(user_id) = known.user_id {
                identity.call(&user_id);
            }
            identity.refused.extend(known.consent.into_iter().filter(|(_, status)| *status != ConsentStatus::Granted));
            identity.add_address(known.email.as_deref().unwrap_or_default());
            identity.note(&known.traits);
        }
        Ok(identity)
    }

    /// What a page of their events says beside; gives the key behind which to go on, None at the end.
    pub async fn read_events(&mut self, db: &Db, after: Option<EventKey>) -> Result<Option<EventKey>, EngineError> {
        let (customer, at, id) = after.unwrap_or((Uuid::nil(), i64::MIN, Uuid::nil()));
        let args = vec![self.list(), customer.into(), at.into(), id.into(), PAGE.into()];
        let said = db.query(SAID, args).await?.read::<Said>()?;
        let last = said.last().map(|said| (said.customer_id, said.at, said.id)).filter(|_| said.len() as i64 == PAGE);
        for said in said {
            self.note(&said.properties);
            if let Some(traits) = said.context.get("traits").and_then(|traits| traits.as_object()) {
                self.note(traits);
            }
        }
        Ok(last)
    }

    /// All that profiles and events say.
    pub async fn whole(db: &Db, workspace: WorkspaceId, customer: CustomerId) -> Result<Self, EngineError> {
        let mut identity = Self::read(db, workspace, customer).await?;
        let mut after = identity.read_events(db, None).await?;
        while after.is_some() {
            after = identity.read_events(db, after).await?;
        }
        Ok(identity)
    }

    /// Their ids as an argument.
    pub fn list(&self) -> Value {
        Value::UuidList(self.ids.clone())
    }

    fn call(&mut self, user_id: &str) {
        // Some shops take the address as the id.
        if user_id.contains('@') {
            self.add_address(user_id);
        }
        self.user_ids.insert(user_id.to_owned());
    }

    fn note(&mut self, traits: &JsonMap) {
        for name in ADDRESSES {
            self.add_address(traits.get(name).and_then(|value| value.as_str()).unwrap_or_default());
        }
    }

    fn add_address(&mut self, text: &str) {
        let text = text.trim().to_lowercase();
        if text.len() >= SHORTEST && self.addresses.len() < MAX_ADDRESSES {
            self.addresses.insert(text);
        }
    }

    /// Whether a text speaks of the person. What holds another's address that ends like theirs does not.
    pub fn is_named_in(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        self.ids.iter().any(|id| lower.contains(&id.to_string()))
            || self.addresses.iter().any(|address| stands_alone(&lower, address))
            || self.user_ids.iter().any(|id| (id.len() >= TELLING && stands_alone(text, id)) || is_id_in(text, id))
    }
}

/// Whether `name` stands in `text` and is no part of a longer address or number.
fn stands_alone(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '%' | '+' | '-');
    text.match_indices(name).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let mut behind = text[at + found.len()..].chars();
        // A full stop may end a sentence, or go on as a domain.
        let goes_on = match behind.next() {
            Some('.') => behind.next().is_some_and(part),
            Some(other) => part(other),
            None => false,
        };
        !goes_on && !before.is_some_and(|c| part(c) || c == '.')
    })
}

/// Whether a JSON text, or one inside another, gives this as the id of a person.
fn is_id_in(text: &str, id: &str) -> bool {
    let flat = |text: &str| text.chars().filter(|c| *c != '\\' && !c.is_whitespace()).collect::<String>();
    let (text, id) = (flat(text), flat(id));
    ["user_id", "userId", "previous_id", "previousId"].iter().any(|name| text.contains(&format!("\"{name}\":\"{id}\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_not_found_inside_a_longer_one() {
        for text in ["mail na@x.de now", "{\"to\":\"na@x.de\"}", "Write to na@x.de."] {
            assert!(stands_alone(text, "na@x.de"), "{text}");
        }
        for other in ["anna@x.de", "a.na@x.de", "na@x.de.example", "na@x.dev"] {
            assert!(!stands_alone(other, "na@x.de"), "{other}");
        }
    }

    #[test]
    fn a_short_id_is_found_only_where_it_is_said_to_be_one() {
        assert!(is_id_in(r#"{"user_id": "7", "n": 1}"#, "7"));
        assert!(is_id_in(r#"{"body":"{\"userId\":\"7\"}"}"#, "7"), "JSON inside JSON");
        assert!(!is_id_in(r#"{"user_id": "77", "n": "7"}"#, "7"));
    }
}
