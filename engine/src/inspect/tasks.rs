//! Tasks: what journeys ask people.

use super::names::slugs;
use serde::{Deserialize, Serialize};
use tradewind_commerce::reading::{ReadError, at, below, json, opt_at};
use tradewind_nodes::id::{JourneyId, RunId, TaskId, WorkspaceId};
use tradewind_nodes::kind::Question;
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Db, Row};
use utoipa::ToSchema;
use uuid::Uuid;

/// A task.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct TaskView {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: TaskId,
    /// The run that waits for the answer.
    #[schema(value_type = Uuid)]
    pub run: RunId,
    /// The journey's slug.
    pub journey: String,
    /// The journey's id.
    #[schema(value_type = Uuid)]
    pub journey_id: JourneyId,
    /// Where.
    pub node: String,
    /// Which visit, from 1.
    pub visit: i64,
    /// Title, body, assignee and the answers to choose from.
    #[schema(value_type = Object)]
    pub question: Question,
    /// `open`, `answered`, `expired` or `cancelled`.
    pub state: String,
    /// What was answered.
    pub answer: Option<String>,
    /// What was said with the answer.
    pub note: Option<String>,
    /// By whom.
    pub answered_by: Option<String>,
    /// Until when an answer counts.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// When it was asked.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<Timestamp>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, run_id, journey_id, node, visit, question, state, answer, answered_by, due_at, created_at, answered_at ",
            "FROM tasks WHERE workspace_id = $1 AND ",
            $rest
        )
    };
}
pub(super) const LIST: &str = select!("state = $2 AND id < $3 ORDER BY id DESC LIMIT $4");
pub(super) const OF_RUN: &str = select!("run_id = $2 ORDER BY created_at, id LIMIT $3");
pub(super) const ONE: &str = select!("id = $2 LIMIT 1");

/// Tasks in one state, by id downwards, below the id `before`. A task's id says nothing about its age.
pub async fn list(db: &Db, workspace: WorkspaceId, state: &str, before: Option<Uuid>, limit: i64) -> Result<Vec<TaskView>, ReadError> {
    named(db, workspace, db.query(LIST, vec![workspace.0.into(), state.into(), below(before).into(), limit.into()]).await?).await
}

/// What a run asked, the first first.
pub async fn of_run(db: &Db, workspace: WorkspaceId, run: RunId, limit: i64) -> Result<Vec<TaskView>, ReadError> {
    named(db, workspace, db.query(OF_RUN, vec![workspace.0.into(), run.0.into(), limit.into()]).await?).await
}

/// One task.
pub async fn get(db: &Db, workspace: WorkspaceId, id: TaskId) -> Result<Option<TaskView>, ReadError> {
    Ok(named(db, workspace, db.query(ONE, vec![workspace.0.into(), id.0.into()]).await?).await?.pop())
}

async fn named(db: &Db, workspace: WorkspaceId, rows: Vec<Row>) -> Result<Vec<TaskView>, ReadError> {
    let mut listed = rows.iter().map(view).collect::<Result<Vec<_>, _>>()?;
    let slugs = slugs(db, workspace, listed.iter().map(|task| task.journey_id)).await?;
    for task in &mut listed {
        task.journey = slugs.get(&task.journey_id).cloned().unwrap_or_default();
    }
    Ok(listed)
}

/// An answer as it was given to the run.
#[derive(Deserialize)]
struct Given {
    answer: String,
    note: Option<String>,
}

fn view(row: &Row) -> Result<TaskView, ReadError> {
    let id = TaskId(row.uuid(0)?);
    let given: Option<Given> = row.opt_text(7)?.map(|_| json(row, 7, format_args!("the answer of task {id}"))).transpose()?;
    let (answer, note) = given.map_or((None, None), |given| (Some(given.answer), given.note));
    Ok(TaskView {
        id,
        run: RunId(row.uuid(1)?),
        journey: String::new(),
        journey_id: JourneyId(row.uuid(2)?),
        node: row.text(3)?.to_owned(),
        visit: row.int(4)?,
        question: json(row, 5, format_args!("the question of task {id}"))?,
        state: row.text(6)?.to_owned(),
        answer,
        note,
        answered_by: row.opt_text(8)?.map(str::to_owned),
        due_at: opt_at(row, 9)?,
        created_at: at(row, 10)?,
        answered_at: opt_at(row, 11)?,
    })
}
