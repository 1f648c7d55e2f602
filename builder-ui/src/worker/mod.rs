//! What journeys *do* is worked out in a thread of its own: checking, dry runs, templates, scripts. Its program is a second one, fetched
//! when the first question is asked, so that a first visit does not pay for it, and no script can hold up a page.
//!
//! A page asks with [`ask`], or with [`asked`] for an answer that follows its question. Questions stand where they are asked;
//! `crate::questions` lists them.

mod kinds;
#[cfg(target_arch = "wasm32")]
mod thread;

pub use kinds::Kinds;
#[cfg(target_arch = "wasm32")]
pub use thread::serve;

use crate::api::{self, Failure};
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tradewind_nodes::kinds::{Outlines, Registry};

/// Something the worker can be asked. It crosses from one thread to another as JSON.
pub trait Ask: Serialize + DeserializeOwned {
    /// What it says.
    type Answer: Serialize + DeserializeOwned;
    /// Works it out. `kinds` are those of the workspace.
    fn answer(self, kinds: &Registry) -> Self::Answer;
}

/// A question that the worker's program knows: implemented by the list of them.
pub trait Listed: Ask {
    /// What it is called between the threads.
    const NAME: &'static str;
}

/// Asks, and waits for the answer. None when the worker could not be started or died of the question: the user is told, and the next
/// question starts another.
pub async fn ask<Q: Listed>(question: Q) -> Option<Q::Answer> {
    #[cfg(target_arch = "wasm32")]
    return serde_json::from_str(&thread::send(Q::NAME, &question).await?).ok();
    // Natively pages ask nothing: their tests answer questions themselves.
    #[cfg(not(target_arch = "wasm32"))]
    {
        drop(question);
        None
    }
}

/// Starts the worker, so that it is there when something is asked.
pub fn wake() {
    #[cfg(target_arch = "wasm32")]
    thread::wake();
}

/// The kinds of this workspace. The worker is told those written in Rhai: what is asked from now on knows them.
///
/// # Errors
/// When there is no answer.
pub async fn learn() -> Result<Outlines, Failure> {
    let api::kinds::OwnKinds { outlines, sources } = api::kinds::own().await?;
    know(Kinds(sources));
    Ok(Outlines::with_own(outlines))
}

fn know(kinds: Kinds) {
    #[cfg(target_arch = "wasm32")]
    thread::know(kinds);
    #[cfg(not(target_arch = "wasm32"))]
    drop(kinds);
}

/// The answer to a question that changes. While the worker works on one, only the newest of those that come is kept; the answer
/// before stays until there is another. None until the first, and while there is no question.
pub fn asked<Q>(question: impl Fn() -> Option<Q> + Send + Sync + 'static) -> Signal<Option<Arc<Q::Answer>>>
where
    Q: Listed + Send + Sync + 'static,
    Q::Answer: PartialEq + Send + Sync + 'static,
{
    let answer = RwSignal::new(None::<Arc<Q::Answer>>);
    let (newest, busy) = (StoredValue::new(None::<Q>), StoredValue::new(false));
    Effect::new(move |_| {
        let Some(question) = question() else {
            newest.set_value(None);
            answer.set(None);
            return;
        };
        newest.set_value(Some(question));
        if busy.get_value() {
            return;
        }
        busy.set_value(true);
        leptos::task::spawn_local(async move {
            while let Some(Some(question)) = newest.try_update_value(Option::take) {
                if let Some(said) = ask(question).await
                    && answer.try_with_untracked(|old| old.as_deref() != Some(&said)) == Some(true)
                {
                    answer.try_set(Some(Arc::new(said)));
                }
            }
            busy.try_set_value(false);
        });
    });
    answer.into()
}
