//! Tasks: what journeys ask people.

use super::names::{slugs, titles};
use serde::Deserialize;
use tradewind_commerce::customers::{Person, people};
use tradewind_commerce::reading::{ReadError, at, earlier, json, opt_at};
use tradewind_nodes::id::{CustomerId, JourneyId, RunId, TaskId, WorkspaceId};
use tradewind_nodes::kind::Question;
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Db, Row};
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

async fn named(db: &Db, workspace: WorkspaceId, rows: Vec<Row>) -> Result<Vec<TaskView>, ReadError> {
    let mut listed = rows.iter().map(view).collect::<Result<Vec<_>, _>>()?;
    let customers = rows.iter().map(|row| Ok(row.opt_uuid(12)?.map(CustomerId))).collect::<Result<Vec<_>, ReadError>>()?;
    let slugs = slugs(db, workspace, listed.iter().map(|task| task.journey_id)).await?;
    let titles = titles(db, workspace, listed.iter().map(|task| task.journey_id)).await?;
    let people = people(db, workspace, customers.iter().copied().flatten()).await?;
    for (task, customer) in listed.iter_mut().zip(customers) {
        task.journey = slugs.get(&task.journey_id).cloned().unwrap_or_default();
        task.journey_name = titles.get(&task.journey_id).cloned().unwrap_or_default();
        task.person = customer.and_then(|customer| people.get(&customer)).cloned();
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
        journey_name: String::new(),
        person: None,
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
