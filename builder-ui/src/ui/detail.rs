//! What is open beside a list.

use super::{Button, Look, Skeleton, Trouble};
use crate::api::Failure;
use crate::{browser, tr};
use leptos::ev;
use leptos::prelude::*;
use std::future::Future;
use wasm_bindgen::JsCast;

/// Something fetched: not there yet, there, or why not.
pub type Fetched<T> = RwSignal<Option<Result<T, Failure>>>;

/// Fetches whenever what `ask` reads of signals changes; only the last answer counts. Nothing is fetched when it says None.
pub fn use_fetched<T, F>(ask: impl Fn() -> Option<F> + 'static) -> (Fetched<T>, Callback<()>)
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
{
    let found: Fetched<T> = RwSignal::new(None);
    let (asked, again) = (StoredValue::new(0_u64), RwSignal::new(0_u64));
    Effect::new(move |_| {
        again.track();
        asked.update_value(|asked| *asked += 1);
        let mine = asked.get_value();
        let Some(asking) = ask() else {
            found.set(None);
            return;
        };
        leptos::task::spawn_local(async move {
            let answer = asking.await;
            if asked.try_get_value() == Some(mine) {
                found.set(Some(answer));
            }
        });
    });
    (found, Callback::new(move |()| again.update(|again| *again += 1)))
}

/// Shows something fetched: grey lines until it is there, why it is not, or itself.
#[component]
pub fn Known<T: Clone + Send + Sync + 'static, V: IntoView + 'static>(
    /// What.
    found: Fetched<T>,
    /// Fetches it again.
    retry: Callback<()>,
    /// How it looks.
    children: impl Fn(T) -> V + Send + Sync + 'static,
) -> impl IntoView {
    move || match found.get() {
        None => view! { <Skeleton lines=5 /> }.into_any(),
        Some(Ok(found)) => children(found).into_any(),
        Some(Err(failure)) => view! { <Trouble failure=failure retry=retry /> }.into_any(),
    }
}

/// The panel beside a list. It takes the focus when it opens; Escape closes it and gives the focus back to the row.
#[component]
pub fn Detail(
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// Closes it.
    #[prop(into)]
    close: Callback<()>,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let back = move || {
        if let Ok(Some(row)) = document().query_selector("[data-row] .open[aria-current]") {
            let _ = row.dyn_into::<web_sys::HtmlElement>().map(|row| row.focus());
        }
        close.run(());
    };
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            back();
        }
    };
    let handle = window_event_listener(ev::keydown, pressed);
    on_cleanup(move || handle.remove());
    request_animation_frame(|| browser::focus("detail-title"));
    view! {
        <aside class="detail" aria-labelledby="detail-title">
            <header>
                <h2 id="detail-title" tabindex="-1">{title}</h2>
                <Button look=Look::Ghost icon=icondata::LuX label=Signal::derive(tr!(lists.close)) on:click=move |_| back() />
            </header>
            <div class="detail-body">{children()}</div>
        </aside>
    }
}
