//! Tasks: what journeys ask people.

use super::names::{slugs, titles};
use serde::Deserialize;
use tradewind_commerce::customers::{Person, people};
use tradewind_commerce::reading::{ReadError, earlier};
use tradewind_nodes::id::{CustomerId, JourneyId, RunId, TaskId, WorkspaceId};
use tradewind_nodes::kind::Question;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Rows};
use uuid::Uuid;

/// A task.
#[derive(Clone, PartialEq, Debug)]
pub struct TaskView {
    /// Its id.
    pub id: TaskId,
    /// The run that waits for the answer.
    pub run: RunId,
    /// The journey's slug.
    pub journey: String,
    /// The journey's id.
    pub journey_id: JourneyId,
    /// What the journey is called.
    pub journey_name: String,
    /// Whom it is about, as far as he is known.
    pub person: Option<Person>,
    /// Where.
    pub node: String,
    /// Which visit, from 1.
    pub visit: i64,
    /// Title, body, assignee and the answers to choose from.
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
    pub due_at: Option<Timestamp>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT tasks.id, tasks.run_id, tasks.journey_id, tasks.node, tasks.visit, tasks.question, tasks.state, tasks.answer, ",
            "tasks.answered_by, tasks.due_at, tasks.created_at, tasks.answered_at, runs.customer_id ",
            "FROM tasks LEFT JOIN runs ON runs.id = tasks.run_id WHERE tasks.workspace_id = $1 AND ",
            $rest
        )
    };
}
pub(super) const LIST: &str =
    select!("tasks.state = $2 AND (tasks.created_at, tasks.id) < ($3, $4) ORDER BY tasks.created_at DESC, tasks.id DESC LIMIT $5");
pub(super) const OF_RUN: &str = select!("tasks.run_id = $2 ORDER BY tasks.created_at, tasks.id LIMIT $3");
pub(super) const ONE: &str = select!("tasks.id = $2 LIMIT 1");

/// Tasks in one state, the newest first, earlier than `before`. A task's id says nothing about its age.
pub async fn list(
    db: &Db,
    workspace: WorkspaceId,
    state: &str,
    before: Option<(i64, Uuid)>,
    limit: i64,
) -> Result<Vec<TaskView>, ReadError> {
    let (at, id) = earlier(before);
    named(db, workspace, db.query(LIST, vec![workspace.0.into(), state.into(), at.into(), id.into(), limit.into()]).await?).await
}

/// What a run asked, the first first.
pub async fn of_run(db: &Db, workspace: WorkspaceId, run: RunId, limit: i64) -> Result<Vec<TaskView>, ReadError> {
    named(db, workspace, db.query(OF_RUN, vec![workspace.0.into(), run.0.into(), limit.into()]).await?).await
}

/// One task.
pub async fn get(db: &Db, workspace: WorkspaceId, id: TaskId) -> Result<Option<TaskView>, ReadError> {
    Ok(named(db, workspace, db.query(ONE, vec![workspace.0.into(), id.0.into()]).await?).await?.pop())
}

record! {
    struct Asked of "tasks" key [id] {
        id: uuid => TaskId,
        run_id: uuid => RunId,
        journey_id: uuid => JourneyId,
        node: text,
        visit: int,
        question: json => Question,
        state: text,
        answer: json null => Given,
        answered_by: text null,
        due_at: int null => Timestamp,
        created_at: int => Timestamp,
        answered_at: int null => Timestamp,
        customer_id: uuid null => CustomerId,
    }
}

/// An answer as it was given to the run.
#[derive(Clone, Debug, Deserialize)]
struct Given {
    answer: String,
    note: Option<String>,
}

async fn named(db: &Db, workspace: WorkspaceId, rows: Rows) -> Result<Vec<TaskView>, ReadError> {
    let rows = rows.read::<Asked>()?;
    let slugs = slugs(db, workspace, rows.iter().map(|task| task.journey_id)).await?;
    let titles = titles(db, workspace, rows.iter().map(|task| task.journey_id)).await?;
    let people = people(db, workspace, rows.iter().filter_map(|task| task.customer_id)).await?;
    let view = |row: Asked| {
        let (answer, note) = row.answer.map_or((None, None), |given| (Some(given.answer), given.note));
        TaskView {
            id: row.id,
            run: row.run_id,
            journey: slugs.get(&row.journey_id).cloned().unwrap_or_default(),
            journey_id: row.journey_id,
            journey_name: titles.get(&row.journey_id).cloned().unwrap_or_default(),
            person: row.customer_id.and_then(|customer| people.get(&customer)).cloned(),
            node: row.node,
            visit: row.visit,
            question: row.question,
            state: row.state,
            answer,
            note,
            answered_by: row.answered_by,
            due_at: row.due_at,
            created_at: row.created_at,
            answered_at: row.answered_at,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}
