//! What the builder watches: the status, live streams, counts, people at nodes and ports, events.

use crate::support::graphs::{mail, on, row};
use crate::support::server::{Server, Site};
use crate::support::until;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// On "Begin" people wait for "Go" and then get a mail.
fn waits() -> Value {
    let mut graph = row(&[on("Begin"), ("wait", "wait.event", json!({"events": ["Go"], "timeout": "30d"})), mail("gone on", "<p>t</p>")]);
    graph["edges"][1]["port"] = json!("event");
    graph
}

async fn begin(server: &Server, users: &[&str]) {
    for user in users {
        server.identify(user, json!({"email": format!("{user}@example.com"), "name": format!("{user} Lovelace")})).await;
        server.track(user, "Begin", json!({"order": {"total": 62.5}, "by": user})).await;
    }
}

/// Waits until the counts of the journey `waits` are as wanted.
async fn counts(server: &Server, query: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/api/v1/journeys/waits/counts{query}");
    until(&format!("the counts at {path}"), async || Some(server.get(&path).await).filter(|counts| wanted(counts))).await
}

fn node<'a>(counts: &'a Value, name: &str) -> &'a Value {
    counts["nodes"].as_array().unwrap().iter().find(|node| node["node"] == name).unwrap_or(&Value::Null)
}

#[tokio::test]
async fn people_are_counted_and_found_where_they_stand_and_where_they_passed() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    server.publish("waits", &waits()).await;
    begin(&server, &["ada", "bob", "cem"]).await;
    counts(&server, "", |counts| node(counts, "wait")["waiting"] == 3).await;
    server.track("ada", "Go", json!({})).await;
    let seen = counts(&server, "?since=24h", |counts| counts["inside"] == 2).await;
    assert_eq!((&seen["entered"], &seen["exact"]), (&json!(3), &json!(true)), "{seen}");
    assert_eq!(node(&seen, "wait")["ports"], json!([{"port": "event", "passed": 1}]), "{seen}");
    assert_eq!(node(&seen, "start")["ports"][0]["passed"], 3, "{seen}");
    let none = counts(&server, "?version=2", |_| true).await;
    assert_eq!((&none["inside"], &none["nodes"]), (&json!(0), &json!([])), "{none}");
    let past = counts(&server, "?until=2020-01-01", |_| true).await;
    assert_eq!((&past["entered"], &past["inside"]), (&json!(0), &json!(2)), "{past}");

    let runs = async |query: &str| {
        let page = server.get(&format!("/api/v1/runs?journey=waits&{query}")).await;
        page["data"].as_array().unwrap().clone()
    };
    let standing = runs("node=wait&inside=true").await;
    assert_eq!(standing.len(), 2, "{standing:?}");
    assert!(standing.iter().all(|run| run["state"] == "awaiting" && run["title"] == "Wait for an event"), "{standing:?}");
    assert!(standing.iter().any(|run| run["person"]["name"] == "bob Lovelace" && run["person"]["user_id"] == "bob"), "{standing:?}");
    let page = server.get("/api/v1/runs?journey=waits&node=wait&inside=true&limit=1").await;
    let next = page["next_cursor"].as_str().unwrap();
    let rest = server.get(&format!("/api/v1/runs?journey=waits&node=wait&inside=true&limit=1&cursor={next}")).await;
    assert_eq!(rest["has_more"], false, "{rest}");
    assert_ne!(rest["data"][0]["id"], page["data"][0]["id"]);

    let passed = runs("passed=wait:event").await;
    assert_eq!((passed.len(), &passed[0]["person"]["user_id"]), (1, &json!("ada")), "{passed:?}");
    assert_eq!(runs("passed=wait:timeout").await, Vec::<Value>::new());
    assert_eq!(runs("passed=start:next&since=1h").await.len(), 3);
    assert_eq!(runs("until=1h").await.len(), 0);
    let odd = server.call(Method::GET, "/api/v1/runs?passed=wait", None).await;
    assert_eq!((odd.status, &odd.body["errors"][0]["pointer"]), (StatusCode::BAD_REQUEST, &json!("?passed")), "{odd:?}");
}

