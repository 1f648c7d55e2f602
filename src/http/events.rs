//! `/api/v1/events`: what came in, as it came in.

use super::AppState;
use super::auth::Reader;
use super::extract::Query;
use super::page::{Page, PageQuery, Paging};
use super::problem::{ApiResult, ProblemDocument};
use super::runs::comparable;
use axum::extract::State;
use serde::Deserialize;
use tradewind_commerce::events::{self, EventView};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only events of this name.
    name: Option<String>,
}

/// Lists events, the last received first.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(ListQuery, PageQuery),
    responses((status = 200, body = Page<EventView>), (status = "4XX", body = ProblemDocument)))]
async fn list(State(state): State<AppState>, reader: Reader, Query(query): Query<ListQuery>, paging: Paging) -> ApiResult<Page<EventView>> {
    let name = comparable(query.name, "?name")?;
    let listed = events::recent(&state.db, reader.workspace, name.as_deref(), paging.after()?, paging.fetch()).await?;
    Ok(Page::cut(listed, &paging, |event| (event.received_at.micros(), event.id)))
}
