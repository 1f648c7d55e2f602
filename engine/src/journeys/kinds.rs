//! The kinds a workspace has written in Rhai, beside the built-in ones.

use super::error::{JourneyError, Result};
use super::uses;
use crate::tables::kinds::{KINDS, KindRow};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::Arc;
use tradewind_commerce::revision::{Cached, bump};
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::issue::{FieldIssue, IssueCode};
use tradewind_nodes::kind::{Family, KindSpec};
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::script::ScriptKind;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{insert, record};
use tradewind_store::{Batch, Conflict, Db, Expect, Insert, StoreError, Value};

/// The most kinds of its own a workspace may have.
const MOST: usize = 500;

pub(super) const ALL: &str = "SELECT name, source, hash, updated_at FROM kinds WHERE workspace_id = $1 ORDER BY name LIMIT 1000";
pub(super) const PAGE: &str =
    "SELECT name, source, hash, updated_at FROM kinds WHERE workspace_id = $1 AND name > $2 ORDER BY name LIMIT $3";
pub(super) const ONE: &str = "SELECT name, source, hash, updated_at FROM kinds WHERE workspace_id = $1 AND name = $2 LIMIT 1";
pub(super) const DELETE: &str = "DELETE FROM kinds WHERE workspace_id = $1 AND name = $2";
static PUT: Insert =
    insert!(KINDS: KindRow).on_conflict(Conflict::Update { key: &["workspace_id", "name"], set: &["source", "hash", "updated_at"] });

record! {
    /// A kind written in Rhai, as its file says.
    #[derive(PartialEq)]
    pub struct KindFile of "kinds" key [name] {
        /// The stable name.
        name: text,
        /// Manifest and script.
        source: text,
        /// SHA-256 of the source in hexadecimal.
        hash: text,
        /// When it was put there.
        updated_at: int => Timestamp,
    }
}

/// A kind written in Rhai in a list.
#[derive(Clone, PartialEq, Debug)]
pub struct KindSummary {
    /// The stable name.
    pub name: String,
    /// What people call it; empty when its file does not parse any more.
    pub label: String,
    /// Its family.
    pub family: Option<Family>,
    /// SHA-256 of the source in hexadecimal.
    pub hash: String,
    /// When it was put there.
    pub updated_at: Timestamp,
}

/// A kind written in Rhai with what its file says and who needs it.
#[derive(Clone, PartialEq, Debug)]
pub struct KindDetail {
    /// The file.
    pub file: KindFile,
    /// The kind as palettes and forms see it; None when the file does not parse any more.
    pub spec: Option<KindSpec>,
    /// The versions that use it, as `slug version 3`, and are live or have people inside.
    pub used_by: Vec<String>,
}

/// The kinds a workspace has written, by name, above the name `after`.
pub async fn list(db: &Db, workspace: WorkspaceId, after: Option<&str>, limit: i64) -> Result<Vec<KindSummary>> {
    let rows = db.query(PAGE, vec![workspace.0.into(), after.unwrap_or_default().into(), limit.into()]).await?;
    Ok(rows.read()?.into_iter().map(summary).collect())
}

fn summary(file: KindFile) -> KindSummary {
    let spec = ScriptKind::parse(&file.source).ok().map(|kind| kind.spec());
    let (label, family) = spec.map_or((String::new(), None), |spec| (spec.label, Some(spec.family)));
    KindSummary { name: file.name, label, family, hash: file.hash, updated_at: file.updated_at }
}

/// The kind called `name` with what its file says and who needs it.
pub async fn detail(db: &Db, workspace: WorkspaceId, name: &str) -> Result<KindDetail> {
    let file = get(db, workspace, name).await?;
    let used_by = uses::of_kind(db, workspace, &file.name).await?;
    let spec = ScriptKind::parse(&file.source).ok().map(|kind| kind.spec());
    Ok(KindDetail { file, spec, used_by })
}

/// The kind that `source` describes, if it may be stored.
///
/// # Errors
/// Everything wrong with it.
pub fn check(source: &str) -> std::result::Result<KindSpec, Vec<FieldIssue>> {
    let kind = ScriptKind::parse(source)?;
    let spec = kind.spec();
    // Built-in names are taken.
    Registry::with_scripts(vec![Arc::new(kind)]).map_err(|issue| vec![issue])?;
    Ok(spec)
}

