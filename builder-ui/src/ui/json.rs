//! JSON as a tree that folds.

use leptos::prelude::*;
use tradewind_nodes::Json;

/// Deeper than this it is shown as text: nobody unfolds so far, and the browser need not build it.
const DEEPEST: usize = 12;
/// What is deeper than this is folded at first.
const OPEN: usize = 2;

/// A value as a tree.
#[component]
pub fn JsonTree(
    /// The value.
    value: Json,
) -> impl IntoView {
    view! { <div class="json" dir="ltr">{branch(None, &value, 0)}</div> }
}

fn branch(name: Option<&str>, value: &Json, depth: usize) -> AnyView {
    let name = name.map(|name| view! { <span class="name">{name.to_owned()}</span>": " });
    let inner: Vec<(String, &Json)> = match value {
        Json::Object(map) => map.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Json::Array(list) => list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    if inner.is_empty() || depth >= DEEPEST {
        let class = match value {
            Json::String(_) => "text",
            Json::Number(_) => "numeral",
            _ => "word",
        };
        return view! { <div class="leaf">{name}<span class=class>{value.to_string()}</span></div> }.into_any();
    }
    let size = if value.is_array() { format!("[{}]", inner.len()) } else { format!("{{{}}}", inner.len()) };
    let inner = inner.into_iter().map(|(name, value)| branch(Some(&name), value, depth + 1)).collect_view();
    if depth == 0 {
        return inner.into_any();
    }
    view! { <details open={depth < OPEN}><summary>{name}<span class="size">{size}</span></summary><div class="inner">{inner}</div></details> }
        .into_any()
}
