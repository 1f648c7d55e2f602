//! A recipe looked at before it is copied: its steps as they will be called, what it does, and what there is to do first.

use crate::api::recipes::Recipe;
use crate::editor::model::counts::Path;
use crate::editor::pictures::picture::Picture;
use crate::tr;
use leptos::prelude::*;
use std::sync::Arc;
use tradewind_nodes::graph::Graph;

/// The journey with its steps named in the language in force, as a copy will have them.
fn named(recipe: &Recipe) -> Graph {
    let words = recipe.words();
    let mut graph = recipe.graph.clone();
    for node in &mut graph.nodes {
        if let Some(label) = words.steps.get(node.id.as_str()) {
            node.label.clone_from(label);
        }
    }
    graph
}

/// The recipe at large.
#[component]
pub fn Preview(
    /// Which.
    recipe: StoredValue<Recipe>,
) -> impl IntoView {
    let graph = Signal::derive(move || Arc::new(recipe.with_value(named)));
    let description = move || recipe.with_value(|recipe| recipe.words().description);
    let before = move || recipe.with_value(|recipe| recipe.words().before);
    view! {
        <div class="recipe-inside">
            <div class="plain-picture">
                <Picture graph=graph path=Signal::derive(Path::default) chosen=RwSignal::new(None) label=Signal::derive(tr!(recipes.picture)) />
            </div>
            <div class="told">
                <p>{description}</p>
                <super::Needed recipe=recipe />
                <Show when=move || !before().is_empty()>
                    <h3>{tr!(recipes.before)}</h3>
                    <ul class="first">{move || before().into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
                </Show>
            </div>
        </div>
    }
}
