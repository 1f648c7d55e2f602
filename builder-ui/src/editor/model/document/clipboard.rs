//! Steps on the clipboard: JSON that says what it is, so that it can go to another journey, another window, or a colleague.
//! Whatever else lies on the clipboard is refused with a word.

use super::ids::Names;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use tradewind_nodes::graph::{Edge, Edit, Graph, Node, Note, NoteId, Position};
use tradewind_nodes::id::NodeId;
use tradewind_nodes::{Json, JsonMap};

/// The form that is written. Readers refuse newer ones.
const FORMAT: u32 = 1;
/// More text than this is not looked at.
const LONGEST: usize = 4 * 1024 * 1024;
/// What marks text as ours.
const MARKER: &str = "steps";

/// Steps, the wires among them, and notes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clip {
    tradewind: String,
    format: u32,
    nodes: Vec<Node>,
    #[serde(default)]
    edges: Vec<Edge>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Note>,
}

/// Why nothing can be pasted. The words are the language's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClipError {
    /// The clipboard is empty.
    Empty,
    /// It holds something else.
    Foreign,
    /// A newer Tradewind wrote it.
    Newer,
    /// It begins as ours but cannot be read.
    Broken,
}

/// What only says what it is.
#[derive(Deserialize)]
struct Head {
    tradewind: String,
    format: u32,
}

impl Clip {
    /// The chosen nodes and notes with the wires among them; None when nothing is chosen.
    #[must_use]
    pub fn copy(graph: &Graph, nodes: &HashSet<NodeId>, notes: &HashSet<NoteId>) -> Option<Self> {
        let clip = Self {
            tradewind: MARKER.into(),
            format: FORMAT,
            nodes: graph.nodes.iter().filter(|n| nodes.contains(&n.id)).cloned().collect(),
            edges: graph.edges.iter().filter(|e| nodes.contains(&e.from) && nodes.contains(&e.to)).cloned().collect(),
            notes: graph.notes.iter().filter(|n| notes.contains(&n.id)).cloned().collect(),
        };
        (!clip.is_empty()).then_some(clip)
    }

    /// How many things it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len() + self.notes.len()
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// As text for the clipboard.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Strings, numbers and maps with text keys: there is nothing serde_json could refuse.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads the clipboard's text.
    ///
    /// # Errors
    /// When it is not ours, too new or damaged.
    pub fn parse(text: &str) -> Result<Self, ClipError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ClipError::Empty);
        }
        if text.len() > LONGEST {
            return Err(ClipError::Foreign);
        }
        let head: Head = serde_json::from_str(text).map_err(|_| {
            // Cut off in the middle it is still recognised by how it begins.
            if text.starts_with("{\"tradewind\":\"steps\"") { ClipError::Broken } else { ClipError::Foreign }
        })?;
        if head.tradewind != MARKER {
            return Err(ClipError::Foreign);
        }
        if head.format > FORMAT {
            return Err(ClipError::Newer);
        }
        let clip: Self = serde_json::from_str(text).map_err(|_| ClipError::Broken)?;
        if clip.is_empty() { Err(ClipError::Empty) } else { Ok(clip) }
    }

    /// The edit that puts it into `graph`, everything under new names, moved by `by`; and the new nodes' names.
    #[must_use]
    pub fn paste(&self, graph: &Graph, names: &mut Names, by: Position) -> (Edit, Vec<NodeId>) {
        let mut renamed: HashMap<&NodeId, NodeId> = HashMap::with_capacity(self.nodes.len());
        let mut taken: HashSet<NodeId> = HashSet::new();
        for node in &self.nodes {
            let id = names.node(graph, &node.kind, &taken);
            taken.insert(id.clone());
            renamed.insert(&node.id, id);
        }
        let moved = |at: Position| Position { x: at.x + by.x, y: at.y + by.y };
        let mut edits = Vec::new();
        let mut ids = Vec::new();
        for node in &self.nodes {
            let mut config = node.config.clone();
            follow(&mut config, &renamed);
            let id = renamed[&node.id].clone();
            ids.push(id.clone());
            edits.push(Edit::AddNode { node: Node { id, config, position: node.position.map(moved), ..node.clone() } });
        }
        for edge in &self.edges {
            if let (Some(from), Some(to)) = (renamed.get(&edge.from), renamed.get(&edge.to)) {
                edits.push(Edit::Connect { edge: Edge { from: from.clone(), port: edge.port.clone(), to: to.clone() } });
            }
        }
        let mut free = graph.clone();
        for note in &self.notes {
            let note = Note { id: names.note(&free), position: moved(note.position), ..note.clone() };
            free.notes.push(note.clone());
            edits.push(Edit::AddNote { note, at: None });
        }
        (Edit::Many { edits }, ids)
    }

    /// Where its middle was, for pasting under the pointer.
    #[must_use]
    pub fn origin(&self) -> Position {
        let places = self.nodes.iter().filter_map(|n| n.position).chain(self.notes.iter().map(|n| n.position));
        places.reduce(|a, b| Position { x: a.x.min(b.x), y: a.y.min(b.y) }).unwrap_or_default()
    }
}

