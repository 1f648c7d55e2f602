//! One owner of a database, on a file and on PostgreSQL.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tradewind_store::{Batch, Claim, Db, DbSettings, Expect, Holder, StoreError};

use crate::place::Place;

/// Ends the sessions of every owner, the one with the lock and those of its pool.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE application_name LIKE 'tradewind-% process 1 %' AND datname = current_database()";

fn holder(pid: u32) -> Holder {
    Holder { host: "shop-1".into(), pid, address: "10.0.0.1:7311".into(), since: format!("2026-11-30T09:00:0{pid}Z") }
}

async fn own(url: &str, pid: u32, patience: Option<Duration>) -> Result<Db, StoreError> {
    Db::own(DbSettings::new(url), Claim { holder: holder(pid), patience, waiting: &|_| {} }).await.map(|(db, _)| db)
}

const AT_ONCE: Option<Duration> = Some(Duration::ZERO);

async fn write(db: &Db) -> Result<(), StoreError> {
    let mut batch = Batch::new();
    let sql = "INSERT INTO revisions (workspace_id, subject, revision) VALUES ($1, $2, 1)";
    batch.execute(sql, vec![uuid::Uuid::nil().into(), uuid::Uuid::now_v7().to_string().into()], Expect::Rows(1));
    db.commit(batch).await.map(drop)
}

fn named(outcome: Result<Db, StoreError>) -> String {
    match outcome.map(|_| ()) {
        Err(StoreError::Owned { by }) => by,
        other => panic!("{other:?}"),
    }
}

async fn places() -> [Place; 2] {
    [Place::sqlite_file().await, Place::postgres().await]
}

#[tokio::test]
async fn a_second_owner_is_told_who_the_first_is_and_may_wait_for_its_end() {
    for place in places().await {
        let first = own(&place.url, 1, AT_ONCE).await.unwrap();
        let by = named(own(&place.url, 2, AT_ONCE).await);
        assert!(by.contains("process 1 at 10.0.0.1:7311 on shop-1, since 2"), "{by}");
        assert_eq!(Db::owner(&DbSettings::new(&place.url)).await.unwrap(), Some(by));
        let told = AtomicUsize::new(0);
        let waiting = |by: &str| {
            assert!(by.contains("process 1 "), "{by}");
            told.fetch_add(1, Ordering::Relaxed);
        };
        let claim = Claim { holder: holder(3), patience: None, waiting: &waiting };
        let ends = async {
            while told.load(Ordering::Relaxed) == 0 {
                tokio::task::yield_now().await;
            }
            write(&first).await.unwrap();
            first.close().await;
        };
        let (second, ()) = tokio::join!(Db::own(DbSettings::new(&place.url), claim), ends);
        let (second, applied) = second.unwrap();
        assert_eq!((applied.len(), told.into_inner()), (0, 1));
        write(&second).await.unwrap();
        second.close().await;
        assert_eq!(Db::owner(&DbSettings::new(&place.url)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_owner_whose_epoch_has_passed_writes_nothing() {
    for place in places().await {
        let owner = own(&place.url, 1, AT_ONCE).await.unwrap();
        write(&owner).await.unwrap();
        let mut raise = Batch::new();
        raise.execute("UPDATE owner SET epoch = epoch + 1", vec![], Expect::Rows(1));
        // A handle that owns nothing is not checked.
        place.db.commit(raise).await.unwrap();
        assert_eq!(write(&owner).await, Err(StoreError::NotOwner));
        owner.lost().await;
        let rows = owner.query("SELECT COUNT(*) FROM revisions WHERE workspace_id = $1", vec![uuid::Uuid::nil().into()]).await.unwrap();
        assert_eq!(rows[0].int(0).unwrap(), 1, "and reads as before");
        for _ in 0..20 {
            assert_eq!(write(&owner).await, Err(StoreError::NotOwner));
        }
    }
}

#[tokio::test]
async fn a_sqlite_database_reached_by_another_way_is_the_same() {
    let place = Place::sqlite_file().await;
    let path = place.url.strip_prefix("sqlite:").unwrap();
    let other = format!("{path}-link");
    std::os::unix::fs::symlink(path, &other).unwrap();
    let _owner = own(&place.url, 1, AT_ONCE).await.unwrap();
    named(own(&format!("sqlite:{other}"), 2, AT_ONCE).await);
}

#[tokio::test]
async fn a_sqlite_database_is_its_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::sqlite_file().await;
    let path = format!("{}-new", place.url.strip_prefix("sqlite:").unwrap());
    let _owner = own(&format!("sqlite:{path}"), 1, AT_ONCE).await.unwrap();
    for file in [path.clone(), format!("{path}.lock"), format!("{path}-wal")] {
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "{file}");
    }
}

#[tokio::test]
async fn a_postgres_owner_that_lost_its_connections_cannot_write_once_there_is_another() {
    let place = Place::postgres().await;
    let first = own(&place.url, 1, AT_ONCE).await.unwrap();
    write(&first).await.unwrap();
    let second = own(&place.url, 2, None);
    tokio::pin!(second);
    // The first takes its lock again when it is quicker: it is cut off until the other has it.
    let second = loop {
        crate::postgres::run_sql(&place.url, CUT);
        if let Ok(second) = tokio::time::timeout(Duration::from_millis(50), &mut second).await {
            break second.unwrap();
        }
    };
    assert_eq!(write(&first).await, Err(StoreError::NotOwner));
    first.lost().await;
    write(&second).await.unwrap();
}
