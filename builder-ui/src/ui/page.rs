//! The frame of a page: its bar at the top, its title, where the focus goes.

use crate::browser;
use leptos::prelude::*;
use leptos_router::components::A;
use std::sync::atomic::{AtomicBool, Ordering};

/// The first page shown leaves the focus where the browser put it; later ones take it, as a page that loads would.
static ARRIVED: AtomicBool = AtomicBool::new(false);

/// A step of the way to a page.
#[derive(Clone)]
pub struct Crumb {
    /// What it is called.
    pub label: Signal<String>,
    /// Where it leads.
    pub href: String,
}

impl Crumb {
    /// A step.
    pub fn new(label: impl Fn() -> String + Send + Sync + 'static, href: impl Into<String>) -> Self {
        Self { label: Signal::derive(label), href: href.into() }
    }
}

/// The bar at the top of a page, alone: for pages that lay out the rest by themselves, as the editor.
#[component]
pub fn Top(
    /// The title; also the window's.
    #[prop(into)]
    title: Signal<String>,
    /// The way here.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// What stands after the title and at the end: pills, then a `<span class="space">`, then buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    Effect::new(move |_| browser::set_title(&format!("{} · Tradewind", title.get())));
    if ARRIVED.swap(true, Ordering::Relaxed) {
        request_animation_frame(|| browser::focus("title"));
    }
    let crumbs = crumbs.into_iter().map(|Crumb { label, href }| {
        view! {
            <A href=href attr:class="crumb">{label}</A>
            <span class="crumb" aria-hidden="true">"/"</span>
        }
    });
    view! {
        <header class="top">
            {crumbs.collect_view()}
            <h1 id="title" tabindex="-1">{title}</h1>
            {children.map(|children| children())}
        </header>
    }
}

/// A page: the bar, and what is below it.
#[component]
pub fn Page(
    /// The title; also the window's.
    #[prop(into)]
    title: Signal<String>,
    /// The way here.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// What stands in the bar after the title: pills, then a `<span class="space">`, then buttons.
    #[prop(optional, into)]
    bar: ViewFnOnce,
    /// What is on the page.
    children: Children,
) -> impl IntoView {
    view! {
        <Top title=title crumbs=crumbs>{bar.run()}</Top>
        <main class="page" id="content" tabindex="-1">{children()}</main>
    }
}
