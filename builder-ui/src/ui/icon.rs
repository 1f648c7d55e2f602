//! Icons: Lucide's, by their name in `icondata`.

use leptos::prelude::*;

/// An icon. It says nothing to a screen reader: the words beside it, or its button's label, do.
#[component]
pub fn Icon(
    /// Which, as `icondata::LuHouse`.
    icon: icondata::Icon,
    /// Its width and height.
    #[prop(default = 18)]
    size: u16,
) -> impl IntoView {
    view! {
        <svg
            class="icon"
            aria-hidden="true"
            width=size
            height=size
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width=if size < 16 { "2.2" } else { "1.8" }
            stroke-linecap="round"
            stroke-linejoin="round"
            inner_html=icon.data
        ></svg>
    }
}
