//! Bad input gets a clear problem document that names the field, and nothing breaks.

use crate::support::graphs::{mail, on, row};
use crate::support::server::{Answer, Server, Site};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// What is sent, and what has to come back.
struct Case {
    what: &'static str,
    path: &'static str,
    body: Vec<u8>,
    status: &'static [u16],
    /// Part of a pointer in `errors`; none is needed when empty.
    pointer: &'static str,
    /// Part of the whole answer.
    says: &'static str,
}

fn case(
    what: &'static str,
    path: &'static str,
    body: impl ToString,
    status: &'static [u16],
    pointer: &'static str,
    says: &'static str,
) -> Case {
    Case { what, path, body: body.to_string().into_bytes(), status, pointer, says }
}

fn check(case: &Case, answer: &Answer) {
    let what = case.what;
    assert!(case.status.contains(&answer.status.as_u16()), "{what}: {answer:?}");
    assert!(answer.kind.starts_with("application/problem+json"), "{what}: {answer:?}");
    assert_eq!(answer.body["status"], answer.status.as_u16(), "{what}: {answer:?}");
    let detail = answer.body["detail"].as_str().unwrap_or_default();
    assert!(detail.len() > 15, "{what}: says too little: {answer:?}");
    let pointers: Vec<&str> =
        answer.body["errors"].as_array().into_iter().flatten().filter_map(|error| error["pointer"].as_str()).collect();
    assert!(
        case.pointer.is_empty() || pointers.iter().any(|pointer| pointer.contains(case.pointer)),
        "{what}: no {} in {answer:?}",
        case.pointer
    );
    assert!(answer.text.to_lowercase().contains(case.says), "{what}: no {:?} in {answer:?}", case.says);
}

fn ingestion() -> Vec<Case> {
    const BAD: &[u16] = &[400];
    let large = "x".repeat(40_000);
    let message_id = "m".repeat(100);
    vec![
        case("half a document", "/v1/track", "{\"userId\": \"u\", ", BAD, "", "json"),
        case("no document", "/v1/track", "", BAD, "", ""),
        case("a list", "/v1/track", "[1, 2]", BAD, "", ""),
        case("a name of the wrong type", "/v1/track", json!({"userId": "u", "event": ["x"]}), BAD, "/event", "event"),
        case(
            "properties of the wrong type",
            "/v1/track",
            json!({"userId": "u", "event": "x", "properties": "y"}),
            BAD,
            "/properties",
            "properties",
        ),
        case("traits of the wrong type", "/v1/identify", json!({"userId": "u", "traits": 7}), BAD, "/traits", "traits"),
        case("nobody", "/v1/track", json!({"event": "x"}), BAD, "/userId", "anonymousid"),
        case("no event", "/v1/track", json!({"userId": "u"}), BAD, "/event", "event"),
        case("no group", "/v1/group", json!({"userId": "u"}), BAD, "/groupId", "group"),
        case("no former id", "/v1/alias", json!({"userId": "u"}), BAD, "/previousId", "before"),
        case("no time", "/v1/track", json!({"userId": "u", "event": "x", "timestamp": "yesterday"}), BAD, "/timestamp", "iso 8601"),
        case("a long message id", "/v1/track", json!({"userId": "u", "event": "x", "messageId": message_id}), BAD, "/messageId", "100"),
        case("a large message", "/v1/track", json!({"userId": "u", "event": "x", "properties": {"a": large}}), BAD, "", "bytes"),
        case("a large batch", "/v1/batch", format!("{{\"batch\": [{}]}}", " ".repeat(600_000)), BAD, "", "bytes"),
        case("a batch that is none", "/v1/batch", json!({"batch": {"userId": "u"}}), BAD, "", "batch"),
        case("deep nesting", "/v1/track", "[".repeat(20_000), BAD, "", ""),
    ]
}

fn journeys() -> Vec<Case> {
    const REFUSED: &[u16] = &[400, 422];
    let create = |graph: Value| json!({"name": "Bad", "slug": "bad", "graph": graph});
    let nodes = |nodes: Value| create(json!({"nodes": nodes, "edges": []}));
    vec![
        case("a large journey", "/api/v1/journeys", json!({"name": "x".repeat(5_000_000)}), &[413], "", "2097152 bytes"),
        case("half a journey", "/api/v1/journeys", "{\"name\": ", REFUSED, "", "json"),
        case("no name", "/api/v1/journeys", json!({"slug": "bad", "graph": {}}), REFUSED, "/name", "name"),
        case("an unknown part of a graph", "/api/v1/journeys", create(json!({"nodez": []})), REFUSED, "/graph/nodez", "nodez"),
        case(
            "an unknown part of a node",
            "/api/v1/journeys",
            nodes(json!([{"id": "a", "kind": "exit", "colour": 1}])),
            REFUSED,
            "",
            "colour",
        ),
        case("an id that is none", "/api/v1/journeys", nodes(json!([{"id": "a b", "kind": "exit"}])), REFUSED, "", "a b"),
        case("a node without a kind", "/api/v1/journeys", nodes(json!([{"id": "a"}])), REFUSED, "", "kind"),
        case("an unknown setting", "/api/v1/journeys", create(json!({"settings": {"retry": 1}, "nodes": []})), REFUSED, "", "retry"),
    ]
}

