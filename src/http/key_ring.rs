//! API keys: making, finding and revoking them, and the sessions of browsers that signed in by one. Only the SHA-256 of a
//! key or session is kept; what a caller shows is hashed and looked up, through a small cache.

use super::rate::Limiter;
use rand::TryRngCore;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;
use tradewind_engine::clock::Environment;
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
#[cfg(test)]
use tradewind_store::Statements;
use tradewind_store::{Batch, Db, Expect, StoreError};
use tradewind_wire::keys::Key as ListedKey;
pub use tradewind_wire::keys::Scope;
use uuid::Uuid;

/// How long a revocation by another process may go unnoticed. This process notices its own at once.
const FRESH: Duration = Duration::from_secs(15);
/// Keys remembered at most; a shop has a handful.
const REMEMBERED: usize = 10_000;
/// The time of last use is kept to this precision, so that reading it costs no write a request.
const USE_PRECISION: i64 = 3_600_000_000;

const IN_FORCE: &str = "SELECT id, workspace_id, name, scopes, hash, last_used_at FROM api_keys WHERE hash = $1 AND revoked_at IS NULL";
const USED: &str = "UPDATE api_keys SET last_used_at = $1 WHERE id = $2";
const MAKE: &str = "INSERT INTO api_keys (id, workspace_id, name, prefix, hash, scopes, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const REVOKE: &str = "UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND workspace_id = $3 AND revoked_at IS NULL";
const LIST: &str = "SELECT id, name, prefix, scopes, created_at, last_used_at, revoked_at FROM api_keys \
                    WHERE workspace_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const OF_SESSION: &str = "SELECT k.id, k.workspace_id, k.name, k.scopes, s.hash, k.last_used_at FROM sessions s \
                          JOIN api_keys k ON k.id = s.key_id WHERE s.hash = $1 AND s.expires_at > $2 AND k.revoked_at IS NULL";
/// Every statement of this file.
#[cfg(test)]
pub const STATEMENTS: Statements = Statements(&[IN_FORCE, USED, MAKE, REVOKE, LIST, OF_SESSION]);
/// How a session's secret begins: no key does.
pub const SESSION: &str = "tws_";
/// How a key begins.
const KEY: &str = "tw_";

/// A key in force.
#[derive(Debug)]
pub struct Key {
    /// Its id.
    pub id: Uuid,
    /// Whose data it opens.
    pub workspace: WorkspaceId,
    /// Its name.
    pub name: String,
    scopes: Vec<Scope>,
    /// How fast it may call.
    pub limiter: Limiter,
}

impl Key {
    /// What it allows, as it was made.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// Whether the key allows `scope`. Admin allows all; write allows to read.
    #[must_use]
    pub fn allows(&self, scope: Scope) -> bool {
        scope.allowed_by(&self.scopes)
    }
}

/// The system gave no random bytes, or the database refused.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No randomness.
    #[error("the operating system gave no random bytes: check /dev/urandom")]
    Entropy,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tradewind_schema::ReadError> for KeyError {
    fn from(error: tradewind_schema::ReadError) -> Self {
        StoreError::from(error).into()
    }
}

struct Remembered {
    key: Arc<Key>,
    since: Instant,
}

/// The keys of all workspaces.
pub struct KeyRing {
    db: Db,
    env: Environment,
    cache: RwLock<HashMap<[u8; 32], Remembered>>,
}

impl KeyRing {
    /// The keys in `db`.
    #[must_use]
    pub fn new(db: Db, env: Environment) -> Self {
        Self { db, env, cache: RwLock::default() }
    }

