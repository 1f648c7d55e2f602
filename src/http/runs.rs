//! `/api/v1/runs`: people on their way through journeys.

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path, Query};
use super::page::{Page, PageQuery, Paged, Paging};
use super::period::instant;
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::wired::{self, IntoWire};
use axum::extract::State;
use http::StatusCode;
use std::time::Duration;
use tradewind_engine::inspect::Labels;
use tradewind_engine::inspect::roll::{self, RunFilter, Way};
use tradewind_engine::inspect::runs::{self, RunSummary};
use tradewind_engine::inspect::steps::{self, StepView};
use tradewind_engine::{Arrival, EngineError, Incoming, Order, journeys};
use tradewind_nodes::id::{RunId, WorkspaceId};
use tradewind_wire::runs::{CancelRun, Run, RunDetail, RunQuery, RunState, RunStep, SkipStep};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How often orders are offered to a full engine, and how long it is left alone between.
const OFFERS: u32 = 100;
const BREATH: Duration = Duration::from_millis(50);

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(list_steps))
        .routes(routes!(cancel))
        .routes(routes!(retry))
        .routes(routes!(skip))
}

impl IntoWire<Run> for RunSummary {
    fn into_wire(self) -> ApiResult<Run> {
        let word = |ended: &str| wired::word(ended, format_args!("the outcome of run {}", self.id));
        Ok(Run {
            state: wired::word(&self.state, format_args!("the state of run {}", self.id))?,
            outcome: self.outcome.as_deref().map(word).transpose()?,
            id: self.id,
            journey: self.journey,
            journey_id: self.journey_id,
            version: self.version,
            customer: self.customer,
            key: self.key,
            node: self.node,
            due_at: self.due_at,
            entered_at: self.entered_at,
            updated_at: self.updated_at,
            ended_at: self.ended_at,
            person: wired::some(self.person)?,
            title: self.title,
            called: self.called,
        })
    }
}

impl IntoWire<RunDetail> for runs::RunDetail {
    fn into_wire(self) -> ApiResult<RunDetail> {
        Ok(RunDetail {
            run: self.summary.into_wire()?,
            now: self.now,
            standing: self.standing,
            event: self.event,
            outputs: self.outputs,
            steps: wired::all(self.steps)?,
            more_steps_after: self.more_steps_after,
            deliveries: wired::all(self.deliveries)?,
            incidents: wired::all(self.incidents)?,
            tasks: wired::all(self.tasks)?,
        })
    }
}

impl IntoWire<RunStep> for StepView {
    fn into_wire(self) -> ApiResult<RunStep> {
        let Self { seq, node, label, called, visit, at, outcome, why, summary } = self;
        Ok(RunStep { seq, node, label, called, visit, at, outcome, why: why.into_wire()?, summary })
    }
}

/// Text of a query or body that is compared with what is stored: PostgreSQL refuses U+0000, and nothing stored has it.
pub fn comparable(text: Option<String>, pointer: &str) -> ApiResult<Option<String>> {
    match text {
        Some(text) if text.contains('\0') => Err(ApiError::invalid(pointer, "holds the character U+0000: remove it")),
        Some(text) if text.is_empty() => Ok(None),
        other => Ok(other),
    }
}

/// An order to one run, as it comes in.
pub fn control(run: RunId, order: Order) -> Incoming {
    Incoming::Control { run, order }
}

/// Gives orders. A full engine is asked again for a while, so that people get through when programs do not.
///
/// # Errors
/// When the engine stays full, stops, or the database fails: the orders were not given then.
pub async fn give(state: &AppState, workspace: WorkspaceId, orders: Vec<Incoming>) -> ApiResult<()> {
    let arrivals = || {
        let arrival = |incoming: &Incoming| Arrival { workspace, incoming: incoming.clone(), received_at: state.env.now() };
        orders.iter().map(arrival).collect::<Vec<_>>()
    };
    for _ in 0..OFFERS {
        match state.engine.accept(arrivals()).await {
            Err(EngineError::Full) => tokio::time::sleep(BREATH).await,
            other => return other.map_err(ApiError::from),
        }
    }
    Err(EngineError::Full.into())
}

async fn find(state: &AppState, workspace: WorkspaceId, run: RunId) -> ApiResult<Run> {
    runs::find(&state.db, workspace, run).await?.ok_or_else(|| ApiError::not_found("run", run))?.into_wire()
}

/// The run with an order given to it; it is carried out a moment later.
async fn ordered(state: &AppState, workspace: WorkspaceId, run: Run, order: Order) -> ApiResult<(StatusCode, Json<Run>)> {
    if run.ended_at.is_some() {
        return Err(ApiError::conflict("ended", format!("run {} has ended: nothing can be done with it any more", run.id)));
    }
    give(state, workspace, vec![control(run.id, order)]).await?;
    Ok((StatusCode::ACCEPTED, Json(run)))
}

/// `node:port`.
fn way(text: &str) -> ApiResult<Way> {
    let wrong =
        || ApiError::invalid("?passed", "is a node and its port: write wait:timeout, wait:! for failing or wait:. for ending there");
    let (node, port) = text.rsplit_once(':').filter(|(node, port)| !node.is_empty() && !port.is_empty()).ok_or_else(wrong)?;
    Ok(Way { node: node.to_owned(), port: port.to_owned() })
}

