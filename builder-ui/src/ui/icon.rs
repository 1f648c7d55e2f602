//! Icons: Lucide's, by their name in `icondata`.

use leptos::prelude::*;

/// What stands inside an SVG of 24 by 24 units, drawn in lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Picture(pub &'static str);

impl From<icondata::Icon> for Picture {
    fn from(icon: icondata::Icon) -> Self {
        Self(icon.data)
    }
}

/// An icon. It says nothing to a screen reader: the words beside it, or its button's label, do.
#[component]
pub fn Icon(
    /// Which, as `icondata::LuHouse`.
    #[prop(into)]
    icon: Picture,
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
            inner_html=icon.0
        ></svg>
    }
}
