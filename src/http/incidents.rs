//! `/api/v1/incidents`: runs and deliveries that need a person.

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path, Query};
use super::page::{Page, PageQuery, Paging};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::runs::{comparable, control, give};
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tradewind_engine::inspect::incidents::{self, IncidentFilter, IncidentView};
use tradewind_engine::inspect::troubles::{self, Troubles};
use tradewind_engine::{Incoming, Remedy, journeys};
use tradewind_nodes::id::{IncidentId, WorkspaceId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(bulk))
        .routes(routes!(gather))
        .routes(routes!(get))
        .routes(routes!(retry))
        .routes(routes!(skip))
        .routes(routes!(abort))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `open` or `resolved`; `open` when absent.
    state: Option<String>,
    /// Slug or id of a journey.
    journey: Option<String>,
    /// A node.
    node: Option<String>,
    /// The code of the problem, as `http.status`.
    code: Option<String>,
}

/// Which incidents.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct BulkFilter {
    /// Slug or id of a journey.
    journey: Option<String>,
    /// A node.
    node: Option<String>,
    /// The code of the problem, as `http.status`.
    code: Option<String>,
}

/// What to do about many incidents.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BulkBody {
    /// Which; an empty filter means every open incident of the workspace.
    filter: BulkFilter,
    /// What.
    action: BulkAction,
}

/// What is done to each incident.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BulkAction {
    /// Try again.
    Retry,
    /// Go on by `next` as if it had been done.
    Skip,
    /// End the run.
    Abort,
}

impl From<BulkAction> for Remedy {
    fn from(action: BulkAction) -> Self {
        match action {
            BulkAction::Retry => Self::Retry,
            BulkAction::Skip => Self::Skip,
            BulkAction::Abort => Self::Abort,
        }
    }
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
struct BulkDone {
    /// How many incidents fit, each of whose runs is given the order.
    ordered: u64,
}

/// The filter `wanted`, which stands at `place`: `?` in a query, `/filter/` in a body.
async fn filter(state: &AppState, workspace: WorkspaceId, wanted: BulkFilter, place: &str) -> ApiResult<IncidentFilter> {
    let journey = match wanted.journey.as_deref() {
        None | Some("") => None,
        Some(name) => Some(journeys::id_of(&state.db, workspace, name).await?.0),
    };
    let (node, code) = (comparable(wanted.node, &format!("{place}node"))?, comparable(wanted.code, &format!("{place}code"))?);
    Ok(IncidentFilter { resolved: false, journey, node, code })
}

/// Lists incidents, the newest first.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "incidents", params(ListQuery, PageQuery),
    responses((status = 200, body = Page<IncidentView>), (status = "4XX", body = ProblemDocument)))]
async fn list(
    State(state): State<AppState>,
    reader: Reader,
    Query(query): Query<ListQuery>,
    paging: Paging,
) -> ApiResult<Page<IncidentView>> {
    let resolved = match query.state.as_deref() {
        None | Some("" | "open") => false,
        Some("resolved") => true,
        Some(_) => return Err(ApiError::invalid("?state", "is open or resolved")),
    };
    let wanted = BulkFilter { journey: query.journey, node: query.node, code: query.code };
    let filter = IncidentFilter { resolved, ..filter(&state, reader.workspace, wanted, "?").await? };
    let listed = incidents::list(&state.db, reader.workspace, &filter, paging.after()?, paging.fetch()).await?;
    Ok(Page::cut(listed, &paging, |incident| incident.id))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct GatherQuery {
    /// Slug or id of a journey; all of them when absent.
    journey: Option<String>,
}

/// Open incidents gathered by journey, node and problem, the most frequent first: what one decision can mend.
#[utoipa::path(get, path = "/api/v1/incidents/groups", tag = "incidents", params(GatherQuery),
    responses((status = 200, body = Troubles), (status = "4XX", body = ProblemDocument)))]
