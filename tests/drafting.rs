//! What the builder does with drafts, versions and people before anything is live.

use crate::support::graphs::{mail, on, row};
use crate::support::server::{Server, Site};
use crate::support::until;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn waits(subject: &str) -> Value {
    let mut graph = row(&[on("Begin"), ("wait", "wait.event", json!({"events": ["Go"], "timeout": "30d"})), mail(subject, "<p>t</p>")]);
    graph["edges"][1]["port"] = json!("event");
    graph
}

async fn post(server: &Server, path: &str, body: Value) -> Value {
    server.accepted(Method::POST, path, Some(&body)).await
}

#[tokio::test]
async fn publishing_is_shown_before_it_is_done_and_versions_come_back() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let first = post(&server, "/api/v1/journeys", json!({"name": "Waits", "slug": "waits", "graph": waits("one")})).await;
    let new = server.get("/api/v1/journeys/waits/preview").await;
    assert_eq!((&new["from"], &new["to"], &new["unchanged"]), (&Value::Null, &json!(1), &json!(false)), "{new}");
    assert_eq!(new["nodes"].as_array().unwrap().iter().filter(|node| node["change"] == "added").count(), 3, "{new}");
    post(&server, "/api/v1/journeys/waits/publish", json!({"note": "the first", "hash": new["hash"]})).await;
    assert_eq!(server.get("/api/v1/journeys/waits/preview").await["unchanged"], true);
    for user in ["ada", "bob"] {
        server.identify(user, json!({"email": format!("{user}@example.com")})).await;
        server.track(user, "Begin", json!({})).await;
    }
    let inside = async || server.get("/api/v1/journeys/waits/versions").await["data"][0]["inside"].clone();
    until("two inside", async || (inside().await == 2).then_some(())).await;

    let mut other = waits("two");
    other["nodes"].as_array_mut().unwrap().remove(1);
    other["edges"] = json!([{"from": "start", "port": "next", "to": "mail"}]);
    let saved = server.call_with(Method::PUT, "/api/v1/journeys/waits/draft", &other, ("if-match", "*")).await;
    let preview = server.get("/api/v1/journeys/waits/preview").await;
    let node = |name: &str| preview["nodes"].as_array().unwrap().iter().find(|node| node["node"] == name).unwrap();
    let told = |name: &str| (node(name)["change"].clone(), node(name)["people"].clone(), node(name)["fate"].clone());
    assert_eq!(told("wait"), (json!("removed"), json!(2), json!("stay")), "{preview}");
    assert_eq!(told("mail"), (json!("changed"), json!(0), json!("nobody")), "{preview}");
    assert_eq!(told("start").0, "rewired", "{preview}");
    assert_eq!((&preview["from"], &preview["to"], &preview["people"]), (&json!(1), &json!(2), &json!(2)), "{preview}");
    post(&server, "/api/v1/journeys/waits/publish", json!({})).await;
    let versions = server.get("/api/v1/journeys/waits/versions").await;
    let told =
        |n: usize| (versions["data"][n]["number"].clone(), versions["data"][n]["live"].clone(), versions["data"][n]["inside"].clone());
    assert_eq!((told(0), told(1)), ((json!(2), json!(true), json!(0)), (json!(1), json!(false), json!(2))), "{versions}");

    let path = "/api/v1/journeys/waits/versions/1/restore";
    assert_eq!(server.call(Method::POST, path, None).await.status, StatusCode::PRECONDITION_REQUIRED);
    let stale = server.call_with(Method::POST, path, &Value::Null, ("if-match", "\"1\"")).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{stale:?}");
    let etag = saved.headers["etag"].to_str().unwrap();
    let restored = server.call_with(Method::POST, path, &Value::Null, ("if-match", etag)).await;
    assert_eq!((restored.status, &restored.body["draft"]["nodes"]), (StatusCode::OK, &first["draft"]["nodes"]), "{restored:?}");
    let broken = row(&[on("Begin"), ("wait", "delay.for", json!({}))]);
    server.call_with(Method::PUT, "/api/v1/journeys/waits/draft", &broken, ("if-match", "*")).await;
    let wrong = server.get("/api/v1/journeys/waits/preview").await;
    assert_eq!((&wrong["hash"], &wrong["issues"][0]["node"]), (&Value::Null, &json!("wait")), "{wrong}");
}

