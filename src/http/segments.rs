//! `/api/v1/segments`: named predicates over customers.

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path};
use super::journeys::field_errors;
use super::page::{Page, PageQuery, Paged, Paging};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::runs::comparable;
use super::wired::IntoWire;
use axum::extract::State;
use http::StatusCode;
use std::collections::BTreeMap;
use tradewind_commerce::segments::{self, Member, SegmentError};
use tradewind_engine::EngineError;
use tradewind_engine::incoming::{Arrival, Incoming};
use tradewind_engine::journeys::uses;
use tradewind_nodes::Json as AnyJson;
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::predicate::{self, Predicate};
use tradewind_store::{Batch, StoreError};
use tradewind_wire::segments::{NewSegment, RedefineSegment, Segment, SegmentMember};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, redefine, delete)).routes(routes!(list_members))
}

impl From<SegmentError> for ApiError {
    fn from(error: SegmentError) -> Self {
        let words = error.to_string();
        match error {
            SegmentError::Read(error) => error.into(),
            SegmentError::Invalid(issues) => Self::unprocessable(words, field_errors(&issues)),
            SegmentError::Taken(_) => Self::conflict("exists", words),
            SegmentError::NotFound(_) => Self::new(StatusCode::NOT_FOUND, "not_found", words),
        }
    }
}

impl IntoWire<Segment> for segments::Segment {
    fn into_wire(self) -> ApiResult<Segment> {
        let Self { id, name, predicate, members, created_at, updated_at } = self;
        let predicate = serde_json::to_value(&predicate).map_err(|error| ApiError::internal(&error))?;
        Ok(Segment { id, name, predicate, members, created_at, updated_at })
    }
}

impl IntoWire<SegmentMember> for Member {
    fn into_wire(self) -> ApiResult<SegmentMember> {
        let Self { customer, user_id, email, name, since } = self;
        Ok(SegmentMember { customer, user_id, email, name, since })
    }
}

fn read(predicate: &AnyJson) -> ApiResult<Predicate> {
    predicate::from_json(predicate, "/predicate").map_err(|issue| SegmentError::Invalid(vec![issue]).into())
}

/// The name of a segment in an address, when it can be one.
fn named(name: String) -> ApiResult<String> {
    comparable(Some(name), "/name")?
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .ok_or_else(|| ApiError::invalid("/name", "is empty: name a segment"))
}

/// Lists the segments by name, each with how many are inside.
#[utoipa::path(get, path = "/api/v1/segments", tag = "segments", params(PageQuery),
    responses((status = 200, body = Page<Segment>), (status = "4XX", body = ProblemDocument)))]
async fn list(State(state): State<AppState>, reader: Reader, paging: Paging) -> ApiResult<Paged<Segment>> {
    let after: Option<String> = paging.after()?;
    let listed = segments::list(&state.db, reader.workspace, after.as_deref(), paging.fetch()).await?;
    Paged::cut(listed, &paging, |segment| segment.name.clone())
}

