//! `/api/v1/deliveries`: what journeys sent, or meant to.

use super::AppState;
use super::auth::Reader;
use super::extract::{Json, Path, Query};
use super::page::{Page, PageQuery, Paged, Paging};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::runs::comparable;
use super::wired::{self, IntoWire};
use axum::extract::State;
use tradewind_engine::inspect::deliveries::{self, DeliveryFilter, DeliverySummary};
use tradewind_engine::journeys;
use tradewind_wire::deliveries::{Delivery, DeliveryDetail, DeliveryQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get))
}

impl IntoWire<Delivery> for DeliverySummary {
    fn into_wire(self) -> ApiResult<Delivery> {
        Ok(Delivery {
            state: wired::word(&self.state, format_args!("the state of delivery {}", self.id))?,
            id: self.id,
            run: self.run,
            node: self.node,
            visit: self.visit,
            journey: self.journey,
            journey_id: self.journey_id,
            version: self.version,
            customer: self.customer,
            channel: self.channel,
            recipient: self.recipient,
            title: self.title,
            attempts: self.attempts,
            due_at: self.due_at,
            created_at: self.created_at,
            settled_at: self.settled_at,
            reason: self.reason,
            said: self.said,
        })
    }
}

impl IntoWire<DeliveryDetail> for deliveries::DeliveryDetail {
    fn into_wire(self) -> ApiResult<DeliveryDetail> {
        let effect = serde_json::to_value(&self.effect).map_err(|error| ApiError::internal(&error))?;
        Ok(DeliveryDetail { delivery: self.summary.into_wire()?, effect, result: self.result })
    }
}

/// Lists deliveries, the newest first.
#[utoipa::path(get, path = "/api/v1/deliveries", tag = "deliveries", params(DeliveryQuery, PageQuery),
    responses((status = 200, body = Page<Delivery>), (status = "4XX", body = ProblemDocument)))]
async fn list(
    State(state): State<AppState>,
    reader: Reader,
    Query(query): Query<DeliveryQuery>,
    paging: Paging,
) -> ApiResult<Paged<Delivery>> {
    let journey = match query.journey.as_deref() {
        None | Some("") => None,
        Some(name) => Some(journeys::id_of(&state.db, reader.workspace, name).await?.0),
    };
    let filter = DeliveryFilter {
        journey,
        customer: query.customer,
        state: query.state.map(|state| state.name().to_owned()),
        channel: comparable(query.channel, "?channel")?,
    };
    let listed = deliveries::list(&state.db, reader.workspace, &filter, paging.after()?, paging.fetch()).await?;
    Paged::cut(listed, &paging, |delivery| delivery.id)
}

/// One delivery with what it says and what became of it.
#[utoipa::path(get, path = "/api/v1/deliveries/{id}", tag = "deliveries", params(("id" = Uuid, Path, description = "The delivery")),
    responses((status = 200, body = DeliveryDetail), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(id): Path<Uuid>) -> ApiResult<Json<DeliveryDetail>> {
    let found = deliveries::get(&state.db, reader.workspace, id).await?;
    found.ok_or_else(|| ApiError::not_found("delivery", id))?.into_wire().map(Json)
}
