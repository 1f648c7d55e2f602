//! What is shown when there is nothing yet, while it loads, and when it could not be had.

use super::{Button, Icon};
use crate::api::Failure;
use crate::tr;
use leptos::prelude::*;

/// A page or list with nothing on it: says what belongs here and how to get it.
#[component]
pub fn Empty(
    /// A picture of what belongs here.
    icon: icondata::Icon,
    /// What is so, in a few words.
    #[prop(into)]
    title: Signal<String>,
    /// What belongs here and how to begin.
    #[prop(into)]
    text: Signal<String>,
    /// What to press.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="picture"><Icon icon=icon size=22 /></span>
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <div class="row">{children()}</div> })}
        </div>
    }
}

/// Grey lines where text will be.
#[component]
pub fn Skeleton(
    /// How many.
    #[prop(default = 3)]
    lines: u8,
) -> impl IntoView {
    let rows = (0..lines).map(|_| view! { <span class="bone"></span> }).collect_view();
    view! { <div class="skeleton" role="status" aria-label=tr!(ui.loading)>{rows}</div> }
}

/// Something that could not be had: why, and a button to try again.
#[component]
pub fn Trouble(
    /// Why.
    failure: Failure,
    /// Tries again.
    #[prop(into)]
    retry: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="empty trouble" role="alert">
            <span class="picture"><Icon icon=icondata::LuCloudOff size=22 /></span>
            <h2>{tr!(ui.trouble)}</h2>
            <p>{move || failure.words()}</p>
            <div class="row"><Button on:click=move |_| retry.run(())>{tr!(ui.retry)}</Button></div>
        </div>
    }
}
