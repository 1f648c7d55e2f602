//! Recipes, kinds of one's own, dead letters, and journeys that travel with their scenarios.

use crate::support::graphs::{mail, on, row};
use crate::support::server::{Server, Site};
use crate::support::until;
use crate::tidy::root;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use tradewind_store::{Batch, Db, DbSettings, Expect};

async fn post(server: &Server, path: &str, body: Value) -> Value {
    server.accepted(Method::POST, path, Some(&body)).await
}

#[tokio::test]
async fn a_recipe_becomes_a_draft_that_can_be_published() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let gallery = server.get("/api/v1/recipes").await;
    let recipes = gallery["data"].as_array().unwrap();
    assert!(recipes.len() >= 8 && gallery["categories"][0]["names"]["ar"].is_string(), "{gallery}");
    for recipe in recipes {
        let slug = recipe["slug"].as_str().unwrap();
        assert!(recipe["texts"]["ja"]["name"].is_string() && recipe["graph"]["nodes"].is_array(), "{recipe}");
        let copy = post(&server, &format!("/api/v1/recipes/{slug}/copy"), json!({})).await;
        assert_eq!((&copy["slug"], &copy["status"]), (&json!(slug), &json!("draft")), "{copy}");
        let kept = server.get(&format!("/api/v1/journeys/{slug}/scenarios")).await;
        assert_eq!(kept["data"].as_array().unwrap().len(), recipe["scenarios"], "{slug}");
        post(&server, &format!("/api/v1/journeys/{slug}/publish"), json!({})).await;
    }
    let again = post(&server, "/api/v1/recipes/welcome/copy", json!({"language": "ja", "name": "ようこそ"})).await;
    assert_eq!((&again["slug"], &again["name"]), (&json!("welcome-2"), &json!("ようこそ")), "{again}");
    let whole = server.get("/api/v1/recipes/welcome").await;
    let node = &again["draft"]["nodes"][0];
    assert_eq!(node["label"], whole["texts"]["ja"]["steps"][node["id"].as_str().unwrap()], "{node}");
    assert!(whole["readme"].as_str().unwrap().starts_with("# ") && whole["tests"][0]["body"]["expect"].is_object());
    let none = server.call(Method::POST, "/api/v1/recipes/nothing/copy", Some(&json!({}))).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_kind_is_checked_with_line_and_column_and_names_who_uses_it() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let source = std::fs::read_to_string(root().join("examples/scripts/loyalty-tier.rhai")).unwrap();
    let check = async |source: &str| post(&server, "/api/v1/kinds/check", json!({ "source": source })).await;
    let good = check(&source).await;
    assert_eq!((&good["valid"], &good["spec"]["name"]), (&json!(true), &json!("shop.loyalty_tier")), "{good}");
    let line = 1 + source.lines().position(|line| line.contains("fn step()")).unwrap();
    let bad = check(&source.replace("fn step() {", "fn step() { let = ")).await;
    assert_eq!((&bad["valid"], &bad["spec"], &bad["issues"][0]["line"]), (&json!(false), &Value::Null, &json!(line)), "{bad}");
    assert!(bad["issues"][0]["column"].as_u64().unwrap() > 10, "{bad}");
    let manifest = check("/* tradewind {\n  \"name\": \"a.b\",\n  \"label\": 7\n} */\nfn step() {}").await;
    assert_eq!((&manifest["issues"][0]["line"], &manifest["issues"][0]["column"]), (&json!(3), &json!(12)), "{manifest}");

    let path = "/api/v1/kinds/shop.loyalty_tier";
    server.accepted(Method::PUT, path, Some(&json!({ "source": source }))).await;
    let files = server.get("/api/v1/kinds/files").await;
    assert_eq!((&files["data"][0]["name"], &files["data"][0]["family"]), (&json!("shop.loyalty_tier"), &json!("condition")), "{files}");
    let mut graph = row(&[on("E"), ("tier", "shop.loyalty_tier", json!({"gold_from": 500})), mail("s", "<p>t</p>")]);
    let way = |port: &str| json!({"from": "tier", "port": port, "to": "mail"});
    graph["edges"] = json!([graph["edges"][0], way("gold"), way("silver"), way("basic")]);
    server.publish("tiers", &graph).await;
    assert_eq!(server.get(path).await["used_by"], json!(["tiers version 1"]));
    let used = server.call(Method::DELETE, path, None).await;
    assert_eq!(used.status, StatusCode::CONFLICT);
    assert!(used.body["detail"].as_str().unwrap().contains("tiers version 1"), "{used:?}");
}

