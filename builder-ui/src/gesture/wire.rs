//! The way of a wire: down out of a port, down into a card. A wire that leads back up goes round the cards.

use super::geometry::{Point, Rect};
use std::fmt::Write;

/// How far a wire goes straight before it turns.
const STRAIGHT: f64 = 26.0;
/// How round its corners are.
const CORNER: f64 = 14.0;
/// How far below its port a label lies at most.
const LABEL: f64 = 34.0;
/// Parts into which a curve is cut to measure it.
const PARTS: usize = 16;

/// One cubic Bézier curve.
type Cubic = [Point; 4];

/// The drawn way of a wire.
#[derive(Clone, PartialEq, Debug)]
pub struct Curve {
    pieces: Vec<Cubic>,
}

fn bend([a, b, c, d]: &Cubic, t: f64) -> Point {
    let s = 1.0 - t;
    *a * (s * s * s) + *b * (3.0 * s * s * t) + *c * (3.0 * s * t * t) + *d * (t * t * t)
}

fn line(from: Point, to: Point) -> Cubic {
    [from, from + (to - from) * (1.0 / 3.0), from + (to - from) * (2.0 / 3.0), to]
}

/// The way from the port at `from` to the entry at `to`; the cards they belong to are gone round.
#[must_use]
pub fn route(from: Point, to: Point, leaves: &Rect, enters: &Rect) -> Curve {
    let down = to.y - from.y;
    if down >= STRAIGHT {
        // Long wires bend near their ends and are straight between, so that several of them read as lines.
        let pull = (down * 0.5).clamp(STRAIGHT, 90.0);
        return Curve { pieces: vec![[from, from + Point::new(0.0, pull), to - Point::new(0.0, pull), to]] };
    }
    let left = leaves.x.min(enters.x) - STRAIGHT;
    let right = leaves.right().max(enters.right()) + STRAIGHT;
    let far = |x: f64| (x - from.x).abs() + (x - to.x).abs();
    let lane = if far(left) < far(right) { left } else { right };
    let (low, high) = (from.y + STRAIGHT, to.y - STRAIGHT);
    Curve::rounded(&[from, Point::new(from.x, low), Point::new(lane, low), Point::new(lane, high), Point::new(to.x, high), to])
}

/// The way from a port to a pointer that has not found its card yet.
#[must_use]
pub fn loose(from: Point, to: Point) -> Curve {
    let pull = ((to.y - from.y).abs() * 0.5).clamp(16.0, 90.0);
    Curve { pieces: vec![[from, from + Point::new(0.0, pull), to - Point::new(0.0, pull), to]] }
}

impl Curve {
    /// Straight from corner to corner, the corners rounded.
    fn rounded(corners: &[Point]) -> Self {
        let mut pieces = Vec::with_capacity(corners.len() * 2);
        let Some((&first, rest)) = corners.split_first() else { return Self { pieces } };
        let mut at = first;
        for (n, &corner) in rest.iter().enumerate() {
            let Some(&next) = rest.get(n + 1) else {
                pieces.push(line(at, corner));
                break;
            };
            let (into, out) = (corner.distance(at), next.distance(corner));
            let radius = CORNER.min(into / 2.0).min(out / 2.0);
            if radius < 0.5 {
                continue;
            }
            let enter = corner + (at - corner) * (radius / into);
            let leave = corner + (next - corner) * (radius / out);
            pieces.push(line(at, enter));
            pieces.push([enter, enter.middle(corner), leave.middle(corner), leave]);
            at = leave;
        }
        Self { pieces }
    }

    /// The `d` of an SVG path.
    #[must_use]
    pub fn d(&self) -> String {
        let mut d = String::with_capacity(20 + 60 * self.pieces.len());
        for (n, [a, b, c, e]) in self.pieces.iter().enumerate() {
            // A `String` takes every write, so there is no error to tell.
            if n == 0 {
                let _ = write!(d, "M{:.1} {:.1}", a.x, a.y);
            }
            let _ = write!(d, "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", b.x, b.y, c.x, c.y, e.x, e.y);
        }
        d
    }

    fn points(&self) -> impl Iterator<Item = Point> {
        self.pieces.iter().flat_map(|piece| (0..=PARTS).map(move |n| bend(piece, n as f64 / PARTS as f64)))
    }

