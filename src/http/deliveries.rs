//! `/api/v1/deliveries`: what journeys sent, or meant to.

use super::AppState;
use super::auth::Reader;
use super::extract::{Json, Path, Query};
use super::page::{Page, PageQuery, Paging};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::runs::comparable;
use axum::extract::State;
use serde::Deserialize;
use tradewind_engine::inspect::deliveries::{self, DeliveryDetail, DeliveryFilter, DeliverySummary};
use tradewind_engine::journeys;
use tradewind_nodes::id::CustomerId;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Slug or id of a journey.
    journey: Option<String>,
    /// A person, by our id.
    customer: Option<Uuid>,
    /// `pending`, `sending`, `sent`, `failed` or `suppressed`.
    state: Option<String>,
    /// `email` or `http`.
    channel: Option<String>,
}

/// Lists deliveries, the newest first.
#[utoipa::path(get, path = "/api/v1/deliveries", tag = "deliveries", params(ListQuery, PageQuery),
    responses((status = 200, body = Page<DeliverySummary>), (status = "4XX", body = ProblemDocument)))]
async fn list(
    State(state): State<AppState>,
    reader: Reader,
    Query(query): Query<ListQuery>,
    paging: Paging,
) -> ApiResult<Page<DeliverySummary>> {
    let journey = match query.journey.as_deref() {
        None | Some("") => None,
        Some(name) => Some(journeys::id_of(&state.db, reader.workspace, name).await?.0),
    };
    let filter = DeliveryFilter {
        journey,
        customer: query.customer.map(CustomerId),
        state: comparable(query.state, "?state")?,
        channel: comparable(query.channel, "?channel")?,
    };
    let listed = deliveries::list(&state.db, reader.workspace, &filter, paging.after()?, paging.fetch()).await?;
    Ok(Page::cut(listed, &paging, |delivery| delivery.id))
}

/// One delivery with what it says and what became of it.
#[utoipa::path(get, path = "/api/v1/deliveries/{id}", tag = "deliveries", params(("id" = Uuid, Path, description = "The delivery")),
    responses((status = 200, body = DeliveryDetail), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(id): Path<Uuid>) -> ApiResult<Json<DeliveryDetail>> {
    deliveries::get(&state.db, reader.workspace, id).await?.map(Json).ok_or_else(|| ApiError::not_found("delivery", id))
}
