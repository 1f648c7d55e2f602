//! A receiver of journeys' HTTP requests, whose answer the test decides.

use axum::Router;
use axum::extract::State;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// It listens until the test ends.
pub struct Receiver {
    /// Where.
    pub address: SocketAddr,
    held: Arc<Mutex<Held>>,
    open: watch::Sender<bool>,
}

struct Held {
    status: StatusCode,
    keys: Vec<String>,
}

type Shared = (Arc<Mutex<Held>>, watch::Receiver<bool>);

impl Receiver {
    /// Starts one that answers with `status`.
    pub async fn start(status: StatusCode) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let held = Arc::new(Mutex::new(Held { status, keys: Vec::new() }));
        let (open, opened) = watch::channel(true);
        let app = Router::new().fallback(receive).with_state((held.clone(), opened));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, held, open }
    }

    /// Lets requests wait for their answer, or answers all that wait.
    pub fn answer(&self, answers: bool) {
        self.open.send(answers).unwrap();
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

async fn receive(State((held, mut open)): State<Shared>, headers: HeaderMap) -> (StatusCode, &'static str) {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    held.lock().unwrap().keys.push(key);
    let _ = open.wait_for(|open| *open).await;
    let status = held.lock().unwrap().status;
    (status, "{}")
}
