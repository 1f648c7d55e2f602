//! Laying out: everything on demand, and at the start what has no place yet.

use crate::editor::model::document::history::Label;
use crate::editor::model::motion;
use crate::editor::model::state::Editor;
use crate::gesture::geometry::{Point, Rect};
use crate::gesture::layout::tidy;
use crate::gesture::scene::CARD_WIDTH;
use leptos::prelude::*;
use tradewind_nodes::graph::{Edit, Move};
use tradewind_nodes::id::NodeId;

/// Lays everything out anew; cards glide to their places.
pub fn tidy_up(editor: Editor) {
    let places = editor.stage.with_value(|stage| tidy(&stage.scene));
    editor.stage.with_value(|stage| stage.set_gliding(true));
    if editor.compose_and_make(|table, _| table.move_to(&places, Label::Tidied)) {
        motion::rest_after(editor);
        editor.fit();
    } else {
        editor.stage.with_value(|stage| stage.set_gliding(false));
    }
}

/// Gives steps a place that have none: a whole graph without places is laid out, a single step stands below what leads to it.
/// That is no edit of the user's: it is made before the document is opened to him.
pub fn place_the_unplaced(editor: Editor) {
    let bare: Vec<NodeId> =
        editor.with_graph(|graph| graph.nodes.iter().filter(|node| node.position.is_none()).map(|node| node.id.clone()).collect());
    if bare.is_empty() {
        return;
    }
    let all = editor.with_graph(|graph| graph.nodes.len());
    let places: Vec<(NodeId, Point)> = if bare.len() * 2 >= all {
        editor.stage.with_value(|stage| tidy(&stage.scene))
    } else {
        let mut places = Vec::new();
        for id in bare {
            let at = editor.stage.try_update_value(|stage| {
                let above = stage.scene.before(&id).first().and_then(|id| stage.scene.card(id)).map(|card| card.rect);
                let wanted = above.map_or(Rect::new(0.0, 0.0, CARD_WIDTH, 60.0), |rect| Rect { y: rect.bottom() + 72.0, ..rect });
                let at = stage.scene.free_place(wanted);
                stage.scene.move_card(&id, at);
                at
            });
            places.extend(at.map(|at| (id, at)));
        }
        places
    };
    let to: Vec<Move> = places
        .into_iter()
        .map(|(node, at)| {
            let position = editor.stage.with_value(|stage| stage.position(Rect::new(at.x, at.y, CARD_WIDTH, 0.0)));
            Move { node, position: Some(position) }
        })
        .collect();
    editor.document.update_value(|document| {
        let mut graph = document.graph().clone();
        if graph.apply(&Edit::MoveNodes { to }).is_ok() {
            *document = crate::editor::model::document::Document::open(graph);
        }
    });
    editor.rebuild_scene();
}

/// Where something new goes when nobody says where: the middle of what is seen, covering nothing.
#[must_use]
pub fn free_middle(editor: Editor) -> Point {
    editor.stage.with_value(|stage| {
        let middle = stage.view.seen(stage.size).center();
        let corner = stage.scene.free_place(Rect::new(middle.x - CARD_WIDTH / 2.0, middle.y - 20.0, CARD_WIDTH, 60.0));
        corner + Point::new(CARD_WIDTH / 2.0, 20.0)
    })
}
