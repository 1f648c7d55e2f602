//! What people do through the API to journeys, runs, incidents, tasks, kinds and segments, from outside.

use crate::support::graphs::{mail, on, row};
use crate::support::receiver::Receiver;
use crate::support::server::{Answer, Server, Site};
use crate::support::until;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// An address at which nobody listens: port 1 needs rights that no test has.
const NOBODY: &str = "http://127.0.0.1:1/erp";
const LOCAL: (&str, &str) = ("WEBHOOKS_ALLOW_PRIVATE", "127.0.0.0/8");

/// A journey for "Ordered" that asks `url` once, keeps the answer, and then writes to the customer.
fn asks(url: &str) -> Value {
    let config = json!({"url": url, "attempts": 1, "response": {"code": "status"}, "json": {"order": "{{event.properties.order_id}}"}});
    row(&[on("Ordered"), ("erp", "http.request", config), mail("{{event.properties.order_id}} is on its way", "<p>Thank you.</p>")])
}

async fn ordered(server: &Server, users: &[&str]) {
    for user in users {
        server.identify(user, json!({"email": format!("{user}@example.com")})).await;
        server.track(user, "Ordered", json!({"order_id": format!("R-{user}")})).await;
    }
}

/// Waits until the journey has so many open incidents.
async fn incidents(server: &Server, slug: &str, count: usize) -> Vec<Value> {
    until(&format!("{count} incidents of {slug}"), async || Some(server.incidents(slug).await).filter(|open| open.len() == count)).await
}

async fn run(server: &Server, id: &Value) -> Value {
    server.get(&format!("/api/v1/runs/{}", id.as_str().unwrap())).await
}

async fn ended(server: &Server, id: &Value) -> Value {
    until("the end of the run", async || Some(run(server, id).await).filter(|run| !run["ended_at"].is_null())).await
}

async fn order(server: &Server, run: &Value, what: &str, body: Value) -> Answer {
    server.call(Method::POST, &format!("/api/v1/runs/{}/{what}", run.as_str().unwrap()), Some(&body)).await
}

fn refused(answer: &Answer, status: StatusCode, code: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.kind, "application/problem+json", "{answer:?}");
    assert_eq!(answer.body["code"], code, "{answer:?}");
}