    /// The key a caller showed, when it is in force.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find(&self, shown: &str) -> Result<Option<Arc<Key>>, StoreError> {
        if !shown.starts_with(KEY) || shown.len() > 100 {
            return Ok(None);
        }
        self.recall(hash(shown), IN_FORCE).await
    }

    /// The key of a session, when both are in force.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of_session(&self, secret: &str) -> Result<Option<Arc<Key>>, StoreError> {
        if !secret.starts_with(SESSION) || secret.len() > 100 {
            return Ok(None);
        }
        self.recall(hash(secret), OF_SESSION).await
    }

    /// Forgets what was remembered of a secret.
    pub fn forget(&self, shown: &str) {
        self.cache.write().unwrap_or_else(PoisonError::into_inner).remove(&hash(shown));
    }

    async fn recall(&self, hash: [u8; 32], sql: &'static str) -> Result<Option<Arc<Key>>, StoreError> {
        let stale = match self.cache.read().unwrap_or_else(PoisonError::into_inner).get(&hash) {
            Some(found) if found.since.elapsed() < FRESH => return Ok(Some(found.key.clone())),
            other => other.map(|found| found.key.clone()),
        };
        let Some(key) = self.load(hash, sql).await? else {
            self.cache.write().unwrap_or_else(PoisonError::into_inner).remove(&hash);
            return Ok(None);
        };
        // The limiter outlives a refresh: otherwise a key would start afresh every few seconds.
        let key = match stale {
            Some(stale) if stale.scopes == key.scopes => stale,
            _ => Arc::new(key),
        };
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= REMEMBERED {
            cache.retain(|_, held| held.since.elapsed() < FRESH);
            if cache.len() >= REMEMBERED {
                cache.clear();
            }
        }
        #[allow(clippy::disallowed_methods, reason = "how long a cache holds is no business of the domain's clock")]
        let since = Instant::now();
        cache.insert(hash, Remembered { key: key.clone(), since });
        Ok(Some(key))
    }

    async fn load(&self, hash: [u8; 32], sql: &'static str) -> Result<Option<Key>, StoreError> {
        let mut args = vec![hash.to_vec().into()];
        if sql == OF_SESSION {
            args.push(self.env.now().micros().into());
        }
        let rows = self.db.query(sql, args).await?;
        let Some(row) = rows.first_as::<Kept>()? else { return Ok(None) };
        if !bool::from(row.hash.as_slice().ct_eq(&hash)) {
            return Ok(None);
        }
        self.note_use(row.id, row.last_used_at).await;
        let limiter = Limiter::default();
        Ok(Some(Key { id: row.id, workspace: row.workspace_id, name: row.name, scopes: scopes(&row.scopes), limiter }))
    }

    /// Losing this note is harmless, so a failure is logged and the request goes on.
    async fn note_use(&self, id: Uuid, last: Option<i64>) {
        let now = self.env.now().micros();
        if last.is_some_and(|last| now - last < USE_PRECISION) {
            return;
        }
        let mut batch = Batch::new();
        batch.execute(USED, vec![now.into(), id.into()], Expect::Any);
        if let Err(error) = self.db.commit(batch).await {
            tracing::warn!(key = %id, %error, "the time of last use of an API key could not be kept");
        }
    }

    /// Makes a key and returns it with its id: the only time the key itself is known.
    ///
    /// # Errors
    /// When there is no randomness or the database does not answer.
    pub async fn create(&self, workspace: WorkspaceId, name: &str, scopes: &[Scope]) -> Result<(Uuid, String), KeyError> {
        let (id, secret, mut batch) = (self.env.id(), secret(KEY)?, Batch::new());
        let held = scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(",");
        let args = vec![
            id.into(),
            workspace.0.into(),
            name.into(),
            secret[..9].into(),
            hash(&secret).to_vec().into(),
            held.into(),
            self.env.now().micros().into(),
        ];
        batch.execute(MAKE, args, Expect::Rows(1));
        self.db.commit(batch).await?;
        Ok((id, secret))
    }

    /// Revokes a key. False when there is none of this id in force.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn revoke(&self, workspace: WorkspaceId, id: Uuid) -> Result<bool, StoreError> {
        let mut batch = Batch::new();
        let op = batch.execute(REVOKE, vec![self.env.now().micros().into(), id.into(), workspace.0.into()], Expect::Any);
        let done = self.db.commit(batch).await?.affected(op) == 1;
        self.cache.write().unwrap_or_else(PoisonError::into_inner).retain(|_, held| held.key.id != id);
        Ok(done)
    }

    /// Up to `limit` keys made after the key `after`, revoked ones included.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn list(&self, workspace: WorkspaceId, after: Option<Uuid>, limit: i64) -> Result<Vec<ListedKey>, StoreError> {
        let rows = self.db.query(LIST, vec![workspace.0.into(), after.unwrap_or_default().into(), limit.into()]).await?;
        Ok(rows.read()?.into_iter().map(entry).collect())
    }
}

