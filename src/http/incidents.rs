//! `/api/v1/incidents`: runs and deliveries that need a person.

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path, Query};
use super::page::{Page, PageQuery, Paged, Paging};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::runs::{comparable, control, give};
use super::wired::{self, IntoWire};
use axum::extract::State;
use http::StatusCode;
use tradewind_engine::inspect::incidents::{self, IncidentView};
use tradewind_engine::inspect::troubles::{self, Trouble};
use tradewind_engine::{Incoming, Remedy, journeys};
use tradewind_nodes::id::{IncidentId, WorkspaceId};
use tradewind_wire::incidents::{
    Incident, IncidentAction, IncidentFilter, IncidentGroup, IncidentGroupQuery, IncidentGroups, IncidentQuery, IncidentState,
    IncidentsOrdered, ResolveIncidents,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

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

impl IntoWire<Incident> for IncidentView {
    fn into_wire(self) -> ApiResult<Incident> {
        Ok(Incident {
            subject: wired::word(&self.subject, format_args!("the subject of incident {}", self.id))?,
            state: wired::word(&self.state, format_args!("the state of incident {}", self.id))?,
            id: self.id,
            journey: self.journey,
            journey_id: self.journey_id,
            version: self.version,
            run: self.run,
            journey_name: self.journey_name,
            person: wired::some(self.person)?,
            node: self.node,
            title: self.title,
            called: self.called,
            visit: self.visit,
            problem: self.problem,
            resolution: self.resolution,
            opened_at: self.opened_at,
            resolved_at: self.resolved_at,
        })
    }
}

impl IntoWire<IncidentGroup> for Trouble {
    fn into_wire(self) -> ApiResult<IncidentGroup> {
        let Self { journey, journey_name, journey_id, node, title, called, code, message, open, first_at, last_at } = self;
        Ok(IncidentGroup { journey, journey_name, journey_id, node, title, called, code, message, open, first_at, last_at })
    }
}

fn remedy(action: IncidentAction) -> Remedy {
    match action {
        IncidentAction::Retry => Remedy::Retry,
        IncidentAction::Skip => Remedy::Skip,
        IncidentAction::Abort => Remedy::Abort,
    }
}

/// The filter `wanted`, which stands at `place`: `?` in a query, `/filter/` in a body.
async fn filter(state: &AppState, workspace: WorkspaceId, wanted: IncidentFilter, place: &str) -> ApiResult<incidents::IncidentFilter> {
    let journey = match wanted.journey.as_deref() {
        None | Some("") => None,
        Some(name) => Some(journeys::id_of(&state.db, workspace, name).await?.0),
    };
    let (node, code) = (comparable(wanted.node, &format!("{place}node"))?, comparable(wanted.code, &format!("{place}code"))?);
    Ok(incidents::IncidentFilter { resolved: false, journey, node, code })
}

/// Lists incidents, the newest first.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "incidents", params(IncidentQuery, PageQuery),
    responses((status = 200, body = Page<Incident>), (status = "4XX", body = ProblemDocument)))]
async fn list(
    State(state): State<AppState>,
    reader: Reader,
    Query(query): Query<IncidentQuery>,
    paging: Paging,
) -> ApiResult<Paged<Incident>> {
    let resolved = query.state == Some(IncidentState::Resolved);
    let wanted = IncidentFilter { journey: query.journey, node: query.node, code: query.code };
    let filter = incidents::IncidentFilter { resolved, ..filter(&state, reader.workspace, wanted, "?").await? };
    let listed = incidents::list(&state.db, reader.workspace, &filter, paging.after()?, paging.fetch()).await?;
    Paged::cut(listed, &paging, |incident| incident.id)
}

/// Open incidents gathered by journey, node and problem, the most frequent first: what one decision can mend.
#[utoipa::path(get, path = "/api/v1/incidents/groups", tag = "incidents", params(IncidentGroupQuery),
    responses((status = 200, body = IncidentGroups), (status = "4XX", body = ProblemDocument)))]
