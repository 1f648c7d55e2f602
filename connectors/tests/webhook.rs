//! The webhook connector against a real server on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tradewind_connectors::webhook::{Settings, Webhook};
use tradewind_connectors::{Attempt, Connector, Envelope, Secret};
use tradewind_nodes::effect::Payload;
use tradewind_nodes::id::EffectKey;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds::{Email, HttpRequest};
use tradewind_nodes::time::{Duration, Timestamp};

const KEY: &str = "00000000-0000-0000-0000-000000000007.notify.2";
const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// A request as the server saw it.
struct Seen {
    peer: SocketAddr,
    method: String,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

type Answer = Response<Full<Bytes>>;

struct Server {
    address: SocketAddr,
    seen: UnboundedReceiver<Seen>,
}

impl Server {
    /// Answers every request by `answer`, which is given its path.
    async fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_on(TcpListener::bind("127.0.0.1:0").await.unwrap(), answer)
    }

    fn start_on(listener: TcpListener, answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let (sender, seen) = unbounded_channel();
        let (address, answer) = (listener.local_addr().unwrap(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                let (sender, answer) = (sender.clone(), Arc::clone(&answer));
                let service = hyper::service::service_fn(move |request: Request<Incoming>| {
                    let (sender, answer) = (sender.clone(), Arc::clone(&answer));
                    async move {
                        let (head, body) = request.into_parts();
                        let body = body.collect().await.unwrap().to_bytes();
                        let (method, path) = (head.method.to_string(), head.uri.to_string());
                        let response = answer(&path);
                        let _ = sender.send(Seen { peer, method, path, headers: head.headers, body });
                        Ok::<_, std::convert::Infallible>(response)
                    }
                });
                tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, seen }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

fn status(code: u16) -> Answer {
    Response::builder().status(code).body(Full::default()).unwrap()
}

fn local() -> Webhook {
    Webhook::new(Settings { allow_private: true, secret: Some(Secret::new(SECRET)), ..Settings::default() }).unwrap()
}

fn post(url: impl Into<String>) -> HttpRequest {
    HttpRequest {
        method: "POST".into(),
        url: url.into(),
        headers: BTreeMap::new(),
        body: r#"{"order":"7"}"#.into(),
        sign: false,
        timeout: Duration::from_secs(20),
        attempts: 3,
        max_response: 65_536,
    }
}

async fn perform(connector: &Webhook, request: HttpRequest) -> Attempt {
    let (key, payload): (EffectKey, _) = (KEY.parse().unwrap(), Payload::of(&request).unwrap());
    let now = Timestamp::parse("2026-11-23T09:00:00.5Z").unwrap();
    connector.perform(Envelope { key: &key, attempt: 1, payload: &payload, unsubscribe_url: None, now }).await
}

fn done(attempt: Attempt) -> Json {
    let Attempt::Done { output } = attempt else { panic!("{attempt:?}") };
    output
}
fn rejected(attempt: Attempt) -> Problem {
    let Attempt::Reject { problem } = attempt else { panic!("{attempt:?}") };
    problem
}
fn retried(attempt: Attempt) -> (Option<Duration>, Problem) {
    let Attempt::Retry { after, problem } = attempt else { panic!("{attempt:?}") };
    (after, problem)
}

#[tokio::test]
async fn a_request_carries_its_key_and_the_answer_comes_back() {
    let mut server = Server::start(|_| {
        let body = Full::from(r#"{"ok":true}"#);
        Response::builder().status(201).header("content-type", "application/json").header("x-a", "1").body(body).unwrap()
    })
    .await;
    let connector = local();
    let mut request = post(server.url("/hook?a=1#part"));
    request.headers.insert("x-shop".into(), "7".into());
    let output = done(perform(&connector, request).await);
    assert_eq!((&output["status"], &output["body"], &output["headers"]["x-a"]), (&json!(201), &json!({"ok": true}), &json!("1")));
    assert_eq!(output.get("truncated"), None);

    let first = server.seen.recv().await.unwrap();
    assert_eq!((first.method.as_str(), first.path.as_str(), &first.body[..]), ("POST", "/hook?a=1", &br#"{"order":"7"}"#[..]));
    assert_eq!(first.headers["idempotency-key"], format!("\"{KEY}\""));
    assert_eq!(first.headers["user-agent"], concat!("Tradewind/", env!("CARGO_PKG_VERSION")));
    assert_eq!((&first.headers["content-type"], &first.headers["x-shop"]), (&"application/json".parse().unwrap(), &"7".parse().unwrap()));
    assert!(!first.headers.contains_key("webhook-signature"));

    done(perform(&connector, HttpRequest { method: "GET".into(), body: String::new(), ..post(server.url("/")) }).await);
    let second = server.seen.recv().await.unwrap();
    assert!(!second.headers.contains_key("idempotency-key") && !second.headers.contains_key("content-type"));
    assert_eq!(second.peer, first.peer, "the connection is kept");
}

#[tokio::test]
async fn signatures_verify_with_an_hmac_made_here() {
    let mut server = Server::start(|_| status(204)).await;
    done(perform(&local(), HttpRequest { sign: true, ..post(server.url("/")) }).await);
    let seen = server.seen.recv().await.unwrap();
    let header = |name: &str| seen.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("webhook-id"), KEY.replace('.', "_"));
    assert_eq!(header("webhook-timestamp"), "1795424400");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&STANDARD.decode(&SECRET[6..]).unwrap()).unwrap();
    mac.update(format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), std::str::from_utf8(&seen.body).unwrap()).as_bytes());
    mac.verify_slice(&STANDARD.decode(header("webhook-signature").strip_prefix("v1,").unwrap()).unwrap()).unwrap();
}

#[tokio::test]
async fn signing_without_a_secret_is_refused_and_names_the_setting() {
    let connector = Webhook::new(Settings { allow_private: true, ..Settings::default() }).unwrap();
    let problem = rejected(perform(&connector, HttpRequest { sign: true, ..post("http://127.0.0.1:9/") }).await);
    assert_eq!((problem.code.as_str(), problem.field.as_str()), ("http.unsigned", "/sign"));
    assert!(problem.message.contains("webhook.secret"));
}

#[tokio::test]
async fn every_status_has_its_verdict() {
    let server = Server::start(|path| status(path[1..].parse().unwrap())).await;
    let connector = local();
    for code in [200, 201, 202, 204, 299] {
        assert_eq!(done(perform(&connector, post(server.url(&format!("/{code}")))).await)["status"], code);
    }
    for code in [408, 425, 429, 500, 502, 503, 504, 599] {
        let (after, problem) = retried(perform(&connector, post(server.url(&format!("/{code}")))).await);
        assert_eq!((after, problem.code.as_str()), (None, "http.status"), "{code}");
    }
    for code in [304, 400, 401, 403, 404, 405, 409, 410, 413, 422, 451] {
        let problem = rejected(perform(&connector, post(server.url(&format!("/{code}")))).await);
        assert_eq!(problem.code, "http.status", "{code}");
        assert!(problem.message.contains(&code.to_string()), "{}", problem.message);
    }
}

#[tokio::test]
async fn retry_after_is_honoured_up_to_an_hour() {
    let server = Server::start(|path| {
        let value = if path == "/date" { "Mon, 23 Nov 2026 09:01:00 GMT" } else { &path[1..] };
        Response::builder().status(503).header("retry-after", value).body(Full::default()).unwrap()
    })
    .await;
    let connector = local();
    for (path, seconds) in [("/7", 7_000_000), ("/date", 59_500_000), ("/86400", 3_600_000_000)] {
        let (after, _) = retried(perform(&connector, post(server.url(path))).await);
        assert_eq!(after, Some(Duration::from_micros(seconds)), "{path}");
    }
}

#[tokio::test]
async fn redirects_are_never_followed() {
    let mut server = Server::start(|path| match path {
        "/" => Response::builder().status(302).header("location", "/secret").body(Full::default()).unwrap(),
        _ => status(200),
    })
    .await;
    let problem = rejected(perform(&local(), post(server.url("/"))).await);
    assert!(problem.message.contains("redirect"), "{}", problem.message);
    assert_eq!(server.seen.recv().await.unwrap().path, "/");
    assert!(server.seen.try_recv().is_err());
}

#[tokio::test]
async fn a_long_body_is_cut_and_says_so() {
    let server = Server::start(|path| Response::new(Full::from("x".repeat(path[1..].parse().unwrap())))).await;
    let connector = local();
    let output = done(perform(&connector, HttpRequest { max_response: 1000, ..post(server.url("/3000000")) }).await);
    assert_eq!((output["truncated"].as_bool(), output["body"].as_str().unwrap().len()), (Some(true), 1000));
    let output = done(perform(&connector, HttpRequest { max_response: 1000, ..post(server.url("/1000")) }).await);
    assert_eq!((output.get("truncated"), output["body"].as_str().unwrap().len()), (None, 1000));
}

#[tokio::test]
async fn the_deadline_covers_the_head_and_the_body() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    for sent in ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
            stream.write_all(sent.as_bytes()).await.unwrap();
            // Ends when the client hangs up.
            while stream.read(&mut [0; 1024]).await.is_ok_and(|n| n > 0) {}
        });
        let (_, problem) = retried(perform(&local(), HttpRequest { timeout: Duration::from_micros(100_000), ..post(url) }).await);
        assert_eq!(problem.code, "http.timeout");
        server.await.unwrap();
    }
}