#[tokio::test]
async fn the_list_of_journeys_is_searched_sorted_and_counted() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    for (name, slug) in [("Beta 50%", "beta"), ("Alpha", "alpha"), ("Waits", "waits")] {
        server.accepted(Method::POST, "/api/v1/journeys", Some(&json!({"name": name, "slug": slug, "graph": waits()}))).await;
    }
    server.accepted(Method::POST, "/api/v1/journeys/waits/publish", Some(&json!({}))).await;
    begin(&server, &["ada", "bob"]).await;
    let list = async |query: &str| server.get(&format!("/api/v1/journeys?{query}")).await;
    let names = |page: &Value| page["data"].as_array().unwrap().iter().map(|journey| journey["slug"].clone()).collect::<Vec<_>>();
    let found = until("two people inside", async || {
        let page = list("q=wai").await;
        (page["data"][0]["inside"] == 2).then(|| page["data"][0].clone())
    })
    .await;
    assert_eq!((&found["people"], &found["changed"]), (&json!({"awaiting": 2}), &json!(false)), "{found}");
    assert_eq!((found["entered"].as_array().unwrap().len(), &found["entered"][13]), (14, &json!(2)), "{found}");
    assert_eq!(names(&list("q=50%25").await), ["beta"]);
    assert_eq!(names(&list("sort=name").await), ["alpha", "beta", "waits"]);
    let draft = row(&[on("Begin"), mail("other", "<p>t</p>")]);
    server.call_with(Method::PUT, "/api/v1/journeys/waits/draft", &draft, ("if-match", "*")).await;
    assert_eq!(list("q=waits").await["data"][0]["changed"], true);
    server.call_with(Method::PATCH, "/api/v1/journeys/beta", &json!({"description": "new"}), ("x", "y")).await;
    for (sort, order) in
        [("updated", ["beta", "waits", "alpha"]), ("created", ["waits", "alpha", "beta"]), ("name", ["alpha", "beta", "waits"])]
    {
        let mut cursor = String::new();
        for slug in order {
            let page = list(&format!("sort={sort}&limit=1&cursor={cursor}")).await;
            assert_eq!(names(&page), [slug], "{sort}");
            page["next_cursor"].as_str().unwrap_or_default().clone_into(&mut cursor);
        }
        assert_eq!(cursor, "", "{sort}");
    }
}

#[tokio::test]
async fn the_status_tells_who_is_inside_and_what_fails() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let ask = ("ask", "http.request", json!({"url": "http://127.0.0.1:1/", "attempts": 1}));
    server.publish("waits", &waits()).await;
    server.publish("fails", &row(&[on("Begin"), ask])).await;
    begin(&server, &["ada"]).await;
    let status = until("an incident in the status", async || {
        Some(server.get("/api/v1/status").await).filter(|status| status["incidents"]["count"] == 1)
    })
    .await;
    assert_eq!((&status["inside"], &status["entered_today"]), (&json!({"count": 1, "exact": true}), &json!(2)), "{status}");
    assert_eq!(status["outbox_pending"], 0, "{status}");
    assert_eq!((&status["dead_letters"]["count"], &status["tasks"]["count"]), (&json!(0), &json!(0)), "{status}");
    let http = status["channels"].as_array().unwrap().iter().find(|channel| channel["channel"] == "http").unwrap();
    assert_eq!(http["failed"], 1, "{status}");
    assert!(http["last_problem"].as_str().unwrap().contains("127.0.0.1"), "{status}");
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert!(status["lateness"]["minutes"] == 5 && status["lateness"]["p99_ms"].is_number(), "{status}");

    let groups = server.get("/api/v1/incidents/groups").await;
    let group = &groups["data"][0];
    assert_eq!((&group["journey"], &group["node"], &group["open"]), (&json!("fails"), &json!("ask"), &json!(1)), "{groups}");
    assert_eq!((&group["title"], &group["journey_name"]), (&json!("Send an HTTP request"), &json!("fails")), "{groups}");
    let incident = server.incidents("fails").await.remove(0);
    assert_eq!((&incident["person"]["user_id"], &incident["title"]), (&json!("ada"), &group["title"]), "{incident}");
}

