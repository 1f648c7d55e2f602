//! How far the draft is from what is live.

use super::state::Editor;
use crate::api::versions;
use crate::browser;
use leptos::prelude::*;
use std::sync::Arc;
use tradewind_nodes::graph::{Graph, GraphDiff, diff};

/// How long after the last edit the two are compared, in milliseconds.
const PAUSE: u32 = 200;

fn changes(live: &Graph, draft: &Graph) -> usize {
    let GraphDiff { added, removed, changed, rewired, settings_changed } = diff(live, draft);
    added.len() + removed.len() + changed.len() + rewired.len() + settings_changed.len()
}

/// Counts the changes that nobody who enters gets to see yet, as long as the editor is open.
pub fn follow(editor: Editor) {
    let version = Memo::new(move |_| editor.journey.with(|meta| meta.live_version.map(|number| (meta.slug.clone(), number))));
    let live = RwSignal::new(None::<Arc<Graph>>);
    Effect::new(move |_| {
        let wanted = version.get();
        live.set(None);
        let Some((slug, number)) = wanted.clone() else { return };
        leptos::task::spawn_local(async move {
            // Without an answer nothing is claimed.
            if let Ok(found) = versions::get(&slug, number).await
                && version.try_get_untracked() == Some(wanted)
            {
                live.set(Some(Arc::new(found.graph)));
            }
        });
    });
    Effect::new(move |_| {
        let Some(live) = live.get() else {
            editor.unpublished.set(0);
            return;
        };
        let edited = editor.version.get();
        leptos::task::spawn_local(async move {
            browser::pause(PAUSE).await;
            if editor.version.try_get_untracked() == Some(edited) {
                editor.unpublished.set(editor.with_graph(|draft| changes(&live, draft)));
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn where_a_card_lies_is_no_change() {
        let graph = |subject: &str, x: i32| -> Graph {
            let nodes = json!([{"id": "mail", "kind": "email.send", "config": {"subject": subject}, "position": {"x": x, "y": 0}}]);
            serde_json::from_value(json!({"nodes": nodes, "edges": []})).unwrap()
        };
        assert_eq!(changes(&graph("a", 0), &graph("a", 40)), 0);
        assert_eq!(changes(&graph("a", 0), &graph("b", 0)), 1);
    }
}
