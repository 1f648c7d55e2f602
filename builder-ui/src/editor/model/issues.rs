//! What is wrong with the journey: its words, its order, and the way to each.

use super::select::walk_order;
use super::state::{Editor, Panel, Selection};
use crate::form::issue_words;
use crate::t;
use crate::words::field::field_label;
use crate::words::step::port_label;
use leptos::prelude::*;
use std::collections::HashMap;
use tradewind_nodes::field::Field;
use tradewind_nodes::id::NodeId;
use tradewind_nodes::issue::{Issue, IssueCode};

/// The kind of an issue's step, its field, and the field's place in the form.
fn field_of(editor: Editor, node: Option<&NodeId>, pointer: &str) -> Option<(String, usize, Field)> {
    let kind = editor.with_graph(|graph| graph.node(node?).map(|node| node.kind.clone()))?;
    let name = pointer.split('/').nth(1)?;
    let fields = editor.with_kinds(|kinds| kinds.spec(&kind))?.fields;
    let (place, field) = fields.into_iter().enumerate().find(|(_, field)| field.name == name)?;
    Some((kind, place, field))
}

/// The ways out of a step that must lead on and do not.
pub fn open_ways(editor: Editor, id: &NodeId) -> Vec<String> {
    editor.stage.with_value(|stage| {
        let slots = stage.scene.card(id).into_iter().flat_map(|card| &card.slots);
        slots.filter(|slot| slot.required && !slot.wired).map(|slot| port_label(slot.name.as_str())).collect()
    })
}

/// What is wrong, in the user's words and by the names that the form has.
#[must_use]
pub fn words(editor: Editor, node: Option<&NodeId>, pointer: &str, code: Option<IssueCode>, message: &str) -> String {
    if let (Some(IssueCode::DanglingPort), Some(id)) = (code, node) {
        return t!(editor.outline.open, ports = open_ways(editor, id).join(", "));
    }
    let said = code.map_or_else(|| message.to_owned(), |code| issue_words(code, message).words);
    match field_of(editor, node, pointer) {
        Some((kind, _, field)) => format!("{}: {said}", field_label(&kind, &field)),
        None => said,
    }
}

/// [`words`] of an issue.
#[must_use]
pub fn words_of(editor: Editor, issue: &Issue) -> String {
    words(editor, issue.node.as_ref(), &issue.field, Some(issue.code), &issue.message)
}

/// The place of an issue in the order in which a reader meets them: what concerns the whole, then step by step, each as its form
/// goes.
pub fn place_of(editor: Editor) -> impl Fn(Option<&NodeId>, &str) -> (Option<usize>, Option<usize>) {
    let steps: HashMap<NodeId, usize> = walk_order(editor).into_iter().enumerate().map(|(n, (id, _))| (id, n)).collect();
    move |node, pointer| {
        let step = node.map(|node| steps.get(node).copied().unwrap_or(usize::MAX));
        (step, field_of(editor, node, pointer).map(|(_, place, _)| place))
    }
}

/// In the order in which a reader meets them.
#[must_use]
pub fn ordered(editor: Editor, mut issues: Vec<Issue>) -> Vec<Issue> {
    let place = place_of(editor);
    issues.sort_by_cached_key(|issue| place(issue.node.as_ref(), &issue.field));
    issues
}

/// Goes to a step, and in its form to the field.
pub fn go(editor: Editor, node: Option<&NodeId>, pointer: &str) {
    match node.filter(|id| editor.card(id).is_some()) {
        Some(id) => {
            editor.panel.set(Panel::Inspector);
            editor.field.set(Some((id.clone(), pointer.to_owned())));
            editor.go_to(id);
        }
        None => editor.selection.set(Selection::default()),
    }
}

/// Goes to the next issue after the one the keyboard is at.
pub fn next(editor: Editor) {
    let issues = ordered(editor, editor.issues.get_untracked());
    let here = editor.current();
    let place = issues.iter().rposition(|issue| issue.node.is_some() && issue.node == here);
    let following = place.map_or(0, |place| place + 1);
    let found = issues.iter().cycle().skip(following).take(issues.len()).find(|issue| issue.node.is_some());
    match found.or(issues.first()) {
        Some(issue) => {
            go(editor, issue.node.as_ref(), &issue.field);
            editor.say(words_of(editor, issue));
        }
        None => editor.say(t!(editor.issues.none)),
    }
}
