//! The graph of a journey: model, edits, validation and publishing.

mod canonical;
mod cycles;
mod diff;
mod edit;
mod file;
mod generate;
mod length;
mod model;
mod note;
mod pointer;
mod publish;
#[cfg(test)]
mod tests;
mod validate;

pub use diff::{ChangedNode, GraphDiff, Rewired, diff};
pub use edit::{Edit, EditError, Move};
pub use file::{FileError, JourneyFile, MAX_FILE};
pub use generate::valid_graph;
pub use length::{Lengths, Longest, lengths};
pub use model::{Edge, Graph, Node, Position};
pub use note::{MAX_NOTE, MAX_NOTES, Note, NoteId, Size};
pub use publish::{Version, publish};
pub use validate::{MAX_JSON, MAX_NODES, validate};
