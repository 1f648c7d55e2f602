//! A receiver of journeys' HTTP requests, whose answer the test decides.

use axum::Router;
use axum::extract::State;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

/// It listens until the test ends.
pub struct Receiver {
    /// Where.
    pub address: SocketAddr,
    held: Arc<Mutex<Held>>,
}

struct Held {
    status: StatusCode,
    keys: Vec<String>,
}

impl Receiver {
    /// Starts one that answers with `status`.
    pub async fn start(status: StatusCode) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let held = Arc::new(Mutex::new(Held { status, keys: Vec::new() }));
        let app = Router::new().fallback(receive).with_state(held.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, held }
    }

    /// Answers with `status` from now on.
    pub fn answer_with(&self, status: StatusCode) {
        self.held.lock().unwrap().status = status;
    }

    /// The `Idempotency-Key` of every request so far.
    pub fn keys(&self) -> Vec<String> {
        self.held.lock().unwrap().keys.clone()
    }
}

async fn receive(State(held): State<Arc<Mutex<Held>>>, headers: HeaderMap) -> (StatusCode, &'static str) {
    let mut held = held.lock().unwrap();
    held.keys.push(headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned());
    (held.status, "{}")
}
