//! Selecting, and where the keyboard is.

use super::state::{Editor, Selection};
use crate::gesture::walk;
use crate::t;
use leptos::prelude::*;
use tradewind_nodes::id::NodeId;
use web_sys::{Element, FocusOptions};

/// For how many frames a card that is to have the keyboard is watched: while the view glides cards come and go on the page.
const HELD: u32 = 24;

/// Gives a card the keyboard once it is on the page, and again when nobody has it because the page was drawn anew around it.
fn hold(editor: Editor, id: NodeId, before: Option<Element>, frames: u32, waiting: bool) {
    request_animation_frame(move || {
        if frames == 0 || editor.stage.is_disposed() || editor.focus.get_untracked().as_ref() != Some(&id) {
            return;
        }
        let now = document().active_element();
        let at = |selector: &str| now.as_ref().is_none_or(|at| at.matches(selector).unwrap_or(false));
        // A field that took the keyboard in the meantime keeps it; the one that had it when this was asked for gives it away.
        let free = if waiting { at("body, #canvas, .card") || (frames == HELD && now == before) } else { at("body") };
        let given = free && give(editor, &id);
        hold(editor, id, before, frames - 1, waiting && !given);
    });
}

/// Gives a card the keyboard. False when it is not on the page.
fn give(editor: Editor, id: &NodeId) -> bool {
    // Taken out first: what a field does when it is left may need the stage.
    let element = editor.stage.with_value(|stage| stage.card_element(id).cloned());
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    element.is_some_and(|element| element.focus_with_options(&options).is_ok())
}

/// Every step in the order in which a reader meets them, with its depth.
pub fn walk_order(editor: Editor) -> Vec<(NodeId, usize)> {
    editor.stage.with_value(|stage| walk::reading_order(&stage.scene))
}

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
        let before = document().active_element();
        // At once where it can be: the next key is meant for the card.
        let given = give(*self, id);
        hold(*self, id.clone(), before, HELD, !given);
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
