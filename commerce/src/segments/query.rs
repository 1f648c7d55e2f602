//! Lists of segments and of who is inside.

use crate::reading::{ReadError, at, json};
use std::collections::BTreeMap;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::predicate::Predicate;
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Db, Query, Row};
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

/// A customer inside a segment.
#[derive(Clone, PartialEq, Debug)]
pub struct Member {
    /// Who.
    pub customer: CustomerId,
    /// The shop's id for him.
    pub user_id: Option<String>,
    /// His address.
    pub email: Option<String>,
    /// His name.
    pub name: Option<String>,
    /// Since when.
    pub since: Timestamp,
}

pub(super) const LIST: &str =
    "SELECT id, name, predicate, created_at, updated_at FROM segments WHERE workspace_id = $1 AND name > $2 ORDER BY name LIMIT $3";
pub(super) const ONE: &str =
    "SELECT id, name, predicate, created_at, updated_at FROM segments WHERE workspace_id = $1 AND name = $2 LIMIT 1";
pub(super) const COUNTS: &str = "SELECT segment, COUNT(*) FROM segment_members \
    WHERE workspace_id = $1 AND segment = ANY($2) AND inside GROUP BY segment ORDER BY segment LIMIT 1000";
pub(super) const MEMBERS: &str = "SELECT m.customer_id, c.user_id, c.email, c.name, m.since FROM segment_members m \
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
    rows.iter()
        .map(|row| {
            let name = row.text(1)?;
            Ok((name.to_owned(), json(row, 2, format_args!("the predicate of segment {name}"))?))
        })
        .collect()
}

/// The customers inside the segment called `name`, by id, above `after`.
pub async fn members(db: &Db, workspace: WorkspaceId, name: &str, after: Option<Uuid>, limit: i64) -> Result<Vec<Member>, ReadError> {
    let args = vec![workspace.0.into(), name.into(), after.unwrap_or(Uuid::nil()).into(), limit.into()];
    let mut rows = db.read(vec![Query::new(MEMBERS, args)]).await?;
    rows.pop().unwrap_or_default().iter().map(member).collect()
}

async fn counted(db: &Db, workspace: WorkspaceId, rows: Vec<Row>) -> Result<Vec<Segment>, ReadError> {
    let names = rows.iter().map(|row| row.text(1).map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
    let counts = db.query(COUNTS, vec![workspace.0.into(), names.into()]).await?;
    rows.iter()
        .map(|row| {
            let name = row.text(1)?;
            let count = counts.iter().find(|count| count.text(0).is_ok_and(|n| n == name));
            Ok(Segment {
                id: row.uuid(0)?,
                name: name.to_owned(),
                predicate: json(row, 2, format_args!("the predicate of segment {name}"))?,
                members: count.map(|count| count.int(1)).transpose()?.unwrap_or(0),
                created_at: at(row, 3)?,
                updated_at: at(row, 4)?,
            })
        })
        .collect()
}

fn member(row: &Row) -> Result<Member, ReadError> {
    Ok(Member {
        customer: CustomerId(row.uuid(0)?),
        user_id: row.opt_text(1)?.map(str::to_owned),
        email: row.opt_text(2)?.map(str::to_owned),
        name: row.opt_text(3)?.map(str::to_owned),
        since: at(row, 4)?,
    })
}
