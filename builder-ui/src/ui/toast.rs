//! Toasts: what was just done, with a way back. They are told to screen readers and wait while looked at.

use super::{Button, Look};
use crate::{browser, tr};
use leptos::prelude::*;
use std::sync::{Arc, LazyLock};

/// How long a toast stays.
const STAY: u32 = 8_000;
/// Toasts at once; the oldest makes room.
const MOST: usize = 4;

// Shared, not a `Callback`: that one ends with the part of the page it was made in, as a dialog that closes behind what it did.
type Undo = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone)]
struct Toast {
    id: u64,
    words: String,
    undo: Option<Undo>,
    bad: bool,
}

// Outside any component: whatever has something to say may.
static SHOWN: LazyLock<ArcRwSignal<Vec<Toast>>> = LazyLock::new(ArcRwSignal::default);
static HELD: LazyLock<ArcRwSignal<bool>> = LazyLock::new(ArcRwSignal::default);

/// Says that something was done.
pub fn toast(words: impl Into<String>) {
    show(words.into(), None, false);
}

/// Says that something was done and offers to undo it.
pub fn undoable(words: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
    show(words.into(), Some(Arc::new(undo)), false);
}

/// Says that something did not succeed.
pub fn trouble(words: impl Into<String>) {
    show(words.into(), None, true);
}

fn show(words: String, undo: Option<Undo>, bad: bool) {
    let id = SHOWN.try_update(|shown| {
        let id = shown.last().map_or(0, |last| last.id + 1);
        shown.push(Toast { id, words, undo, bad });
        if shown.len() > MOST {
            shown.remove(0);
        }
        id
    });
    let Some(id) = id else { return };
    leptos::task::spawn_local(async move {
        browser::pause(STAY).await;
        while HELD.get_untracked() {
            browser::pause(1_000).await;
        }
        close(id);
    });
}

fn close(id: u64) {
    SHOWN.update(|shown| shown.retain(|toast| toast.id != id));
}

/// Where toasts appear: once, in the shell.
#[component]
pub fn Toasts() -> impl IntoView {
    let shown = move || SHOWN.get();
    let hold = |held: bool| HELD.set(held);
    let one = |toast: Toast| {
        let id = toast.id;
        let back = toast.undo.map(|undo| {
            let back = move |_| {
                undo();
                close(id);
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
