//! `/api/v1/kinds`: the kinds of nodes, built in and written in Rhai.

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path};
use super::journeys::field_errors;
use super::page::{Page, PageQuery, Paged, Paging};
use super::problem::{ApiResult, ProblemDocument};
use super::wired::IntoWire;
use axum::extract::State;
use http::StatusCode;
use tradewind_engine::journeys::{kinds, uses};
use tradewind_nodes::kind::KindOutline;
use tradewind_wire::kinds::{KindCheck, KindDetail, KindFile, KindSource, KindSummary};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(list_files)).routes(routes!(check)).routes(routes!(get, put, delete))
}

impl IntoWire<KindFile> for kinds::KindFile {
    fn into_wire(self) -> ApiResult<KindFile> {
        let Self { name, source, hash, updated_at } = self;
        Ok(KindFile { name, source, hash, updated_at })
    }
}

/// A kind with who needs it.
struct Used(kinds::KindSummary, Vec<String>);

impl IntoWire<KindSummary> for Used {
    fn into_wire(self) -> ApiResult<KindSummary> {
        let Self(kinds::KindSummary { name, label, family, hash, updated_at }, used_by) = self;
        Ok(KindSummary { name, label, family, hash, updated_at, used_by })
    }
}

impl IntoWire<KindDetail> for kinds::KindDetail {
    fn into_wire(self) -> ApiResult<KindDetail> {
        let Self { file, spec, used_by } = self;
        Ok(KindDetail { file: file.into_wire()?, spec, used_by })
    }
}

/// Lists every kind this workspace knows, in the order of the palette: its family, label and fields, and the ways out of a new node.
#[utoipa::path(get, path = "/api/v1/kinds", tag = "kinds", params(PageQuery),
    responses((status = 200, body = Page<KindOutline>), (status = "4XX", body = ProblemDocument)))]
async fn list(State(state): State<AppState>, reader: Reader, paging: Paging) -> ApiResult<Paged<KindOutline>> {
    let mut kinds = kinds::registry(&state.db, reader.workspace).await?.outlines().all();
    if let Some(after) = paging.after::<String>()? {
        // A kind deleted since the page before starts the list again rather than end it.
        let from = kinds.iter().position(|kind| kind.spec.name == after).map_or(0, |index| index + 1);
        kinds.drain(..from);
    }
    kinds.truncate(usize::try_from(paging.fetch()).unwrap_or(usize::MAX));
    Paged::cut(kinds, &paging, |kind: &KindOutline| kind.spec.name.clone())
}

/// Lists the kinds this workspace has written in Rhai, by name, each with who needs it.
#[utoipa::path(get, path = "/api/v1/kinds/files", tag = "kinds", params(PageQuery),
    responses((status = 200, body = Page<KindSummary>), (status = "4XX", body = ProblemDocument)))]
async fn list_files(State(state): State<AppState>, reader: Reader, paging: Paging) -> ApiResult<Paged<KindSummary>> {
    let after: Option<String> = paging.after()?;
    let listed = kinds::list(&state.db, reader.workspace, after.as_deref(), paging.fetch()).await?;
    let mut users = uses::by_kind(&state.db, reader.workspace).await?;
    let listed: Vec<Used> = listed
        .into_iter()
        .map(|kind| {
            let used_by = users.remove(&kind.name).unwrap_or_default();
            Used(kind, used_by)
        })
        .collect();
    Paged::cut(listed, &paging, |Used(kind, _)| kind.name.clone())
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
    kinds::detail(&state.db, reader.workspace, &name).await?.into_wire().map(Json)
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
    stored.into_wire().map(Json)
}

/// Deletes a kind written in Rhai that nobody is on the way to.
#[utoipa::path(delete, path = "/api/v1/kinds/{name}", tag = "kinds", params(("name" = String, Path, description = "The kind's name")),
    responses((status = 204), (status = "4XX", body = ProblemDocument)))]
async fn delete(State(state): State<AppState>, writer: Writer, Path(name): Path<String>) -> ApiResult<StatusCode> {
    kinds::delete(&state.db, writer.workspace, &name).await?;
    state.engine.refresh().await?;
    Ok(StatusCode::NO_CONTENT)
}
