//! What is kept of journeys: their scenarios, their copies, and what was put away.

use super::tagged;
use crate::http::AppState;
use crate::http::auth::{Reader, Writer};
use crate::http::extract::{Json, Path, Revision};
use crate::http::problem::{ApiResult, ProblemDocument};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde::Deserialize;
use tradewind_engine::journeys::scenarios::{self, NewScenario, Scenarios};
use tradewind_engine::journeys::{self, Journey};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_scenarios, put_scenarios))
        .routes(routes!(duplicate))
        .routes(routes!(put_away))
        .routes(routes!(unarchive))
}

/// The scenarios to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScenariosBody {
    /// All of them: those not named are dropped.
    scenarios: Vec<NewScenario>,
}

/// How to call a copy.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct CopyBody {
    /// What people call it; the original's name and a number when absent.
    name: Option<String>,
}

fn with_revision(scenarios: Scenarios) -> Response {
    ([Revision::etag(scenarios.revision)], Json(scenarios)).into_response()
}

/// The scenario tests kept with a journey, with the ETag of the list.
#[utoipa::path(get, path = "/api/v1/journeys/{slug}/scenarios", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, body = Scenarios), (status = "4XX", body = ProblemDocument)))]
async fn list_scenarios(State(state): State<AppState>, reader: Reader, Path(slug): Path<String>) -> ApiResult<Response> {
    Ok(with_revision(scenarios::list(&state.db, reader.workspace, &slug).await?))
}

/// Keeps these scenario tests with a journey, in place of those there. `If-Match` must name the revision of the list they were
/// made from.
#[utoipa::path(put, path = "/api/v1/journeys/{slug}/scenarios", tag = "journeys",
    params(("slug" = String, Path, description = "Slug or id"), ("If-Match" = String, Header, description = "ETag of the list read, or *")),
    request_body = ScenariosBody,
    responses((status = 200, body = Scenarios), (status = 412, body = ProblemDocument), (status = 428, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn put_scenarios(
    State(state): State<AppState>,
    writer: Writer,
    Path(slug): Path<String>,
    revision: Revision,
    Json(body): Json<ScenariosBody>,
) -> ApiResult<Response> {
    let given = match revision.0 {
        Some(number) if number >= 0 => Some(number),
        _ => {
            revision.must_be(scenarios::list(&state.db, writer.workspace, &slug).await?.revision, "list of scenarios")?;
            None
        }
    };
    Ok(with_revision(scenarios::put(&state.db, writer.workspace, &slug, &body.scenarios, given, state.env.now()).await?))
}

/// Makes a journey of the draft and the scenarios of another.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/duplicate", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    request_body = CopyBody, responses((status = 201, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn duplicate(
    State(state): State<AppState>,
    writer: Writer,
    Path(slug): Path<String>,
    Json(body): Json<CopyBody>,
) -> ApiResult<Response> {
    let id = state.env.id();
    let made = journeys::duplicate(&state.db, writer.workspace, id, &slug, body.name.as_deref(), state.env.now()).await?;
    let location = [(LOCATION, format!("/api/v1/journeys/{}", made.slug))];
    Ok((location, tagged(StatusCode::CREATED, made)).into_response())
}

/// Puts a journey away, when nobody is inside. Its history stays, and it can be taken out again.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/archive", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn put_away(State(state): State<AppState>, writer: Writer, Path(slug): Path<String>) -> ApiResult<Response> {
    journeys::archive(&state.db, writer.workspace, &slug, state.env.now()).await?;
    state.engine.refresh().await?;
    Ok(tagged(StatusCode::OK, journeys::find(&state.db, writer.workspace, &slug).await?))
}

/// Takes a journey out again, as it was before it was put away.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/unarchive", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn unarchive(State(state): State<AppState>, writer: Writer, Path(slug): Path<String>) -> ApiResult<Response> {
    let out = journeys::unarchive(&state.db, writer.workspace, &slug, state.env.now()).await?;
    state.engine.refresh().await?;
    Ok(tagged(StatusCode::OK, out))
}
