//! Ports whose names come from a configuration: what a legal name is.

use crate::issue::{FieldIssue, IssueCode};

/// The longest name of a port, in letters.
const LONGEST: usize = 40;

/// What is wrong with the names of the ports at `pointers`: illegal, twice the same, or one the node keeps for itself.
pub(super) fn check<'a>(names: impl Iterator<Item = (&'a str, String)>, reserved: &[&str]) -> Vec<FieldIssue> {
    let mut issues = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (name, pointer) in names {
        let legal = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-');
        let message = if name.is_empty() || name.chars().count() > LONGEST || name.trim() != name || !name.chars().all(legal) {
            format!("{name:?} is not a legal name of a way out: use 1 to {LONGEST} letters, digits, blanks, '_' or '-', no blank at an end")
        } else if reserved.contains(&name) {
            format!("the name {name} is taken by this node itself: choose another")
        } else if seen.contains(&name) {
            format!("two ways out are called {name}: rename one")
        } else {
            seen.push(name);
            continue;
        };
        issues.push(FieldIssue::new(pointer, IssueCode::Invalid, message));
    }
    issues
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn names_are_legal_unique_and_not_reserved() {
        let names = ["a", "big spender", "a", "else", "", " b", "x.y", &"n".repeat(41)];
        let issues = check(names.iter().enumerate().map(|(i, n)| (*n, format!("/ways/{i}"))), &["else"]);
        let fields: Vec<_> = issues.iter().map(|i| i.field.as_str()).collect();
        assert_eq!(fields, ["/ways/2", "/ways/3", "/ways/4", "/ways/5", "/ways/6", "/ways/7"]);
    }
}
