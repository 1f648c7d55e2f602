//! `/api/v1/audience`: how many people a predicate holds for, while it is being written.

use super::AppState;
use super::auth::Reader;
use super::extract::Json;
use super::journeys::field_errors;
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::wired::{self, IntoWire};
use axum::extract::State;
use tradewind_commerce::segments;
use tradewind_engine::inspect::audience;
use tradewind_nodes::issue::FieldIssue;
use tradewind_nodes::predicate;
use tradewind_wire::audience::{Audience, CountAudience, MAX_SAMPLE};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(count))
}

impl IntoWire<Audience> for audience::Audience {
    fn into_wire(self) -> ApiResult<Audience> {
        let Self { count, of, exact, looked_at, sample } = self;
        Ok(Audience { count, of, exact, looked_at, sample: wired::all(sample)? })
    }
}

/// Counts the people a predicate holds for now, and shows some of them. With many people, or when it takes longer than two
/// seconds, the count is an estimate from those looked at and `exact` is false.
#[utoipa::path(post, path = "/api/v1/audience", tag = "customers", request_body = CountAudience,
    responses((status = 200, body = Audience), (status = 422, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn count(State(state): State<AppState>, reader: Reader, Json(body): Json<CountAudience>) -> ApiResult<Json<Audience>> {
    if body.sample > MAX_SAMPLE {
        return Err(ApiError::invalid("/sample", format!("is a number from 0 to {MAX_SAMPLE}")));
    }
    let wrong = |issues: &[FieldIssue]| ApiError::unprocessable("the predicate cannot be counted by: correct it", field_errors(issues));
    let predicate = predicate::from_json(&body.predicate, "/predicate").map_err(|issue| wrong(&[issue]))?;
    let issues = segments::check("", &predicate);
    if !issues.is_empty() {
        return Err(wrong(&issues));
    }
    let found = audience::count(&state.db, &state.env, reader.workspace, &predicate, usize::from(body.sample)).await?;
    found.into_wire().map(Json)
}
