//! Edits the server does not have yet, kept in the browser: nothing is lost when the server, the network or the tab goes.

use serde::{Deserialize, Serialize};
use tradewind_nodes::graph::Graph;

/// The form that is written.
const FORMAT: u32 = 1;

/// A draft as the browser keeps it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Journal {
    format: u32,
    /// The server's revision that the edits began from.
    pub revision: i64,
    /// When it was kept, in milliseconds since 1970.
    pub at: f64,
    /// The graph with the edits.
    pub graph: Graph,
}

/// What to do with a kept draft when the journey is opened.
#[derive(Clone, PartialEq, Debug)]
pub enum Recovery {
    /// The server has everything: forget what was kept.
    Nothing,
    /// Go on where it was left; the server has not moved.
    Resume(Graph),
    /// Somebody has saved another draft meanwhile: ask.
    Conflict(Graph),
    /// What was kept cannot be read (a newer Tradewind wrote it, perhaps): leave it where it is and say so.
    Unreadable,
}

impl Journal {
    /// A draft to keep.
    #[must_use]
    pub fn new(revision: i64, graph: Graph, at: f64) -> Self {
        Self { format: FORMAT, revision, at, graph }
    }

    /// As text.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Strings, numbers and maps with text keys: there is nothing serde_json could refuse.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What the text that was kept (if any) means beside the server's draft.
#[must_use]
pub fn recover(kept: Option<&str>, revision: i64, graph: &Graph) -> Recovery {
    let Some(text) = kept else { return Recovery::Nothing };
    match serde_json::from_str::<Journal>(text) {
        Ok(journal) if journal.format > FORMAT => Recovery::Unreadable,
        Ok(journal) if journal.graph == *graph => Recovery::Nothing,
        Ok(journal) if journal.revision == revision => Recovery::Resume(journal.graph),
        Ok(journal) => Recovery::Conflict(journal.graph),
        Err(_) => Recovery::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_nodes::graph::valid_graph;

    #[test]
    fn what_was_kept_is_resumed_asked_about_or_forgotten() {
        let (server, mine) = (valid_graph(1, 5), valid_graph(2, 6));
        let kept = Journal::new(7, mine.clone(), 1.0).to_text();
        assert_eq!(recover(Some(&kept), 7, &server), Recovery::Resume(mine.clone()));
        assert_eq!(recover(Some(&kept), 8, &server), Recovery::Conflict(mine.clone()));
        assert_eq!(recover(Some(&kept), 8, &mine), Recovery::Nothing);
        assert_eq!(recover(None, 8, &server), Recovery::Nothing);
        for bad in ["", "{}", "nonsense", &kept.replacen("\"format\":1", "\"format\":2", 1)] {
            assert_eq!(recover(Some(bad), 7, &server), Recovery::Unreadable, "{bad}");
        }
    }
}
