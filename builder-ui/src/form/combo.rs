//! A field that completes: what is typed narrows a list, arrows walk it, Enter takes. What is not in the list may be typed too.

use crate::{t, tr};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, KeyboardEvent};

/// Entries shown at once.
const MOST: usize = 60;

/// One entry of a list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pick {
    /// What it stands for.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// What else helps to know it: an example, where it comes from.
    pub note: String,
    /// What else it is found by.
    pub also: Vec<String>,
}

impl Pick {
    /// An entry that is called what it is.
    #[must_use]
    pub fn plain(value: &str) -> Self {
        Self { value: value.to_owned(), label: value.to_owned(), ..Self::default() }
    }
}

/// The entries.
pub type Picks = Signal<Arc<Vec<Pick>>>;

/// How well an entry fits what was typed, the best first; None when it does not.
fn fit(pick: &Pick, typed: &str) -> Option<u8> {
    let names = [&pick.label, &pick.value].into_iter().chain(&pick.also);
    let fit = |name: &String| {
        let name = name.to_lowercase();
        if name == typed {
            Some(0)
        } else if name.starts_with(typed) {
            Some(1)
        } else {
            name.contains(typed).then_some(2)
        }
    };
    names.filter_map(fit).min()
}

/// The entries that fit, the best first, else in their order.
fn matching(all: &[Pick], typed: &str) -> Vec<Pick> {
    let typed = typed.trim().to_lowercase();
    let mut found: Vec<(u8, &Pick)> = all.iter().filter_map(|pick| Some((fit(pick, &typed)?, pick))).collect();
    if !typed.is_empty() {
        found.sort_by_key(|(fit, _)| *fit);
    }
    found.into_iter().take(MOST).map(|(_, pick)| pick.clone()).collect()
}

/// The entries that fit, and behind them what was typed itself, where it is none of them and may be taken.
fn offered(all: &[Pick], typed: &str, closed: bool) -> Vec<Pick> {
    let mut found = matching(all, typed);
    let typed = typed.trim();
    if !closed && !typed.is_empty() && !all.iter().any(|pick| is_called(pick, typed)) {
        found.push(Pick { value: typed.to_owned(), label: t!(form.combo.typed, what = typed), ..Pick::default() });
    }
    found
}

fn is_called(pick: &Pick, typed: &str) -> bool {
    pick.label.eq_ignore_ascii_case(typed) || pick.value == typed
}

