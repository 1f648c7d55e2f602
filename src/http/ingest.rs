//! The Segment-compatible door: `/v1/{identify,track,page,screen,group,alias,batch,import}` and the browser's short forms.
//! Unmodified client libraries work against it.
//!
//! Answers: 200 once every taken message is committed. 400 when the text is not JSON or too large, and for a malformed
//! single call, because a developer is watching it. A malformed message inside a batch is left out and listed in
//! `dropped`: a 400 would make libraries throw the whole batch away. 401 without a key, 429 too fast, 503 when full.

use super::AppState;
use super::auth;
use super::extract;
use super::key_ring::{Key, Scope};
use super::message::{self, MAX_MESSAGE, Message, Refusal, Surroundings};
use super::problem::{ApiError, ApiResult, from_status};
use super::serve::Peer;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use flate2::read::MultiGzDecoder;
use http::StatusCode;
use http::header::{self, HeaderMap, HeaderValue};
use http_body_util::{BodyExt, Limited};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;
use tradewind_engine::incoming::{Arrival, Call, Incoming, IncomingEvent};
use tradewind_nodes::JsonMap;
use utoipa::ToSchema;

/// Bytes of a batch request: Segment's 500 KB, rounded up to the 512,000 bytes its libraries fill.
const MAX_BATCH: usize = 512 * 1024;
/// Messages in a batch.
const MAX_MESSAGES: usize = 2_500;
/// Dropped messages named in an answer; further ones are only counted.
const MAX_NAMED: usize = 100;
/// A client that has not sent its body by then has gone.
const BODY_TIME: Duration = Duration::from_secs(30);
const TAKEN: &[u8] = br#"{"success":true}"#;

/// Which door a request came through.
#[derive(Clone, Copy)]
enum Door {
    Single { call: Call, browser: bool },
    Batch { browser: bool },
}

/// The calls with their paths: the one for servers, and the one for browsers.
pub const CALLS: [(Call, &str, &str); 6] = [
    (Call::Identify, "/v1/identify", "/v1/i"),
    (Call::Track, "/v1/track", "/v1/t"),
    (Call::Page, "/v1/page", "/v1/p"),
    (Call::Screen, "/v1/screen", "/v1/s"),
    (Call::Group, "/v1/group", "/v1/g"),
    (Call::Alias, "/v1/alias", "/v1/a"),
];
/// The paths that take many calls at a time, and whether it is a browser's.
pub const BATCHES: [(&str, bool); 3] = [("/v1/batch", false), ("/v1/import", false), ("/v1/b", true)];
/// The browser library's measurements of itself: taken, and not kept.
pub const MEASUREMENTS: &str = "/v1/m";
/// What the browser and mobile libraries ask for before they start.
pub const SETTINGS: &str = "/v1/projects/{key}/settings";

/// The routes. `calls` describes them in the OpenAPI document.
pub fn router() -> Router<AppState> {
    let mut router = Router::new();
    for (call, long, short) in CALLS {
        router = router.route(long, door(Door::Single { call, browser: false })).route(short, door(Door::Single { call, browser: true }));
    }
    for (path, browser) in BATCHES {
        router = router.route(path, door(Door::Batch { browser }));
    }
    router.route(MEASUREMENTS, post(async || open(taken())).options(preflight)).route(SETTINGS, get(settings).options(preflight))
}

fn door(door: Door) -> MethodRouter<AppState> {
    post(move |State(state): State<AppState>, request: Request| async move {
        open(receive(&state, request, door).await.unwrap_or_else(IntoResponse::into_response))
    })
    .options(preflight)
}

/// Any site may send events: the key in the request is what counts, and no cookie is ever read.
fn open(mut response: Response) -> Response {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

async fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST, GET, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, content-encoding, x-retry-count"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    open((StatusCode::NO_CONTENT, headers).into_response())
}

fn taken() -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], TAKEN).into_response()
}

async fn receive(state: &AppState, request: Request, door: Door) -> ApiResult<Response> {
    let (parts, body) = request.into_parts();
    let limit = if matches!(door, Door::Single { .. }) { MAX_MESSAGE } else { MAX_BATCH };
    // Who shows a key is checked before his body is read.
    let key = match auth::shown(&parts.headers).filter(|shown| shown.starts_with("tw_")) {
        Some(shown) => Some(admitted(state, &shown).await?),
        None => None,
    };
    let bytes = read(&parts.headers, body, limit).await?;
    let around = Surroundings {
        ip: parts.extensions.get::<Peer>().and_then(|peer| peer.client(&parts.headers)),
        browser: matches!(door, Door::Single { browser: true, .. } | Door::Batch { browser: true }),
        has_nul: memchr::memmem::find(&bytes, br"\u0000").is_some(),
        ..Surroundings::default()
    };
    match door {
        Door::Single { call, .. } => single(state, key, &bytes, call, &around).await,
        Door::Batch { .. } => batch(state, key, &bytes, around).await,
    }
}