    /// Where its label lies: halfway, or a little below the port when halfway is far.
    #[must_use]
    pub fn label(&self) -> Point {
        let points: Vec<Point> = self.points().collect();
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return Point::ZERO };
        let below = LABEL.min((last.y - first.y) / 2.0).max(STRAIGHT - CORNER);
        let passes = points.windows(2).find(|pair| pair[1].y - first.y >= below && pair[1].y > pair[0].y);
        // Between two points of the curve, so that a label glides while its wire is dragged.
        let between = |pair: &[Point]| pair[0] + (pair[1] - pair[0]) * ((first.y + below - pair[0].y) / (pair[1].y - pair[0].y)).max(0.0);
        passes.map_or(points[points.len() / 2], between)
    }

    /// Where a step is put into it: halfway.
    #[must_use]
    pub fn middle(&self) -> Point {
        let points: Vec<Point> = self.points().collect();
        points.get(points.len() / 2).copied().unwrap_or_default()
    }

    /// The smallest rectangle around its controls.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        super::geometry::bounds(self.pieces.iter().flatten().map(|p| Rect::new(p.x, p.y, 0.0, 0.0))).unwrap_or_default()
    }

    /// How far `point` is from it; None when farther than `reach`.
    #[must_use]
    pub fn distance(&self, point: Point, reach: f64) -> Option<f64> {
        if !self.bounds().grown(reach).contains(point) {
            return None;
        }
        let points: Vec<Point> = self.points().collect();
        let nearest = points.windows(2).map(|pair| to_segment(point, pair[0], pair[1])).fold(f64::INFINITY, f64::min);
        (nearest <= reach).then_some(nearest)
    }
}

fn to_segment(point: Point, a: Point, b: Point) -> f64 {
    let along = b - a;
    let length = along.x * along.x + along.y * along.y;
    if length == 0.0 {
        return point.distance(a);
    }
    let t = (((point.x - a.x) * along.x + (point.y - a.y) * along.y) / length).clamp(0.0, 1.0);
    point.distance(a + along * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(x: f64, y: f64) -> Rect {
        Rect::new(x, y, 240.0, 60.0)
    }

    #[test]
    fn a_wire_leaves_and_enters_downward() {
        let (upper, lower) = (card(0.0, 0.0), card(300.0, 200.0));
        let curve = route(Point::new(60.0, 60.0), Point::new(420.0, 200.0), &upper, &lower);
        assert!(curve.d().starts_with("M60.0 60.0C60.0 "));
        assert!(curve.d().ends_with("420.0 200.0"));
        let points: Vec<Point> = curve.points().collect();
        assert!(points.windows(2).all(|pair| pair[1].y >= pair[0].y - 1e-9), "it never turns back up");
        let label = curve.label();
        assert!((label.y - 60.0 - LABEL).abs() < 1e-6 && (60.0..420.0).contains(&label.x), "{label:?}");
    }

    #[test]
    fn a_wire_back_up_goes_round_both_cards() {
        let (lower, upper) = (card(0.0, 300.0), card(80.0, 0.0));
        let curve = route(Point::new(60.0, 360.0), Point::new(200.0, 0.0), &lower, &upper);
        for point in curve.points() {
            for rect in [lower, upper] {
                assert!(!rect.grown(-1.0).contains(point), "{point:?} lies in {rect:?}");
            }
        }
        let bounds = curve.bounds();
        assert!(bounds.y < 0.0 && bounds.bottom() > 360.0);
        let own = route(Point::new(120.0, 60.0), Point::new(120.0, 0.0), &card(0.0, 0.0), &card(0.0, 0.0));
        assert!(own.points().all(|p| !card(0.0, 0.0).grown(-1.0).contains(p)));
    }

    #[test]
    fn the_pieces_join() {
        let curve = route(Point::new(60.0, 360.0), Point::new(200.0, 0.0), &card(0.0, 300.0), &card(80.0, 0.0));
        assert!(curve.pieces.len() > 4);
        assert!(curve.pieces.windows(2).all(|pair| pair[0][3].distance(pair[1][0]) < 1e-9));
    }

    #[test]
    fn nearness_is_measured_to_the_line_itself() {
        let curve = route(Point::new(0.0, 0.0), Point::new(0.0, 200.0), &card(-120.0, -60.0), &card(-120.0, 200.0));
        assert!(curve.distance(Point::new(7.0, 103.0), 12.0).is_some_and(|d| (d - 7.0).abs() < 0.01));
        assert_eq!(curve.distance(Point::new(40.0, 100.0), 12.0), None);
        assert_eq!(curve.distance(Point::new(0.0, 900.0), 12.0), None);
        assert!((curve.middle().y - 100.0).abs() < 15.0);
    }
}
