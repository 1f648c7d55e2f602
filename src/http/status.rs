//! `/api/v1/status`: how the engine and this workspace do, at a glance.

use super::AppState;
use super::auth::Reader;
use super::extract::Json;
use super::problem::{ApiResult, ProblemDocument};
use axum::extract::State;
use std::sync::Arc;
use tradewind_engine::Health;
use tradewind_engine::inspect::status::{self, Bounded, WorkspaceStatus};
use tradewind_engine::lateness::RECENT_MINUTES;
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use tradewind_wire::status::{BoundedCount, ChannelStatus, ConnectorStatus, LatenessStatus, Status};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get))
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
    let bounded = |Bounded { count, exact }: Bounded| BoundedCount { count, exact };
    let late = health.recent_lateness;
    Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at,
        at,
        lateness: LatenessStatus {
            minutes: RECENT_MINUTES,
            count: late.count,
            p50_ms: millis(late.p50),
            p99_ms: millis(late.p99),
            max_ms: millis(late.max),
        },
        waiting: health.waiting as u64,
        oldest_waiting_seconds: health.oldest_inbox_seconds.floor(),
        outbox_pending: health.outbox_pending as u64,
        connectors: health
            .connectors
            .iter()
            .map(|(name, problem)| ConnectorStatus { name: (*name).to_owned(), problem: problem.clone() })
            .collect(),
        inside: bounded(workspace.inside),
        entered_today: workspace.entered_today,
        incidents: bounded(workspace.incidents),
        dead_letters: bounded(workspace.dead_letters),
        tasks: bounded(workspace.tasks),
        channels: workspace.channels.into_iter().map(channel).collect(),
    }
}

fn channel(found: status::ChannelStatus) -> ChannelStatus {
    let status::ChannelStatus { channel, sent, failed, retrying, last_problem, last_failed_at } = found;
    ChannelStatus { channel, sent, failed, retrying, last_problem, last_failed_at }
}

/// How the engine and this workspace do: who is inside, what needs a person, which channels fail, how late timers fire. The
/// numbers are at most some seconds old.
#[utoipa::path(get, path = "/api/v1/status", tag = "status",
    responses((status = 200, body = Status), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader) -> ApiResult<Json<Arc<Status>>> {
    state.live.status(&state, reader.workspace).await.map(Json)
}
