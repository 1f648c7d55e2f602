//! A page with its title and nothing to show.

use crate::i18n::Text;
use crate::ui::Page;
use leptos::prelude::*;

/// A page with a title.
#[component]
pub fn Plain(
    /// The title.
    title: Text,
) -> impl IntoView {
    view! { <Page title=Signal::derive(move || title.get())>""</Page> }
}
