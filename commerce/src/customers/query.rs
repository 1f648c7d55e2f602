//! Finding customers.

use crate::profile::display_name;
use crate::reading::{ReadError, earlier};
use std::collections::{BTreeMap, BTreeSet};
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::{ConsentStatus, Customer};
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Query, Rows, Value};
use uuid::Uuid;

/// A customer as people and programs see him.
#[derive(Clone, PartialEq, Debug)]
pub struct CustomerView {
    /// Our id.
    pub id: CustomerId,
    /// The shop's id, once known.
    pub user_id: Option<String>,
    /// The address, in lower case.
    pub email: Option<String>,
    /// What he is called.
    pub name: Option<String>,
    /// Everything identify calls said.
    pub traits: JsonMap,
    /// Labels.
    pub tags: BTreeSet<String>,
    /// Consent by `channel/purpose`: `granted`, `denied` or `withdrawn`.
    pub consent: BTreeMap<String, ConsentStatus>,
    /// When he was first seen.
    pub created_at: Timestamp,
    /// When his profile last changed.
    pub updated_at: Timestamp,
    /// When he was last seen.
    pub last_seen_at: Timestamp,
    /// When his data were erased; the rest is empty then.
    pub erased_at: Option<Timestamp>,
    merged_into: Option<Uuid>,
}

/// By what a customer is named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Who {
    /// Our id.
    Id(CustomerId),
    /// The shop's id.
    UserId(String),
    /// The mail address.
    Email(String),
}

/// Merges are flattened when they happen; a longer way means a damaged row, not a long history.
const HOPS: usize = 16;

macro_rules! columns {
    () => {
        "SELECT id, user_id, email, traits, tags, consent, created_at, updated_at, last_seen_at, erased_at, merged_into FROM customers "
    };
}
pub(super) const ONE: &str = concat!(columns!(), "WHERE id = $1 AND workspace_id = $2 LIMIT 1");
pub(super) const ALIAS: &str = "SELECT customer_id FROM aliases WHERE id = $1 AND workspace_id = $2 LIMIT 1";
pub(super) const BY_EMAIL: &str = concat!(
    columns!(),
    "WHERE workspace_id = $1 AND email = $2 AND merged_into IS NULL AND erased_at IS NULL ORDER BY last_seen_at DESC, id LIMIT $3"
);
pub(super) const LIST: &str = concat!(
    columns!(),
    "WHERE workspace_id = $1 AND (created_at, id) < ($2, $3) AND merged_into IS NULL AND erased_at IS NULL ORDER BY created_at DESC, id DESC LIMIT $4"
);
// The ranges let both databases use their indexes; the comparison of the beginning is exact whatever the collation.
pub(super) const SEARCH: &str = concat!(
    columns!(),
    "WHERE workspace_id = $1 AND merged_into IS NULL AND erased_at IS NULL AND id > $4 AND (",
    "(name >= $2 AND name <= $3 AND substr(name, 1, length($2)) = $2) OR ",
    "(email >= $2 AND email <= $3 AND substr(email, 1, length($2)) = $2) OR ",
    "(user_id >= $6 AND user_id <= $7 AND substr(user_id, 1, length($6)) = $6)) ORDER BY id LIMIT $5"
);

/// The customer named by `who`, through any merges. An address names whoever was seen with it last.
pub async fn find(db: &Db, workspace: WorkspaceId, who: &Who) -> Result<Option<CustomerView>, ReadError> {
    let first = match who {
        Who::Id(id) => *id,
        Who::UserId(user_id) => CustomerId::of_user(workspace, user_id),
        Who::Email(email) => return Ok(by_email(db, workspace, email, 1).await?.pop()),
    };
    let mut id = first.0;
    for _ in 0..HOPS {
        let args = || vec![Value::from(id), Value::from(workspace.0)];
        let mut found = db.read(vec![Query::new(ONE, args()), Query::new(ALIAS, args())]).await?;
        let alias = found.pop().unwrap_or_default();
        let view = found.pop().unwrap_or_default().first_as::<Found>()?.map(view);
        let onward = match &view {
            Some(view) => view.merged_into,
            None => alias.value("customer_id")?,
        };
        match onward {
            Some(next) if next != id => id = next,
            _ => return Ok(view),
        }
    }
    Err(ReadError::Corrupt { thing: format!("customer {first}"), message: format!("merged more than {HOPS} times over") })
}

/// The customers with this address, the last seen first.
pub async fn by_email(db: &Db, workspace: WorkspaceId, email: &str, limit: i64) -> Result<Vec<CustomerView>, ReadError> {
    let args = vec![workspace.0.into(), wanted(email).into(), limit.into()];
    views(db.query(BY_EMAIL, args).await?)
}

/// Customers, the newest first, below the entry time and id `before`.
pub async fn list(db: &Db, workspace: WorkspaceId, before: Option<(i64, Uuid)>, limit: i64) -> Result<Vec<CustomerView>, ReadError> {
    let (at, id) = earlier(before);
    views(db.query(LIST, vec![workspace.0.into(), at.into(), id.into(), limit.into()]).await?)
}

/// Customers whose name, address or shop's id begins with `prefix`, by id, above `after`.
pub async fn search(
    db: &Db,
    workspace: WorkspaceId,
    prefix: &str,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<CustomerView>, ReadError> {
    // Ids of shops are kept as they come; names and addresses in small letters.
    let exact = prefix.trim().replace('\0', "\u{fffd}");
    let prefix = wanted(prefix);
    // The highest code point: no text that begins with the prefix sorts above it.
    let end = |text: &str| Value::from(format!("{text}\u{10FFFF}"));
    let (end_of_name, end_of_id) = (end(&prefix), end(&exact));
    let args =
        vec![workspace.0.into(), prefix.into(), end_of_name, after.unwrap_or(Uuid::nil()).into(), limit.into(), exact.into(), end_of_id];
    views(db.query(SEARCH, args).await?)
}

/// A text as the look-up columns hold it. No text of the database holds U+0000, and PostgreSQL refuses to compare with it.
fn wanted(text: &str) -> String {
    text.trim().replace('\0', "\u{fffd}").to_lowercase()
}

record! {
    struct Found of "customers" key [id] {
        id: uuid => CustomerId,
        user_id: text null,
        email: text null,
        traits: json => JsonMap,
        tags: json => BTreeSet<String>,
        consent: json => BTreeMap<String, ConsentStatus>,
        created_at: int => Timestamp,
        updated_at: int => Timestamp,
        last_seen_at: int => Timestamp,
        erased_at: int null => Timestamp,
        merged_into: uuid null => Uuid,
    }
}

fn views(rows: Rows) -> Result<Vec<CustomerView>, ReadError> {
    Ok(rows.read::<Found>()?.into_iter().map(view).collect())
}

fn view(row: Found) -> CustomerView {
    let customer =
        Customer { id: row.id, user_id: row.user_id, traits: row.traits, tags: row.tags, consent: row.consent, created_at: row.created_at };
    CustomerView {
        id: row.id,
        email: row.email,
        name: display_name(&customer),
        user_id: customer.user_id,
        traits: customer.traits,
        tags: customer.tags,
        consent: customer.consent,
        created_at: customer.created_at,
        updated_at: row.updated_at,
        last_seen_at: row.last_seen_at,
        erased_at: row.erased_at,
        merged_into: row.merged_into,
    }
}
