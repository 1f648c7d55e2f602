//! The list of kinds over the canvas, as far as it is the editor's state.

use crate::gesture::geometry::Point;
use tradewind_nodes::graph::Edge;
use tradewind_nodes::id::{NodeId, PortName};

/// Where the new step goes.
#[derive(Clone, PartialEq, Debug)]
pub enum Place {
    /// After a port.
    After {
        /// The step.
        node: NodeId,
        /// Its port.
        port: PortName,
    },
    /// Into a wire.
    Into {
        /// Which.
        wire: Edge,
    },
    /// Where there is nothing.
    At {
        /// The scene's point.
        point: Point,
    },
}

/// The list, open.
#[derive(Clone, PartialEq, Debug)]
pub struct Quick {
    /// Where the new step goes.
    pub place: Place,
    /// Where the list is, on the canvas.
    pub at: Point,
}
