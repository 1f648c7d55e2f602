//! Who the journey is tried on, and when it begins.

use super::{Desk, session};
use crate::api::people;
use crate::api::runs::Person;
use crate::form::person_search::PersonSearch;
use crate::i18n::{Language, format};
use crate::ui::{Button, Field, Look, toast};
use crate::{browser, t, tr};
use leptos::prelude::*;
use tradewind_nodes::JsonMap;
use tradewind_nodes::time::Timestamp;

/// Who he is.
#[component]
pub fn Who(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let real = RwSignal::new(false);
    let named = Memo::new(move |_| {
        desk.trial.with(|trial| {
            let traits = &trial.who.customer.traits;
            let text = |name: &str| traits.get(name).and_then(|value| value.as_str()).map(str::to_owned);
            text("name").or_else(|| text("first_name")).or_else(|| text("email")).unwrap_or_else(|| trial.who.customer.user_id.clone())
        })
    });
    // Once something happens that is what one looks at.
    let begins = Memo::new(move |_| desk.trial.with(|trial| trial.given.is_empty()));
    let known = move || {
        desk.trial.with(|trial| {
            let events = trial.who.history.len();
            (trial.who.customer.id.is_some()).then(|| {
                if trial.who.history_complete { t!(dryrun.who.events, n = events) } else { t!(dryrun.who.many_events, n = events) }
            })
        })
    };
    let choose = move |person: Person| {
        leptos::task::spawn_local(async move {
            match people::facts(&person.id).await {
                Ok(facts) => drop(desk.trial.try_update(|trial| {
                    trial.who = facts;
                    trial.given.clear();
                })),
                Err(failure) => toast::trouble(failure.words()),
            }
        });
    };
    let choice = move |which: bool| {
        let label = move || if which { t!(dryrun.who.real) } else { t!(dryrun.who.made_up) };
        let take = move |_| {
            real.set(which);
            if !which {
                desk.trial.update(|trial| {
                    trial.who = session::made_up("ada@example.com", "Ada", "en", true);
                    trial.given.clear();
                });
            }
        };
        view! { <label class="tick"><input type="radio" name="dry-run-who" prop:checked=move || real.get() == which on:change=take />{label}</label> }
    };
    view! {
        <details class="part" prop:open=begins>
            <summary>{tr!(dryrun.who.title)}" "<b dir="auto">{named}</b></summary>
            <div class="form">
                <div class="row" role="radiogroup" aria-label=tr!(dryrun.who.title)>{choice(false)}{choice(true)}</div>
                <Show when=move || real.get() fallback=move || view! { <MadeUp desk=desk /> }>
                    <Field label=Signal::derive(tr!(dryrun.who.search)) id="dry-run-person"><PersonSearch id="dry-run-person" choose=choose /></Field>
                    <p class="hint">{known}</p>
                </Show>
                <Start desk=desk />
            </div>
        </details>
    }
}

/// Somebody made up.
#[component]
fn MadeUp(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let (email, name) = (RwSignal::new("ada@example.com".to_owned()), RwSignal::new("Ada".to_owned()));
    let (locale, consents) = (RwSignal::new("en".to_owned()), RwSignal::new(true));
    let more = RwSignal::new(String::new());
    let extra = Memo::new(move |_| {
        let text = more.get();
        if text.trim().is_empty() {
            Ok(JsonMap::new())
        } else {
            serde_json::from_str::<JsonMap>(&text).map_err(|_| t!(dryrun.given.no_json))
        }
    });
    Effect::new(move |before: Option<()>| {
        let mut who = session::made_up(&email.get(), &name.get(), &locale.get(), consents.get());
        let Ok(extra) = extra.get() else { return };
        // At the start it is what the desk has already.
        if before.is_some() {
            who.customer.traits.extend(extra);
            desk.trial.update(|trial| trial.who = who);
        }
    });
    let languages = Language::ALL.into_iter().map(|language| {
        let code = language.code();
        view! { <option value=code selected=code == "en">{code}</option> }
    });
    view! {
        <div class="two">
            <Field label=Signal::derive(tr!(dryrun.who.name)) id="dry-run-name"><input id="dry-run-name" class="in" dir="auto" bind:value=name /></Field>
            <Field label=Signal::derive(tr!(dryrun.who.locale)) id="dry-run-locale">
                <select id="dry-run-locale" class="in" on:change=move |event| locale.set(event_target_value(&event))>{languages.collect_view()}</select>
            </Field>
        </div>
        <Field label=Signal::derive(tr!(dryrun.who.email)) id="dry-run-email"><input id="dry-run-email" class="in" type="email" dir="ltr" bind:value=email /></Field>
        <label class="tick"><input type="checkbox" prop:checked=consents on:change=move |event| consents.set(event_target_checked(&event)) />{tr!(dryrun.who.consents)}</label>
        <details>
            <summary>{tr!(dryrun.who.more)}</summary>
            <Field label=Signal::derive(tr!(dryrun.who.traits)) id="dry-run-traits" error=Signal::derive(move || extra.get().err())>
                <textarea id="dry-run-traits" class="in json-text" rows="4" dir="ltr" spellcheck="false" placeholder="{\"vip\": true}" aria-describedby="dry-run-traits-error" bind:value=more></textarea>
            </Field>
        </details>
    }
}

/// When it begins.
#[component]
fn Start(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let shown = Memo::new(move |_| desk.trial.with(|trial| browser::local_moment(trial.start.micros() as f64 / 1_000.0)));
    let take = move |event: web_sys::Event| {
        // Without a zone the browser reads it by the user's clock.
        let Some(millis) = format::parse_moment(&event_target_value(&event)) else { return };
        let start = Timestamp::from_micros(millis as i64 * 1_000);
        desk.trial.update(|trial| {
            let by = start.since(trial.start);
            trial.start = start;
            for given in &mut trial.given {
                given.at = given.at.plus(by);
            }
        });
    };
    view! {
        <div class="row start">
            <Field label=Signal::derive(tr!(dryrun.who.start)) id="dry-run-start"><input id="dry-run-start" class="in" type="datetime-local" prop:value=shown on:change=take /></Field>
            <Button look=Look::Ghost on:click=move |_| desk.trial.update(|trial| { trial.start = super::now(); trial.given.clear(); })>{tr!(dryrun.who.now)}</Button>
        </div>
    }
}
