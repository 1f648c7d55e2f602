//! A disk that is full, and then is not. The limit of a file's size stands for it: every write to the database's log fails.

use crate::support::server::{Server, Site};
use crate::support::until;
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::process::Command;

/// How large a file of the server may become, as `prlimit` takes it.
fn limit(server: &Server, size: &str) {
    let (pid, size) = (format!("--pid={}", server.pid()), format!("--fsize={size}:"));
    assert!(Command::new("prlimit").args([pid, size]).status().expect("prlimit, of util-linux, is there").success());
}

async fn track(server: &Server) -> StatusCode {
    server.call(Method::POST, "/v1/track", Some(&json!({"userId": "u1", "event": "Seen"}))).await.status
}

#[tokio::test]
async fn a_full_disk_is_told_by_readyz_and_forgotten_once_there_is_room() {
    let mut site = Site::new(&[]);
    let server = site.start_ignoring("XFSZ").await;
    assert_eq!(track(&server).await, StatusCode::OK);

    limit(&server, "4096");
    assert_eq!(track(&server).await, StatusCode::SERVICE_UNAVAILABLE);
    let told = server.call(Method::GET, "/readyz", None).await;
    assert_eq!(told.status, StatusCode::SERVICE_UNAVAILABLE, "{told:?}");
    assert_eq!(told.body["status"], "not ready");
    assert!(told.body["database"].as_str().unwrap().contains("the database is not available"), "{told:?}");

    limit(&server, "unlimited");
    until("/readyz", async || (server.call(Method::GET, "/readyz", None).await.status == StatusCode::OK).then_some(())).await;
    assert_eq!(track(&server).await, StatusCode::OK);
    until("both events", async || (server.events("u1").await.len() == 2).then_some(())).await;
}