fn scenario(name: &str, at: &str) -> Value {
    json!({
        "name": name, "start": "2026-03-02T10:00:00Z", "customer": {"user_id": "ada", "traits": {"email": "ada@example.com"}},
        "given": [{"at": at, "event": "Begin"}], "expect": {"runs": 1},
    })
}

#[tokio::test]
async fn scenarios_are_kept_with_their_journey_and_go_where_it_goes() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    post(&server, "/api/v1/journeys", json!({"name": "Waits", "slug": "waits", "description": "d", "graph": waits("one")})).await;
    let path = "/api/v1/journeys/waits/scenarios";
    let empty = server.call(Method::GET, path, None).await;
    assert_eq!((&empty.body["data"], empty.headers["etag"].to_str().unwrap()), (&json!([]), "\"0\""));
    let body = json!({"scenarios": [{"name": "b", "body": scenario("B", "0s")}, {"name": "a", "body": scenario("A", "+1h")}]});
    assert_eq!(server.call(Method::PUT, path, Some(&body)).await.status, StatusCode::PRECONDITION_REQUIRED);
    let kept = server.call_with(Method::PUT, path, &body, ("if-match", "\"0\"")).await;
    assert_eq!(
        (kept.status, &kept.body["data"][0]["name"], kept.headers["etag"].to_str().unwrap()),
        (StatusCode::OK, &json!("a"), "\"1\"")
    );
    assert_eq!(kept.body["data"][1]["body"], body["scenarios"][0]["body"]);
    let stale = server.call_with(Method::PUT, path, &body, ("if-match", "\"0\"")).await;
    assert_eq!((stale.status, &stale.body["code"]), (StatusCode::PRECONDITION_FAILED, &json!("stale")), "{stale:?}");
    for (list, pointer) in [
        (json!([{"name": "a", "body": scenario("A", "soon")}]), "/scenarios/0/body/given/0"),
        (json!([{"name": "A b", "body": scenario("A", "0s")}]), "/scenarios/0/name"),
        (json!([{"name": "a", "body": scenario("A", "0s")}, {"name": "a", "body": scenario("A", "0s")}]), "/scenarios/1/name"),
    ] {
        let odd = server.call_with(Method::PUT, path, &json!({ "scenarios": list }), ("if-match", "*")).await;
        assert_eq!((odd.status, &odd.body["errors"][0]["pointer"]), (StatusCode::BAD_REQUEST, &json!(pointer)), "{odd:?}");
    }

    let copy = post(&server, "/api/v1/journeys/waits/duplicate", json!({})).await;
    assert_eq!((&copy["name"], &copy["slug"], &copy["status"]), (&json!("Waits 2"), &json!("waits-2"), &json!("draft")), "{copy}");
    assert_eq!(server.get("/api/v1/journeys/waits-2/scenarios").await["data"].as_array().unwrap().len(), 2);
    assert_eq!(copy["draft"], server.get("/api/v1/journeys/waits").await["draft"]);

    let away = post(&server, "/api/v1/journeys/waits-2/archive", json!({})).await;
    assert_eq!(away["status"], "archived");
    assert_eq!(server.get("/api/v1/journeys").await["data"].as_array().unwrap().len(), 1);
    let out = post(&server, "/api/v1/journeys/waits-2/unarchive", json!({})).await;
    assert_eq!((&out["status"], &out["slug"]), (&json!("draft"), &json!("waits-2")), "{out}");
    post(&server, "/api/v1/journeys/waits/publish", json!({})).await;
    assert_eq!(server.call(Method::POST, "/api/v1/journeys/waits/archive", None).await.status, StatusCode::CONFLICT);
    post(&server, "/api/v1/journeys/waits/stop", json!({"people": "exit"})).await;
    post(&server, "/api/v1/journeys/waits/archive", json!({})).await;
    assert_eq!(post(&server, "/api/v1/journeys/waits/unarchive", json!({})).await["status"], "stopped");
}