async fn single(state: &AppState, key: Option<Arc<Key>>, bytes: &[u8], call: Call, around: &Surroundings) -> ApiResult<Response> {
    // The slower reading that knows the field is only for what does not read at all.
    let message = serde_json::from_slice::<Message>(bytes).or_else(|_| extract::parse(bytes))?;
    let key = known(state, key, message.write_key.as_deref()).await?;
    let event = message::normalise(message, call, around, &state.env).map_err(|refusal| {
        dropped(1);
        ApiError::invalid(format!("/{}", refusal.field), refusal.reason)
    })?;
    accept(state, &key, vec![event]).await?;
    Ok(taken())
}

/// A batch as it came; its messages are read one by one, so that one bad message spoils nothing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(borrow)]
    batch: Vec<&'a RawValue>,
    #[serde(default, deserialize_with = "message::lenient")]
    write_key: Option<String>,
    #[serde(default, deserialize_with = "message::lenient")]
    sent_at: Option<String>,
    #[serde(default, deserialize_with = "message::object")]
    context: Option<JsonMap>,
    #[serde(default, deserialize_with = "message::object")]
    integrations: Option<JsonMap>,
}

/// A message that was not taken.
#[derive(Serialize, ToSchema)]
pub struct Dropped {
    /// Its place in the batch, from 0.
    index: usize,
    /// The field at fault; empty for the whole message.
    field: String,
    /// What is wrong and what to do.
    reason: String,
}

/// What was taken is committed.
#[derive(Serialize, ToSchema)]
pub struct Taken {
    /// Always true.
    success: bool,
    /// How many messages of a batch were left out; absent when all were taken.
    #[schema(required = false)]
    dropped_count: usize,
    /// The first of those; absent when all were taken.
    #[schema(required = false)]
    dropped: Vec<Dropped>,
}

async fn batch(state: &AppState, key: Option<Arc<Key>>, bytes: &[u8], mut around: Surroundings) -> ApiResult<Response> {
    let envelope: Envelope<'_> = serde_json::from_slice(bytes).map_err(|error| {
        let words = if error.is_data() { error.to_string() } else { format!("the body is not JSON ({error})") };
        ApiError::invalid("", format!("{words}: send {{\"batch\":[…]}} as one JSON document"))
    })?;
    let key = known(state, key, envelope.write_key.as_deref()).await?;
    around.sent_at = envelope.sent_at;
    around.context = envelope.context.unwrap_or_default();
    around.integrations = envelope.integrations.unwrap_or_default();
    let mut events = Vec::with_capacity(envelope.batch.len().min(MAX_MESSAGES));
    let mut outcome = Taken { success: true, dropped_count: 0, dropped: Vec::new() };
    for (index, raw) in envelope.batch.iter().enumerate() {
        let read = if index < MAX_MESSAGES { item(raw.get(), &around, state) } else { Err(too_many()) };
        match read {
            Ok(event) => events.push(event),
            Err(Refusal { field, reason }) => {
                outcome.dropped_count += 1;
                if outcome.dropped.len() < MAX_NAMED {
                    outcome.dropped.push(Dropped { index, field, reason });
                }
            }
        }
    }
    accept(state, &key, events).await?;
    if outcome.dropped_count == 0 {
        return Ok(taken());
    }
    dropped(outcome.dropped_count);
    Ok(axum::Json(outcome).into_response())
}

fn item(text: &str, around: &Surroundings, state: &AppState) -> Result<IncomingEvent, Refusal> {
    if text.len() > MAX_MESSAGE {
        return Err(Refusal::of("", format!("the message has more than {MAX_MESSAGE} bytes: send less with it")));
    }
    let message: Message = serde_json::from_str(text)
        .or_else(|_| extract::parse(text.as_bytes()).map_err(|error| Refusal::of("", error.detail().to_owned())))?;
    let call = message::call(message.call.as_deref())?;
    message::normalise(message, call, around, &state.env)
}

fn too_many() -> Refusal {
    Refusal::of("", format!("a batch takes {MAX_MESSAGES} messages: send the rest in another"))
}

