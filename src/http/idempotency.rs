//! `Idempotency-Key`: a POST under `/api/v1` that carries one is done once within 24 hours, and answered alike each time.
//!
//! | case | answer |
//! |---|---|
//! | first time | done; the answer is kept if it is a success and holds no secret: a request that failed did nothing |
//! | same key, same request, finished | the kept answer with `Idempotency-Replayed: true` |
//! | same key, first still running | 409 |
//! | same key, another request | 422 |
//!
//! A key is its caller's own: another API key with the same `Idempotency-Key` is another request.
//!
//! The keeping is not one commit with the deed: a crash between both leaves a key that is free again after
//! [`ABANDONED`], and the deed may then be done twice. What must never happen twice has a key of its own in the database.

use super::AppState;
use super::auth::Caller;
use super::problem::{ApiError, from_status};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION};
use http::{HeaderMap, Method, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_schema::record;
#[cfg(test)]
use tradewind_store::Statements;
use tradewind_store::{Batch, Db, Expect, StoreError, Value};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const MAX_KEY: usize = 255;
/// Answers longer than this are not kept: the key is free again.
const MAX_ANSWER: usize = 1024 * 1024;
const KEPT: Duration = Duration::from_hours(24);
/// A first request that has not answered by then died with its process.
const ABANDONED: Duration = Duration::from_secs(120);

/// A key past its time, or whose first request died, is free.
const FREE: &str = "DELETE FROM idempotency WHERE workspace_id = $1 AND route = $2 AND key = $3 \
                    AND (created_at < $4 OR (status IS NULL AND created_at < $5))";
const CLAIM: &str = "INSERT INTO idempotency (workspace_id, route, key, fingerprint, created_at) VALUES ($1, $2, $3, $4, $5)";
const FIND: &str =
    "SELECT route, key, fingerprint, status, body, created_at FROM idempotency WHERE workspace_id = $1 AND route = $2 AND key = $3";
const SETTLE: &str = "UPDATE idempotency SET status = $4, body = $5 WHERE workspace_id = $1 AND route = $2 AND key = $3";
const RELEASE: &str = "DELETE FROM idempotency WHERE workspace_id = $1 AND route = $2 AND key = $3";
const FORGET: &str = "DELETE FROM idempotency WHERE created_at < $1";
/// Every statement of this file.
#[cfg(test)]
pub const STATEMENTS: Statements = Statements(&[FREE, CLAIM, FIND, SETTLE, RELEASE, FORGET]);

#[derive(Serialize, Deserialize)]
struct Answer {
    headers: Vec<(String, String)>,
    body: String,
}

record! {
    /// What is kept about a key.
    struct Kept of "idempotency" key [route, key] {
        route: text,
        key: text,
        fingerprint: bytes,
        status: int null,
        body: text null,
        created_at: int => Timestamp,
    }
}

/// Middleware; runs after the caller is known.
pub async fn replay(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    match (caller, request.headers().get(HEADER)) {
        (Some(caller), Some(_)) if request.method() == Method::POST => {
            once(&state, &caller, request, next).await.unwrap_or_else(IntoResponse::into_response)
        }
        _ => next.run(request).await,
    }
}

async fn once(state: &AppState, caller: &Caller, request: Request, next: Next) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let key = key(&parts.headers)?;
    let route = parts.uri.path().to_owned();
    let bytes = to_bytes(body, state.config.max_body).await.map_err(|_| from_status(StatusCode::PAYLOAD_TOO_LARGE, ""))?;
    let fingerprint = fingerprint(parts.uri.query(), &bytes);
    let slot = [Value::from(caller.workspace.0), route.into(), format!("{} {key}", caller.key_id()).into()];
    if let Some(kept) = claim(&state.db, &slot, &fingerprint, state.env.now()).await? {
        return given_again(&kept, &fingerprint);
    }
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    keep(&state.db, &slot, response).await
}

fn key(headers: &HeaderMap) -> Result<String, ApiError> {
    let wrong = |detail: &str| ApiError::invalid("", format!("Idempotency-Key {detail}"));
    let text = headers.get(HEADER).and_then(|value| value.to_str().ok()).ok_or_else(|| wrong("must be plain ASCII"))?.trim();
    // The draft asks for quotes, most clients leave them out: both name the same key.
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    if text.is_empty() || text.len() > MAX_KEY {
        return Err(wrong(&format!("must have 1 to {MAX_KEY} characters: use a UUID made for this request")));
    }
    Ok(text.to_owned())
}

fn fingerprint(query: Option<&str>, body: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(query.unwrap_or_default());
    hash.update([0]);
    hash.update(body);
    hash.finalize().to_vec()
}

/// Takes the key, or returns what is kept about it.
async fn claim(db: &Db, slot: &[Value; 3], fingerprint: &[u8], now: Timestamp) -> Result<Option<Kept>, ApiError> {
    let [workspace, route, key] = slot.clone();
    let mut batch = Batch::new();
    // In the same commit, so that of two only one takes it.
    let ages = [now.minus(KEPT).micros().into(), now.minus(ABANDONED).micros().into()];
    batch.execute(FREE, slot.iter().cloned().chain(ages).collect(), Expect::Any);
    batch.execute(CLAIM, vec![workspace, route, key, fingerprint.to_vec().into(), now.micros().into()], Expect::Rows(1));
    match db.commit(batch).await {
        Ok(_) => Ok(None),
        Err(StoreError::Unique { .. }) => find(db, slot).await.map(Some),
        Err(error) => Err(error.into()),
    }
}