#[tokio::test]
async fn people_are_counted_by_a_predicate_and_taken_into_a_dry_run() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    for n in 0..40 {
        let country = if n % 4 == 0 { "DE" } else { "FR" };
        server
            .identify(&format!("user-{n}"), json!({"email": format!("u{n}@example.com"), "name": format!("Name {n}"), "country": country}))
            .await;
    }
    for n in [0, 1, 2] {
        server.track(&format!("user-{n}"), "Order Completed", json!({"total": 10 * n})).await;
    }
    until("40 people", async || {
        let page = server.get("/api/v1/customers?limit=200").await;
        (page["data"].as_array().unwrap().len() == 40).then_some(())
    })
    .await;
    let german = json!({"fact": "customer.country", "is": "eq", "value": "DE"});
    let ordered = json!({"event": "Order Completed", "count": {"gte": 1}, "within": "30d"});
    let count = async |predicate: &Value| post(&server, "/api/v1/audience", json!({"predicate": predicate, "sample": 3})).await;
    let germans = count(&german).await;
    assert_eq!((&germans["count"], &germans["of"], &germans["exact"]), (&json!(10), &json!(40), &json!(true)), "{germans}");
    assert_eq!(germans["sample"].as_array().unwrap().len(), 3, "{germans}");
    assert!(germans["sample"][0]["email"].as_str().unwrap().ends_with("@example.com"), "{germans}");
    until("the orders", async || (count(&ordered).await["count"] == 3).then_some(())).await;
    assert_eq!(count(&json!({"all": [german, ordered]})).await["count"], 1);
    post(&server, "/api/v1/segments", json!({"name": "buyers", "predicate": ordered})).await;
    until("the segment", async || (count(&json!({"segment": "buyers"})).await["count"] == 3).then_some(())).await;
    for (predicate, pointer) in [
        (json!({"fact": "event.properties.total", "is": "gt", "value": 1}), "/predicate/fact"),
        (json!({"all": [{"fact": "customer.country", "is": "like", "value": 1}]}), "/predicate/all/0/is"),
    ] {
        let odd = server.call(Method::POST, "/api/v1/audience", Some(&json!({ "predicate": predicate }))).await;
        assert_eq!((odd.status, &odd.body["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(pointer)), "{odd:?}");
    }

    let found = server.get("/api/v1/customers?q=user-3").await;
    assert_eq!(found["data"].as_array().unwrap().len(), 11, "{found}");
    let one = server.get("/api/v1/customers?user_id=user-1").await["data"][0]["id"].as_str().unwrap().to_owned();
    let facts = server.get(&format!("/api/v1/customers/{one}/facts")).await;
    assert_eq!((&facts["member_of"], &facts["history_complete"]), (&json!(["buyers"]), &json!(true)), "{facts}");
    // What it says is a scenario as it stands: a journey for the next order counts the one before.
    let graph = row(&[
        on("Order Completed"),
        (
            "often",
            "condition.if",
            json!({"predicate": {"all": [
        {"event": "Order Completed", "count": {"gte": 2}, "within": "30d"}, {"segment": "buyers"}]}}),
        ),
        ("end", "exit", json!({})),
    ]);
    let start = tradewind_nodes::time::Timestamp::parse(facts["history"][1]["at"].as_str().unwrap()).unwrap();
    let scenario = json!({
        "name": "him", "start": start.plus(tradewind_nodes::time::Duration::from_hours(1)), "customer": facts["customer"],
        "segments": facts["segments"], "history": facts["history"],
        "given": [{"at": "0s", "event": "Order Completed"}], "expect": {"steps": ["start", "often:yes", "end"]},
    });
    let scenario = tradewind_core::simulate::Scenario::parse(&scenario.to_string()).unwrap();
    let graph = serde_json::from_value(graph).unwrap();
    let played = tradewind_core::simulate::play("a", &graph, &tradewind_nodes::kinds::Registry::builtin(), &scenario).unwrap();
    assert_eq!(played.failures, Vec::<String>::new());
}
