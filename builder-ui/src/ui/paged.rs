//! Lists that come a page at a time: loading, empty, failed, and more.

use super::{Button, Skeleton, Trouble};
use crate::api::{Failure, List};
use crate::tr;
use leptos::prelude::*;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

type Fetch<T> = Arc<dyn Fn(Option<String>) -> Fetched<T> + Send + Sync>;
type Fetched<T> = Pin<Box<dyn Future<Output = Result<List<T>, Failure>>>>;

/// A list as far as it has been fetched.
pub struct Paged<T: Send + Sync + 'static> {
    /// What is there so far.
    pub items: RwSignal<Vec<T>>,
    next: RwSignal<Option<String>>,
    failure: RwSignal<Option<Failure>>,
    busy: RwSignal<bool>,
    // Only the answer to the last question counts: filters change faster than servers answer.
    asked: StoredValue<u64>,
    fetch: StoredValue<Fetch<T>>,
}

impl<T: Send + Sync + 'static> Clone for Paged<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Send + Sync + 'static> Copy for Paged<T> {}

impl<T: Send + Sync + 'static> Paged<T> {
    /// A list fetched by `fetch`, which gets the cursor of the page. What `fetch` reads of signals before its first await
    /// is followed: when it changes the list begins anew.
    pub fn new<F>(fetch: impl Fn(Option<String>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<List<T>, Failure>> + 'static,
    {
        let fetch: Fetch<T> = Arc::new(move |cursor| Box::pin(fetch(cursor)));
        let paged = Self {
            items: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            failure: RwSignal::new(None),
            busy: RwSignal::new(true),
            asked: StoredValue::new(0),
            fetch: StoredValue::new(fetch),
        };
        Effect::new(move |_| paged.ask(None));
        paged
    }

    /// Fetches the list anew from its beginning.
    pub fn reload(self) {
        untrack(|| self.ask(None));
    }

    /// Fetches the next page.
    pub fn more(self) {
        if let Some(cursor) = self.next.get_untracked().filter(|_| !self.busy.get_untracked()) {
            untrack(|| self.ask(Some(cursor)));
        }
    }

    /// Whether there is nothing in it, and that is known.
    #[must_use]
    pub fn is_empty(self) -> bool {
        !self.busy.get() && self.failure.with(Option::is_none) && self.items.with(Vec::is_empty)
    }

    fn ask(self, cursor: Option<String>) {
        let first = cursor.is_none();
        let Some(fetched) = self.fetch.try_with_value(|fetch| fetch(cursor)) else { return };
        let mine = self.asked.try_update_value(|asked| {
            *asked += 1;
            *asked
        });
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = fetched.await;
            // Gone with its page, or asked again since.
            if self.asked.try_get_value() != mine {
                return;
            }
            match answer {
                Ok(page) => {
                    self.next.set(page.next().map(str::to_owned));
                    self.failure.set(None);
                    self.items.update(|items| if first { *items = page.data } else { items.extend(page.data) });
                }
                Err(failure) => self.failure.set(Some(failure)),
            }
            self.busy.set(false);
        });
    }
}

/// What stands below a list: grey lines while it loads, why it could not be had, or a button for the next page.
#[component]
pub fn Foot<T: Send + Sync + 'static>(
    /// The list.
    list: Paged<T>,
) -> impl IntoView {
    let bare = move || list.busy.get() && list.items.with(Vec::is_empty);
    view! {
        {move || bare().then(|| view! { <Skeleton lines=6 /> })}
        {move || list.failure.get().map(|failure| view! { <Trouble failure=failure retry=move |()| list.reload() /> })}
        <Show when=move || list.next.with(Option::is_some) && list.failure.with(Option::is_none)>
            <div class="row foot"><Button busy=list.busy on:click=move |_| list.more()>{tr!(ui.more)}</Button></div>
        </Show>
    }
}