/// A field with a list. `chosen` is told when an entry was taken, or when something typed is left.
#[component]
#[allow(clippy::too_many_lines, reason = "one view: what it shows and what its keys do")]
pub fn Combo(
    /// Its id.
    #[prop(into)]
    id: String,
    /// What it holds.
    #[prop(into)]
    value: Signal<String>,
    /// The list.
    #[prop(into)]
    picks: Picks,
    /// What was chosen; empty when it was emptied.
    chosen: Callback<String>,
    /// What stands there while it is empty.
    #[prop(optional, into)]
    placeholder: MaybeProp<String>,
    /// What it is called, where no label says so.
    #[prop(optional, into)]
    label: MaybeProp<String>,
    /// Whether something is wrong with it.
    #[prop(optional, into)]
    wrong: Signal<bool>,
    /// Told of each letter, for lists that are fetched.
    #[prop(optional)]
    searching: Option<Callback<String>>,
    /// Whether it is emptied once something was chosen: for adding to a list.
    #[prop(optional)]
    adds: bool,
    /// Whether only entries of the list count.
    #[prop(optional)]
    closed: bool,
    /// Whether its list is open from the beginning.
    #[prop(optional)]
    opened: bool,
) -> impl IntoView {
    let called = move |value: &str| {
        picks.with(|all| all.iter().find(|pick| pick.value == value).map(|pick| pick.label.clone())).unwrap_or_else(|| value.to_owned())
    };
    let (open, at) = (RwSignal::new(opened), RwSignal::new(None::<usize>));
    // None while nobody types: then the value is shown by its name.
    let draft = RwSignal::new(None::<String>);
    let shown = Memo::new(move |_| draft.get().unwrap_or_else(|| called(&value.get())));
    let found = Memo::new(move |_| picks.with(|all| offered(all, &draft.get().unwrap_or_default(), closed)));
    let (input, list) = (NodeRef::<html::Input>::new(), NodeRef::<html::Div>::new());
    let list_id = format!("{id}-list");
    let take = move |taken: String| {
        open.set(false);
        draft.set(None);
        chosen.run(taken);
        if adds && let Some(input) = input.get_untracked() {
            input.set_value("");
        }
    };
    let settle = move || {
        open.set(false);
        // Taken off the page it loses the focus too, when it is no more.
        if let Some(Some(typed)) = draft.try_get_untracked() {
            let typed = typed.trim().to_owned();
            let known = picks.with_untracked(|all| all.iter().find(|pick| is_called(pick, &typed)).map(|pick| pick.value.clone()));
            match known {
                Some(value) => take(value),
                None if closed && !typed.is_empty() => draft.set(None),
                None if adds && typed.is_empty() => draft.set(None),
                None => take(typed),
            }
        }
    };
    let keys = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        let moved = |by: isize| {
            open.set(true);
            at.update(|at| {
                *at = (count > 0).then(|| at.map_or(if by > 0 { 0 } else { count - 1 }, |old| old.saturating_add_signed(by).min(count - 1)))
            });
        };
        match event.key().as_str() {
            "ArrowDown" => moved(1),
            "ArrowUp" => moved(-1),
            "Enter" => {
                let taken =
                    at.get_untracked().filter(|_| open.get_untracked()).and_then(|at| found.with_untracked(|found| found.get(at).cloned()));
                match taken {
                    Some(pick) => take(pick.value),
                    None => settle(),
                }
            }
            "Escape" if open.get_untracked() => {
                open.set(false);
                draft.set(None);
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    Effect::new(move |_| {
        found.track();
        if open.get()
            && let (Some(list), Some(input)) = (list.get(), input.get_untracked())
        {
            place(&list, &input);
        }
    });
    Effect::new(move |_| {
        if let (Some(at), Some(list)) = (at.get(), list.get())
            && let Some(entry) = u32::try_from(at).ok().and_then(|at| list.children().item(at))
        {
            entry.scroll_into_view_with_scroll_into_view_options(&nearest());
        }
    });
    let typing = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        if let Some(search) = searching {
            search.run(text.clone());
        }
        // Enter takes the best of what fits; what is typed itself stands behind it.
        at.set((!text.trim().is_empty()).then_some(0));
        draft.set(Some(text));
        open.set(true);
    };
    let begin = move || {
        open.set(true);
        at.set(None);
    };
    let entry_id = {
        let id = id.clone();
        move |n: usize| format!("{id}-{n}")
    };
    let active = {
        let entry_id = entry_id.clone();
        move || at.get().filter(|_| open.get()).map(&entry_id)
    };
    let entries = move || {
        let entry_id = entry_id.clone();
        found.get().into_iter().enumerate().map(move |(n, pick)| {
            let Pick { value, label, note, .. } = pick;
            view! {
                <div class="pick" role="option" id=entry_id(n) aria-selected=move || (at.get() == Some(n)).to_string() title=value.clone()
                    on:mousedown=|event| event.prevent_default() on:click=move |_| take(value.clone())>
                    <span>{label}</span><small>{note}</small>
                </div>
            }
        }).collect_view()
    };
    view! {
        <div class="combo">
            <input node_ref=input id=id class="in" type="text" role="combobox" autocomplete="off" spellcheck="false" dir="auto"
                aria-autocomplete="list" aria-expanded=move || open.get().to_string() aria-controls=list_id.clone() aria-activedescendant=active
                aria-label=move || label.get() placeholder=move || placeholder.get() aria-invalid=move || wrong.get().to_string()
                title=move || value.get() prop:value=move || shown.get()
                on:input=typing on:keydown=keys on:click=move |_| begin() on:blur=move |_| settle()
                on:focus=move |event| select_all(event.target()) />
            <Show when=move || open.get() && !found.with(Vec::is_empty)>
                <div node_ref=list class="picks" role="listbox" id=list_id.clone() aria-label=move || label.get()>{entries.clone()}</div>
            </Show>
            <Show when=move || open.get() && closed && found.with(Vec::is_empty)><p class="hint" role="status">{tr!(form.combo.none)}</p></Show>
        </div>
    }
}

fn select_all(target: Option<web_sys::EventTarget>) {
    if let Some(input) = target.and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
        input.select();
    }
}

fn nearest() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options
}

/// Puts the list under its field, or above where there is more room, in the window's own coordinates.
fn place(list: &HtmlElement, input: &HtmlElement) {
    const GAP: f64 = 4.0;
    const HEIGHT: f64 = 280.0;
    let height = window().inner_height().ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
    let from = input.get_bounding_client_rect();
    let (above, below) = (from.top() - 2.0 * GAP, height - from.bottom() - 2.0 * GAP);
    let up = below < HEIGHT.min(160.0) && above > below;
    let room = HEIGHT.min(if up { above } else { below }).max(80.0);
    let style = list.style();
    let set = |name: &str, value: f64| drop(style.set_property(name, &format!("{value}px")));
    set("left", from.left());
    set("width", from.width());
    set("max-height", room);
    if up {
        let _ = style.set_property("top", "auto");
        set("bottom", height - from.top() + GAP);
    } else {
        let _ = style.set_property("bottom", "auto");
        set("top", from.bottom() + GAP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_narrows_by_name_and_by_value() {
        let picks =
            [Pick { value: "customer.first_name".into(), label: "Vorname".into(), ..Pick::default() }, Pick::plain("Order Completed")];
        assert_eq!(matching(&picks, "vorn").len(), 1);
        assert_eq!(matching(&picks, "first_").len(), 1);
        assert_eq!(matching(&picks, " ").len(), 2);
        assert!(matching(&picks, "zzz").is_empty());
    }

    #[test]
    fn the_best_fit_stands_first_and_what_was_typed_last() {
        let shopper = Pick { value: "0193".into(), label: "Ann Order".into(), also: vec!["ann@example.com".into()], ..Pick::default() };
        let picks = [Pick::plain("Pre Order"), Pick::plain("Order Completed"), Pick::plain("Order"), shopper];
        let values = |typed: &str, closed| offered(&picks, typed, closed).into_iter().map(|pick| pick.value).collect::<Vec<_>>();
        assert_eq!(values("order", false), ["Order", "Order Completed", "Pre Order", "0193"]);
        assert_eq!(values("Order C", false), ["Order Completed", "Order C"]);
        assert_eq!(values("Order C", true), ["Order Completed"]);
        assert_eq!(values("ann@", true), ["0193"]);
        assert_eq!(values("", false).len(), 4);
    }
}
