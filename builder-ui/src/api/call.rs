//! One call of the API: deadline, repeats, keys, and what the answer means.

use super::failure::{Failure, Problem};
use super::link;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::OnceLock;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestInit, Response};

/// How long an answer may take.
const DEADLINE: u32 = 20_000;
/// How often a call that may be repeated is made, with these pauses before each.
const PAUSES: [u32; 4] = [0, 300, 1_000, 2_500];

/// A call in the making.
#[derive(Clone)]
pub struct Call {
    method: &'static str,
    path: String,
    query: Vec<(String, String)>,
    body: Option<String>,
    headers: Vec<(&'static str, String)>,
    deadline: u32,
    repeat: bool,
    keepalive: bool,
}

/// An answer that is a success.
struct Answer {
    text: String,
    tag: Option<String>,
}

/// How one attempt ended.
enum Attempt {
    Answered { status: u16, text: String, tag: Option<String> },
    Missed,
}

impl Call {
    fn new(method: &'static str, path: &str, repeat: bool) -> Self {
        let (path, deadline) = (path.to_owned(), DEADLINE);
        Self { method, path, query: Vec::new(), body: None, headers: Vec::new(), deadline, repeat, keepalive: false }
    }

    /// Reads.
    #[must_use]
    pub fn get(path: &str) -> Self {
        Self::new("GET", path, true)
    }
    /// Makes or orders something. It carries a key of its own, so that a repeat is known as one.
    #[must_use]
    pub fn post(path: &str) -> Self {
        let mut call = Self::new("POST", path, true);
        call.headers.push(("Idempotency-Key", key()));
        call
    }
    /// Replaces something.
    #[must_use]
    pub fn put(path: &str) -> Self {
        Self::new("PUT", path, true)
    }
    /// Changes something in part. Not repeated: a second time may mean something else.
    #[must_use]
    pub fn patch(path: &str) -> Self {
        Self::new("PATCH", path, false)
    }
    /// Removes something.
    #[must_use]
    pub fn delete(path: &str) -> Self {
        Self::new("DELETE", path, true)
    }

    /// Adds a parameter to the query.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }
    /// Adds a parameter to the query, when there is one.
    #[must_use]
    pub fn query_some(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }
    /// The body.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        // What we send are structs and maps with texts as keys: writing them cannot fail.
        self.body = serde_json::to_string(body).ok();
        self
    }
    /// Only if nobody changed it since: the tag that came with what was read.
    #[must_use]
    pub fn if_match(mut self, tag: &str) -> Self {
        self.headers.push(("If-Match", tag.to_owned()));
        self
    }
    /// Another deadline, in milliseconds.
    #[must_use]
    pub fn within(mut self, milliseconds: u32) -> Self {
        self.deadline = milliseconds;
        self
    }
    /// One attempt only: the caller tries again by himself.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.repeat = false;
        self
    }

    /// It arrives even when the page is closed before the answer is here. Its body must be small.
    #[must_use]
    pub fn keepalive(mut self) -> Self {
        self.keepalive = true;
        self
    }

    /// Calls, and reads the answer.
    ///
    /// # Errors
    /// When there is no answer, it is a refusal, or it does not read.
    pub async fn send<T: DeserializeOwned>(self) -> Result<T, Failure> {
        Ok(self.tagged().await?.0)
    }

    /// Calls, and reads the answer and its entity tag (empty when it has none).
    ///
    /// # Errors
    /// As [`Call::send`].
    pub async fn tagged<T: DeserializeOwned>(self) -> Result<(T, String), Failure> {
        let answer = self.run().await?;
        let read = serde_json::from_str(&answer.text).map_err(|error| {
            leptos::logging::error!("an answer does not read: {error}");
            Failure::Unreadable
        })?;
        Ok((read, answer.tag.unwrap_or_default()))
    }

    /// Calls, and does not look at the answer's body.
    ///
    /// # Errors
    /// When there is no answer or it is a refusal.
    pub async fn done(self) -> Result<(), Failure> {
        self.run().await.map(|_| ())
    }

    async fn run(self) -> Result<Answer, Failure> {
        let attempts = if self.repeat { PAUSES.len() } else { 1 };
        let mut last = Failure::Unreachable;
        for pause in &PAUSES[..attempts] {
            if *pause > 0 {
                crate::browser::pause(*pause).await;
            }
            match self.attempt().await {
                // A proxy answers for a server that is gone, and 503 asks to come back.
                Attempt::Answered { status: 502..=504, text, .. } => last = refusal(503, &text).unwrap_or(Failure::Unreachable),
                Attempt::Answered { status, text, tag } => {
                    link::answered();
                    return settled(status, text, tag);
                }
                Attempt::Missed => last = Failure::Unreachable,
            }
        }
        if last == Failure::Unreachable {
            link::missed();
        }
        Err(last)
    }

    async fn attempt(&self) -> Attempt {
        let Ok(controller) = AbortController::new() else { return Attempt::Missed };
        let answered = self.fetch(&controller);
        let late = crate::browser::pause(self.deadline);
        match futures::future::select(std::pin::pin!(answered), std::pin::pin!(late)).await {
            futures::future::Either::Left((Ok(attempt), _)) => attempt,
            futures::future::Either::Left((Err(_), _)) => Attempt::Missed,
            futures::future::Either::Right(_) => {
                controller.abort();
                Attempt::Missed
            }
        }
    }

    async fn fetch(&self, controller: &AbortController) -> Result<Attempt, JsValue> {
        let headers = Headers::new()?;
        headers.set("Accept", "application/json")?;
        for (name, value) in &self.headers {
            headers.set(name, value)?;
        }
        let init = RequestInit::new();
        init.set_method(self.method);
        init.set_signal(Some(&controller.signal()));
        if let Some(body) = &self.body {
            headers.set("Content-Type", "application/json")?;
            init.set_body(&JsValue::from_str(body));
        }
        init.set_headers(&headers);
        if self.keepalive {
            js_sys::Reflect::set(&init, &"keepalive".into(), &true.into())?;
        }
        let fetched = leptos::prelude::window().fetch_with_str_and_init(&self.address(), &init);
        let response: Response = JsFuture::from(fetched).await?.dyn_into()?;
        let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
        Ok(Attempt::Answered { status: response.status(), text, tag: response.headers().get("etag")? })
    }

    fn address(&self) -> String {
        let pairs: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        if pairs.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, pairs.join("&")) }
    }
}

