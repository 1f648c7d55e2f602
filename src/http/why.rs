//! `/api/v1/journeys/{slug}/why`: why did, or did not, a person get what a journey sends?

use super::AppState;
use super::auth::Reader;
use super::customers::named;
use super::extract::{Json, Path, Query};
use super::problem::{ApiResult, ProblemDocument};
use super::wired::{self, IntoWire};
use axum::extract::State;
use tradewind_engine::inspect::why::{self, FactLine, explain};
use tradewind_engine::journeys;
use tradewind_wire::customers::PersonQuery;
use tradewind_wire::why::{Explanation, RecordedFact, Verdict};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(why))
}

impl IntoWire<Explanation> for why::Explanation {
    fn into_wire(self) -> ApiResult<Explanation> {
        let verdict = match self.verdict {
            why::Verdict::Received => Verdict::Received,
            why::Verdict::Waiting => Verdict::Waiting,
            why::Verdict::Refused => Verdict::Refused,
            why::Verdict::Suppressed => Verdict::Suppressed,
            why::Verdict::Failed => Verdict::Failed,
            why::Verdict::NeverTriggered => Verdict::NeverTriggered,
            why::Verdict::Exited => Verdict::Exited,
            why::Verdict::Goal => Verdict::Goal,
            why::Verdict::Completed => Verdict::Completed,
            why::Verdict::Cancelled => Verdict::Cancelled,
        };
        let Self { customer, journey, answer, said, facts, .. } = self;
        Ok(Explanation { customer, journey, verdict, answer, said, facts: wired::all(facts)? })
    }
}

impl IntoWire<RecordedFact> for FactLine {
    fn into_wire(self) -> ApiResult<RecordedFact> {
        let Self { at, what, said, why } = self;
        Ok(RecordedFact { at, what, said, why: wired::some(why)? })
    }
}

/// Answers from recorded facts what a journey did, or did not do, for a person. Name the person in one of the three ways.
#[utoipa::path(get, path = "/api/v1/journeys/{slug}/why", tag = "journeys", params(("slug" = String, Path, description = "Slug or id"), PersonQuery),
    responses((status = 200, body = Explanation), (status = "4XX", body = ProblemDocument)))]
async fn why(
    State(state): State<AppState>,
    reader: Reader,
    Path(slug): Path<String>,
    Query(who): Query<PersonQuery>,
) -> ApiResult<Json<Explanation>> {
    let journey = journeys::find(&state.db, reader.workspace, &slug).await?;
    let customer = named(&who, &state, reader.workspace).await?;
    explain(&state.db, reader.workspace, &journey, &customer).await?.into_wire().map(Json)
}
