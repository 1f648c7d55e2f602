//! Edits as values. Every edit that was applied gives its inverse, so undo is an edit like any other and can be stored, sent
//! and undone itself.

use super::pointer::set_at;
use super::{Edge, Graph, Node, Note, NoteId, Position};
use crate::id::{NodeId, PortName};
use crate::settings::Settings;
use crate::{Json, JsonMap};
use serde::{Deserialize, Serialize};

/// A change of a graph.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// Adds a node, joined to nothing.
    AddNode {
        /// The node.
        node: Node,
    },
    /// Removes a node and the edges at it.
    RemoveNode {
        /// Which.
        node: NodeId,
    },
    /// Moves nodes on the canvas.
    MoveNodes {
        /// Which, and where to; None leaves the place to the builder.
        to: Vec<Move>,
    },
    /// Replaces the whole config of a node.
    SetConfig {
        /// Which.
        node: NodeId,
        /// The new config.
        config: JsonMap,
    },
    /// Sets one field of a node's config.
    SetField {
        /// Which node.
        node: NodeId,
        /// JSON pointer into its config; `/-` at the end appends to a list.
        field: String,
        /// The new value; None removes the field.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Json>,
    },
    /// Names a node.
    SetLabel {
        /// Which.
        node: NodeId,
        /// The new label; empty for the kind's own words.
        label: String,
    },
    /// Joins a free port to a node.
    Connect {
        /// The new edge.
        edge: Edge,
    },
    /// Removes an edge.
    Disconnect {
        /// Which.
        edge: Edge,
    },
    /// Puts a new node into an edge: what led to `edge.to` leads to the node, and its `port` leads on to `edge.to`.
    SpliceNode {
        /// The new node.
        node: Node,
        /// The edge it is put into.
        edge: Edge,
        /// The port of the new node that leads on.
        port: PortName,
    },
    /// Removes a node and joins what led to it to where its `port` led (to nothing when it led nowhere).
    RemoveAndReconnect {
        /// Which.
        node: NodeId,
        /// The port whose way is kept.
        port: PortName,
    },
    /// Replaces the settings of the journey.
    SetSettings {
        /// The new settings.
        settings: Box<Settings>,
    },
    /// Sticks a note on the canvas.
    AddNote {
        /// The note.
        note: Note,
        /// Its place among the notes; the end when None.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<usize>,
    },
    /// Takes a note off.
    RemoveNote {
        /// Which.
        note: NoteId,
    },
    /// Replaces a note by one with the same id: other words, another place, size or colour.
    ChangeNote {
        /// The note as it shall be.
        note: Note,
    },
    /// Several edits, in order, all or none.
    Many {
        /// The edits.
        edits: Vec<Edit>,
    },
    /// Puts nodes and edges back at their places: the inverse of a removal.
    Restore {
        /// Nodes by their index, ascending.
        nodes: Vec<(usize, Node)>,
        /// Edges by their index, ascending.
        edges: Vec<(usize, Edge)>,
    },
    /// Takes nodes and edges out by their place: the inverse of an addition.
    Take {
        /// Indices of nodes, ascending.
        nodes: Vec<usize>,
        /// Indices of edges, ascending.
        edges: Vec<usize>,
    },
}

/// Where a node goes on the canvas.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Which node.
    pub node: NodeId,
    /// Where to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// Why an edit cannot be applied. The graph is as it was.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EditError {
    /// A node is not there.
    #[error("there is no node {0}: it may have been removed meanwhile, load the journey again")]
    NoNode(NodeId),
    /// An id is taken.
    #[error("a node {0} exists already: give the new one another id")]
    NodeExists(NodeId),
    /// An edge is not there.
    #[error("no edge leads from {} by {} to {}: it may have been removed meanwhile, load the journey again", .0.from, .0.port, .0.to)]
    NoEdge(Edge),
    /// A port has its edge.
    #[error("the port {port} of {node} leads somewhere already: disconnect it first")]
    PortTaken {
        /// The node.
        node: NodeId,
        /// Its port.
        port: PortName,
    },
    /// A pointer leads nowhere.
    #[error("{node} has no place {field} in its config: set the field above it first")]
    NoField {
        /// The node.
        node: NodeId,
        /// The pointer.
        field: String,
    },
    /// A note is not there.
    #[error("there is no note {0}: it may have been removed meanwhile, load the journey again")]
    NoNote(NoteId),
    /// A note's id is taken.
    #[error("a note {0} exists already: give the new one another id")]
    NoteExists(NoteId),
    /// An inverse does not belong to this state of the graph.
    #[error("the graph has changed since this edit was made: undo in the reverse order of the edits")]
    Stale,
}

