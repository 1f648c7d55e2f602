//! Movements that explain: the view glides to what is asked for, cards glide to where the layout puts them. With reduced motion
//! both are there at once.

use super::state::Editor;
use crate::browser;
use crate::gesture::geometry::{Point, Rect};
use crate::gesture::pointer::Phase;
use crate::gesture::viewport::Viewport;
use leptos::prelude::*;
use tradewind_nodes::id::NodeId;

/// How long a movement lasts, in milliseconds; as `--slow` in the style sheets.
const LASTS: f64 = 240.0;
/// Room left around what is shown.
const MARGIN: f64 = 48.0;

impl Editor {
    /// Shows another part of the scene at once.
    pub fn set_view(&self, view: Viewport) {
        let stale = self.stage.try_update_value(|stage| {
            let view = match stage.scene.bounds() {
                Some(bounds) => view.kept(bounds, stage.size),
                None => view,
            };
            stage.view = view;
            stage.draw_view();
            stage.is_stale()
        });
        let zoom = self.view().zoom;
        if self.zoom.with_untracked(|known| (known - zoom).abs() > 1e-6) {
            self.zoom.set(zoom);
        }
        if stale == Some(true) {
            self.recut();
        }
        self.moved.set(());
    }

    /// Pan and zoom at present.
    #[must_use]
    pub fn view(&self) -> Viewport {
        self.stage.with_value(|stage| stage.view)
    }

    /// Glides to another part of the scene.
    pub fn glide(&self, to: Viewport) {
        let from = self.view();
        if from == to {
            return;
        }
        if browser::prefers_less_motion() {
            self.set_view(to);
            return;
        }
        let began = browser::ticks();
        step(*self, from, to, began, from);
    }

    /// Zooms by a factor about the canvas's middle.
    pub fn zoom_by(&self, factor: f64) {
        let middle = self.stage.with_value(|stage| Point::new(stage.size.width / 2.0, stage.size.height / 2.0));
        self.glide(self.view().zoomed(factor, middle));
    }

    /// Shows everything.
    pub fn fit(&self) {
        let fitted = self.stage.with_value(|stage| Some(Viewport::fitted(stage.scene.bounds()?, stage.size, MARGIN)));
        if let Some(view) = fitted {
            self.glide(view);
        }
    }

    /// Shows the journey as it opens: readable, from its head.
    pub fn show_head(&self) {
        let opened = self.stage.with_value(|stage| {
            let head = stage.scene.cards().iter().find(|card| !card.entry).or_else(|| stage.scene.cards().first())?;
            Some(Viewport::opened(stage.scene.bounds()?, head.rect, stage.size, MARGIN))
        });
        let empty = || self.stage.with_value(|stage| Viewport { pan: Point::new(stage.size.width / 2.0, MARGIN * 2.0), zoom: 1.0 });
        self.set_view(opened.unwrap_or_else(empty));
    }

    /// Moves as little as needed for a card to be seen.
    pub fn reveal(&self, id: &NodeId) {
        let rect = self.stage.with_value(|stage| stage.scene.card(id).map(|card| card.rect));
        if let Some(rect) = rect {
            self.reveal_rect(rect);
        }
    }

    /// Moves as little as needed for a part of the scene to be seen.
    pub fn reveal_rect(&self, rect: Rect) {
        let view = self.stage.with_value(|stage| {
            // From far away nobody reads a card: come nearer first.
            let view = if stage.view.zoom < super::stage::FAR {
                let at = stage.view.to_screen(rect.center());
                stage.view.zoomed(0.8 / stage.view.zoom, at)
            } else {
                stage.view
            };
            view.showing(rect, stage.size, MARGIN)
        });
        self.glide(view);
    }
}

fn step(editor: Editor, from: Viewport, to: Viewport, began: f64, last: Viewport) {
    request_animation_frame(move || {
        // Whoever takes hold of the view meanwhile has it.
        if editor.stage.is_disposed() || editor.view() != last || !is_idle(editor) {
            return;
        }
        let part = ((browser::ticks() - began) / LASTS).clamp(0.0, 1.0);
        let eased = 1.0 - (1.0 - part).powi(3);
        editor.set_view(if part < 1.0 { from.toward(&to, eased) } else { to });
        moving(editor);
        if part < 1.0 {
            step(editor, from, to, began, editor.view());
        }
    });
}

/// Whether no hand does anything.
#[must_use]
pub fn is_idle(editor: Editor) -> bool {
    editor.hands.with_value(|hands| hands.phase == Phase::Idle)
}

/// The layer is kept as a picture while it is moved, and drawn sharp again once it rests.
pub fn moving(editor: Editor) {
    let store = editor.going;
    editor.stage.update_value(|stage| stage.set_moving(true));
    let Some(mine) = store.try_update_value(|going| {
        going.resting += 1;
        going.resting
    }) else {
        return;
    };
    leptos::task::spawn_local(async move {
        browser::pause(180).await;
        if !store.is_disposed() && store.with_value(|going| going.resting) == mine {
            editor.stage.update_value(|stage| stage.set_moving(false));
        }
    });
}

/// Cards stop gliding once they have arrived.
pub fn rest_after(editor: Editor) {
    leptos::task::spawn_local(async move {
        browser::pause(LASTS as u32 + 40).await;
        if !editor.stage.is_disposed() {
            editor.stage.with_value(|stage| stage.set_gliding(false));
        }
    });
}
