//! What a hand that does nothing finds under it.

use super::perform::{element, style};
use crate::editor::model::stage::FAR;
use crate::editor::model::state::Editor;
use crate::gesture::geometry::Point;
use crate::gesture::pointer::Held;
use crate::gesture::scene::NEAR_WIRE;
use leptos::prelude::*;

/// A hand passes over the canvas: a wire under it offers to take a step in.
pub fn hover(editor: Editor, at: Point, inside: bool) {
    editor.going.update_value(|going| going.last = Some((0, at, Held::default())));
    let middle = inside.then(|| {
        editor.stage.with_value(|stage| {
            let point = stage.view.to_scene(at);
            if stage.view.zoom < FAR || stage.scene.card_at(point).is_some() {
                return None;
            }
            let wire = stage.scene.wire_at(point, NEAR_WIRE / stage.view.zoom.min(1.0), &[])?;
            Some(stage.scene.curve(wire)?.middle())
        })
    });
    name_afar(editor, at, inside);
    match middle.flatten() {
        Some(at) => {
            style("add-here", "transform", &format!("translate({}px,{}px)", at.x, at.y));
            style("add-here", "visibility", "visible");
        }
        None => style("add-here", "visibility", "hidden"),
    }
}

/// Cards have their names at hand; from afar the canvas has that of the step under the hand.
fn name_afar(editor: Editor, at: Point, inside: bool) {
    let under = editor.stage.with_value(|stage| {
        let afar = inside && stage.is_afar();
        afar.then(|| stage.scene.card_at(stage.view.to_scene(at)).map(|card| card.id.clone())).flatten()
    });
    let name = under.map(|id| editor.title(&id)).unwrap_or_default();
    if let Some(overview) = element("overview")
        && overview.get_attribute("title").unwrap_or_default() != name
    {
        let _ = overview.set_attribute("title", &name);
    }
}