#[tokio::test]
async fn a_changed_kind_ends_nobody_in_silence() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let path = "/api/v1/kinds/shop.ku";
    let put = async |version: u32, ports: Value, goes: &str| {
        let manifest = json!({"name": "shop.ku", "label": "KU", "family": "condition", "version": version, "ports": ports});
        let source = format!("/* tradewind {manifest} */\nfn step() {{ go({goes:?}) }}");
        server.call(Method::PUT, path, Some(&json!({ "source": source }))).await
    };
    let must = |name: &str| json!({"name": name, "required": true});
    assert_eq!(put(3, json!([must("hot"), must("cold"), "spare"]), "cold").await.status, StatusCode::OK);
    let record = |event: &str| json!({"id": event, "kind": "event.record", "config": {"event": event}});
    let edge = |from: &str, port: &str, to: &str| json!({"from": from, "port": port, "to": to});
    let graph = json!({
        "nodes": [
            {"id": "start", "kind": "trigger.event", "config": {"events": ["KU"]}}, {"id": "ku", "kind": "shop.ku", "config": {}},
            record("old"), record("hot"),
        ],
        "edges": [edge("start", "next", "ku"), edge("ku", "cold", "old"), edge("ku", "hot", "hot")],
    });
    server.publish("kind-up", &graph).await;

    let refused = async |version: u32, ports: Value, says: &str| {
        let answer = put(version, ports, "cold").await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (StatusCode::CONFLICT, Some("in_use")), "{answer:?}");
        assert!(answer.body["detail"].as_str().unwrap().contains(says), "{says}: {answer:?}");
    };
    refused(4, json!([must("hot"), must("lukewarm")]), "kind-up version 1: ku goes on by cold").await;
    refused(4, json!([must("hot"), must("cold"), must("spare")]), "ku has no way on by spare").await;
    refused(4, json!([must("hot"), must("cold"), "lukewarm"]), "ku has no way on by lukewarm").await;
    refused(2, json!([must("hot"), must("cold"), "spare"]), "version 3 and this file version 2").await;
    // A way that was joined to nothing may go, and a new one that must lead somewhere may come: who goes by it is held.
    assert_eq!(put(4, json!([must("hot"), must("cold"), must("lukewarm")]), "lukewarm").await.status, StatusCode::OK);
    server.identify("ada", json!({})).await;
    server.track("ada", "KU", json!({})).await;
    let held = until("an incident", async || server.incidents("kind-up").await.pop()).await;
    assert_eq!(held["problem"]["code"], "run.open_port", "{held}");
    assert_eq!(put(5, json!([must("hot"), must("cold"), must("lukewarm")]), "cold").await.status, StatusCode::OK);
    server.accepted(Method::POST, &format!("/api/v1/runs/{}/retry", held["run"].as_str().unwrap()), Some(&json!({}))).await;
    let recorded = async || server.get("/api/v1/events?name=old").await["data"].as_array().unwrap().first().cloned();
    until("the event of the way that was joined", recorded).await;
}

async fn put_aside(site: &Site, letters: &[(&str, &str)]) {
    let db = Db::open(DbSettings::new(format!("sqlite:{}", site.folder().join("tradewind.db").display()))).await.unwrap();
    let workspace = db.query("SELECT id FROM workspaces LIMIT 1", Vec::new()).await.unwrap()[0].uuid(0).unwrap();
    let mut batch = Batch::new();
    for (n, (kind, body)) in letters.iter().enumerate() {
        let sql =
            "INSERT INTO dead_letters (id, workspace_id, shard, kind, body, problem, at) VALUES ($1, $2, 0, $3, $4, 'it broke off', 1)";
        let id = uuid::Uuid::from_u128(n as u128 + 1);
        batch.execute(sql, vec![id.into(), workspace.into(), (*kind).into(), (*body).into()], Expect::Rows(1));
    }
    db.commit(batch).await.unwrap();
    db.close().await;
}

