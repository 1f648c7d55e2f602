//! Controls of time: lengths, times of day, days of the week, moments.

use super::plain::described;
use super::spot::{Meant, Spot, Typed, typed};
use crate::i18n::format;
use crate::words::time::length_words;
use crate::{t, tr};
use leptos::prelude::*;
use tradewind_nodes::Json;
use tradewind_nodes::time::Duration;

/// The units of a length, the longest first: how it is written, how many microseconds, and its words.
const UNITS: [(&str, i64); 5] =
    [("w", 7 * 86_400_000_000), ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000)];

fn unit_words(unit: &str) -> String {
    match unit {
        "w" => t!(form.unit.weeks),
        "d" => t!(form.unit.days),
        "h" => t!(form.unit.hours),
        "m" => t!(form.unit.minutes),
        _ => t!(form.unit.seconds),
    }
}

/// The number of the largest unit that says a length exactly. Days are not told in weeks, which nobody asked for.
fn in_unit(length: Duration) -> (i64, &'static str) {
    let micros = length.micros();
    if micros == 0 {
        return (0, "h");
    }
    let fits = |(name, size): &&(&'static str, i64)| *name != "w" && micros % size == 0;
    UNITS.iter().find(fits).map_or((micros / 1_000_000, "s"), |(name, size)| (micros / size, name))
}

/// A number and its unit.
#[component]
pub fn Length(
    /// The value.
    spot: Spot,
    /// Whether it may be negative.
    #[prop(optional)]
    signed: bool,
    /// What it is called, where no label says so.
    #[prop(optional, into)]
    label: MaybeProp<String>,
    /// What it is worth while it is empty.
    #[prop(optional)]
    default: Option<String>,
) -> impl IntoView {
    let length = Memo::new(move |_| spot.value.with(|value| value.as_ref().and_then(Json::as_str).and_then(Duration::parse)));
    // A unit chosen before there is a number, and one that stays while the number changes.
    let unit = RwSignal::new(length.with_untracked(|length| length.map_or("d", |length| in_unit(length).1)));
    Effect::new(move |_| {
        if let Some(length) = length.get() {
            let size = UNITS.iter().find(|(name, _)| *name == unit.get_untracked()).map_or(1, |(_, size)| *size);
            if length.micros() % size != 0 {
                unit.set(in_unit(length).1);
            }
        }
    });
    let size = move || UNITS.iter().find(|(name, _)| *name == unit.get_untracked()).map_or(1, |(_, size)| *size);
    let write = move |number: f64| {
        let micros = (number * size() as f64).round();
        let legal = micros.abs() < 9e18 && (signed || micros >= 0.0);
        if legal {
            spot.set(Some(Duration::from_micros(micros as i64).to_string().into()));
        }
    };
    let number = move || {
        unit.track();
        length.get().map_or_else(String::new, |length| (length.micros() as f64 / size() as f64).to_string())
    };
    let typed = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        match text.trim().parse::<f64>() {
            Ok(number) => write(number),
            Err(_) if text.trim().is_empty() => spot.set(None),
            Err(_) => {}
        }
    };
    let pick = move |event: web_sys::Event| {
        let old = length.get_untracked().map(|length| length.micros() as f64 / size() as f64);
        if let Some((name, _)) = UNITS.iter().find(|(name, _)| *name == event_target_value(&event)) {
            unit.set(name);
            if let Some(number) = old {
                write(number);
            }
        }
    };
    let unreadable = move || length.get().is_none() && spot.value.with(|value| value.as_ref().is_some_and(|value| !value.is_null()));
    let reads = move || match length.get() {
        Some(length) if in_unit(length).0.abs() > 1 || signed => length_words(length),
        Some(_) => String::new(),
        None if unreadable() => spot.value.with(|value| value.as_ref().map(ToString::to_string).unwrap_or_default()),
        None => String::new(),
    };
    let placeholder = default.and_then(|text| Duration::parse(&text)).map(length_words).unwrap_or_default();
    let wrong = spot.wrong_below();
    view! {
        <div class="row length">
            <input id=spot.id() class="in short" type="number" step="any" min=(!signed).then_some("0") prop:value=number placeholder=placeholder
                aria-label=move || label.get() aria-describedby=described(spot) aria-invalid=move || (unreadable() || !wrong.with(Vec::is_empty)).to_string()
                on:change=typed />
            <select class="in unit" aria-label=tr!(form.unit.label) on:change=pick>
                {UNITS.iter().map(|(name, _)| view! { <option value=*name prop:selected=move || unit.get() == *name>{move || unit_words(name)}</option> }).collect_view()}
            </select>
            <output class="reads" class:error=unreadable>{reads}</output>
        </div>
    }
}

