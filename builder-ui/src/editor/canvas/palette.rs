//! The palette: every kind, by family, to be searched, clicked, or dragged to where it belongs.

use super::perform::{element, hand, reveal};
use super::quick::first_free;
use super::{arrange, surface};
use crate::browser;
use crate::editor::model::adding::Place;
use crate::editor::model::document::compose::NewStep;
use crate::editor::model::state::{Editor, editor};
use crate::editor::model::{face, icons};
use crate::gesture::geometry::Point;
use crate::gesture::pointer::{Input, Target};
use crate::gesture::scene::CARD_WIDTH;
use crate::ui::{Icon, Kbd};
use crate::words;
use crate::{t, tr};
use leptos::prelude::*;
use tradewind_nodes::graph::Edge;
use tradewind_nodes::id::{NodeId, PortName};
use tradewind_nodes::kind::{Family, KindSpec};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, PointerEvent};

/// A kind in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its name.
    pub kind: String,
    /// What it is called.
    pub label: String,
    /// What it is for.
    pub family: Family,
}

/// The kinds that fit what was typed, in the order of the palette, those that begin with it first.
#[must_use]
pub fn search(specs: Vec<KindSpec>, typed: &str) -> Vec<Entry> {
    let typed = typed.trim().to_lowercase();
    let mut found: Vec<(usize, Entry)> = specs
        .into_iter()
        .filter_map(|spec| {
            let label = words::step::kind_label(&spec.name, &spec.label);
            let lower = label.to_lowercase();
            let rank = if typed.is_empty() || lower.starts_with(&typed) {
                0
            } else if lower.split_whitespace().any(|word| word.starts_with(&typed)) {
                1
            } else if lower.contains(&typed) || spec.name.contains(&typed) || spec.label.to_lowercase().contains(&typed) {
                2
            } else {
                return None;
            };
            Some((rank, Entry { kind: spec.name, label, family: spec.family }))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// What a family is called.
#[must_use]
pub fn family_label(family: Family) -> String {
    match family {
        Family::Trigger => t!(editor.family.triggers),
        Family::Condition => t!(editor.family.conditions),
        Family::Delay => t!(editor.family.delays),
        Family::Action => t!(editor.family.actions),
    }
}

/// The families in the order of the palette.
pub const FAMILIES: [Family; 4] = [Family::Trigger, Family::Condition, Family::Delay, Family::Action];

/// A new step of a kind, with what it begins with.
#[must_use]
pub fn new_step(editor: Editor, kind: &str) -> NewStep {
    let (config, timed) = editor.with_kinds(|kinds| (kinds.begun(kind), kinds.reaches_out(kind)));
    let live = editor.stage.with_value(|stage| stage.live);
    NewStep { kind: kind.to_owned(), config, height: if timed || live { face::HEAD + face::FOOT } else { face::HEAD } }
}

/// Adds a step of a kind where it makes sense: after the selected step, else in the middle of what is seen.
pub fn add(editor: Editor, kind: &str) {
    let trigger = editor.with_kinds(|kinds| kinds.family(kind)) == Some(Family::Trigger);
    let after = editor.selection.with_untracked(|s| s.only().cloned()).filter(|_| !trigger).and_then(|id| first_free(editor, &id));
    match after {
        Some(place) => super::quick::put(editor, kind, &place),
        None => super::quick::put(editor, kind, &Place::At { point: arrange::free_middle(editor) }),
    }
}

/// A step was dragged here from the palette.
pub fn bring(editor: Editor, kind: &str, at: Point, wire: Option<&Edge>, port: Option<&(NodeId, PortName)>) {
    let step = new_step(editor, kind);
    if let Some((node, port)) = port {
        editor.compose_and_make(|table, names| table.add_after(names, &step, node, port));
    } else {
        let spliced = wire.is_some_and(|wire| editor.compose_and_make(|table, names| table.splice(names, &step, wire, Some(at))));
        if !spliced {
            editor.compose_and_make(|table, names| Some(table.add(names, &step, at, CARD_WIDTH)));
        }
    }
    super::quick::arrived(editor);
}

/// Shows what is being dragged under the hand.
pub fn show_ghost(editor: Editor, kind: &str) {
    let label = editor.with_kinds(|kinds| kinds.spec(kind)).map(|spec| words::step::kind_label(&spec.name, &spec.label));
    let family = editor.with_kinds(|kinds| kinds.family(kind));
    if let Some(ghost) = element("ghost") {
        ghost.set_text_content(label.as_deref());
        let _ = ghost.set_attribute("data-family", icons::family(family));
    }
    reveal("ghost", true);
}

/// The palette.
#[component]
pub fn Palette() -> impl IntoView {
    let editor = editor();
    let typed = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        // The words follow the language.
        let _words = crate::i18n::language();
        search(editor.with_kinds(|kinds| kinds.specs()), &typed.get())
    });
    let keys = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            if let Some(first) = found.get_untracked().first() {
                add(editor, &first.kind);
                typed.set(String::new());
            }
        }
        "ArrowDown" => {
            event.prevent_default();
            step_focus(None, 1);
        }
        "Escape" => {
            typed.set(String::new());
            browser::focus("canvas");
        }
        _ => {}
    };
    let group = move |family: Family| {
        let entries = move || found.get().into_iter().filter(|entry| entry.family == family).collect::<Vec<_>>();
        let any = move || found.with(|found| found.iter().any(|entry| entry.family == family));
        view! {
            <Show when=any>
                <h2>{move || family_label(family)}</h2>
                <ul><For each=entries key=|entry| (entry.kind.clone(), entry.label.clone()) let:entry><Item entry=entry found=found /></For></ul>
            </Show>
        }
    };
    view! {
        <aside class="step-palette" aria-label=tr!(editor.palette.label)>
            <label class="search">
                <Icon icon=icondata::LuSearch size=14 />
                <input id="palette-search" type="search" autocomplete="off" placeholder=tr!(editor.palette.search) aria-label=tr!(editor.palette.search)
                    prop:value=move || typed.get() on:input=move |event| typed.set(event_target_value(&event)) on:keydown=keys />
                <Kbd keys="/" />
            </label>
            <div class="kinds" on:keydown=walk>{FAMILIES.map(group)}</div>
            <Show when=move || found.with(Vec::is_empty)><p class="nothing">{move || t!(editor.palette.nothing, what = typed.get())}</p></Show>
        </aside>
    }
}

