//! `/api/v1/settings`: what the workspace says once for all its journeys.

use super::AppState;
use super::auth::{Admin, Reader};
use super::extract::{Json, Revision};
use super::journeys::field_errors;
use super::problem::{ApiError, ApiResult, ProblemDocument};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use tradewind_commerce::settings::{self, SettingsError, StoredSettings, WorkspaceSettings};
use tradewind_wire::settings::{FrequencyCapSetting, QuietHoursSetting, SenderSetting, Settings};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get, put))
}

impl From<SettingsError> for ApiError {
    fn from(error: SettingsError) -> Self {
        let words = error.to_string();
        match error {
            SettingsError::Read(error) => error.into(),
            SettingsError::Invalid(issues) => Self::unprocessable(words, field_errors(&issues)),
            SettingsError::Stale => Self::stale("settings"),
        }
    }
}

fn tagged(stored: StoredSettings) -> Response {
    let WorkspaceSettings { name, sender, reply_to, timezone, currency, languages, quiet_hours, frequency_cap } = stored.settings;
    let told = Settings {
        name,
        sender: sender.map(|settings::SenderSetting { name, email }| SenderSetting { name, email }),
        reply_to,
        timezone: timezone.map(|zone| zone.to_string()),
        currency,
        languages,
        quiet_hours: quiet_hours.map(|hours| QuietHoursSetting { from: hours.from.to_string(), to: hours.to.to_string() }),
        frequency_cap: frequency_cap.map(|cap| FrequencyCapSetting { max: cap.max, per: cap.per.to_string() }),
    };
    ([Revision::etag(stored.revision)], Json(told)).into_response()
}

/// The settings of the workspace, with their ETag.
#[utoipa::path(get, path = "/api/v1/settings", tag = "settings",
    responses((status = 200, body = Settings), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader) -> ApiResult<Response> {
    Ok(tagged(settings::read(&state.db, reader.workspace).await?))
}

/// Stores other settings. `If-Match` must name the revision they were made from. They hold for journeys that say nothing of
/// their own, from the next step on.
#[utoipa::path(put, path = "/api/v1/settings", tag = "settings", params(("If-Match" = String, Header, description = "ETag of the settings read, or *")),
    request_body = Settings,
    responses((status = 200, body = Settings), (status = 412, body = ProblemDocument), (status = 422, body = ProblemDocument),
        (status = 428, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn put(State(state): State<AppState>, admin: Admin, revision: Revision, Json(body): Json<WorkspaceSettings>) -> ApiResult<Response> {
    let known = settings::read(&state.db, admin.workspace).await?.revision;
    revision.must_be(known, "settings")?;
    let stored = settings::change(&state.db, admin.workspace, body, known).await?;
    state.engine.refresh().await?;
    Ok(tagged(stored))
}
