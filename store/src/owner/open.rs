//! Opening a database as its one owner: lock, schema, epoch, in this order.

use std::path::Path;
use std::sync::Arc;

use sqlx::postgres::PgConnectOptions;

use super::{Claim, Fence, RAISE, file, session};
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::{Batch, Db, DbSettings, Engine, Expect, Lock, StoreError};

type Opened = Result<(Db, Vec<String>), StoreError>;

/// The database in the file at `path`.
pub(crate) async fn file(settings: DbSettings, path: &Path, claim: &Claim<'_>) -> Opened {
    let path = file::canonical(path)?;
    let name = claim.holder.name();
    let words = format!("{name}, since {}", claim.holder.since);
    let mut patience = claim.patience();
    let lock = loop {
        match file::take(&path, &words)? {
            Ok(lock) => break lock,
            Err(by) => patience.wait_for(by).await?,
        }
    };
    let fence = Arc::<Fence>::default();
    let engine = Engine::Sqlite(Sqlite::open(Some(path), &settings, fence.clone()).await?);
    let db = Db::of(settings.url, fence.clone(), engine, Lock::File(lock));
    let applied = db.migrate().await?;
    let mut batch = Batch::new();
    let raised = batch.execute(RAISE, vec![name.into()], Expect::Rows(1));
    let epoch = db.commit(batch).await?.rows(raised).first().map_or(Err(StoreError::NotOwner), |row| Ok(row.int(0)?))?;
    fence.raise(epoch);
    Ok((db, applied))
}

/// The database at a PostgreSQL server.
pub(crate) async fn postgres(settings: DbSettings, options: PgConnectOptions, claim: &Claim<'_>) -> Opened {
    let name = claim.holder.name();
    let mut locked = session::take(&options, claim).await?;
    // Before anything is changed: an earlier owner that lives writes until its epoch has passed.
    let epoch = locked.enter(&name).await?;
    let fence = Arc::<Fence>::default();
    let engine = Engine::Postgres(Postgres::open(options, &settings, &name, fence.clone()).await?);
    let db = Db::of(settings.url, fence.clone(), engine, Lock::None);
    let applied = db.migrate().await?;
    let epoch = match epoch {
        Some(epoch) => epoch,
        // The schema had no epochs until now.
        None => locked.enter(&name).await?.ok_or(StoreError::NotOwner)?,
    };
    fence.raise(epoch);
    *db.shared.lock.lock().await = Lock::Session(locked.keep(epoch, fence));
    Ok((db, applied))
}
