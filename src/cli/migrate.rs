//! `tradewind migrate`: brings the database up to date. `serve` does so too; alone it serves a careful upgrade.

use super::{Failure, database, say};
use crate::config::Config;

/// Applies the missing migrations. Not beside a running server, which would meet a schema it does not know.
pub async fn run(config: &Config) -> Result<(), Failure> {
    let (db, applied) = database::own(config, Some(database::RESTART)).await?;
    if applied.is_empty() {
        say("The database is up to date.");
    }
    for name in applied {
        say(&format!("applied {name}"));
    }
    db.close().await;
    Ok(())
}
