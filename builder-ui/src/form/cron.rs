//! A schedule: chosen in words where it can be, as an expression where it cannot, with the next five runs.

use super::person::now;
use super::plain::{TextLine, described};
use super::spot::Spot;
use crate::i18n::format::{self, Moment};
use crate::worker::{Ask, asked};
use crate::{t, tr};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tradewind_nodes::Json;
use tradewind_nodes::kinds::{Registry, next_tick};
use tradewind_nodes::time::{Timestamp, Zone};

/// Runs shown.
const SHOWN: usize = 5;

/// A schedule that can be said in words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rhythm {
    /// Every hour, at a minute.
    Hourly {
        /// The minute.
        minute: u8,
    },
    /// Every day.
    Daily {
        /// The hour and the minute.
        at: (u8, u8),
    },
    /// Monday to Friday.
    Workdays {
        /// The hour and the minute.
        at: (u8, u8),
    },
    /// Once a week.
    Weekly {
        /// Monday is 1, Sunday 7.
        day: u8,
        /// The hour and the minute.
        at: (u8, u8),
    },
    /// Once a month.
    Monthly {
        /// The day.
        day: u8,
        /// The hour and the minute.
        at: (u8, u8),
    },
}

impl Rhythm {
    /// Reads an expression; None when it says more than these words can.
    #[must_use]
    pub fn read(cron: &str) -> Option<Self> {
        let parts: Vec<&str> = cron.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = parts.as_slice() else { return None };
        let number = |text: &str, most: u8| text.parse::<u8>().ok().filter(|n| *n <= most);
        let minute = number(minute, 59)?;
        if *month != "*" {
            return None;
        }
        if (*hour, *day, *weekday) == ("*", "*", "*") {
            return Some(Self::Hourly { minute });
        }
        let at = (number(hour, 23)?, minute);
        match (*day, *weekday) {
            ("*", "*") => Some(Self::Daily { at }),
            ("*", "1-5" | "MON-FRI" | "mon-fri") => Some(Self::Workdays { at }),
            ("*", one) => Some(Self::Weekly { day: number(one, 7).map(|day| if day == 0 { 7 } else { day })?, at }),
            (day, "*") => Some(Self::Monthly { day: number(day, 31).filter(|day| *day > 0)?, at }),
            _ => None,
        }
    }

