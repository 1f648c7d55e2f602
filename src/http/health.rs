//! `/healthz`: the process is up; restart it otherwise. `/readyz`: it can do its work; send no traffic otherwise.

use super::AppState;
use super::problem::ApiError;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use serde_json::json;
use std::time::Duration;

/// A database that takes longer than this to answer or to write next to nothing cannot do the work.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(2);

/// While the last commit is not older than this, no write is tried.
const FRESH_COMMIT: Duration = Duration::from_secs(10);

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready))
}

async fn alive(State(state): State<AppState>) -> Response {
    if !state.engine.health().whole {
        return ApiError::busy("a part of the engine broke off: this process ends and is to be started anew", 1).into_response();
    }
    axum::Json(json!({"status": "up"})).into_response()
}

async fn ready(State(state): State<AppState>) -> Response {
    if *state.stopping.borrow() {
        return ApiError::busy("this process is stopping: send requests to another", 5).into_response();
    }
    let asked = tokio::time::timeout(DATABASE_TIMEOUT, async {
        state.db.query("SELECT 1", vec![]).await?;
        state.db.check_writable(FRESH_COMMIT).await
    });
    let database = match asked.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("the database did not answer and write within {} s", DATABASE_TIMEOUT.as_secs())),
    };
    let health = state.engine.health();
    let ready = database.is_ok() && health.ready;
    let connectors: serde_json::Map<_, _> =
        health.connectors.iter().map(|(name, problem)| ((*name).to_owned(), problem.as_deref().unwrap_or("ok").into())).collect();
    let body = json!({
        "status": if ready { "ready" } else { "not ready" },
        "database": database.err().unwrap_or_else(|| "ok".to_owned()),
        "engine": health.ready,
        "oldest_inbox_seconds": health.oldest_inbox_seconds,
        "waiting": health.waiting,
        "late_timers": health.late_timers,
        "outbox_pending": health.outbox_pending,
        "connectors": connectors,
    });
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(body)).into_response()
}
