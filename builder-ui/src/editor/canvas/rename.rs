//! Writing a step's name on its card.

use crate::editor::model::document::history::Label;
use crate::editor::model::state::editor;
use crate::tr;
use leptos::html;
use leptos::prelude::*;
use tradewind_nodes::graph::Edit;
use tradewind_nodes::id::NodeId;
use web_sys::KeyboardEvent;

/// The field on a card that its name is written in. Enter takes it, Escape leaves the old one.
#[component]
pub fn CardName(
    /// The node.
    node: StoredValue<NodeId>,
) -> impl IntoView {
    let editor = editor();
    let field = NodeRef::<html::Input>::new();
    let old = node.with_value(|id| editor.with_graph(|graph| graph.node(id).map(|node| node.label.clone()).unwrap_or_default()));
    let hint = node.with_value(|id| editor.title(id));
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let before = old.clone();
    let take = move || {
        // Leaving the field ends it too, also by leaving the page: once is enough.
        if editor.naming.try_with_untracked(Option::is_none) != Some(false) {
            return;
        }
        editor.naming.set(None);
        let label = field.get_untracked().map(|field| field.value().trim().to_owned()).unwrap_or_default();
        if label != before {
            editor.apply(&Edit::SetLabel { node: node.get_value(), label }, Label::Renamed);
        }
    };
    let leave = take.clone();
    let keys = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "Enter" => take(),
            "Escape" => editor.naming.set(None),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
        editor.focus_card(&node.get_value());
    };
    view! {
        <input
            node_ref=field
            class="rename"
            value=old
            placeholder=hint
            aria-label=tr!(editor.rename)
            maxlength="120"
            dir="auto"
            on:keydown=keys
            on:blur=move |_| leave()
        />
    }
}
