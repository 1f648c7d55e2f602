//! Journeys, written the way a person would write `journey.json`.

use serde_json::{Value, json};

/// A graph of these nodes, each with its kind and config, joined in a row by their `next` ports (`yes` for conditions).
pub fn row(nodes: &[(&str, &str, Value)]) -> Value {
    let edges = nodes.windows(2).map(|pair| {
        let port = if pair[0].1.starts_with("condition.") { "yes" } else { "next" };
        json!({"from": pair[0].0, "port": port, "to": pair[1].0})
    });
    json!({
        "settings": {"reentry": {"rule": "always"}},
        "nodes": nodes.iter().map(|(id, kind, config)| json!({"id": id, "kind": kind, "config": config})).collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
    })
}

/// The trigger for events of this name, called `start`.
pub fn on(event: &str) -> (&'static str, &'static str, Value) {
    ("start", "trigger.event", json!({"events": [event]}))
}

/// A mail that needs no consent, called `mail`.
pub fn mail(subject: &str, html: &str) -> (&'static str, &'static str, Value) {
    ("mail", "email.send", json!({"subject": subject, "html": html, "purpose": "transactional"}))
}
