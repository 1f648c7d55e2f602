//! On a narrow screen the column at the side is a sheet below the canvas: its handle draws it up and down by a finger and, pressed,
//! lays it down and takes it up again.

use crate::editor::model::sheet::Sheet;
use crate::editor::model::state::{Editor, Panel, editor};
use crate::{browser, tr};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

/// Less than this, in pixels, is a press and no drawing.
const SLOP: f64 = 6.0;
/// Whether the sheet is down; whoever calls this in a view follows it.
#[must_use]
pub fn is_down(editor: Editor) -> bool {
    let asked = editor.panel.get() != Panel::Inspector || editor.selection.with(|selection| !selection.nodes.is_empty());
    editor.sheet.get().is_down(asked)
}

/// The handle.
#[component]
pub fn Handle(
    /// Whether the sheet is down.
    is_down: Memo<bool>,
) -> impl IntoView {
    let sheet = editor().sheet;
    // Where the finger went down and how high the sheet was then; and whether it has been drawn since.
    let (from, drawn) = (StoredValue::new(None::<(f64, f64)>), StoredValue::new(false));
    let down = move |event: PointerEvent| {
        let Some(handle) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let high = handle.parent_element().map_or(0.0, |side| side.get_bounding_client_rect().height());
        let _ = handle.set_pointer_capture(event.pointer_id());
        from.set_value(Some((f64::from(event.client_y()), high)));
        drawn.set_value(false);
    };
    let moved = move |event: PointerEvent| {
        let Some((y, high)) = from.get_value() else { return };
        let by = y - f64::from(event.client_y());
        if drawn.get_value() || by.abs() >= SLOP {
            drawn.set_value(true);
            sheet.set(Sheet::drawn(high + by, browser::window_size().1));
        }
    };
    let left = move |_: PointerEvent| from.set_value(None);
    let click = move |event: web_sys::MouseEvent| {
        // The end of a drawing is no press; one by the keyboard always is.
        if drawn.get_value() && event.detail() != 0 {
            return;
        }
        sheet.set(if is_down.get_untracked() { Sheet::Up } else { Sheet::Down });
    };
    view! {
        <button type="button" class="handle" aria-label=tr!(editor.sheet) aria-expanded=move || (!is_down.get()).to_string()
            on:pointerdown=down on:pointermove=moved on:pointerup=left on:pointercancel=left on:click=click></button>
    }
}
