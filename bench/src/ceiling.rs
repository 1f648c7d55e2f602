//! The ceiling: the rows of J1 and J3 written to the same database with the same settings by a program that does
//! nothing else. What the engine reaches is stated as a share of it.

use crate::database::{Kind, wait};
use crate::rows::{Ids, Rows, Sizes};
use crate::template::passes;
use crate::{Fallible, SiteArgs, clock, report};
use clap::Args;
use rusqlite::{Connection, Transaction};
use serde_json::json;
use std::path::Path;
use tradewind_store::{Db, DbSettings};

/// What the ceiling is measured with.
#[derive(Args, Clone)]
pub struct Options {
    /// Events.
    #[arg(long, default_value_t = 60_000)]
    pub events: usize,
    /// Events a transaction.
    #[arg(long, default_value_t = 500)]
    pub batch: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { events: 60_000, batch: 500 }
    }
}

/// What others make of the ceiling.
pub struct Measured {
    /// Runs of J1 a second.
    pub j1_runs_per_s: f64,
    /// Runs of J3 a second.
    pub j3_runs_per_s: f64,
}

/// The sizes of the rows of J1 and of J3.
pub type BothSizes = (Sizes, Sizes);

/// Measures and reports.
pub fn run(args: &SiteArgs, options: &Options, sizes: Option<BothSizes>) -> Fallible<Measured> {
    let measured = sizes.is_some();
    let (j1, j3) = sizes.unwrap_or_default();
    let write = match args.database {
        Kind::Sqlite => write_sqlite,
        Kind::Postgres => write_postgres,
    };
    let (j1_rows, j1_taken) = write(args, options, &Rows::new(j1), true)?;
    let (j3_rows, j3_taken) = write(args, options, &Rows::new(j3), false)?;
    let events = options.events as f64;
    let made = Measured { j1_runs_per_s: events / j1_taken, j3_runs_per_s: events / j3_taken };
    report::publish(&json!({
        "bench": "ceiling", "database": args.database.name(), "events": options.events, "batch": options.batch, "sizes_measured": measured,
        "j1_rows_per_s": (j1_rows as f64 / j1_taken).round(), "j1_runs_per_s": made.j1_runs_per_s.round(), "j1_rows_per_run": report::rounded(j1_rows as f64 / events),
        "j3_rows_per_s": (j3_rows as f64 / j3_taken).round(), "j3_runs_per_s": made.j3_runs_per_s.round(), "j3_rows_per_run": report::rounded(j3_rows as f64 / events),
    }))?;
    Ok(made)
}

/// Writes all rows; how many there were and the seconds they took.
fn write_sqlite(args: &SiteArgs, options: &Options, rows: &Rows, sleeps: bool) -> Fallible<(usize, f64)> {
    let folder = args.data.join(format!("ceiling-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let mut database = open(&folder.join("ceiling.db"))?;
    let begun = clock::now();
    let mut written = 0;
    for from in (0..options.events).step_by(options.batch) {
        let ids: Vec<(usize, Ids)> = (from..options.events.min(from + options.batch)).map(|number| (number, Ids::of(number))).collect();
        let goes_on = |number: usize| sleeps && passes(number);
        written += batch(&mut database, &ids, |tx, _, ids| rows.accept(tx, ids))?;
        written += batch(&mut database, &ids, |tx, number, ids| rows.enter(tx, ids, goes_on(number)))?;
        let awake: Vec<(usize, Ids)> = ids.into_iter().filter(|(number, _)| goes_on(*number)).collect();
        if !awake.is_empty() {
            written += batch(&mut database, &awake, |tx, _, ids| rows.wake(tx, ids))?;
            written += batch(&mut database, &awake, |tx, _, ids| rows.settle(tx, ids))?;
        }
    }
    let taken = clock::seconds(begun, clock::now());
    drop(database);
    std::fs::remove_dir_all(&folder)?;
    Ok((written, taken))
}

/// As [`write_sqlite`]: one connection, one statement for all rows of a table.
fn write_postgres(_: &SiteArgs, options: &Options, rows: &Rows, sleeps: bool) -> Fallible<(usize, f64)> {
    let url = crate::postgres::fresh_database();
    wait(async {
        let db = Db::open(DbSettings { connections: 2, ..DbSettings::new(url) }).await?;
        db.migrate().await?;
        let begun = clock::now();
        let mut written = 0;
        for from in (0..options.events).step_by(options.batch) {
            let ids: Vec<(usize, Ids)> = (from..options.events.min(from + options.batch)).map(|number| (number, Ids::of(number))).collect();
            let goes_on = |number: usize| sleeps && passes(number);
            let mut batches = vec![rows.accept_all(&ids), rows.enter_all(&ids, goes_on)];
            let awake: Vec<(usize, Ids)> = ids.into_iter().filter(|(number, _)| goes_on(*number)).collect();
            if !awake.is_empty() {
                batches.extend([rows.wake_all(&awake), rows.settle_all(&awake)]);
            }
            for batch in batches {
                written += batch.rows();
                db.commit(batch).await?;
            }
        }
        let taken = clock::seconds(begun, clock::now());
        db.close().await;
        Ok((written, taken))
    })
}

fn batch(
    database: &mut Connection,
    ids: &[(usize, Ids)],
    each: impl Fn(&Transaction<'_>, usize, &Ids) -> rusqlite::Result<usize>,
) -> Fallible<usize> {
    let tx = database.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let mut rows = 0;
    for (number, ids) in ids {
        rows += each(&tx, *number, ids)?;
    }
    tx.commit()?;
    Ok(rows)
}

/// A database with the settings of the store's writer.
fn open(file: &Path) -> Fallible<Connection> {
    let database = Connection::open(file)?;
    for (pragma, value) in [
        ("page_size", "8192"),
        ("journal_mode", "wal"),
        ("wal_autocheckpoint", "4000"),
        ("journal_size_limit", "134217728"),
        ("synchronous", "FULL"),
        ("foreign_keys", "ON"),
        ("temp_store", "MEMORY"),
        ("cache_size", "-65536"),
    ] {
        database.pragma_update_and_check(None, pragma, value, |_| Ok(())).or_else(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => Ok(()),
            error => Err(error),
        })?;
    }
    database.set_prepared_statement_cache_capacity(64);
    for migration in tradewind_store::MIGRATIONS {
        database.execute_batch(&migration.sqlite.replace("{{clustered}}", "WITHOUT ROWID"))?;
    }
    Ok(database)
}
