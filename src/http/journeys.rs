//! `/api/v1/journeys`: the catalogue of journeys, their drafts and what is wrong with those.

mod keeping;
mod lifecycle;
mod publish;

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path, Query, Revision};
use super::page::{Page, PageQuery, Paged, Paging};
use super::problem::{self, ApiError, ApiResult, FieldError, ProblemDocument};
use super::status::midnight;
use super::wired::{self, IntoWire};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use tradewind_commerce::reading::ReadError;
use tradewind_engine::journeys::{self, JourneyError, Listing, Order};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::issue::{FieldIssue, Issue, Severity};
use tradewind_wire::journeys::{
    GraphIssue, Journey, JourneyOrder, JourneyQuery, JourneyStatus, JourneySummary, NewJourney, RenameJourney, ValidateGraph, Validation,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, rename, archive))
        .routes(routes!(save_draft))
        .routes(routes!(validate))
        .merge(publish::router())
        .merge(lifecycle::router())
        .merge(keeping::router())
}

impl From<ReadError> for ApiError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Store(error) => error.into(),
            corrupt @ ReadError::Corrupt { .. } => Self::internal(&corrupt),
        }
    }
}

impl From<JourneyError> for ApiError {
    fn from(error: JourneyError) -> Self {
        let words = error.to_string();
        match error {
            JourneyError::Read(error) => error.into(),
            JourneyError::NotFound(_) | JourneyError::NoVersion { .. } | JourneyError::NoKind(_) => {
                Self::new(StatusCode::NOT_FOUND, "not_found", words)
            }
            JourneyError::SlugTaken(_) => Self::conflict("exists", words),
            JourneyError::Field(issue) => Self::invalid(issue.field, issue.message),
            JourneyError::Invalid(issues) => Self::issues(&issues),
            JourneyError::BadKind(issues) => Self::unprocessable(words, field_errors(&issues)),
            JourneyError::Stale { .. } | JourneyError::StaleScenarios { .. } => Self::new(StatusCode::PRECONDITION_FAILED, "stale", words),
            JourneyError::OtherContent { .. } => Self::conflict("other_content", words),
            JourneyError::Status { .. } => Self::conflict("status", words),
            JourneyError::InUse(_) => Self::conflict("in_use", words),
        }
    }
}

/// Issues of fields as a problem tells them.
pub fn field_errors(issues: &[FieldIssue]) -> Vec<FieldError> {
    issues.iter().map(problem::field_error).collect()
}

impl IntoWire<JourneyStatus> for journeys::JourneyStatus {
    fn into_wire(self) -> ApiResult<JourneyStatus> {
        Ok(match self {
            Self::Draft => JourneyStatus::Draft,
            Self::Live => JourneyStatus::Live,
            Self::Paused => JourneyStatus::Paused,
            Self::Stopped => JourneyStatus::Stopped,
            Self::Archived => JourneyStatus::Archived,
        })
    }
}

fn status(wanted: JourneyStatus) -> journeys::JourneyStatus {
    match wanted {
        JourneyStatus::Draft => journeys::JourneyStatus::Draft,
        JourneyStatus::Live => journeys::JourneyStatus::Live,
        JourneyStatus::Paused => journeys::JourneyStatus::Paused,
        JourneyStatus::Stopped => journeys::JourneyStatus::Stopped,
        JourneyStatus::Archived => journeys::JourneyStatus::Archived,
    }
}

impl IntoWire<Journey> for journeys::Journey {
    fn into_wire(self) -> ApiResult<Journey> {
        let Self { id, slug, name, description, status, live_version, draft, draft_revision, created_at, updated_at } = self;
        let status = status.into_wire()?;
        Ok(Journey { id, slug, name, description, status, live_version, draft, draft_revision, created_at, updated_at })
    }
}

