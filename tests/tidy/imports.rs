//! Who may import whom. Everything else fails.

use super::{Source, line, none, sources, words};
use std::collections::BTreeMap;

/// Each crate with the crates of this workspace it may use. The root package is "".
const ALLOWED: [(&str, &[&str]); 12] = [
    ("schema", &[]),
    ("nodes", &[]),
    ("core", &["nodes", "schema"]),
    ("wire", &["nodes"]),
    ("store", &["schema"]),
    ("connectors", &["nodes"]),
    ("commerce", &["nodes", "schema", "core", "store"]),
    ("engine", &["nodes", "schema", "core", "store", "commerce", "connectors"]),
    ("bench", &["store"]),
    ("builder-ui", &["nodes", "core", "wire"]),
    ("xtask", &[]),
    ("", &["nodes", "schema", "core", "wire", "store", "commerce", "engine", "connectors"]),
];

/// What a pure module of the builder may not name: with it, its tests would need a browser.
const OF_THE_BROWSER: [&str; 5] = ["leptos", "web_sys", "js_sys", "wasm_bindgen", "gloo_timers"];

/// Parts of the engine that meet only in rows.
const STRANGERS: [&str; 2] = ["run", "outbox"];

fn crate_of(path: &str) -> &str {
    let first = path.split('/').next().unwrap_or_default();
    if ALLOWED.iter().any(|(name, _)| *name == first) { first } else { "" }
}

#[test]
fn crates_import_only_what_the_table_allows() {
    let allowed = BTreeMap::from(ALLOWED);
    let mut findings = Vec::new();
    for Source { path, text } in sources() {
        let own = crate_of(&path);
        let tests = path.starts_with("tests/");
        let marker = match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("rs") if !tests => "tradewind_",
            Some("toml") if path.ends_with("Cargo.toml") => "tradewind-",
            _ => continue,
        };
        // The workspace's own table names every crate once; the dependencies of the root package come after it.
        let from = if path == "Cargo.toml" { text.find("[package]").unwrap() } else { 0 };
        for (at, _) in text[from..].match_indices(marker) {
            let at = from + at;
            let name: String = text[at + marker.len()..].chars().take_while(char::is_ascii_lowercase).collect();
            // The one crate whose folder is called otherwise.
            let name = if name == "builder" { "builder-ui".to_owned() } else { name };
            let known = ALLOWED.iter().any(|(other, _)| !other.is_empty() && *other == name);
            if known && name != own && !allowed[own].contains(&name.as_str()) {
                findings.push(format!("{path}:{}: {} uses {name}", line(&text, at), if own.is_empty() { "the root" } else { own }));
            }
        }
    }
    none(
        &findings,
        "A crate uses another it may not know (tests/tidy/imports.rs has the table): move the code, or pass what is needed as a parameter.",
    );
}

#[test]
fn every_crate_of_the_workspace_is_in_the_table() {
    let manifests = sources().into_iter().filter(|source| source.path.ends_with("Cargo.toml"));
    let unknown: Vec<String> = manifests
        .map(|source| source.path.trim_end_matches("Cargo.toml").trim_end_matches('/').to_owned())
        .filter(|name| !ALLOWED.iter().any(|(known, _)| known == name))
        .collect();
    none(&unknown, "Crates without a line in tests/tidy/imports.rs: say there what they may import.");
}

#[test]
fn gestures_know_no_browser() {
    let mut findings = Vec::new();
    for Source { path, text } in sources().into_iter().filter(|source| source.path.starts_with("builder-ui/src/gesture/")) {
        for name in OF_THE_BROWSER {
            findings.extend(words(&text, name).map(|at| format!("{path}:{}: {name}", line(&text, at))));
        }
    }
    none(&findings, "A gesture is a pure state machine, tested natively: hand it points and times, and let the canvas draw.");
}

#[test]
fn the_parts_of_the_engine_meet_only_in_rows() {
    let mut findings = Vec::new();
    for Source { path, text } in sources() {
        let Some(rest) = path.strip_prefix("engine/src/") else { continue };
        let own = rest.split(['/', '.']).next().unwrap_or_default();
        if !STRANGERS.contains(&own) {
            continue;
        }
        for stranger in STRANGERS.into_iter().filter(|stranger| *stranger != own) {
            let named = ["crate::", "super::super::"].iter().flat_map(|prefix| {
                let whole = format!("{prefix}{stranger}");
                words(&text, &whole).collect::<Vec<_>>()
            });
            let grouped = groups(&text).filter(|(_, names)| names.iter().any(|name| name == stranger)).map(|(at, _)| at);
            findings.extend(named.chain(grouped).map(|at| format!("{path}:{}: {own} imports {stranger}", line(&text, at))));
        }
    }
    none(&findings, "Parts of the engine that must not know one another do: they meet in rows of the database (design §5).");
}

/// The `use crate::{…}` groups of a text: where, and the first names in them.
fn groups(text: &str) -> impl Iterator<Item = (usize, Vec<String>)> + '_ {
    text.match_indices("crate::{").filter_map(|(at, opening)| {
        let mut depth = 1;
        let inside = &text[at + opening.len()..];
        let end = inside.find(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth == 0
        })?;
        let first = |part: &str| part.trim().split("::").next().unwrap_or_default().to_owned();
        Some((at, inside[..end].split([',', '{', '}']).map(first).collect()))
    })
}
