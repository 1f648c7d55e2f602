//! The tables of the engine and of its doors, a file each, the list of all tables, and what follows from it: [`sweep`] and [`merge`].

pub mod api_keys;
pub mod dead_letters;
pub mod deliveries;
pub mod erasures;
pub mod idempotency;
pub mod inbox;
pub mod incidents;
pub mod jobs;
pub mod journeys;
pub mod kinds;
pub mod mails;
pub(crate) mod merge;
pub mod owner;
pub mod passages;
pub mod refusals;
pub mod runs;
pub mod scenarios;
pub mod schedules;
pub mod sessions;
pub mod steps;
pub mod suppressions;
pub(crate) mod sweep;
pub mod tasks;
pub mod throttles;
pub mod versions;
pub mod write_checks;

use std::sync::LazyLock;
use tradewind_schema::Table;
use tradewind_store::{Db, StoreError};

/// The tables of this crate.
const OWN: &[&Table] = &[
    &inbox::INBOX,
    &dead_letters::DEAD_LETTERS,
    &journeys::JOURNEYS,
    &versions::VERSIONS,
    &scenarios::SCENARIOS,
    &kinds::KINDS,
    &runs::RUNS,
    &steps::STEPS,
    &refusals::REFUSALS,
    &deliveries::DELIVERIES,
    &mails::MAILS,
    &tasks::TASKS,
    &erasures::ERASURES,
    &suppressions::SUPPRESSIONS,
    &incidents::INCIDENTS,
    &schedules::SCHEDULES,
    &passages::PASSAGES,
    &throttles::THROTTLES,
    &api_keys::API_KEYS,
    &sessions::SESSIONS,
    &idempotency::IDEMPOTENCY,
    &owner::OWNER,
    &jobs::JOBS,
    &write_checks::WRITE_CHECKS,
];

/// How the names of tables begin that others made and keep: apalis and the driver it comes with.
pub const FOREIGN: &[&str] = &["_apalis", "_sqlx", "apalis", "Jobs", "Workers"];

/// The table in which the store notes which migrations were applied.
pub const HISTORY: &str = "tradewind_migrations";

/// Every table of the program: those of the commerce layer, those that commands keep, then the engine's.
pub static TABLES: LazyLock<Vec<&'static Table>> = LazyLock::new(|| {
    let kept: Vec<&'static Table> = tradewind_core::commands::tables().into_iter().map(|kept| kept.table).collect();
    [tradewind_commerce::tables::TABLES, &kept, OWN].concat()
});

/// Refuses a database that does not have the tables as declared.
///
/// # Errors
/// [`StoreError::Declared`] names every column that differs.
pub async fn check(db: &Db) -> Result<(), StoreError> {
    db.check(&TABLES).await
}
