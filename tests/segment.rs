//! Segment's own client library, unchanged, pointed at our server.

use crate::support::graphs::{mail, on, row};
use crate::support::server::Site;
use crate::support::until;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// Runs tests/segment/send.js; what the library reported.
fn send(address: &str, key: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/segment");
    assert!(folder.join("node_modules/@segment/analytics-node").is_dir(), "Segment's client is not there: run `make prepare` once");
    let output =
        Command::new("node").arg("send.js").arg(format!("http://{address}")).arg(key).current_dir(&folder).output().expect("node starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the script prints JSON")
}

#[tokio::test]
async fn segments_own_client_works_unchanged() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let greeting = mail("{{event.name}}: {{event.properties.quantity}} for {{customer.traits.plan}}", "<p>{{customer.traits.name}}</p>");
    server.publish("cart", &row(&[on("Product Added"), greeting])).await;
    server.publish("last", &row(&[on("Sent After Segment"), mail("last", "<p>The last.</p>")])).await;

    let (address, key) = (server.address.to_string(), server.key.clone());
    let reported = tokio::task::spawn_blocking(move || send(&address, &key)).await.unwrap();
    assert_eq!(reported["errors"], json!([]));
    // The library calls back in no particular order, but sends in the order of the calls: the mail below knows the plan.
    let mut delivered: Vec<&str> = reported["delivered"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    delivered.sort_unstable();
    assert_eq!(delivered, ["alias", "group", "identify", "page", "track", "track"]);

    server.track("segment-user-1", "Sent After Segment", json!({})).await;
    let mails = until("the last mail", async || {
        Some(server.mails("ada@example.com").await).filter(|mails| mails.iter().any(|mail| mail["subject"] == "last"))
    })
    .await;
    // The second `Product Added` had the message id of the first.
    let subjects: Vec<&str> = mails.iter().filter_map(|mail| mail["subject"].as_str()).filter(|subject| *subject != "last").collect();
    assert_eq!(subjects, ["Product Added: 2 for pro"]);

    let events = server.events("segment-user-1").await;
    for name in ["Identified", "Product Added", "Page Viewed", "Group Joined", "Aliased"] {
        assert_eq!(events.iter().filter(|event| event["name"] == name).count(), 1, "{name} in {events:?}");
    }
}

#[tokio::test]
async fn a_wrong_write_key_is_told_to_the_client() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let address = server.address.to_string();
    let reported = tokio::task::spawn_blocking(move || send(&address, "tw_wrong")).await.unwrap();
    assert_eq!(reported["delivered"], json!([]));
    assert!(!reported["errors"].as_array().unwrap().is_empty(), "{reported}");
}
