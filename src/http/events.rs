//! `/api/v1/events`: what came in, as it came in.

use super::AppState;
use super::auth::Reader;
use super::extract::{Json, Query};
use super::page::{Page, PageQuery, Paging};
use super::period::instant;
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::runs::comparable;
use axum::extract::State;
use serde::Deserialize;
use tradewind_commerce::events::{self, EventView, Exploration, Names};
use tradewind_nodes::id::CustomerId;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

const CALLS: [&str; 7] = ["track", "page", "screen", "identify", "group", "alias", "internal"];

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(list_names))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only events of this name.
    name: Option<String>,
    /// Only events whose name holds this text.
    q: Option<String>,
    /// Only calls of this type: `track`, `page`, `screen`, `identify`, `group`, `alias` or `internal`.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    call: Option<String>,
    /// Only events of this customer, by our id; in the order they happened.
    customer: Option<Uuid>,
    /// Since this instant (RFC 3339) or for so long back (`24h`).
    since: Option<String>,
    /// Before this instant, or so long back.
    until: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct NamesQuery {
    /// Only names that hold this text.
    q: Option<String>,
}

/// Lists events, the last received first. A page may be short although more follow: follow `next_cursor`.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(ListQuery, PageQuery),
    responses((status = 200, body = Page<EventView>), (status = "4XX", body = ProblemDocument)))]
async fn list(State(state): State<AppState>, reader: Reader, Query(query): Query<ListQuery>, paging: Paging) -> ApiResult<Page<EventView>> {
    let now = state.env.now();
    let call = comparable(query.call, "?type")?;
    if call.as_deref().is_some_and(|call| !CALLS.contains(&call)) {
        return Err(ApiError::invalid("?type", format!("is one of {}", CALLS.join(", "))));
    }
    let wanted = Exploration {
        name: comparable(query.name, "?name")?,
        holds: comparable(query.q, "?q")?,
        call,
        customer: query.customer.map(CustomerId),
        since: instant(query.since.as_deref(), "?since", now)?,
        until: instant(query.until.as_deref(), "?until", now)?,
    };
    let found = events::explore(&state.db, reader.workspace, &wanted, paging.after()?, i64::from(paging.limit)).await?;
    Ok(Page::looked(found.events, found.next))
}

/// The names of the newest events with how many there are, and what properties they have: for pickers.
#[utoipa::path(get, path = "/api/v1/events/names", tag = "events", params(NamesQuery),
    responses((status = 200, body = Names), (status = "4XX", body = ProblemDocument)))]
async fn list_names(State(state): State<AppState>, reader: Reader, Query(query): Query<NamesQuery>) -> ApiResult<Json<Names>> {
    Ok(Json(events::names(&state.db, reader.workspace, query.q.as_deref()).await?))
}
