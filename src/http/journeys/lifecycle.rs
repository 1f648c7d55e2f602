//! Pausing, resuming, stopping and starting journeys, and the numbers on their canvas.

use crate::http::AppState;
use crate::http::auth::{Reader, Writer};
use crate::http::customers;
use crate::http::extract::{Json, Path, Query};
use crate::http::period::instant;
use crate::http::problem::{ApiError, ApiResult, ProblemDocument};
use crate::http::wired::{self, IntoWire};
use axum::extract::State;
use http::StatusCode;
use tradewind_engine::catalog::Status;
use tradewind_engine::inspect::counts::{self, Period};
use tradewind_engine::journeys::{self, Turn};
use tradewind_engine::{Arrival, EngineError, Incoming, StartDoor};
use tradewind_nodes::id::{JourneyId, RunId, WorkspaceId};
use tradewind_nodes::kind::Trigger;
use tradewind_store::StoreError;
use tradewind_wire::counts::{CountQuery, Counts, NodeCounts, Passage, PeopleAtNode, PortCount};
use tradewind_wire::customers::PersonQuery;
use tradewind_wire::journeys::{Journey, PeopleInside, StartJourney, StartedJourney, StopJourney, StoppedJourney};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A key goes into a unique index; PostgreSQL holds no more than some kilobytes there.
const MAX_KEY: usize = 256;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(pause)).routes(routes!(resume)).routes(routes!(stop)).routes(routes!(start)).routes(routes!(count))
}

impl IntoWire<Counts> for counts::Counts {
    fn into_wire(self) -> ApiResult<Counts> {
        let Self { entered, inside, exact, nodes, passages, standing } = self;
        let (nodes, passages) = (wired::all(nodes)?, wired::all(passages)?);
        Ok(Counts { entered, inside, exact, nodes, passages, standing: wired::all(standing)? })
    }
}

impl IntoWire<NodeCounts> for counts::NodeCounts {
    fn into_wire(self) -> ApiResult<NodeCounts> {
        let Self { node, waiting, held, failed, ended, ports } = self;
        let port = |counts::PortCount { port, passed }: counts::PortCount| PortCount { port, passed };
        Ok(NodeCounts { node, waiting, held, failed, ended, ports: ports.into_iter().map(port).collect() })
    }
}

impl IntoWire<Passage> for counts::Passage {
    fn into_wire(self) -> ApiResult<Passage> {
        let Self { version, node, port, passed } = self;
        Ok(Passage { version, node, port, passed })
    }
}

impl IntoWire<PeopleAtNode> for counts::Standing {
    fn into_wire(self) -> ApiResult<PeopleAtNode> {
        let state = wired::word(&self.state, "the state of a run")?;
        Ok(PeopleAtNode { version: self.version, node: self.node, state, people: self.people })
    }
}

async fn turn(state: &AppState, workspace: WorkspaceId, slug: &str, to: Turn) -> ApiResult<Journey> {
    let journey = journeys::turn(&state.db, workspace, slug, to, state.env.now()).await?;
    state.engine.refresh().await?;
    journey.into_wire()
}

/// Pauses a journey: nobody enters and nobody moves.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/pause", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn pause(State(state): State<AppState>, writer: Writer, Path(slug): Path<String>) -> ApiResult<Json<Journey>> {
    turn(&state, writer.workspace, &slug, Turn::Pause).await.map(Json)
}

/// Resumes a paused or stopped journey: what fell due meanwhile follows the journey's outage rule.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/resume", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn resume(State(state): State<AppState>, writer: Writer, Path(slug): Path<String>) -> ApiResult<Json<Journey>> {
    turn(&state, writer.workspace, &slug, Turn::Resume).await.map(Json)
}

