//! The listener: takes connections, bounds them, and lets them finish when the process stops.
//!
//! hyper's HTTP/1 server directly rather than `axum::serve`: it allows time limits on slow request heads and on clients that
//! do not read, an upper bound on connections, and it costs less a request. Its `pipeline_flush` stays off: with it hyper
//! buffers the answers to all pipelined requests without any bound, and closes without a word on a malformed one.

use super::outflow::{Bounded, Outflow};
use super::peers::Peers;
use super::problem;
use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse as _;
use http::{HeaderMap, StatusCode, Version, header};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::Service;

/// How long a client may take to send a request's head; an idle connection is closed after it too.
const HEAD_TIME: Duration = Duration::from_secs(60);
/// Bytes of a head, and of what is read ahead.
const BUFFER: usize = 64 * 1024;
/// One address beyond the private networks holds one in so many of the connections.
const SHARE: usize = 8;
/// How long to wait after the system refused a connection (out of file descriptors).
const PAUSE: Duration = Duration::from_millis(100);

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl Peer {
    /// The client's address. A proxy on this machine or a private network is believed about whom it speaks for; anyone
    /// else could write what he likes.
    #[must_use]
    pub fn client(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = self.0.ip().to_canonical();
        let near = is_near(peer);
        // The nearest proxy appends, so the last entry is the one it saw itself.
        let forwarded = || headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim().parse().ok();
        near.then(forwarded).flatten().or(Some(peer))
    }
}

/// Whether an address is of this machine or a private network.
pub(super) fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    }
}

/// What the listener bounds.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; further ones wait in the system's queue.
    pub connections: usize,
    /// How long a client may take nothing of an answer before its connection is closed.
    pub write: Duration,
    /// How long requests may take to finish once the process stops.
    pub grace: Duration,
}

/// Serves until `stopping` turns true, then lets the requests under way finish, at most for the grace.
pub async fn serve(listener: TcpListener, app: Router, limits: Limits, stopping: watch::Receiver<bool>) {
    let slots = Arc::new(Semaphore::new(limits.connections));
    let peers = Peers::new((limits.connections / SHARE).max(1));
    let mut stop = stopping.clone();
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|stopping| *stopping) => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        let Some((stream, peer, slot)) = accepted else { continue };
        let Some(admission) = peers.admit(peer.ip()) else {
            metrics::counter!("tradewind_http_refused_connections_total").increment(1);
            continue;
        };
        let (app, stopping) = (app.clone(), stopping.clone());
        let outflow = Arc::new(Outflow::default());
        tokio::spawn(async move {
            connection(Bounded::new(stream, limits.write, outflow.clone()), peer, app, outflow, stopping).await;
            drop((slot, admission));
        });
    }
    drop(listener);
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    if tokio::time::timeout(limits.grace, slots.acquire_many(all)).await.is_err() {
        let open = limits.connections - slots.available_permits();
        tracing::warn!(open, "stopped with connections still open: their requests took longer than the grace");
    }
}

type Slot = tokio::sync::OwnedSemaphorePermit;

async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>) -> Option<(TcpStream, SocketAddr, Slot)> {
    let slot = slots.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are small and written whole: waiting to fill a packet only adds delay.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, slot))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken: if it goes on, raise the limit of open files (ulimit -n)");
            tokio::time::sleep(PAUSE).await;
            None
        }
    }
}

async fn connection(stream: Bounded<TcpStream>, peer: SocketAddr, app: Router, outflow: Arc<Outflow>, mut stopping: watch::Receiver<bool>) {
    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
        let (mut app, outflow) = (app.clone(), outflow.clone());
        async move {
            outflow.drained().await;
            if !names_one_host(&request) {
                return Ok(problem::from_status(StatusCode::BAD_REQUEST, "an HTTP/1.1 request has one Host header, no more and no less")
                    .into_response());
            }
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer));
            app.call(request).await.map_err(|never: Infallible| never)
        }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    let mut serving = std::pin::pin!(serving);
    // How a connection ends is the client's business: resets and time-outs are not errors of ours.
    tokio::select! {
        _ = serving.as_mut() => return,
        _ = stopping.wait_for(|stopping| *stopping) => serving.as_mut().graceful_shutdown(),
    }
    let _ = serving.await;
}

/// RFC 9112, 3.2: proxies and this server could otherwise take the request for different hosts.
fn names_one_host<B>(request: &http::Request<B>) -> bool {
    request.version() != Version::HTTP_11 || request.headers().get_all(header::HOST).iter().count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_proxy_is_believed() {
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static("x-forwarded-for"),
            http::HeaderValue::from_static("6.6.6.6, 203.0.113.9"),
        )]);
        let client = |peer: &str| Peer(peer.parse().unwrap()).client(&headers).unwrap().to_string();
        assert_eq!(client("127.0.0.1:1"), "203.0.113.9");
        assert_eq!(client("10.0.0.2:1"), "203.0.113.9");
        assert_eq!(client("198.51.100.7:1"), "198.51.100.7");
        assert_eq!(Peer("[::ffff:127.0.0.1]:1".parse().unwrap()).client(&HeaderMap::new()).unwrap().to_string(), "127.0.0.1");
    }

    #[tokio::test]
    async fn a_request_under_way_is_finished() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = watch::channel(false);
        let (entered, release) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (inside, held) = (entered.clone(), release.clone());
        let slow = axum::routing::get(async move || {
            inside.add_permits(1);
            held.acquire().await.map_or("gone", |_| "done")
        });
        let limits = Limits { connections: 10, write: Duration::from_secs(30), grace: Duration::from_secs(30) };
        let server = tokio::spawn(serve(listener, Router::new().route("/", slow), limits, stopping));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let _ = entered.acquire().await.unwrap();
        stop.send(true).unwrap();
        // The request is let go only when the stop has been taken in: nobody listens any more.
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        assert!(!server.is_finished());
        release.add_permits(1);
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
        server.await.unwrap();
    }
}
