//! `/api/v1/journeys`: the catalogue of journeys, their drafts and what is wrong with those.

mod keeping;
mod lifecycle;
mod publish;

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path, Query, Revision};
use super::page::{Page, PageQuery, Paging};
use super::problem::{ApiError, ApiResult, FieldError, ProblemDocument};
use super::status::midnight;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde::{Deserialize, Serialize};
use tradewind_commerce::reading::ReadError;
use tradewind_engine::journeys::{self, Journey, JourneyError, JourneyStatus, JourneySummary, Listing, NewJourney, Order};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::issue::{FieldIssue, Issue, Severity};
use utoipa::{IntoParams, ToSchema};
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
    issues.iter().map(FieldError::from).collect()
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those with this status; all but archived ones when absent.
    status: Option<JourneyStatus>,
    /// Only those with this text in their name or slug.
    q: Option<String>,
    /// `created` (the newest first, when absent), `updated` (changed last first) or `name`.
    #[param(inline)]
    sort: Option<Order>,
}

/// A journey to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewJourneyBody {
    /// What people call it, 1 to 120 letters.
    name: String,
    /// Its name in addresses: a-z, 0-9 and '-'; made of the name when absent.
    slug: Option<String>,
    /// What it is for.
    #[serde(default)]
    description: String,
    /// The first draft; empty when absent.
    #[schema(value_type = Option<Object>)]
    graph: Option<Graph>,
}

/// What to change of a journey.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rename {
    /// The new name.
    name: Option<String>,
    /// The new description.
    description: Option<String>,
}

/// A graph to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GraphBody {
    /// The graph; the draft when absent.
    #[schema(value_type = Option<Object>)]
    graph: Option<Graph>,
}

/// One thing wrong with a graph.
#[derive(Debug, Serialize, ToSchema)]
struct GraphIssue {
    /// What and where: `/nodes/<id>/config/…` or `/settings/…`.
    #[serde(flatten)]
    error: FieldError,
    /// `error` stops publishing, `warning` does not.
    #[schema(value_type = String)]
    severity: Severity,
}

impl From<&Issue> for GraphIssue {
    fn from(issue: &Issue) -> Self {
        Self { error: issue.into(), severity: issue.severity }
    }
}

/// What is wrong with a graph.
#[derive(Debug, Serialize, ToSchema)]
struct Validation {
    /// Whether it may be published.
    valid: bool,
    /// Everything wrong with it.
    issues: Vec<GraphIssue>,
}

/// A journey with the ETag of its draft.
fn tagged(status: StatusCode, journey: Journey) -> Response {
    (status, [Revision::etag(journey.draft_revision)], Json(journey)).into_response()
}

/// Lists the journeys, each with who is inside, who entered on each of the last 14 days, and how many incidents are open.
#[utoipa::path(get, path = "/api/v1/journeys", tag = "journeys", params(ListQuery, PageQuery),
    responses((status = 200, body = Page<JourneySummary>), (status = "4XX", body = ProblemDocument)))]
async fn list(
    State(state): State<AppState>,
    reader: Reader,
    Query(query): Query<ListQuery>,
    paging: Paging,
) -> ApiResult<Page<JourneySummary>> {
    let listing = Listing { status: query.status, q: query.q, order: query.sort.unwrap_or_default() };
    let midnight = midnight(&state, reader.workspace, state.env.now());
    let listed = journeys::list(&state.db, reader.workspace, &listing, paging.after()?, paging.fetch(), midnight).await?;
    Ok(Page::cut(listed, &paging, |journey| listing.place(journey)))
}

/// Makes a journey.
#[utoipa::path(post, path = "/api/v1/journeys", tag = "journeys", request_body = NewJourneyBody,
    responses((status = 201, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn create(State(state): State<AppState>, writer: Writer, Json(body): Json<NewJourneyBody>) -> ApiResult<Response> {
    let new = NewJourney { name: body.name, slug: body.slug, description: body.description, graph: body.graph, scenarios: Vec::new() };
    let made = journeys::create(&state.db, writer.workspace, state.env.id(), new, state.env.now()).await?;
    let location = [(LOCATION, format!("/api/v1/journeys/{}", made.slug))];
    Ok((location, tagged(StatusCode::CREATED, made)).into_response())
}

/// One journey with its draft; the ETag is the draft's.
#[utoipa::path(get, path = "/api/v1/journeys/{slug}", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(slug): Path<String>) -> ApiResult<Response> {
    Ok(tagged(StatusCode::OK, journeys::find(&state.db, reader.workspace, &slug).await?))
}

/// Changes the name or the description of a journey.
#[utoipa::path(patch, path = "/api/v1/journeys/{slug}", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    request_body = Rename, responses((status = 200, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn rename(State(state): State<AppState>, writer: Writer, Path(slug): Path<String>, Json(body): Json<Rename>) -> ApiResult<Response> {
    let (name, description) = (body.name.as_deref(), body.description.as_deref());
    let renamed = journeys::rename(&state.db, writer.workspace, &slug, name, description, state.env.now()).await?;
    Ok(tagged(StatusCode::OK, renamed))
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
    request_body = Object,
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
    Ok(tagged(StatusCode::OK, saved))
}

/// Looks for everything wrong with a graph, or with the draft.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/validate", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    request_body = GraphBody, responses((status = 200, body = Validation), (status = "4XX", body = ProblemDocument)))]
async fn validate(
    State(state): State<AppState>,
    reader: Reader,
    Path(slug): Path<String>,
    Json(body): Json<GraphBody>,
) -> ApiResult<Json<Validation>> {
    let journey = journeys::find(&state.db, reader.workspace, &slug).await?;
    let graph = body.graph.unwrap_or(journey.draft);
    let issues = journeys::validate(&state.db, reader.workspace, &graph).await?;
    let valid = issues.iter().all(|issue| issue.severity != Severity::Error);
    Ok(Json(Validation { valid, issues: issues.iter().map(GraphIssue::from).collect() }))
}
