//! The journey seen from afar: one picture of bars and lines in place of the cards, which nobody could read there. However many steps
//! there are, a move draws the same few paths.

use super::counts::Mark;
use super::icons;
use super::state::Selection;
use crate::gesture::geometry::{Point, Rect, Size};
use crate::gesture::scene::{Card, Scene};
use crate::gesture::viewport::Viewport;
use std::collections::{HashMap, HashSet};
use tradewind_nodes::graph::Edge;
use tradewind_nodes::id::NodeId;
use tradewind_nodes::kind::Family;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, Path2d};

/// How round bars are.
const ROUND: f64 = 10.0;
/// How thick wires are, and the least they are on the screen.
const WIRE: (f64, f64) = (1.8, 0.7);
/// How thick the border of a step that stands out is, and the least it is on the screen.
const BORDER: (f64, f64) = (4.0, 1.5);
/// The size of names.
const NAME: f64 = 20.0;
/// Below this zoom names could not be read.
const READABLE: f64 = 0.26;
/// Room for a name beside its bar's edges.
const INSET: f64 = 14.0;

const FAMILIES: [Option<Family>; 5] = [Some(Family::Trigger), Some(Family::Condition), Some(Family::Delay), Some(Family::Action), None];

/// How a step stands out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tint {
    /// It is selected, has the keyboard, or lies on the way that is painted.
    Chosen,
    /// Something is wrong with it.
    Wrong,
}

/// What stands out.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tints {
    /// Steps.
    pub nodes: HashMap<NodeId, Tint>,
    /// Wires.
    pub wires: HashSet<Edge>,
}

impl Tints {
    /// What stands out: a mistake, what is selected, the way that is painted; the first over the others, but a selected step is seen
    /// to be selected.
    #[must_use]
    pub fn of<'a>(
        wrong: impl Iterator<Item = &'a NodeId>,
        selection: &Selection,
        focus: Option<&NodeId>,
        path: &super::counts::Path,
    ) -> Self {
        let mut nodes: HashMap<NodeId, Tint> = HashMap::new();
        for (id, mark) in &path.nodes {
            nodes.insert(id.clone(), if *mark == Mark::Failed { Tint::Wrong } else { Tint::Chosen });
        }
        nodes.extend(wrong.map(|id| (id.clone(), Tint::Wrong)));
        nodes.extend(selection.nodes.iter().chain(focus).map(|id| (id.clone(), Tint::Chosen)));
        Self { nodes, wires: path.wires.iter().chain(&selection.wire).cloned().collect() }
    }
}

/// The colours in force.
#[derive(Default)]
struct Colours {
    families: [(String, String); 5],
    wire: String,
    chosen: String,
    wrong: String,
    ink: String,
    note: String,
    font: String,
}

/// What is drawn, in the scene's measure.
struct Paths {
    bars: Vec<Path2d>,
    wires: Path2d,
    chosen: Path2d,
    chosen_wires: Path2d,
    wrong: Path2d,
    notes: Path2d,
}

/// The picture.
#[derive(Default)]
pub struct Overview {
    canvas: Option<(HtmlCanvasElement, CanvasRenderingContext2d)>,
    colours: Colours,
    /// By card, in the scene's order.
    faces: Vec<(Option<Family>, String)>,
    tints: Tints,
    /// None when something has moved since.
    paths: Option<Paths>,
    /// Pixels of the screen for one of the page.
    density: f64,
    /// Whether it has the names.
    named: bool,
}

fn joined(scene: &Scene, wires: impl Iterator<Item = Edge>) -> Option<Path2d> {
    let d: String = wires.filter_map(|wire| scene.curve(&wire)).map(|curve| curve.d()).collect();
    Path2d::new_with_path_string(&d).ok()
}

impl Overview {
    /// The element it is drawn on is on the page.
    pub fn mount(&mut self, canvas: HtmlCanvasElement) {
        let context = canvas.get_context("2d").ok().flatten().and_then(|context| context.dyn_into().ok());
        self.canvas = context.map(|context| (canvas, context));
        self.recolour();
    }

    /// Reads the colours of the theme in force.
    pub fn recolour(&mut self) {
        let style = self.canvas.as_ref().and_then(|(canvas, _)| leptos::prelude::window().get_computed_style(canvas).ok().flatten());
        let Some(style) = style else { return };
        let of = |name: &str| style.get_property_value(name).unwrap_or_default();
        let family = |family: Option<Family>| match family {
            Some(_) => (of(&format!("--{}", icons::family(family))), of(&format!("--{}-soft", icons::family(family)))),
            None => (of("--ink-2"), of("--sunken")),
        };
        self.colours = Colours {
            families: FAMILIES.map(family),
            wire: of("--line-strong"),
            chosen: of("--accent"),
            wrong: of("--bad"),
            ink: of("--ink"),
            note: of("--condition-soft"),
            font: of("font-family"),
        };
    }

    /// The canvas has another size.
    pub fn resize(&mut self, size: Size) {
        let Some((canvas, _)) = &self.canvas else { return };
        self.density = leptos::prelude::window().device_pixel_ratio().max(1.0);
        // Sizes are positive and far below what an unsigned number holds.
        let pixels = |length: f64| (length * self.density).round().max(0.0) as u32;
        let (wide, high) = (pixels(size.width), pixels(size.height));
        if canvas.width() != wide || canvas.height() != high {
            canvas.set_width(wide);
            canvas.set_height(high);
        }
    }

    /// What the cards are about, in the scene's order.
    pub fn set_faces(&mut self, faces: Vec<(Option<Family>, String)>) {
        self.faces = faces;
        self.paths = None;
    }

