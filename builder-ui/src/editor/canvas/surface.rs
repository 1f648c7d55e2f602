//! The canvas: one layer of cards and one of wires, moved as a whole; what hands do goes to the state machine of pointers.

use super::card::Card;
use super::commands;
use super::notes::Sticky;
use super::perform;
use super::wires::{WireLabel, WirePath};
use crate::editor::model::motion;
use crate::editor::model::overview::Tints;
use crate::editor::model::stage::{Elements, Stage};
use crate::editor::model::state::{Editor, editor};
use crate::gesture::geometry::Point;
use crate::gesture::pointer::{Button, Device, Held, Input, wheel};
use crate::{browser, tr};
use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;
use web_sys::{KeyboardEvent, PointerEvent, TouchEvent, WheelEvent};

/// The canvas.
#[component]
#[allow(clippy::too_many_lines, reason = "one view: what it shows and what hands do to it")]
pub fn Canvas() -> impl IntoView {
    let editor = editor();
    let canvas = NodeRef::<html::Div>::new();
    let (layer, over, grid) = (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new());
    let overview = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        if let (Some(canvas), Some(layer), Some(over), Some(grid), Some(overview)) =
            (canvas.get(), layer.get(), over.get(), grid.get(), overview.get())
        {
            let elements = Elements { canvas: canvas.into(), layer: layer.into(), over: over.into(), grid: grid.into() };
            begin(editor, elements, overview);
        }
    });
    Effect::new(move |_| {
        let (selection, focus, path) = (editor.selection.get(), editor.focus.get(), editor.path.get());
        let tints = editor.issues.with(|issues| {
            let wrong = issues.iter().filter_map(|issue| issue.node.as_ref());
            Tints::of(wrong, &selection, focus.as_ref(), &path)
        });
        editor.stage.update_value(|stage| stage.tint(tints));
    });
    listen(editor, canvas);
    let idle = move || editor.focus.get().is_none();
    let empty = Memo::new(move |_| {
        editor.version.track();
        editor.with_graph(|graph| graph.nodes.is_empty() && graph.notes.is_empty())
    });
    view! {
        <div
            node_ref=canvas
            id="canvas"
            class="canvas"
            class:connecting=move || editor.connecting.with(Option::is_some) || editor.linking.with(Option::is_some)
            role="application"
            aria-roledescription=tr!(editor.canvas.role)
            aria-label=tr!(editor.canvas.label)
            aria-describedby="canvas-help"
            tabindex=move || if idle() { "0" } else { "-1" }
            on:keydown=move |event: KeyboardEvent| pressed(editor, &event)
            on:pointerdown=move |event: PointerEvent| down(editor, &event)
            on:touchend=move |event: TouchEvent| lifted(editor, &event)
            on:wheel=move |event: WheelEvent| turned(editor, &event)
            on:contextmenu=move |event: ev::MouseEvent| event.prevent_default()
        >
            <p id="canvas-help" class="only-read">{tr!(editor.canvas.help)}</p>
            <div node_ref=grid class="grid"></div>
            <div node_ref=layer class="layer">
                <For each=move || editor.notes.get() key=Clone::clone let:id><Sticky id=id /></For>
                <svg class="wires" aria-hidden="true">
                    <For each=move || editor.shown_wires.get() key=Clone::clone let:wire><WirePath wire=wire /></For>
                </svg>
                <For each=move || editor.shown_wires.get() key=Clone::clone let:wire><WireLabel wire=wire /></For>
                <For each=move || editor.shown_cards.get() key=Clone::clone let:id><Card id=id /></For>
            </div>
            <canvas node_ref=overview id="overview" class="overview" aria-hidden="true"></canvas>
            <div node_ref=over class="over-cards" aria-hidden="true">
                <svg class="wires">
                    <path id="aimed" class="wire aimed" />
                    <path id="loose" class="wire loose" />
                    <path id="guides" class="guides" />
                </svg>
                <span id="add-here" class="add-here">"+"</span>
            </div>
            <div id="lasso" class="lasso" hidden></div>
            <div id="resting" class="resting" aria-hidden="true" hidden>
                <svg viewBox="-40 -40 80 80"><circle r="34" /><circle class="fills" r="34" pathLength="1" transform="rotate(-90)" /></svg>
            </div>
            <div id="ghost" class="carried" hidden></div>
            <Show when=move || empty.get()><super::welcome::Welcome /></Show>
            <super::tools::Tools />
            <super::minimap::Minimap />
            <super::selection_bar::SelectionBar />
        </div>
    }
}

fn begin(editor: Editor, elements: Elements, overview: web_sys::HtmlCanvasElement) {
    editor.stage.update_value(|stage| {
        let canvas = elements.canvas.clone();
        stage.mount(elements, overview);
        stage.measure(&canvas);
    });
    super::arrange::place_the_unplaced(editor);
    editor.show_head();
    editor.recut();
}