fn as_time(value: Option<&Json>) -> String {
    value.and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn of_time(text: &str) -> Meant {
    Meant::Value((!text.is_empty()).then(|| text.into()))
}

/// A time of day.
#[component]
pub fn TimeOfDay(
    /// The value.
    spot: Spot,
    /// What it is called, where no label says so.
    #[prop(optional, into)]
    label: MaybeProp<String>,
    /// What it is worth while it is empty.
    #[prop(optional)]
    default: Option<String>,
) -> impl IntoView {
    let Typed { text, typed, done } = typed(spot, as_time, of_time);
    let wrong = spot.wrong_below();
    let note = default.map(|at| move || text.with(String::is_empty).then(|| t!(form.otherwise, value = at.clone())));
    view! {
        <div class="row">
            <input id=spot.id() class="in short" type="time" prop:value=move || text.get() aria-label=move || label.get() aria-describedby=described(spot)
                aria-invalid=move || (!wrong.with(Vec::is_empty)).to_string()
                on:input=move |event| typed.run(event_target_value(&event)) on:blur=move |_| { let _ = done.try_run(()); } />
            {note.map(|note| view! { <span class="reads">{note}</span> })}
        </div>
    }
}

/// Days of the week as the engine names them.
pub const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Days of the week; none means every day.
#[component]
pub fn Weekdays(
    /// The value.
    spot: Spot,
) -> impl IntoView {
    let has = move |day: &'static str| {
        spot.value.with(|value| value.as_ref().and_then(Json::as_array).is_some_and(|days| days.iter().any(|d| d.as_str() == Some(day))))
    };
    let turn = move |day: &'static str, on: bool| {
        let old = spot.items();
        let kept = |name: &&&str| if **name == day { on } else { old.iter().any(|d| d.as_str() == Some(**name)) };
        let days: Vec<Json> = DAYS.iter().filter(kept).map(|name| (*name).into()).collect();
        spot.set((!days.is_empty()).then_some(Json::Array(days)));
    };
    let day = move |(n, day): (usize, &&'static str)| {
        let day = *day;
        let id = if n == 0 { spot.id() } else { format!("{}-{day}", spot.id()) };
        view! {
            <label class="day">
                <input id=id type="checkbox" prop:checked=move || has(day) on:change=move |event| turn(day, event_target_checked(&event)) />
                <span>{move || format::weekday(u8::try_from(n).unwrap_or(0))}</span>
            </label>
        }
    };
    view! { <div class="days">{DAYS.iter().enumerate().map(day).collect_view()}</div> }
}

/// A moment: now, or a date and time on the browser's clock, kept as RFC 3339.
#[component]
pub fn Instant(
    /// The value.
    spot: Spot,
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let now = move || spot.value.with(|value| value.as_ref().and_then(Json::as_str) == Some("now"));
    let day = move || {
        spot.value.with(|value| {
            value
                .as_ref()
                .and_then(Json::as_str)
                .filter(|text| *text != "now")
                .and_then(|text| text.get(..10))
                .unwrap_or_default()
                .to_owned()
        })
    };
    let which = move |event: web_sys::Event| {
        if event_target_value(&event) == "now" {
            spot.set(Some("now".into()));
        } else {
            spot.set(None);
        }
    };
    view! {
        <div class="row">
            <select class="in unit" aria-label=label on:change=which>
                <option value="now" prop:selected=now>{tr!(form.now)}</option>
                <option value="day" prop:selected=move || !now()>{tr!(form.day)}</option>
            </select>
            <Show when=move || !now()>
                <input id=spot.id() class="in" type="date" aria-label=label prop:value=day
                    on:change=move |event| spot.set(Some(event_target_value(&event)).filter(|day| !day.is_empty()).map(Json::from)) />
            </Show>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_told_in_the_unit_that_fits() {
        let told = |text: &str| in_unit(Duration::parse(text).unwrap());
        assert_eq!(told("1h30m"), (90, "m"));
        assert_eq!(told("2d"), (2, "d"));
        assert_eq!(told("1w"), (7, "d"));
        assert_eq!(told("-2d"), (-2, "d"));
        assert_eq!(told("0s"), (0, "h"));
        assert_eq!(told("90s"), (90, "s"));
    }

    #[test]
    fn a_length_reads_as_people_say_it() {
        assert_eq!(length_words(Duration::parse("1h30m").unwrap()), "1 hour 30 minute");
    }
}
