//! What part of the scene is seen, and how large.

use super::geometry::{Point, Rect, Size};

/// The smallest zoom: 2 000 cards fit on a screen.
pub const SMALLEST: f64 = 0.05;
/// The largest zoom.
pub const LARGEST: f64 = 2.0;
/// What the buttons and keys for zooming multiply by.
pub const STEP: f64 = 1.25;

/// Pan and zoom.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Viewport {
    /// Where the scene's origin is on the screen.
    pub pan: Point,
    /// Pixels for one unit of the scene.
    pub zoom: f64,
}

impl Default for Viewport {
    fn default() -> Self {
        Self { pan: Point::ZERO, zoom: 1.0 }
    }
}

impl Viewport {
    /// The scene's point at a point of the screen.
    #[must_use]
    pub fn to_scene(&self, screen: Point) -> Point {
        (screen - self.pan) * (1.0 / self.zoom)
    }
    /// The screen's point at a point of the scene.
    #[must_use]
    pub fn to_screen(&self, scene: Point) -> Point {
        scene * self.zoom + self.pan
    }
    /// The part of the scene that a screen of `size` shows.
    #[must_use]
    pub fn seen(&self, size: Size) -> Rect {
        Rect::between(self.to_scene(Point::ZERO), self.to_scene(Point::new(size.width, size.height)))
    }
    /// Moved by `delta` pixels.
    #[must_use]
    pub fn panned(&self, delta: Point) -> Self {
        Self { pan: self.pan + delta, ..*self }
    }
    /// Zoomed by `factor`; the scene's point under `at` stays under it.
    #[must_use]
    pub fn zoomed(&self, factor: f64, at: Point) -> Self {
        let zoom = (self.zoom * factor).clamp(SMALLEST, LARGEST);
        Self { pan: at - self.to_scene(at) * zoom, zoom }
    }
    /// What shows all of `bounds` on a screen of `size`, never larger than life.
    #[must_use]
    pub fn fitted(bounds: Rect, size: Size, padding: f64) -> Self {
        Self::around(bounds, size, padding, SMALLEST)
    }
    /// What shows all of `bounds` on a map of `size`, however small it becomes.
    #[must_use]
    pub fn mapped(bounds: Rect, size: Size, padding: f64) -> Self {
        Self::around(bounds, size, padding, f64::MIN_POSITIVE)
    }
    fn around(bounds: Rect, size: Size, padding: f64, smallest: f64) -> Self {
        let room = |whole: f64| (whole - 2.0 * padding).max(1.0);
        let zoom = (room(size.width) / bounds.width.max(1.0)).min(room(size.height) / bounds.height.max(1.0));
        let zoom = zoom.clamp(smallest, 1.0);
        let middle = Point::new(size.width / 2.0, size.height / 2.0);
        Self { pan: middle - bounds.center() * zoom, zoom }
    }
    /// What a journey opens with: life size when that is readable, its head at the upper edge.
    #[must_use]
    pub fn opened(bounds: Rect, head: Rect, size: Size, padding: f64) -> Self {
        let fitted = Self::fitted(bounds, size, padding);
        if fitted.zoom >= 0.7 {
            return Self { pan: Point::new(fitted.pan.x, fitted.pan.y.min(padding - bounds.y * fitted.zoom)), ..fitted };
        }
        let zoom = 0.9;
        Self { pan: Point::new(size.width / 2.0 - head.center().x * zoom, padding - head.y * zoom), zoom }
    }
    /// Moved as little as needed for `rect` to be seen whole, with `margin` pixels around it.
    #[must_use]
    pub fn showing(&self, rect: Rect, size: Size, margin: f64) -> Self {
        let upper = self.to_screen(rect.origin());
        let lower = self.to_screen(Point::new(rect.right(), rect.bottom()));
        let shift = |from: f64, to: f64, whole: f64| {
            if from < margin || to - from > whole - 2.0 * margin {
                margin - from
            } else if to > whole - margin {
                whole - margin - to
            } else {
                0.0
            }
        };
        self.panned(Point::new(shift(upper.x, lower.x, size.width), shift(upper.y, lower.y, size.height)))
    }
    /// Moved so that a corner of `bounds` at least stays on the screen: nobody gets lost in the empty.
    #[must_use]
    pub fn kept(&self, bounds: Rect, size: Size) -> Self {
        const REST: f64 = 80.0;
        let upper = self.to_screen(bounds.origin());
        let lower = self.to_screen(Point::new(bounds.right(), bounds.bottom()));
        let shift = |from: f64, to: f64, whole: f64| {
            if to < REST {
                REST - to
            } else if from > whole - REST {
                whole - REST - from
            } else {
                0.0
            }
        };
        self.panned(Point::new(shift(upper.x, lower.x, size.width), shift(upper.y, lower.y, size.height)))
    }
    /// Part of the way to `other`, for a movement that is seen.
    #[must_use]
    pub fn toward(&self, other: &Self, part: f64) -> Self {
        Self { pan: self.pan + (other.pan - self.pan) * part, zoom: self.zoom + (other.zoom - self.zoom) * part }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Size = Size::new(800.0, 600.0);

    fn near(a: Point, b: Point) -> bool {
        a.distance(b) < 1e-6
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let mut view = Viewport { pan: Point::new(13.0, -40.0), zoom: 0.8 };
        let at = Point::new(320.0, 111.0);
        let under = view.to_scene(at);
        for factor in [1.3, 0.5, 9.0, 0.001, 1.1] {
            view = view.zoomed(factor, at);
            assert!(near(view.to_scene(at), under), "{view:?}");
            assert!((SMALLEST..=LARGEST).contains(&view.zoom));
        }
        assert!(near(view.to_screen(view.to_scene(at)), at));
    }

    #[test]
    fn fitting_shows_everything_and_never_enlarges() {
        for bounds in [Rect::new(-3000.0, 10.0, 9000.0, 400.0), Rect::new(0.0, 0.0, 10.0, 10.0), Rect::default()] {
            let view = Viewport::fitted(bounds, SCREEN, 40.0);
            let seen = view.seen(SCREEN);
            assert!(seen.contains(bounds.origin()) && seen.contains(Point::new(bounds.right(), bounds.bottom())), "{bounds:?}");
            assert!(view.zoom <= 1.0);
        }
    }

    #[test]
    fn a_map_shows_even_what_the_canvas_cannot() {
        let (bounds, map) = (Rect::new(0.0, 0.0, 2_600.0, 90_000.0), Size::new(160.0, 108.0));
        let holds = |view: Viewport| {
            view.seen(map).contains(bounds.origin()) && view.seen(map).contains(Point::new(bounds.right(), bounds.bottom()))
        };
        assert!(holds(Viewport::mapped(bounds, map, 10.0)) && !holds(Viewport::fitted(bounds, map, 10.0)));
    }

    #[test]
    fn a_long_journey_opens_readable_at_its_head() {
        let head = Rect::new(900.0, 0.0, 240.0, 60.0);
        let view = Viewport::opened(Rect::new(0.0, 0.0, 2000.0, 9000.0), head, SCREEN, 40.0);
        assert!(view.zoom > 0.7 && view.seen(SCREEN).contains(head.origin()));
        let small = Viewport::opened(Rect::new(0.0, 0.0, 400.0, 200.0), Rect::new(80.0, 0.0, 240.0, 60.0), SCREEN, 40.0);
        assert!(near(small.to_screen(Point::ZERO), Point::new(200.0, 40.0)), "{small:?}");
    }

    #[test]
    fn showing_moves_no_more_than_needed() {
        let view = Viewport::default();
        assert_eq!(view.showing(Rect::new(100.0, 100.0, 50.0, 50.0), SCREEN, 20.0), view);
        let moved = view.showing(Rect::new(900.0, -50.0, 50.0, 50.0), SCREEN, 20.0);
        assert!(near(moved.pan, Point::new(-170.0, 70.0)), "{moved:?}");
    }

    #[test]
    fn the_journey_cannot_be_lost() {
        let bounds = Rect::new(0.0, 0.0, 300.0, 300.0);
        for pan in [Point::new(-9000.0, 0.0), Point::new(0.0, 9000.0), Point::new(9000.0, -9000.0)] {
            let view = Viewport { pan, zoom: 1.0 }.kept(bounds, SCREEN);
            assert!(view.seen(SCREEN).meets(&bounds), "{pan:?}");
        }
        let view = Viewport::default();
        assert_eq!(view.kept(bounds, SCREEN), view);
    }
}
