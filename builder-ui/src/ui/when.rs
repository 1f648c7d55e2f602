//! Moments as people say them, the exact one at hand.

use crate::browser;
use crate::i18n::format::{self, Moment};
use leptos::prelude::*;
use std::sync::LazyLock;
use tradewind_nodes::time::Timestamp;

/// How often what is told relative to now is told anew, in milliseconds.
const TICK: u32 = 5_000;

// Outside any component: it beats for the whole page.
static BEAT: LazyLock<ArcTrigger> = LazyLock::new(ArcTrigger::new);

/// Lets time go on, for as long as the page lives.
pub fn keep_time() {
    leptos::task::spawn_local(async {
        loop {
            browser::pause(TICK).await;
            if !document().hidden() {
                BEAT.notify();
            }
        }
    });
}

/// Milliseconds since 1970; whoever calls this in a view is called again as time goes on.
#[must_use]
pub fn now() -> f64 {
    BEAT.track();
    browser::now()
}

/// A moment in the browser's milliseconds.
#[must_use]
// A browser's numbers are doubles: microseconds since 1970 fit until the year 2255.
pub fn millis(at: Timestamp) -> f64 {
    at.micros() as f64 / 1000.0
}

/// `3 minutes ago`, with the exact moment as its title.
#[component]
pub fn When(
    /// The moment.
    at: Timestamp,
) -> impl IntoView {
    let at_millis = millis(at);
    view! {
        <time datetime=at.to_string() title=move || format::moment(at_millis, Moment::Exact, None)>
            {move || format::relative(at_millis, now())}
        </time>
    }
}

/// `23 Nov 2026, 14:05:09`
#[component]
pub fn Exactly(
    /// The moment.
    at: Timestamp,
) -> impl IntoView {
    view! { <time datetime=at.to_string()>{move || format::moment(millis(at), Moment::Exact, None)}</time> }
}