impl IntoWire<JourneySummary> for journeys::JourneySummary {
    fn into_wire(self) -> ApiResult<JourneySummary> {
        Ok(JourneySummary {
            id: self.id,
            slug: self.slug,
            name: self.name,
            description: self.description,
            status: self.status.into_wire()?,
            live_version: self.live_version,
            draft_revision: self.draft_revision,
            changed: self.changed,
            people: self.people,
            inside: self.inside,
            inside_exact: self.inside_exact,
            entered: self.entered,
            incidents: self.incidents,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

impl IntoWire<GraphIssue> for Issue {
    fn into_wire(self) -> ApiResult<GraphIssue> {
        Ok(GraphIssue { error: problem::graph_error(&self), severity: self.severity })
    }
}

/// A journey with the ETag of its draft.
fn tagged(status: StatusCode, journey: journeys::Journey) -> ApiResult<Response> {
    let journey: Journey = journey.into_wire()?;
    Ok((status, [Revision::etag(journey.draft_revision)], Json(journey)).into_response())
}

/// A journey that was made: with its address.
///
/// # Errors
/// Never: journeys can be told.
pub fn made(journey: journeys::Journey) -> ApiResult<Response> {
    let location = [(LOCATION, format!("/api/v1/journeys/{}", journey.slug))];
    Ok((location, tagged(StatusCode::CREATED, journey)?).into_response())
}

/// Lists the journeys, each with who is inside, who entered on each of the last 14 days, and how many incidents are open.
#[utoipa::path(get, path = "/api/v1/journeys", tag = "journeys", params(JourneyQuery, PageQuery),
    responses((status = 200, body = Page<JourneySummary>), (status = "4XX", body = ProblemDocument)))]
async fn list(
    State(state): State<AppState>,
    reader: Reader,
    Query(query): Query<JourneyQuery>,
    paging: Paging,
) -> ApiResult<Paged<JourneySummary>> {
    let order = match query.sort {
        None | Some(JourneyOrder::Created) => Order::Created,
        Some(JourneyOrder::Updated) => Order::Updated,
        Some(JourneyOrder::Name) => Order::Name,
    };
    let listing = Listing { status: query.status.map(status), q: query.q, order };
    let midnight = midnight(&state, reader.workspace, state.env.now());
    let listed = journeys::list(&state.db, reader.workspace, &listing, paging.after()?, paging.fetch(), midnight).await?;
    Paged::cut(listed, &paging, |journey| listing.place(journey))
}

/// Makes a journey.
#[utoipa::path(post, path = "/api/v1/journeys", tag = "journeys", request_body = NewJourney,
    responses((status = 201, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn create(State(state): State<AppState>, writer: Writer, Json(body): Json<NewJourney>) -> ApiResult<Response> {
    let NewJourney { name, slug, description, graph } = body;
    let new = journeys::NewJourney { name, slug, description, graph, scenarios: Vec::new() };
    made(journeys::create(&state.db, writer.workspace, state.env.id(), new, state.env.now()).await?)
}

/// One journey with its draft; the ETag is the draft's.
#[utoipa::path(get, path = "/api/v1/journeys/{slug}", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(slug): Path<String>) -> ApiResult<Response> {
    tagged(StatusCode::OK, journeys::find(&state.db, reader.workspace, &slug).await?)
}

/// Changes the name or the description of a journey.
#[utoipa::path(patch, path = "/api/v1/journeys/{slug}", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    request_body = RenameJourney, responses((status = 200, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn rename(
    State(state): State<AppState>,
    writer: Writer,
    Path(slug): Path<String>,
    Json(body): Json<RenameJourney>,
) -> ApiResult<Response> {
    let (name, description) = (body.name.as_deref(), body.description.as_deref());
    let renamed = journeys::rename(&state.db, writer.workspace, &slug, name, description, state.env.now()).await?;
    tagged(StatusCode::OK, renamed)
}

/// Puts a journey away, when nobody is inside. Its history stays.
#[utoipa::path(delete, path = "/api/v1/journeys/{slug}", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 204), (status = "4XX", body = ProblemDocument)))]
async fn archive(State(state): State<AppState>, writer: Writer, Path(slug): Path<String>) -> ApiResult<StatusCode> {
    journeys::archive(&state.db, writer.workspace, &slug, state.env.now()).await?;
    state.engine.refresh().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Saves the draft. `If-Match` must name the revision it was made from.
#[utoipa::path(put, path = "/api/v1/journeys/{slug}/draft", tag = "journeys",
    params(("slug" = String, Path, description = "Slug or id"), ("If-Match" = String, Header, description = "ETag of the draft read, or *")),
    request_body = Graph,
    responses((status = 200, body = Journey), (status = 412, body = ProblemDocument), (status = 428, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn save_draft(
    State(state): State<AppState>,
    writer: Writer,
    Path(slug): Path<String>,
    revision: Revision,
    Json(graph): Json<Graph>,
) -> ApiResult<Response> {
    let given = match revision.0 {
        Some(number) if number >= 0 => Some(number),
        // None at all, `*`, or what was never an ETag of ours.
        _ => {
            let current = journeys::find(&state.db, writer.workspace, &slug).await?.draft_revision;
            revision.must_be(current, "draft")?;
            None
        }
    };
    let saved = journeys::save(&state.db, writer.workspace, &slug, &graph, given, state.env.now()).await?;
    tagged(StatusCode::OK, saved)
}

/// Looks for everything wrong with a graph, or with the draft.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/validate", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    request_body = ValidateGraph, responses((status = 200, body = Validation), (status = "4XX", body = ProblemDocument)))]
async fn validate(
    State(state): State<AppState>,
    reader: Reader,
    Path(slug): Path<String>,
    Json(body): Json<ValidateGraph>,
) -> ApiResult<Json<Validation>> {
    let journey = journeys::find(&state.db, reader.workspace, &slug).await?;
    let graph = body.graph.unwrap_or(journey.draft);
    let issues = journeys::validate(&state.db, reader.workspace, &graph).await?;
    let valid = issues.iter().all(|issue| issue.severity != Severity::Error);
    Ok(Json(Validation { valid, issues: wired::all(issues)? }))
}
