//! The canvas moves along when something is dragged to its edge.

use super::geometry::{Point, Size};

/// How wide the edge is, in pixels.
const EDGE: f64 = 56.0;
/// The highest speed, in pixels a second.
const FASTEST: f64 = 1_100.0;

/// How fast the view moves while the hand is at `at`, in pixels a second: nothing inside, faster the nearer the edge.
#[must_use]
pub fn speed(at: Point, size: Size) -> Point {
    let along = |at: f64, whole: f64| {
        let edge = EDGE.min(whole / 4.0).max(1.0);
        let deep = if at < edge {
            at - edge
        } else if at > whole - edge {
            at - (whole - edge)
        } else {
            return 0.0;
        };
        let part = (deep.abs() / edge).min(1.0);
        part * part * FASTEST * deep.signum()
    };
    Point::new(along(at.x, size.width), along(at.y, size.height))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Size = Size::new(800.0, 600.0);

    #[test]
    fn it_rests_inside_and_hurries_outside() {
        assert_eq!(speed(Point::new(400.0, 300.0), SCREEN), Point::ZERO);
        let (slow, fast) = (speed(Point::new(760.0, 300.0), SCREEN), speed(Point::new(795.0, 300.0), SCREEN));
        assert!(slow.x > 0.0 && fast.x > slow.x && slow.y == 0.0);
        assert_eq!(speed(Point::new(-500.0, 2_000.0), SCREEN), Point::new(-FASTEST, FASTEST));
        assert!(speed(Point::new(3.0, 3.0), Size::new(20.0, 20.0)).x < 0.0);
    }
}