    /// What stands out. Whether that is another than before.
    pub fn set_tints(&mut self, tints: Tints) -> bool {
        let other = self.tints != tints;
        if other {
            self.tints = tints;
            self.paths = None;
        }
        other
    }

    /// Something lies elsewhere.
    pub fn moved(&mut self) {
        self.paths = None;
    }

    /// Whether names are drawn: not while it moves, for they would take most of a frame.
    pub fn set_named(&mut self, named: bool) {
        self.named = named;
    }

    fn paths(&self, scene: &Scene, notes: impl Iterator<Item = Rect>) -> Option<Paths> {
        let bars: Vec<Path2d> = FAMILIES.iter().filter_map(|_| Path2d::new().ok()).collect();
        let (chosen, wrong, noted) = (Path2d::new().ok()?, Path2d::new().ok()?, Path2d::new().ok()?);
        let bar = |path: &Path2d, Rect { x, y, width, height }: Rect| drop(path.round_rect_with_f64(x, y, width, height, ROUND));
        for (card, (family, _)) in scene.cards().iter().zip(&self.faces) {
            if let Some(path) = FAMILIES.iter().position(|one| one == family).and_then(|n| bars.get(n)) {
                bar(path, card.rect);
            }
            match self.tints.nodes.get(&card.id) {
                Some(Tint::Chosen) => bar(&chosen, card.rect),
                Some(Tint::Wrong) => bar(&wrong, card.rect),
                None => {}
            }
        }
        notes.for_each(|rect| bar(&noted, rect));
        Some(Paths {
            bars,
            wires: joined(scene, scene.wires().iter().cloned())?,
            chosen_wires: joined(scene, self.tints.wires.iter().cloned())?,
            chosen,
            wrong,
            notes: noted,
        })
    }

    /// Draws what `view` shows of the scene.
    pub fn draw(&mut self, scene: &Scene, notes: impl Iterator<Item = Rect>, view: &Viewport, size: Size, mirror: bool) {
        if self.paths.is_none() {
            self.paths = self.paths(scene, notes);
        }
        let (Some((canvas, context)), Some(paths)) = (&self.canvas, &self.paths) else { return };
        let (density, zoom) = (self.density, view.zoom);
        let thick = |(wanted, least): (f64, f64)| wanted.max(least / zoom);
        let _ = context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
        let scale = zoom * density;
        let _ = context.set_transform(scale, 0.0, 0.0, scale, view.pan.x * density, view.pan.y * density);
        context.set_fill_style_str(&self.colours.note);
        context.fill_with_path_2d(&paths.notes);
        context.set_line_width(thick(WIRE));
        context.set_stroke_style_str(&self.colours.wire);
        context.stroke_with_path(&paths.wires);
        context.set_stroke_style_str(&self.colours.chosen);
        context.stroke_with_path(&paths.chosen_wires);
        for (path, (_, soft)) in paths.bars.iter().zip(&self.colours.families) {
            context.set_fill_style_str(soft);
            context.fill_with_path_2d(path);
        }
        // As the borders of cards: their family's colour, thinned.
        context.set_global_alpha(0.4);
        context.set_line_width(thick((1.0, 1.0)));
        for (path, (strong, _)) in paths.bars.iter().zip(&self.colours.families) {
            context.set_stroke_style_str(strong);
            context.stroke_with_path(path);
        }
        context.set_global_alpha(1.0);
        context.set_line_width(thick(BORDER));
        for (path, colour) in [(&paths.wrong, &self.colours.wrong), (&paths.chosen, &self.colours.chosen)] {
            context.set_stroke_style_str(colour);
            context.stroke_with_path(path);
        }
        if self.named && zoom >= READABLE {
            self.name(context, scene, &view.seen(size), mirror);
        }
    }

    fn name(&self, context: &CanvasRenderingContext2d, scene: &Scene, seen: &Rect, mirror: bool) {
        context.set_font(&format!("600 {NAME}px {}", self.colours.font));
        context.set_fill_style_str(&self.colours.ink);
        context.set_text_baseline("middle");
        context.set_text_align(if mirror { "right" } else { "left" });
        for (card, (_, title)) in scene.cards().iter().zip(&self.faces).filter(|(card, _)| card.rect.meets(seen)) {
            let Point { x, y } = card.rect.center();
            let x = if mirror { x + card.rect.width / 2.0 - INSET } else { x - card.rect.width / 2.0 + INSET };
            let _ = context.fill_text(&fitting(context, title, card), x, y);
        }
    }
}

/// As much of a title as its bar has room for.
fn fitting(context: &CanvasRenderingContext2d, title: &str, card: &Card) -> String {
    let room = card.rect.width - 2.0 * INSET;
    let width = context.measure_text(title).map_or(0.0, |measured| measured.width());
    if width <= room {
        return title.to_owned();
    }
    let kept = (title.chars().count() as f64 * room / width) as usize;
    let cut: String = title.chars().take(kept.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::model::counts::Path;

    fn id(id: &str) -> NodeId {
        NodeId::new(id).unwrap()
    }

    #[test]
    fn a_selected_step_is_seen_to_be_selected_and_a_wrong_one_to_be_wrong() {
        let path = Path { nodes: [(id("a"), Mark::Passed), (id("b"), Mark::Failed), (id("c"), Mark::Here)].into(), ..Path::default() };
        let wrong = [id("a"), id("d"), id("e")];
        let tints = Tints::of(wrong.iter(), &Selection::node(id("d")), Some(&id("f")), &path);
        let wanted =
            [("a", Tint::Wrong), ("b", Tint::Wrong), ("c", Tint::Chosen), ("d", Tint::Chosen), ("e", Tint::Wrong), ("f", Tint::Chosen)];
        assert_eq!(tints.nodes, wanted.map(|(name, tint)| (id(name), tint)).into());
    }
}
