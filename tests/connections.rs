//! Connections that misbehave: the server bounds what they cost and says what is wrong.

use crate::support::server::Site;
use crate::support::until;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

#[tokio::test]
async fn a_client_that_never_reads_costs_little_and_is_cut_off() {
    let mut site = Site::new(&[("WRITE_TIMEOUT", "1s")]);
    let server = site.start().await;
    assert!(server.get("/api/openapi.json").await.to_string().len() > 50_000, "the answer is large");
    let before = server.memory("VmHWM");
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let begun = Instant::now();
    let mut stream = socket.connect(server.address).await.unwrap();
    let requests = "GET /api/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1_400);
    // The server stops reading from a client that does not read: what does not fit is not sent.
    let _ = tokio::time::timeout(Duration::from_millis(500), stream.write_all(requests.as_bytes())).await;
    until("the end of the connection", async || match stream.try_write(b"x") {
        Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => Some(()),
        _ => None,
    })
    .await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let grown = server.memory("VmHWM") - before;
    assert!(grown < 20_000, "it took {grown} KiB");
    assert_eq!(server.get("/readyz").await["status"], "ready");
}

#[tokio::test]
async fn malformed_http_is_answered() {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    for (what, request, status) in [
        ("no HTTP at all", "HELLO\r\n\r\n".to_owned(), &[400][..]),
        ("two lengths", "POST /v1/track HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab".to_owned(), &[400][..]),
        ("a NUL in a header", "GET /healthz HTTP/1.1\r\nhost: x\r\nx: \0\r\n\r\n".to_owned(), &[400][..]),
        ("too many headers", format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{}\r\n", "x: y\r\n".repeat(200)), &[431][..]),
        ("a long header", format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(200_000)), &[431][..]),
        // The second when its first half fills the buffer before the rest is there.
        ("a long address", format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "y".repeat(70_000)), &[414, 431][..]),
        ("no host", "GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n".to_owned(), &[400][..]),
        ("two hosts", "GET /healthz HTTP/1.1\r\nhost: x\r\nhost: y\r\nconnection: close\r\n\r\n".to_owned(), &[400][..]),
        ("HTTP/1.0, which needs no host", "GET /healthz HTTP/1.0\r\n\r\n".to_owned(), &[200][..]),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        // What comes behind it must not keep the answer back. The server may have closed before it has all.
        let _ = stream.write_all(format!("{request}GET /healthz HTTP/1.1\r\n").as_bytes()).await;
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await.expect(what);
        let answer = String::from_utf8_lossy(&answer);
        let first = answer.lines().next().unwrap_or_default();
        let found = first.split(' ').nth(1).and_then(|status| status.parse::<i32>().ok());
        assert!(first.starts_with("HTTP/1.") && found.is_some_and(|found| status.contains(&found)), "{what}: {answer:?}");
    }
}
