//! Finding a person by a few letters of name, address or id.

use crate::api::Failure;
use crate::api::people;
use crate::api::runs::Person;
use crate::{browser, t, tr};
use leptos::prelude::*;
use web_sys::{HtmlInputElement, KeyboardEvent};

/// How long after the last letter the server is asked.
const PAUSE: u32 = 180;

/// A field that finds people. What is chosen is given to `choose`.
#[component]
#[allow(clippy::too_many_lines, reason = "one view: what it shows and what its keys do")]
pub fn PersonSearch(
    /// The id of the field; what it finds carries it with an ending.
    id: &'static str,
    /// Who is known already, by the address of the page: the field says so.
    #[prop(optional, into)]
    shown: Signal<Option<Person>>,
    /// Told who was chosen.
    #[prop(into)]
    choose: Callback<Person>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let found = RwSignal::new(Vec::<Person>::new());
    let (open, place) = (RwSignal::new(false), RwSignal::new(0_usize));
    let failure = RwSignal::new(None::<Failure>);
    Effect::new(move |_| {
        if let Some(person) = shown.get().filter(|_| typed.with_untracked(String::is_empty)) {
            typed.set(person.called());
        }
    });
    let ask = move || {
        let wanted = typed.get_untracked();
        leptos::task::spawn_local(async move {
            browser::pause(PAUSE).await;
            if typed.try_get_untracked().as_ref() != Some(&wanted) {
                return;
            }
            let answer = people::search(wanted.trim()).await;
            if typed.try_get_untracked().as_ref() != Some(&wanted) {
                return;
            }
            place.set(0);
            match answer {
                Ok(page) => {
                    failure.set(None);
                    found.set(page.data);
                }
                Err(why) => failure.set(Some(why)),
            }
        });
    };
    let take = move |person: Person| {
        open.set(false);
        typed.set(person.called());
        choose.run(person);
    };
    let keys = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" if !open.get_untracked() => {
                open.set(true);
                ask();
            }
            "ArrowDown" => place.update(|place| *place = (*place + 1) % count),
            "ArrowUp" => place.update(|place| *place = (*place + count - 1) % count),
            "Enter" if open.get_untracked() => {
                if let Some(person) = found.with_untracked(|found| found.get(place.get_untracked()).cloned()) {
                    take(person);
                }
            }
            "Escape" if open.get_untracked() => open.set(false),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let entry = move |(at, person): (usize, Person)| {
        let more = [&person.email, &person.user_id]
            .into_iter()
            .flatten()
            .filter(|text| **text != person.called())
            .cloned()
            .collect::<Vec<_>>()
            .join(" · ");
        let taken = person.clone();
        view! {
            <li id=format!("{id}-{at}") role="option" class="item" aria-selected=move || (place.get() == at).to_string()
                on:pointermove=move |_| place.set(at) on:mousedown=move |event| { event.prevent_default(); take(taken.clone()); }>
                <b dir="auto">{person.called()}</b><small dir="auto">{more}</small>
            </li>
        }
    };
    let nothing = move || open.get() && found.with(Vec::is_empty) && !typed.with(String::is_empty);
    view! {
        <div class="person-search">
            <input id=id class="in" type="search" role="combobox" autocomplete="off" spellcheck="false" dir="auto" placeholder=tr!(why.person_hint)
                aria-expanded=move || open.get().to_string() aria-controls=format!("{id}-list") aria-autocomplete="list"
                aria-activedescendant=move || (open.get() && !found.with(Vec::is_empty)).then(|| format!("{id}-{}", place.get()))
                prop:value=typed on:focus=move |event| { event_target::<HtmlInputElement>(&event).select(); open.set(true); ask(); } on:blur=move |_| open.set(false)
                on:input=move |event| { typed.set(event_target_value(&event)); open.set(true); ask(); } on:keydown=keys />
            <ul id=format!("{id}-list") class="commands found" role="listbox" aria-label=tr!(why.people) hidden=move || !open.get() || found.with(Vec::is_empty)>
                {move || found.get().into_iter().enumerate().map(entry).collect_view()}
            </ul>
            <p class="hint" role="status">
                {move || failure.get().map_or_else(|| if nothing() { t!(why.nobody_found) } else { String::new() }, |failure| failure.words())}
            </p>
        </div>
    }
}