/// Stops a journey: nobody enters any more. Those inside finish, or are taken out one after the other, also when the server is started
/// again meanwhile. Stopping again is harmless.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/stop", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    request_body = StopJourney, responses((status = 200, body = StoppedJourney), (status = "4XX", body = ProblemDocument)))]
async fn stop(
    State(state): State<AppState>,
    writer: Writer,
    Path(slug): Path<String>,
    Json(body): Json<StopJourney>,
) -> ApiResult<Json<StoppedJourney>> {
    if body.people == PeopleInside::Finish {
        let journey = turn(&state, writer.workspace, &slug, Turn::Stop).await?;
        return Ok(Json(StoppedJourney { journey, ending: 0 }));
    }
    let workspace = writer.workspace;
    let (id, change) = journeys::turning(&state.db, workspace, &slug, Turn::Stop, state.env.now()).await?;
    let ending = journeys::inside(&state.db, id).await?;
    let (reason, below) = (format!("{} stopped the journey", writer.name), RunId(state.env.id()));
    let incoming = Incoming::Empty { journey: id, reason, after: None, below };
    let arrival = Arrival { workspace, incoming, received_at: state.env.now() };
    match state.engine.accept_with(vec![arrival], change).await {
        // What stands in the way is said by trying it alone.
        Err(EngineError::Store(StoreError::Conflict { .. })) => {}
        Err(error) => return Err(error.into()),
        Ok(()) => {
            state.engine.refresh().await?;
            return Ok(Json(StoppedJourney { journey: journeys::find(&state.db, workspace, &slug).await?.into_wire()?, ending }));
        }
    }
    let journey = turn(&state, workspace, &slug, Turn::Stop).await?;
    Ok(Json(StoppedJourney { journey, ending: 0 }))
}

/// Starts the journey for a person (or for nobody) through its trigger `trigger.api`.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/start", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    request_body = StartJourney, responses((status = 202, body = StartedJourney), (status = "4XX", body = ProblemDocument)))]
async fn start(
    State(state): State<AppState>,
    writer: Writer,
    Path(slug): Path<String>,
    Json(body): Json<StartJourney>,
) -> ApiResult<(StatusCode, Json<StartedJourney>)> {
    let (journey, slug) = journeys::id_of(&state.db, writer.workspace, &slug).await?;
    may_start(&state, writer.workspace, journey, &slug)?;
    if let Some(key) = &body.key
        && (key.trim().is_empty() || key.len() > MAX_KEY || key.contains('\0'))
    {
        return Err(ApiError::invalid("/key", format!("has 1 to {MAX_KEY} bytes: write another, or leave it out")));
    }
    let who = PersonQuery { user_id: body.user_id.clone(), customer_id: body.customer_id, email: None };
    let customer = customers::subject(&who, &state, writer.workspace).await?;
    // Trimmed as the id of the person was made of it.
    let user_id = body.user_id.map(|id| id.trim().to_owned());
    let incoming = Incoming::Start { journey, customer, user_id, data: body.data, key: body.key, via: StartDoor::Api, depth: 0 };
    let arrival = Arrival { workspace: writer.workspace, incoming, received_at: state.env.now() };
    state.engine.accept(vec![arrival]).await?;
    Ok((StatusCode::ACCEPTED, Json(StartedJourney { journey: slug, customer })))
}

/// Says at once what the engine would say later, where nobody listens.
fn may_start(state: &AppState, workspace: WorkspaceId, journey: JourneyId, slug: &str) -> ApiResult<()> {
    let catalog = state.engine.catalog();
    let live = catalog.live.journey(workspace, journey);
    let Some(live) = live.filter(|live| live.status == Status::Live) else {
        return Err(ApiError::conflict("status", format!("journey {slug} is not live: publish or resume it first")));
    };
    if live.program.triggers.iter().any(|(_, trigger)| matches!(trigger, Trigger::Api)) {
        return Ok(());
    }
    Err(ApiError::conflict(
        "no_api_trigger",
        format!("journey {slug} cannot be started by the API: give it a trigger.api node and publish"),
    ))
}

/// How often each way was taken, and how many people stand where.
#[utoipa::path(get, path = "/api/v1/journeys/{slug}/counts", tag = "journeys", params(("slug" = String, Path, description = "Slug or id"), CountQuery),
    responses((status = 200, body = Counts), (status = "4XX", body = ProblemDocument)))]
async fn count(
    State(state): State<AppState>,
    reader: Reader,
    Path(slug): Path<String>,
    Query(query): Query<CountQuery>,
) -> ApiResult<Json<Counts>> {
    let now = state.env.now();
    let period = Period {
        since: instant(query.since.as_deref(), "?since", now)?,
        until: instant(query.until.as_deref(), "?until", now)?,
        version: query.version,
    };
    let (journey, _) = journeys::id_of(&state.db, reader.workspace, &slug).await?;
    counts::of_journey(&state.db, journey, period).await?.into_wire().map(Json)
}
