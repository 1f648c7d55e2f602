//! Personal data through the API: a person is told what is kept about them, and erased while the program runs and is killed.

use crate::support::graphs::{mail, on, row};
use crate::support::server::{Server, Site};
use crate::support::until;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::Path;

const USER: &str = "zq-user-8801";
const ADDRESS: &str = "zq.mail.8802@example.com";
const NAME: &str = "Zqname8803";
const PROPERTY: &str = "zq-order-8804";
const NEEDLES: [&str; 4] = [USER, ADDRESS, NAME, PROPERTY];

/// What is found in the files of the database, its log included.
fn found(folder: &Path) -> Vec<&'static str> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let bytes: Vec<u8> = files.flat_map(|path| std::fs::read(path).unwrap()).collect();
    NEEDLES.into_iter().filter(|needle| bytes.windows(needle.len()).any(|window| window == needle.as_bytes())).collect()
}

/// A person who got a mail and waits in a journey; gives our id for them.
async fn known(server: &Server) -> String {
    let nap = ("nap", "delay.for", json!({"duration": "30d"}));
    server
        .publish(
            "thanks",
            &row(&[
                on("Ordered"),
                mail("Thanks {{customer.first_name}}", "<p>{{event.properties.order}}</p>"),
                nap,
                ("out", "exit", json!({})),
            ]),
        )
        .await;
    server.identify(USER, json!({"email": ADDRESS, "firstName": NAME})).await;
    server.track(USER, "Ordered", json!({"order": PROPERTY})).await;
    server.mail(ADDRESS).await;
    let found = server.get(&format!("/api/v1/customers?user_id={USER}")).await;
    found["data"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_customer_is_told_and_erased_and_comes_back_to_nothing() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let id = known(&server).await;
    let told = server.get(&format!("/api/v1/customers/{id}/export")).await;
    assert_eq!((&told["complete"], &told["customer"]), (&json!(true), &json!(id)), "{told}");
    for table in ["customers", "events", "runs", "steps", "deliveries", "mails"] {
        assert!(!told["tables"][table].as_array().unwrap().is_empty(), "{table}: {told}");
    }
    assert!(NEEDLES.iter().all(|needle| told.to_string().contains(needle)), "{told}");

    let asked = server.call(Method::DELETE, &format!("/api/v1/customers/{id}"), None).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{asked:?}");
    let place = format!("/api/v1/erasures/{}", asked.body["erasure"].as_str().unwrap());
    assert_eq!(asked.headers["location"], place.as_str());
    // Whatever it is in the middle of.
    server.kill();
    let server = site.start().await;
    let done = until("the certificate", async || Some(server.get(&place).await).filter(|erasure| erasure["state"] == "done")).await;
    let deleted = &done["certificate"]["deleted"];
    assert_eq!((&deleted["runs"], &deleted["mails"], &deleted["deliveries"]), (&json!(1), &json!(1), &json!(1)), "{done}");
    assert_eq!(found(site.folder()), [""; 0]);

    let gone = server.call(Method::GET, &format!("/api/v1/customers/{id}/export"), None).await;
    assert_eq!((gone.status, &gone.body["code"]), (StatusCode::GONE, &json!("erased")));
    let again = server.accepted(Method::DELETE, &format!("/api/v1/customers/{id}"), None).await;
    assert_eq!(again, asked.body, "the same erasure");
    let dropped = async || {
        let metrics = server.call(Method::GET, "/metrics", None).await.text;
        metrics.lines().find(|line| line.starts_with("tradewind_erased_dropped_total ")).map(str::to_owned)
    };
    server.track(USER, "Ordered", json!({"order": PROPERTY})).await;
    let counted: String = until("the late event", dropped).await;
    assert!(counted.ends_with(" 1"), "{counted}");
    let listed: Value = server.get(&format!("/api/v1/customers?user_id={USER}")).await;
    assert_eq!(listed["data"], json!([]), "{listed}");
    assert_eq!(server.mails(ADDRESS).await, [Value::Null; 0]);
}

#[tokio::test]
async fn who_is_not_known_cannot_be_erased() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    for path in ["/api/v1/customers/00000000-0000-0000-0000-000000000007", "/api/v1/customers/7"] {
        let refused = server.call(Method::DELETE, path, None).await;
        assert!(refused.status.is_client_error(), "{refused:?}");
    }
    let nothing = server.call(Method::GET, "/api/v1/erasures/00000000-0000-0000-0000-000000000007", None).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND, "{nothing:?}");
}
