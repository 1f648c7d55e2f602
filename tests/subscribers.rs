//! What the people do whom a shop writes to: open its mails, unsubscribe, and belong to segments.

use crate::support::graphs::{on, row};
use crate::support::server::{Server, Site};
use crate::support::until;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn marketing(subject: &str) -> (&'static str, &'static str, Value) {
    (
        "mail",
        "email.send",
        json!({"subject": subject, "html": "<p>Ours is the best. <a href=\"{{unsubscribe_url}}\">Stop</a></p>", "purpose": "marketing"}),
    )
}

async fn consenting(server: &Server, user: &str) {
    let consent = json!([{"channel": "email", "status": "granted", "source": "form"}]);
    let body = json!({"user_id": user, "traits": {"email": format!("{user}@example.com")}, "consent": consent});
    server.accepted(Method::PUT, "/api/v1/customers", Some(&body)).await;
}

/// The path of the address that begins in `text` with what stands before `mark`, up to `end`.
fn path_of(text: &str, mark: &str, end: char) -> String {
    let at = text.find(mark).unwrap_or_else(|| panic!("no {mark} in {text}"));
    text[at..].split(end).next().unwrap().to_owned()
}

#[tokio::test]
async fn one_click_in_a_mail_program_ends_marketing() {
    // One click is promised over https only (RFC 8058).
    let mut site = Site::new(&[("PUBLIC_URL", "https://journeys.example.com")]);
    let server = site.start().await;
    server.publish("offers", &row(&[on("Offered"), marketing("An offer")])).await;
    consenting(&server, "ada").await;
    server.track("ada", "Offered", json!({})).await;
    let mail = server.mail("ada@example.com").await;
    let header = |name: &str| {
        let pairs = mail["headers"].as_array().into_iter().flatten();
        pairs.filter(|pair| pair[0] == name).find_map(|pair| pair[1].as_str()).unwrap_or_else(|| panic!("no {name} in {mail}")).to_owned()
    };
    assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let link = header("List-Unsubscribe");
    assert!(link.starts_with("<https://journeys.example.com/u/"), "{link}");
    let path = path_of(&link, "/u/", '>');
    // The link in the mail itself leads to the same place, in both of its parts.
    assert_eq!(path_of(mail["html"].as_str().unwrap(), "/u/", '"'), path);
    assert!(mail["text"].as_str().unwrap().contains(&path), "{mail}");

    // A program that only looks at the link unsubscribes nobody.
    let page = server.raw(Method::GET, &path, None, Vec::new()).await;
    assert!(page.status == StatusCode::OK && page.text.contains("<form"), "{page:?}");
    server.track("ada", "Offered", json!({})).await;
    until("the second offer", async || (server.mails("ada@example.com").await.len() == 2).then_some(())).await;

    let done = server.raw(Method::POST, &path, None, b"List-Unsubscribe=One-Click".to_vec()).await;
    assert_eq!(done.status, StatusCode::OK, "{done:?}");
    server.track("ada", "Offered", json!({})).await;
    let runs = until("three runs to their end", async || {
        let runs = server.get("/api/v1/runs?journey=offers").await["data"].as_array().unwrap().clone();
        (runs.iter().filter(|run| !run["ended_at"].is_null()).count() == 3).then_some(runs)
    })
    .await;
    let last = server.get(&format!("/api/v1/runs/{}", runs[0]["id"].as_str().unwrap())).await;
    assert!(last["steps"].to_string().contains("consent"), "{last}");
    assert_eq!(last["deliveries"], json!([]));
    assert_eq!(server.mails("ada@example.com").await.len(), 2);
    let customer = server.get("/api/v1/customers?user_id=ada").await["data"][0]["id"].as_str().unwrap().to_owned();
    let history = server.get(&format!("/api/v1/customers/{customer}/consents")).await;
    let newest = &history["data"][0];
    assert_eq!((&newest["status"], &newest["source"]), (&json!("withdrawn"), &json!("unsubscribe")), "{history}");
    let forged = server.raw(Method::POST, &path[..path.len() - 4], None, Vec::new()).await;
    assert_eq!(forged.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_opened_mail_is_an_event_once() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    server.publish("offers", &row(&[on("Offered"), marketing("An offer")])).await;
    let thanks = json!({"subject": "You looked", "html": "<p>At {{event.properties.node}}.</p>", "purpose": "transactional"});
    server.publish("opened", &row(&[on("Email Opened"), ("mail", "email.send", thanks)])).await;
    consenting(&server, "ada").await;
    server.track("ada", "Offered", json!({})).await;
    let mail = server.mail("ada@example.com").await;
    let pixel = path_of(mail["html"].as_str().unwrap(), "/o/", '"');
    for _ in 0..3 {
        let picture = server.raw(Method::GET, &pixel, None, Vec::new()).await;
        assert_eq!((picture.status, picture.kind.as_str()), (StatusCode::OK, "image/gif"));
    }
    let forged = server.raw(Method::GET, &pixel.replace("/o/", "/o/A"), None, Vec::new()).await;
    assert_eq!((forged.status, forged.kind.as_str()), (StatusCode::OK, "image/gif"));
    until("the mail about the opening", async || {
        server.mails("ada@example.com").await.iter().any(|mail| mail["subject"] == "You looked").then_some(())
    })
    .await;
    server.track("ada", "Last", json!({})).await;
    let events = until("the last event", async || {
        Some(server.events("ada").await).filter(|events| events.iter().any(|event| event["name"] == "Last"))
    })
    .await;
    let opened: Vec<&Value> = events.iter().filter(|event| event["name"] == "Email Opened").collect();
    assert!(opened.iter().any(|event| event["properties"]["node"] == "mail"), "{events:?}");
    assert_eq!(opened.len(), 1, "{events:?}");
}

#[tokio::test]
async fn a_new_segment_gets_those_who_belong_to_it_and_a_changed_one_others() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    for (user, plan) in [("ada", "pro"), ("bob", "free"), ("cem", "pro")] {
        server.identify(user, json!({"email": format!("{user}@example.com"), "plan": plan})).await;
    }
    until("the three", async || (server.get("/api/v1/customers").await["data"].as_array()?.len() == 3).then_some(())).await;
    let on_plan = |plan: &str| json!({"fact": "customer.traits.plan", "is": "eq", "value": plan});
    server.accepted(Method::POST, "/api/v1/segments", Some(&json!({"name": "payers", "predicate": on_plan("pro")}))).await;
    let members = async || {
        let page = server.get("/api/v1/segments/payers/members").await;
        let mut names: Vec<String> =
            page["data"].as_array()?.iter().filter_map(|member| member["user_id"].as_str().map(str::to_owned)).collect();
        names.sort();
        Some(names)
    };
    until("the payers", async || members().await.filter(|names| names == &["ada", "cem"])).await;
    assert_eq!(server.get("/api/v1/segments/payers").await["members"], 2);

    server.identify("bob", json!({"plan": "pro"})).await;
    until("bob among the payers", async || members().await.filter(|names| names == &["ada", "bob", "cem"])).await;
    server.identify("ada", json!({"plan": "free"})).await;
    server.accepted(Method::PUT, "/api/v1/segments/payers", Some(&json!({"predicate": on_plan("free")}))).await;
    until("who is free", async || members().await.filter(|names| names == &["ada"])).await;
    let wrong =
        server.call(Method::POST, "/api/v1/segments", Some(&json!({"name": "x", "predicate": {"fact": "customer.traits.plan"}}))).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
    assert!(wrong.body["errors"][0]["pointer"].as_str().unwrap().starts_with("/predicate"), "{wrong:?}");
}
