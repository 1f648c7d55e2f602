//! The rail at the side: the places, and at its end language, theme and account.

use super::nav::Waiting;
use super::{LanguageMenu, NAV, Place, ThemeMenu, engine};
use crate::i18n::format;
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
            <a href=place.href class="place" aria-current=move || here(place.href).then_some("page") aria-label=move || place.label.get() aria-describedby=place.waiting.as_ref().map(|_| badge(place.letter)) data-tip=move || place.label.get()>
                <Icon icon=place.icon />
                {place.waiting.as_ref().map(|waiting| view! { <Badge waiting=waiting of=place.letter /> })}
            </a>
        }
    };
    // Where the rail is longer than its side, the place one is at must be seen.
    Effect::new(move |_| {
        path.track();
        request_animation_frame(|| browser::reveal(".rail [aria-current]"));
    });
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

fn badge(letter: &str) -> String {
    format!("waiting-{letter}")
}

/// The most that a badge has room for.
const MOST: i64 = 99;

/// How much waits at a place.
#[component]
fn Badge(
    /// What.
    waiting: &'static Waiting,
    /// The letter of the place.
    of: &'static str,
) -> impl IntoView {
    let count = Memo::new(move |_| engine().map_or(0, |status| (waiting.count)(&status).count));
    let shown = move || if count.get() > MOST { format!("{}+", format::number(MOST as f64)) } else { format::number(count.get() as f64) };
    // The words stand beside the place's name, and the number is drawn by the style: the name stays what it is looked for by.
    view! {
        <Show when=move || { count.get() > 0 }><span class="badge" aria-hidden="true" data-count=shown></span></Show>
        <span id=badge(of) hidden>{move || if count.get() > 0 { (waiting.words)(count.get()) } else { String::new() }}</span>
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
