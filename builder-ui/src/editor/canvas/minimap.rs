//! The whole journey in small, with the part that is seen. A press goes there.

use crate::editor::model::icons;
use crate::editor::model::state::{Editor, editor};
use crate::gesture::geometry::{Point, Rect, Size};
use crate::gesture::viewport::Viewport;
use crate::tr;
use leptos::prelude::*;
use web_sys::PointerEvent;

/// Its size on the screen.
const MAP: Size = Size::new(160.0, 108.0);

fn map_view(editor: Editor) -> Option<Viewport> {
    let bounds = editor.stage.with_value(|stage| stage.scene.bounds())?;
    Some(Viewport::mapped(bounds, MAP, 10.0))
}

/// Each card as a small bar in its family's colour.
fn bars(editor: Editor) -> Vec<(Rect, &'static str)> {
    let Some(view) = map_view(editor) else { return Vec::new() };
    editor.stage.with_value(|stage| {
        let cards = stage.scene.cards().iter().map(|card| {
            let at = view.to_screen(card.rect.origin());
            let family = editor.card(&card.id).and_then(|signals| signals.face.with_untracked(|face| face.family));
            (Rect::new(at.x, at.y, (card.rect.width * view.zoom).max(2.0), (card.rect.height * view.zoom).max(1.0)), icons::family(family))
        });
        cards.collect()
    })
}

/// The part that is seen.
fn frame(editor: Editor) -> Option<Rect> {
    let view = map_view(editor)?;
    let seen = editor.stage.with_value(|stage| stage.view.seen(stage.size));
    let shown = Rect::between(view.to_screen(seen.origin()), view.to_screen(Point::new(seen.right(), seen.bottom())));
    let (left, top) = (shown.x.max(0.0), shown.y.max(0.0));
    Some(Rect::new(left, top, (shown.right().min(MAP.width) - left).max(0.0), (shown.bottom().min(MAP.height) - top).max(0.0)))
}

/// The map. It is a shortcut for pointers: the keyboard walks the cards themselves.
#[component]
pub fn Minimap() -> impl IntoView {
    let editor = editor();
    let bars = Memo::new(move |_| {
        editor.version.track();
        bars(editor)
    });
    let seen = Memo::new(move |_| {
        editor.version.track();
        editor.moved.track();
        frame(editor)
    });
    let go = move |event: PointerEvent| {
        if event.buttons() & 1 == 0 {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        if let Some(map) = map_view(editor) {
            let at = map.to_scene(Point::new(f64::from(event.offset_x()), f64::from(event.offset_y())));
            let (view, size) = editor.stage.with_value(|stage| (stage.view, stage.size));
            editor.set_view(Viewport { pan: Point::new(size.width / 2.0, size.height / 2.0) - at * view.zoom, ..view });
        }
    };
    let place = move || seen.get().map_or_else(String::new, |seen| format!("translate({:.1}px,{:.1}px)", seen.x, seen.y));
    let size = move |of: fn(&Rect) -> f64| seen.get().map_or_else(|| "0".to_owned(), |seen| format!("{:.1}px", of(&seen)));
    let bar = |(rect, family): (Rect, &'static str)| {
        view! { <rect x=rect.x y=rect.y width=rect.width height=rect.height rx="1.5" data-family=family /> }
    };
    view! {
        <Show when=move || bars.with(|bars| !bars.is_empty())>
            <div class="minimap float" aria-label=tr!(editor.tools.map) role="img">
                <svg width=MAP.width height=MAP.height aria-hidden="true" on:pointerdown=go on:pointermove=go>
                    {move || bars.get().into_iter().map(bar).collect_view()}
                </svg>
                // Apart from the bars, which need not be drawn again while it moves.
                <div class="in-sight" style:transform=place style:width=move || size(|seen| seen.width) style:height=move || size(|seen| seen.height)></div>
            </div>
        </Show>
    }
}
