//! A small drawing of the last days.

use leptos::prelude::*;

const BAR: usize = 4;
const GAP: usize = 2;
const HEIGHT: f64 = 22.0;

/// The height of each bar. A day with nobody keeps a hairline, so that the days can be counted.
fn heights(days: &[i64]) -> Vec<f64> {
    let most = days.iter().copied().max().unwrap_or(0).max(1) as f64;
    days.iter().map(|day| if *day <= 0 { 1.0 } else { (*day as f64 / most * HEIGHT).max(3.0) }).collect()
}

/// Bars, a day each.
#[component]
pub fn Sparkline(
    /// How many on each day, the oldest first.
    days: Vec<i64>,
    /// What it shows, in words.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let width = days.len() * (BAR + GAP);
    let bars = heights(&days).into_iter().zip(&days).enumerate().map(|(at, (height, day))| {
        view! { <rect class:none=(*day <= 0) x=at * (BAR + GAP) y=HEIGHT - height width=BAR height=height rx="1" /> }
    });
    view! {
        <svg class="sparkline" role="img" aria-label=label width=width height=HEIGHT viewBox=format!("0 0 {width} {HEIGHT}")>
            {bars.collect_view()}
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::heights;

    #[test]
    fn the_highest_day_fills_the_height_and_none_is_still_seen() {
        assert_eq!(heights(&[0, 1, 2, 200]), [1.0, 3.0, 3.0, 22.0]);
        assert_eq!(heights(&[0, 0]), [1.0, 1.0]);
    }
}