async fn gather(State(state): State<AppState>, reader: Reader, Query(query): Query<IncidentGroupQuery>) -> ApiResult<Json<IncidentGroups>> {
    let wanted = IncidentFilter { journey: query.journey, ..IncidentFilter::default() };
    let journey = filter(&state, reader.workspace, wanted, "?").await?.journey;
    let found = troubles::list(&state.db, reader.workspace, journey).await?;
    Ok(Json(IncidentGroups { data: wired::all(found.data)?, exact: found.exact }))
}

async fn found(state: &AppState, workspace: WorkspaceId, id: IncidentId) -> ApiResult<Incident> {
    incidents::get(&state.db, workspace, id).await?.ok_or_else(|| ApiError::not_found("incident", id))?.into_wire()
}

/// One incident.
#[utoipa::path(get, path = "/api/v1/incidents/{id}", tag = "incidents", params(("id" = IncidentId, Path, description = "The incident")),
    responses((status = 200, body = Incident), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(id): Path<IncidentId>) -> ApiResult<Json<Incident>> {
    found(&state, reader.workspace, id).await.map(Json)
}

async fn act(state: &AppState, writer: &Writer, id: IncidentId, action: Remedy) -> ApiResult<(StatusCode, Json<Incident>)> {
    let incident = found(state, writer.workspace, id).await?;
    if incident.state != IncidentState::Open {
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
#[utoipa::path(post, path = "/api/v1/incidents/{id}/retry", tag = "incidents", params(("id" = IncidentId, Path, description = "The incident")),
    responses((status = 202, body = Incident), (status = "4XX", body = ProblemDocument)))]
async fn retry(State(state): State<AppState>, writer: Writer, Path(id): Path<IncidentId>) -> ApiResult<(StatusCode, Json<Incident>)> {
    act(&state, &writer, id, Remedy::Retry).await
}

/// Sends the run on by `next` as if it had been done.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/skip", tag = "incidents", params(("id" = IncidentId, Path, description = "The incident")),
    responses((status = 202, body = Incident), (status = "4XX", body = ProblemDocument)))]
async fn skip(State(state): State<AppState>, writer: Writer, Path(id): Path<IncidentId>) -> ApiResult<(StatusCode, Json<Incident>)> {
    act(&state, &writer, id, Remedy::Skip).await
}

/// Ends the run.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/abort", tag = "incidents", params(("id" = IncidentId, Path, description = "The incident")),
    responses((status = 202, body = Incident), (status = "4XX", body = ProblemDocument)))]
async fn abort(State(state): State<AppState>, writer: Writer, Path(id): Path<IncidentId>) -> ApiResult<(StatusCode, Json<Incident>)> {
    act(&state, &writer, id, Remedy::Abort).await
}

/// Does the same about every open incident that fits the filter, one after the other, also when the server is started again meanwhile.
#[utoipa::path(post, path = "/api/v1/incidents/bulk", tag = "incidents", request_body = ResolveIncidents,
    responses((status = 202, body = IncidentsOrdered), (status = "4XX", body = ProblemDocument)))]
async fn bulk(
    State(state): State<AppState>,
    writer: Writer,
    Json(body): Json<ResolveIncidents>,
) -> ApiResult<(StatusCode, Json<IncidentsOrdered>)> {
    let filter = filter(&state, writer.workspace, body.filter, "/filter/").await?;
    // Only those that are there now: a retry that fails again is an incident of its own.
    let below = IncidentId(state.env.id());
    let ordered = incidents::how_many(&state.db, writer.workspace, &filter, Some(below.0)).await?;
    let all = Incoming::Settle { fits: filter, remedy: remedy(body.action), by: writer.name.clone(), below };
    give(&state, writer.workspace, vec![all]).await?;
    Ok((StatusCode::ACCEPTED, Json(IncidentsOrdered { ordered })))
}
