//! Somebody else saved another draft: both are shown, one is chosen, and the other can still be had.

use super::publish::field;
use crate::editor::model::counts::Path;
use crate::editor::model::drafts::{keep_mine, take_theirs};
use crate::editor::model::state::{Editor, editor};
use crate::editor::pictures::picture::{Picture, Tint};
use crate::i18n::format;
use crate::ui::{Button, Dialog, Look};
use crate::words;
use crate::{t, tr};
use leptos::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
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
    view! {
        <Dialog open=open title=Signal::derive(tr!(editor.conflict.title)) closable=false class="wide">
            <p>{tr!(editor.conflict.text)}</p>
            {move || editor.conflict.get().map(|conflict| {
                let differs = diff(&conflict.theirs.draft, &conflict.mine);
                let (mine, theirs) = (tinted(&differs, &differs.added), tinted(&differs, &differs.removed));
                let lines = changed(editor, &conflict.mine, &conflict.theirs.draft, &differs);
                view! {
                    <div class="drafts">
                        <Drawn graph=conflict.mine heading=t!(editor.conflict.mine) tints=mine />
                        <Drawn graph=conflict.theirs.draft heading=t!(editor.conflict.theirs) tints=theirs />
                    </div>
                    <h3>{t!(editor.conflict.compare)}</h3>
                    <ul class="conflict-lines">{lines.into_iter().map(|line| view! { <li dir="auto">{line}</li> }).collect_view()}</ul>
                }
            })}
            <div class="row end">
                <Button on:click=theirs>{tr!(editor.conflict.take)}</Button>
                <Button look=Look::Main on:click=mine>{tr!(editor.conflict.keep)}</Button>
            </div>
        </Dialog>
    }
}

/// One of the two drafts as it is drawn, with what the other has not or has otherwise.
#[component]
fn Drawn(
    /// The draft.
    graph: Graph,
    /// Whose it is.
    heading: String,
    /// What differs.
    tints: HashMap<NodeId, Tint>,
) -> impl IntoView {
    let size = t!(editor.conflict.steps, n = graph.nodes.len());
    let graph = Signal::stored(Arc::new(graph));
    view! {
        <div class="plain-picture">
            <h3>{heading.clone()}<small>{size}</small></h3>
            <Picture graph=graph path=Signal::derive(Path::default) chosen=RwSignal::new(None) tints=Signal::stored(tints) label=Signal::stored(heading) />
        </div>
    }
}

/// The cards that stand out in one of the drafts: those that only it has, and those that both have, not alike.
fn tinted(diff: &GraphDiff, only: &[NodeId]) -> HashMap<NodeId, Tint> {
    let changed = diff.changed.iter().map(|node| (node.node.clone(), Tint::Changed));
    let rewired = diff.rewired.iter().map(|way| (way.from.clone(), Tint::Changed));
    rewired.chain(changed).chain(only.iter().map(|node| (node.clone(), Tint::Added))).collect()
}

/// What mine has otherwise than theirs, a line each.
fn changed(editor: Editor, mine: &Graph, theirs: &Graph, diff: &GraphDiff) -> Vec<String> {
    let called = |graph: &Graph, id: &NodeId| graph.node(id).map(|node| editor.with_kinds(|kinds| words::step::of(node, kinds).title));
    let title = |id: &NodeId| called(mine, id).or_else(|| called(theirs, id)).unwrap_or_else(|| id.to_string());
    let added = diff.added.iter().map(|id| t!(editor.conflict.only_mine, what = title(id)));
    let removed = diff.removed.iter().map(|id| t!(editor.conflict.only_theirs, what = title(id)));
    let other = diff.changed.iter().map(|node| {
        let fields: Vec<String> = node.fields.iter().map(|name| field(mine.node(&node.node), name)).collect();
        let what = match (called(mine, &node.node), called(theirs, &node.node)) {
            (Some(here), Some(there)) if here != there => t!(editor.conflict.called, mine = here, theirs = there),
            _ => title(&node.node),
        };
        // The two names say it already.
        if node.fields.iter().all(|field| field == "label") {
            what
        } else {
            t!(editor.conflict.differs, what = what, fields = format::list(&fields))
        }
    });
    let wired = diff
        .rewired
        .iter()
        .map(|way| t!(editor.conflict.rewired, what = title(&way.from), port = words::step::port_label(way.port.as_str())));
    let settings = (!diff.settings_changed.is_empty()).then(|| t!(editor.conflict.settings));
    let lines: Vec<String> = added.chain(removed).chain(other).chain(wired).chain(settings).collect();
    if lines.is_empty() { vec![t!(editor.conflict.places)] } else { lines }
}
