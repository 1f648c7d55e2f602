//! Writing the document, the one way there is, and drawing what an edit touched.

use super::document::Document;
use super::document::compose::{Composed, Table};
use super::document::history::{Group, Label};
use super::document::ids::Names;
use super::document::touched::Touched;
use super::face::Face;
use super::state::{CardSignals, Editor, Selection};
use leptos::prelude::*;
use std::collections::BTreeSet;
use tradewind_nodes::graph::Edit;
use tradewind_nodes::id::NodeId;

impl Editor {
    /// Makes an edit and draws what it touched. Says why when it does not fit.
    pub fn apply(&self, edit: &Edit, label: Label) -> bool {
        self.apply_in(edit, label, None)
    }

    /// Makes an edit that undo takes back together with those before it of the same group.
    pub fn apply_in(&self, edit: &Edit, label: Label, group: Option<Group>) -> bool {
        match self.document.try_update_value(|document| document.apply_in(edit, label, group)) {
            Some(Ok(touched)) => {
                self.changed(&touched);
                true
            }
            Some(Err(error)) => {
                crate::ui::toast::trouble(error.to_string());
                false
            }
            None => false,
        }
    }

    /// Makes an edit that was composed and selects what it says.
    pub fn make(&self, composed: Composed) -> bool {
        let Composed { edit, label, select } = composed;
        let words = super::labels::done(&label);
        if !self.apply(&edit, label) {
            return false;
        }
        if let Some(nodes) = select {
            self.focus.set(nodes.last().cloned());
            self.selection.set(Selection { nodes, ..Selection::default() });
        }
        self.say(words);
        true
    }

    /// Composes an edit of what there is.
    pub fn compose<T>(&self, compose: impl FnOnce(Table<'_>, &mut Names) -> T) -> Option<T> {
        self.names.try_update_value(|names| {
            self.document.with_value(|document| {
                self.kinds.with_value(|kinds| {
                    self.stage.with_value(|stage| {
                        let table = Table { graph: document.graph(), kinds, scene: &stage.scene, mirror: stage.mirror };
                        compose(table, names)
                    })
                })
            })
        })
    }

    /// Composes an edit and makes it. False when there was nothing to do.
    pub fn compose_and_make(&self, compose: impl FnOnce(Table<'_>, &mut Names) -> Option<Composed>) -> bool {
        self.compose(compose).flatten().is_some_and(|composed| self.make(composed))
    }

    /// Takes the last edit back.
    pub fn undo(&self) {
        self.turn(|document| document.undo(), super::labels::undone);
    }

    /// Makes the edit taken back last once more.
    pub fn redo(&self) {
        self.turn(|document| document.redo(), super::labels::redone);
    }

    fn turn(&self, turn: impl FnOnce(&mut Document) -> Option<(Label, Touched)>, words: fn(&Label) -> String) {
        if let Some(Some((label, touched))) = self.document.try_update_value(turn) {
            self.stage.with_value(|stage| stage.set_gliding(true));
            self.changed(&touched);
            self.say(words(&label));
            super::motion::rest_after(*self);
        }
    }

    /// Tells screen readers something.
    pub fn say(&self, words: impl Into<String>) {
        self.said.set(words.into());
    }

    /// Draws what an edit touched, and only that.
    fn changed(&self, touched: &Touched) {
        if touched.shape {
            let there: BTreeSet<NodeId> = self.with_graph(|graph| graph.nodes.iter().map(|n| n.id.clone()).collect());
            self.cards.update_value(|cards| cards.retain(|id, _| there.contains(id)));
            self.selection.update(|selection| {
                selection.nodes.retain(|id| there.contains(id));
                selection.wire = selection.wire.take().filter(|wire| self.with_graph(|graph| graph.edges.contains(wire)));
            });
            if self.focus.with_untracked(|focus| focus.as_ref().is_some_and(|id| !there.contains(id))) {
                self.focus.set(None);
            }
        }
        if touched.shape || touched.nodes.len() > 40 {
            self.face_all();
        } else {
            touched.nodes.iter().for_each(|id| self.face_one(id));
        }
        self.rebuild_scene();
        if !touched.notes.is_empty() {
            self.notes.set(self.with_graph(|graph| graph.notes.iter().map(|note| note.id.clone()).collect()));
            self.selection.update(|selection| selection.notes.retain(|id| self.with_graph(|graph| graph.note(id).is_some())));
        }
        self.version.update(|version| *version += 1);
        super::drafts::edited(*self);
    }

    fn set_face(&self, id: &NodeId, face: Face) {
        self.cards.update_value(|cards| match cards.get(id) {
            Some(signals) => {
                if signals.face.with_untracked(|old| *old != face) {
                    signals.face.set(face);
                }
            }
            None => {
                cards.insert(id.clone(), CardSignals { face: ArcRwSignal::new(face), check: ArcRwSignal::default() });
            }
        });
    }

    fn face_one(&self, id: &NodeId) {
        let mirror = self.stage.with_value(|stage| stage.mirror);
        let face = self.with_graph(|graph| self.with_kinds(|kinds| graph.node(id).map(|node| Face::of(node, graph, kinds, mirror))));
        if let Some(face) = face {
            self.set_face(id, face);
        }
    }

    /// Makes the faces of all cards: at the start, and when the language changes.
    pub fn face_all(&self) {
        let mirror = self.stage.with_value(|stage| stage.mirror);
        let faces = self.with_graph(|graph| self.with_kinds(|kinds| Face::all(graph, kinds, mirror)));
        for (id, face) in faces {
            self.set_face(&id, face);
        }
    }

    /// Lays the scene out anew and draws what is on the page.
    pub fn rebuild_scene(&self) {
        let cards = self.cards;
        self.stage.update_value(|stage| {
            self.document.with_value(|document| {
                let face = |id: &NodeId| cards.with_value(|cards| cards.get(id).map(|signals| signals.face.get_untracked()));
                stage.build(document.graph(), face);
            });
            stage.draw_all();
        });
        self.recut();
    }
}