/// Lists runs, the newest first. A page of a narrowed list may be short although more follow: follow `next_cursor`.
#[utoipa::path(get, path = "/api/v1/runs", tag = "runs", params(RunQuery, PageQuery),
    responses((status = 200, body = Page<Run>), (status = "4XX", body = ProblemDocument)))]
async fn list(State(state): State<AppState>, reader: Reader, Query(query): Query<RunQuery>, paging: Paging) -> ApiResult<Paged<Run>> {
    let journey = match query.journey.as_deref() {
        None | Some("") => None,
        Some(name) => Some(journeys::id_of(&state.db, reader.workspace, name).await?.0),
    };
    let now = state.env.now();
    let filter = RunFilter {
        journey,
        customer: query.customer,
        version: query.version,
        node: comparable(query.node, "?node")?,
        state: query.state.map(|state| state.name().to_owned()),
        outcome: query.outcome.map(|outcome| outcome.name().to_owned()),
        inside: query.inside.unwrap_or(false),
        since: instant(query.since.as_deref(), "?since", now)?,
        until: instant(query.until.as_deref(), "?until", now)?,
        passed: comparable(query.passed, "?passed")?.as_deref().map(way).transpose()?,
    };
    let listed = roll::list(&state.db, reader.workspace, &filter, paging.after()?, i64::from(paging.limit)).await?;
    Paged::looked(listed.rows, listed.next)
}

/// One run with its steps, deliveries, incidents and tasks.
#[utoipa::path(get, path = "/api/v1/runs/{id}", tag = "runs", params(("id" = RunId, Path, description = "The run")),
    responses((status = 200, body = RunDetail), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(id): Path<RunId>) -> ApiResult<Json<RunDetail>> {
    let run = runs::get(&state.db, reader.workspace, id).await?;
    run.ok_or_else(|| ApiError::not_found("run", id))?.into_wire().map(Json)
}

/// The steps of a run, the first first. A page holds the steps of so many transitions; one transition may take several steps.
#[utoipa::path(get, path = "/api/v1/runs/{id}/steps", tag = "runs", params(("id" = RunId, Path, description = "The run"), PageQuery),
    responses((status = 200, body = Page<RunStep>), (status = "4XX", body = ProblemDocument)))]
async fn list_steps(State(state): State<AppState>, reader: Reader, Path(id): Path<RunId>, paging: Paging) -> ApiResult<Paged<RunStep>> {
    let run = find(&state, reader.workspace, id).await?;
    let labels = Labels::load(&state.db, reader.workspace, run.journey_id, run.version).await?;
    let mut steps = steps::of_run(&state.db, reader.workspace, run.id, &labels, paging.after()?, paging.fetch()).await?;
    let next = steps::cut(&mut steps, i64::from(paging.limit));
    Paged::looked(steps, next)
}

/// Ends a run.
#[utoipa::path(post, path = "/api/v1/runs/{id}/cancel", tag = "runs", params(("id" = RunId, Path, description = "The run")),
    request_body = CancelRun, responses((status = 202, body = Run), (status = "4XX", body = ProblemDocument)))]
async fn cancel(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<RunId>,
    Json(body): Json<CancelRun>,
) -> ApiResult<(StatusCode, Json<Run>)> {
    let run = find(&state, writer.workspace, id).await?;
    let given = comparable(Some(body.reason), "/reason")?;
    let reason = given.map_or_else(|| format!("{} cancelled it", writer.name), |reason| reason.chars().take(500).collect());
    ordered(&state, writer.workspace, run, Order::Cancel { reason, incident: None }).await
}

/// Tries the failed step of a run again.
#[utoipa::path(post, path = "/api/v1/runs/{id}/retry", tag = "runs", params(("id" = RunId, Path, description = "The run")),
    responses((status = 202, body = Run), (status = "4XX", body = ProblemDocument)))]
async fn retry(State(state): State<AppState>, writer: Writer, Path(id): Path<RunId>) -> ApiResult<(StatusCode, Json<Run>)> {
    let run = find(&state, writer.workspace, id).await?;
    if run.state != RunState::Held {
        return Err(ApiError::conflict(
            "not_held",
            format!("run {id} is {}: only a run that is held by an incident can be retried", run.state),
        ));
    }
    ordered(&state, writer.workspace, run, Order::Retry { incident: None }).await
}

/// Sends a run on as if its step had been done.
#[utoipa::path(post, path = "/api/v1/runs/{id}/skip", tag = "runs", params(("id" = RunId, Path, description = "The run")),
    request_body = SkipStep, responses((status = 202, body = Run), (status = "4XX", body = ProblemDocument)))]
async fn skip(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<RunId>,
    Json(body): Json<SkipStep>,
) -> ApiResult<(StatusCode, Json<Run>)> {
    let run = find(&state, writer.workspace, id).await?;
    if matches!(run.state, RunState::Ready | RunState::Queued) {
        return Err(ApiError::conflict(
            "not_inside",
            format!("run {id} is {}: it stands at no step that could be skipped, try again in a moment", run.state),
        ));
    }
    let port = comparable(body.port, "/port")?;
    ordered(&state, writer.workspace, run, Order::Skip { incident: None, port }).await
}
