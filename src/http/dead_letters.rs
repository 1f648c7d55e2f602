//! `/api/v1/dead-letters`: what came in and could not be routed.

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path, Query};
use super::page::{Page, PageQuery, Paged, Paging};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::runs::comparable;
use super::wired::IntoWire;
use axum::extract::State;
use http::StatusCode;
use tradewind_engine::inspect::dead_letters::{self, LetterError};
use tradewind_nodes::id::WorkspaceId;
use tradewind_wire::dead_letters::{DeadLetter, DeadLetterAction, DeadLetterQuery, DeadLettersSettled, SettleDeadLetters};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// Letters taken in one go.
const PAGE: i64 = 200;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_dead_letters))
        .routes(routes!(bulk_dead_letters))
        .routes(routes!(get_dead_letter, discard))
        .routes(routes!(retry_dead_letter))
}

impl From<LetterError> for ApiError {
    fn from(error: LetterError) -> Self {
        let words = error.to_string();
        match error {
            LetterError::Engine(error) => error.into(),
            LetterError::Gone(_) => Self::conflict("gone", words),
            LetterError::Unreadable { .. } => Self::conflict("unreadable", words),
        }
    }
}

impl IntoWire<DeadLetter> for dead_letters::DeadLetter {
    fn into_wire(self) -> ApiResult<DeadLetter> {
        let Self { id, kind, problem, body, at } = self;
        Ok(DeadLetter { id, kind, problem, body, at })
    }
}

async fn found(state: &AppState, workspace: WorkspaceId, id: Uuid) -> ApiResult<dead_letters::DeadLetter> {
    dead_letters::get(&state.db, workspace, id).await?.ok_or_else(|| ApiError::not_found("dead letter", id))
}

/// Lists dead letters, the newest first.
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "incidents", params(DeadLetterQuery, PageQuery),
    responses((status = 200, body = Page<DeadLetter>), (status = "4XX", body = ProblemDocument)))]
async fn list_dead_letters(
    State(state): State<AppState>,
    reader: Reader,
    Query(query): Query<DeadLetterQuery>,
    paging: Paging,
) -> ApiResult<Paged<DeadLetter>> {
    let kind = comparable(query.kind, "?kind")?;
    let listed = dead_letters::list(&state.db, reader.workspace, kind.as_deref(), paging.after()?, paging.fetch()).await?;
    Paged::cut(listed, &paging, |letter| letter.id)
}

/// One dead letter.
#[utoipa::path(get, path = "/api/v1/dead-letters/{id}", tag = "incidents", params(("id" = Uuid, Path, description = "The dead letter")),
    responses((status = 200, body = DeadLetter), (status = "4XX", body = ProblemDocument)))]
async fn get_dead_letter(State(state): State<AppState>, reader: Reader, Path(id): Path<Uuid>) -> ApiResult<Json<DeadLetter>> {
    found(&state, reader.workspace, id).await?.into_wire().map(Json)
}

/// Routes a dead letter again.
#[utoipa::path(post, path = "/api/v1/dead-letters/{id}/retry", tag = "incidents", params(("id" = Uuid, Path, description = "The dead letter")),
    responses((status = 202, body = DeadLetter), (status = "4XX", body = ProblemDocument)))]
async fn retry_dead_letter(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<Uuid>,
) -> ApiResult<(StatusCode, Json<DeadLetter>)> {
    let letter = found(&state, writer.workspace, id).await?;
    dead_letters::retry(&state.engine, writer.workspace, std::slice::from_ref(&letter)).await?;
    Ok((StatusCode::ACCEPTED, Json(letter.into_wire()?)))
}

/// Throws a dead letter away.
#[utoipa::path(delete, path = "/api/v1/dead-letters/{id}", tag = "incidents", params(("id" = Uuid, Path, description = "The dead letter")),
    responses((status = 204), (status = "4XX", body = ProblemDocument)))]
async fn discard(State(state): State<AppState>, writer: Writer, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    let letter = found(&state, writer.workspace, id).await?;
    dead_letters::drop_them(&state.db, writer.workspace, &[letter]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Routes many dead letters again, or throws them away.
#[utoipa::path(post, path = "/api/v1/dead-letters/bulk", tag = "incidents", request_body = SettleDeadLetters,
    responses((status = 200, body = DeadLettersSettled), (status = "4XX", body = ProblemDocument)))]
async fn bulk_dead_letters(
    State(state): State<AppState>,
    writer: Writer,
    Json(body): Json<SettleDeadLetters>,
) -> ApiResult<Json<DeadLettersSettled>> {
    let kind = comparable(body.filter.kind, "/filter/kind")?;
    let (workspace, action, up_to) = (writer.workspace, body.action, body.filter.up_to);
    // A task of its own: a client that hangs up must not leave half of them.
    let work = tokio::spawn(async move { all(&state, workspace, kind.as_deref(), up_to, action).await });
    work.await.map_err(|error| ApiError::internal(&error))?.map(Json)
}

async fn all(
    state: &AppState,
    workspace: WorkspaceId,
    kind: Option<&str>,
    up_to: Option<Uuid>,
    action: DeadLetterAction,
) -> ApiResult<DeadLettersSettled> {
    let above = up_to.map(|id| Uuid::from_u128(id.as_u128().saturating_add(1)));
    let (mut before, mut told) = (above, DeadLettersSettled { done: 0, left: 0 });
    loop {
        // A letter that fails again comes back under a new id, above this one: going down meets each once.
        let page = dead_letters::list(&state.db, workspace, kind, before, PAGE).await?;
        let Some(last) = page.last() else { return Ok(told) };
        before = Some(last.id);
        if action == DeadLetterAction::Drop {
            dead_letters::drop_them(&state.db, workspace, &page).await?;
            told.done += page.len() as u64;
            continue;
        }
        for letter in &page {
            match dead_letters::retry(&state.engine, workspace, std::slice::from_ref(letter)).await {
                Ok(()) => told.done += 1,
                Err(LetterError::Unreadable { .. } | LetterError::Gone(_)) => told.left += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }
}