impl Graph {
    /// Changes the graph and returns the edit that changes it back, order included.
    ///
    /// # Errors
    /// When the edit does not fit the graph, which is then left as it was.
    pub fn apply(&mut self, edit: &Edit) -> Result<Edit, EditError> {
        match edit {
            Edit::AddNode { node } => self.add(node.clone(), Vec::new()),
            Edit::RemoveNode { node } => {
                let at = self.place(node)?;
                self.take(&[at], &self.edges_at(node))
            }
            Edit::MoveNodes { to } => self.move_nodes(to),
            Edit::SetConfig { node, config } => {
                let at = self.place(node)?;
                let old = std::mem::replace(&mut self.nodes[at].config, config.clone());
                Ok(Edit::SetConfig { node: node.clone(), config: old })
            }
            Edit::SetField { node, field, value } => self.set_field(node, field, value.as_ref()),
            Edit::SetLabel { node, label } => {
                let at = self.place(node)?;
                let old = std::mem::replace(&mut self.nodes[at].label, label.clone());
                Ok(Edit::SetLabel { node: node.clone(), label: old })
            }
            Edit::Connect { edge } => {
                self.place(&edge.from)?;
                self.place(&edge.to)?;
                if self.edges.iter().any(|e| e.from == edge.from && e.port == edge.port) {
                    return Err(EditError::PortTaken { node: edge.from.clone(), port: edge.port.clone() });
                }
                self.restore(&[], &[(self.edges.len(), edge.clone())])
            }
            Edit::Disconnect { edge } => {
                let at = self.edge_place(edge)?;
                self.take(&[], &[at])
            }
            Edit::SpliceNode { node, edge, port } => self.splice(node, edge, port),
            Edit::RemoveAndReconnect { node, port } => self.remove_and_reconnect(node, port),
            Edit::SetSettings { settings } => {
                let old = std::mem::replace(&mut self.settings, (**settings).clone());
                Ok(Edit::SetSettings { settings: Box::new(old) })
            }
            Edit::AddNote { note, at } => self.add_note(note, *at),
            Edit::RemoveNote { note } => self.remove_note(note),
            Edit::ChangeNote { note } => self.change_note(note),
            Edit::Many { edits } => self.many(edits),
            Edit::Restore { nodes, edges } => self.restore(nodes, edges),
            Edit::Take { nodes, edges } => self.take(nodes, edges),
        }
    }

    fn place(&self, id: &NodeId) -> Result<usize, EditError> {
        self.nodes.iter().position(|n| n.id == *id).ok_or_else(|| EditError::NoNode(id.clone()))
    }

    fn edge_place(&self, edge: &Edge) -> Result<usize, EditError> {
        self.edges.iter().position(|e| e == edge).ok_or_else(|| EditError::NoEdge(edge.clone()))
    }

    /// Edges that go with `id` when it goes: none while another node has the same id, for they may be that one's.
    fn edges_at(&self, id: &NodeId) -> Vec<usize> {
        if self.nodes.iter().filter(|n| n.id == *id).count() > 1 {
            return Vec::new();
        }
        (0..self.edges.len()).filter(|&n| self.edges[n].from == *id || self.edges[n].to == *id).collect()
    }

    fn add(&mut self, node: Node, edges: Vec<(usize, Edge)>) -> Result<Edit, EditError> {
        if self.nodes.iter().any(|n| n.id == node.id) {
            return Err(EditError::NodeExists(node.id));
        }
        self.restore(&[(self.nodes.len(), node)], &edges)
    }

    fn move_nodes(&mut self, to: &[Move]) -> Result<Edit, EditError> {
        let places = to.iter().map(|step| self.place(&step.node)).collect::<Result<Vec<_>, _>>()?;
        let mut back = Vec::with_capacity(to.len());
        for (at, step) in places.into_iter().zip(to) {
            let position = std::mem::replace(&mut self.nodes[at].position, step.position);
            back.push(Move { node: step.node.clone(), position });
        }
        // Reversed, so that a node moved twice ends where it began.
        back.reverse();
        Ok(Edit::MoveNodes { to: back })
    }

    fn set_field(&mut self, node: &NodeId, field: &str, value: Option<&Json>) -> Result<Edit, EditError> {
        let at = self.place(node)?;
        // The whole config comes back, for a removed field must come back at its place among the others.
        let old = self.nodes[at].config.clone();
        if !set_at(&mut self.nodes[at].config, field, value) {
            self.nodes[at].config = old;
            return Err(EditError::NoField { node: node.clone(), field: field.to_owned() });
        }
        Ok(Edit::SetConfig { node: node.clone(), config: old })
    }

