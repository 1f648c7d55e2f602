//! The list of kinds over the canvas: opened by "+" on a port or a wire, by Tab, by a double click, by letting a wire go.

use super::palette::{Entry, new_step, search};
use crate::browser;
use crate::editor::model::adding::{Place, Quick};
use crate::editor::model::icons;
use crate::editor::model::state::{Editor, editor};
use crate::gesture::geometry::Point;
use crate::gesture::scene::CARD_WIDTH;
use crate::ui::{Icon, Kbd};
use crate::words;
use crate::{t, tr};
use leptos::html;
use leptos::prelude::*;
use tradewind_nodes::id::{NodeId, PortName};
use tradewind_nodes::kind::Family;
use web_sys::KeyboardEvent;

/// The id of the field that kinds are searched by.
pub const FIELD: &str = "quick-field";
/// The size of the list, to keep it on the canvas.
const WIDTH: f64 = 264.0;
const HEIGHT: f64 = 340.0;

/// After a step, by its first port that leads nowhere.
#[must_use]
pub fn first_free(editor: Editor, id: &NodeId) -> Option<Place> {
    let port = super::commands::first_port(editor, id)?;
    Some(Place::After { node: id.clone(), port })
}

/// Opens the list where the new step will be.
pub fn open(editor: Editor, place: Place) {
    let at = editor.stage.with_value(|stage| {
        let point = match &place {
            Place::After { node, port } => stage.scene.card(node).map(|card| card.port(port) + Point::new(0.0, 18.0)),
            Place::Into { wire } => stage.scene.curve(wire).map(|curve| curve.middle()),
            Place::At { point } => Some(*point),
        };
        stage.view.to_screen(point.unwrap_or_default())
    });
    open_at(editor, place, at);
}

/// Opens the list at a point of the canvas.
pub fn open_at(editor: Editor, place: Place, at: Point) {
    let size = editor.stage.with_value(|stage| stage.size);
    let keep = |at: f64, need: f64, whole: f64| at.min(whole - need - 12.0).max(12.0);
    let at = Point::new(keep(at.x - WIDTH / 2.0, WIDTH, size.width), keep(at.y, HEIGHT, size.height));
    editor.quick.set(Some(Quick { place, at }));
}

/// Puts a new step of `kind` there.
pub fn put(editor: Editor, kind: &str, place: &Place) {
    let step = new_step(editor, kind);
    editor.stage.with_value(|stage| stage.set_gliding(true));
    editor.compose_and_make(|table, names| match place {
        Place::After { node, port } => table.add_after(names, &step, node, port),
        Place::Into { wire } => table.splice(names, &step, wire, None).or_else(|| table.add_after(names, &step, &wire.from, &wire.port)),
        Place::At { point } => Some(table.add(names, &step, *point - Point::new(CARD_WIDTH / 2.0, 20.0), CARD_WIDTH)),
    });
    crate::editor::model::motion::rest_after(editor);
    arrived(editor);
}

/// The new step is shown and has the keyboard.
pub fn arrived(editor: Editor) {
    if let Some(id) = editor.focus.get_untracked() {
        editor.reveal(&id);
        editor.focus_card(&id);
        settle(editor, id);
    }
}

/// A card that has just come settles into its place, so that the eye finds it.
fn settle(editor: Editor, id: NodeId) {
    request_animation_frame(move || {
        request_animation_frame(move || {
            if !editor.stage.is_disposed() {
                editor.stage.with_value(|stage| {
                    if let Some(element) = stage.card_element(&id) {
                        let _ = element.class_list().add_1("fresh");
                    }
                });
            }
        });
    });
}

/// The list.
#[component]
pub fn QuickAdd() -> impl IntoView {
    let editor = editor();
    view! { {move || editor.quick.get().map(|quick| view! { <List quick=quick /> })} }
}

