//! Settings: the workspace, its segments, how it looks, what runs here.

mod workspace;

use crate::api::settings::{self, Segment};
use crate::shell::{LanguageMenu, ThemeMenu};
use crate::ui::{Copyable, Foot, Page, Paged, When};
use crate::{session, t, tr};
use leptos::prelude::*;
use workspace::Workspace;

/// The page.
#[component]
pub fn SettingsPage() -> impl IntoView {
    view! {
        <Page title=Signal::derive(tr!(shell.nav.settings))>
            <div class="settings">
                <Workspace />
                <Segments />
                <Appearance />
                <About />
            </div>
        </Page>
    }
}

/// The segments there are.
#[component]
fn Segments() -> impl IntoView {
    let list = Paged::new(settings::segments);
    let row = |segment: Segment| {
        let members = segment.members as f64;
        view! {
            <tr>
                <th scope="row" class="subject"><bdi>{segment.name.clone()}</bdi></th>
                <td class="number">{move || crate::i18n::format::number(members)}</td>
                <td class="quiet"><When at=segment.updated_at /></td>
            </tr>
        }
    };
    view! {
        <section class="tile" aria-labelledby="segments">
            <h2 id="segments">{tr!(settings.segments)}</h2>
            <p class="lead">{tr!(settings.segments_lead)}</p>
            <Show when=move || !list.items.with(Vec::is_empty)>
                <table class="table">
                    <thead><tr><th scope="col">{tr!(settings.segment)}</th><th scope="col" class="number">{tr!(settings.members)}</th><th scope="col">{tr!(settings.defined)}</th></tr></thead>
                    <tbody><For each=move || list.items.get() key=|segment: &Segment| segment.name.clone() children=row /></tbody>
                </table>
            </Show>
            <Foot list=list />
            <Show when=move || list.is_empty()><p class="quiet">{tr!(settings.no_segments)}</p></Show>
        </section>
    }
}

/// Language and theme: this browser's, nobody else's.
#[component]
fn Appearance() -> impl IntoView {
    view! {
        <section class="tile" aria-labelledby="appearance">
            <h2 id="appearance">{tr!(settings.appearance)}</h2>
            <p class="lead">{tr!(settings.appearance_lead)}</p>
            <dl class="facts">
                <div><dt>{tr!(shell.language)}</dt><dd class="row">{move || crate::i18n::language().name()}<LanguageMenu /></dd></div>
                <div><dt>{tr!(shell.theme.label)}</dt><dd><ThemeMenu /></dd></div>
            </dl>
        </section>
    }
}

/// What runs here.
#[component]
fn About() -> impl IntoView {
    let facts = move || {
        session::current().map(|session| {
            let mail = if session.mailbox { t!(settings.to_mailbox) } else { t!(settings.to_people) };
            view! {
                <div><dt>{t!(settings.version)}</dt><dd><code dir="ltr">{session.version}</code></dd></div>
                <div><dt>{t!(settings.address)}</dt><dd><Copyable text=session.public_url /></dd></div>
                <div><dt>{t!(settings.mail)}</dt><dd>{mail}</dd></div>
                <div><dt>{t!(settings.signed_in)}</dt><dd><bdi>{session.key}</bdi></dd></div>
                <div><dt>{t!(settings.api)}</dt><dd><a href="/api/docs" rel="external">{t!(settings.api_docs)}</a></dd></div>
            }
        })
    };
    view! {
        <section class="tile" aria-labelledby="about">
            <h2 id="about">{tr!(settings.about)}</h2>
            <dl class="facts">{facts}</dl>
        </section>
    }
}
