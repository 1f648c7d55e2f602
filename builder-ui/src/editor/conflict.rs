//! Somebody else saved another draft: both are shown, one is chosen, and the other can still be had.

use super::drafts::{keep_mine, take_theirs};
use super::state::{Editor, editor};
use super::words;
use crate::ui::{Button, Dialog, Look};
use crate::{t, tr};
use leptos::prelude::*;
use tradewind_nodes::graph::{Graph, GraphDiff, diff};
use tradewind_nodes::id::NodeId;

/// The question, when there is one.
#[component]
pub fn ConflictDialog() -> impl IntoView {
    let editor = editor();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(editor.conflict.with(Option::is_some)));
    let mine = move |_| {
        if let Some(conflict) = editor.conflict.get_untracked() {
            editor.conflict.set(None);
            keep_mine(editor, &conflict);
        }
    };
    let theirs = move |_| {
        if let Some(conflict) = editor.conflict.get_untracked() {
            editor.conflict.set(None);
            take_theirs(editor, &conflict);
        }
    };
    let changes = move || {
        let conflict = editor.conflict.get()?;
        Some((changed(editor, &diff(&conflict.theirs.draft, &conflict.mine)), size(&conflict.mine), size(&conflict.theirs.draft)))
    };
    view! {
        <Dialog open=open title=Signal::derive(tr!(editor.conflict.title)) closable=false>
            <p>{tr!(editor.conflict.text)}</p>
            {move || changes().map(|(lines, mine, theirs)| view! {
                <dl class="versions">
                    <div><dt>{t!(editor.conflict.mine)}</dt><dd>{mine}</dd></div>
                    <div><dt>{t!(editor.conflict.theirs)}</dt><dd>{theirs}</dd></div>
                </dl>
                <details open>
                    <summary>{t!(editor.conflict.compare)}</summary>
                    <ul class="changes">{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
                </details>
            })}
            <div class="row end">
                <Button on:click=theirs>{tr!(editor.conflict.take)}</Button>
                <Button look=Look::Main on:click=mine>{tr!(editor.conflict.keep)}</Button>
            </div>
        </Dialog>
    }
}

fn size(graph: &Graph) -> String {
    t!(editor.conflict.steps, n = graph.nodes.len())
}

/// What mine has otherwise than theirs, a line each.
fn changed(editor: Editor, diff: &GraphDiff) -> Vec<String> {
    let conflict = editor.conflict.get_untracked();
    let title = |id: &NodeId| {
        let graphs = conflict.as_ref().map(|conflict| [&conflict.mine, &conflict.theirs.draft]);
        let node = graphs.into_iter().flatten().find_map(|graph| graph.node(id));
        node.map_or_else(|| id.to_string(), |node| editor.with_kinds(|kinds| words::of(node, kinds).title))
    };
    let added = diff.added.iter().map(|id| t!(editor.conflict.only_mine, what = title(id)));
    let removed = diff.removed.iter().map(|id| t!(editor.conflict.only_theirs, what = title(id)));
    let other = diff.changed.iter().map(|node| t!(editor.conflict.differs, what = title(&node.node)));
    let wired =
        diff.rewired.iter().map(|way| t!(editor.conflict.rewired, what = title(&way.from), port = words::port_label(way.port.as_str())));
    let settings = (!diff.settings_changed.is_empty()).then(|| t!(editor.conflict.settings));
    let lines: Vec<String> = added.chain(removed).chain(other).chain(wired).chain(settings).collect();
    if lines.is_empty() { vec![t!(editor.conflict.places)] } else { lines }
}