    fn splice(&mut self, node: &Node, edge: &Edge, port: &PortName) -> Result<Edit, EditError> {
        let at = self.edge_place(edge)?;
        if self.nodes.iter().any(|n| n.id == node.id) {
            return Err(EditError::NodeExists(node.id.clone()));
        }
        let taken = self.take(&[], &[at])?;
        let into = Edge { from: edge.from.clone(), port: edge.port.clone(), to: node.id.clone() };
        let on = Edge { from: node.id.clone(), port: port.clone(), to: edge.to.clone() };
        let added = self.add(node.clone(), vec![(at, into), (self.edges.len() + 1, on)])?;
        Ok(Edit::Many { edits: vec![added, taken] })
    }

    fn remove_and_reconnect(&mut self, node: &NodeId, port: &PortName) -> Result<Edit, EditError> {
        let at = self.place(node)?;
        let touching = self.edges_at(node);
        let target = self.edges.iter().find(|e| e.from == *node && e.port == *port && e.to != *node).map(|e| e.to.clone());
        // Where each redirected edge stands once the node's own edges are gone.
        let mut redirected = Vec::new();
        let mut kept = 0;
        for edge in &self.edges {
            let touches = edge.from == *node || edge.to == *node;
            match &target {
                Some(to) if edge.to == *node && edge.from != *node => {
                    redirected.push((kept, Edge { from: edge.from.clone(), port: edge.port.clone(), to: to.clone() }));
                    kept += 1;
                }
                _ if touches => {}
                _ => kept += 1,
            }
        }
        let taken = self.take(&[at], &touching)?;
        if touching.is_empty() {
            return Ok(taken);
        }
        let added = self.restore(&[], &redirected)?;
        Ok(Edit::Many { edits: vec![added, taken] })
    }

    fn many(&mut self, edits: &[Edit]) -> Result<Edit, EditError> {
        let mut back = Vec::with_capacity(edits.len());
        for edit in edits {
            match self.apply(edit) {
                Ok(inverse) => back.push(inverse),
                Err(error) => {
                    for inverse in back.iter().rev() {
                        self.apply(inverse)?;
                    }
                    return Err(error);
                }
            }
        }
        back.reverse();
        Ok(Edit::Many { edits: back })
    }

    fn restore(&mut self, nodes: &[(usize, Node)], edges: &[(usize, Edge)]) -> Result<Edit, EditError> {
        let (node_places, edge_places): (Vec<usize>, Vec<usize>) =
            (nodes.iter().map(|(n, _)| *n).collect(), edges.iter().map(|(n, _)| *n).collect());
        if !fits(&node_places, self.nodes.len() + nodes.len()) || !fits(&edge_places, self.edges.len() + edges.len()) {
            return Err(EditError::Stale);
        }
        self.nodes = merged(std::mem::take(&mut self.nodes), nodes);
        self.edges = merged(std::mem::take(&mut self.edges), edges);
        Ok(Edit::Take { nodes: node_places, edges: edge_places })
    }

    fn take(&mut self, nodes: &[usize], edges: &[usize]) -> Result<Edit, EditError> {
        if !fits(nodes, self.nodes.len()) || !fits(edges, self.edges.len()) {
            return Err(EditError::Stale);
        }
        Ok(Edit::Restore { nodes: parted(&mut self.nodes, nodes), edges: parted(&mut self.edges, edges) })
    }
}

/// Whether the places ascend and lie within a list of `len`.
fn fits(places: &[usize], len: usize) -> bool {
    places.windows(2).all(|pair| pair[0] < pair[1]) && places.last().is_none_or(|last| *last < len)
}

/// `list` with `new` at their places, in one pass.
fn merged<T: Clone>(list: Vec<T>, new: &[(usize, T)]) -> Vec<T> {
    let mut out = Vec::with_capacity(list.len() + new.len());
    let mut new = new.iter().peekable();
    let mut old = list.into_iter();
    loop {
        if let Some((_, item)) = new.next_if(|(at, _)| *at == out.len()) {
            out.push(item.clone());
        } else if let Some(item) = old.next() {
            out.push(item);
        } else {
            return out;
        }
    }
}

/// Takes the items at `places` out of `list`, in one pass.
fn parted<T>(list: &mut Vec<T>, places: &[usize]) -> Vec<(usize, T)> {
    let mut taken = Vec::with_capacity(places.len());
    let mut places = places.iter().peekable();
    let mut kept = Vec::with_capacity(list.len());
    for (n, item) in std::mem::take(list).into_iter().enumerate() {
        if places.next_if_eq(&&n).is_some() {
            taken.push((n, item));
        } else {
            kept.push(item);
        }
    }
    *list = kept;
    taken
}
