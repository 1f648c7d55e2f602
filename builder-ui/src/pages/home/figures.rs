//! The four numbers of the day.

use crate::api::status::{Bounded, Status};
use crate::i18n::format;
use crate::shell::engine;
use crate::ui::Skeleton;
use crate::{t, tr};
use leptos::prelude::*;

/// Later than this people notice.
pub const LATE_MS: f64 = 5_000.0;

/// `1,234`, or `10,000+` where nobody counted further.
// What is bounded is far below where a browser's numbers lose whole ones.
pub fn bounded(number: Bounded) -> String {
    let count = format::number(number.count as f64);
    if number.exact { count } else { format!("{count}+") }
}

/// The tiles.
#[component]
pub fn Figures() -> impl IntoView {
    let tiles = |status: Status| {
        let late = status.lateness.p99_ms > LATE_MS;
        let time = crate::shell::lateness(status.lateness.p99_ms);
        let on_time = if late { t!(shell.status.late) } else { t!(shell.status.on_time) };
        let entered = format::number(status.entered_today as f64);
        let idle = status.lateness.count == 0;
        view! {
            <Tile label=t!(home.inside) value=bounded(status.inside) note=t!(home.inside_note) />
            <Tile label=t!(home.entered) value=entered note=t!(home.entered_note) />
            <Tile label=t!(home.punctual) value=on_time note=if idle { t!(home.idle) } else { t!(home.punctual_note, time = time) } bad=late />
            <Tile label=t!(home.incidents) value=bounded(status.incidents) note=t!(home.incidents_note) bad={status.incidents.count > 0} />
        }
    };
    view! {
        <section class="figures" aria-label=tr!(home.figures)>
            {move || match engine() {
                Some(status) => tiles(status).into_any(),
                None => view! { <Skeleton lines=2 /> }.into_any(),
            }}
        </section>
    }
}

/// One number.
#[component]
fn Tile(
    /// What it counts.
    label: String,
    /// It.
    value: String,
    /// What it means.
    note: String,
    /// Whether it must be mended.
    #[prop(optional)]
    bad: bool,
) -> impl IntoView {
    view! {
        <div class="figure" class:bad=bad>
            <h3>{label}</h3>
            <p class="value">{value}</p>
            <p class="note">{note}</p>
        </div>
    }
}