async fn gather(State(state): State<AppState>, reader: Reader, Query(query): Query<GatherQuery>) -> ApiResult<Json<Troubles>> {
    let wanted = BulkFilter { journey: query.journey, ..BulkFilter::default() };
    let journey = filter(&state, reader.workspace, wanted, "?").await?.journey;
    Ok(Json(troubles::list(&state.db, reader.workspace, journey).await?))
}

async fn found(state: &AppState, workspace: WorkspaceId, id: Uuid) -> ApiResult<IncidentView> {
    incidents::get(&state.db, workspace, IncidentId(id)).await?.ok_or_else(|| ApiError::not_found("incident", id))
}

/// One incident.
#[utoipa::path(get, path = "/api/v1/incidents/{id}", tag = "incidents", params(("id" = Uuid, Path, description = "The incident")),
    responses((status = 200, body = IncidentView), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(id): Path<Uuid>) -> ApiResult<Json<IncidentView>> {
    found(&state, reader.workspace, id).await.map(Json)
}

async fn act(state: &AppState, writer: &Writer, id: Uuid, action: Remedy) -> ApiResult<(StatusCode, Json<IncidentView>)> {
    let incident = found(state, writer.workspace, id).await?;
    if incident.state != "open" {
        let how = incident.resolution.as_deref().unwrap_or("something else");
        return Err(ApiError::conflict(
            "resolved",
            format!("incident {id} was resolved by {how}: look at its run {} for what came of it", incident.run),
        ));
    }
    give(state, writer.workspace, vec![control(incident.run, action.order(incident.id, &incident.problem, &writer.name))]).await?;
    Ok((StatusCode::ACCEPTED, Json(incident)))
}

/// Tries again what failed.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/retry", tag = "incidents", params(("id" = Uuid, Path, description = "The incident")),
    responses((status = 202, body = IncidentView), (status = "4XX", body = ProblemDocument)))]
async fn retry(State(state): State<AppState>, writer: Writer, Path(id): Path<Uuid>) -> ApiResult<(StatusCode, Json<IncidentView>)> {
    act(&state, &writer, id, Remedy::Retry).await
}

/// Sends the run on by `next` as if it had been done.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/skip", tag = "incidents", params(("id" = Uuid, Path, description = "The incident")),
    responses((status = 202, body = IncidentView), (status = "4XX", body = ProblemDocument)))]
async fn skip(State(state): State<AppState>, writer: Writer, Path(id): Path<Uuid>) -> ApiResult<(StatusCode, Json<IncidentView>)> {
    act(&state, &writer, id, Remedy::Skip).await
}

/// Ends the run.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/abort", tag = "incidents", params(("id" = Uuid, Path, description = "The incident")),
    responses((status = 202, body = IncidentView), (status = "4XX", body = ProblemDocument)))]
async fn abort(State(state): State<AppState>, writer: Writer, Path(id): Path<Uuid>) -> ApiResult<(StatusCode, Json<IncidentView>)> {
    act(&state, &writer, id, Remedy::Abort).await
}

/// Does the same about every open incident that fits the filter, one after the other, also when the server is started again meanwhile.
#[utoipa::path(post, path = "/api/v1/incidents/bulk", tag = "incidents", request_body = BulkBody,
    responses((status = 202, body = BulkDone), (status = "4XX", body = ProblemDocument)))]
async fn bulk(State(state): State<AppState>, writer: Writer, Json(body): Json<BulkBody>) -> ApiResult<(StatusCode, Json<BulkDone>)> {
    let filter = filter(&state, writer.workspace, body.filter, "/filter/").await?;
    // Only those that are there now: a retry that fails again is an incident of its own.
    let below = IncidentId(state.env.id());
    let ordered = incidents::how_many(&state.db, writer.workspace, &filter, Some(below.0)).await?;
    let all = Incoming::Settle { fits: filter, remedy: body.action.into(), by: writer.name.clone(), below };
    give(&state, writer.workspace, vec![all]).await?;
    Ok((StatusCode::ACCEPTED, Json(BulkDone { ordered })))
}
