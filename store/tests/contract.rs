//! What every database must do alike: one suite, run on a SQLite file, in memory and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop where it is")]
#![allow(clippy::disallowed_methods, reason = "rows need ids that differ; which ones does not matter here")]

#[path = "../../tests/support/postgres.rs"]
mod postgres;

#[path = "contract/place.rs"]
mod place;

#[path = "contract/migrations.rs"]
mod migrations;

#[path = "contract/owning.rs"]
mod owning;

#[path = "contract/reading.rs"]
mod reading;

#[path = "contract/writing.rs"]
mod writing;

#[path = "contract/trouble.rs"]
mod trouble;
