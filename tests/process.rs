//! The process: how it ends, and what does not end it.

use crate::support::graphs::{mail, on, row};
use crate::support::server::Site;
use crate::support::until;
use reqwest::Method;
use serde_json::json;
use std::process::Stdio;
use std::time::{Duration, Instant};

#[tokio::test]
async fn log_lines_that_cannot_be_written_stop_nothing() {
    let mut site = Site::new(&[("LOG_LEVEL", "trace")]);
    let mut command = site.command(&["serve"]);
    command.stderr(Stdio::piped());
    let mut starting = site.launch(command);
    // Whoever read the log has gone.
    drop(starting.stderr());
    let server = site.ready(starting).await;
    server.publish("hello", &row(&[on("Hello"), mail("Hello", "<p>Hello.</p>")])).await;
    server.identify("ada", json!({"email": "ada@example.com"})).await;
    server.track("ada", "Hello", json!({})).await;
    assert_eq!(server.mail("ada@example.com").await["subject"], "Hello");
    let metrics = server.call(Method::GET, "/metrics", None).await.text;
    let dropped = metrics.lines().find_map(|line| line.strip_prefix("tradewind_log_lines_dropped_total ")).expect("they are counted");
    assert!(dropped.parse::<f64>().unwrap() > 0.0, "{dropped}");
}

#[tokio::test]
async fn a_hangup_is_ignored_and_a_half_sent_request_does_not_hold_the_stop() {
    let mut site = Site::new(&[("STOP_TIMEOUT", "2s")]);
    let mut server = site.start().await;
    server.signal("HUP");
    let half = tokio::net::TcpStream::connect(server.address).await.unwrap();
    half.try_write(b"POST /v1/track HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{").unwrap();
    until("an answer after the hangup", async || server.call(Method::GET, "/healthz", None).await.status.is_success().then_some(())).await;
    let begun = Instant::now();
    server.signal("TERM");
    let status = server.ended().await;
    assert!(status.success() && begun.elapsed() < Duration::from_secs(4), "{status} after {:?}", begun.elapsed());
}
