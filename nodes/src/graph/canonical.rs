//! The one JSON text of a graph, whatever order it was drawn in: what is hashed and compared.

use super::{Graph, Node};
use crate::{Json, JsonMap};
use std::fmt::Write;

/// The canonical text: keys sorted, nodes by id, edges sorted, positions left out. Labels stay: people see them in a run.
pub(super) fn text(graph: &Graph) -> Result<String, serde_json::Error> {
    let mut nodes: Vec<(&Node, String)> = graph.nodes.iter().map(|n| Ok((n, node(n)?))).collect::<Result<_, serde_json::Error>>()?;
    nodes.sort_by(|(a, x), (b, y)| a.id.cmp(&b.id).then_with(|| x.cmp(y)));
    let mut edges: Vec<_> = graph.edges.iter().collect();
    edges.sort();
    let mut out = String::from("{\"edges\":");
    write(&serde_json::to_value(edges)?, &mut out);
    out.push_str(",\"nodes\":[");
    for (n, (_, text)) in nodes.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        out.push_str(text);
    }
    out.push_str("],\"settings\":");
    write(&serde_json::to_value(&graph.settings)?, &mut out);
    out.push('}');
    Ok(out)
}

fn node(node: &Node) -> Result<String, serde_json::Error> {
    let mut value = serde_json::to_value(node)?;
    if let Json::Object(map) = &mut value {
        map.remove("position");
    }
    let mut out = String::new();
    write(&value, &mut out);
    Ok(out)
}

/// `value` without blanks and with its keys sorted.
fn write(value: &Json, out: &mut String) {
    match value {
        Json::Array(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Json::Object(map) => object(map, out),
        // A `String` takes every write, so there is no error to tell.
        plain => {
            let _ = write!(out, "{plain}");
        }
    }
}

fn object(map: &JsonMap, out: &mut String) {
    let mut pairs: Vec<_> = map.iter().collect();
    pairs.sort_by_key(|(key, _)| *key);
    out.push('{');
    for (n, (key, value)) in pairs.into_iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        write(&Json::from(key.as_str()), out);
        out.push(':');
        write(value, out);
    }
    out.push('}');
}
