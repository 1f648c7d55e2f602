//! `tradewind migrate`: brings the database up to date. `serve` does so too; alone it serves a careful upgrade.

use super::{Failure, say};
use crate::config::Config;
use tradewind_store::Db;

/// Applies the missing migrations.
pub async fn run(config: &Config) -> Result<(), Failure> {
    let db = Db::open(config.db()).await?;
    let applied = db.migrate().await?;
    if applied.is_empty() {
        say("The database is up to date.");
    }
    for name in applied {
        say(&format!("applied {name}"));
    }
    db.close().await;
    Ok(())
}
