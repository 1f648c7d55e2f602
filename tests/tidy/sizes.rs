//! Sizes, as a ratchet: files that were too large when the rule came may shrink, never grow.

use super::{none, root, sources};
use std::collections::BTreeMap;

const MOST: usize = 400;
const LIST: &str = "tests/tidy-ratchet.txt";

/// The files that are allowed to be larger, each with its size.
fn listed() -> BTreeMap<String, usize> {
    let text = std::fs::read_to_string(root().join(LIST)).unwrap();
    let entry = |row: &str| {
        let (path, lines) = row.rsplit_once(' ').unwrap_or_else(|| panic!("{LIST}: {row:?}: write a path and its lines"));
        (path.trim().to_owned(), lines.parse().unwrap_or_else(|_| panic!("{LIST}: {row:?}: {lines:?} is no number of lines")))
    };
    text.lines().filter(|row| !row.is_empty() && !row.starts_with('#')).map(entry).collect()
}

#[test]
fn files_are_short_and_long_ones_only_shrink() {
    let mut listed = listed();
    let mut findings = Vec::new();
    for source in sources().iter().filter(|source| source.path.ends_with(".rs")) {
        let lines = source.text.lines().count();
        match listed.remove(&source.path) {
            None if lines > MOST => {
                findings.push(format!("{}: {lines} lines, {MOST} are allowed: split it by what its parts do", source.path))
            }
            Some(most) if lines > most => findings.push(format!("{}: grew from {most} to {lines} lines: split it", source.path)),
            Some(_) if lines <= MOST => findings.push(format!("{}: is short enough now: take it off {LIST}", source.path)),
            Some(most) if lines < most => {
                findings.push(format!("{}: shrank from {most} to {lines} lines: write {lines} in {LIST}", source.path))
            }
            _ => {}
        }
    }
    findings.extend(listed.into_keys().map(|path| format!("{path}: does not exist: take it off {LIST}")));
    none(&findings, "Sizes:");
}
