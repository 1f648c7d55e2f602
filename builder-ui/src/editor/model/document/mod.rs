//! The journey being edited: a graph, and every edit with the way back. Nothing else writes the graph, and nothing here knows
//! the browser.

pub mod clipboard;
pub mod compose;
pub mod history;
pub mod ids;
pub mod journal;
pub mod legal;
#[cfg(test)]
mod tests;
pub mod touched;

use history::{Group, History, Label};
use touched::Touched;
use tradewind_nodes::graph::{Edit, EditError, Graph};

/// A journey being edited.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    graph: Graph,
    history: History,
    /// The state the server has, as [`History::state`] names it.
    saved: Option<u64>,
    /// What was sent and not answered: the server may have any of these.
    unanswered: Vec<Graph>,
}

impl Document {
    /// A document of a graph that the server has.
    #[must_use]
    pub fn open(graph: Graph) -> Self {
        let history = History::default();
        Self { saved: Some(history.state()), graph, history, unanswered: Vec::new() }
    }

    /// The graph.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Which state it is in: the same number means the same graph, also after undo and redo.
    #[must_use]
    pub fn state(&self) -> u64 {
        self.history.state()
    }

    /// Whether the server has it as it is.
    #[must_use]
    pub fn is_saved(&self) -> bool {
        self.saved == Some(self.state())
    }

    /// The server has the state with this number.
    pub fn set_saved(&mut self, state: u64) {
        self.saved = Some(state);
        self.unanswered.clear();
    }

    /// A graph is sent; whether it arrives is not known yet.
    pub fn sent(&mut self, graph: &Graph) {
        if !self.unanswered.contains(graph) {
            self.unanswered.push(graph.clone());
        }
    }

    /// Whether the server can have this graph from us, although it never answered.
    #[must_use]
    pub fn may_be_there(&self, graph: &Graph) -> bool {
        self.unanswered.contains(graph)
    }

    /// Applies an edit as one step of undo.
    ///
    /// # Errors
    /// When it does not fit the graph, which is then left as it was.
    pub fn apply(&mut self, edit: &Edit, label: Label) -> Result<Touched, EditError> {
        self.apply_in(edit, label, None)
    }

    /// Applies an edit that is one step of undo together with those before it of the same group.
    ///
    /// # Errors
    /// When it does not fit the graph, which is then left as it was.
    pub fn apply_in(&mut self, edit: &Edit, label: Label, group: Option<Group>) -> Result<Touched, EditError> {
        let back = self.graph.apply(edit)?;
        let touched = Touched::by(edit, &back);
        self.history.record(back, label, group);
        Ok(touched)
    }

    /// Takes the last step back; None when there is none.
    pub fn undo(&mut self) -> Option<(Label, Touched)> {
        let Self { graph, history, .. } = self;
        history.undo(|edit| graph.apply(edit))
    }

    /// Does the last step taken back again; None when there is none.
    pub fn redo(&mut self) -> Option<(Label, Touched)> {
        let Self { graph, history, .. } = self;
        history.redo(|edit| graph.apply(edit))
    }

    /// What undo would take back.
    #[must_use]
    pub fn undoable(&self) -> Option<&Label> {
        self.history.undoable()
    }

    /// What redo would do again.
    #[must_use]
    pub fn redoable(&self) -> Option<&Label> {
        self.history.redoable()
    }
}

/// The edit that makes `old` into `new`, whatever they are: for restoring a version and for taking somebody else's draft, which
/// can be undone like anything else.
#[must_use]
pub fn replacing(old: &Graph, new: &Graph) -> Edit {
    let mut edits: Vec<Edit> = old.notes.iter().map(|note| Edit::RemoveNote { note: note.id.clone() }).collect();
    edits.push(Edit::Take { nodes: (0..old.nodes.len()).collect(), edges: (0..old.edges.len()).collect() });
    edits.push(Edit::Restore {
        nodes: new.nodes.iter().cloned().enumerate().collect(),
        edges: new.edges.iter().cloned().enumerate().collect(),
    });
    edits.extend(new.notes.iter().map(|note| Edit::AddNote { note: note.clone(), at: None }));
    edits.push(Edit::SetSettings { settings: Box::new(new.settings.clone()) });
    Edit::Many { edits }
}
