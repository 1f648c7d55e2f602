//! One owner of a database: a second server waits or is told who the first is, and a standby goes on where an owner ended.

use crate::support::graphs::{on, row};
use crate::support::receiver::Receiver;
use crate::support::server::{Server, Site};
use crate::support::{postgres, until};
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tradewind_store::{Db, DbSettings};

const LOCAL: (&str, &str) = ("WEBHOOKS_ALLOW_PRIVATE", "127.0.0.0/8");
/// Ends the session by which this process holds the lock of its database, as a failing network would.
fn cut(url: &str, pid: u32) {
    let sql = format!(
        "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' \
         AND l.granted AND l.classid = 1416782180 AND a.datname = current_database() AND a.application_name LIKE '%process {pid} %'"
    );
    postgres::run_sql(url, &sql);
}

/// One site on SQLite, one on PostgreSQL.
fn sites() -> [Site; 2] {
    let url = postgres::fresh_database();
    [Site::new(&[LOCAL]), Site::new(&[LOCAL, ("DATABASE", &url)])]
}

/// Everybody who orders is told to the receiver, after `delay`.
async fn tells(server: &Server, receiver: &Receiver, delay: &str) {
    let ask = json!({"url": format!("http://{}/", receiver.address), "attempts": 3, "json": {"order": "{{event.properties.order}}"}});
    let graph = row(&[on("Ordered"), ("wait", "delay.for", json!({"duration": delay})), ("tell", "http.request", ask)]);
    server.publish("tells", &graph).await;
}

async fn order(server: &Server, count: usize) {
    for n in 0..count {
        server.track(&format!("u{n}"), "Ordered", json!({"order": n})).await;
    }
}

/// Waits until `count` deliveries are sent, and asserts that the receiver saw each once.
async fn told_once(server: &Server, receiver: &Receiver, count: usize) {
    until("every delivery", async || {
        let page = server.get("/api/v1/deliveries?state=sent&limit=200").await;
        (page["data"].as_array().unwrap().len() >= count).then_some(())
    })
    .await;
    let keys = receiver.keys();
    let distinct: BTreeSet<&String> = keys.iter().collect();
    assert_eq!((keys.len(), distinct.len()), (count, count), "{keys:?}");
}

/// What a program that fails at the start says.
fn failed(site: &Site, arguments: &[&str]) -> (String, Duration) {
    let mut command = site.command(arguments);
    let begun = Instant::now();
    let output = command.stderr(Stdio::piped()).output().unwrap();
    assert!(!output.status.success(), "{output:?}");
    (String::from_utf8_lossy(&output.stderr).into_owned(), begun.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_is_told_who_the_first_is() {
    for mut site in sites() {
        let first = site.start().await;
        let (told, waited) = tokio::task::block_in_place(|| failed(&site, &["serve"]));
        let host = hostname::get().unwrap().to_string_lossy().into_owned();
        for part in [&format!("process {}", first.pid()), "127.0.0.1:0", host.get(..8).unwrap_or(&host), "since 20", "--standby"] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!((5..15).contains(&waited.as_secs()), "{waited:?}");
        assert_eq!(first.get("/readyz").await["status"], "ready");
    }
}

#[tokio::test]
async fn commands_work_beside_a_server_and_change_no_schema() {
    for mut site in sites() {
        let (told, _) = failed(&site, &["keys", "list"]);
        assert!(told.contains("tradewind serve"), "{told}");
        assert!(!site.folder().join("tradewind.db").exists(), "a command made a database");
        let server = site.start().await;
        let said = |arguments: &[&str]| {
            let output = site.command(arguments).output().unwrap();
            (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let (good, listed) = said(&["keys", "list"]);
        assert!(good && listed.contains("first key"), "{listed}");
        let (_, report) = said(&["doctor"]);
        assert!(report.contains(&format!("process {}", server.pid())), "{report}");
        let (told, _) = failed(&site, &["migrate"]);
        assert!(told.contains(&format!("process {}", server.pid())), "{told}");
        assert_eq!(server.get("/readyz").await["status"], "ready");
    }
}

#[tokio::test]
async fn a_restart_may_overlap() {
    for mut site in sites() {
        let first = site.start().await;
        let mut next = site.launch(site.command(&["serve"]));
        next.says("Waiting for 5 s").await;
        first.signal("TERM");
        let next = site.ready(next).await;
        assert_eq!(next.get("/readyz").await["status"], "ready");
    }
}

#[tokio::test]
async fn a_standby_serves_within_two_seconds_of_a_kill_and_nothing_is_sent_twice() {
    for mut site in sites() {
        let receiver = Receiver::start(StatusCode::OK).await;
        let first = site.start().await;
        tells(&first, &receiver, "2s").await;
        order(&first, 30).await;
        let runs = async || first.get("/api/v1/runs?journey=tells&limit=200").await["data"].as_array().unwrap().len();
        until("everybody inside", async || (runs().await == 30).then_some(())).await;
        let mut next = site.launch(site.command(&["serve", "--standby"]));
        next.says("Standing by").await;
        let begun = Instant::now();
        first.kill();
        let next = site.ready(next).await;
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        told_once(&next, &receiver, 30).await;
    }
}

#[tokio::test]
async fn an_owner_whose_lock_is_cut_finishes_what_it_sends_and_leaves_the_rest_to_the_next() {
    let url = postgres::fresh_database();
    let mut site = Site::new(&[LOCAL, ("DATABASE", &url)]);
    let receiver = Receiver::start(StatusCode::OK).await;
    let mut first = site.start().await;
    tells(&first, &receiver, "1s").await;
    let mut next = site.launch(site.command(&["serve", "--standby"]));
    next.says("Standing by").await;
    // Requests are under way when the lock goes, and wait for their answers.
    receiver.answer(false);
    order(&first, 30).await;
    until("requests under way", async || (!receiver.keys().is_empty()).then_some(())).await;
    let (owner, settings) = (format!("process {}", first.pid()), DbSettings::new(&url));
    until("another owner", async || {
        // The first takes it again when it is quicker than the other.
        cut(&url, first.pid());
        Db::owner(&settings).await.unwrap().filter(|by| !by.contains(&owner))
    })
    .await;
    receiver.answer(true);
    let status = first.ended().await;
    assert_eq!(status.code(), Some(1), "an owner that lost the database ends as a failure");
    let next = site.ready(next).await;
    told_once(&next, &receiver, 30).await;
}

#[tokio::test]
async fn an_owner_whose_lock_is_cut_goes_on_when_nobody_else_wants_the_database() {
    let url = postgres::fresh_database();
    let mut site = Site::new(&[LOCAL, ("DATABASE", &url)]);
    let server = site.start().await;
    cut(&url, server.pid());
    let settings = DbSettings::new(&url);
    let ours = format!("process {}", server.pid());
    until("the lock again", async || Db::owner(&settings).await.unwrap().filter(|by| by.contains(&ours))).await;
    server.identify("ada", json!({"email": "ada@example.com"})).await;
    assert_eq!(server.call(Method::GET, "/readyz", None).await.status, StatusCode::OK);
}
