//! What the hands on the canvas are doing.

use crate::gesture::geometry::{Point, Rect};
use crate::gesture::pointer::{Grabbed, Held, Rest};
use tradewind_nodes::graph::{Edge, Note};
use tradewind_nodes::id::{NodeId, PortName};

/// What is being dragged, and the last move, for scrolling along at the edge.
#[derive(Default)]
pub struct Going {
    pub(in crate::editor) drag: Option<Drag>,
    pub(in crate::editor) last: Option<(i32, Point, Held)>,
    pub(in crate::editor) ticking: bool,
    /// Whether the next frame brings more cards onto the page.
    pub(in crate::editor) bringing: bool,
    pub(in crate::editor) entered: bool,
    pub(in crate::editor) resting: u32,
    /// The resting finger that is told of.
    pub(in crate::editor) rest: Option<Rest>,
    /// When `g` was pressed, the first key of a way to another page.
    pub(in crate::editor) chord: Option<f64>,
}

/// What is being dragged.
pub struct Drag {
    pub(in crate::editor) grabbed: Grabbed,
    /// The scene's point under the hand when it began.
    pub(in crate::editor) from: Option<Point>,
    /// Cards that move, and where they began; the grabbed one first.
    pub(in crate::editor) cards: Vec<(NodeId, Rect)>,
    /// Notes that move, and where they began.
    pub(in crate::editor) notes: Vec<(Note, Rect)>,
    /// Where it comes to lie, moved by this much.
    pub(in crate::editor) by: Point,
    /// The wire it will be put into.
    pub(in crate::editor) wire: Option<Edge>,
    /// The open port it will be joined to.
    pub(in crate::editor) port: Option<(NodeId, PortName)>,
}
