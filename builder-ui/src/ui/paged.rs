//! Lists that come a page at a time: loading, empty, failed, and more.

use super::{Button, Skeleton, Trouble};
use crate::api::{Failure, List};
use crate::{browser, tr};
use leptos::prelude::*;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// How often a list that is followed is read again, in milliseconds.
const AGAIN: u32 = 4_000;

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

    /// Fetches the first page again and takes it in, so that what is new shows and the pages behind it stay.
    pub fn renew(self, same: impl Fn(&T, &T) -> bool + 'static) {
        let Some(fetched) = untrack(|| self.fetch.try_with_value(|fetch| fetch(None))) else { return };
        let asked = self.asked.try_get_value();
        leptos::task::spawn_local(async move {
            // What is there is better than nothing: the strip says when the server is gone.
            let Ok(page) = fetched.await else { return };
            // Gone with its page, or asked something else since.
            if self.asked.try_get_value() != asked || self.busy.try_get_untracked() != Some(false) {
                return;
            }
            let next = page.next().map(str::to_owned);
            let stays = self.items.try_update(|items| renewed(items, page.data, same)).unwrap_or_default();
            if !stays {
                self.next.set(next);
            }
            self.failure.set(None);
        });
    }

    /// Renews it every few seconds for as long as it is shown and the window is in front.
    pub fn follow(self, same: impl Fn(&T, &T) -> bool + Copy + 'static) {
        leptos::task::spawn_local(async move {
            loop {
                browser::pause(AGAIN).await;
                if self.busy.try_get_untracked().is_none() {
                    return;
                }
                if !document().hidden() {
                    self.renew(same);
                }
            }
        });
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

    /// Whether something is being fetched.
    #[must_use]
    pub fn is_loading(self) -> bool {
        self.busy.get()
    }

    /// Whether all of it is here, and none of it could not be had.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.next.with(Option::is_none) && self.failure.with(Option::is_none)
    }

    /// As [`Paged::reload`], for what comes back when the page may be gone.
    pub fn reload_if_here(self) {
        if self.busy.try_get_untracked().is_some() {
            self.reload();
        }
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

/// Puts a first page in the place of the one that was there. Tells whether what follows it stays.
fn renewed<T>(items: &mut Vec<T>, fresh: Vec<T>, same: impl Fn(&T, &T) -> bool) -> bool {
    let seam = fresh.last().and_then(|last| items.iter().position(|one| same(one, last)));
    let behind = seam.map_or_else(Vec::new, |seam| items.split_off(seam + 1));
    *items = fresh;
    items.extend(behind);
    seam.is_some()
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

#[cfg(test)]
mod tests {
    use super::renewed;

    fn after(mut items: Vec<u8>, fresh: &[u8]) -> (Vec<u8>, bool) {
        let stays = renewed(&mut items, fresh.to_vec(), |a, b| a == b);
        (items, stays)
    }

    #[test]
    fn a_first_page_read_again_brings_what_is_new_and_leaves_what_follows() {
        assert_eq!(after(vec![5, 4, 3, 2, 1], &[7, 6, 5]), (vec![7, 6, 5, 4, 3, 2, 1], true));
        // One of the first page has gone.
        assert_eq!(after(vec![5, 4, 3, 2, 1], &[5, 3, 2]), (vec![5, 3, 2, 1], true));
        // More is new than a page holds: the gap is fetched by its own cursor.
        assert_eq!(after(vec![2, 1], &[9, 8, 7]), (vec![9, 8, 7], false));
        assert_eq!(after(vec![2, 1], &[]), (vec![], false));
    }
}
