//! `/api/v1/audience`: how many people a predicate holds for, while it is being written.

use super::AppState;
use super::auth::Reader;
use super::extract::Json;
use super::journeys::field_errors;
use super::problem::{ApiError, ApiResult, ProblemDocument};
use axum::extract::State;
use serde::Deserialize;
use tradewind_commerce::segments;
use tradewind_engine::inspect::audience::{self, Audience};
use tradewind_nodes::Json as AnyJson;
use tradewind_nodes::issue::FieldIssue;
use tradewind_nodes::predicate;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// People shown with a count at most.
const SHOWN: u8 = 10;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(count))
}

/// A predicate to count people by.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AudienceBody {
    /// The predicate; one about customers, as segments have it.
    #[schema(value_type = Object)]
    predicate: AnyJson,
    /// How many people to show, 0 to 10; 10 when absent.
    #[serde(default = "shown")]
    sample: u8,
}
fn shown() -> u8 {
    SHOWN
}

/// Counts the people a predicate holds for now, and shows some of them. With many people, or when it takes longer than two
/// seconds, the count is an estimate from those looked at and `exact` is false.
#[utoipa::path(post, path = "/api/v1/audience", tag = "customers", request_body = AudienceBody,
    responses((status = 200, body = Audience), (status = 422, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn count(State(state): State<AppState>, reader: Reader, Json(body): Json<AudienceBody>) -> ApiResult<Json<Audience>> {
    if body.sample > SHOWN {
        return Err(ApiError::invalid("/sample", format!("is a number from 0 to {SHOWN}")));
    }
    let wrong = |issues: &[FieldIssue]| ApiError::unprocessable("the predicate cannot be counted by: correct it", field_errors(issues));
    let predicate = predicate::from_json(&body.predicate, "/predicate").map_err(|issue| wrong(&[issue]))?;
    let issues = segments::check("", &predicate);
    if !issues.is_empty() {
        return Err(wrong(&issues));
    }
    Ok(Json(audience::count(&state.db, &state.env, reader.workspace, &predicate, usize::from(body.sample)).await?))
}
