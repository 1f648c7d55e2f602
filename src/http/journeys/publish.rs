//! Publishing a journey, and its versions.

use super::tagged;
use crate::http::AppState;
use crate::http::auth::{Reader, Writer};
use crate::http::extract::{Json, Path, Revision};
use crate::http::page::{Page, PageQuery, Paged, Paging};
use crate::http::problem::{ApiError, ApiResult, ProblemDocument};
use crate::http::wired::{self, IntoWire};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use tradewind_engine::journeys::{self, Publication, versions};
use tradewind_wire::journeys::Journey;
use tradewind_wire::publishing::{
    DifferentNode, Fate, NodeChange, PublishJourney, PublishPreview, Published, Version, VersionDiff, VersionSummary,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const MAX_NOTE: usize = 2_000;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(publish))
        .routes(routes!(preview))
        .routes(routes!(list_versions))
        .routes(routes!(get_version))
        .routes(routes!(compare))
        .routes(routes!(restore))
}

impl IntoWire<Published> for journeys::Published {
    fn into_wire(self) -> ApiResult<Published> {
        let Self { slug, version, hash, unchanged, diff, people } = self;
        Ok(Published { slug, version, hash, unchanged, diff, people })
    }
}

impl IntoWire<VersionSummary> for journeys::VersionSummary {
    fn into_wire(self) -> ApiResult<VersionSummary> {
        let Self { number, hash, note, published_by, published_at, live, inside } = self;
        Ok(VersionSummary { number, hash, note, published_by, published_at, live, inside })
    }
}

impl IntoWire<Version> for journeys::Version {
    fn into_wire(self) -> ApiResult<Version> {
        Ok(Version { summary: self.summary.into_wire()?, graph: self.graph })
    }
}

impl IntoWire<VersionDiff> for journeys::VersionDiff {
    fn into_wire(self) -> ApiResult<VersionDiff> {
        let Self { from, to, diff, people } = self;
        Ok(VersionDiff { from, to, diff, people })
    }
}

impl IntoWire<DifferentNode> for journeys::DifferentNode {
    fn into_wire(self) -> ApiResult<DifferentNode> {
        let change = match self.change {
            journeys::Change::Added => NodeChange::Added,
            journeys::Change::Removed => NodeChange::Removed,
            journeys::Change::Changed => NodeChange::Changed,
            journeys::Change::Rewired => NodeChange::Rewired,
        };
        let fate = match self.fate {
            journeys::Fate::Nobody => Fate::Nobody,
            journeys::Fate::Stay => Fate::Stay,
        };
        let Self { node, label, kind, people, .. } = self;
        Ok(DifferentNode { node, label, kind, change, people, fate })
    }
}

/// Publishes the draft: people who enter from now on take this version, those inside keep theirs. The same content again makes
/// no new version.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/publish", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    request_body = PublishJourney,
    responses((status = 200, body = Published), (status = 422, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn publish(
    State(state): State<AppState>,
    writer: Writer,
    Path(slug): Path<String>,
    Json(body): Json<PublishJourney>,
) -> ApiResult<Json<Published>> {
    if body.note.len() > MAX_NOTE || body.note.contains('\0') {
        return Err(ApiError::invalid("/note", format!("has up to {MAX_NOTE} bytes: shorten it")));
    }
    let publication = Publication { note: body.note, expected: body.hash, by: writer.name.clone() };
    let published = journeys::publish(&state.db, writer.workspace, &slug, &publication, state.env.now()).await?;
    state.engine.refresh().await?;
    published.into_wire().map(Json)
}

/// Lists the versions of a journey, the newest first.
#[utoipa::path(get, path = "/api/v1/journeys/{slug}/versions", tag = "journeys", params(("slug" = String, Path, description = "Slug or id"), PageQuery),
    responses((status = 200, body = Page<VersionSummary>), (status = "4XX", body = ProblemDocument)))]
async fn list_versions(
    State(state): State<AppState>,
    reader: Reader,
    Path(slug): Path<String>,
    paging: Paging,
) -> ApiResult<Paged<VersionSummary>> {
    let journey = journeys::find(&state.db, reader.workspace, &slug).await?;
    let listed = versions::list(&state.db, reader.workspace, &journey, paging.after()?, paging.fetch()).await?;
    Paged::cut(listed, &paging, |version| version.number)
}

/// One version with its graph.
#[utoipa::path(get, path = "/api/v1/journeys/{slug}/versions/{number}", tag = "journeys",
    params(("slug" = String, Path, description = "Slug or id"), ("number" = i64, Path, description = "The version")),
    responses((status = 200, body = Version), (status = "4XX", body = ProblemDocument)))]
async fn get_version(State(state): State<AppState>, reader: Reader, Path((slug, number)): Path<(String, i64)>) -> ApiResult<Json<Version>> {
    let journey = journeys::find(&state.db, reader.workspace, &slug).await?;
    versions::get(&state.db, reader.workspace, &journey, number).await?.into_wire().map(Json)
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
    versions::compare(&state.db, reader.workspace, &journey, from, to).await?.into_wire().map(Json)
}

/// What publishing the draft would do: how it differs from the live version, who stands at each node that differs and what
/// becomes of them.
#[utoipa::path(get, path = "/api/v1/journeys/{slug}/preview", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, body = PublishPreview), (status = "4XX", body = ProblemDocument)))]
async fn preview(State(state): State<AppState>, reader: Reader, Path(slug): Path<String>) -> ApiResult<Json<PublishPreview>> {
    let found = journeys::preview(&state.db, reader.workspace, &slug).await?;
    let journeys::Preview { from, to, hash, unchanged, issues, diff, nodes, people } = found;
    let (issues, nodes) = (wired::all(issues)?, wired::all(nodes)?);
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
    tagged(StatusCode::OK, restored)
}
