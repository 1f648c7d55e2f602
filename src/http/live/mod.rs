//! `/api/v1/live`: server-sent events. A stream asks the same numbers as any other, so they are read once for all of them, at
//! most once a second, and less often when reading takes long.

mod board;
mod stream;

use super::AppState;
use super::auth::Reader;
use super::extract::Query;
use super::period::instant;
use super::problem::{ApiError, ApiResult, ProblemDocument};
use axum::extract::State;
use axum::response::IntoResponse;
pub use board::Board;
use http::StatusCode;
use serde::Deserialize;
use tradewind_engine::inspect::counts::Period;
use tradewind_engine::journeys;
use tradewind_nodes::time::Timestamp;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const HOUR: i64 = 3_600_000_000;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(live))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LiveQuery {
    /// Slug or id of a journey whose counts are wanted too.
    journey: Option<String>,
    /// Counts passages since this instant (RFC 3339) or for so long back (`24h`); all of them when absent.
    since: Option<String>,
    /// Counts one version; all of them when absent.
    version: Option<i64>,
    /// `true` for the events that come in.
    events: Option<bool>,
}

/// A stream of server-sent events: `status` when it changed, `counts` of a journey when they changed, `events` that came in
/// (at most 50 a second; `skipped` says how many more there were), `bye` when the server stops. At most one of each a second.
#[utoipa::path(get, path = "/api/v1/live", tag = "status", params(LiveQuery),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 503, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn live(State(state): State<AppState>, reader: Reader, Query(query): Query<LiveQuery>) -> ApiResult<impl IntoResponse> {
    // Counts go by hours: whoever asks within the same one shares what is read.
    let hour = |at: Timestamp| Timestamp::from_micros(at.micros().div_euclid(HOUR) * HOUR);
    let since = instant(query.since.as_deref(), "?since", state.env.now())?.map(hour);
    let journey = match query.journey.as_deref() {
        None | Some("") => None,
        Some(name) => Some(journeys::id_of(&state.db, reader.workspace, name).await?.0),
    };
    let place = state.live.place(reader.key_id()).ok_or_else(|| {
        let words = "too many live streams are open: close a tab that watches, or try again in a while";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", words).retry_after(10)
    })?;
    let wanted = stream::Wanted {
        workspace: reader.workspace,
        counts: journey.map(|journey| (journey, Period { since, until: None, version: query.version })),
        events: query.events.unwrap_or(false),
    };
    Ok(stream::answer(state, wanted, place))
}
