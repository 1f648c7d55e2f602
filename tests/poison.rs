//! One poisoned run never stops another: what fails for one person is that person's incident.

use crate::support::graphs::{mail, on, row};
use crate::support::server::{Server, Site};
use crate::support::until;
use serde_json::{Value, json};

async fn healthy(server: &Server) {
    server.publish("healthy", &row(&[on("Healthy"), mail("well", "<p>{{event.properties.n}}</p>")])).await;
    server.identify("healthy", json!({"email": "healthy@example.com"})).await;
}

/// Sends an event through the healthy journey and waits for its mail.
async fn still_well(server: &Server, n: usize) {
    server.track("healthy", "Healthy", json!({"n": n})).await;
    until(&format!("healthy mail {n}"), async || (server.mails("healthy@example.com").await.len() >= n).then_some(())).await;
}

async fn incident(server: &Server, slug: &str) -> Value {
    until(&format!("an incident of {slug}"), async || server.incidents(slug).await.into_iter().next()).await
}

#[tokio::test]
async fn a_template_that_fails_for_one_customer_fails_for_him_alone() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    server.publish("greet", &row(&[on("Signed Up"), mail("Dear {{customer.traits.first_name}}", "<p>Welcome.</p>")])).await;
    server.identify("nameless", json!({"email": "nameless@example.com"})).await;
    server.identify("ada", json!({"email": "ada@example.com", "first_name": "Ada"})).await;
    server.track("nameless", "Signed Up", json!({})).await;
    server.track("ada", "Signed Up", json!({})).await;

    assert_eq!(server.mail("ada@example.com").await["subject"], "Dear Ada");
    let incident = incident(&server, "greet").await;
    assert_eq!(incident["node"], "mail");
    assert!(incident["problem"].to_string().contains("first_name"), "{incident}");
    assert!(server.mails("nameless@example.com").await.is_empty());
}

#[tokio::test]
async fn an_address_that_is_none_is_an_incident_with_the_field() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    healthy(&server).await;
    server.publish("greet", &row(&[on("Signed Up"), mail("Hello", "<p>Welcome.</p>")])).await;
    server.identify("odd", json!({"email": "not an address"})).await;
    server.track("odd", "Signed Up", json!({})).await;
    let incident = incident(&server, "greet").await;
    assert!(incident["problem"].to_string().contains("/to"), "{incident}");
    still_well(&server, 1).await;
}

#[tokio::test]
async fn an_endless_script_is_stopped_and_the_others_go_on() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    healthy(&server).await;
    let script = |source: &str| ("script", "script.run", json!({"source": source}));
    server.publish("endless", &row(&[on("Endless"), script("loop { }")])).await;
    server.publish("greedy", &row(&[on("Greedy"), script("let s = \"x\"; loop { s += s; }")])).await;
    server.publish("deep", &row(&[on("Deep"), script("fn f(n) { f(n + 1) } f(0)")])).await;
    for (n, (event, slug)) in [("Endless", "endless"), ("Greedy", "greedy"), ("Deep", "deep")].into_iter().enumerate() {
        server.track("healthy", event, json!({})).await;
        still_well(&server, n + 1).await;
        let incident = incident(&server, slug).await;
        assert_eq!(incident["node"], "script");
        assert!(incident["problem"]["code"].as_str().is_some_and(|code| code.starts_with("script.")), "{incident}");
    }
}

#[tokio::test]
async fn events_of_1970_and_2099_are_taken_and_harm_nobody() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    healthy(&server).await;
    for (n, year) in
        ["1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"].into_iter().enumerate()
    {
        let event = json!({"userId": "healthy", "event": "Dated", "timestamp": year, "properties": {}});
        let answer = server.call(reqwest::Method::POST, "/v1/track", Some(&event)).await;
        assert!(answer.status.is_success(), "{year}: {answer:?}");
        still_well(&server, n + 1).await;
    }
    let dated = server.events("healthy").await.into_iter().filter(|event| event["name"] == "Dated").count();
    assert_eq!(dated, 4);
}

#[tokio::test]
async fn a_journey_of_500_nodes_is_published_and_walked() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let names: Vec<String> = (0..498).map(|i| format!("if{i}")).collect();
    let always = json!({"predicate": {"fact": "event.name", "is": "eq", "value": "Long"}});
    let mut nodes = vec![on("Long")];
    nodes.extend(names.iter().map(|name| (name.as_str(), "condition.if", always.clone())));
    nodes.push(mail("arrived", "<p>After 498 conditions.</p>"));
    server.publish("long", &row(&nodes)).await;
    server.identify("walker", json!({"email": "walker@example.com"})).await;
    server.track("walker", "Long", json!({})).await;
    assert_eq!(server.mail("walker@example.com").await["subject"], "arrived");
}
