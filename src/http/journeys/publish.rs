//! Publishing a journey, and its versions.

use super::{GraphIssue, tagged};
use crate::http::AppState;
use crate::http::auth::{Reader, Writer};
use crate::http::extract::{Json, Path, Revision};
use crate::http::page::{Page, PageQuery, Paging};
use crate::http::problem::{ApiError, ApiResult, ProblemDocument};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tradewind_engine::journeys::{
    self, DifferentNode, Journey, Preview, Publication, Published, Version, VersionDiff, VersionSummary, versions,
};
use tradewind_nodes::graph::GraphDiff;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const MAX_NOTE: usize = 2_000;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(publish))
        .routes(routes!(preview))
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(compare))
        .routes(routes!(restore))
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

/// What publishing the draft would do.
#[derive(Debug, Serialize, ToSchema)]
struct PublishPreview {
    /// The live version; null before the first.
    from: Option<i64>,
    /// The version that would be made, or is live already.
    to: i64,
    /// The hash of the draft as it would be published, to publish exactly that; null while it has errors.
    hash: Option<String>,
    /// Whether the draft says what is live already.
    unchanged: bool,
    /// Everything wrong with the draft.
    issues: Vec<GraphIssue>,
    /// What differs from the live version.
    #[schema(value_type = Object)]
    diff: GraphDiff,
    /// The nodes that differ, with who stands there and what becomes of them.
    nodes: Vec<DifferentNode>,
    /// Who stands at one of them.
    people: i64,
}

/// What publishing the draft would do: how it differs from the live version, who stands at each node that differs and what
/// becomes of them.
#[utoipa::path(get, path = "/api/v1/journeys/{slug}/preview", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, body = PublishPreview), (status = "4XX", body = ProblemDocument)))]
async fn preview(State(state): State<AppState>, reader: Reader, Path(slug): Path<String>) -> ApiResult<Json<PublishPreview>> {
    let Preview { from, to, hash, unchanged, issues, diff, nodes, people } = journeys::preview(&state.db, reader.workspace, &slug).await?;
    let issues = issues.iter().map(GraphIssue::from).collect();
    Ok(Json(PublishPreview { from, to, hash, unchanged, issues, diff, nodes, people }))
}

/// Makes a version the draft again. `If-Match` must name the revision of the draft it replaces.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/versions/{number}/restore", tag = "journeys",
    params(("slug" = String, Path, description = "Slug or id"), ("number" = i64, Path, description = "The version"),
        ("If-Match" = String, Header, description = "ETag of the draft read, or *")),
    responses((status = 200, body = Journey), (status = 412, body = ProblemDocument), (status = 428, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn restore(
    State(state): State<AppState>,
    writer: Writer,
    Path((slug, number)): Path<(String, i64)>,
    revision: Revision,
) -> ApiResult<Response> {
    let current = journeys::find(&state.db, writer.workspace, &slug).await?.draft_revision;
    revision.must_be(current, "draft")?;
    let restored = journeys::restore(&state.db, writer.workspace, &slug, number, Some(current), state.env.now()).await?;
    Ok(tagged(StatusCode::OK, restored))
}
