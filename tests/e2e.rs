//! From an event at the front door to a mail in somebody's mailbox.

use crate::support::graphs::{mail, on, row};
use crate::support::server::Site;
use crate::support::smtp::{Mode, SmtpServer, Wanted};
use crate::support::until;
use serde_json::json;

fn thank_you() -> serde_json::Value {
    row(&[
        on("Order Completed"),
        ("large", "condition.if", json!({"predicate": {"fact": "event.properties.total", "is": "gte", "value": 50}})),
        ("pause", "delay.for", json!({"duration": "200ms"})),
        mail("Thank you, {{customer.traits.name}}", "<p>Your order {{event.properties.order_id}} is on its way.</p>"),
    ])
}

#[tokio::test]
async fn an_event_becomes_a_mail_in_the_built_in_mailbox() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    server.publish("thank-you", &thank_you()).await;
    server.identify("ada", json!({"email": "ada@example.com", "name": "Ada & Co"})).await;
    server.identify("bob", json!({"email": "bob@example.com", "name": "Bob"})).await;
    server.track("bob", "Order Completed", json!({"order_id": "R-1", "total": 12.5})).await;
    server.track("ada", "Order Completed", json!({"order_id": "R-2", "total": 120})).await;

    let mail = server.mail("ada@example.com").await;
    assert_eq!(mail["subject"], "Thank you, Ada & Co");
    assert!(mail["html"].as_str().unwrap().contains("Your order R-2 is on its way."), "{mail}");
    assert!(mail["text"].as_str().unwrap().contains("Your order R-2 is on its way."), "{mail}");
    assert_eq!(server.mails("ada@example.com").await.len(), 1);
    // Bob came first and his order was too small: had he been written to, it would have been by now.
    assert_eq!(server.mails("bob@example.com").await.len(), 0);
}

#[tokio::test]
async fn a_mail_goes_out_by_a_real_server_with_tls_and_a_login() {
    let smtp = SmtpServer::start(&Wanted { mode: Mode::Implicit, login: Some(("shop", "s3cret@x")), replies: &[] });
    let url = format!("smtps://shop:s3cret%40x@localhost:{}", smtp.port);
    let root = smtp.root_certificate.display().to_string();
    let mut site = Site::new(&[("SMTP_URL", &url), ("SMTP_ROOT_CERTIFICATE", &root), ("MAIL_FROM", "Shop <shop@example.com>")]);
    let server = site.start().await;
    server.publish("thank-you", &thank_you()).await;
    server.identify("ada", json!({"email": "ada@example.com", "name": "Ada"})).await;
    server.track("ada", "Order Completed", json!({"order_id": "R-3", "total": 120})).await;

    let received = tokio::task::spawn_blocking(move || {
        let received = smtp.received();
        assert!(smtp.is_quiet(), "one mail was asked for");
        received
    })
    .await
    .unwrap();
    assert!(received.tls && received.login);
    assert_eq!((received.from.as_str(), received.to.as_slice()), ("shop@example.com", ["ada@example.com".to_owned()].as_slice()));
    assert_eq!(received.header("Subject").as_deref(), Some("Thank you, Ada"));
    assert!(received.data.contains("Your order R-3 is on its way."), "{}", received.data);
}

#[tokio::test]
async fn a_run_asleep_survives_a_power_cut() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    let graph = row(&[
        on("Order Completed"),
        ("pause", "delay.for", json!({"duration": "1s"})),
        mail("Still here", "<p>{{event.properties.order_id}}</p>"),
    ]);
    server.publish("patient", &graph).await;
    server.identify("ada", json!({"email": "ada@example.com"})).await;
    server.track("ada", "Order Completed", json!({"order_id": "R-4"})).await;
    server.kill();

    let server = site.start().await;
    assert_eq!(server.mail("ada@example.com").await["subject"], "Still here");
    // A second power cut after the mail does not send it again.
    server.kill();
    let server = site.start().await;
    server.track("ada", "Order Completed", json!({"order_id": "R-5"})).await;
    let mails =
        until("the second order's mail", async || Some(server.mails("ada@example.com").await).filter(|mails| mails.len() > 1)).await;
    assert_eq!(mails.len(), 2, "{mails:?}");
}

#[tokio::test]
async fn a_repeated_message_id_starts_one_run() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    server.publish("once", &row(&[on("Order Completed"), mail("{{event.properties.order_id}}", "<p>Thank you.</p>")])).await;
    server.identify("ada", json!({"email": "ada@example.com"})).await;
    let order = |id: &str, message: &str| json!({"userId": "ada", "event": "Order Completed", "messageId": message, "properties": {"order_id": id}});
    for _ in 0..3 {
        assert!(server.call(reqwest::Method::POST, "/v1/track", Some(&order("R-1", "m-1"))).await.status.is_success());
    }
    assert!(server.call(reqwest::Method::POST, "/v1/track", Some(&order("R-2", "m-2"))).await.status.is_success());
    // What happens to one person happens in order: after the mail about the second order no other about the first can come.
    let mails = until("the mail about R-2", async || {
        Some(server.mails("ada@example.com").await).filter(|mails| mails.iter().any(|mail| mail["subject"] == "R-2"))
    })
    .await;
    assert_eq!(mails.len(), 2, "{mails:?}");
}
