//! The database of a command: owned by `serve`, `demo` and `migrate`, used beside its owner by all others.

use super::Failure;
use crate::config::Config;
use std::path::PathBuf;
use std::time::Duration;
use tradewind_engine::clock::Environment;
use tradewind_store::{Claim, Db, Holder};

/// How long a command waits for the owner of its database to end, as the old server does in a restart.
pub const RESTART: Duration = Duration::from_secs(5);

/// Opens the database as its one owner and brings it up to date; gives the migrations that were applied.
///
/// # Errors
/// When another process owns it for longer than `patience` (for ever when None), or it cannot be opened.
pub async fn own(config: &Config, patience: Option<Duration>) -> Result<(Db, Vec<String>), Failure> {
    let holder = Holder {
        host: hostname::get().map_or_else(|_| "an unnamed machine".to_owned(), |name| name.to_string_lossy().into_owned()),
        pid: std::process::id(),
        address: config.listen.to_string(),
        since: Environment::system().now().to_string(),
    };
    let waiting = |by: &str| {
        let how_long = patience.map_or_else(|| "Standing by".to_owned(), |patience| format!("Waiting for {} s", patience.as_secs()));
        super::say(&format!("{how_long}: the database belongs to {by}"));
    };
    Ok(Db::own(config.db(), Claim { holder, patience, waiting: &waiting }).await?)
}

/// Opens a database that a server has set up, beside that server: the schema is not changed.
///
/// # Errors
/// When there is none, or its schema is not the one this program knows.
pub async fn open_beside(config: &Config) -> Result<Db, Failure> {
    if let Some(path) = file(config)
        && !path.exists()
    {
        return Err(Failure::new(format!("{} is not there: `tradewind serve` makes it", path.display())));
    }
    let db = Db::open(config.db()).await?;
    schema(&db).await.map_err(Failure::new)?;
    Ok(db)
}

/// How the schema is, or what is wrong and what to do.
pub async fn schema(db: &Db) -> Result<String, String> {
    let schema = db.schema().await.map_err(|error| error.to_string())?;
    if !schema.unknown.is_empty() {
        return Err(format!("{:?} were applied by a newer program: run that one", schema.unknown));
    }
    match (schema.applied.len(), schema.missing) {
        (applied, missing) if missing.is_empty() => Ok(format!("all {applied} applied")),
        (0, _) => Err("none is applied: run `tradewind migrate`, or `tradewind serve`, which does it too".to_owned()),
        (_, missing) => Err(format!("{missing:?} are missing: stop the server and run `tradewind migrate`")),
    }
}

/// The SQLite file of these settings, if it is one.
pub fn file(config: &Config) -> Option<PathBuf> {
    let path = config.database.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    (path != ":memory:").then(|| PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_applied_is_compared_with_what_is_known() {
        let db = Db::sqlite_in_memory().await.unwrap();
        assert!(schema(&db).await.unwrap_err().starts_with("none is applied"));
        db.migrate().await.unwrap();
        assert!(schema(&db).await.unwrap().starts_with("all "));
    }
}