#[tokio::test]
async fn a_held_run_is_retried_until_it_succeeds() {
    let receiver = Receiver::start(StatusCode::SERVICE_UNAVAILABLE).await;
    let mut site = Site::new(&[LOCAL]);
    let server = site.start().await;
    server.publish("erp", &asks(&format!("http://{}/erp", receiver.address))).await;
    ordered(&server, &["ada"]).await;
    let first = incidents(&server, "erp", 1).await.remove(0);
    assert_eq!((&first["node"], &first["subject"], &first["state"]), (&json!("erp"), &json!("delivery"), &json!("open")), "{first}");
    let id = &first["run"];
    assert_eq!(run(&server, id).await["state"], "held");

    // It fails again: another incident, the first is settled.
    assert_eq!(order(&server, id, "retry", json!({})).await.status, StatusCode::ACCEPTED);
    let second = until("the second incident", async || {
        let open = server.incidents("erp").await;
        open.into_iter().find(|incident| incident["id"] != first["id"])
    })
    .await;
    assert_eq!(incidents(&server, "erp", 1).await[0]["id"], second["id"]);
    let settled = server.get(&format!("/api/v1/incidents/{}", first["id"].as_str().unwrap())).await;
    assert_eq!((&settled["state"], &settled["resolution"]), (&json!("resolved"), &json!("retry")), "{settled}");

    receiver.answer_with(StatusCode::OK);
    let retry = format!("/api/v1/incidents/{}/retry", second["id"].as_str().unwrap());
    assert_eq!(server.call(Method::POST, &retry, None).await.status, StatusCode::ACCEPTED);
    assert_eq!(server.mail("ada@example.com").await["subject"], "R-ada is on its way");
    assert_eq!(ended(&server, id).await["outcome"], "completed");
    incidents(&server, "erp", 0).await;
    // One visit of a node is one effect, whoever asks for it again: a receiver can tell.
    let keys = receiver.keys();
    assert_eq!(keys.len(), 3, "{keys:?}");
    assert!(!keys[0].is_empty() && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    refused(&server.call(Method::POST, &retry, None).await, StatusCode::CONFLICT, "resolved");
    refused(&order(&server, id, "retry", json!({})).await, StatusCode::CONFLICT, "not_held");
}

#[tokio::test]
async fn held_runs_are_skipped_and_cancelled() {
    let mut site = Site::new(&[LOCAL]);
    let server = site.start().await;
    server.publish("erp", &asks(NOBODY)).await;
    ordered(&server, &["ada", "bob"]).await;
    incidents(&server, "erp", 2).await;
    let found = async |user: &str| {
        let customer = server.get(&format!("/api/v1/customers?user_id={user}")).await["data"][0]["id"].clone();
        server.get(&format!("/api/v1/runs?customer={}", customer.as_str().unwrap())).await["data"][0].clone()
    };
    let (ada, bob) = (found("ada").await, found("bob").await);
    assert_eq!((&ada["state"], &bob["state"]), (&json!("held"), &json!("held")));

    assert_eq!(order(&server, &ada["id"], "skip", json!({"port": "next"})).await.status, StatusCode::ACCEPTED);
    assert_eq!(server.mail("ada@example.com").await["subject"], "R-ada is on its way");
    assert_eq!(ended(&server, &ada["id"]).await["outcome"], "completed");

    assert_eq!(order(&server, &bob["id"], "cancel", json!({"reason": "paid by phone"})).await.status, StatusCode::ACCEPTED);
    let cancelled = ended(&server, &bob["id"]).await;
    assert_eq!(cancelled["outcome"], "cancelled");
    assert!(cancelled.to_string().contains("paid by phone"), "{cancelled}");
    assert!(server.mails("bob@example.com").await.is_empty());
    incidents(&server, "erp", 0).await;
    refused(&order(&server, &bob["id"], "cancel", json!({})).await, StatusCode::CONFLICT, "ended");
}

#[tokio::test]
async fn incidents_are_retried_all_at_once() {
    let receiver = Receiver::start(StatusCode::BAD_GATEWAY).await;
    let mut site = Site::new(&[LOCAL]);
    let server = site.start().await;
    server.publish("erp", &asks(&format!("http://{}/erp", receiver.address))).await;
    server.publish("other", &row(&[on("Other"), mail("Dear {{customer.traits.name}}", "<p>Hello.</p>")])).await;
    let users = ["ada", "bob", "cem"];
    ordered(&server, &users).await;
    server.track("ada", "Other", json!({})).await;
    incidents(&server, "erp", 3).await;
    incidents(&server, "other", 1).await;

    receiver.answer_with(StatusCode::OK);
    let body = json!({"filter": {"journey": "erp"}, "action": "retry"});
    let done = server.accepted(Method::POST, "/api/v1/incidents/bulk", Some(&body)).await;
    assert_eq!(done["ordered"], 3);
    for user in users {
        assert_eq!(server.mail(&format!("{user}@example.com")).await["subject"], format!("R-{user} is on its way"));
    }
    incidents(&server, "erp", 0).await;
    incidents(&server, "other", 1).await;
    let unknown = server.call(Method::POST, "/api/v1/incidents/bulk", Some(&json!({"filter": {}, "action": "forget"}))).await;
    refused(&unknown, StatusCode::BAD_REQUEST, "invalid");
    assert_eq!(unknown.body["errors"][0]["pointer"], "/action");
}

#[tokio::test]
async fn a_person_answers_a_task() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let mut graph = row(&[
        on("Returned"),
        ("ask", "task.ask", json!({"title": "Refund {{event.properties.total}}?", "answers": ["yes", "no"]})),
        mail("Refunded", "<p>{{event.properties.total}} are on their way.</p>"),
    ]);
    graph["edges"][1]["port"] = json!("yes");
    server.publish("refund", &graph).await;
    server.identify("ada", json!({"email": "ada@example.com"})).await;
    server.track("ada", "Returned", json!({"total": 62})).await;
    let task = until("the task", async || Some(server.get("/api/v1/tasks").await["data"][0].clone()).filter(|task| !task.is_null())).await;
    assert_eq!(task["question"]["title"], "Refund 62?", "{task}");
    let told = (&task["journey_name"], &task["person"]["email"]);
    assert_eq!(told, (&json!("refund"), &json!("ada@example.com")), "{task}");

    let path = format!("/api/v1/tasks/{}/answer", task["id"].as_str().unwrap());
    let odd = server.call(Method::POST, &path, Some(&json!({"answer": "perhaps"}))).await;
    refused(&odd, StatusCode::BAD_REQUEST, "invalid");
    assert_eq!(odd.body["errors"][0]["pointer"], "/answer");
    let answer = json!({"answer": "yes", "note": "seen"});
    assert_eq!(server.call(Method::POST, &path, Some(&answer)).await.status, StatusCode::ACCEPTED);
    assert_eq!(server.mail("ada@example.com").await["subject"], "Refunded");
    let closed = server.get(&format!("/api/v1/tasks/{}", task["id"].as_str().unwrap())).await;
    let said = (&closed["state"], &closed["answer"], &closed["note"], &closed["answered_by"]);
    assert_eq!(said, (&json!("answered"), &json!("yes"), &json!("seen"), &json!("first key")), "{closed}");
    refused(&server.call(Method::POST, &path, Some(&answer)).await, StatusCode::CONFLICT, "closed");
}

