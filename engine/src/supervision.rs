//! The parts of a running engine are watched. One that ends although nobody stopped the engine leaves it taking work that
//! nobody does; so the engine is broken then, says so, and the process is to end.

use crate::handle::Shared;
use futures::FutureExt as _;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Which part ended first, and why.
pub(crate) struct Supervision(watch::Sender<Option<String>>);

impl Default for Supervision {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Supervision {
    /// Whether every part works.
    pub fn is_whole(&self) -> bool {
        self.0.borrow().is_none()
    }

    /// Returns the reason once a part has ended.
    pub async fn broken(&self) -> String {
        let mut told = self.0.subscribe();
        match told.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            // The sender is in `self`, which is borrowed here.
            Err(_) => std::future::pending().await,
        }
    }

    fn note(&self, reason: String) {
        self.0.send_if_modified(|first| {
            let new = first.is_none();
            if new {
                *first = Some(reason);
            }
            new
        });
    }
}

/// Starts a part of the engine.
pub(crate) fn start(shared: &Arc<Shared>, part: &'static str, work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    let shared = shared.clone();
    tokio::spawn(async move {
        let reason = match AssertUnwindSafe(work).catch_unwind().await {
            Ok(()) if shared.stopping() => return,
            Ok(()) => "it ended".to_owned(),
            Err(panic) => format!("panic: {}", words(&*panic)),
        };
        tracing::error!(part, reason, "a part of the engine broke off");
        shared.supervision.note(format!("the {part} broke off ({reason})"));
    })
}

/// What a panic said.
pub(crate) fn words(panic: &(dyn std::any::Any + Send)) -> &str {
    panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words")
}
