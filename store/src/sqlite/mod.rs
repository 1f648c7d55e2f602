//! SQLite: one thread that writes, a few that read, each with a connection of its own.

mod connection;
mod execute;
mod fold;
mod reader;
mod writer;

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedSemaphorePermit, mpsc, oneshot};

use crate::owner::Fence;
use crate::{Batch, Committed, DbSettings, Query, Rows, StoreError};
use reader::ReadRequest;
use writer::{CommitRequest, WriteRequest};

/// Requests that may wait for a thread; rows are bounded by the gate in front.
const QUEUE: usize = 4096;

type ReadAnswer = Result<Vec<Rows>, StoreError>;

pub(crate) struct Sqlite {
    writes: mpsc::Sender<WriteRequest>,
    /// None in memory, where the writer's connection is the only one there is.
    reads: Option<mpsc::Sender<ReadRequest>>,
    ended: Mutex<Vec<oneshot::Receiver<()>>>,
}

impl Sqlite {
    /// Opens the file, or a database in memory for `None`.
    pub(crate) async fn open(path: Option<PathBuf>, settings: &DbSettings, fence: Arc<Fence>) -> Result<Self, StoreError> {
        let (writes, requests) = mpsc::channel(QUEUE);
        let (at, durability) = (path.clone(), settings.durability);
        let connect = move || connection::writer(at.as_deref(), durability);
        let (wrote, fold) = fold::pair();
        let written = spawn("store-writer".to_owned(), connect, move |session| {
            // Whoever waits for an answer learns that the thread ended; nobody else would.
            let run = AssertUnwindSafe(|| writer::run(session, requests, &wrote, &fence));
            if std::panic::catch_unwind(run).is_err() {
                fence.lose("the thread that writes to the database broke off");
            }
        })
        .await?;
        let mut ended = Vec::new();
        if let Some(path) = path.clone() {
            // Ends with the writer; nobody waits for it.
            spawn("store-fold".to_owned(), move || connection::folder(&path, durability), move |connection| fold::run(&connection, &fold))
                .await?;
        }
        let mut reads = None;
        if let Some(path) = path {
            let (sender, requests) = mpsc::channel(QUEUE);
            let requests = Arc::new(std::sync::Mutex::new(requests));
            for index in 0..settings.readers {
                let (path, requests) = (path.clone(), Arc::clone(&requests));
                let connect = move || connection::reader(&path, durability);
                ended.push(spawn(format!("store-reader-{index}"), connect, move |session| reader::run(&session, &requests)).await?);
            }
            reads = Some(sender);
        }
        ended.push(written);
        Ok(Self { writes, reads, ended: Mutex::new(ended) })
    }

    pub(crate) async fn commit(&self, batch: Batch, permit: OwnedSemaphorePermit) -> Result<Committed, StoreError> {
        let (answer, answered) = oneshot::channel();
        let request = WriteRequest::Commit(CommitRequest { batch, answer, _permit: permit });
        self.writes.send(request).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(lost)?
    }

    pub(crate) async fn read(&self, queries: Vec<Query>) -> ReadAnswer {
        let (answer, answered) = oneshot::channel();
        match &self.reads {
            Some(reads) => reads.send(ReadRequest::Read(queries, answer)).await.map_err(|_| StoreError::Closed)?,
            None => self.writes.send(WriteRequest::Read(queries, answer)).await.map_err(|_| StoreError::Closed)?,
        }
        answered.await.map_err(lost)?
    }

    pub(crate) async fn prepare(&self, sql: &'static str) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        self.writes.send(WriteRequest::Prepare(sql, answer)).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(lost)?
    }

    /// Empties the log; false when somebody reads from it.
    pub(crate) async fn scrub(&self) -> Result<bool, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.writes.send(WriteRequest::Scrub(answer)).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(lost)?
    }

    /// Ends the threads, the readers first: SQLite folds its log into the file only when nobody reads it.
    pub(crate) async fn close(&self) {
        let mut ended = std::mem::take(&mut *self.ended.lock().await);
        let written = ended.pop();
        if let Some(reads) = &self.reads {
            for _ in &ended {
                // A send can only fail when the threads are gone, which is what is wanted.
                let _ = reads.send(ReadRequest::End).await;
            }
        }
        for thread in ended {
            let _ = thread.await;
        }
        let _ = self.writes.send(WriteRequest::End).await;
        if let Some(thread) = written {
            let _ = thread.await;
        }
    }
}

fn lost(_: oneshot::error::RecvError) -> StoreError {
    StoreError::unavailable("a database thread ended before it answered")
}

/// Starts a thread that connects and then works; returns once it is connected. The receiver resolves at its end.
async fn spawn<C: 'static>(
    name: String,
    connect: impl FnOnce() -> Result<C, StoreError> + Send + 'static,
    work: impl FnOnce(C) + Send + 'static,
) -> Result<oneshot::Receiver<()>, StoreError> {
    let (ready, connected) = oneshot::channel();
    let (end, ended) = oneshot::channel::<()>();
    std::thread::Builder::new()
        .name(name)
        .spawn(move || {
            match connect() {
                Ok(connection) => {
                    let _ = ready.send(Ok(()));
                    work(connection);
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                }
            }
            drop(end);
        })
        .map_err(|error| StoreError::unavailable(format!("no thread could be started: {error}")))?;
    connected.await.map_err(lost)??;
    Ok(ended)
}