/// Makes a segment. Who is inside is worked out in the background.
#[utoipa::path(post, path = "/api/v1/segments", tag = "segments", request_body = NewSegment,
    responses((status = 201, body = Segment), (status = 422, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn create(State(state): State<AppState>, writer: Writer, Json(body): Json<NewSegment>) -> ApiResult<(StatusCode, Json<Segment>)> {
    let (name, predicate) = (named(body.name)?, read(&body.predicate)?);
    let making = segments::creation(
        writer.workspace,
        state.env.id(),
        (&name, &predicate),
        &others(&state, writer.workspace).await?,
        state.env.now(),
    )?;
    look_at_everybody(&state, writer.workspace, making, &name).await?;
    Ok((StatusCode::CREATED, Json(found(&state, writer.workspace, name).await?)))
}

/// One segment.
#[utoipa::path(get, path = "/api/v1/segments/{name}", tag = "segments", params(("name" = String, Path, description = "The segment's name")),
    responses((status = 200, body = Segment), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(name): Path<String>) -> ApiResult<Json<Segment>> {
    found(&state, reader.workspace, name).await.map(Json)
}

async fn found(state: &AppState, workspace: WorkspaceId, name: String) -> ApiResult<Segment> {
    let name = named(name)?;
    segments::find(&state.db, workspace, &name).await?.ok_or_else(|| ApiError::not_found("segment", name))?.into_wire()
}

/// Gives a segment another predicate. Who is inside is worked out in the background.
#[utoipa::path(put, path = "/api/v1/segments/{name}", tag = "segments", params(("name" = String, Path, description = "The segment's name")),
    request_body = RedefineSegment,
    responses((status = 200, body = Segment), (status = 422, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn redefine(
    State(state): State<AppState>,
    writer: Writer,
    Path(name): Path<String>,
    Json(body): Json<RedefineSegment>,
) -> ApiResult<Json<Segment>> {
    let (name, predicate) = (named(name)?, read(&body.predicate)?);
    let change = segments::redefinition(writer.workspace, (&name, &predicate), &others(&state, writer.workspace).await?, state.env.now())?;
    look_at_everybody(&state, writer.workspace, change, &name).await?;
    Ok(Json(found(&state, writer.workspace, name).await?))
}

/// The segments there are, among which a new one must close no circle.
async fn others(state: &AppState, workspace: WorkspaceId) -> ApiResult<BTreeMap<String, Predicate>> {
    Ok(segments::definitions(&state.db, workspace, segments::MAX_SEGMENTS).await?)
}

/// Commits a change of the segment called `name` together with the order to look at every customer for it: a crash between the
/// two would leave people where they do not belong.
async fn look_at_everybody(state: &AppState, workspace: WorkspaceId, change: Batch, name: &str) -> ApiResult<()> {
    let arrival = Arrival { workspace, incoming: Incoming::Backfill { after: None }, received_at: state.env.now() };
    match state.engine.accept_with(vec![arrival], change).await {
        Err(EngineError::Store(StoreError::Unique { .. })) => Err(SegmentError::Taken(name.to_owned()).into()),
        Err(EngineError::Store(StoreError::Conflict { .. })) => Err(SegmentError::NotFound(name.to_owned()).into()),
        other => other.map_err(ApiError::from),
    }
}

/// Deletes a segment that no journey uses.
#[utoipa::path(delete, path = "/api/v1/segments/{name}", tag = "segments", params(("name" = String, Path, description = "The segment's name")),
    responses((status = 204), (status = "4XX", body = ProblemDocument)))]
async fn delete(State(state): State<AppState>, writer: Writer, Path(name): Path<String>) -> ApiResult<StatusCode> {
    let segment = found(&state, writer.workspace, name).await?;
    let users = uses::of_segment(&state.db, writer.workspace, &segment.name).await?;
    if !users.is_empty() {
        let words = format!(
            "the segment {} is used by {}: publish those without it and wait until nobody is inside the old version",
            segment.name,
            users.join(", ")
        );
        return Err(ApiError::conflict("in_use", words));
    }
    segments::delete(&state.db, writer.workspace, &segment.name).await?;
    state.engine.refresh().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists who is inside a segment.
#[utoipa::path(get, path = "/api/v1/segments/{name}/members", tag = "segments",
    params(("name" = String, Path, description = "The segment's name"), PageQuery),
    responses((status = 200, body = Page<SegmentMember>), (status = "4XX", body = ProblemDocument)))]
async fn list_members(
    State(state): State<AppState>,
    reader: Reader,
    Path(name): Path<String>,
    paging: Paging,
) -> ApiResult<Paged<SegmentMember>> {
    let segment = found(&state, reader.workspace, name).await?;
    let listed = segments::members(&state.db, reader.workspace, &segment.name, paging.after()?, paging.fetch()).await?;
    Paged::cut(listed, &paging, |member| member.customer)
}
