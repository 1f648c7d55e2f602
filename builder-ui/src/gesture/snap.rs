//! Free placement that comes out straight: what is dragged is drawn to its neighbours' lines, else to the grid.

use super::geometry::{Point, Rect};

/// The grid's width, in units of the scene.
pub const GRID: f64 = 20.0;

/// A line that shows what something was aligned with.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Guide {
    /// Its ends.
    pub from: Point,
    /// Its ends.
    pub to: Point,
}

/// Where something dragged comes to lie.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Snapped {
    /// What to add to where the hand is.
    pub by: Point,
    /// What it was aligned with.
    pub guides: Vec<Guide>,
}

/// The nearest of some lines, as (how far off, the neighbour).
fn nearest<'r>(pairs: impl Iterator<Item = (f64, &'r Rect)>, reach: f64) -> Option<(f64, &'r Rect)> {
    pairs.filter(|(off, _)| off.abs() <= reach).min_by(|a, b| a.0.abs().total_cmp(&b.0.abs()))
}

/// Draws `moving` to `others` within `reach`, and to the grid where there is nothing to align with.
#[must_use]
pub fn snap<'r>(moving: &Rect, others: impl Iterator<Item = &'r Rect> + Clone, reach: f64) -> Snapped {
    // Far away cards would draw lines across the whole journey.
    let close = others.filter(|other| other.grown(480.0).meets(moving));
    let columns = close.clone().flat_map(|o| [(o.center().x - moving.center().x, o), (o.x - moving.x, o), (o.right() - moving.right(), o)]);
    let rows = close.flat_map(|o| [(o.y - moving.y, o), (o.center().y - moving.center().y, o)]);
    let to_grid = |at: f64| (at / GRID).round() * GRID - at;
    let (column, row) = (nearest(columns, reach), nearest(rows, reach));
    let by = Point::new(column.map_or_else(|| to_grid(moving.x), |(off, _)| off), row.map_or_else(|| to_grid(moving.y), |(off, _)| off));
    let placed = moving.moved(by);
    let mut guides = Vec::new();
    if let Some((_, other)) = column {
        let x = [placed.center().x, placed.x, placed.right()].into_iter().find(|x| aligned(*x, other)).unwrap_or(placed.center().x);
        guides.push(Guide { from: Point::new(x, placed.y.min(other.y)), to: Point::new(x, placed.bottom().max(other.bottom())) });
    }
    if let Some((_, other)) = row {
        let y = if (placed.y - other.y).abs() < 0.01 { placed.y } else { placed.center().y };
        guides.push(Guide { from: Point::new(placed.x.min(other.x), y), to: Point::new(placed.right().max(other.right()), y) });
    }
    Snapped { by, guides }
}

fn aligned(x: f64, other: &Rect) -> bool {
    [other.center().x, other.x, other.right()].iter().any(|line| (line - x).abs() < 0.01)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_draws_more_than_the_grid() {
        let others = [Rect::new(103.0, 0.0, 240.0, 60.0)];
        let snapped = snap(&Rect::new(100.0, 131.0, 240.0, 60.0), others.iter(), 6.0);
        assert_eq!(snapped.by, Point::new(3.0, 9.0));
        assert_eq!(snapped.guides, [Guide { from: Point::new(223.0, 0.0), to: Point::new(223.0, 200.0) }]);
    }

    #[test]
    fn alone_it_falls_on_the_grid() {
        let snapped = snap(&Rect::new(31.0, -9.0, 240.0, 60.0), [].iter(), 6.0);
        assert_eq!((snapped.by, snapped.guides.len()), (Point::new(9.0, 9.0), 0));
        let far = [Rect::new(31.0, 4000.0, 240.0, 60.0)];
        assert_eq!(snap(&Rect::new(31.0, 0.0, 240.0, 60.0), far.iter(), 6.0).by.x, 9.0);
    }

    #[test]
    fn rows_are_found_too() {
        let others = [Rect::new(400.0, 58.0, 240.0, 60.0)];
        let snapped = snap(&Rect::new(100.0, 60.0, 240.0, 60.0), others.iter(), 6.0);
        assert_eq!(snapped.by.y, -2.0);
        assert_eq!(snapped.guides[0].from.y, 58.0);
    }
}