/// The kinds this workspace knows. A stored file that does not parse any more is left out: journeys that use it say so.
pub async fn registry(db: &Db, workspace: WorkspaceId) -> Result<Registry> {
    let rows = db.query(ALL, vec![workspace.0.into()]).await?;
    let mut scripts = Vec::with_capacity(rows.len());
    for row in rows.read::<KindFile>()? {
        match ScriptKind::parse(&row.source) {
            Ok(kind) => scripts.push(Arc::new(kind)),
            Err(_) => tracing::error!(kind = row.name, "a stored kind does not parse any more: correct it in the editor of kinds"),
        }
    }
    Registry::with_scripts(scripts).map_err(|issue| JourneyError::BadKind(vec![issue]))
}

/// The file of the kind called `name`.
pub async fn get(db: &Db, workspace: WorkspaceId, name: &str) -> Result<KindFile> {
    let rows = db.query(ONE, vec![workspace.0.into(), name.replace('\0', "").into()]).await?;
    rows.first_as()?.ok_or_else(|| JourneyError::NoKind(name.chars().take(120).collect()))
}

/// Stores the file of the kind called `name`, new or changed.
pub async fn put(db: &Db, workspace: WorkspaceId, name: &str, source: &str, now: Timestamp) -> Result<KindFile> {
    let kind = ScriptKind::parse(source).map_err(JourneyError::BadKind)?;
    let said = kind.spec().name;
    if said != name {
        let message = format!("the manifest says {said} and the address {name}: make them the same");
        return Err(JourneyError::BadKind(vec![FieldIssue::new("/name", IssueCode::Invalid, message)]));
    }
    if source.contains('\0') {
        return Err(JourneyError::BadKind(vec![FieldIssue::new("", IssueCode::Invalid, "the file holds the character U+0000: remove it")]));
    }
    let kind = Arc::new(kind);
    // Built-in names are taken too; whether an older file of the same name exists does not matter.
    let alone = Registry::with_scripts(vec![kind.clone()]).map_err(|issue| JourneyError::BadKind(vec![issue]))?;
    let stored: Option<KindFile> = db.query(ONE, vec![workspace.0.into(), name.into()]).await?.first_as()?;
    let known = stored.and_then(|stored| ScriptKind::parse(&stored.source).ok());
    if let Some(known) = &known {
        not_older(name, known.version(), kind.version())?;
    }
    let (before, after) = (known.map(|known| known.outline().ports), kind.outline().ports);
    let change = uses::KindChange { name, before: before.as_deref(), after: &after, registry: &alone };
    let strained = uses::strained_by(db, workspace, &change).await?;
    if !strained.is_empty() {
        let words = format!(
            "the changed kind {name} does not fit where it is used ({}): keep its fields and ways out as they were, or give the new one \
             another name",
            strained.join("; ")
        );
        return Err(JourneyError::InUse(words));
    }
    let known: Vec<String> = db.query(ALL, vec![workspace.0.into()]).await?.column("name")?;
    if known.len() >= MOST && !known.iter().any(|known| known == name) {
        let message = format!("this workspace has {MOST} kinds of its own, which is the most: delete one first");
        return Err(JourneyError::BadKind(vec![FieldIssue::new("", IssueCode::TooLarge, message)]));
    }
    let mut batch = Batch::new();
    batch.insert(&PUT, [[workspace.0.into(), Value::from(name), source.into(), hash(source).into(), now.micros().into()]]);
    bump(&mut batch, workspace, Cached::Kinds);
    db.commit(batch).await?;
    get(db, workspace, name).await
}

/// Refuses a file older than the one that is stored: somebody who has not seen the newer one would take it back.
fn not_older(name: &str, stored: u32, given: u32) -> Result<()> {
    if given >= stored {
        return Ok(());
    }
    let words = format!(
        "the stored {name} has version {stored} and this file version {given}: read the stored one, and say {} here",
        u64::from(stored) + 1
    );
    Err(JourneyError::InUse(words))
}

/// Deletes the kind called `name`, unless people are on their way to one of its nodes.
pub async fn delete(db: &Db, workspace: WorkspaceId, name: &str) -> Result<()> {
    get(db, workspace, name).await?;
    let users = uses::of_kind(db, workspace, name).await?;
    if !users.is_empty() {
        let words = format!(
            "the kind {name} is used by {}: publish those without it and wait until nobody is inside the old version",
            users.join(", ")
        );
        return Err(JourneyError::InUse(words));
    }
    let mut batch = Batch::new();
    batch.execute(DELETE, vec![workspace.0.into(), name.into()], Expect::Rows(1));
    bump(&mut batch, workspace, Cached::Kinds);
    match db.commit(batch).await {
        Err(StoreError::Conflict { .. }) => Err(JourneyError::NoKind(name.to_owned())),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}

fn hash(source: &str) -> String {
    Sha256::digest(source.as_bytes()).iter().fold(String::with_capacity(64), |mut out, byte| {
        // A `String` takes every write, so there is no error to tell.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
