//! Signing in from a browser, and the page it gets.

use crate::support::server::{Answer, Server, Site};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");
const PATH: &str = "/api/v1/session";

/// Signs in and gives the cookie as a browser sends it back.
async fn cookie(server: &Server, key: &str) -> String {
    let answer = server.bare(Method::POST, PATH, &[OWN], &json!({"key": key})).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let set = answer.headers["set-cookie"].to_str().unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/"), "{set}");
    assert!(!set.contains(key), "the cookie holds a secret of its own: {set}");
    set.split(';').next().unwrap().to_owned()
}

fn refused(answer: &Answer, status: StatusCode, code: &str) {
    assert_eq!((answer.status, &answer.body["code"]), (status, &json!(code)), "{answer:?}");
}

#[tokio::test]
async fn a_cookie_does_what_the_key_does_until_the_user_signs_out() {
    let server = Site::new(&[]).start().await;
    let cookie = cookie(&server, &server.key).await;
    let session = server.bare(Method::GET, PATH, &[("cookie", &cookie)], &Value::Null).await;
    assert_eq!((session.status, &session.body["scopes"]), (StatusCode::OK, &json!(["admin"])), "{session:?}");
    let journey = json!({"name": "A", "slug": "a", "graph": {"nodes": [], "edges": []}});
    let made = server.bare(Method::POST, "/api/v1/journeys", &[("cookie", &cookie), OWN], &journey).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let out = server.bare(Method::DELETE, PATH, &[("cookie", &cookie), OWN], &Value::Null).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT, "{out:?}");
    assert!(out.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    // Who kept the cookie has nothing by it.
    refused(&server.bare(Method::GET, PATH, &[("cookie", &cookie)], &Value::Null).await, StatusCode::UNAUTHORIZED, "unauthorised");
}

#[tokio::test]
async fn a_page_of_another_site_can_do_nothing_with_the_cookie() {
    let server = Site::new(&[]).start().await;
    let cookie = cookie(&server, &server.key).await;
    let address = server.address.to_string();
    for from in [vec![], vec![("sec-fetch-site", "cross-site")], vec![("origin", "https://evil.example"), ("host", &address)]] {
        let headers: Vec<(&str, &str)> = [("cookie", cookie.as_str())].into_iter().chain(from.iter().copied()).collect();
        let answer = server.bare(Method::POST, "/api/v1/journeys", &headers, &json!({})).await;
        refused(&answer, StatusCode::FORBIDDEN, "foreign_page");
    }
    let answer = server.bare(Method::POST, PATH, &[("sec-fetch-site", "cross-site")], &json!({"key": server.key})).await;
    refused(&answer, StatusCode::FORBIDDEN, "foreign_page");
}

#[tokio::test]
async fn a_revoked_key_takes_its_sessions_along() {
    let server = Site::new(&[]).start().await;
    let made = server.accepted(Method::POST, "/api/v1/keys", Some(&json!({"name": "desk", "scopes": ["read"]}))).await;
    let cookie = cookie(&server, made["key"].as_str().unwrap()).await;
    refused(
        &server.bare(Method::POST, "/api/v1/keys", &[("cookie", &cookie), OWN], &json!({})).await,
        StatusCode::FORBIDDEN,
        "scope_missing",
    );
    let path = format!("/api/v1/keys/{}", made["id"].as_str().unwrap());
    assert_eq!(server.call(Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    refused(&server.bare(Method::GET, PATH, &[("cookie", &cookie)], &Value::Null).await, StatusCode::UNAUTHORIZED, "unauthorised");
}

#[tokio::test]
async fn what_is_no_page_of_ours_says_what_a_browser_may_do_with_it() {
    let server = Site::new(&[]).start().await;
    for (path, policy) in [("/api/v1/keys", "default-src 'none'; frame-ancestors 'none'"), ("/api/docs/", "frame-ancestors 'none'")] {
        let answer = server.call(Method::GET, path, None).await;
        assert_eq!(
            (&answer.headers["content-security-policy"], &answer.headers["x-content-type-options"]),
            (&policy.parse().unwrap(), &"nosniff".parse().unwrap()),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_last_admin_key_stays() {
    let server = Site::new(&[]).start().await;
    let first = server.get("/api/v1/keys").await["data"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/keys/{first}");
    refused(&server.call(Method::DELETE, &path, None).await, StatusCode::CONFLICT, "last_admin");
    server.accepted(Method::POST, "/api/v1/keys", Some(&json!({"name": "second", "scopes": ["admin"]}))).await;
    assert_eq!(server.call(Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn an_idempotency_key_is_its_callers_own() {
    let server = Site::new(&[]).start().await;
    let made = server.accepted(Method::POST, "/api/v1/keys", Some(&json!({"name": "desk", "scopes": ["read"]}))).await;
    let bearer = format!("Bearer {}", made["key"].as_str().unwrap());
    let body = json!({"name": "Welcome"});
    let reader = [("authorization", bearer.as_str()), ("idempotency-key", "k-1")];
    refused(&server.bare(Method::POST, "/api/v1/journeys", &reader, &body).await, StatusCode::FORBIDDEN, "scope_missing");
    let make = async || server.call_with(Method::POST, "/api/v1/journeys", &body, ("idempotency-key", "k-1")).await;
    assert_eq!(make().await.status, StatusCode::CREATED);
    assert_eq!(make().await.headers["idempotency-replayed"], "true");
    refused(&server.bare(Method::POST, "/api/v1/journeys", &reader, &body).await, StatusCode::FORBIDDEN, "scope_missing");
}

#[tokio::test]
async fn a_wrong_key_is_said_at_its_field_and_no_browser_asks_for_a_password() {
    let server = Site::new(&[]).start().await;
    let answer = server.bare(Method::POST, PATH, &[OWN], &json!({"key": "tw_wrong"})).await;
    refused(&answer, StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!(answer.body["errors"][0]["pointer"], "/key");
    let challenge = server.bare(Method::GET, PATH, &[OWN], &Value::Null).await;
    refused(&challenge, StatusCode::UNAUTHORIZED, "unauthorised");
    assert!(!challenge.headers["www-authenticate"].to_str().unwrap().contains("Basic"), "{challenge:?}");
}

#[tokio::test]
async fn every_address_of_the_builder_is_its_page() {
    let server = Site::new(&[]).start().await;
    for path in ["/", "/journeys/abandoned-cart"] {
        let page = server.bare(Method::GET, path, &[("accept", "text/html,*/*")], &Value::Null).await;
        assert!(page.status == StatusCode::OK && page.text.starts_with("<!doctype html>"), "{path}: {page:?}");
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
        assert!(!page.text.contains("style=") && !page.text.contains("<script>"), "{}", page.text);
    }
    refused(&server.bare(Method::GET, "/journeys/x", &[], &Value::Null).await, StatusCode::NOT_FOUND, "not_found");
    refused(&server.bare(Method::GET, "/api/v1/x", &[("accept", "text/html")], &Value::Null).await, StatusCode::NOT_FOUND, "not_found");
}
