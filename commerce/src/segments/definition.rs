//! Making, changing and deleting segments. Who is inside is worked out by the engine when it sees the revision move.

use super::query::{Segment, definitions, find};
use super::table::{SEGMENTS, SegmentRow};
use crate::reading::ReadError;
use crate::revision::{Cached, bump};
use std::collections::BTreeMap;
use tradewind_core::catalog::circle;
use tradewind_nodes::fact::FactScope;
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::issue::{FieldIssue, IssueCode};
use tradewind_nodes::predicate::{self, Over, Predicate};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::insert;
use tradewind_store::{Batch, Db, Expect, Insert, StoreError, Value};
use uuid::Uuid;

/// Why a segment was not changed.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// The database or a row is at fault.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The name or the predicate is wrong.
    #[error("the segment has {} issues: correct them", .0.len())]
    Invalid(Vec<FieldIssue>),
    /// The name is taken.
    #[error("a segment called {0:?} exists: change that one, or choose another name")]
    Taken(String),
    /// There is no such segment.
    #[error("there is no segment called {0:?}: see the list of segments")]
    NotFound(String),
}

impl From<tradewind_schema::ReadError> for SegmentError {
    fn from(error: tradewind_schema::ReadError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<StoreError> for SegmentError {
    fn from(error: StoreError) -> Self {
        Self::Read(error.into())
    }
}

static NEW: Insert = insert!(SEGMENTS: SegmentRow);
pub(super) const REDEFINE: &str = "UPDATE segments SET predicate = $3, updated_at = $4 WHERE workspace_id = $1 AND name = $2";
pub(super) const EMPTY: &str = "DELETE FROM segment_members WHERE workspace_id = $1 AND segment = $2 AND customer_id IN \
    (SELECT customer_id FROM segment_members WHERE workspace_id = $1 AND segment = $2 ORDER BY customer_id LIMIT $3)";
pub(super) const EMPTY_REST: &str = "DELETE FROM segment_members WHERE workspace_id = $1 AND segment = $2";
pub(super) const DELETE: &str = "DELETE FROM segments WHERE workspace_id = $1 AND name = $2";

/// Memberships deleted in one commit: a large segment must not hold up the writer.
const PAGE: i64 = 5_000;

/// Segments of a workspace, at most.
pub const MAX_SEGMENTS: i64 = 10_000;

/// What makes a segment beside these `others`; `id` is a new UUIDv7. A name that is taken breaks it off as not unique.
pub fn creation(
    workspace: WorkspaceId,
    id: Uuid,
    (name, predicate): (&str, &Predicate),
    others: &BTreeMap<String, Predicate>,
    now: Timestamp,
) -> Result<Batch, SegmentError> {
    let name = name.trim();
    let mut issues = check(name, predicate);
    issues.extend(in_circle(others, name, predicate));
    if name.is_empty() || name.chars().count() > 80 {
        issues.push(FieldIssue::new("/name", IssueCode::Invalid, "a segment's name has 1 to 80 letters: write another"));
    }
    if !issues.is_empty() {
        return Err(SegmentError::Invalid(issues));
    }
    let mut batch = Batch::new();
    let (text, at) = (stored(predicate)?, Value::Int(now.micros()));
    batch.insert(&NEW, [[id.into(), workspace.0.into(), name.into(), text, at.clone(), at]]);
    bump(&mut batch, workspace, Cached::Segments);
    Ok(batch)
}

/// What gives the segment called `name` another predicate beside these `others`. One that is not there breaks it off as a conflict.
pub fn redefinition(
    workspace: WorkspaceId,
    (name, predicate): (&str, &Predicate),
    others: &BTreeMap<String, Predicate>,
    now: Timestamp,
) -> Result<Batch, SegmentError> {
    let mut issues = check(name, predicate);
    issues.extend(in_circle(others, name, predicate));
    if !issues.is_empty() {
        return Err(SegmentError::Invalid(issues));
    }
    let mut batch = Batch::new();
    let args = vec![workspace.0.into(), name.into(), stored(predicate)?, now.micros().into()];
    batch.execute(REDEFINE, args, Expect::Rows(1));
    bump(&mut batch, workspace, Cached::Segments);
    Ok(batch)
}

/// Makes a segment; `id` is a new UUIDv7.
pub async fn create(
    db: &Db,
    workspace: WorkspaceId,
    id: Uuid,
    name: &str,
    predicate: &Predicate,
    now: Timestamp,
) -> Result<Segment, SegmentError> {
    let others = definitions(db, workspace, MAX_SEGMENTS).await?;
    match db.commit(creation(workspace, id, (name, predicate), &others, now)?).await {
        Err(StoreError::Unique { .. }) => Err(SegmentError::Taken(name.trim().to_owned())),
        Err(error) => Err(error.into()),
        Ok(_) => read(db, workspace, name.trim()).await,
    }
}

/// Gives the segment called `name` another predicate.
pub async fn redefine(db: &Db, workspace: WorkspaceId, name: &str, predicate: &Predicate, now: Timestamp) -> Result<Segment, SegmentError> {
    let others = definitions(db, workspace, MAX_SEGMENTS).await?;
    commit(db, redefinition(workspace, (name, predicate), &others, now)?, name).await?;
    read(db, workspace, name).await
}

/// Deletes the segment called `name` and its memberships. Whether a journey needs it is the caller's to ask first.
pub async fn delete(db: &Db, workspace: WorkspaceId, name: &str) -> Result<(), SegmentError> {
    read(db, workspace, name).await?;
    let args = || vec![Value::from(workspace.0), Value::from(name)];
    // Memberships first and the segment last: after a crash it is still listed and can be deleted again.
    loop {
        let mut batch = Batch::new();
        let mut page = args();
        page.push(PAGE.into());
        let op = batch.execute(EMPTY, page, Expect::Any);
        if db.commit(batch).await?.affected(op) < PAGE.unsigned_abs() {
            break;
        }
    }
    let mut batch = Batch::new();
    batch.execute(EMPTY_REST, args(), Expect::Any);
    batch.execute(DELETE, args(), Expect::Rows(1));
    bump(&mut batch, workspace, Cached::Segments);
    commit(db, batch, name).await
}

async fn commit(db: &Db, batch: Batch, name: &str) -> Result<(), SegmentError> {
    match db.commit(batch).await {
        Err(StoreError::Conflict { .. }) => Err(SegmentError::NotFound(name.to_owned())),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}

async fn read(db: &Db, workspace: WorkspaceId, name: &str) -> Result<Segment, SegmentError> {
    find(db, workspace, name).await?.ok_or_else(|| SegmentError::NotFound(name.to_owned()))
}

fn stored(predicate: &Predicate) -> Result<Value, SegmentError> {
    let thing = "a segment's predicate".to_owned();
    let text = serde_json::to_string(predicate).map_err(|e| ReadError::Corrupt { thing, message: e.to_string() })?;
    Ok(Value::from(text))
}

/// What is wrong with `predicate` as one about customers, called `name`; pointers begin with `/predicate`.
#[must_use]
pub fn check(name: &str, predicate: &Predicate) -> Vec<FieldIssue> {
    let mut issues = predicate::check(predicate, &FactScope::default(), "/predicate");
    let mut more = Vec::new();
    about_customers(name, predicate, "/predicate", &mut more);
    // What is wrong with a field already is not said twice.
    more.retain(|issue| issues.iter().all(|known| known.field != issue.field));
    issues.append(&mut more);
    issues
}

/// Segments that refer to one another in a circle have no answer: the issue names the circle.
fn in_circle(others: &BTreeMap<String, Predicate>, name: &str, predicate: &Predicate) -> Option<FieldIssue> {
    // What names itself is told at its place already.
    let circle = circle(others, name, predicate).filter(|circle| circle.len() > 1)?;
    let way: Vec<&str> = circle.iter().chain(circle.first()).map(String::as_str).collect();
    let message = format!("these segments refer to one another in a circle: {}; leave one of them out", way.join(" → "));
    Some(FieldIssue::new("/predicate", IssueCode::Invalid, message))
}

/// A segment is asked about customers at any moment: there is no run and no event then.
fn about_customers(name: &str, predicate: &Predicate, at: &str, issues: &mut Vec<FieldIssue>) {
    match predicate {
        Predicate::All { all } => parts(name, all, &format!("{at}/all"), issues),
        Predicate::Any { any } => parts(name, any, &format!("{at}/any"), issues),
        Predicate::Not { not } => about_customers(name, not, &format!("{at}/not"), issues),
        Predicate::Fact(test) => of_the_customer(&test.fact, format!("{at}/fact"), issues),
        Predicate::Collection(test) if matches!(test.over, Over::List(_)) => {
            of_the_customer(test.over.name(), format!("{at}/over"), issues)
        }
        Predicate::Collection(test) if test.since.is_some() => {
            let message = "a segment has no run to count from: write \"within\": \"30d\" in place of \"since\"";
            issues.push(FieldIssue::new(format!("{at}/since"), IssueCode::Invalid, message));
        }
        Predicate::Segment { segment } if segment == name => {
            let message = format!("the segment {name} cannot be part of itself: name another, or leave it out");
            issues.push(FieldIssue::new(format!("{at}/segment"), IssueCode::Invalid, message));
        }
        _ => {}
    }
}

fn of_the_customer(path: &str, at: String, issues: &mut Vec<FieldIssue>) {
    if ["event", "run", "steps"].iter().any(|root| path.split('.').next() == Some(*root)) {
        let message = format!("{path} belongs to a run and a segment has none: compare facts of customer, or count events");
        issues.push(FieldIssue::new(at, IssueCode::UnknownFact, message));
    }
}

fn parts(name: &str, parts: &[Predicate], at: &str, issues: &mut Vec<FieldIssue>) {
    for (index, part) in parts.iter().enumerate() {
        about_customers(name, part, &format!("{at}/{index}"), issues);
    }
}
