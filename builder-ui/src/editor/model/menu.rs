//! The menu over the canvas, as far as it is the editor's state.

use crate::gesture::geometry::Point;
use crate::gesture::pointer::Target;

/// A menu that is open.
#[derive(Clone, PartialEq, Debug)]
pub struct Open {
    /// What it is about.
    pub target: Target,
    /// Where it is, on the canvas.
    pub at: Point,
}
