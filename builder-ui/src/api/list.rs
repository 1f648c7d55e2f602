//! Lists, a page at a time.

use serde::Deserialize;

/// One page of a list.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct List<T> {
    /// What is on it.
    pub data: Vec<T>,
    /// Where the next page begins; pass it as `cursor`.
    #[serde(default)]
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    #[serde(default)]
    pub has_more: bool,
}

impl<T> List<T> {
    /// The cursor of the next page, when there is one.
    #[must_use]
    pub fn next(&self) -> Option<&str> {
        self.next_cursor.as_deref().filter(|_| self.has_more)
    }
}
