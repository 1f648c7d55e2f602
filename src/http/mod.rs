//! The HTTP doors: one file a resource. This file holds what they share and puts them together.
//!
//! A resource is `pub fn router() -> OpenApiRouter<AppState>` merged in [`resources`]. Its handlers take
//! [`State<AppState>`](axum::extract::State), one of the callers [`auth::Reader`], [`auth::Writer`], [`auth::Admin`]
//! (which check the key's scope and name its workspace), [`page::Paging`] for lists and [`extract`]'s `Json`, `Path` and
//! `Query`, and return [`problem::ApiResult`]. Every failure becomes a problem document.

pub mod audience;
pub mod auth;
pub mod calls;
pub mod customers;
pub mod dead_letters;
pub mod deliveries;
pub mod events;
pub mod extract;
pub mod health;
pub mod idempotency;
pub mod incidents;
pub mod ingest;
pub mod journeys;
pub mod key_ring;
pub mod keys;
pub mod kinds;
pub mod live;
pub mod mails;
pub mod message;
pub mod metrics;
pub mod openapi;
pub mod opened;
mod outflow;
pub mod page;
pub mod parameters;
mod peers;
pub mod period;
pub mod personal;
pub mod problem;
pub mod rate;
pub mod recipes;
pub mod runs;
pub mod schemas;
pub mod segments;
pub mod serve;
pub mod session;
pub mod sessions;
pub mod settings;
pub mod status;
pub mod tasks;
pub mod ui;
pub mod unsubscribe;
pub mod why;
pub mod wired;

use crate::config::Config;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use key_ring::KeyRing;
use metrics_exporter_prometheus::PrometheusHandle;
pub use problem::ApiError;
use std::ops::Deref;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tradewind_engine::Engine;
use tradewind_engine::clock::Environment;
use tradewind_nodes::time::Timestamp;
use tradewind_store::Db;
use utoipa_axum::router::OpenApiRouter;

/// What every handler may use.
pub struct App {
    /// The database.
    pub db: Db,
    /// The engine.
    pub engine: Engine,
    /// Time and new ids.
    pub env: Environment,
    /// API keys, looked up through a cache.
    pub keys: KeyRing,
    /// The settings in force.
    pub config: Arc<Config>,
    /// Makes and reads the tokens of unsubscribe links.
    pub unsubscribe: unsubscribe::Tokens,
    /// Renders the metrics.
    pub metrics: PrometheusHandle,
    /// When this process began.
    pub started_at: Timestamp,
    /// Numbers read once for everybody who watches.
    pub live: live::Board,
    /// Turns true when the process begins to stop: streams that never end by themselves end then.
    pub stopping: tokio::sync::watch::Receiver<bool>,
}

/// [`App`], shared.
#[derive(Clone)]
pub struct AppState(Arc<App>);

impl AppState {
    /// Shares `app`.
    #[must_use]
    pub fn new(app: App) -> Self {
        Self(Arc::new(app))
    }
}
impl Deref for AppState {
    type Target = App;
    fn deref(&self) -> &App {
        &self.0
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The resources under `/api/v1`: what the OpenAPI document describes.
pub fn resources() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::document())
        .merge(status::router())
        .merge(live::router())
        .merge(journeys::router())
        .merge(why::router())
        .merge(runs::router())
        .merge(customers::router())
        .merge(personal::router())
        .merge(audience::router())
        .merge(events::router())
        .merge(segments::router())
        .merge(deliveries::router())
        .merge(mails::router())
        .merge(incidents::router())
        .merge(dead_letters::router())
        .merge(tasks::router())
        .merge(kinds::router())
        .merge(recipes::router())
        .merge(keys::router())
        .merge(session::router())
        .merge(settings::router())
}

/// The whole application.
pub fn app(state: AppState) -> Router {
    let (api, document) = resources().split_for_parts();
    let document = openapi::finished(document);
    let parameters = Arc::new(parameters::Parameters::of(&document));
    // Inside out: a layer added later runs earlier.
    let api = api
        .layer(from_fn_with_state(state.clone(), idempotency::replay))
        .layer(from_fn(page::link))
        .layer(from_fn_with_state(parameters, parameters::only_known))
        .layer(from_fn_with_state(state.clone(), auth::identify))
        .layer(RequestBodyLimitLayer::new(state.config.max_body))
        .layer(from_fn_with_state(state.clone(), within_size))
        .layer(axum::extract::DefaultBodyLimit::disable());
    let slow = Router::new()
        .merge(api)
        .merge(health::router())
        .merge(metrics::router())
        .merge(unsubscribe::router())
        .merge(opened::router())
        .merge(openapi::router(document))
        .merge(ui::router())
        .layer(from_fn_with_state(state.clone(), within_time))
        .layer(from_fn(problems_only))
        .layer(map_response(guarded))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid));
    // Ingestion has no layer of its own beyond the last: it answers tens of thousands of requests a second.
    Router::new()
        .merge(slow)
        .merge(ingest::router())
        .fallback(ui::page)
        .method_not_allowed_fallback(async || problem::from_status(http::StatusCode::METHOD_NOT_ALLOWED, ""))
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(state)
}

/// Middleware: an answer that is not ready in time is given up, unless it is a stream (those begin at once).
async fn within_time(state: axum::extract::State<AppState>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(state.config.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => problem::from_status(http::StatusCode::GATEWAY_TIMEOUT, "").into_response(),
    }
}

/// Middleware: a body that says itself that it is too large is refused before anybody looks at it.
async fn within_size(state: axum::extract::State<AppState>, mut request: Request, next: Next) -> Response {
    if extract::declared(request.headers()).is_none_or(|length| length <= state.config.max_body) {
        return next.run(request).await;
    }
    extract::drain(request.body_mut()).await;
    problem::from_status(http::StatusCode::PAYLOAD_TOO_LARGE, &format!("it takes {} bytes", state.config.max_body)).into_response()
}

/// Middleware: what says nothing about it itself is no page, is framed by nobody and is what its type says.
async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let json = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().ends_with(b"json"));
    let policy = if json { "default-src 'none'; frame-ancestors 'none'" } else { "frame-ancestors 'none'" };
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
    headers.entry(X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    response
}

/// Middleware: failures that axum or a layer answered in plain text become problem documents too.
async fn problems_only(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let plain = response.headers().get(http::header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !(status.is_client_error() || status.is_server_error()) || !plain {
        return response;
    }
    let allow = response.headers().get(http::header::ALLOW).cloned();
    let mut problem = problem::from_status(status, "");
    if let Some(allow) = allow {
        problem = problem.with_header(http::header::ALLOW, allow);
    }
    problem.into_response()
}

// The layer prescribes the signature.
fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    let text = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("unknown");
    ApiError::internal(&format!("panic: {text}")).into_response()
}