    /// The expression.
    #[must_use]
    pub fn write(self) -> String {
        match self {
            Self::Hourly { minute } => format!("{minute} * * * *"),
            Self::Daily { at: (hour, minute) } => format!("{minute} {hour} * * *"),
            Self::Workdays { at: (hour, minute) } => format!("{minute} {hour} * * 1-5"),
            Self::Weekly { day, at: (hour, minute) } => format!("{minute} {hour} * * {}", day % 7),
            Self::Monthly { day, at: (hour, minute) } => format!("{minute} {hour} {day} * *"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Hourly { .. } => "hourly",
            Self::Daily { .. } => "daily",
            Self::Workdays { .. } => "workdays",
            Self::Weekly { .. } => "weekly",
            Self::Monthly { .. } => "monthly",
        }
    }

    fn at(self) -> (u8, u8) {
        match self {
            Self::Hourly { minute } => (9, minute),
            Self::Daily { at } | Self::Workdays { at } | Self::Weekly { at, .. } | Self::Monthly { at, .. } => at,
        }
    }

    fn day(self) -> u8 {
        match self {
            Self::Weekly { day, .. } | Self::Monthly { day, .. } => day,
            _ => 1,
        }
    }

    fn made(name: &str, day: u8, at: (u8, u8)) -> Option<Self> {
        Some(match name {
            "hourly" => Self::Hourly { minute: at.1 },
            "daily" => Self::Daily { at },
            "workdays" => Self::Workdays { at },
            "weekly" => Self::Weekly { day: day.clamp(1, 7), at },
            "monthly" => Self::Monthly { day: day.clamp(1, 31), at },
            _ => return None,
        })
    }
}

fn clock((hour, minute): (u8, u8)) -> String {
    format!("{hour:02}:{minute:02}")
}

/// An expression in words; the expression itself when there are none for it.
#[must_use]
pub fn cron_words(cron: &str) -> String {
    match Rhythm::read(cron) {
        Some(Rhythm::Hourly { minute }) => t!(form.cron.say_hourly, minute = format!("{minute:02}")),
        Some(Rhythm::Daily { at }) => t!(form.cron.say_daily, time = clock(at)),
        Some(Rhythm::Workdays { at }) => t!(form.cron.say_workdays, time = clock(at)),
        Some(Rhythm::Weekly { day, at }) => t!(form.cron.say_weekly, day = format::weekday(day - 1), time = clock(at)),
        Some(Rhythm::Monthly { day, at }) => t!(form.cron.say_monthly, day = i32::from(day), time = clock(at)),
        None => cron.to_owned(),
    }
}

/// When does a schedule come next?
#[derive(Serialize, Deserialize)]
pub struct Ticking {
    cron: String,
    zone: String,
    after: Timestamp,
}

impl Ask for Ticking {
    /// The next ones; none for an expression or a zone that nobody can read.
    type Answer = Vec<Timestamp>;
    fn answer(self, _: &Registry) -> Vec<Timestamp> {
        let Some(zone) = Zone::named(&self.zone) else { return Vec::new() };
        std::iter::successors(Some(self.after), |last| next_tick(&self.cron, &zone, *last)).skip(1).take(SHOWN).collect()
    }
}

/// A schedule.
#[component]
pub fn Schedule(
    /// The value.
    spot: Spot,
) -> impl IntoView {
    let cron = Memo::new(move |_| spot.text());
    let own = RwSignal::new(cron.with_untracked(|cron| Rhythm::read(cron).is_none()));
    let rhythm = Memo::new(move |_| cron.with(|cron| Rhythm::read(cron)));
    let name = move || if own.get() { "own" } else { rhythm.get().map_or("own", Rhythm::name) };
    let set = move |rhythm: Rhythm| spot.set(Some(rhythm.write().into()));
    let now = move || rhythm.get_untracked().unwrap_or(Rhythm::Daily { at: (9, 0) });
    let which = move |event: web_sys::Event| match Rhythm::made(&event_target_value(&event), now().day(), now().at()) {
        Some(rhythm) => {
            own.set(false);
            set(rhythm);
        }
        None => own.set(true),
    };
    let time = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        let read = text.split_once(':').and_then(|(hour, minute)| Some((hour.parse().ok()?, minute.get(..2)?.parse().ok()?)));
        if let Some(rhythm) = read.and_then(|at| Rhythm::made(now().name(), now().day(), at)) {
            set(rhythm);
        }
    };
    let day = move |event: web_sys::Event| {
        if let Some(rhythm) = event_target_value(&event).parse().ok().and_then(|day| Rhythm::made(now().name(), day, now().at())) {
            set(rhythm);
        }
    };
    let frequency = [
        ("hourly", crate::key!(form.cron.hourly)),
        ("daily", crate::key!(form.cron.daily)),
        ("workdays", crate::key!(form.cron.workdays)),
        ("weekly", crate::key!(form.cron.weekly)),
        ("monthly", crate::key!(form.cron.monthly)),
        ("own", crate::key!(form.cron.own)),
    ];
    let is = move |wanted: &'static str| name() == wanted;
    view! {
        <div class="row">
            <select id=spot.id() class="in unit" aria-describedby=described(spot) on:change=which>
                {frequency.map(|(value, words)| view! { <option value=value prop:selected=move || is(value)>{move || words.get()}</option> }).collect_view()}
            </select>
            <Show when=move || is("weekly")>
                <select class="in unit" aria-label=tr!(form.cron.day) on:change=day>
                    {(1_u8..=7).map(|n| view! { <option value=n.to_string() prop:selected=move || rhythm.get().is_some_and(|r| r.day() == n)>{move || format::weekday(n - 1)}</option> }).collect_view()}
                </select>
            </Show>
            <Show when=move || is("monthly")>
                <input class="in short" type="number" min="1" max="31" aria-label=tr!(form.cron.day) prop:value=move || rhythm.get().map_or(1, Rhythm::day).to_string() on:change=day />
            </Show>
            <Show when=move || !is("own")>
                <input class="in short" type="time" aria-label=tr!(form.cron.time) prop:value=move || clock(rhythm.get().map_or((9, 0), Rhythm::at)) on:change=time />
            </Show>
        </div>
        <Show when=move || is("own")><TextLine spot=spot.part("", |value| value.cloned(), |_, new| new) label=Signal::derive(tr!(form.cron.expression)) /></Show>
        <Next spot=spot cron=cron />
    }
}

/// The next runs.
#[component]
fn Next(spot: Spot, cron: Memo<String>) -> impl IntoView {
    let named = move || spot.filling.values.with(|values| values.get("zone").and_then(Json::as_str).map(str::to_owned));
    let zone = Memo::new(move |_| named().or_else(super::panel_zone).unwrap_or_else(|| "UTC".to_owned()));
    let found = asked(move || Some(Ticking { cron: cron.get(), zone: zone.get(), after: now() }));
    let never = move || found.with(|found| found.as_ref().is_some_and(|found| found.is_empty()));
    let coming = move || {
        let zone = zone.get();
        let one = |at: &Timestamp| format::moment(at.micros() as f64 / 1000.0, Moment::DateTime, Some(&zone));
        found.with(|found| found.iter().flat_map(|found| found.iter()).map(one).collect::<Vec<_>>())
    };
    view! {
        <div class="next">
            <p class="reads">{move || cron.with(|cron| cron_words(cron))}</p>
            <Show when=move || !never() fallback=move || view! { <p class="note">{tr!(form.cron.never)}</p> }>
                <p class="note">{move || t!(form.cron.next, zone = zone.get())}</p>
                <ol>{move || coming().into_iter().map(|at| view! { <li>{at}</li> }).collect_view()}</ol>
            </Show>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_said_in_words_reads_and_writes_back() {
        for cron in ["15 * * * *", "0 9 * * *", "30 17 * * 1-5", "0 9 * * 1", "0 9 * * 0", "5 6 28 * *"] {
            assert_eq!(Rhythm::read(cron).map(Rhythm::write).as_deref(), Some(cron));
        }
        for cron in ["*/5 * * * *", "0 9 1 1 *", "0 9 1 * 1", "0 9", "x y z a b", "0 9 * * 8", "0 9 0 * *"] {
            assert_eq!(Rhythm::read(cron), None, "{cron}");
        }
    }

    #[test]
    fn a_schedule_is_said_in_words() {
        assert_eq!(cron_words("0 9 * * 1"), "Every Mon at 09:00");
        assert_eq!(cron_words("*/5 * * * *"), "*/5 * * * *");
    }
}
