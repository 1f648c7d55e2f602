//! Notes stuck on the canvas: what people want to tell one another about a journey. No run ever sees them.

use super::{Edit, EditError, Graph, Position};
use crate::issue::{Issue, IssueCode};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The most notes a graph may have.
pub const MAX_NOTES: usize = 200;
/// The most letters of a note.
pub const MAX_NOTE: usize = 4_000;
/// The sides a note may have, in canvas units.
const SIDES: std::ops::RangeInclusive<f64> = 40.0..=4_000.0;

/// The name of a note inside its graph.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoteId(pub String);

impl std::fmt::Display for NoteId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Width and height, in canvas units.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each name says what it is")]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

/// A note on the canvas.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Unique among the notes of the graph.
    pub id: NoteId,
    /// What it says: plain text.
    #[serde(default)]
    pub text: String,
    /// Its upper corner.
    pub position: Position,
    /// How large it is.
    pub size: Size,
}

impl Graph {
    /// The note called `id`.
    #[must_use]
    pub fn note(&self, id: &NoteId) -> Option<&Note> {
        self.notes.iter().find(|n| n.id == *id)
    }

    pub(super) fn add_note(&mut self, note: &Note, at: Option<usize>) -> Result<Edit, EditError> {
        if self.note(&note.id).is_some() {
            return Err(EditError::NoteExists(note.id.clone()));
        }
        let at = at.unwrap_or(self.notes.len());
        if at > self.notes.len() {
            return Err(EditError::Stale);
        }
        self.notes.insert(at, note.clone());
        Ok(Edit::RemoveNote { note: note.id.clone() })
    }

    pub(super) fn remove_note(&mut self, id: &NoteId) -> Result<Edit, EditError> {
        let at = self.notes.iter().position(|n| n.id == *id).ok_or_else(|| EditError::NoNote(id.clone()))?;
        Ok(Edit::AddNote { note: self.notes.remove(at), at: Some(at) })
    }

    pub(super) fn change_note(&mut self, note: &Note) -> Result<Edit, EditError> {
        let place = self.notes.iter_mut().find(|n| n.id == note.id).ok_or_else(|| EditError::NoNote(note.id.clone()))?;
        Ok(Edit::ChangeNote { note: std::mem::replace(place, note.clone()) })
    }
}

/// Everything wrong with the notes of `graph`.
pub(super) fn check(graph: &Graph) -> Vec<Issue> {
    let mut issues = Vec::new();
    let mut wrong = |n: usize, part: &str, code, words: String| issues.push(Issue::error(None, format!("/notes/{n}{part}"), code, words));
    let mut taken = HashSet::with_capacity(graph.notes.len());
    for (n, note) in graph.notes.iter().enumerate() {
        if !taken.insert(&note.id) {
            wrong(n, "/id", IssueCode::Invalid, format!("two notes are called {}: remove one", note.id));
        }
        let letters = note.text.chars().count();
        if letters > MAX_NOTE {
            wrong(n, "/text", IssueCode::TooLarge, format!("the note has {letters} letters and may have {MAX_NOTE}: shorten it"));
        }
        if !SIDES.contains(&note.size.width) || !SIDES.contains(&note.size.height) {
            let words = format!("a side of the note is shorter than {} or longer than {}: draw it anew", SIDES.start(), SIDES.end());
            wrong(n, "/size", IssueCode::Invalid, words);
        }
    }
    if graph.notes.len() > MAX_NOTES {
        let words = format!("the graph has {} notes and may have {MAX_NOTES}: remove some", graph.notes.len());
        issues.push(Issue::error(None, "/notes", IssueCode::TooLarge, words));
    }
    issues
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{JourneyFile, publish, valid_graph, validate};
    use crate::kinds::Registry;

    fn note(id: &str, text: &str) -> Note {
        Note { id: NoteId(id.into()), text: text.into(), position: Position { x: 4.0, y: 8.0 }, size: Size { width: 200.0, height: 120.0 } }
    }

    #[test]
    fn notes_are_stuck_changed_and_taken_off_and_back() {
        let first = valid_graph(3, 6);
        let mut graph = first.clone();
        let add = |id: &str| Edit::AddNote { note: note(id, "why so?"), at: None };
        let mut undo = vec![graph.apply(&add("a")).unwrap(), graph.apply(&add("b")).unwrap()];
        let drawn = graph.clone();
        undo.push(graph.apply(&Edit::ChangeNote { note: note("a", "because") }).unwrap());
        undo.push(graph.apply(&Edit::RemoveNote { note: NoteId("a".into()) }).unwrap());
        assert_eq!(graph.notes, [note("b", "why so?")]);
        assert_eq!(graph.apply(&Edit::RemoveNote { note: NoteId("a".into()) }), Err(EditError::NoNote(NoteId("a".into()))));
        assert_eq!(graph.apply(&add("b")), Err(EditError::NoteExists(NoteId("b".into()))));
        assert_eq!(graph.apply(&Edit::AddNote { note: note("c", ""), at: Some(9) }), Err(EditError::Stale));
        for inverse in undo.split_off(2).iter().rev() {
            graph.apply(inverse).unwrap();
        }
        assert_eq!(graph, drawn);
        for inverse in undo.iter().rev() {
            graph.apply(inverse).unwrap();
        }
        assert_eq!(graph, first);
    }

    #[test]
    fn a_note_is_in_the_file_but_makes_no_new_version() {
        let bare = valid_graph(5, 8);
        let mut graph = bare.clone();
        graph.apply(&Edit::AddNote { note: note("a", "Ask Ana before changing the delay"), at: None }).unwrap();
        let file = JourneyFile { name: "A".into(), slug: "a".into(), description: None, graph: graph.clone() };
        assert_eq!(JourneyFile::parse(&file.to_text()).unwrap().graph, graph);
        assert!(!JourneyFile { graph: bare.clone(), ..file }.to_text().contains("notes"));
        let registry = Registry::builtin();
        assert_eq!(publish(&graph, &registry).unwrap().hash, publish(&bare, &registry).unwrap().hash);
    }

    #[test]
    fn what_is_wrong_with_a_note_is_told() {
        let mut graph = valid_graph(1, 4);
        graph.notes = vec![note("a", &"x".repeat(MAX_NOTE + 1)), note("a", "")];
        graph.notes[1].size.width = 2.0;
        let told: Vec<_> = validate(&graph, &Registry::builtin()).into_iter().map(|i| i.field).collect();
        assert_eq!(told, ["/notes/0/text", "/notes/1/id", "/notes/1/size"]);
        graph.notes = (0..=MAX_NOTES).map(|n| note(&n.to_string(), "")).collect();
        assert_eq!(validate(&graph, &Registry::builtin())[0].field, "/notes");
    }
}
