//! `/api/v1/kinds`: the kinds of nodes, built in and written in Rhai.

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path};
use super::journeys::field_errors;
use super::page::{Page, PageQuery, Paging};
use super::problem::{ApiResult, FieldError, ProblemDocument};
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tradewind_engine::journeys::kinds::{self, KindDetail, KindFile, KindSummary};
use tradewind_nodes::kind::{KindOutline, KindSpec};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(list_files)).routes(routes!(check)).routes(routes!(get, put, delete))
}

/// The file of a kind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KindSource {
    /// Manifest and script.
    source: String,
}

/// Lists every kind this workspace knows, in the order of the palette: its family, label and fields, and the ways out of a new node.
#[utoipa::path(get, path = "/api/v1/kinds", tag = "kinds", params(PageQuery),
    responses((status = 200, body = Page<serde_json::Value>), (status = "4XX", body = ProblemDocument)))]
async fn list(State(state): State<AppState>, reader: Reader, paging: Paging) -> ApiResult<Page<KindOutline>> {
    let mut kinds = kinds::registry(&state.db, reader.workspace).await?.outlines().all();
    if let Some(after) = paging.after::<String>()? {
        // A kind deleted since the page before starts the list again rather than end it.
        let from = kinds.iter().position(|kind| kind.spec.name == after).map_or(0, |index| index + 1);
        kinds.drain(..from);
    }
    kinds.truncate(usize::try_from(paging.fetch()).unwrap_or(usize::MAX));
    Ok(Page::cut(kinds, &paging, |kind| kind.spec.name.clone()))
}

/// Lists the kinds this workspace has written in Rhai, by name.
#[utoipa::path(get, path = "/api/v1/kinds/files", tag = "kinds", params(PageQuery),
    responses((status = 200, body = Page<KindSummary>), (status = "4XX", body = ProblemDocument)))]
async fn list_files(State(state): State<AppState>, reader: Reader, paging: Paging) -> ApiResult<Page<KindSummary>> {
    let after: Option<String> = paging.after()?;
    let listed = kinds::list(&state.db, reader.workspace, after.as_deref(), paging.fetch()).await?;
    Ok(Page::cut(listed, &paging, |kind| kind.name.clone()))
}

/// What a file is worth before it is stored.
#[derive(Debug, Serialize, ToSchema)]
struct KindCheck {
    /// Whether it may be stored.
    valid: bool,
    /// The kind as palettes and forms see it; null while anything is wrong.
    #[schema(value_type = Option<Object>)]
    spec: Option<KindSpec>,
    /// Everything wrong with it, with line and column where they are known.
    issues: Vec<FieldError>,
}

/// Looks for everything wrong with the file of a kind, and stores nothing.
#[utoipa::path(post, path = "/api/v1/kinds/check", tag = "kinds", request_body = KindSource,
    responses((status = 200, body = KindCheck), (status = "4XX", body = ProblemDocument)))]
async fn check(_: Reader, Json(body): Json<KindSource>) -> Json<KindCheck> {
    Json(match kinds::check(&body.source) {
        Ok(spec) => KindCheck { valid: true, spec: Some(spec), issues: Vec::new() },
        Err(issues) => KindCheck { valid: false, spec: None, issues: field_errors(&issues) },
    })
}

/// The file of a kind written in Rhai, with what it says and who needs it.
#[utoipa::path(get, path = "/api/v1/kinds/{name}", tag = "kinds", params(("name" = String, Path, description = "The kind's name")),
    responses((status = 200, body = KindDetail), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(name): Path<String>) -> ApiResult<Json<KindDetail>> {
    Ok(Json(kinds::detail(&state.db, reader.workspace, &name).await?))
}

/// Stores a kind written in Rhai, new or changed. Its manifest must name it as the address does.
#[utoipa::path(put, path = "/api/v1/kinds/{name}", tag = "kinds", params(("name" = String, Path, description = "The kind's name")),
    request_body = KindSource,
    responses((status = 200, body = KindFile), (status = 422, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn put(
    State(state): State<AppState>,
    writer: Writer,
    Path(name): Path<String>,
    Json(body): Json<KindSource>,
) -> ApiResult<Json<KindFile>> {
    let stored = kinds::put(&state.db, writer.workspace, &name, &body.source, state.env.now()).await?;
    state.engine.refresh().await?;
    Ok(Json(stored))
}

/// Deletes a kind written in Rhai that nobody is on the way to.
#[utoipa::path(delete, path = "/api/v1/kinds/{name}", tag = "kinds", params(("name" = String, Path, description = "The kind's name")),
    responses((status = 204), (status = "4XX", body = ProblemDocument)))]
async fn delete(State(state): State<AppState>, writer: Writer, Path(name): Path<String>) -> ApiResult<StatusCode> {
    kinds::delete(&state.db, writer.workspace, &name).await?;
    state.engine.refresh().await?;
    Ok(StatusCode::NO_CONTENT)
}
