//! What edits are called: for the undo button, for toasts and for screen readers.

use super::document::history::Label;
use crate::t;
use crate::words::step::kind_label;

/// An edit as a thing: "move of 3 steps".
#[must_use]
pub fn name(label: &Label) -> String {
    match label {
        Label::Added { kind } => t!(editor.edit.added, what = kind_label(kind, kind)),
        Label::Removed { count } => t!(editor.edit.removed, n = *count),
        Label::Moved { count } => t!(editor.edit.moved, n = *count),
        Label::Connected => t!(editor.edit.connected),
        Label::Disconnected => t!(editor.edit.disconnected),
        Label::Renamed => t!(editor.edit.renamed),
        Label::Changed { .. } => t!(editor.edit.changed),
        Label::Pasted { count } => t!(editor.edit.pasted, n = *count),
        Label::Cut { count } => t!(editor.edit.cut, n = *count),
        Label::Duplicated { count } => t!(editor.edit.duplicated, n = *count),
        Label::Tidied => t!(editor.edit.tidied),
        Label::Settings => t!(editor.edit.settings),
        Label::NoteAdded => t!(editor.edit.note_added),
        Label::NoteChanged => t!(editor.edit.note_changed),
        Label::NoteRemoved => t!(editor.edit.note_removed),
        Label::Replaced => t!(editor.edit.replaced),
    }
}

/// That an edit was made.
#[must_use]
pub fn done(label: &Label) -> String {
    name(label)
}

/// That an edit was taken back.
#[must_use]
pub fn undone(label: &Label) -> String {
    t!(editor.edit.undone, what = name(label))
}

/// That an edit was made once more.
#[must_use]
pub fn redone(label: &Label) -> String {
    t!(editor.edit.redone, what = name(label))
}
