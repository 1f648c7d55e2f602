//! `tradewind keys`: API keys, in the database itself, for whoever may read it. The server may run, and need not.

use super::{Failure, database, say};
use crate::config::Config;
use crate::http::key_ring::{KeyRing, Scope};
use crate::http::keys::checked_name;
use crate::workspace;
use tradewind_engine::clock::Environment;
use tradewind_nodes::id::WorkspaceId;
use uuid::Uuid;

const PAGE: i64 = 200;

/// What to do with keys.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make a key. It is shown once.
    Create {
        /// What it is for.
        #[arg(long, default_value = "made on the command line")]
        name: String,
        /// What it allows, separated by commas: ingest, read, write, admin.
        #[arg(long, value_delimiter = ',', required = true)]
        scopes: Vec<Scope>,
    },
    /// List the keys.
    List,
    /// Revoke a key. Running servers notice within 15 seconds.
    Revoke {
        /// Its id, from the list.
        id: Uuid,
    },
}

/// Does it.
pub async fn run(config: &Config, command: Command) -> Result<(), Failure> {
    let db = database::open_beside(config).await?;
    let keys = KeyRing::new(db.clone(), Environment::system());
    let workspace = workspace::find(&db).await?;
    let workspace =
        workspace.ok_or_else(|| Failure::new("no server has run on this database yet: `tradewind serve` makes its first key"))?;
    match command {
        Command::Create { name, scopes } => create(&keys, workspace.id, &name, &scopes).await?,
        Command::List => list(&keys, workspace.id).await?,
        Command::Revoke { id } => {
            if !keys.revoke(workspace.id, id).await? {
                return Err(Failure::new(format!("there is no key {id} in force: `tradewind keys list` shows them")));
            }
            say(&format!("revoked {id}"));
        }
    }
    db.close().await;
    Ok(())
}

/// What is said about the first key.
#[must_use]
pub fn first_key(key: &str) -> String {
    format!("Your first API key (shown once): {key}")
}

async fn create(keys: &KeyRing, workspace: WorkspaceId, name: &str, scopes: &[Scope]) -> Result<(), Failure> {
    let name = checked_name(name).map_err(|detail| Failure::new(format!("--name {detail}")))?;
    let (id, key) = keys.create(workspace, name, scopes).await?;
    say(&format!("id   {id}\nkey  {key}\nThe key is shown this once: keep it safe."));
    Ok(())
}

async fn list(keys: &KeyRing, workspace: WorkspaceId) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let page = keys.list(workspace, after, PAGE).await?;
        for key in &page {
            let scopes = key.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(",");
            let state = match (key.revoked_at, key.last_used_at) {
                (Some(at), _) => format!("revoked {at}"),
                (None, Some(at)) => format!("last used {at}"),
                (None, None) => "never used".to_owned(),
            };
            say(&format!("{}  {}…  {scopes:<24}  {}  {state}", key.id, key.prefix, key.name));
        }
        if page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            return Ok(());
        }
        after = page.last().map(|key| key.id);
    }
}
