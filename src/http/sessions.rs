//! The sessions of browsers in the database. A session is a secret of its own beside its API key: it ends by signing out,
//! with the key, or after [`LASTS`]. What it opens, the [key ring](super::key_ring) finds.

use super::key_ring::{KeyError, SESSION, hash, secret};
use tradewind_nodes::time::{Duration, Timestamp};
#[cfg(test)]
use tradewind_store::Statements;
use tradewind_store::{Batch, Db, Expect, StoreError};
use uuid::Uuid;

/// How long a session lasts.
pub const LASTS: Duration = Duration::from_days(30);

const OPEN: &str = "INSERT INTO sessions (hash, key_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
const CLOSE: &str = "DELETE FROM sessions WHERE hash = $1";
const EXPIRED: &str = "DELETE FROM sessions WHERE expires_at <= $1";
/// Every statement of this file.
#[cfg(test)]
pub const STATEMENTS: Statements = Statements(&[OPEN, CLOSE, EXPIRED]);

/// Opens a session for a key and returns its secret. Sessions past their time go with the same commit.
///
/// # Errors
/// When there is no randomness or the database does not answer.
pub async fn open(db: &Db, key: Uuid, now: Timestamp) -> Result<String, KeyError> {
    let (made, now) = (secret(SESSION)?, now.micros());
    let mut batch = Batch::new();
    batch.execute(EXPIRED, vec![now.into()], Expect::Any);
    batch.execute(OPEN, vec![hash(&made).to_vec().into(), key.into(), now.into(), (now + LASTS.micros()).into()], Expect::Rows(1));
    db.commit(batch).await?;
    Ok(made)
}

/// Ends a session.
///
/// # Errors
/// When the database does not answer.
pub async fn close(db: &Db, secret: &str) -> Result<(), StoreError> {
    let mut batch = Batch::new();
    batch.execute(CLOSE, vec![hash(secret).to_vec().into()], Expect::Any);
    db.commit(batch).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::key_ring::{KeyRing, Scope};
    use tradewind_engine::clock::Environment;
    use tradewind_nodes::id::WorkspaceId;

    #[tokio::test]
    async fn a_session_ends_with_its_key_by_signing_out_and_in_time() {
        let (db, env, workspace) = (Db::sqlite_in_memory().await.unwrap(), Environment::system(), WorkspaceId(Uuid::from_u128(1)));
        db.migrate().await.unwrap();
        let ring = KeyRing::new(db.clone(), env.clone());
        let (id, key) = ring.create(workspace, "shop", &[Scope::Write]).await.unwrap();
        let (first, second) = (open(&db, id, env.now()).await.unwrap(), open(&db, id, env.now()).await.unwrap());
        assert_eq!(ring.of_session(&first).await.unwrap().unwrap().id, id);
        // Neither opens the other's door.
        assert!(ring.find(&first).await.unwrap().is_none() && ring.of_session(&key).await.unwrap().is_none());
        close(&db, &first).await.unwrap();
        ring.forget(&first);
        assert!(ring.of_session(&first).await.unwrap().is_none() && ring.of_session(&second).await.unwrap().is_some());
        ring.revoke(workspace, id).await.unwrap();
        assert!(ring.of_session(&second).await.unwrap().is_none());
        let (other, _) = ring.create(workspace, "desk", &[Scope::Read]).await.unwrap();
        let old = open(&db, other, env.now().minus(LASTS)).await.unwrap();
        assert!(ring.of_session(&old).await.unwrap().is_none());
    }
}
