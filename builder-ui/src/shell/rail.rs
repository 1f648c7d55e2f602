//! The rail at the side: the places, and at its end language, theme and account.

use super::{LanguageMenu, NAV, Place, ThemeMenu};
use crate::ui::{Icon, Item, Menu};
use crate::{browser, session, t, tr};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The mark.
#[component]
pub fn Logo() -> impl IntoView {
    view! { <span class="logo"><Icon icon=icondata::LuWind size=22 /></span> }
}

/// The rail.
#[component]
pub fn Rail() -> impl IntoView {
    let path = use_location().pathname;
    // A page below a place belongs to it; home is only itself.
    let here = move |href: &'static str| {
        let path = path.get();
        path == href || (href != "/" && path.starts_with(href) && path[href.len()..].starts_with('/'))
    };
    let entry = move |place: &'static Place| {
        view! {
            <a href=place.href class="place" aria-current=move || here(place.href).then_some("page") aria-label=move || place.label.get() data-tip=move || place.label.get()>
                <Icon icon=place.icon />
            </a>
        }
    };
    let places = move |low: bool| NAV.iter().filter(|place| place.low == low).map(entry).collect_view();
    view! {
        <nav class="rail" aria-label=tr!(shell.nav.label)>
            <Logo />
            {places(false)}
            <span class="space"></span>
            {places(true)}
            <LanguageMenu />
            <ThemeMenu />
            <Account />
        </nav>
    }
}

/// Who is signed in, and out.
#[component]
fn Account() -> impl IntoView {
    let name = move || session::current().map(|session| session.key).unwrap_or_default();
    let leave = || leptos::task::spawn_local(session::leave());
    let docs = || browser::open_beside("/api/docs/");
    let items = Signal::derive(move || vec![Item::new(tr!(shell.account.docs), docs), Item::new(tr!(shell.account.sign_out), leave)]);
    view! { <Menu label=Signal::derive(move || t!(shell.account.signed_in, name = name())) icon=icondata::LuCircleUser items=items /> }
}
