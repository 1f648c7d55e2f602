//! `/api/v1/tasks`: what journeys ask people.

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path, Query};
use super::page::{Page, PageQuery, Paged, Paging};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::runs::{comparable, control, give};
use super::wired::{self, IntoWire};
use axum::extract::State;
use http::StatusCode;
use tradewind_engine::Order;
use tradewind_engine::inspect::tasks::{self, TaskView};
use tradewind_nodes::id::{TaskId, WorkspaceId};
use tradewind_wire::tasks::{Task, TaskAnswer, TaskQuery, TaskState};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const MAX_NOTE: usize = 4_000;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(answer))
}

impl IntoWire<Task> for TaskView {
    fn into_wire(self) -> ApiResult<Task> {
        Ok(Task {
            state: wired::word(&self.state, format_args!("the state of task {}", self.id))?,
            id: self.id,
            run: self.run,
            journey: self.journey,
            journey_id: self.journey_id,
            journey_name: self.journey_name,
            person: wired::some(self.person)?,
            node: self.node,
            visit: self.visit,
            question: self.question,
            answer: self.answer,
            note: self.note,
            answered_by: self.answered_by,
            due_at: self.due_at,
            created_at: self.created_at,
            answered_at: self.answered_at,
        })
    }
}

/// Lists tasks, the newest first.
#[utoipa::path(get, path = "/api/v1/tasks", tag = "tasks", params(TaskQuery, PageQuery),
    responses((status = 200, body = Page<Task>), (status = "4XX", body = ProblemDocument)))]
async fn list(State(state): State<AppState>, reader: Reader, Query(query): Query<TaskQuery>, paging: Paging) -> ApiResult<Paged<Task>> {
    let wanted = query.state.unwrap_or(TaskState::Open);
    let listed = tasks::list(&state.db, reader.workspace, wanted.name(), paging.after()?, paging.fetch()).await?;
    Paged::cut(listed, &paging, |task| (task.created_at.micros(), task.id))
}

async fn found(state: &AppState, workspace: WorkspaceId, id: TaskId) -> ApiResult<Task> {
    tasks::get(&state.db, workspace, id).await?.ok_or_else(|| ApiError::not_found("task", id))?.into_wire()
}

/// One task.
#[utoipa::path(get, path = "/api/v1/tasks/{id}", tag = "tasks", params(("id" = TaskId, Path, description = "The task")),
    responses((status = 200, body = Task), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(id): Path<TaskId>) -> ApiResult<Json<Task>> {
    found(&state, reader.workspace, id).await.map(Json)
}

/// Answers a task: its run goes on by the port of the answer a moment later.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/answer", tag = "tasks", params(("id" = TaskId, Path, description = "The task")),
    request_body = TaskAnswer, responses((status = 202, body = Task), (status = "4XX", body = ProblemDocument)))]
async fn answer(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<TaskId>,
    Json(body): Json<TaskAnswer>,
) -> ApiResult<(StatusCode, Json<Task>)> {
    let task = found(&state, writer.workspace, id).await?;
    if task.state != TaskState::Open {
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