#[tokio::test]
async fn a_connection_broken_or_refused_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { drop(listener.accept().await.unwrap()) });
    let (_, problem) = retried(perform(&local(), post(&url)).await);
    assert_eq!(problem.code, "http.connection");
    server.await.unwrap();
    let (_, problem) = retried(perform(&local(), post(&url)).await);
    assert_eq!(problem.code, "http.connect");
    let (_, problem) = retried(perform(&local(), post("http://no-such-host.invalid/")).await);
    assert_eq!(problem.code, "http.connect");
}

#[tokio::test]
async fn private_addresses_are_out_of_bounds_in_every_spelling() {
    let mut server = Server::start(|_| status(200)).await;
    let port = server.address.port();
    let connector = Webhook::new(Settings::default()).unwrap();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::]",
        "0.0.0.0",
        "0",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "127.1",
        "１２７.0.0.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "100.64.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "224.0.0.1",
        "[fe80::1]",
        "[64:ff9b::7f00:1]",
    ] {
        let problem = rejected(perform(&connector, post(format!("http://{host}:{port}/"))).await);
        assert_eq!((problem.code.as_str(), problem.field.as_str()), ("http.address", "/url"), "{host}: {}", problem.message);
    }
    assert!(server.seen.try_recv().is_err(), "nothing was ever sent");
}