fn dropped(count: usize) {
    metrics::counter!("tradewind_ingest_dropped_total").increment(count as u64);
}

async fn accept(state: &AppState, key: &Key, events: Vec<IncomingEvent>) -> ApiResult<()> {
    if events.is_empty() {
        return Ok(());
    }
    let count = events.len() as u64;
    let arrival =
        |event: IncomingEvent| Arrival { workspace: key.workspace, received_at: event.received_at, incoming: Incoming::Event(event) };
    state.engine.accept(events.into_iter().map(arrival).collect()).await?;
    metrics::counter!("tradewind_ingest_events_total").increment(count);
    Ok(())
}

/// The key of the header, or else of the body.
async fn known(state: &AppState, key: Option<Arc<Key>>, write_key: Option<&str>) -> ApiResult<Arc<Key>> {
    match (key, write_key) {
        (Some(key), _) => Ok(key),
        (None, Some(shown)) => admitted(state, shown).await,
        (None, None) => Err(ApiError::unauthorised(
            "no write key: send an API key with the scope \"ingest\" as the Basic user, as a Bearer token or as writeKey in the body",
        )),
    }
}

async fn admitted(state: &AppState, shown: &str) -> ApiResult<Arc<Key>> {
    let unknown =
        || ApiError::unauthorised("this write key does not exist or was revoked: `tradewind keys create --scopes ingest` makes one");
    let key = state.keys.find(shown).await?.ok_or_else(unknown)?;
    if !key.allows(Scope::Ingest) {
        return Err(ApiError::scope_missing("ingest"));
    }
    let allowance = key.limiter.take();
    if allowance.passes { Ok(key) } else { Err(auth::too_fast(allowance)) }
}

async fn read(headers: &HeaderMap, mut body: Body, limit: usize) -> ApiResult<Bytes> {
    let too_large = || {
        let detail =
            format!("the request has more than {limit} bytes: one message takes {MAX_MESSAGE}, a batch {MAX_BATCH}; send less at a time");
        ApiError::new(StatusCode::BAD_REQUEST, "too_large", detail)
    };
    let broken = |_| ApiError::new(StatusCode::BAD_REQUEST, "broken_body", "the body did not arrive whole: send it again");
    if extract::declared(headers).is_some_and(|length| length > limit) {
        extract::drain(&mut body).await;
        return Err(too_large());
    }
    let collected = tokio::time::timeout(BODY_TIME, Limited::new(&mut body, limit).collect()).await;
    let bytes = match collected.map_err(|_| from_status(StatusCode::REQUEST_TIMEOUT, ""))? {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            extract::drain(&mut body).await;
            return Err(too_large());
        }
        Err(error) => return Err(broken(error)),
    };
    match headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"" | b"identity") => Ok(bytes),
        Some(coding) if coding.eq_ignore_ascii_case(b"gzip") => {
            let mut inflated = Vec::with_capacity((bytes.len() * 4).min(limit));
            // One byte more than allowed tells a bomb without inflating it.
            let read = MultiGzDecoder::new(&bytes[..]).take(limit as u64 + 1).read_to_end(&mut inflated);
            match read {
                Ok(length) if length > limit => Err(too_large()),
                Ok(_) => Ok(inflated.into()),
                Err(_) => Err(ApiError::new(
                    StatusCode::BAD_REQUEST,
                    "broken_body",
                    "the body is not gzip, as its Content-Encoding says: correct one of them",
                )),
            }
        }
        Some(_) => Err(from_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content-Encoding: only gzip")),
    }
}

/// What the browser and mobile libraries ask for before they start.
async fn settings(State(state): State<AppState>, Path(key): Path<String>) -> Response {
    let host = state.config.public_url.as_str().trim_end_matches('/').split_once("://").map_or("", |(_, host)| host).to_owned();
    let answer = match state.keys.find(&key).await {
        Ok(Some(found)) if found.allows(Scope::Ingest) => {
            let enabled = serde_json::json!({"__default": {"enabled": true}});
            axum::Json(serde_json::json!({
                "integrations": {"Segment.io": {"apiKey": key, "apiHost": format!("{host}/v1")}},
                "plan": {"track": enabled, "identify": enabled, "group": enabled},
                "enabledMiddleware": {},
                "metrics": {"sampleRate": 0},
                "remotePlugins": [],
                "legacyVideoPluginsEnabled": false,
            }))
            .into_response()
        }
        Ok(_) => ApiError::not_found("write key", key.chars().take(9).collect::<String>()).into_response(),
        Err(error) => ApiError::from(error).into_response(),
    };
    open(answer)
}