/// Reads a stream until what was told satisfies `enough`.
async fn watch(server: &Server, query: &str, enough: impl Fn(&[(String, Value)]) -> bool) -> Vec<(String, Value)> {
    let url = format!("http://{}/api/v1/live?{query}", server.address);
    let answer = reqwest::Client::builder().no_proxy().build().unwrap().get(url).bearer_auth(&server.key).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let (mut answer, mut text, mut told) = (answer, String::new(), Vec::new());
    let reading = async {
        while let Ok(Some(bytes)) = answer.chunk().await {
            text.push_str(&String::from_utf8_lossy(&bytes));
            while let Some((event, rest)) = text.split_once("\n\n").map(|(event, rest)| (event.to_owned(), rest.to_owned())) {
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
                told.push((field("event:"), serde_json::from_str(&field("data:")).unwrap_or_default()));
                text = rest;
            }
            if enough(&told) {
                return;
            }
        }
    };
    let done = tokio::time::timeout(std::time::Duration::from_secs(30), reading).await;
    assert!(done.is_ok(), "{told:?}");
    told
}

#[tokio::test]
async fn a_stream_tells_what_changes() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    server.publish("waits", &waits()).await;
    let one_waits = |told: &[(String, Value)]| told.iter().any(|(event, data)| event == "counts" && node(data, "wait")["waiting"] == 1);
    let came = |told: &[(String, Value)]| {
        let events = told.iter().filter(|(event, _)| event == "events").flat_map(|(_, data)| data["events"].as_array().unwrap().clone());
        events.filter(|event| event["name"] == "Begin").count() == 1
    };
    let started = tokio::sync::Notify::new();
    let begun = |told: &[(String, Value)]| {
        if told.iter().any(|(event, _)| event == "counts") {
            started.notify_one();
        }
        one_waits(told) && came(told)
    };
    let shopping = async {
        started.notified().await;
        begin(&server, &["ada"]).await;
    };
    let (told, ()) = tokio::join!(watch(&server, "journey=waits&events=true&since=24h", begun), shopping);
    let first: Vec<&str> = told.iter().take(2).map(|(event, _)| event.as_str()).collect();
    assert_eq!(first, ["status", "counts"], "{told:?}");
    assert_eq!(told[1].1["inside"], 0);
    let event = told.iter().find(|(event, _)| event == "events").unwrap();
    assert_eq!(event.1["skipped"], 0);
    let unknown = server.call(Method::GET, "/api/v1/live?journey=nothing", None).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let nobody = server.raw(Method::GET, "/api/v1/live", None, Vec::new()).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn one_stream_counts_several_journeys() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    server.publish("waits", &waits()).await;
    server.publish("mails", &row(&[on("Begin"), mail("at once", "<p>t</p>")])).await;
    begin(&server, &["ada", "bob"]).await;
    let watched = |told: &[(String, Value)], watch: &str, wanted: fn(&Value) -> bool| {
        told.iter().any(|(event, data)| event == "watched" && data["watch"] == watch && wanted(&data["counts"]))
    };
    let told = watch(&server, "watch=waits~24h,mails,waits@7,nothing", |told| {
        watched(told, "waits~24h", |counts| node(counts, "wait")["waiting"] == 2)
            && watched(told, "mails", |counts| counts["entered"] == 2)
            && watched(told, "waits@7", |counts| counts["entered"] == 0)
            && watched(told, "nothing", Value::is_null)
    })
    .await;
    assert!(told.iter().all(|(event, _)| event != "counts"), "{told:?}");
    let many = "x,".repeat(33);
    for (query, words) in [("waits@two", "\"two\" is no version"), ("waits~soon", "is not a time"), (many.as_str(), "32 are the most")] {
        let odd = server.call(Method::GET, &format!("/api/v1/live?watch={query}"), None).await;
        assert_eq!((odd.status, &odd.body["errors"][0]["pointer"]), (StatusCode::BAD_REQUEST, &json!("?watch")), "{odd:?}");
        assert!(odd.body.to_string().replace("\\\"", "\"").contains(words), "{odd:?}");
    }
}

