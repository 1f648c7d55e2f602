//! The command palette (Mod+K): everything that can be gone to or done, found by a few letters.

use super::NAV;
use crate::ui::{Dialog, Icon};
use crate::{session, tr};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use std::sync::LazyLock;
use web_sys::KeyboardEvent;

/// Something to do.
#[derive(Clone)]
pub struct Command {
    /// What it is called.
    pub label: Signal<String>,
    /// Its icon.
    pub icon: icondata::Icon,
    /// What else helps to know it: the key that does it, what sort of thing it is.
    pub note: Option<Signal<String>>,
    /// Whether it can be done now; always when None.
    pub when: Option<Signal<bool>>,
    /// Does it.
    pub run: Callback<()>,
}

impl Command {
    /// A command.
    pub fn new(icon: icondata::Icon, label: impl Fn() -> String + Send + Sync + 'static, run: impl Fn() + Send + Sync + 'static) -> Self {
        Self { label: Signal::derive(label), icon, note: None, when: None, run: Callback::new(move |()| run()) }
    }

    /// With something beside its name.
    #[must_use]
    pub fn noted(self, note: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self { note: Some(Signal::derive(note)), ..self }
    }

    /// That can be done only at times.
    #[must_use]
    pub fn only(self, when: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { when: Some(Signal::derive(when)), ..self }
    }
}

// Outside any component: pages add theirs while they are shown.
static OF_PAGES: LazyLock<ArcRwSignal<Vec<(u64, Command)>>> = LazyLock::new(ArcRwSignal::default);

/// Adds commands to the palette for as long as the component that calls this is shown.
pub fn use_commands(commands: Vec<Command>) {
    let id = OF_PAGES.with_untracked(|all| all.last().map_or(0, |(id, _)| id + 1));
    OF_PAGES.update(|all| all.extend(commands.into_iter().map(|command| (id, command))));
    on_cleanup(move || OF_PAGES.update(|all| all.retain(|(owner, _)| *owner != id)));
}

/// How well a name matches what was typed: the letters in their order; nothing when they are not all there.
fn score(name: &str, typed: &str) -> Option<usize> {
    let (name, typed) = (name.to_lowercase(), typed.to_lowercase());
    if let Some(at) = name.find(typed.trim()) {
        return Some(at);
    }
    let mut letters = name.char_indices();
    let mut last = 0;
    for wanted in typed.chars().filter(|c| !c.is_whitespace()) {
        last = letters.find(|(_, letter)| *letter == wanted)?.0;
    }
    Some(1_000 + last)
}

/// The palette.
#[component]
pub fn Palette(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let navigate = use_navigate();
    let places = NAV.iter().map(move |place| {
        let navigate = StoredValue::new_local(navigate.clone());
        let go = move || navigate.with_value(|navigate| navigate(place.href, leptos_router::NavigateOptions::default()));
        Command::new(place.icon, move || place.label.get(), go)
    });
    let asking = use_navigate();
    let asking = StoredValue::new_local(asking);
    let ask = move || asking.with_value(|navigate| navigate("/why", leptos_router::NavigateOptions::default()));
    let why = Command::new(icondata::LuMessageCircleQuestion, tr!(why.title), ask);
    let leave = Command::new(icondata::LuLogOut, tr!(shell.account.sign_out), || leptos::task::spawn_local(session::leave()));
    let own: Vec<Command> =
        places.chain([why]).chain(super::theme::commands()).chain(super::language_menu::commands()).chain([leave]).collect();
    let possible = |command: &Command| command.when.is_none_or(|when| when.get());
    let all = Signal::derive(move || {
        OF_PAGES.get().into_iter().map(|(_, command)| command).chain(own.clone()).filter(possible).collect::<Vec<_>>()
    });
    view! { <Dialog open=open title=Signal::derive(tr!(shell.palette.title)) class="palette"><Finder all=all open=open /></Dialog> }
}

/// The field and what it finds.
#[component]
fn Finder(
    /// What there is.
    all: Signal<Vec<Command>>,
    /// Closed when something was chosen.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (typed, place) = (RwSignal::new(String::new()), RwSignal::new(0_usize));
    let things = super::things::found(typed);
    let found = Memo::new_with_compare(
        move |_| {
            let typed = typed.get();
            let scored = all.get().into_iter().filter_map(|command| Some((score(&command.label.get(), &typed)?, command)));
            let mut found: Vec<(usize, Command)> = scored.collect();
            found.sort_by_key(|(score, _)| *score);
            // What the server found it may have found by something else than the name.
            found.into_iter().map(|(_, command)| command).chain(things.get()).collect::<Vec<_>>()
        },
        |_, _| true,
    );
    let run = move |command: &Command| {
        open.set(false);
        command.run.run(());
    };
    let keys = move |event: KeyboardEvent| {
        let count = found.with(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => place.update(|place| *place = (*place + 1) % count),
            "ArrowUp" => place.update(|place| *place = (*place + count - 1) % count),
            "Enter" => found.with(|found| found.get(place.get_untracked()).map(run)).unwrap_or_default(),
            _ => return,
        }
        event.prevent_default();
    };
    let entry = move |(at, command): (usize, Command)| {
        let chosen = move || place.get() == at;
        let (label, icon, note) = (command.label, command.icon, command.note);
        view! {
            <li id=format!("command-{at}") role="option" class="item" aria-selected=move || chosen().to_string()
                on:pointermove=move |_| place.set(at) on:click=move |_| run(&command)>
                <Icon icon=icon size=16 /><bdi>{label}</bdi>{note.map(|note| view! { <small>{note}</small> })}
            </li>
        }
    };
    view! {
        <input id="command" class="in" autofocus role="combobox" aria-expanded="true" aria-controls="commands" autocomplete="off" spellcheck="false"
            aria-activedescendant=move || format!("command-{}", place.get()) aria-label=tr!(shell.palette.title) placeholder=tr!(shell.palette.placeholder)
            prop:value=typed on:input=move |event| { typed.set(event_target_value(&event)); place.set(0); } on:keydown=keys />
        <ul id="commands" class="commands" role="listbox" aria-label=tr!(shell.palette.title)>
            {move || found.get().into_iter().enumerate().map(entry).collect_view()}
        </ul>
        <p class="nothing" role="status">{move || found.with(Vec::is_empty).then(|| crate::t!(shell.palette.nothing))}</p>
    }
}

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn letters_in_their_order_match_and_whole_parts_match_better() {
        assert_eq!(score("API keys", "key"), Some(4));
        assert!(score("Deliveries", "dlv").is_some() && score("Deliveries", "vld").is_none());
        assert!(score("Events", "ev") < score("Deliveries", "ev"));
        assert_eq!(score("anything", ""), Some(0));
    }
}
