//! Toasts: what was just done, with a way back. They are told to screen readers and wait while looked at.

use super::{Button, Look};
use crate::{browser, tr};
use leptos::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

/// How long a toast stays.
const STAY: u32 = 8_000;
/// Toasts at once; the oldest makes room.
const MOST: usize = 4;

// Shared, not a `Callback`: that one ends with the part of the page it was made in, as a dialog that closes behind what it did.
type Undo = Arc<dyn Fn() + Send + Sync>;
type Act = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone)]
struct Toast {
    id: u64,
    words: String,
    undo: Option<Undo>,
    act: Option<Act>,
    bad: bool,
}

// Outside any component: whatever has something to say may.
static SHOWN: LazyLock<ArcRwSignal<Vec<Toast>>> = LazyLock::new(ArcRwSignal::default);
// Never used twice: a toast that goes late must not take a later one with it.
static COUNT: AtomicU64 = AtomicU64::new(0);
static HELD: LazyLock<ArcRwSignal<bool>> = LazyLock::new(ArcRwSignal::default);

/// Says that something was done.
pub fn toast(words: impl Into<String>) {
    show(words.into(), None, None, false);
}

/// Says that something was done and offers to undo it.
pub fn undoable(words: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
    show(words.into(), Some(Arc::new(undo)), None, false);
}

/// Says that something is done, and does it when the words go: until then it can be undone, for the server could not take it back.
pub fn deferred(words: impl Into<String>, undo: impl Fn() + Send + Sync + 'static, act: impl Fn() + Send + Sync + 'static) {
    show(words.into(), Some(Arc::new(undo)), Some(Arc::new(act)), false);
}

/// Does at once whatever waits for its words to go: before somebody leaves.
pub fn settle() {
    for id in SHOWN.with_untracked(|shown| shown.iter().map(|toast| toast.id).collect::<Vec<_>>()) {
        close(id);
    }
}

/// Says that something did not succeed.
pub fn trouble(words: impl Into<String>) {
    show(words.into(), None, None, true);
}

fn show(words: String, undo: Option<Undo>, act: Option<Act>, bad: bool) {
    let id = COUNT.fetch_add(1, Ordering::Relaxed);
    SHOWN.update(|shown| shown.push(Toast { id, words, undo, act, bad }));
    if let Some(oldest) = SHOWN.with_untracked(|shown| shown.first().filter(|_| shown.len() > MOST).map(|toast| toast.id)) {
        close(oldest);
    }
    leptos::task::spawn_local(async move {
        browser::pause(STAY).await;
        while HELD.get_untracked() {
            browser::pause(1_000).await;
        }
        close(id);
    });
}

/// Takes a toast away.
fn take(id: u64) -> Option<Toast> {
    SHOWN.try_update(|shown| shown.iter().position(|toast| toast.id == id).map(|place| shown.remove(place))).flatten()
}

/// Takes a toast away, after which what it told of is done.
fn close(id: u64) {
    if let Some(act) = take(id).and_then(|toast| toast.act) {
        act();
    }
}

/// Where toasts appear: once, in the shell.
#[component]
pub fn Toasts() -> impl IntoView {
    let shown = move || SHOWN.get();
    let hold = |held: bool| HELD.set(held);
    // The page is closed: what was done is done, though its words were still to be read.
    let leaving = window_event_listener_untyped("pagehide", |_| settle());
    on_cleanup(move || leaving.remove());
    let one = |toast: Toast| {
        let id = toast.id;
        let back = toast.undo.map(|undo| {
            let back = move |_| {
                // Once only, and never what was done already.
                if take(id).is_some() {
                    undo();
                }
            };
            view! { <Button look=Look::Ghost on:click=back>{tr!(ui.undo)}</Button> }
        });
        view! {
            <div class="toast" class:bad=toast.bad>
                <span>{toast.words}</span>
                {back}
                <Button look=Look::Ghost icon=icondata::LuX label=Signal::derive(tr!(ui.dismiss)) on:click=move |_| close(id) />
            </div>
        }
    };
    view! {
        <div class="toasts" role="status" aria-live="polite" on:pointerenter=move |_| hold(true) on:pointerleave=move |_| hold(false)
            on:focusin=move |_| hold(true) on:focusout=move |_| hold(false)>
            <For each=shown key=|toast| toast.id children=one />
        </div>
    }
}