#[tokio::test]
async fn events_are_explored_and_their_names_told() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    begin(&server, &["ada", "bob"]).await;
    server.track("ada", "Go", json!({"n": 1})).await;
    until("five events", async || (server.get("/api/v1/events").await["data"].as_array().unwrap().len() == 5).then_some(())).await;
    let events = async |query: &str| server.get(&format!("/api/v1/events?{query}")).await["data"].as_array().unwrap().clone();
    let begun = events("name=Begin&type=track").await;
    assert_eq!(begun.len(), 2);
    assert_eq!((&begun[0]["person"]["user_id"], &begun[0]["properties"]["by"]), (&json!("bob"), &json!("bob")), "{begun:?}");
    let ada = begun[1]["customer"].as_str().unwrap();
    assert_eq!(events(&format!("customer={ada}")).await.len(), 3);
    assert_eq!(events(&format!("customer={ada}&name=Go&since=1h")).await.len(), 1);
    assert_eq!(events("until=1h").await.len(), 0);
    assert_eq!(events("type=identify").await.len(), 2);
    let odd = server.call(Method::GET, "/api/v1/events?type=dance", None).await;
    assert_eq!((odd.status, &odd.body["errors"][0]["pointer"]), (StatusCode::BAD_REQUEST, &json!("?type")), "{odd:?}");
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server.get(&format!("/api/v1/events?limit=2&cursor={cursor}")).await;
        seen.extend(page["data"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        next.clone_into(&mut cursor);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);

    let names = server.get("/api/v1/events/names?q=beg").await;
    let begin = &names["data"][0];
    assert_eq!((&begin["name"], &begin["count"], names["data"].as_array().unwrap().len()), (&json!("Begin"), &json!(2), 1), "{names}");
    let total = begin["properties"].as_array().unwrap().iter().find(|path| path["path"] == "order.total").unwrap();
    assert_eq!((&total["type"], &total["example"]), (&json!("number"), &json!(62.5)), "{names}");
}

#[tokio::test]
async fn settings_hold_for_journeys_that_say_nothing() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let read = server.call(Method::GET, "/api/v1/settings", None).await;
    assert_eq!((read.headers["etag"].to_str().unwrap(), &read.body["name"]), ("\"0\"", &json!("default")), "{read:?}");
    let path = "/api/v1/settings";
    let wanted = json!({"name": "Tea & more", "sender": {"name": "Tea", "email": "hello@tea.example"}, "reply_to": "help@tea.example",
        "timezone": "Asia/Tokyo", "currency": "jpy", "languages": ["ja", "en"]});
    let blind = server.call(Method::PUT, path, Some(&wanted)).await;
    assert_eq!(blind.status, StatusCode::PRECONDITION_REQUIRED, "{blind:?}");
    server.publish("hello", &row(&[on("Hi"), mail("Hello", "<p>Hello.</p>")])).await;
    let stored = server.call_with(Method::PUT, path, &wanted, ("if-match", "\"0\"")).await;
    assert_eq!(
        (stored.status, &stored.body["currency"], stored.headers["etag"].to_str().unwrap()),
        (StatusCode::OK, &json!("JPY"), "\"1\""),
        "{stored:?}"
    );
    let stale = server.call_with(Method::PUT, path, &wanted, ("if-match", "\"0\"")).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{stale:?}");
    let odd = server.call_with(Method::PUT, path, &json!({"name": "x", "sender": {"email": "x"}}), ("if-match", "*")).await;
    assert_eq!((odd.status, &odd.body["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/sender/email")), "{odd:?}");
    let zone = server.call_with(Method::PUT, path, &json!({"name": "x", "timezone": "Mars/One"}), ("if-match", "*")).await;
    assert_eq!((zone.status, &zone.body["errors"][0]["pointer"]), (StatusCode::BAD_REQUEST, &json!("/timezone")), "{zone:?}");

    // The version was published before the settings came: they hold from the next step on.
    server.identify("ada", json!({"email": "ada@example.com"})).await;
    server.track("ada", "Hi", json!({})).await;
    let sent = server.mail("ada@example.com").await;
    assert_eq!(sent["sender"], "Tea <hello@tea.example>", "{sent}");
    assert!(sent["headers"].to_string().contains("help@tea.example"), "{sent}");
}
