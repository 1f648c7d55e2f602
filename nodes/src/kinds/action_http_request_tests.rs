use super::*;
use crate::effect::Receipt;
use crate::kinds::stage::{Stage, failed, kind, output, port, problem, rule, wrong};
use serde_json::json;

fn asked(outcome: Outcome) -> (HttpRequest, Then) {
    match outcome {
        Outcome::Effect { effect, then, .. } => (effect.payload.read().unwrap(), then),
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_renders_all_parts_and_goes_on() {
    let node = kind(
        "http.request",
        json!({
            "url": "https://x.example/o/{{event.properties.id}}", "headers": {"X-Total": "{{event.properties.total}}", "X-None": "{{event.properties.none}}"},
            "json": {"total": "{{event.properties.total}}", "text": "paid {{event.properties.total}}"}, "sign": true, "attempts": 3
        }),
    );
    let stage = Stage::new().event("Order", json!({"id": "a/1", "total": 62.5}));
    let (request, then) = asked(node.step(&stage.cx()));
    assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "https://x.example/o/a%2F1"));
    assert_eq!(request.body, r#"{"total":62.5,"text":"paid 62.5"}"#);
    let headers: Vec<_> = request.headers.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(headers, [("content-type", "application/json"), ("x-total", "62.5")]);
    assert_eq!((request.sign, request.attempts, request.timeout), (true, 3, Duration::from_secs(10)));
    assert_eq!(then, Then::Go(PortName::NEXT));
}

#[test]
fn it_waits_for_the_answer_when_something_depends_on_it() {
    let plain = json!({"url": "https://x.example", "body": "{{event.name}}"});
    let stage = Stage::new().event("Order", json!({}));
    assert_eq!(asked(kind("http.request", plain.clone()).step(&stage.cx())).0.body, "Order");
    assert_eq!(asked(kind("http.request", plain).step(&stage.wire("failed").cx())).1, Then::AwaitReceipt);
    let keeps = kind(
        "http.request",
        json!({"url": "https://x.example", "method": "GET", "response": {"id": "body.id", "to": "headers.location", "no": "body.x.y"}}),
    );
    let stage = Stage::new();
    let (request, then) = asked(keeps.step(&stage.cx()));
    assert_eq!((then, request.max_response), (Then::AwaitReceipt, 65_536));
    let done = Receipt::Done { output: json!({"status": 201, "headers": {"location": "/o/7"}, "body": {"id": 7}}) };
    let outcome = keeps.step(&stage.resumed(Resume::Receipt(&done)));
    assert_eq!((port(&outcome), output(&outcome)), ("next", json!({"status": 201, "id": 7, "to": "/o/7"})));
    assert_eq!(rule(&outcome), "the answer was 201, without no (body.x.y)");
}

#[test]
fn a_failure_fails_and_a_guard_goes_on() {
    let node = kind("http.request", json!({"url": "https://x.example"}));
    let stage = Stage::new().wire("failed");
    assert_eq!(problem(&node.step(&stage.resumed(Resume::Receipt(&failed())))).0, "smtp.rejected");
    let stopped = Receipt::Suppressed { why: Why::words("too late") };
    assert_eq!(port(&node.step(&stage.resumed(Resume::Receipt(&stopped)))), "next");
}

#[test]
fn what_cannot_be_sent_fails_in_its_field() {
    let stage = Stage::new().event("Order", json!({"x": "a\r\nHost: evil"}));
    let header = kind("http.request", json!({"url": "https://x.example", "headers": {"X-A": "{{event.properties.x}}"}}));
    assert_eq!(problem(&header.step(&stage.cx())), ("http.header", "/headers/X-A"));
    let url = kind("http.request", json!({"url": "https://x.example/{{event.properties.none}}"}));
    assert_eq!(problem(&url.step(&stage.cx())), ("http.url", "/url"));
}

#[test]
fn bad_configs_name_their_field() {
    assert_eq!(wrong("http.request", json!({})), ["/url"]);
    assert_eq!(
        wrong("http.request", json!({"url": "u", "method": "BREW", "attempts": 0, "timeout": "x"})),
        ["/method", "/timeout", "/attempts"]
    );
    let bad = json!({"url": "x.example/{{id}}", "method": "GET", "headers": {"Host": "a", "a b": "c", "X-A": "{{customer.plan}}"}, "body": "{{#if}}",
        "json": {"a": ["{{customer.plan}}"]}, "timeout": "31s", "response": {"a": 1, "b": "id"}});
    let expected = [
        "/url",
        "/url",
        "/headers/Host",
        "/headers/a b",
        "/headers/X-A",
        "/body",
        "/json/a/0",
        "/json",
        "/method",
        "/timeout",
        "/response/a",
        "/response/b",
    ];
    assert_eq!(wrong("http.request", bad), expected);
}
