//! The sign of a long press: a ring round the finger that fills until the press means the menu.

use super::perform::{element, reveal, style};
use crate::editor::model::state::Editor;
use crate::gesture::pointer::{self, LONG_PRESS, Rest};
use leptos::prelude::*;

/// Shows that a resting finger is about to mean the menu, and when it does.
pub fn show(editor: Editor) {
    let rest = editor.hands.with_value(pointer::State::rest);
    let told = editor.going.try_update_value(|going| std::mem::replace(&mut going.rest, rest) != rest);
    if told != Some(true) {
        return;
    }
    let Some(Rest { at, enough }) = rest else {
        reveal("resting", false);
        return;
    };
    style("resting", "transform", &format!("translate({}px,{}px)", at.x, at.y));
    style("resting", "--rest", &format!("{LONG_PRESS}ms"));
    if let Some(ring) = element("resting") {
        let _ = ring.class_list().toggle_with_force("enough", enough);
    }
    reveal("resting", true);
}
