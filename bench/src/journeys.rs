//! The journeys that are measured.

use serde_json::{Value, json};
use std::net::SocketAddr;

/// The event that starts the journeys.
pub const EVENT: &str = "Load Tested";

/// An event of the usual size of a shop's, with the marks of [`crate::template`]. Each event is about a person of its
/// own; with `few` many events share one.
pub fn event(name: &str, session: &str, few: bool) -> String {
    let person = if few { "^^^^" } else { "%%%%%%%%" };
    format!(
        r#"{{"userId":"{session}-{person}","event":"{name}","messageId":"{session}-{name}-%%%%%%%%","properties":{{"n":"~~~~~~~~","value":@@,"currency":"EUR","cart_id":"cart-~~~~~~~~","products":[{{"product_id":"p-1001","sku":"TW-1001","name":"Linen shirt","price":49.9,"quantity":1}}]}}}}"#
    )
}

/// J1: a condition half of the events pass, a delay, a condition on what happened since, a request to the sink.
pub fn abandoned_cart(sink: SocketAddr, delay: &str) -> Value {
    json!({
        "settings": {"reentry": {"rule": "always"}},
        "nodes": [
            node("start", "trigger.event", json!({"events": [EVENT]})),
            node("worth", "condition.if", json!({"predicate": {"fact": "event.properties.value", "is": "gte", "value": 50}})),
            node("wait", "delay.for", json!({"duration": delay})),
            node("open", "condition.if", json!({"predicate": {"event": "Order Completed", "count": {"eq": 0}, "since": "entry"}})),
            call(sink),
        ],
        "edges": [
            edge("start", "next", "worth"),
            edge("worth", "yes", "wait"),
            edge("wait", "next", "open"),
            edge("open", "yes", "call"),
        ],
    })
}

/// J2: a delay, then a request to the sink.
pub fn sleeper(event: &str, sink: SocketAddr, delay: &str) -> Value {
    json!({
        "settings": {"reentry": {"rule": "always"}},
        "nodes": [node("start", "trigger.event", json!({"events": [event]})), node("wait", "delay.for", json!({"duration": delay})), call(sink)],
        "edges": [edge("start", "next", "wait"), edge("wait", "next", "call")],
    })
}

/// J3: `length` conditions that always hold, one after the other.
pub fn chain(length: usize) -> Value {
    let name = |i: usize| format!("step{i:02}");
    let mut nodes = vec![node("start", "trigger.event", json!({"events": [EVENT]}))];
    let mut edges = vec![edge("start", "next", &name(0))];
    for i in 0..length {
        let predicate = json!({"fact": "event.properties.currency", "is": "eq", "value": "EUR"});
        nodes.push(node(&name(i), "condition.if", json!({"predicate": predicate})));
        let to = if i + 1 == length { "end".to_owned() } else { name(i + 1) };
        edges.push(edge(&name(i), "yes", &to));
    }
    nodes.push(node("end", "exit", json!({})));
    json!({"settings": {"reentry": {"rule": "always"}}, "nodes": nodes, "edges": edges})
}

fn call(sink: SocketAddr) -> Value {
    let url = format!("http://{sink}/");
    node("call", "http.request", json!({"method": "POST", "url": url, "body": "{{event.properties.n}}"}))
}

fn node(id: &str, kind: &str, config: Value) -> Value {
    json!({"id": id, "kind": kind, "config": config})
}

fn edge(from: &str, port: &str, to: &str) -> Value {
    json!({"from": from, "port": port, "to": to})
}
