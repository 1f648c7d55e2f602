//! The writing thread: whatever waits in the queue becomes one transaction with one fsync.

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::ReadAnswer;
use super::execute::{Session, failure, is_busy};
use super::fold::Written;
use super::reader::snapshot;
use crate::owner::{CURRENT, Fence};
use crate::{Batch, Committed, Query, StoreError};

/// A group takes no further batch once it has this many rows, so that the first caller is not kept waiting.
const GROUP_ROWS: usize = 20_000;

/// How often a group is tried while another process holds the lock; each try waits for the busy timeout.
const TRIES: usize = 3;

/// How long emptying the log waits for those who read from it.
const SCRUB_TIMEOUT: std::time::Duration = std::time::Duration::from_millis(100);

pub(super) struct CommitRequest {
    pub(super) batch: Batch,
    pub(super) answer: oneshot::Sender<Result<Committed, StoreError>>,
    /// Room in the queue, given back when the request has been answered.
    pub(super) _permit: OwnedSemaphorePermit,
}

pub(super) enum WriteRequest {
    Commit(CommitRequest),
    Read(Vec<Query>, oneshot::Sender<ReadAnswer>),
    Prepare(&'static str, oneshot::Sender<Result<(), StoreError>>),
    Scrub(oneshot::Sender<Result<bool, StoreError>>),
    End,
}

/// Why a whole group was not committed.
enum GroupFailure {
    /// Another connection holds the lock: nothing was written, the group can be tried again.
    Busy(StoreError),
    Lost(StoreError),
}

type Results = Vec<Result<Committed, StoreError>>;

pub(super) fn run(session: Session, mut requests: mpsc::Receiver<WriteRequest>, wrote: &Written, fence: &Fence) {
    let mut next = None;
    loop {
        match next.take().or_else(|| requests.blocking_recv()) {
            Some(WriteRequest::Commit(first)) => {
                let group;
                (group, next) = gather(first, &mut requests);
                commit(&session, fence.epoch(), group);
                wrote.note();
            }
            // Whoever asked may have gone; the answer then goes nowhere.
            Some(WriteRequest::Read(queries, answer)) => drop(answer.send(snapshot(&session, &queries))),
            Some(WriteRequest::Prepare(sql, answer)) => drop(answer.send(session.prepare(sql))),
            Some(WriteRequest::Scrub(answer)) => drop(answer.send(scrub(&session.connection))),
            Some(WriteRequest::End) | None => break,
        }
    }
    finish(&session.connection);
}

/// Takes all commits that wait already. A request of another kind ends the group and comes next.
fn gather(first: CommitRequest, requests: &mut mpsc::Receiver<WriteRequest>) -> (Vec<CommitRequest>, Option<WriteRequest>) {
    let mut rows = first.batch.rows();
    let mut group = vec![first];
    while rows < GROUP_ROWS {
        match requests.try_recv() {
            Ok(WriteRequest::Commit(request)) => {
                rows += request.batch.rows();
                group.push(request);
            }
            Ok(other) => return (group, Some(other)),
            Err(_) => break,
        }
    }
    (group, None)
}

fn commit(session: &Session, epoch: Option<i64>, group: Vec<CommitRequest>) {
    metrics::histogram!("store_group_batches").record(group.len() as f64);
    let mut tries = 0;
    let results = loop {
        tries += 1;
        match transaction(session, epoch, &group) {
            Ok(results) => break results,
            Err(GroupFailure::Busy(_)) if tries < TRIES => {
                tracing::warn!(tries, "another process holds the database's write lock; trying again");
            }
            Err(GroupFailure::Busy(error) | GroupFailure::Lost(error)) => break group.iter().map(|_| Err(error.clone())).collect(),
        }
    };
    for (request, result) in group.into_iter().zip(results) {
        let _ = request.answer.send(result);
    }
}

fn transaction(session: &Session, epoch: Option<i64>, group: &[CommitRequest]) -> Result<Results, GroupFailure> {
    match together(session, epoch, group)? {
        Some(results) => Ok(results),
        None => apart(session, epoch, group),
    }
}

/// Begins a transaction, inside which nobody else writes; with an epoch only while that is in force.
fn begin(session: &Session, epoch: Option<i64>) -> Result<(), GroupFailure> {
    let connection = &session.connection;
    step(connection, "BEGIN IMMEDIATE").map_err(busy_or_lost)?;
    let Some(epoch) = epoch else { return Ok(()) };
    let now = connection.prepare_cached(CURRENT).and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(0)));
    let lost = match now {
        Ok(now) if now == epoch => return Ok(()),
        Ok(_) | Err(rusqlite::Error::QueryReturnedNoRows) => StoreError::NotOwner,
        Err(error) => StoreError::unavailable(error),
    };
    roll_back(connection);
    Err(GroupFailure::Lost(lost))
}