/// Listens on the window: a hand that leaves the canvas is still dragging.
fn listen(editor: Editor, canvas: NodeRef<html::Div>) {
    let moved = window_event_listener(ev::pointermove, move |event| {
        let (at, held) = (place(editor, &event), held(&event));
        if motion::is_idle(editor) {
            super::hover::hover(editor, at, inside(&event));
        } else {
            perform::hand(editor, Input::Move { pointer: event.pointer_id(), at, held });
        }
    });
    let up = window_event_listener(ev::pointerup, move |event| {
        perform::hand(editor, Input::Up { pointer: event.pointer_id(), at: place(editor, &event), now: browser::ticks() });
    });
    let cancelled = window_event_listener(ev::pointercancel, move |_| perform::hand(editor, Input::Cancel));
    let blurred = window_event_listener(ev::blur, move |_| perform::hand(editor, Input::Cancel));
    let released = window_event_listener(ev::keyup, move |event| {
        if event.key() == " " {
            editor.hands.update_value(|hands| hands.space = false);
        }
    });
    // After a press on the canvas the keyboard may be nowhere, and when the page opens it is at the title: then it is here.
    let nowhere = window_event_listener(ev::keydown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let idle = target.is_some_and(|element| element.matches("body, #title, #content").unwrap_or(false));
        if idle || (event.key() == "Escape" && !motion::is_idle(editor)) {
            pressed(editor, &event);
        }
    });
    let coloured = window_event_listener_untyped(browser::COLOURS, move |_| editor.stage.update_value(Stage::recolour));
    let observed = super::measure::follow(canvas, move |canvas| {
        editor.stage.update_value(|stage| stage.measure(canvas));
        editor.recut();
    });
    on_cleanup(move || {
        drop(observed);
        moved.remove();
        coloured.remove();
        nowhere.remove();
        up.remove();
        cancelled.remove();
        blurred.remove();
        released.remove();
    });
}

fn inside(event: &PointerEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.closest("#canvas").ok().flatten().is_some() && target.closest(".float").ok().flatten().is_none())
}

/// Where an event is on the canvas.
pub(in crate::editor) fn place(editor: Editor, event: &PointerEvent) -> Point {
    editor.stage.with_value(|stage| stage.on_canvas(event.client_x(), event.client_y()))
}

/// The keys held at an event.
pub(in crate::editor) fn held(event: &PointerEvent) -> Held {
    Held { shift: event.shift_key(), primary: event.ctrl_key() || event.meta_key(), alt: event.alt_key() }
}

/// What touched, and by which button.
pub(in crate::editor) fn touch(event: &PointerEvent) -> Option<(Device, Button)> {
    let device = match event.pointer_type().as_str() {
        "touch" => Device::Touch,
        "pen" => Device::Pen,
        _ => Device::Mouse,
    };
    let button = match event.button() {
        0 => Button::Main,
        1 => Button::Middle,
        2 => Button::Second,
        _ => return None,
    };
    Some((device, button))
}

fn down(editor: Editor, event: &PointerEvent) {
    // Fields and the tools over the canvas are no part of it.
    if browser::is_typing(event.target()) || !inside(event) {
        return;
    }
    let Some((device, button)) = touch(event) else { return };
    // Neither selects text nor scrolls; the focus is given by hand. A field takes what was typed before its form makes way.
    event.prevent_default();
    browser::leave_field();
    editor.quick.set(None);
    let at = place(editor, event);
    let target = perform::target(editor, at, device);
    perform::hand(
        editor,
        Input::Down { pointer: event.pointer_id(), device, button, held: held(event), at, target, now: browser::ticks() },
    );
}

/// A finger left the canvas. What it has just opened lies where the finger was: the click that follows is not meant for it.
fn lifted(editor: Editor, event: &TouchEvent) {
    if editor.quick.with_untracked(Option::is_some) || editor.menu.with_untracked(Option::is_some) {
        event.prevent_default();
    }
}

fn turned(editor: Editor, event: &WheelEvent) {
    if browser::is_typing(event.target()) {
        return;
    }
    event.prevent_default();
    // A line is what a wheel's notch scrolls where it does not say pixels.
    let unit = if event.delta_mode() == WheelEvent::DOM_DELTA_LINE { 32.0 } else { 1.0 };
    let delta = Point::new(event.delta_x() * unit, event.delta_y() * unit);
    let held = Held { shift: event.shift_key(), primary: event.ctrl_key() || event.meta_key(), alt: event.alt_key() };
    let at = editor.stage.with_value(|stage| stage.on_canvas(event.client_x(), event.client_y()));
    perform::intend(editor, wheel(delta, held, at));
    motion::moving(editor);
}

fn pressed(editor: Editor, event: &KeyboardEvent) {
    // The tools over the canvas have keys of their own.
    let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let tool = element.is_some_and(|element| element.closest(".float").ok().flatten().is_some());
    if tool || browser::is_typing(event.target()) || event.is_composing() || event.default_prevented() {
        return;
    }
    // The list of kinds is there and does not have the keyboard yet: letters are meant for it.
    if event.key().chars().count() == 1 && editor.quick.with_untracked(Option::is_some) {
        browser::focus(super::quick::FIELD);
        return;
    }
    if event.key() == " " {
        event.prevent_default();
        editor.hands.update_value(|hands| hands.space = true);
        return;
    }
    commands::key(editor, event);
}