/// What speaks of a copied step as `steps.<old>` speaks of its copy.
fn follow(config: &mut JsonMap, renamed: &HashMap<&NodeId, NodeId>) {
    config.values_mut().for_each(|value| follow_value(value, renamed));
}

fn follow_value(value: &mut Json, renamed: &HashMap<&NodeId, NodeId>) {
    match value {
        Json::String(text) => {
            if let Some(new) = follow_text(text, renamed) {
                *text = new;
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| follow_value(item, renamed)),
        Json::Object(map) => follow(map, renamed),
        _ => {}
    }
}

fn follow_text(text: &str, renamed: &HashMap<&NodeId, NodeId>) -> Option<String> {
    const WORD: &str = "steps.";
    if !text.contains(WORD) {
        return None;
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(WORD) {
        let whole = !rest[..at].ends_with(|c: char| legal(c) || c == '.');
        let (before, after) = rest.split_at(at + WORD.len());
        out.push_str(before);
        let end = after.find(|c: char| !legal(c)).unwrap_or(after.len());
        let name = &after[..end];
        let new = renamed.iter().find(|(old, _)| whole && old.as_str() == name).map_or(name, |(_, new)| new.as_str());
        out.push_str(new);
        rest = &after[end..];
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tradewind_nodes::graph::valid_graph;

    fn all(graph: &Graph) -> HashSet<NodeId> {
        graph.nodes.iter().map(|n| n.id.clone()).collect()
    }

    #[test]
    fn what_is_pasted_stands_beside_what_was_copied() {
        let graph = valid_graph(4, 12);
        let clip = Clip::copy(&graph, &all(&graph), &HashSet::new()).unwrap();
        let read = Clip::parse(&clip.to_text()).unwrap();
        assert_eq!(read, clip);
        let mut both = graph.clone();
        let (edit, ids) = read.paste(&graph, &mut Names::new(1), Position { x: 40.0, y: 0.0 });
        let back = both.apply(&edit).unwrap();
        assert_eq!((both.nodes.len(), both.edges.len(), ids.len()), (24, graph.edges.len() * 2, 12));
        assert_eq!(both.nodes[12].position.unwrap().x, graph.nodes[0].position.unwrap().x + 40.0);
        both.apply(&back).unwrap();
        assert_eq!(both, graph);
    }

    #[test]
    fn copies_speak_of_copies() {
        let graph: Graph = serde_json::from_value(json!({"nodes": [
            {"id": "cart", "kind": "script.run", "config": {"source": "let a = steps.cart.value; steps.cart-2; mysteps.cart"}},
            {"id": "mail", "kind": "email.send", "config": {"subject": "{{steps.cart.title}} {{steps.other.x}}", "still": {"fact": "steps.cart.n"}}}
        ]}))
        .unwrap();
        let clip = Clip::copy(&graph, &all(&graph), &HashSet::new()).unwrap();
        let mut both = graph.clone();
        let (edit, ids) = clip.paste(&graph, &mut Names::new(1), Position::default());
        both.apply(&edit).unwrap();
        let new = &ids[0];
        let mail = both.node(&ids[1]).unwrap();
        assert_eq!(mail.config["subject"], format!("{{{{steps.{new}.title}}}} {{{{steps.other.x}}}}"));
        assert_eq!(mail.config["still"]["fact"], format!("steps.{new}.n"));
        assert_eq!(both.node(new).unwrap().config["source"], format!("let a = steps.{new}.value; steps.cart-2; mysteps.cart"));
    }

    #[test]
    fn wires_to_what_was_not_copied_stay_behind() {
        let graph = valid_graph(2, 10);
        let one: HashSet<NodeId> = [graph.nodes[1].id.clone()].into();
        let clip = Clip::copy(&graph, &one, &HashSet::new()).unwrap();
        let inner = graph.edges.iter().filter(|e| one.contains(&e.from) && one.contains(&e.to)).count();
        assert_eq!((clip.nodes.len(), clip.edges.len()), (1, inner));
        assert_eq!(Clip::copy(&graph, &HashSet::new(), &HashSet::new()), None);
    }

    #[test]
    fn a_foreign_clipboard_gets_a_clear_word() {
        for (text, expected) in [
            ("", ClipError::Empty),
            ("  \n", ClipError::Empty),
            ("hello", ClipError::Foreign),
            ("{\"nodes\": []}", ClipError::Foreign),
            ("[1,2]", ClipError::Foreign),
            ("{\"tradewind\":\"other\",\"format\":1}", ClipError::Foreign),
            ("{\"tradewind\":\"steps\",\"format\":2,\"cards\":[]}", ClipError::Newer),
            ("{\"tradewind\":\"steps\",\"format\":1,\"nodes\":[{\"id\":\"a b\",\"kind\":\"exit\"}]}", ClipError::Broken),
            ("{\"tradewind\":\"steps\",\"format\":1,\"nodes\":[", ClipError::Broken),
            ("{\"tradewind\":\"steps\",\"format\":1,\"nodes\":[]}", ClipError::Empty),
        ] {
            assert_eq!(Clip::parse(text), Err(expected), "{text}");
        }
        assert_eq!(Clip::parse(&"x".repeat(LONGEST + 1)), Err(ClipError::Foreign));
    }
}
