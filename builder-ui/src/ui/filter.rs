//! What narrows a list: a search field and choices. They live in the address, so that it can be passed on and gone back to.

use super::Icon;
use crate::{browser, i18n, tr};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::query_signal_with_options;

/// How long after the last letter a search begins, in milliseconds.
const PAUSE: u32 = 180;

/// A parameter of the address.
#[derive(Clone, Copy)]
pub struct Param {
    /// What it is; nothing when it is not there.
    pub value: Memo<Option<String>>,
    set: SignalSetter<Option<String>>,
}

impl Param {
    /// The parameter of this name.
    #[must_use]
    pub fn named(name: &'static str) -> Self {
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        let (found, set) = query_signal_with_options::<String>(name, options);
        Self { value: Memo::new(move |_| found.get().filter(|text| !text.is_empty())), set }
    }

    /// What it is; whoever calls this in a view follows it.
    #[must_use]
    pub fn get(self) -> Option<String> {
        self.value.get()
    }

    /// Makes it something else.
    pub fn set(self, value: Option<String>) {
        self.set.set(value.filter(|text| !text.is_empty()));
    }
}

/// A search field. `/` leads to it from anywhere on the page (see [`super::use_rows`]).
#[component]
pub fn Search(
    /// What is searched for.
    param: Param,
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
    /// The id of a `<datalist>` with what may be meant.
    #[prop(optional)]
    list: Option<&'static str>,
) -> impl IntoView {
    let typed = RwSignal::new(param.value.get_untracked().unwrap_or_default());
    // Cleared or changed elsewhere: by going back, or by a button.
    Effect::new(move |_| {
        let now = param.get().unwrap_or_default();
        if now != typed.get_untracked().trim() {
            typed.set(now);
        }
    });
    let changed = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        typed.set(text.clone());
        leptos::task::spawn_local(async move {
            browser::pause(PAUSE).await;
            // Typed on meanwhile, or gone with its page.
            if typed.try_get_untracked().as_ref() == Some(&text) {
                param.set(Some(text.trim().to_owned()));
            }
        });
    };
    view! {
        <div class="search-box">
            <Icon icon=icondata::LuSearch size=15 />
            <input id="search" class="in" type="search" autocomplete="off" spellcheck="false" aria-label=label placeholder=label list=list aria-keyshortcuts="/"
                prop:value=typed on:input=changed />
            <kbd aria-hidden="true">"/"</kbd>
        </div>
    }
}

/// One of several, or all.
#[component]
pub fn Choice(
    /// Which.
    param: Param,
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
    /// What there is: the value in the address, and its words.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// The words for no choice; "all" when absent.
    #[prop(optional)]
    none: Option<i18n::Text>,
) -> impl IntoView {
    let all = move || none.map_or_else(|| crate::t!(lists.all), i18n::Text::get);
    let option = move |(value, words): (String, String)| {
        let own = value.clone();
        view! { <option value=value selected=move || param.get().as_deref() == Some(own.as_str())>{words}</option> }
    };
    view! {
        <label class="choice">
            <span>{label}</span>
            <select class="in" on:change=move |event| param.set(Some(event_target_value(&event)))>
                <option value="" selected=move || param.get().is_none()>{all}</option>
                {move || options.get().into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}

/// Said in place of a list that is empty because of what it is narrowed by.
#[component]
pub fn NoMatch(
    /// Widens it again.
    #[prop(into)]
    clear: Callback<()>,
) -> impl IntoView {
    view! {
        <super::Empty icon=icondata::LuSearchX title=Signal::derive(tr!(lists.nothing)) text=Signal::derive(tr!(lists.nothing_text))>
            <super::Button on:click=move |_| clear.run(())>{tr!(lists.clear)}</super::Button>
        </super::Empty>
    }
}
