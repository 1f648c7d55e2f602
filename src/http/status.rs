//! `/api/v1/status`: how the engine and this workspace do, at a glance.

use super::AppState;
use super::auth::Reader;
use super::extract::Json;
use super::problem::{ApiResult, ProblemDocument};
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use tradewind_engine::Health;
use tradewind_engine::inspect::status::{self, WorkspaceStatus};
use tradewind_engine::lateness::RECENT_MINUTES;
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get))
}

/// How late timers fired in the last minutes.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
struct LatenessStatus {
    /// How many minutes this is about.
    minutes: i64,
    /// Timers that fired.
    count: u64,
    /// Half were no later than so many milliseconds.
    p50_ms: f64,
    /// 99 of 100 were no later.
    p99_ms: f64,
    /// The latest.
    max_ms: f64,
}

/// What sends the messages of a channel.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
struct ConnectorStatus {
    /// Its name: `smtp`, `mailbox`, `webhook`.
    name: &'static str,
    /// What must be put right with it.
    problem: Option<String>,
}

/// The engine and the workspace at a glance.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Status {
    /// The version of the program.
    version: &'static str,
    /// When this process began.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// When these numbers were read.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// How late timers fired in the last minutes.
    lateness: LatenessStatus,
    /// What was accepted and is not routed yet.
    waiting: usize,
    /// How long the oldest of it has waited, in seconds.
    oldest_waiting_seconds: f64,
    /// Effects in memory that wait to be sent.
    outbox_pending: usize,
    /// What sends.
    connectors: Vec<ConnectorStatus>,
    /// The workspace.
    #[serde(flatten)]
    workspace: WorkspaceStatus,
}

impl Status {
    /// Whether anything but the moment of reading differs.
    #[must_use]
    pub fn differs(&self, other: &Self) -> bool {
        Self { at: self.at, ..other.clone() } != *self
    }
}

/// Reads the status of a workspace.
///
/// # Errors
/// When the database cannot be read.
pub async fn read(state: &AppState, workspace: WorkspaceId) -> ApiResult<Status> {
    let now = state.env.now();
    let health = state.engine.health();
    let midnight = midnight(state, workspace, now);
    let found = status::of_workspace(&state.db, workspace, now, midnight).await?;
    Ok(assembled(state.started_at, now, &health, found))
}

/// When the day of the workspace began.
#[must_use]
pub fn midnight(state: &AppState, workspace: WorkspaceId, now: Timestamp) -> Timestamp {
    state.engine.catalog().settings(workspace).midnight(now)
}

fn assembled(started_at: Timestamp, at: Timestamp, health: &Health, workspace: WorkspaceStatus) -> Status {
    let millis = |micros: u64| micros as f64 / 1e3;
    let late = health.recent_lateness;
    Status {
        version: env!("CARGO_PKG_VERSION"),
        started_at,
        at,
        lateness: LatenessStatus {
            minutes: RECENT_MINUTES,
            count: late.count,
            p50_ms: millis(late.p50),
            p99_ms: millis(late.p99),
            max_ms: millis(late.max),
        },
        waiting: health.waiting,
        oldest_waiting_seconds: health.oldest_inbox_seconds.floor(),
        outbox_pending: health.outbox_pending,
        connectors: health.connectors.iter().map(|(name, problem)| ConnectorStatus { name, problem: problem.clone() }).collect(),
        workspace,
    }
}

/// How the engine and this workspace do: who is inside, what needs a person, which channels fail, how late timers fire. The
/// numbers are at most some seconds old.
#[utoipa::path(get, path = "/api/v1/status", tag = "status",
    responses((status = 200, body = Status), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader) -> ApiResult<Json<Arc<Status>>> {
    state.live.status(&state, reader.workspace).await.map(Json)
}
