//! An address at which there is nothing.

use crate::tr;
use crate::ui::{Empty, Page};
use leptos::prelude::*;
use leptos_router::components::A;

/// Says so, and leads home.
#[component]
pub fn Missing() -> impl IntoView {
    view! {
        <Page title=Signal::derive(tr!(shell.missing.title))>
            <Empty icon=icondata::LuCompass title=Signal::derive(tr!(shell.missing.title)) text=Signal::derive(tr!(shell.missing.text))>
                <A href="/" attr:class="btn">{tr!(shell.missing.home)}</A>
            </Empty>
        </Page>
    }
}
