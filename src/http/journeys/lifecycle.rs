//! Pausing, resuming, stopping and starting journeys, and the numbers on their canvas.

use crate::http::AppState;
use crate::http::auth::{Reader, Writer};
use crate::http::customers::CustomerQuery;
use crate::http::extract::{Json, Path, Query};
use crate::http::period::instant;
use crate::http::problem::{ApiError, ApiResult, ProblemDocument};
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tradewind_engine::catalog::Status;
use tradewind_engine::inspect::counts::{self, Counts, Period};
use tradewind_engine::journeys::{self, Journey, Turn};
use tradewind_engine::{Arrival, EngineError, Incoming, StartDoor};
use tradewind_nodes::JsonMap;
use tradewind_nodes::id::{JourneyId, RunId, WorkspaceId};
use tradewind_nodes::kind::Trigger;
use tradewind_store::StoreError;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// A key goes into a unique index; PostgreSQL holds no more than some kilobytes there.
const MAX_KEY: usize = 256;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(pause)).routes(routes!(resume)).routes(routes!(stop)).routes(routes!(start)).routes(routes!(count))
}

/// What becomes of those inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum People {
    /// They go on to the end.
    Finish,
    /// Their runs are cancelled.
    Exit,
}

/// How to stop.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StopBody {
    /// What becomes of those inside.
    people: People,
}

/// A journey that was stopped.
#[derive(Debug, Serialize, ToSchema)]
struct Stopped {
    /// The journey.
    #[serde(flatten)]
    journey: Journey,
    /// How many runs are inside and end.
    ending: u64,
}

/// For whom to start a journey, and with what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StartBody {
    /// The shop's id of the person.
    user_id: Option<String>,
    /// Our id of the person, in place of `user_id`. Neither starts a run about nobody.
    customer_id: Option<Uuid>,
    /// Becomes `event.properties`.
    #[serde(default)]
    #[schema(value_type = Object)]
    data: JsonMap,
    /// The run key, in place of the journey's own.
    key: Option<String>,
}

/// A start that was accepted.
#[derive(Debug, Serialize, ToSchema)]
struct Started {
    /// The journey's slug.
    journey: String,
    /// The person, when there is one.
    customer: Option<Uuid>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CountQuery {
    /// Passages since this instant (RFC 3339) or for so long back (`24h`), to the hour; all of them when absent.
    since: Option<String>,
    /// Passages before this instant, or so long back, to the hour.
    until: Option<String>,
    /// One version; all of them when absent.
    version: Option<i64>,
}

async fn turn(state: &AppState, workspace: WorkspaceId, slug: &str, to: Turn) -> ApiResult<Journey> {
    let journey = journeys::turn(&state.db, workspace, slug, to, state.env.now()).await?;
    state.engine.refresh().await?;
    Ok(journey)
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
    request_body = StopBody, responses((status = 200, body = Stopped), (status = "4XX", body = ProblemDocument)))]
async fn stop(
    State(state): State<AppState>,
    writer: Writer,
    Path(slug): Path<String>,
    Json(body): Json<StopBody>,
) -> ApiResult<Json<Stopped>> {
    if body.people == People::Finish {
        let journey = turn(&state, writer.workspace, &slug, Turn::Stop).await?;
        return Ok(Json(Stopped { journey, ending: 0 }));
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
            return Ok(Json(Stopped { journey: journeys::find(&state.db, workspace, &slug).await?, ending }));
        }
    }
    let journey = turn(&state, workspace, &slug, Turn::Stop).await?;
    Ok(Json(Stopped { journey, ending: 0 }))
}

/// Starts the journey for a person (or for nobody) through its trigger `trigger.api`.
#[utoipa::path(post, path = "/api/v1/journeys/{slug}/start", tag = "journeys", params(("slug" = String, Path, description = "Slug or id")),
    request_body = StartBody, responses((status = 202, body = Started), (status = "4XX", body = ProblemDocument)))]
async fn start(
    State(state): State<AppState>,
    writer: Writer,
    Path(slug): Path<String>,
    Json(body): Json<StartBody>,
) -> ApiResult<(StatusCode, Json<Started>)> {
    let (journey, slug) = journeys::id_of(&state.db, writer.workspace, &slug).await?;
    may_start(&state, writer.workspace, journey, &slug)?;
    if let Some(key) = &body.key
        && (key.trim().is_empty() || key.len() > MAX_KEY || key.contains('\0'))
    {
        return Err(ApiError::invalid("/key", format!("has 1 to {MAX_KEY} bytes: write another, or leave it out")));
    }
    let who = CustomerQuery { user_id: body.user_id.clone(), customer_id: body.customer_id, email: None };
    let customer = who.subject(&state, writer.workspace).await?;
    // Trimmed as the id of the person was made of it.
    let user_id = body.user_id.map(|id| id.trim().to_owned());
    let incoming = Incoming::Start { journey, customer, user_id, data: body.data, key: body.key, via: StartDoor::Api, depth: 0 };
    let arrival = Arrival { workspace: writer.workspace, incoming, received_at: state.env.now() };
    state.engine.accept(vec![arrival]).await?;
    Ok((StatusCode::ACCEPTED, Json(Started { journey: slug, customer: customer.map(|id| id.0) })))
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
    Ok(Json(counts::of_journey(&state.db, journey, period).await?))
}
