//! `/api/v1/live`: server-sent events. A stream asks the same numbers as any other, so they are read once for all of them, at
//! most once a second, and less often when reading takes long.

mod board;
mod stream;
mod watch;

use super::AppState;
use super::auth::Reader;
use super::extract::Query;
use super::problem::{ApiError, ApiResult, ProblemDocument};
use axum::extract::State;
use axum::response::IntoResponse;
pub use board::Board;
use http::StatusCode;
use tradewind_wire::counts::LiveQuery;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(live))
}

/// A stream of server-sent events: `status` when it changed, `counts` of a journey when they changed, `watched` with one part of
/// `watch` and its `counts` when these changed (null when there is no such journey), `events` that came in (at most 50 a second;
/// `skipped` says how many more there were), `bye` when the server stops. At most one of each a second.
#[utoipa::path(get, path = "/api/v1/live", tag = "status", params(LiveQuery),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 503, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn live(State(state): State<AppState>, reader: Reader, Query(query): Query<LiveQuery>) -> ApiResult<impl IntoResponse> {
    let journey = match query.journey.as_deref() {
        None | Some("") => None,
        Some(name) => Some(watch::one(&state, reader.workspace, name, query.since.as_deref(), query.version, "?since").await?),
    };
    let watched = watch::all(&state, reader.workspace, query.watch.as_deref().unwrap_or_default()).await?;
    let place = state.live.place(reader.key_id()).ok_or_else(|| {
        let words = "too many live streams are open: close a tab that watches, or try again in a while";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", words).retry_after(10)
    })?;
    let wanted = stream::Wanted { workspace: reader.workspace, counts: journey, watched, events: query.events.unwrap_or(false) };
    Ok(stream::answer(state, wanted, place))
}
