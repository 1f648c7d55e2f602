//! Names of new nodes. A name is never used twice in a journey, not even after its node was deleted: people who stand at a
//! deleted node of an older version must not meet a stranger of the same name. So names carry a few random letters.

use std::collections::HashSet;
use tradewind_nodes::graph::{Graph, NoteId};
use tradewind_nodes::id::NodeId;

/// Letters that are not mistaken for others.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// How many of them a name ends with.
const TAIL: usize = 4;

/// Makes names. Seeded from outside; the same seed makes the same names.
#[derive(Clone, PartialEq, Debug)]
pub struct Names {
    state: u64,
}

impl Names {
    /// Names from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// SplitMix64: small, and good enough for names.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn tail(&mut self) -> String {
        let mut number = self.next();
        (0..TAIL)
            .map(|_| {
                let letter = LETTERS[(number % LETTERS.len() as u64) as usize];
                number /= LETTERS.len() as u64;
                char::from(letter)
            })
            .collect()
    }

    /// A name for a new node of `kind` that neither `graph` nor `taken` has: `email_x7k2`. Templates and scripts write it as
    /// `steps.email_x7k2`, so it has no hyphen.
    pub fn node(&mut self, graph: &Graph, kind: &str, taken: &HashSet<NodeId>) -> NodeId {
        let legal: String = kind.split('.').next().unwrap_or_default().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let stem: String = if legal.is_empty() { "step".into() } else { legal.chars().take(40).collect() };
        loop {
            // A stem of up to 40 legal letters and a tail of four is always a legal name.
            if let Ok(id) = NodeId::new(&format!("{stem}_{}", self.tail()))
                && graph.node(&id).is_none()
                && !taken.contains(&id)
            {
                return id;
            }
        }
    }

    /// A name for a new note.
    pub fn note(&mut self, graph: &Graph) -> NoteId {
        loop {
            let id = NoteId(format!("note_{}", self.tail()));
            if graph.note(&id).is_none() {
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_legal_readable_and_never_twice() {
        let mut names = Names::new(7);
        let mut taken = HashSet::new();
        for _ in 0..2_000 {
            let id = names.node(&Graph::default(), "email.send", &taken);
            assert!(id.as_str().starts_with("email_"), "{id}");
            assert!(taken.insert(id));
        }
        for odd in ["", "Ünï.x", "a-b.c", &"x".repeat(80)] {
            names.node(&Graph::default(), odd, &taken);
        }
    }
}
