//! Undo and redo: two stacks of inverses, each with what it says to the person who presses the button.

use super::touched::Touched;
use tradewind_nodes::graph::{Edit, EditError, NoteId};
use tradewind_nodes::id::NodeId;

/// The most steps that can be undone.
const DEEPEST: usize = 500;
/// Edits of a group that come farther apart than this are steps of their own, in milliseconds.
const PAUSE: f64 = 1_500.0;

/// What an edit did, for "Undo …". The words are the language's.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Label {
    Added { kind: String },
    Removed { count: usize },
    Moved { count: usize },
    Connected,
    Disconnected,
    Renamed,
    Changed { node: NodeId },
    Pasted { count: usize },
    Cut { count: usize },
    Duplicated { count: usize },
    Tidied,
    Settings,
    NoteAdded,
    NoteChanged,
    NoteRemoved,
    Replaced,
}

/// What a group of edits is about: typing in a field is one step of undo, not one a letter.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum About {
    Field { node: NodeId, field: String },
    Name { node: NodeId },
    Nudge,
    Note { note: NoteId },
    Settings { field: String },
}

/// A group, and when the edit was made.
#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    /// What it is about.
    pub about: About,
    /// Milliseconds on any clock that goes forward.
    pub now: f64,
}

#[derive(Clone, PartialEq, Debug)]
struct Entry {
    /// The edit that leads to the other side.
    edit: Edit,
    label: Label,
    group: Option<Group>,
    /// The state on this side of the edit.
    state: u64,
}

/// The steps of a document.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct History {
    back: Vec<Entry>,
    forth: Vec<Entry>,
    state: u64,
    /// The number the next new state gets.
    fresh: u64,
}

impl History {
    /// The number of the present state.
    #[must_use]
    pub fn state(&self) -> u64 {
        self.state
    }

    /// Notes an edit that was made; `inverse` takes it back.
    pub fn record(&mut self, inverse: Edit, label: Label, group: Option<Group>) {
        self.forth.clear();
        self.fresh += 1;
        self.state = self.fresh;
        if let (Some(last), Some(new)) = (self.back.last_mut(), &group)
            && last.group.as_ref().is_some_and(|old| old.about == new.about && new.now - old.now <= PAUSE)
        {
            let earlier = std::mem::replace(&mut last.edit, Edit::Many { edits: Vec::new() });
            last.edit = joined(inverse, earlier);
            last.group = group;
            last.state = self.state;
            return;
        }
        if self.back.len() == DEEPEST {
            self.back.remove(0);
        }
        self.back.push(Entry { edit: inverse, label, group, state: self.state });
    }

    /// Takes the last step back by `apply`. None when there is none, or when the graph does not fit, which would be a fault of
    /// ours: the history is then dropped rather than kept wrong.
    pub fn undo(&mut self, apply: impl FnOnce(&Edit) -> Result<Edit, EditError>) -> Option<(Label, Touched)> {
        let entry = self.back.pop()?;
        let Ok(forth) = apply(&entry.edit) else {
            self.forget();
            return None;
        };
        let touched = Touched::by(&entry.edit, &forth);
        self.forth.push(Entry { edit: forth, state: entry.state, group: None, label: entry.label.clone() });
        // States below the deepest entry were numbered before it.
        self.state = self.back.last().map_or(0, |below| below.state);
        Some((entry.label, touched))
    }

    /// Does the last step taken back again by `apply`.
    pub fn redo(&mut self, apply: impl FnOnce(&Edit) -> Result<Edit, EditError>) -> Option<(Label, Touched)> {
        let entry = self.forth.pop()?;
        let Ok(back) = apply(&entry.edit) else {
            self.forget();
            return None;
        };
        let touched = Touched::by(&entry.edit, &back);
        self.state = entry.state;
        self.back.push(Entry { edit: back, state: entry.state, group: None, label: entry.label.clone() });
        Some((entry.label, touched))
    }

    fn forget(&mut self) {
        self.back.clear();
        self.forth.clear();
        self.fresh += 1;
        self.state = self.fresh;
    }

    /// What undo would take back.
    #[must_use]
    pub fn undoable(&self) -> Option<&Label> {
        self.back.last().map(|entry| &entry.label)
    }

    /// What redo would do again.
    #[must_use]
    pub fn redoable(&self) -> Option<&Label> {
        self.forth.last().map(|entry| &entry.label)
    }
}

/// Both inverses as one, the later edit's first. Only the last of several values of one field matters on the way back, so a
/// field's typing does not grow.
fn joined(later: Edit, earlier: Edit) -> Edit {
    match (&later, &earlier) {
        (Edit::SetConfig { node: a, .. }, Edit::SetConfig { node: b, .. }) if a == b => earlier,
        (Edit::SetLabel { node: a, .. }, Edit::SetLabel { node: b, .. }) if a == b => earlier,
        (Edit::SetSettings { .. }, Edit::SetSettings { .. }) => earlier,
        (Edit::ChangeNote { note: a }, Edit::ChangeNote { note: b }) if a.id == b.id => earlier,
        _ => Edit::Many { edits: vec![later, earlier] },
    }
}
