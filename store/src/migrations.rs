//! The schema's history: which migrations exist, which are applied, and that neither was changed afterwards.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::{Batch, Db, Dialect, Expect, StoreError, Value};

/// One step of the schema's history.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its file's name without the endings, such as `1_base`.
    pub name: &'static str,
    /// The statements for SQLite; `{{clustered}}` becomes `WITHOUT ROWID`.
    pub sqlite: &'static str,
    /// The statements for PostgreSQL; `{{clustered}}` vanishes.
    pub postgres: &'static str,
}

/// The files of `migrations/`, in ascending order of their numbers.
pub const MIGRATIONS: &[Migration] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// Another process may migrate at the same moment; each lost race moves one migration on.
const RACES: usize = 100;

/// The applied migrations; there is one row for each file ever applied.
const HISTORY: &str = "SELECT name, hash FROM tradewind_migrations LIMIT 10000";

impl Migration {
    fn text(&self, dialect: Dialect) -> String {
        dialect.pick(self.sqlite, self.postgres).replace("{{clustered}}", dialect.pick("WITHOUT ROWID", ""))
    }
}

/// How a database's schema compares with what this program knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Names of migrations that were applied and are known.
    pub applied: Vec<String>,
    /// Names of those still to be applied.
    pub missing: Vec<&'static str>,
    /// Names of those that a newer program applied.
    pub unknown: Vec<String>,
}

/// Compares and changes nothing.
pub(crate) async fn compare(db: &Db, migrations: &[Migration]) -> Result<Schema, StoreError> {
    let history = match db.query(HISTORY, Vec::new()).await {
        Ok(history) => history,
        // There is no history yet.
        Err(StoreError::Query { .. }) => crate::Rows::default(),
        Err(error) => return Err(error),
    };
    let names = history.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
    let (applied, unknown) = names.into_iter().partition(|name| migrations.iter().any(|known| known.name == *name));
    let missing =
        |applied: &Vec<String>| migrations.iter().map(|known| known.name).filter(|name| !applied.iter().any(|a| a == name)).collect();
    Ok(Schema { missing: missing(&applied), applied, unknown })
}

pub(crate) async fn apply(db: &Db, migrations: &[Migration]) -> Result<Vec<String>, StoreError> {
    let mut applied = Vec::new();
    for _ in 0..RACES {
        match apply_missing(db, migrations, &mut applied).await {
            // Another process wrote the same row of the history first: look again at what is left.
            Err(StoreError::Unique { .. }) => {}
            Err(error) => return Err(error),
            Ok(()) => return Ok(applied),
        }
    }
    Err(StoreError::migration("history", "another process keeps migrating; start one process first, then the others"))
}

async fn apply_missing(db: &Db, migrations: &[Migration], applied: &mut Vec<String>) -> Result<(), StoreError> {
    let mut table = Batch::new();
    table.script(
        "CREATE TABLE IF NOT EXISTS tradewind_migrations (name text PRIMARY KEY, hash text NOT NULL, applied_at bigint NOT NULL)"
            .to_owned(),
    );
    db.commit(table).await?;
    let history = db.query(HISTORY, Vec::new()).await?;
    for row in &history {
        let name = row.text(0)?;
        let Some(known) = migrations.iter().find(|migration| migration.name == name) else {
            let message = "is applied to this database but unknown to this program, which is older; run the newer program";
            return Err(StoreError::migration(name, message));
        };
        if hash(&known.text(db.dialect())) != row.text(1)? {
            let message = "was changed after it was applied; restore the file and put the change into a new migration";
            return Err(StoreError::migration(name, message));
        }
    }
    for migration in migrations {
        let is_applied = history.iter().any(|row| row.text(0).is_ok_and(|name| name == migration.name));
        if !is_applied {
            apply_one(db, migration).await?;
            applied.push(migration.name.to_owned());
        }
    }
    Ok(())
}

async fn apply_one(db: &Db, migration: &Migration) -> Result<(), StoreError> {
    let text = migration.text(db.dialect());
    let record = db.dialect().pick(
        "INSERT INTO tradewind_migrations VALUES ($1, $2, CAST(unixepoch('subsec') * 1000000 AS INTEGER))",
        "INSERT INTO tradewind_migrations VALUES ($1, $2, CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint))",
    );
    let mut batch = Batch::new();
    // The record goes first: on PostgreSQL it makes a second process wait here rather than inside the DDL.
    batch.execute(record, vec![Value::from(migration.name), Value::from(hash(&text))], Expect::Rows(1));
    batch.script(text);
    db.commit(batch).await.map(drop).map_err(|error| match error {
        StoreError::Query { message, .. } => {
            StoreError::migration(migration.name, format!("the database refused it ({message}); correct the file"))
        }
        other => other,
    })
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