#[tokio::test]
async fn tasks_are_listed_by_when_they_were_asked() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let ask = ("ask", "task.ask", json!({"title": "{{event.properties.order_id}}?", "answers": ["yes", "no"]}));
    server.publish("ask", &row(&[on("Ordered"), ask])).await;
    let open = async |query: &str| server.get(&format!("/api/v1/tasks{query}")).await;
    let users = ["ada", "bob", "cem", "dan", "eve", "fay"];
    for (n, user) in users.iter().enumerate() {
        ordered(&server, &[user]).await;
        until("the task", async || (open("").await["data"].as_array().unwrap().len() == n + 1).then_some(())).await;
    }
    let (mut titles, mut query) = (Vec::new(), "?limit=4".to_owned());
    loop {
        let page = open(&query).await;
        titles.extend(page["data"].as_array().unwrap().iter().map(|task| task["question"]["title"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("?limit=4&cursor={cursor}");
    }
    assert_eq!(titles, ["R-fay?", "R-eve?", "R-dan?", "R-cem?", "R-bob?", "R-ada?"]);
}

#[tokio::test]
async fn a_filter_that_is_misspelt_is_refused_by_name() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    for (address, parameter, remedy) in [
        ("/api/v1/events?user_id=ada", "?user_id", "customer"),
        ("/api/v1/deliveries?status=failed", "?status", "state"),
        ("/api/v1/deliveries?state=bogus", "?state", "suppressed"),
        ("/api/v1/runs?state=nonsense", "?state", "awaiting_change"),
        ("/api/v1/runs?customer=ada", "?customer", "correct it"),
        ("/api/v1/tasks?limit=many", "?limit", "correct it"),
        ("/api/v1/tasks?limit=0", "?limit", "200"),
        ("/api/v1/status?verbose=1", "?verbose", "takes none"),
        ("/api/v1/keys?state=open", "?state", "limit, cursor"),
    ] {
        let found = server.call(Method::GET, address, None).await;
        refused(&found, StatusCode::BAD_REQUEST, "invalid");
        assert_eq!(found.body["errors"][0]["pointer"], parameter, "{address}: {}", found.body);
        assert!(found.body["detail"].as_str().unwrap().contains(remedy), "{address}: {}", found.body);
    }
    let changed = server.call(Method::POST, "/api/v1/journeys?dry=true", Some(&json!({"name": "Odd"}))).await;
    refused(&changed, StatusCode::BAD_REQUEST, "invalid");
    assert_eq!(server.get("/api/v1/journeys?q=&status=").await["data"], json!([]), "a parameter without a value is none");
}

#[tokio::test]
async fn a_kind_written_in_rhai_is_stored_used_and_kept_while_it_is_used() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let source = include_str!("../examples/scripts/loyalty-tier.rhai");
    let path = "/api/v1/kinds/shop.loyalty_tier";
    let broken = server.call(Method::PUT, path, Some(&json!({"source": source.replace("fn step()", "fn stop()")}))).await;
    refused(&broken, StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!((&broken.body["errors"][0]["pointer"], &broken.body["errors"][0]["code"]), (&json!("/script"), &json!("bad_script")));
    server.accepted(Method::PUT, path, Some(&json!({"source": source}))).await;
    let known = server.get("/api/v1/kinds?limit=200").await;
    assert!(known["data"].as_array().unwrap().iter().any(|kind| kind["name"] == "shop.loyalty_tier"), "{known}");

    let edge = |from: &str, port: &str, to: &str| json!({"from": from, "port": port, "to": to});
    let tier = |name: &str| json!({"id": name, "kind": "email.send", "config": {"subject": name, "html": "<p>Hello.</p>", "purpose": "transactional"}});
    let graph = json!({
        "nodes": [
            {"id": "start", "kind": "trigger.event", "config": {"events": ["Signed Up"]}},
            {"id": "tier", "kind": "shop.loyalty_tier", "config": {"gold_from": 500}},
            tier("gold"), tier("silver"), tier("basic"),
        ],
        "edges": [edge("start", "next", "tier"), edge("tier", "gold", "gold"), edge("tier", "silver", "silver"), edge("tier", "basic", "basic")],
    });
    server.publish("tiers", &graph).await;
    for (user, points) in [("gold", 700), ("silver", 300), ("basic", 3)] {
        server.identify(user, json!({"email": format!("{user}@example.com"), "points": points})).await;
        server.track(user, "Signed Up", json!({})).await;
    }
    for tier in ["gold", "silver", "basic"] {
        assert_eq!(server.mail(&format!("{tier}@example.com")).await["subject"], tier);
    }
    refused(&server.call(Method::DELETE, path, None).await, StatusCode::CONFLICT, "in_use");
}

#[tokio::test]
async fn an_idempotency_key_does_a_thing_once() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let make = async |name: &str, key: &str| {
        let body = json!({"name": name, "graph": row(&[on("E"), mail("s", "<p>t</p>")])});
        server.call_with(Method::POST, "/api/v1/journeys", &body, ("idempotency-key", key)).await
    };
    let first = make("Welcome", "k-1").await;
    assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let again = make("Welcome", "k-1").await;
    assert_eq!((again.status, &again.text), (StatusCode::CREATED, &first.text));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!((&again.headers["location"], &again.headers["etag"]), (&first.headers["location"], &first.headers["etag"]));
    refused(&make("Farewell", "k-1").await, StatusCode::UNPROCESSABLE_ENTITY, "key_reused");
    assert_eq!(make("Farewell", "k-2").await.status, StatusCode::CREATED);
    assert_eq!(server.get("/api/v1/journeys").await["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_draft_is_saved_only_by_who_has_seen_it() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let graph = |subject: &str| row(&[on("E"), mail(subject, "<p>t</p>")]);
    server.accepted(Method::POST, "/api/v1/journeys", Some(&json!({"name": "Notes", "slug": "notes", "graph": graph("one")}))).await;
    let read = server.call(Method::GET, "/api/v1/journeys/notes", None).await;
    let etag = read.headers["etag"].to_str().unwrap().to_owned();
    let path = "/api/v1/journeys/notes/draft";
    refused(&server.call(Method::PUT, path, Some(&graph("two"))).await, StatusCode::PRECONDITION_REQUIRED, "if_match_required");
    let saved = server.call_with(Method::PUT, path, &graph("two"), ("if-match", &etag)).await;
    assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
    assert_ne!(saved.headers["etag"], etag.as_str());
    refused(&server.call_with(Method::PUT, path, &graph("three"), ("if-match", &etag)).await, StatusCode::PRECONDITION_FAILED, "stale");
    assert_eq!(server.get("/api/v1/journeys/notes").await["draft"]["nodes"][1]["config"]["subject"], "two");
    assert_eq!(server.call_with(Method::PUT, path, &graph("three"), ("if-match", "*")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_issue_of_a_draft_is_told_with_its_node_and_code() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let graph = row(&[on("E"), ("wait", "delay.for", json!({})), mail("{{#if", "<p>t</p>")]);
    server.accepted(Method::POST, "/api/v1/journeys", Some(&json!({"name": "Bad", "slug": "bad", "graph": graph}))).await;
    let answer = server.call(Method::POST, "/api/v1/journeys/bad/publish", Some(&json!({}))).await;
    refused(&answer, StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    let told = |node: &str, pointer: &str, code: &str| {
        let errors = answer.body["errors"].as_array().unwrap();
        errors.iter().any(|error| error["node"] == node && error["pointer"] == pointer && error["code"] == code)
    };
    assert!(told("wait", "/nodes/wait/config/duration", "missing"), "{answer:?}");
    assert!(told("mail", "/nodes/mail/config/subject", "bad_template"), "{answer:?}");
}

#[tokio::test]
async fn a_paused_journey_lets_nobody_in_and_nobody_on() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let approve = ("pause", "wait.event", json!({"events": ["Go"], "timeout": "1d"}));
    let mut graph = row(&[on("Begin"), approve, mail("gone on", "<p>t</p>")]);
    graph["edges"][1]["port"] = json!("event");
    server.publish("paused", &graph).await;
    server.publish("open", &row(&[on("Begin"), mail("open", "<p>t</p>")])).await;
    for user in ["ada", "bob"] {
        server.identify(user, json!({"email": format!("{user}@example.com")})).await;
    }
    server.track("ada", "Begin", json!({})).await;
    let inside = async || server.get("/api/v1/runs?journey=paused").await["data"].as_array().unwrap().clone();
    until("ada inside", async || (inside().await.len() == 1).then_some(())).await;

    let paused = server.accepted(Method::POST, "/api/v1/journeys/paused/pause", None).await;
    assert_eq!(paused["status"], "paused", "{paused}");
    server.track("ada", "Go", json!({})).await;
    server.track("bob", "Begin", json!({})).await;
    // The other journey took bob's event, so the paused one has had its chance.
    server.mail("bob@example.com").await;
    assert_eq!(inside().await.len(), 1);
    let subjects = async || server.mails("ada@example.com").await.iter().map(|mail| mail["subject"].clone()).collect::<Vec<_>>();
    assert_eq!(subjects().await, ["open"]);

    let resumed = server.accepted(Method::POST, "/api/v1/journeys/paused/resume", None).await;
    assert_eq!(resumed["status"], "live", "{resumed}");
    until("ada's mail after the pause", async || subjects().await.contains(&json!("gone on")).then_some(())).await;
    let why = server.get("/api/v1/journeys/paused/why?user_id=bob").await;
    assert!(why.to_string().contains("paus"), "{why}");
}