/// Applies every batch without guarding one from another: a savepoint for each took a sixth of the server's time under many
/// small commits, and hardly ever is one needed. None when a batch failed; nothing is written then.
fn together(session: &Session, epoch: Option<i64>, group: &[CommitRequest]) -> Result<Option<Results>, GroupFailure> {
    let connection = &session.connection;
    begin(session, epoch)?;
    let mut results = Vec::with_capacity(group.len());
    for request in group {
        let result = session.apply(&request.batch);
        let failed = result.is_err();
        results.push(result);
        if failed {
            roll_back(connection);
            // A lone batch has failed by itself, and is undone with its transaction.
            return Ok((group.len() == 1).then_some(results));
        }
    }
    finish_transaction(connection)?;
    Ok(Some(results))
}

/// Applies every batch behind a savepoint of its own, so that those that fail leave the others be.
fn apart(session: &Session, epoch: Option<i64>, group: &[CommitRequest]) -> Result<Results, GroupFailure> {
    let connection = &session.connection;
    begin(session, epoch)?;
    let results = match guarded(session, group) {
        Ok(results) => results,
        Err(error) => {
            roll_back(connection);
            return Err(GroupFailure::Lost(error));
        }
    };
    if results.iter().all(Result::is_err) {
        roll_back(connection);
        return Ok(results);
    }
    finish_transaction(connection)?;
    Ok(results)
}

fn finish_transaction(connection: &Connection) -> Result<(), GroupFailure> {
    step(connection, "COMMIT").map_err(|error| {
        roll_back(connection);
        busy_or_lost(error)
    })
}

/// The outer error means that SQLite gave up the transaction, and so all of them.
fn guarded(session: &Session, group: &[CommitRequest]) -> Result<Results, StoreError> {
    let connection = &session.connection;
    let mut results = Vec::with_capacity(group.len());
    for request in group {
        step(connection, "SAVEPOINT batch").map_err(|error| failure("SAVEPOINT", error))?;
        let result = session.apply(&request.batch);
        if let Err(error) = &result {
            // A full disk or an I/O error ends the whole transaction; there is no savepoint to return to.
            if connection.is_autocommit() {
                return Err(error.clone());
            }
            step(connection, "ROLLBACK TO batch").map_err(|error| failure("ROLLBACK TO", error))?;
        }
        step(connection, "RELEASE batch").map_err(|error| failure("RELEASE", error))?;
        results.push(result);
    }
    Ok(results)
}

fn step(connection: &Connection, sql: &'static str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.raw_execute().map(drop)
}

fn roll_back(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = step(connection, "ROLLBACK")
    {
        tracing::error!(%error, "a transaction could not be rolled back; the next one will fail and say so");
    }
}

fn busy_or_lost(error: rusqlite::Error) -> GroupFailure {
    if is_busy(&error) { GroupFailure::Busy(StoreError::unavailable(error)) } else { GroupFailure::Lost(StoreError::unavailable(error)) }
}

/// Folds the whole log and cuts it to nothing. Who reads from it is waited for only briefly: commits wait meanwhile.
fn scrub(connection: &Connection) -> Result<bool, StoreError> {
    let failed = |error| failure("PRAGMA wal_checkpoint(TRUNCATE)", error);
    connection.busy_timeout(SCRUB_TIMEOUT).map_err(failed)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    connection.busy_timeout(super::connection::BUSY_TIMEOUT).map_err(failed)?;
    match busy {
        Ok(busy) => Ok(busy == 0),
        // Another connection folds at this moment.
        Err(error) if is_busy(&error) => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

/// Folds the log into the file, so that a copy of the one file is the whole database.
fn finish(connection: &Connection) {
    if let Err(error) = connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);") {
        tracing::warn!(%error, "the log could not be folded into the database file; the next start does it");
    }
}
