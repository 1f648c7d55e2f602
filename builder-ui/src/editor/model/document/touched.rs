//! What an edit touched, so that only that is drawn again.

use std::collections::BTreeSet;
use tradewind_nodes::graph::{Edit, NoteId};
use tradewind_nodes::id::NodeId;

/// What an edit touched.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Touched {
    /// Nodes that are new, gone, moved or changed.
    pub nodes: BTreeSet<NodeId>,
    /// Notes likewise.
    pub notes: BTreeSet<NoteId>,
    /// Whether there are other nodes or edges than before.
    pub shape: bool,
    /// Whether the settings changed.
    pub settings: bool,
}

impl Touched {
    /// What `edit` touched, whose inverse is `inverse`: what an inverse brings back is what was taken.
    #[must_use]
    pub fn by(edit: &Edit, inverse: &Edit) -> Self {
        let mut touched = Self::default();
        touched.add(edit);
        touched.add(inverse);
        touched
    }

    fn add(&mut self, edit: &Edit) {
        let mut node = |id: &NodeId| {
            self.nodes.insert(id.clone());
        };
        match edit {
            Edit::AddNode { node: added } => {
                node(&added.id);
                self.shape = true;
            }
            Edit::RemoveNode { node: id } | Edit::RemoveAndReconnect { node: id, .. } => {
                node(id);
                self.shape = true;
            }
            Edit::MoveNodes { to } => to.iter().for_each(|step| node(&step.node)),
            // A config decides which ports there are.
            Edit::SetConfig { node: id, .. } | Edit::SetField { node: id, .. } | Edit::SetLabel { node: id, .. } => node(id),
            Edit::Connect { edge } | Edit::Disconnect { edge } => {
                node(&edge.from);
                node(&edge.to);
                self.shape = true;
            }
            Edit::SpliceNode { node: added, edge, .. } => {
                [&added.id, &edge.from, &edge.to].into_iter().for_each(node);
                self.shape = true;
            }
            Edit::SetSettings { .. } => self.settings = true,
            Edit::AddNote { note, .. } | Edit::ChangeNote { note } => {
                self.notes.insert(note.id.clone());
            }
            Edit::RemoveNote { note } => {
                self.notes.insert(note.clone());
            }
            Edit::Many { edits } => edits.iter().for_each(|edit| self.add(edit)),
            Edit::Restore { nodes, edges } => {
                nodes.iter().for_each(|(_, n)| node(&n.id));
                edges.iter().for_each(|(_, e)| {
                    node(&e.from);
                    node(&e.to);
                });
                self.shape = true;
            }
            // Its other side, a `Restore`, names what it takes.
            Edit::Take { .. } => self.shape = true,
        }
    }
}
