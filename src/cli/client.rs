//! The commands' way to a running server: its HTTP API.

use super::Failure;
use http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);
/// An answer larger than this is none of ours.
const MAX_ANSWER: u64 = 16 * 1024 * 1024;

/// Which server, and the key to it.
#[derive(clap::Args)]
pub struct Remote {
    /// The server's address.
    #[arg(long, env = "TRADEWIND_URL", default_value = "http://127.0.0.1:7311")]
    url: String,
    /// An API key with the scope `write` (`read` is enough to look).
    #[arg(long, env = "TRADEWIND_KEY", hide_env_values = true)]
    key: String,
}

impl Remote {
    /// The server at `url`, with a key to it.
    #[must_use]
    pub fn to(url: String, key: String) -> Self {
        Self { url, key }
    }
}

/// A connection to a server.
pub struct Client {
    http: reqwest::Client,
    base: String,
    key: String,
}

/// What the server answered.
pub struct Answer {
    /// The document; null when there was none.
    pub body: Value,
    /// The headers.
    pub headers: HeaderMap,
}

#[derive(Deserialize)]
struct Problem {
    detail: String,
    #[serde(default)]
    errors: Vec<Field>,
}
#[derive(Deserialize)]
struct Field {
    detail: String,
    pointer: String,
}

impl Client {
    /// A client of `remote`.
    #[allow(clippy::disallowed_methods, reason = "the command line is itself a client of the API; it has a deadline")]
    pub fn new(remote: Remote) -> Result<Self, Failure> {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .user_agent(concat!("tradewind/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::new(format!("no HTTP client could be made: {error}")))?;
        Ok(Self { http, base: remote.url.trim_end_matches('/').to_owned(), key: remote.key })
    }

    /// What lives at `path`; None when nothing does.
    pub async fn get(&self, path: &str) -> Result<Option<Answer>, Failure> {
        let (status, answer) = self.call(Method::GET, path, None, None).await?;
        if status == StatusCode::NOT_FOUND { Ok(None) } else { self.good(status, answer).map(Some) }
    }

    /// Sends a document to `path`; `revision` is the ETag it replaces.
    pub async fn send(&self, method: Method, path: &str, body: &Value, revision: Option<&str>) -> Result<Answer, Failure> {
        let (status, answer) = self.call(method, path, Some(body), revision).await?;
        self.good(status, answer)
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        revision: Option<&str>,
    ) -> Result<(StatusCode, Answer), Failure> {
        let url = format!("{}{path}", self.base);
        let mut request = self.http.request(method, &url).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(revision) = revision {
            request = request.header(http::header::IF_MATCH, revision);
        }
        let lost = |error: reqwest::Error| {
            let error = error.without_url();
            Failure::new(format!("{} does not answer ({error}): check --url, and that the server runs", self.base))
        };
        let mut response = request.send().await.map_err(lost)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() as u64 > MAX_ANSWER {
                return Err(Failure::new(format!("{url} answered more than {MAX_ANSWER} bytes: check --url")));
            }
        }
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).map_err(|_| Failure::new(format!("{url} did not answer in JSON: check --url")))?
        };
        Ok((status, Answer { body, headers }))
    }

    fn good(&self, status: StatusCode, answer: Answer) -> Result<Answer, Failure> {
        if status.is_success() {
            return Ok(answer);
        }
        let Ok(problem) = serde_json::from_value::<Problem>(answer.body) else {
            return Err(Failure::new(format!("{} answered {status}: check --url", self.base)));
        };
        let fields = problem.errors.iter().map(|field| format!("\n  {}: {}", field.pointer, field.detail));
        Err(Failure::new(format!("{}{}", problem.detail, fields.collect::<String>())))
    }
}
