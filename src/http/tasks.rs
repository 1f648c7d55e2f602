//! `/api/v1/tasks`: what journeys ask people.

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path, Query};
use super::page::{Page, PageQuery, Paging};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::runs::{comparable, control, give};
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use tradewind_engine::Order;
use tradewind_engine::inspect::tasks::{self, TaskView};
use tradewind_nodes::id::{TaskId, WorkspaceId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

const MAX_NOTE: usize = 4_000;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(answer))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `open`, `answered`, `expired` or `cancelled`; `open` when absent.
    state: Option<String>,
}

/// The answer to a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnswerBody {
    /// One of the task's answers.
    answer: String,
    /// Anything to say with it.
    note: Option<String>,
}

/// Lists tasks, the newest first.
#[utoipa::path(get, path = "/api/v1/tasks", tag = "tasks", params(ListQuery, PageQuery),
    responses((status = 200, body = Page<TaskView>), (status = "4XX", body = ProblemDocument)))]
async fn list(State(state): State<AppState>, reader: Reader, Query(query): Query<ListQuery>, paging: Paging) -> ApiResult<Page<TaskView>> {
    let wanted = query.state.as_deref().filter(|text| !text.is_empty()).unwrap_or("open");
    if !["open", "answered", "expired", "cancelled"].contains(&wanted) {
        return Err(ApiError::invalid("?state", "is open, answered, expired or cancelled"));
    }
    let listed = tasks::list(&state.db, reader.workspace, wanted, paging.after()?, paging.fetch()).await?;
    Ok(Page::cut(listed, &paging, |task| (task.created_at.micros(), task.id)))
}

async fn found(state: &AppState, workspace: WorkspaceId, id: Uuid) -> ApiResult<TaskView> {
    tasks::get(&state.db, workspace, TaskId(id)).await?.ok_or_else(|| ApiError::not_found("task", id))
}

/// One task.
#[utoipa::path(get, path = "/api/v1/tasks/{id}", tag = "tasks", params(("id" = Uuid, Path, description = "The task")),
    responses((status = 200, body = TaskView), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(id): Path<Uuid>) -> ApiResult<Json<TaskView>> {
    found(&state, reader.workspace, id).await.map(Json)
}

/// Answers a task: its run goes on by the port of the answer a moment later.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/answer", tag = "tasks", params(("id" = Uuid, Path, description = "The task")),
    request_body = AnswerBody, responses((status = 202, body = TaskView), (status = "4XX", body = ProblemDocument)))]
async fn answer(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<Uuid>,
    Json(body): Json<AnswerBody>,
) -> ApiResult<(StatusCode, Json<TaskView>)> {
    let task = found(&state, writer.workspace, id).await?;
    if task.state != "open" {
        return Err(ApiError::conflict("closed", format!("task {id} is {}: it takes no answer any more", task.state)));
    }
    if !task.question.answers.contains(&body.answer) {
        return Err(ApiError::invalid("/answer", format!("is one of {}", task.question.answers.join(", "))));
    }
    let note = comparable(body.note, "/note")?;
    if note.as_ref().is_some_and(|note| note.len() > MAX_NOTE) {
        return Err(ApiError::invalid("/note", format!("has up to {MAX_NOTE} bytes: shorten it")));
    }
    let order = Order::Answer { task: task.id, answer: body.answer, by: writer.name.clone(), note };
    give(&state, writer.workspace, vec![control(task.run, order)]).await?;
    Ok((StatusCode::ACCEPTED, Json(task)))
}
