//! A database made by an earlier program opens with people inside, and they go on.
//!
//! The files are made by `tests/fixtures/make.sh`, each by the program of its day, and are never made again.

use crate::support::server::Site;
use crate::support::until;
use crate::tidy::root;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn people_inside_a_database_of_an_earlier_program_go_on() {
    let file = root().join("tests/fixtures/5_tasks.db.gz");
    let mut site = Site::with_database(&file, "tw_QDHl4CotcJdLT0RkyOgy4ofWYIPXU6xu2v5sRPY1fUv");
    let server = site.start().await;
    let subjects = async || {
        let mails = server.get("/api/v1/mails").await;
        let mut subjects: Vec<String> =
            mails["data"].as_array().unwrap().iter().map(|mail| mail["subject"].as_str().unwrap().to_owned()).collect();
        subjects.sort();
        subjects
    };
    // Who slept wakes; who waits hears of what they wait for; who was through stays out.
    until("the end of the nap", async || (subjects().await == ["After the nap", "Welcome"]).then_some(())).await;
    let sent = json!({"userId": "anna", "event": "Parcel Sent", "properties": {}, "messageId": "after-1"});
    server.accepted(Method::POST, "/v1/track", Some(&sent)).await;
    until("the end of the wait", async || (subjects().await == ["After the nap", "It is on its way", "Welcome"]).then_some(())).await;
    let again = json!({"userId": "anna", "event": "Order Completed", "properties": {}, "messageId": "after-2"});
    server.accepted(Method::POST, "/v1/track", Some(&again)).await;
    // The key of the journey that lets people in once holds.
    let entered = async |slug: &str| server.get(&format!("/api/v1/runs?journey={slug}")).await["data"].as_array().unwrap().len();
    until("a second nap", async || (entered("sleeper").await == 2).then_some(())).await;
    assert_eq!(entered("once").await, 1);
    let anna = server.get("/api/v1/customers?user_id=anna").await;
    assert_eq!(anna["data"][0]["consent"], json!({"email/marketing": "granted"}), "{anna}");
}
