//! `/api/v1/journeys/{slug}/why`: why did, or did not, a person get what a journey sends?

use super::AppState;
use super::auth::Reader;
use super::customers::CustomerQuery;
use super::extract::{Json, Path, Query};
use super::problem::{ApiResult, ProblemDocument};
use axum::extract::State;
use tradewind_engine::inspect::why::{Explanation, explain};
use tradewind_engine::journeys;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(why))
}

/// Answers from recorded facts what a journey did, or did not do, for a person. Name the person in one of the three ways.
#[utoipa::path(get, path = "/api/v1/journeys/{slug}/why", tag = "journeys", params(("slug" = String, Path, description = "Slug or id"), CustomerQuery),
    responses((status = 200, body = Explanation), (status = "4XX", body = ProblemDocument)))]
async fn why(
    State(state): State<AppState>,
    reader: Reader,
    Path(slug): Path<String>,
    Query(who): Query<CustomerQuery>,
) -> ApiResult<Json<Explanation>> {
    let journey = journeys::find(&state.db, reader.workspace, &slug).await?;
    let customer = who.find(&state, reader.workspace).await?;
    Ok(Json(explain(&state.db, reader.workspace, &journey, &customer).await?))
}