/// Journeys that can be kept as drafts and must not be published: what has to be said.
fn unpublishable() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let edge = |from: &str, port: &str, to: &str| json!({"from": from, "port": port, "to": to});
    let always = json!({"predicate": {"fact": "event.name", "is": "eq", "value": "E"}});
    let start = json!({"id": "start", "kind": "trigger.event", "config": {"events": ["E"]}});
    let with = |id: &str, kind: &str, config: Value| json!({"nodes": [start, {"id": id, "kind": kind, "config": config}], "edges": [edge("start", "next", id)]});
    let mut round = with("ask", "condition.if", always.clone());
    round["nodes"].as_array_mut().unwrap().push(json!({"id": "again", "kind": "condition.if", "config": always}));
    round["edges"].as_array_mut().unwrap().extend([edge("ask", "yes", "again"), edge("again", "yes", "ask")]);
    vec![
        ("no-trigger", json!({"nodes": [{"id": "a", "kind": "exit"}], "edges": []}), "", "trigger"),
        ("loop", round, "", "delay"),
        ("unknown-kind", with("a", "carrier.pigeon", json!({})), "/nodes/a", "carrier.pigeon"),
        ("unknown-field", with("a", "delay.for", json!({"duration": "1h", "colour": "red"})), "/nodes/a/config/colour", "colour"),
        ("missing-field", with("a", "delay.for", json!({})), "/nodes/a/config/duration", "duration"),
        ("wrong-type", with("a", "delay.for", json!({"duration": 7})), "/nodes/a/config/duration", "duration"),
        ("bad-template", with("a", "email.send", json!({"subject": "{{#if", "html": "x"})), "/nodes/a/config/subject", "template"),
        ("bad-script", with("a", "script.run", json!({"source": "let = ;"})), "/nodes/a/config/source", ""),
        ("nowhere", json!({"nodes": [start], "edges": [edge("start", "next", "b")]}), "", "b"),
    ]
}

async fn healthy_run(server: &Server, n: usize) {
    server.track("healthy", "Healthy", json!({"n": n})).await;
    crate::support::until(&format!("healthy mail {n}"), async || (server.mails("healthy@example.com").await.len() >= n).then_some(()))
        .await;
}

#[tokio::test]
async fn bad_input_is_explained_and_harms_nobody() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    server.publish("healthy", &row(&[on("Healthy"), mail("well", "<p>{{event.properties.n}}</p>")])).await;
    server.identify("healthy", json!({"email": "healthy@example.com"})).await;
    healthy_run(&server, 1).await;

    for case in ingestion().iter().chain(&journeys()) {
        check(case, &server.raw(Method::POST, case.path, Some(&server.key), case.body.clone()).await);
    }
    healthy_run(&server, 2).await;

    for (slug, graph, pointer, says) in unpublishable() {
        let created = server.call(Method::POST, "/api/v1/journeys", Some(&json!({"name": slug, "slug": slug, "graph": graph}))).await;
        // What cannot even be read is refused here, the rest when it is published.
        let refused = if created.status.is_success() {
            server.call(Method::POST, &format!("/api/v1/journeys/{slug}/publish"), Some(&json!({}))).await
        } else {
            created
        };
        check(&Case { what: slug, path: "", body: Vec::new(), status: &[400, 422], pointer, says }, &refused);
    }
    healthy_run(&server, 3).await;
}

#[tokio::test]
async fn a_wrong_key_is_refused_at_every_door() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let event = json!({"userId": "u", "event": "x"}).to_string();
    let graph = json!({"name": "x", "slug": "x", "graph": {}}).to_string();
    for (path, body) in [("/v1/track", &event), ("/v1/batch", &event), ("/api/v1/journeys", &graph)] {
        for key in [None, Some("tw_wrong"), Some("nonsense"), Some("")] {
            let answer = server.raw(Method::POST, path, key, body.clone().into_bytes()).await;
            // A batch is read before the key inside it can be known.
            let unread = path == "/v1/batch" && answer.status == StatusCode::BAD_REQUEST;
            assert!(unread || answer.status == StatusCode::UNAUTHORIZED, "{path} with {key:?}: {answer:?}");
            assert!(answer.kind.starts_with("application/problem+json"), "{path} with {key:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_bad_message_in_a_batch_is_named_and_the_others_are_taken() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let batch = json!({"batch": [
        {"type": "track", "userId": "ada", "event": "First"},
        {"type": "dance", "userId": "ada"},
        {"type": "track", "event": "Nobody"},
        {"type": "track", "userId": "ada", "event": "Last"},
    ]});
    let answer = server.call(Method::POST, "/v1/batch", Some(&batch)).await;
    assert!(answer.status.is_success(), "{answer:?}");
    assert_eq!(answer.body["dropped"][0]["index"], 1);
    assert_eq!(answer.body["dropped"][0]["field"], "type");
    assert_eq!(answer.body["dropped"][1]["index"], 2);
    assert_eq!(answer.body["dropped"][1]["field"], "userId");
    let names = crate::support::until("the two good events", async || {
        let events = server.events("ada").await;
        Some(events.iter().filter_map(|event| event["name"].as_str().map(str::to_owned)).collect::<Vec<_>>())
            .filter(|names| names.len() >= 2)
    })
    .await;
    assert_eq!(names.len(), 2, "{names:?}");
}