#[tokio::test]
async fn allowed_networks_are_reached_by_name_and_by_address() {
    let mut server = Server::start(|_| status(200)).await;
    let port = server.address.port();
    let allow = vec!["127.0.0.0/8".parse().unwrap()];
    let connector = Webhook::new(Settings { allow, ..Settings::default() }).unwrap();
    for host in ["127.0.0.1", "localhost"] {
        done(perform(&connector, post(format!("http://{host}:{port}/"))).await);
        server.seen.recv().await.unwrap();
    }
    assert_eq!(rejected(perform(&connector, post("http://10.0.0.1/")).await).code, "http.address");
}

#[tokio::test]
async fn what_is_no_web_address_is_refused() {
    let connector = local();
    for url in [
        "",
        "/hook",
        "ftp://example.com/",
        "file:///etc/passwd",
        "http://",
        "http://user:pw@127.0.0.1/",
        "http://user@127.0.0.1/",
        "http://a b/",
    ] {
        let problem = rejected(perform(&connector, post(url)).await);
        assert_eq!((problem.code.as_str(), problem.field.as_str()), ("http.url", "/url"), "{url}");
        assert!(!problem.message.contains("pw"), "{}", problem.message);
    }
    let problem = rejected(perform(&connector, HttpRequest { method: "CONNECT".into(), ..post("http://127.0.0.1:9/") }).await);
    assert_eq!(problem.code, "http.method");
    for (name, value) in [("x", "a\r\nb: c"), ("a b", "x"), ("host", "x"), ("Transfer-Encoding", "chunked"), ("content-length", "0")] {
        let mut request = post("http://127.0.0.1:9/");
        request.headers.insert(name.into(), value.into());
        assert_eq!(rejected(perform(&connector, request).await).code, "http.header", "{name}");
    }
    let (key, mail): (EffectKey, _) = (KEY.parse().unwrap(), Payload::of(&Email::default()).unwrap());
    let envelope = Envelope { key: &key, attempt: 1, payload: &mail, unsubscribe_url: None, now: Timestamp::default() };
    assert_eq!(rejected(connector.perform(envelope).await).code, "connector.payload");
}

#[tokio::test]
async fn https_trusts_the_authority_it_is_given_and_no_other() {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let (authority_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).unwrap();
    let names = vec!["localhost".to_owned()];
    let leaf = CertificateParams::new(names).unwrap().signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("webhook-root-{}.pem", std::process::id()));
    std::fs::write(&path, root.pem()).unwrap();

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let service = hyper::service::service_fn(|_| async { Ok::<_, std::convert::Infallible>(status(200)) });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    let (_, problem) = retried(perform(&local(), post(&url)).await);
    assert!(problem.code == "http.connect" && problem.message.contains("certificate"), "{}", problem.message);
    let trusting = Settings { allow_private: true, root_certificate: Some(path.clone()), ..Settings::default() };
    done(perform(&Webhook::new(trusting).unwrap(), post(&url)).await);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn wrong_settings_name_their_field() {
    let refused = |settings| Webhook::new(settings).err().unwrap().field;
    assert_eq!(refused(Settings { max_connections_per_host: 0, ..Settings::default() }), "/max_connections_per_host");
    assert_eq!(refused(Settings { secret: Some(Secret::new("whsec_x")), ..Settings::default() }), "/secret");
    assert_eq!(refused(Settings { root_certificate: Some("/no/such.pem".into()), ..Settings::default() }), "/root_certificate");
    let read: Settings = serde_json::from_value(json!({"allow": ["10.0.0.0/8"], "secret": SECRET})).unwrap();
    assert!(!read.allow_private && read.max_connections_per_host == 64);
    assert!(!format!("{read:?}").contains("C2FV"), "the secret is not shown");
}
