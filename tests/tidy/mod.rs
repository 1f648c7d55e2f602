//! The rules of the house that no compiler knows.

mod bans;
mod circles;
mod imports;
mod manifests;
mod sizes;
mod structure;

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold nothing a person wrote.
const SKIPPED: [&str; 5] = ["target", "node_modules", ".git", ".tmp", "dist"];

/// A file of the project, its path relative to the root with `/` between the parts.
pub struct Source {
    /// Where it is.
    pub path: String,
    /// What it says; empty for files that are no text.
    pub text: String,
}

/// The root of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of the project, by path.
pub fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    walk(root(), &mut found);
    found.sort();
    let read = |path: PathBuf| Source {
        text: fs::read(&path).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default(),
        path: path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/"),
    };
    found.into_iter().map(read).collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let databases = [".db", ".db-wal", ".db-shm"].iter().any(|ending| name.ends_with(ending));
        if SKIPPED.contains(&name.as_str()) || databases {
            continue;
        }
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}

/// Fails with every finding, one a line, and what to do about them.
pub fn none(findings: &[String], remedy: &str) {
    assert!(findings.is_empty(), "{remedy}\n  {}", findings.join("\n  "));
}

/// Where `word` stands in `text` with no letter, digit or `_` before or behind it.
pub fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = text[..*at].chars().next_back();
        let behind = text[at + word.len()..].chars().next();
        !before.is_some_and(inside) && !behind.is_some_and(inside)
    })
}

/// The line, from 1, of a place in a text.
pub fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}
