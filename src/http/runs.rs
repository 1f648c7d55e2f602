//! `/api/v1/runs`: people on their way through journeys.

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path, Query};
use super::page::{Page, PageQuery, Paging};
use super::period::instant;
use super::problem::{ApiError, ApiResult, ProblemDocument};
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use std::time::Duration;
use tradewind_engine::inspect::Labels;
use tradewind_engine::inspect::roll::{self, RunFilter, Way};
use tradewind_engine::inspect::runs::{self, RunDetail, RunSummary};
use tradewind_engine::inspect::steps::{self, StepView};
use tradewind_engine::{Arrival, EngineError, Incoming, Order, journeys};
use tradewind_nodes::id::{CustomerId, RunId, WorkspaceId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

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

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Slug or id of a journey.
    journey: Option<String>,
    /// A version of the journey.
    version: Option<i64>,
    /// A node of the journey.
    node: Option<String>,
    /// `ready`, `queued`, `sleeping`, `awaiting`, `awaiting_change`, `calling`, `asking`, `held` or `done`.
    state: Option<String>,
    /// A person, by our id.
    customer: Option<Uuid>,
    /// `completed`, `exited`, `goal` or `cancelled`.
    outcome: Option<String>,
    /// `true` for those who are still inside; with a node they come by version and state.
    inside: Option<bool>,
    /// A port that was passed, as `wait:timeout`; `wait:!` for failing at a node, `wait:.` for ending there.
    passed: Option<String>,
    /// Entered since this instant (RFC 3339) or for so long back (`24h`).
    since: Option<String>,
    /// Entered before this instant, or so long back.
    until: Option<String>,
}

/// Why a run is ended.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct CancelBody {
    /// In words; who did it is noted when empty.
    reason: String,
}

/// Which way a run is sent on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct SkipBody {
    /// The port to leave by; `next` when absent.
    port: Option<String>,
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

async fn find(state: &AppState, workspace: WorkspaceId, run: Uuid) -> ApiResult<RunSummary> {
    runs::find(&state.db, workspace, RunId(run)).await?.ok_or_else(|| ApiError::not_found("run", run))
}

/// The run with an order given to it; it is carried out a moment later.
async fn ordered(state: &AppState, workspace: WorkspaceId, run: RunSummary, order: Order) -> ApiResult<(StatusCode, Json<RunSummary>)> {
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
#[utoipa::path(get, path = "/api/v1/runs", tag = "runs", params(ListQuery, PageQuery),
    responses((status = 200, body = Page<RunSummary>), (status = "4XX", body = ProblemDocument)))]
async fn list(
    State(state): State<AppState>,
    reader: Reader,
    Query(query): Query<ListQuery>,
    paging: Paging,
) -> ApiResult<Page<RunSummary>> {
    let journey = match query.journey.as_deref() {
        None | Some("") => None,
        Some(name) => Some(journeys::id_of(&state.db, reader.workspace, name).await?.0),
    };
    let now = state.env.now();
    let filter = RunFilter {
        journey,
        customer: query.customer.map(CustomerId),
        version: query.version,
        node: comparable(query.node, "?node")?,
        state: comparable(query.state, "?state")?,
        outcome: comparable(query.outcome, "?outcome")?,
        inside: query.inside.unwrap_or(false),
        since: instant(query.since.as_deref(), "?since", now)?,
        until: instant(query.until.as_deref(), "?until", now)?,
        passed: comparable(query.passed, "?passed")?.as_deref().map(way).transpose()?,
    };
    let listed = roll::list(&state.db, reader.workspace, &filter, paging.after()?, i64::from(paging.limit)).await?;
    Ok(Page::looked(listed.rows, listed.next))
}

/// One run with its steps, deliveries, incidents and tasks.
#[utoipa::path(get, path = "/api/v1/runs/{id}", tag = "runs", params(("id" = Uuid, Path, description = "The run")),
    responses((status = 200, body = RunDetail), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(id): Path<Uuid>) -> ApiResult<Json<RunDetail>> {
    let run = runs::get(&state.db, reader.workspace, RunId(id)).await?;
    run.map(Json).ok_or_else(|| ApiError::not_found("run", id))
}

/// The steps of a run, the first first. A page holds the steps of so many transitions; one transition may take several steps.
#[utoipa::path(get, path = "/api/v1/runs/{id}/steps", tag = "runs", params(("id" = Uuid, Path, description = "The run"), PageQuery),
    responses((status = 200, body = Page<StepView>), (status = "4XX", body = ProblemDocument)))]
async fn list_steps(State(state): State<AppState>, reader: Reader, Path(id): Path<Uuid>, paging: Paging) -> ApiResult<Page<StepView>> {
    let run = find(&state, reader.workspace, id).await?;
    let labels = Labels::load(&state.db, reader.workspace, run.journey_id, run.version).await?;
    let mut steps = steps::of_run(&state.db, reader.workspace, run.id, &labels, paging.after()?, paging.fetch()).await?;
    let next = steps::cut(&mut steps, i64::from(paging.limit));
    let next_cursor = next.and_then(|seq| super::page::encode(&seq));
    Ok(Page { data: steps, has_more: next_cursor.is_some(), next_cursor })
}

/// Ends a run.
#[utoipa::path(post, path = "/api/v1/runs/{id}/cancel", tag = "runs", params(("id" = Uuid, Path, description = "The run")),
    request_body = CancelBody, responses((status = 202, body = RunSummary), (status = "4XX", body = ProblemDocument)))]
async fn cancel(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<Uuid>,
    Json(body): Json<CancelBody>,
) -> ApiResult<(StatusCode, Json<RunSummary>)> {
    let run = find(&state, writer.workspace, id).await?;
    let given = comparable(Some(body.reason), "/reason")?;
    let reason = given.map_or_else(|| format!("{} cancelled it", writer.name), |reason| reason.chars().take(500).collect());
    ordered(&state, writer.workspace, run, Order::Cancel { reason, incident: None }).await
}

/// Tries the failed step of a run again.
#[utoipa::path(post, path = "/api/v1/runs/{id}/retry", tag = "runs", params(("id" = Uuid, Path, description = "The run")),
    responses((status = 202, body = RunSummary), (status = "4XX", body = ProblemDocument)))]
async fn retry(State(state): State<AppState>, writer: Writer, Path(id): Path<Uuid>) -> ApiResult<(StatusCode, Json<RunSummary>)> {
    let run = find(&state, writer.workspace, id).await?;
    if run.state != "held" {
        return Err(ApiError::conflict(
            "not_held",
            format!("run {id} is {}: only a run that is held by an incident can be retried", run.state),
        ));
    }
    ordered(&state, writer.workspace, run, Order::Retry { incident: None }).await
}

/// Sends a run on as if its step had been done.
#[utoipa::path(post, path = "/api/v1/runs/{id}/skip", tag = "runs", params(("id" = Uuid, Path, description = "The run")),
    request_body = SkipBody, responses((status = 202, body = RunSummary), (status = "4XX", body = ProblemDocument)))]
async fn skip(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<Uuid>,
    Json(body): Json<SkipBody>,
) -> ApiResult<(StatusCode, Json<RunSummary>)> {
    let run = find(&state, writer.workspace, id).await?;
    if matches!(run.state.as_str(), "ready" | "queued") {
        return Err(ApiError::conflict(
            "not_inside",
            format!("run {id} is {}: it stands at no step that could be skipped, try again in a moment", run.state),
        ));
    }
    let port = comparable(body.port, "/port")?;
    ordered(&state, writer.workspace, run, Order::Skip { incident: None, port }).await
}