async fn find(db: &Db, slot: &[Value; 3]) -> Result<Kept, ApiError> {
    let rows = db.query(FIND, slot.to_vec()).await?;
    // The first request failed and gave the key back between the two statements.
    rows.first_as()?.ok_or_else(running)
}

fn running() -> ApiError {
    ApiError::conflict("still_running", "the first request with this Idempotency-Key is still running: ask again in a moment")
        .retry_after(1)
}

fn given_again(kept: &Kept, fingerprint: &[u8]) -> Result<Response, ApiError> {
    if kept.fingerprint != fingerprint {
        let detail = format!("this Idempotency-Key was used for another request at {}: use a new key for a new request", kept.created_at);
        return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "key_reused", detail));
    }
    let (Some(status), Some(body)) = (kept.status, &kept.body) else { return Err(running()) };
    let answer: Answer = serde_json::from_str(body).map_err(|error| ApiError::internal(&error))?;
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body).into_response();
    response.headers_mut().remove(CONTENT_TYPE);
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    Ok(response)
}

async fn keep(db: &Db, slot: &[Value; 3], response: Response) -> Result<Response, ApiError> {
    let status = response.status();
    let secret = response.headers().get(CACHE_CONTROL).is_some_and(|value| value.as_bytes() == b"no-store");
    if secret || !status.is_success() {
        release(db, slot).await;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_ANSWER).await else {
        release(db, slot).await;
        return Err(ApiError::internal(&"an answer to a POST is longer than what is kept for Idempotency-Key"));
    };
    let text = |name: &HeaderName| Some((name.to_string(), parts.headers.get(name)?.to_str().ok()?.to_owned()));
    let headers = [CONTENT_TYPE, LOCATION, ETAG].iter().filter_map(text).collect();
    match serde_json::to_string(&Answer { headers, body: String::from_utf8_lossy(&bytes).into_owned() }) {
        Ok(answer) => settle(db, slot, status, answer).await,
        Err(_) => release(db, slot).await,
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// The deed is done and its answer must not be lost with a failure here: it is only logged.
async fn settle(db: &Db, slot: &[Value; 3], status: StatusCode, answer: String) {
    let mut args = slot.to_vec();
    args.extend([i64::from(status.as_u16()).into(), answer.into()]);
    run(db, SETTLE, args).await;
}

async fn release(db: &Db, slot: &[Value; 3]) {
    run(db, RELEASE, slot.to_vec()).await;
}

/// Forgets what is past its time. Called every hour.
pub async fn forget(db: &Db, now: Timestamp) {
    run(db, FORGET, vec![now.minus(KEPT).micros().into()]).await;
}

async fn run(db: &Db, sql: &'static str, args: Vec<Value>) {
    let mut batch = Batch::new();
    batch.execute(sql, args, Expect::Any);
    if let Err(error) = db.commit(batch).await {
        tracing::warn!(%error, "what is kept about an Idempotency-Key could not be brought up to date");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn slot() -> [Value; 3] {
        [Uuid::from_u128(1).into(), "/api/v1/things".into(), "k".into()]
    }

    async fn db() -> Db {
        let db = Db::sqlite_in_memory().await.unwrap();
        db.migrate().await.unwrap();
        db
    }

    #[tokio::test]
    async fn an_answer_is_given_again_and_another_request_refused() {
        let (db, now) = (db().await, Timestamp::from_micros(1_700_000_000_000_000));
        let (one, two) = (fingerprint(None, b"{}"), fingerprint(None, b"[]"));
        assert!(claim(&db, &slot(), &one, now).await.unwrap().is_none());
        let early = claim(&db, &slot(), &one, now).await.unwrap().unwrap();
        assert_eq!(given_again(&early, &one).unwrap_err().status(), StatusCode::CONFLICT);
        let first = (StatusCode::CREATED, [(LOCATION, "/x")], axum::Json(7)).into_response();
        keep(&db, &slot(), first).await.unwrap();
        let kept = claim(&db, &slot(), &one, now).await.unwrap().unwrap();
        let again = given_again(&kept, &one).unwrap();
        assert_eq!(
            (again.status(), &again.headers()[LOCATION], &again.headers()["idempotency-replayed"]),
            (StatusCode::CREATED, &HeaderValue::from_static("/x"), &HeaderValue::from_static("true"))
        );
        assert_eq!(again.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(given_again(&kept, &two).unwrap_err().status(), StatusCode::UNPROCESSABLE_ENTITY);
        // A day later the key is free.
        assert!(claim(&db, &slot(), &two, now.plus(KEPT).plus(Duration::from_secs(1))).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn failures_and_secrets_are_not_kept() {
        let (db, now, one) = (db().await, Timestamp::from_micros(1_700_000_000_000_000), fingerprint(None, b""));
        let failures = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].map(IntoResponse::into_response);
        for response in failures.into_iter().chain([([(CACHE_CONTROL, "no-store")], "tw_secret").into_response()]) {
            assert!(claim(&db, &slot(), &one, now).await.unwrap().is_none());
            keep(&db, &slot(), response).await.unwrap();
        }
        assert!(claim(&db, &slot(), &one, now).await.unwrap().is_none());
        // Its process died: two minutes later the key is free.
        assert!(claim(&db, &slot(), &one, now.plus(ABANDONED).plus(Duration::from_secs(1))).await.unwrap().is_none());
    }

    #[test]
    fn a_key_is_read_with_and_without_quotes() {
        let with = |text: &str| key(&HeaderMap::from_iter([(HEADER, HeaderValue::from_str(text).unwrap())]));
        assert_eq!(with("\"abc\"").unwrap(), with("abc").unwrap());
        assert!(with("\"\"").is_err() && with(&"x".repeat(256)).is_err());
    }
}
