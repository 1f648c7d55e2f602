//! The workspace of this installation: made at the first start, with a first API key.

use crate::http::key_ring::{KeyError, KeyRing, Scope, random};
use crate::http::unsubscribe::Tokens;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use tradewind_engine::clock::Environment;
use tradewind_nodes::id::WorkspaceId;
use tradewind_schema::record;
#[cfg(test)]
use tradewind_store::Statements;
use tradewind_store::{Batch, Db, Expect, StoreError};
use uuid::Uuid;

/// Of two processes that start at once on an empty database, this row lets only one make the workspace.
const FIRST: &str = "INSERT INTO revisions (workspace_id, subject, revision) VALUES ($1, 'first start', 1)";
const MAKE: &str = "INSERT INTO workspaces (id, name, settings, created_at) VALUES ($1, $2, $3, $4)";
const FIND: &str = "SELECT id, settings FROM workspaces ORDER BY id LIMIT 1";
/// Every statement of this file.
#[cfg(test)]
pub const STATEMENTS: Statements = Statements(&[FIRST, MAKE, FIND]);

/// The workspace found or made.
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Signs the links of its mails.
    pub tokens: Tokens,
    /// The first API key, when this is the first start: shown once, never again.
    pub first_key: Option<String>,
}

/// Why there is no workspace.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The database, or no randomness.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Its settings.
    #[error("the settings of workspace {id} cannot be read ({message}): restore workspaces.settings from a backup")]
    Settings {
        /// The workspace.
        id: Uuid,
        /// What is wrong.
        message: String,
    },
}

impl From<tradewind_schema::ReadError> for WorkspaceError {
    fn from(error: tradewind_schema::ReadError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<StoreError> for WorkspaceError {
    fn from(error: StoreError) -> Self {
        Self::Key(error.into())
    }
}

/// The part of a workspace's settings that is kept here; others stay as they are.
#[derive(Serialize, Deserialize)]
struct Settings {
    /// Base64 of the 32 bytes that sign unsubscribe links. Losing it breaks the links in every mail sent.
    unsubscribe_secret: String,
}

/// The workspace in `db`, made if there is none.
///
/// # Errors
/// When the database refuses or there is no randomness.
pub async fn open(db: &Db, env: &Environment, keys: &KeyRing) -> Result<Workspace, WorkspaceError> {
    if let Some(found) = find(db).await? {
        return Ok(found);
    }
    let id = env.id();
    let settings = Settings { unsubscribe_secret: BASE64_STANDARD.encode(random::<32>()?) };
    let json = serde_json::to_string(&settings).map_err(|error| wrong(id, &error))?;
    let mut batch = Batch::new();
    batch.execute(FIRST, vec![Uuid::nil().into()], Expect::Rows(1));
    let args = vec![id.into(), "default".into(), json.into(), env.now().micros().into()];
    batch.execute(MAKE, args, Expect::Rows(1));
    let made = match db.commit(batch).await {
        Ok(_) => true,
        Err(StoreError::Unique { .. }) => false,
        Err(error) => return Err(error.into()),
    };
    let mut workspace = find(db).await?.ok_or_else(|| wrong(id, &"it is missing"))?;
    if made {
        workspace.first_key = Some(keys.create(workspace.id, "first key", &[Scope::Admin]).await?.1);
    }
    Ok(workspace)
}

record! {
    struct Found of "workspaces" key [id] {
        id: uuid => Uuid,
        settings: text,
    }
}

/// The workspace in `db`, if there is one.
///
/// # Errors
/// When the database refuses or the workspace's settings do not read.
pub async fn find(db: &Db) -> Result<Option<Workspace>, WorkspaceError> {
    let rows = db.query(FIND, vec![]).await?;
    let Some(Found { id, settings }) = rows.first_as()? else { return Ok(None) };
    let settings: Settings = serde_json::from_str(&settings).map_err(|error| wrong(id, &error))?;
    let secret = BASE64_STANDARD.decode(settings.unsubscribe_secret).ok().and_then(|bytes| bytes.try_into().ok());
    let secret = secret.ok_or_else(|| wrong(id, &"unsubscribe_secret is not 32 bytes in base64"))?;
    let id = WorkspaceId(id);
    Ok(Some(Workspace { id, tokens: Tokens::new(id, secret), first_key: None }))
}

fn wrong(id: Uuid, message: &dyn std::fmt::Display) -> WorkspaceError {
    WorkspaceError::Settings { id, message: message.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_start_makes_a_workspace_and_a_key_once() {
        let (db, env) = (Db::sqlite_in_memory().await.unwrap(), Environment::system());
        db.migrate().await.unwrap();
        let keys = KeyRing::new(db.clone(), env.clone());
        let first = open(&db, &env, &keys).await.unwrap();
        let key = keys.find(&first.first_key.unwrap()).await.unwrap().unwrap();
        assert!(key.workspace == first.id && key.allows(Scope::Admin));
        let second = open(&db, &env, &keys).await.unwrap();
        assert!(second.id == first.id && second.first_key.is_none());
        let customer = tradewind_nodes::id::CustomerId(Uuid::from_u128(5));
        assert_eq!(second.tokens.read(&first.tokens.make(customer)), Some(customer));
    }
}