#[component]
fn Item(
    /// The kind.
    entry: Entry,
    /// All that are listed.
    found: Memo<Vec<Entry>>,
) -> impl IntoView {
    let editor = editor();
    let Entry { kind, label, family } = entry;
    let title = label.clone();
    // One stop for Tab; the arrow keys walk on from there.
    let first = {
        let kind = kind.clone();
        Memo::new(move |_| found.with(|found| found.first().is_some_and(|entry| entry.kind == kind)))
    };
    let dragged = kind.clone();
    let down = move |event: PointerEvent| {
        if let Some((device, button)) = surface::touch(&event) {
            let input = Input::Down {
                pointer: event.pointer_id(),
                device,
                button,
                held: surface::held(&event),
                at: surface::place(editor, &event),
                target: Target::Kind(dragged.clone()),
                now: browser::ticks(),
            };
            hand(editor, input);
        }
    };
    // A click by a pointer is the state machine's; one by the keyboard has no place.
    let press = {
        let kind = kind.clone();
        move |event: web_sys::MouseEvent| {
            if event.detail() == 0 {
                add(editor, &kind);
            }
        }
    };
    view! {
        <li>
            <button type="button" class="kind" data-family=icons::family(Some(family)) data-kind=kind.clone() tabindex=move || if first.get() { "0" } else { "-1" }
                on:pointerdown=down on:click=press title=title>
                <span class="ic"><Icon icon=icons::of(&kind, Some(family)) size=14 /></span>
                <span class="name">{label}</span>
            </button>
        </li>
    }
}

/// The arrow keys walk the list.
fn walk(event: KeyboardEvent) {
    let by = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        "Escape" => {
            browser::focus("canvas");
            return;
        }
        _ => return,
    };
    event.prevent_default();
    step_focus(document().active_element(), by);
}

fn step_focus(from: Option<web_sys::Element>, by: i32) {
    let Ok(items) = document().query_selector_all(".step-palette .kind") else { return };
    let all: Vec<HtmlElement> =
        (0..items.length()).filter_map(|n| items.item(n)).filter_map(|item| item.dyn_into::<HtmlElement>().ok()).collect();
    let place = from.and_then(|from| all.iter().position(|item| **item == from));
    let next = match (place, by) {
        (Some(0), -1) => {
            browser::focus("palette-search");
            return;
        }
        (Some(place), by) => (place as i64 + i64::from(by)).clamp(0, all.len() as i64 - 1) as usize,
        (None, _) => 0,
    };
    if let Some(item) = all.get(next) {
        let _ = item.focus();
    }
}
