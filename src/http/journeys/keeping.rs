//! What is kept of journeys: their scenarios, their copies, and what was put away.

use super::{made, tagged};
use crate::http::AppState;
use crate::http::auth::{Reader, Writer};
use crate::http::extract::{Json, Path, Revision};
use crate::http::problem::{ApiResult, ProblemDocument};
use crate::http::wired::{self, IntoWire};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tradewind_engine::journeys;
use tradewind_engine::journeys::scenarios;
use tradewind_wire::journeys::{DuplicateJourney, Journey};
use tradewind_wire::scenarios::{NewScenario, PutScenarios, Scenario, Scenarios};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_scenarios, put_scenarios))
        .routes(routes!(duplicate))
        .routes(routes!(put_away))
        .routes(routes!(unarchive))
}

impl IntoWire<Scenario> for scenarios::StoredScenario {
    fn into_wire(self) -> ApiResult<Scenario> {
        let Self { name, body, updated_at } = self;
        Ok(Scenario { name, body, updated_at })
    }
}

fn with_revision(found: scenarios::Scenarios) -> ApiResult<Response> {
    let told = Scenarios { data: wired::all(found.data)?, revision: found.revision };
    Ok(([Revision::etag(told.revision)], Json(told)).into_response())
}

/// The scenario tests kept with a journey, with the ETag of the list.
#[utoipa::path(get, path = "/api/v1/journeys/{slug}/scenarios", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, body = Scenarios), (status = "4XX", body = ProblemDocument)))]
async fn list_scenarios(State(state): State<AppState>, reader: Reader, Path(slug): Path<String>) -> ApiResult<Response> {
    with_revision(scenarios::list(&state.db, reader.workspace, &slug).await?)
}

/// Keeps these scenario tests with a journey, in place of those there. `If-Match` must name the revision of the list they were
/// made from.
#[utoipa::path(put, path = "/api/v1/journeys/{slug}/scenarios", tag = "journeys",
    params(("slug" = String, Path, description = "Slug or id"), ("If-Match" = String, Header, description = "ETag of the list read, or *")),
    request_body = PutScenarios,
    responses((status = 200, body = Scenarios), (status = 412, body = ProblemDocument), (status = 428, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn put_scenarios(
    State(state): State<AppState>,
    writer: Writer,
    Path(slug): Path<String>,
    revision: Revision,
    Json(body): Json<PutScenarios>,
) -> ApiResult<Response> {
    let given = match revision.0 {
        Some(number) if number >= 0 => Some(number),
        _ => {
            revision.must_be(scenarios::list(&state.db, writer.workspace, &slug).await?.revision, "list of scenarios")?;
            None
        }
    };
    let own = |NewScenario { name, body }: NewScenario| scenarios::NewScenario { name, body };
    let wanted: Vec<_> = body.scenarios.into_iter().map(own).collect();
    with_revision(scenarios::put(&state.db, writer.workspace, &slug, &wanted, given, state.env.now()).await?)
}

/// Makes a journey of the draft and the scenarios of another.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/duplicate", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    request_body = DuplicateJourney, responses((status = 201, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn duplicate(
    State(state): State<AppState>,
    writer: Writer,
    Path(slug): Path<String>,
    Json(body): Json<DuplicateJourney>,
) -> ApiResult<Response> {
    let id = state.env.id();
    made(journeys::duplicate(&state.db, writer.workspace, id, &slug, body.name.as_deref(), state.env.now()).await?)
}

/// Puts a journey away, when nobody is inside. Its history stays, and it can be taken out again.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/archive", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn put_away(State(state): State<AppState>, writer: Writer, Path(slug): Path<String>) -> ApiResult<Response> {
    journeys::archive(&state.db, writer.workspace, &slug, state.env.now()).await?;
    state.engine.refresh().await?;
    tagged(StatusCode::OK, journeys::find(&state.db, writer.workspace, &slug).await?)
}

/// Takes a journey out again, as it was before it was put away.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/unarchive", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn unarchive(State(state): State<AppState>, writer: Writer, Path(slug): Path<String>) -> ApiResult<Response> {
    let out = journeys::unarchive(&state.db, writer.workspace, &slug, state.env.now()).await?;
    state.engine.refresh().await?;
    tagged(StatusCode::OK, out)
}
