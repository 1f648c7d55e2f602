//! Selecting, and where the keyboard is.

use super::state::{Editor, Selection};
use crate::t;
use leptos::prelude::*;
use tradewind_nodes::id::NodeId;
use web_sys::FocusOptions;

impl Editor {
    /// Selects one card alone.
    pub fn select(&self, id: NodeId) {
        if self.selection.with_untracked(|selection| selection.only() != Some(&id) || !selection.notes.is_empty()) {
            self.selection.set(Selection::node(id));
        }
    }

    /// Adds a card to the selection, or takes it out.
    pub fn toggle(&self, id: &NodeId) {
        self.selection.update(|selection| {
            selection.wire = None;
            if selection.has(id) {
                selection.nodes.retain(|own| own != id);
            } else {
                selection.nodes.push(id.clone());
            }
        });
        self.say_selection();
    }

    /// Selects cards.
    pub fn select_all(&self, nodes: Vec<NodeId>) {
        self.selection.set(Selection { nodes, ..Selection::default() });
        self.say_selection();
    }

    /// Puts the keyboard at a card, shows it, and tells nothing more: the card's own words are read.
    pub fn focus_card(&self, id: &NodeId) {
        self.focus.set(Some(id.clone()));
        self.recut();
        let editor = *self;
        let id = id.clone();
        // The card may come on the page only now.
        request_animation_frame(move || {
            if editor.stage.is_disposed() {
                return;
            }
            editor.stage.with_value(|stage| {
                if let Some(element) = stage.card_element(&id) {
                    let options = FocusOptions::new();
                    options.set_prevent_scroll(true);
                    let _ = element.focus_with_options(&options);
                }
            });
        });
    }

    /// Goes to a card: selects it, shows it, and puts the keyboard there.
    pub fn go_to(&self, id: &NodeId) {
        self.select(id.clone());
        self.reveal(id);
        self.focus_card(id);
    }

    /// Tells how much is selected.
    pub fn say_selection(&self) {
        let n = self.selection.with_untracked(|selection| selection.nodes.len() + selection.notes.len());
        self.say(t!(editor.selected, n = n));
    }

    /// The card that commands are about: the one the keyboard is at, else the one selected.
    #[must_use]
    pub fn current(&self) -> Option<NodeId> {
        self.focus.get_untracked().or_else(|| self.selection.with_untracked(|selection| selection.nodes.last().cloned()))
    }

    /// The cards that commands are about: the selection, else the card the keyboard is at.
    #[must_use]
    pub fn chosen(&self) -> Vec<NodeId> {
        let nodes = self.selection.with_untracked(|selection| selection.nodes.clone());
        if nodes.is_empty() { self.focus.get_untracked().into_iter().collect() } else { nodes }
    }
}
