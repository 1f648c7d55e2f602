//! Who somebody is, in four fields: for lists of runs, incidents and events.

use crate::profile::display_name;
use crate::reading::ReadError;
use std::collections::{BTreeSet, HashMap};
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::Customer;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Value};
use uuid::Uuid;

pub(super) const PEOPLE: &str = "SELECT id, user_id, email, traits FROM customers WHERE id = ANY($1) AND workspace_id = $2 LIMIT $3";

/// People asked for at once; further ones stay without a name.
const MOST: usize = 1_000;

/// Who somebody is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// Our id.
    pub id: CustomerId,
    /// The shop's id, once known.
    pub user_id: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// What he is called.
    pub name: Option<String>,
}

/// These people, as far as they are known.
pub async fn people(
    db: &Db,
    workspace: WorkspaceId,
    ids: impl Iterator<Item = CustomerId>,
) -> Result<HashMap<CustomerId, Person>, ReadError> {
    let ids: BTreeSet<Uuid> = ids.map(|id| id.0).take(MOST).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let limit = Value::Int(i64::try_from(ids.len()).unwrap_or(i64::MAX));
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let rows = db.query(PEOPLE, vec![ids.into(), workspace.0.into(), limit]).await?;
    Ok(rows.read::<Known>()?.into_iter().map(|row| (row.id, person(row))).collect())
}

record! {
    struct Known of "customers" key [id] {
        id: uuid => CustomerId,
        user_id: text null,
        email: text null,
        traits: json => JsonMap,
    }
}

fn person(row: Known) -> Person {
    let customer = Customer { traits: row.traits, ..Customer::unknown(row.id, Timestamp::from_micros(0)) };
    Person { id: row.id, user_id: row.user_id, email: row.email, name: display_name(&customer) }
}