record! {
    struct Kept of "api_keys" key [id] {
        id: uuid => Uuid,
        workspace_id: uuid => WorkspaceId,
        name: text,
        scopes: text,
        hash: bytes,
        last_used_at: int null,
    }
}

record! {
    struct Listed of "api_keys" key [id] {
        id: uuid => Uuid,
        name: text,
        prefix: text,
        scopes: text,
        created_at: int => Timestamp,
        last_used_at: int null => Timestamp,
        revoked_at: int null => Timestamp,
    }
}

fn entry(row: Listed) -> ListedKey {
    ListedKey {
        id: row.id,
        name: row.name,
        prefix: row.prefix,
        scopes: scopes(&row.scopes),
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        revoked_at: row.revoked_at,
    }
}

fn scopes(text: &str) -> Vec<Scope> {
    text.split(',').filter_map(|name| name.trim().parse().ok()).collect()
}

/// What is kept of a secret.
#[must_use]
pub fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// A beginning and 43 characters of base 62: 256 random bits that a double click selects whole.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn secret(begins: &str) -> Result<String, KeyError> {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let length = begins.len() + 43;
    let mut made = String::with_capacity(length);
    made.push_str(begins);
    while made.len() < length {
        let bytes: [u8; 32] = random()?;
        // Bytes from 248 on would favour the first letters.
        let letters = bytes.iter().filter(|byte| **byte < 248).map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
        made.extend(letters.take(length - made.len()));
    }
    Ok(made)
}

/// Random bytes fit for secrets.
///
/// # Errors
/// When the operating system gives none.
pub fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).map_err(|_| KeyError::Entropy)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ring() -> (KeyRing, WorkspaceId) {
        let db = Db::sqlite_in_memory().await.unwrap();
        db.migrate().await.unwrap();
        (KeyRing::new(db, Environment::system()), WorkspaceId(Uuid::from_u128(1)))
    }

    #[tokio::test]
    async fn a_key_is_found_until_it_is_revoked() {
        let (ring, workspace) = ring().await;
        let (id, key) = ring.create(workspace, "shop", &[Scope::Ingest]).await.unwrap();
        let found = ring.find(&key).await.unwrap().unwrap();
        assert!(found.id == id && found.allows(Scope::Ingest) && !found.allows(Scope::Read));
        assert!(ring.find(&key.replace("tw_", "tw_x")).await.unwrap().is_none());
        assert!(ring.revoke(workspace, id).await.unwrap());
        assert!(!ring.revoke(workspace, id).await.unwrap());
        assert!(ring.find(&key).await.unwrap().is_none());
        let listed = ring.list(workspace, None, 10).await.unwrap();
        assert!(
            listed.len() == 1 && listed[0].revoked_at.is_some() && listed[0].last_used_at.is_some() && key.starts_with(&listed[0].prefix)
        );
    }

    #[tokio::test]
    async fn another_workspace_cannot_revoke_it() {
        let (ring, workspace) = ring().await;
        let (id, key) = ring.create(workspace, "shop", &[Scope::Write]).await.unwrap();
        assert!(!ring.revoke(WorkspaceId(Uuid::from_u128(2)), id).await.unwrap());
        let found = ring.find(&key).await.unwrap().unwrap();
        assert!(found.allows(Scope::Read) && found.allows(Scope::Write) && !found.allows(Scope::Admin) && !found.allows(Scope::Ingest));
    }

    #[test]
    fn secrets_are_long_and_differ() {
        let (a, b) = (secret(KEY).unwrap(), secret(KEY).unwrap());
        assert!(a != b && a.len() == 46 && a[3..].bytes().all(|c| c.is_ascii_alphanumeric()));
    }
}