#[tokio::test]
async fn a_dead_letter_is_routed_again_or_dropped() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    server.identify("ada", json!({"email": "ada@example.com"})).await;
    let ada = until("ada", async || server.get("/api/v1/customers?user_id=ada").await["data"][0]["id"].as_str().map(str::to_owned)).await;
    drop(server);
    // A letter as the engine writes it when it cannot route a row; nothing from outside makes one.
    let profile = json!({"kind": "profile", "customer": ada, "user_id": "ada", "traits": {"plan": "pro"}, "consent": []});
    put_aside(&site, &[("profile", &profile.to_string()), ("event", "{\"kind\": \"dance\"}"), ("event", "no JSON")]).await;
    let server = site.start().await;
    let letters = async |query: &str| server.get(&format!("/api/v1/dead-letters{query}")).await["data"].as_array().unwrap().clone();
    assert_eq!(letters("").await.len(), 3);
    assert_eq!(server.get("/api/v1/status").await["dead_letters"]["count"], 3);
    let profiles = letters("?kind=profile").await;
    assert_eq!((profiles.len(), &profiles[0]["body"]["traits"]["plan"]), (1, &json!("pro")), "{profiles:?}");
    let retry = format!("/api/v1/dead-letters/{}/retry", profiles[0]["id"].as_str().unwrap());
    assert_eq!(server.call(Method::POST, &retry, None).await.status, StatusCode::ACCEPTED);
    until("the trait", async || {
        let customer = server.get(&format!("/api/v1/customers/{ada}")).await;
        (customer["traits"]["plan"] == "pro").then_some(())
    })
    .await;
    assert_eq!(server.call(Method::POST, &retry, None).await.status, StatusCode::NOT_FOUND);
    let left = post(&server, "/api/v1/dead-letters/bulk", json!({"filter": {}, "action": "retry"})).await;
    assert_eq!(left, json!({"done": 0, "left": 2}));
    let older = letters("").await.remove(1);
    let newer_kept = json!({"filter": {"up_to": older["id"]}, "action": "retry"});
    assert_eq!(post(&server, "/api/v1/dead-letters/bulk", newer_kept).await, json!({"done": 0, "left": 1}));
    let one = letters("").await.remove(0);
    let path = format!("/api/v1/dead-letters/{}", one["id"].as_str().unwrap());
    assert_eq!(server.call(Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    let dropped = post(&server, "/api/v1/dead-letters/bulk", json!({"filter": {"kind": "event"}, "action": "drop"})).await;
    assert_eq!(dropped, json!({"done": 1, "left": 0}));
    assert!(letters("").await.is_empty());
}

fn journey(folder: &Path, server: &Server, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradewind"));
    command.current_dir(folder).arg("journey").args(arguments);
    command.env("TRADEWIND_URL", format!("http://{}", server.address)).env("TRADEWIND_KEY", &server.key);
    let done = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{arguments:?}: {said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journey_travels_with_its_scenarios() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let recipe = root().join("examples/recipes/vip");
    let from = recipe.join("journey.json");
    let said = tokio::task::block_in_place(|| journey(&recipe, &server, &["push", from.to_str().unwrap()]));
    assert!(said.contains("scenarios with"), "{said}");
    let slug = serde_json::from_str::<Value>(&std::fs::read_to_string(&from).unwrap()).unwrap()["slug"].as_str().unwrap().to_owned();
    let kept = server.get(&format!("/api/v1/journeys/{slug}/scenarios")).await;
    assert!(kept["data"].as_array().unwrap().len() >= 7, "{kept}");
    let again = tokio::task::block_in_place(|| journey(&recipe, &server, &["push", from.to_str().unwrap()]));
    assert!(!again.contains("scenarios with"), "{again}");
    let folder = site.folder().join("pulled");
    std::fs::create_dir_all(&folder).unwrap();
    let to = folder.join("journey.json");
    tokio::task::block_in_place(|| journey(&folder, &server, &["pull", &slug, "--output", to.to_str().unwrap()]));
    for scenario in kept["data"].as_array().unwrap() {
        let path = folder.join(format!("{}.test.json", scenario["name"].as_str().unwrap()));
        assert_eq!(serde_json::from_str::<Value>(&std::fs::read_to_string(path).unwrap()).unwrap(), scenario["body"]);
    }
}
