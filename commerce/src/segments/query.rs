//! Lists of segments and of who is inside.

use crate::reading::ReadError;
use std::collections::BTreeMap;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::predicate::Predicate;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Query, Rows};
use uuid::Uuid;

/// A segment.
#[derive(Clone, PartialEq, Debug)]
pub struct Segment {
    /// Its id.
    pub id: Uuid,
    /// Its name; journeys and predicates name it by this, so it never changes.
    pub name: String,
    /// Who is inside.
    pub predicate: Predicate,
    /// How many are inside now.
    pub members: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its predicate last changed.
    pub updated_at: Timestamp,
}

record! {
    /// A customer inside a segment.
    #[derive(PartialEq)]
    pub struct Member of "segment_members" key [customer] {
        /// Who.
        customer: uuid => CustomerId,
        /// The shop's id for him.
        user_id: text null,
        /// His address.
        email: text null,
        /// His name.
        name: text null,
        /// Since when.
        since: int => Timestamp,
    }
}

record! {
    struct Definition of "segments" key [name] {
        id: uuid => Uuid,
        name: text,
        predicate: json => Predicate,
        created_at: int => Timestamp,
        updated_at: int => Timestamp,
    }
}

record! {
    struct Count of "segment_members" key [segment] {
        segment: text,
        members: int,
    }
}

pub(super) const LIST: &str =
    "SELECT id, name, predicate, created_at, updated_at FROM segments WHERE workspace_id = $1 AND name > $2 ORDER BY name LIMIT $3";
pub(super) const ONE: &str =
    "SELECT id, name, predicate, created_at, updated_at FROM segments WHERE workspace_id = $1 AND name = $2 LIMIT 1";
pub(super) const COUNTS: &str = "SELECT segment, COUNT(*) AS members FROM segment_members \
    WHERE workspace_id = $1 AND segment = ANY($2) AND inside GROUP BY segment ORDER BY segment LIMIT 1000";
pub(super) const MEMBERS: &str = "SELECT m.customer_id AS customer, c.user_id, c.email, c.name, m.since FROM segment_members m \
    JOIN customers c ON c.id = m.customer_id AND c.workspace_id = m.workspace_id \
    WHERE m.workspace_id = $1 AND m.segment = $2 AND m.inside AND m.customer_id > $3 ORDER BY m.customer_id LIMIT $4";

/// Segments by name, above the name `after`.
pub async fn list(db: &Db, workspace: WorkspaceId, after: Option<&str>, limit: i64) -> Result<Vec<Segment>, ReadError> {
    let rows = db.query(LIST, vec![workspace.0.into(), after.unwrap_or_default().into(), limit.into()]).await?;
    counted(db, workspace, rows).await
}

/// The segment called `name`.
pub async fn find(db: &Db, workspace: WorkspaceId, name: &str) -> Result<Option<Segment>, ReadError> {
    let rows = db.query(ONE, vec![workspace.0.into(), name.into()]).await?;
    Ok(counted(db, workspace, rows).await?.pop())
}

/// The predicate of each segment, by name.
pub async fn definitions(db: &Db, workspace: WorkspaceId, limit: i64) -> Result<BTreeMap<String, Predicate>, ReadError> {
    let rows = db.query(LIST, vec![workspace.0.into(), "".into(), limit.into()]).await?;
    Ok(rows.read::<Definition>()?.into_iter().map(|row| (row.name, row.predicate)).collect())
}

/// The customers inside the segment called `name`, by id, above `after`.
pub async fn members(db: &Db, workspace: WorkspaceId, name: &str, after: Option<Uuid>, limit: i64) -> Result<Vec<Member>, ReadError> {
    let args = vec![workspace.0.into(), name.into(), after.unwrap_or(Uuid::nil()).into(), limit.into()];
    let mut rows = db.read(vec![Query::new(MEMBERS, args)]).await?;
    Ok(rows.pop().unwrap_or_default().read()?)
}

async fn counted(db: &Db, workspace: WorkspaceId, rows: Rows) -> Result<Vec<Segment>, ReadError> {
    let rows = rows.read::<Definition>()?;
    let names: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
    let counts = db.query(COUNTS, vec![workspace.0.into(), names.into()]).await?.read::<Count>()?;
    let counts: BTreeMap<String, i64> = counts.into_iter().map(|count| (count.segment, count.members)).collect();
    let counted = rows.into_iter().map(|row| Segment {
        members: counts.get(&row.name).copied().unwrap_or(0),
        id: row.id,
        name: row.name,
        predicate: row.predicate,
        created_at: row.created_at,
        updated_at: row.updated_at,
    });
    Ok(counted.collect())
}
