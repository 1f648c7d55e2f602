//! Publishing a journey, and its versions.

use crate::http::AppState;
use crate::http::auth::{Reader, Writer};
use crate::http::extract::{Json, Path};
use crate::http::page::{Page, PageQuery, Paging};
use crate::http::problem::{ApiError, ApiResult, ProblemDocument};
use axum::extract::State;
use serde::Deserialize;
use tradewind_engine::journeys::{self, Publication, Published, Version, VersionDiff, VersionSummary, versions};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const MAX_NOTE: usize = 2_000;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(publish)).routes(routes!(list)).routes(routes!(get)).routes(routes!(compare))
}

/// What to publish.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct PublishBody {
    /// What is new, in words.
    note: String,
    /// The hash that was reviewed: publishing fails when the draft is another.
    hash: Option<String>,
}

/// Publishes the draft: people who enter from now on take this version, those inside keep theirs. The same content again makes
/// no new version.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/publish", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    request_body = PublishBody,
    responses((status = 200, body = Published), (status = 422, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn publish(
    State(state): State<AppState>,
    writer: Writer,
    Path(slug): Path<String>,
    Json(body): Json<PublishBody>,
) -> ApiResult<Json<Published>> {
    if body.note.len() > MAX_NOTE || body.note.contains('\0') {
        return Err(ApiError::invalid("/note", format!("has up to {MAX_NOTE} bytes: shorten it")));
    }
    let publication = Publication { note: body.note, expected: body.hash, by: writer.name.clone() };
    let published = journeys::publish(&state.db, writer.workspace, &slug, &publication, state.env.now()).await?;
    state.engine.refresh().await?;
    Ok(Json(published))
}

/// Lists the versions of a journey, the newest first.
#[utoipa::path(get, path = "/api/v1/journeys/{slug}/versions", tag = "journeys", params(("slug" = String, Path, description = "Slug or id"), PageQuery),
    responses((status = 200, body = Page<VersionSummary>), (status = "4XX", body = ProblemDocument)))]
async fn list(State(state): State<AppState>, reader: Reader, Path(slug): Path<String>, paging: Paging) -> ApiResult<Page<VersionSummary>> {
    let journey = journeys::find(&state.db, reader.workspace, &slug).await?;
    let listed = versions::list(&state.db, reader.workspace, &journey, paging.after()?, paging.fetch()).await?;
    Ok(Page::cut(listed, &paging, |version| version.number))
}

/// One version with its graph.
#[utoipa::path(get, path = "/api/v1/journeys/{slug}/versions/{number}", tag = "journeys",
    params(("slug" = String, Path, description = "Slug or id"), ("number" = i64, Path, description = "The version")),
    responses((status = 200, body = Version), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path((slug, number)): Path<(String, i64)>) -> ApiResult<Json<Version>> {
    let journey = journeys::find(&state.db, reader.workspace, &slug).await?;
    Ok(Json(versions::get(&state.db, reader.workspace, &journey, number).await?))
}

/// What changed from one version to another, with how many people stand at each node that differs.
#[utoipa::path(get, path = "/api/v1/journeys/{slug}/versions/{from}/diff/{to}", tag = "journeys",
    params(("slug" = String, Path, description = "Slug or id"), ("from" = i64, Path, description = "Compared from"), ("to" = i64, Path, description = "Compared to")),
    responses((status = 200, body = VersionDiff), (status = "4XX", body = ProblemDocument)))]
async fn compare(
    State(state): State<AppState>,
    reader: Reader,
    Path((slug, from, to)): Path<(String, i64, i64)>,
) -> ApiResult<Json<VersionDiff>> {
    let journey = journeys::find(&state.db, reader.workspace, &slug).await?;
    Ok(Json(versions::compare(&state.db, reader.workspace, &journey, from, to).await?))
}
