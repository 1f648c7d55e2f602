//! On a narrow screen the column at the side is a sheet below the canvas: its handle draws it up and down by a finger and, pressed,
//! lays it down and takes it up again.

use super::state::{Editor, Panel, editor};
use crate::{browser, tr};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

/// Less than this, in pixels, is a press and no drawing.
const SLOP: f64 = 6.0;
/// A sheet that is drawn lower than this lies down.
const LOW: f64 = 90.0;
/// What of the window stays above the sheet at least: the bar, the steps and some canvas.
const ABOVE: f64 = 260.0;

/// How the sheet stands.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum Sheet {
    /// As nobody has moved it: up while there is a step or a panel somebody asked for, down while it would only show the journey's settings.
    #[default]
    Unmoved,
    /// As high as the style says.
    Up,
    /// As high as it was drawn, in pixels.
    Drawn(f64),
    /// Down to its handle.
    Down,
}

impl Sheet {
    /// Whether only its handle is seen; `asked` says whether there is something in it that somebody asked for.
    #[must_use]
    pub fn is_down(self, asked: bool) -> bool {
        self == Self::Down || (self == Self::Unmoved && !asked)
    }

    /// The sheet drawn so high in a window of this height.
    fn drawn(high: f64, window: f64) -> Self {
        if high < LOW { Self::Down } else { Self::Drawn(high.min((window - ABOVE).max(LOW))) }
    }

    /// The height, where the style does not say it.
    #[must_use]
    pub fn height(self) -> Option<String> {
        if let Self::Drawn(high) = self { Some(format!("{high}px")) } else { None }
    }
}

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

#[cfg(test)]
mod tests {
    use super::Sheet;

    #[test]
    fn a_sheet_leaves_the_canvas_some_room_and_lies_down_when_it_is_drawn_low() {
        assert_eq!(Sheet::drawn(300.0, 844.0), Sheet::Drawn(300.0));
        assert_eq!(Sheet::drawn(900.0, 844.0), Sheet::Drawn(584.0));
        assert_eq!(Sheet::drawn(40.0, 844.0), Sheet::Down);
        assert_eq!([true, false].map(|asked| Sheet::Unmoved.is_down(asked)), [false, true]);
        assert_eq!(Sheet::Drawn(300.0).height().as_deref(), Some("300px"));
        assert_eq!((Sheet::Up.height(), Sheet::Down.is_down(true)), (None, true));
    }
}
