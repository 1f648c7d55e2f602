//! A reading thread: takes requests from a queue shared with its siblings.

use std::sync::Mutex;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::ReadAnswer;
use super::execute::{Session, failure};
use crate::{Query, Rows, StoreError};

pub(super) enum ReadRequest {
    Read(Vec<Query>, oneshot::Sender<ReadAnswer>),
    /// Ends the one thread that takes it.
    End,
}

pub(super) fn run(session: &Session, requests: &Mutex<mpsc::Receiver<ReadRequest>>) {
    loop {
        // A poisoned lock only says that a sibling died while it waited; the queue is whole.
        let request = requests.lock().unwrap_or_else(std::sync::PoisonError::into_inner).blocking_recv();
        match request {
            Some(ReadRequest::Read(queries, answer)) => {
                // The caller may have gone; its answer then goes nowhere.
                let _ = answer.send(snapshot(session, &queries));
            }
            Some(ReadRequest::End) | None => return,
        }
    }
}

/// Answers all queries from one snapshot. One statement is a snapshot by itself.
pub(super) fn snapshot(session: &Session, queries: &[Query]) -> ReadAnswer {
    let all = || queries.iter().map(|query| session.read(query)).collect::<Result<Vec<Rows>, StoreError>>();
    if queries.len() == 1 {
        return all();
    }
    run_one(&session.connection, "BEGIN")?;
    let answer = all();
    run_one(&session.connection, "ROLLBACK")?;
    answer
}

fn run_one(connection: &Connection, sql: &'static str) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(|error| failure(sql, error))?;
    statement.raw_execute().map(drop).map_err(|error| failure(sql, error))
}