fn settled(status: u16, text: String, tag: Option<String>) -> Result<Answer, Failure> {
    match status {
        200..=299 => Ok(Answer { text, tag }),
        401 => {
            if let Some(ended) = ENDED.get() {
                ended();
            }
            Err(Failure::SignedOut)
        }
        _ => Err(refusal(status, &text).unwrap_or(Failure::Unreadable)),
    }
}

fn refusal(status: u16, text: &str) -> Option<Failure> {
    let problem: Problem = serde_json::from_str(text).ok()?;
    Some(Failure::Refused(Box::new(Problem { status, ..problem })))
}

/// Whether the server answers at all.
pub(super) async fn reaches_server() -> bool {
    let call = Call::get("/healthz").within(5_000).once();
    matches!(call.attempt().await, Attempt::Answered { status: 200..=299, .. })
}

/// What is called when the server knows no session any more.
static ENDED: OnceLock<fn()> = OnceLock::new();

/// Calls when an answer says that nobody is signed in.
pub fn when_signed_out(call: fn()) {
    // Whoever came first stays: there is one session.
    let _ = ENDED.set(call);
}

/// A text as part of a path or query.
#[must_use]
pub fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A key no other request has.
fn key() -> String {
    let part = || format!("{:x}", (crate::browser::random() * f64::from(u32::MAX)) as u32);
    format!("{:x}-{}-{}", crate::browser::now() as u64, part(), part())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_escaped() {
        let call = Call::get("/api/v1/customers").query("q", "a&b=ü").query_some("cursor", None::<&str>);
        assert_eq!(call.address(), "/api/v1/customers?q=a%26b%3D%C3%BC");
    }

    #[test]
    fn a_refusal_keeps_its_fields() {
        let text = r#"{"status": 422, "code": "invalid", "detail": "no", "errors": [{"detail": "is needed", "pointer": "/name", "code": "missing"}]}"#;
        let Err(failure) = settled(422, text.to_owned(), None) else { panic!("422 is no success") };
        assert!(failure.is("invalid") && failure.problem().unwrap().at("/name").is_some());
        assert!(matches!(settled(500, "<html>".into(), None), Err(Failure::Unreadable)));
    }
}
