//! The strip at the bottom: whether people are on time, and whether the server answers.

use crate::api::status::{Bounded, Status as Engine};
use crate::api::{Link, Live, Topic, link};
use crate::i18n::format;
use crate::ui::{Kbd, Pill, Tone};
use crate::{session, t, tr};
use leptos::prelude::*;
use std::sync::LazyLock;

// Outside any component: pages show parts of it too.
static ENGINE: LazyLock<ArcRwSignal<Option<Engine>>> = LazyLock::new(ArcRwSignal::default);
/// Later than this people notice.
const LATE_MS: f64 = 5_000.0;

/// How the engine does, as the server last said; whoever calls this in a view follows it.
#[must_use]
pub fn engine() -> Option<Engine> {
    ENGINE.get()
}

/// Follows the engine as long as somebody is signed in.
fn follow() {
    let live = StoredValue::new_local(None::<Live>);
    Effect::new(move |_| {
        let inside = matches!(session::known(), session::Known::In(_));
        let listen = || {
            Live::listen(Topic::Status, |told| {
                if let Ok(status) = serde_json::from_str(told) {
                    ENGINE.set(Some(status));
                }
            })
        };
        live.set_value(inside.then(listen));
    });
}

/// `1,234`, or `10,000+` where nobody counted further.
fn bounded(number: Bounded) -> String {
    // What is bounded is far below where a browser's numbers lose whole ones.
    let count = format::number(number.count as f64);
    if number.exact { count } else { format!("{count}+") }
}

/// How late people are, in a unit that tells something.
#[must_use]
pub fn lateness(milliseconds: f64) -> String {
    if milliseconds < 1_000.0 { format::unit(milliseconds.ceil(), "millisecond") } else { format::duration(milliseconds / 1000.0) }
}

/// The strip.
#[component]
pub fn Status() -> impl IntoView {
    follow();
    let lost = Memo::new(|_| link() != Link::Up);
    view! {
        <footer class="status">
            {move || engine().map(|engine| view! { <Figures engine=engine /> })}
            <span class="space"></span>
            <span role="status">
                <Show when=move || lost.get()><Pill tone=Tone::Bad dot=true>{tr!(shell.status.lost)}</Pill></Show>
            </span>
            <span class="tip"><Kbd keys="Mod+K" />" "{tr!(shell.palette.short)}</span>
            <span class="tip"><Kbd keys="?" />" "{tr!(shell.keys.short)}</span>
        </footer>
    }
}

/// The figures of the strip.
#[component]
fn Figures(
    /// How the engine does.
    engine: Engine,
) -> impl IntoView {
    let late = engine.lateness.p99_ms > LATE_MS;
    let time = lateness(engine.lateness.p99_ms);
    let incidents = engine.incidents.count;
    view! {
        <span class:bad=late title=tr!(shell.status.on_time_hint)>
            {if late { t!(shell.status.late) } else { t!(shell.status.on_time) }}" "<b>{t!(shell.status.p99, time = time)}</b>
        </span>
        <span>{t!(shell.status.inside)}" "<b>{bounded(engine.inside)}</b></span>
        <span>{t!(shell.status.entered)}" "<b>{format::number(engine.entered_today as f64)}</b></span>
        <a href="/incidents" class:bad=move || { incidents > 0 }>{t!(shell.status.incidents)}" "<b>{bounded(engine.incidents)}</b></a>
    }
}