#[component]
#[allow(clippy::too_many_lines, reason = "one view: what it shows and what its keys do")]
fn List(
    /// What is open.
    quick: Quick,
) -> impl IntoView {
    let editor = editor();
    let Quick { place, at } = quick;
    let place = RwSignal::new(place);
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let found = Memo::new(move |_| {
        let triggers = matches!(place.get(), Place::At { .. });
        let mut found = search(editor.with_kinds(|kinds| kinds.specs()), &typed.get());
        found.retain(|entry| triggers || entry.family != Family::Trigger);
        found
    });
    let close = move || {
        editor.quick.set(None);
        match editor.focus.get_untracked() {
            Some(id) => editor.focus_card(&id),
            None => browser::focus("canvas"),
        }
    };
    let take = move |kind: String| {
        let place = place.get_untracked();
        editor.quick.set(None);
        put(editor, &kind, &place);
    };
    let keys = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|n| *n = (*n + 1) % count),
            "ArrowUp" => chosen.update(|n| *n = (*n + count - 1) % count),
            "Enter" => {
                if let Some(entry) = found.get_untracked().get(chosen.get_untracked()) {
                    take(entry.kind.clone());
                }
            }
            // Where there are several ways out the key chooses among them.
            "Tab" if turn(editor, place, event.shift_key()) => {}
            "Escape" | "Tab" => close(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let shown = move || found.get().into_iter().enumerate().collect::<Vec<_>>();
    let row = move |(n, entry): (usize, Entry)| {
        let Entry { kind, label, family } = entry;
        let icon = icons::of(&kind, Some(family));
        view! {
            <li id=format!("quick-{n}") role="option" class="kind" data-kind=kind.clone() data-family=icons::family(Some(family))
                aria-selected=move || (chosen.get() == n).to_string()
                on:pointerenter=move |_| chosen.set(n) on:click=move |_| take(kind.clone())>
                <span class="ic"><Icon icon=icon size=14 /></span>
                <span class="name">{label}</span>
            </li>
        }
    };
    view! {
        <div class="quick float" style:left=format!("{}px", at.x) style:top=format!("{}px", at.y) on:keydown=keys>
            <PortChoice place=place />
            <input node_ref=field id=FIELD type="text" role="combobox" autocomplete="off" aria-expanded="true" aria-controls="quick-list" aria-autocomplete="list"
                aria-activedescendant=move || format!("quick-{}", chosen.get())
                placeholder=tr!(editor.palette.search) aria-label=tr!(editor.palette.search)
                on:input=move |event| { typed.set(event_target_value(&event)); chosen.set(0); } />
            <ul id="quick-list" role="listbox" aria-label=tr!(editor.palette.label)>
                <For each=shown key=|(n, entry)| (*n, entry.kind.clone()) children=row />
            </ul>
            <Show when=move || found.with(Vec::is_empty)><p class="nothing">{move || t!(editor.palette.nothing, what = typed.get())}</p></Show>
        </div>
    }
}

fn ports(editor: Editor, node: &NodeId) -> Vec<PortName> {
    let found =
        editor.stage.with_value(|stage| stage.scene.card(node).map(|card| card.slots.iter().map(|slot| slot.name.clone()).collect()));
    found.unwrap_or_default()
}

/// The next way out, or the one before. False when there is no choice.
fn turn(editor: Editor, place: RwSignal<Place>, back: bool) -> bool {
    let Place::After { node, port } = place.get_untracked() else { return false };
    let ports = ports(editor, &node);
    let here = ports.iter().position(|own| *own == port).unwrap_or(0);
    let next = (here + if back { ports.len().saturating_sub(1) } else { 1 }) % ports.len().max(1);
    let Some(port) = ports.get(next).filter(|next| **next != port).cloned() else { return false };
    editor.say(format!("{}: {}", t!(editor.palette.ports), words::step::port_label(port.as_str())));
    place.set(Place::After { node, port });
    true
}

/// The ports of the step that the new one is put after, where there are several.
#[component]
fn PortChoice(
    /// Where the new step goes.
    place: RwSignal<Place>,
) -> impl IntoView {
    let editor = editor();
    let Place::After { node, .. } = place.get_untracked() else { return ().into_any() };
    let ports = ports(editor, &node);
    if ports.len() < 2 {
        return ().into_any();
    }
    let one = move |port: PortName| {
        let (node, label, own) = (node.clone(), words::step::port_label(port.as_str()), port.clone());
        let pressed = move || matches!(place.get(), Place::After { port, .. } if port == own);
        view! {
            <button type="button" class="way-chip" aria-pressed=move || pressed().to_string() on:click=move |_| place.set(Place::After { node: node.clone(), port: port.clone() })>
                {label}
            </button>
        }
    };
    view! { <div class="ports" role="group" aria-label=tr!(editor.palette.ports)>{ports.into_iter().map(one).collect_view()}<Kbd keys="Tab" /></div> }
        .into_any()
}
