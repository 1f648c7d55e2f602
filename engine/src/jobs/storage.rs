//! What apalis' workers take their tasks from on SQLite: the table of jobs, read and written through the store like every other.
//!
//! It never fails towards its worker: apalis ends a worker whose backend fails, and a full disk would end all of them.

use super::table::{JobTable, NewJob, RENEWAL, TakenJob};
use apalis::prelude::{Backend, BoxDynError, Codec, Layer, Service, Task, TaskBuilder, TaskId, WorkerContext};
use apalis_core::backend::finalize::Durable;
use apalis_core::backend::{BackendConfig, WireFormatBackend};
use futures::future::BoxFuture;
use futures::{FutureExt as _, Sink};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::convert::Infallible;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tradewind_nodes::time::Timestamp;
use uuid::Uuid;

/// One queue of the table, for tasks that carry `Args`.
pub(super) struct StoreQueue<Args> {
    table: JobTable,
    queue: &'static str,
    taking: Option<BoxFuture<'static, TakenJob>>,
    unsaved: Vec<NewJob>,
    saving: Option<BoxFuture<'static, ()>>,
    args: PhantomData<fn() -> Args>,
}

impl<Args> StoreQueue<Args> {
    pub fn new(table: JobTable, queue: &'static str) -> Self {
        Self { table, queue, taking: None, unsaved: Vec::new(), saving: None, args: PhantomData }
    }

    /// Saves what was given; ready once nothing is unsaved.
    fn poll_saved(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        loop {
            if let Some(saving) = &mut self.saving {
                ready!(saving.poll_unpin(cx));
                self.saving = None;
            }
            if self.unsaved.is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.saving = Some(self.table.clone().add_now(self.queue, std::mem::take(&mut self.unsaved)).boxed());
        }
    }
}

impl<Args> Backend for StoreQueue<Args> {
    type Task = Task<String>;
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Option<Result<Task<String>, Infallible>>> {
        let (table, queue) = (&self.table, self.queue);
        let taken = ready!(self.taking.get_or_insert_with(|| table.clone().next(queue).boxed()).poll_unpin(cx));
        self.taking = None;
        let receipt = Receipt { id: taken.id, attempt: taken.attempt };
        // The worker counts the attempt that it begins.
        let earlier = usize::try_from(taken.attempt - 1).unwrap_or(0);
        let task = TaskBuilder::new(taken.body).task_id(TaskId::from_string(taken.id)).attempt(earlier).data(receipt).build();
        Poll::Ready(Some(Ok(task)))
    }

    fn poll_close(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
}

impl<Args> BackendConfig for StoreQueue<Args> {
    type Args = Args;
    type Id = Uuid;
    type Kind = Durable;
    type Config = ();
    type Layer = SettleLayer;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> SettleLayer {
        SettleLayer(self.table.clone())
    }
}

impl<Args> WireFormatBackend for StoreQueue<Args> {
    type Codec = Json;
    type Compact = String;

    fn codec(&self) -> &Json {
        &Json
    }
}

impl<Args> Sink<Task<String>> for StoreQueue<Args> {
    type Error = Infallible;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.get_mut().poll_saved(cx)
    }

    fn start_send(self: Pin<&mut Self>, task: Task<String>) -> Result<(), Infallible> {
        let this = self.get_mut();
        let seconds = task.run_at().and_then(|at| i64::try_from(at).ok());
        let due_at = seconds.map(|seconds| Timestamp::from_micros(seconds.saturating_mul(1_000_000)));
        this.unsaved.push(this.table.job(task.args, due_at));
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.get_mut().poll_saved(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.get_mut().poll_saved(cx)
    }
}

/// Tasks are JSON in the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json;

impl<T: Serialize + DeserializeOwned> Codec<T> for Json {
    type Error = serde_json::Error;
    type Compact = String;

    fn encode(&self, value: &T) -> Result<String, serde_json::Error> {
        serde_json::to_string(value)
    }

    fn decode(&self, text: &String) -> Result<T, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// Which row a task came from.
#[derive(Clone, Copy, Debug)]
struct Receipt {
    id: Uuid,
    attempt: i64,
}

/// Renews the lease of a job while its handler runs, and removes it when the handler has succeeded. A job whose handler failed
/// keeps its lease: it is taken again at the end of it.
pub(super) struct SettleLayer(JobTable);

impl<S> Layer<S> for SettleLayer {
    type Service = Settle<S>;

    fn layer(&self, inner: S) -> Settle<S> {
        Settle { inner, table: self.0.clone() }
    }
}

pub(super) struct Settle<S> {
    inner: S,
    table: JobTable,
}

impl<S, Args> Service<Task<Args>> for Settle<S>
where
    S: Service<Task<Args>>,
    S::Future: Send + 'static,
    S::Response: Send,
    S::Error: Into<BoxDynError> + Send,
{
    type Response = S::Response;
    type Error = BoxDynError;
    type Future = BoxFuture<'static, Result<S::Response, BoxDynError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxDynError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, task: Task<Args>) -> Self::Future {
        let receipt = task.data().get::<Receipt>().copied();
        let work = self.inner.call(task);
        let table = self.table.clone();
        async move {
            let Some(receipt) = receipt else { return Err("a task that is not from the table of jobs".into()) };
            let mut work = Box::pin(work);
            let outcome = loop {
                match tokio::time::timeout(RENEWAL, &mut work).await {
                    Ok(outcome) => break outcome.map_err(Into::into),
                    Err(_) => tell(table.renew(receipt.id, receipt.attempt).await),
                }
            };
            if outcome.is_ok() {
                tell(table.remove(receipt.id).await);
            }
            outcome
        }
        .boxed()
    }
}

/// What could not be written costs a repetition and nothing else.
fn tell(written: Result<(), tradewind_store::StoreError>) {
    if let Err(error) = written {
        tracing::warn!(%error, "the row of a job could not be written: the job may be done twice");
    }
}
