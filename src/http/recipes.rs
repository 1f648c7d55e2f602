//! `/api/v1/recipes`: the gallery of journeys to copy.

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path, Revision};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use crate::recipes::{self, Gallery, Recipe};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde::{Deserialize, Serialize};
use tradewind_engine::journeys::scenarios::NewScenario;
use tradewind_engine::journeys::{self, Journey, JourneyError, NewJourney};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Copies of one recipe that get a slug made of its own.
const COPIES: usize = 50;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(copy))
}

/// A recipe with all it brings.
#[derive(Debug, Serialize, ToSchema)]
struct WholeRecipe {
    /// What the gallery says.
    #[serde(flatten)]
    recipe: Recipe,
    /// How it works, in Markdown.
    readme: &'static str,
    /// Its scenario tests.
    tests: Vec<NewScenario>,
}

/// How to copy.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct CopyBody {
    /// What people call the journey; the recipe's name when absent.
    name: Option<String>,
    /// In which language its steps are named: `en`, `de`, …; English when absent.
    language: Option<String>,
}

fn gallery() -> ApiResult<&'static Gallery> {
    recipes::gallery().map_err(|error| ApiError::internal(&error))
}

fn found(slug: &str) -> ApiResult<&'static Recipe> {
    gallery()?.data.iter().find(|recipe| recipe.slug == slug).ok_or_else(|| ApiError::not_found("recipe", slug))
}

/// The whole gallery: it is part of the program and as large as it was built.
#[utoipa::path(get, path = "/api/v1/recipes", tag = "recipes",
    responses((status = 200, body = Gallery), (status = "4XX", body = ProblemDocument)))]
async fn list(_: Reader) -> ApiResult<Json<&'static Gallery>> {
    gallery().map(Json)
}

/// One recipe with its README and its scenario tests.
#[utoipa::path(get, path = "/api/v1/recipes/{slug}", tag = "recipes", params(("slug" = String, Path, description = "The recipe")),
    responses((status = 200, body = WholeRecipe), (status = "4XX", body = ProblemDocument)))]
async fn get(_: Reader, Path(slug): Path<String>) -> ApiResult<Json<WholeRecipe>> {
    let recipe = found(&slug)?;
    let tests = recipe.tests().map_err(|error| ApiError::internal(&error))?;
    Ok(Json(WholeRecipe { recipe: recipe.clone(), readme: recipe.readme(), tests }))
}

/// Makes a journey of a recipe: a draft with its scenario tests.
#[utoipa::path(post, path = "/api/v1/recipes/{slug}/copy", tag = "recipes", params(("slug" = String, Path, description = "The recipe")),
    request_body = CopyBody, responses((status = 201, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn copy(State(state): State<AppState>, writer: Writer, Path(slug): Path<String>, Json(body): Json<CopyBody>) -> ApiResult<Response> {
    let recipe = found(&slug)?;
    let language = body.language.unwrap_or_default();
    let words = recipe.words(&language);
    let scenarios = recipe.tests().map_err(|error| ApiError::internal(&error))?;
    let new = NewJourney {
        name: body.name.or_else(|| words.map(|words| words.name.clone())).unwrap_or_else(|| slug.clone()),
        slug: None,
        description: words.map(|words| words.description.clone()).unwrap_or_default(),
        graph: Some(recipe.labelled(&language)),
        scenarios,
    };
    // A name in another script makes no slug: the recipe's own does.
    for copy in 1..=COPIES {
        let slug = if copy == 1 { slug.clone() } else { format!("{slug}-{copy}") };
        let new = NewJourney { slug: Some(slug), ..new.clone() };
        match journeys::create(&state.db, writer.workspace, state.env.id(), new, state.env.now()).await {
            Err(JourneyError::SlugTaken(_)) => {}
            other => {
                let made = other?;
                let headers = [(LOCATION, format!("/api/v1/journeys/{}", made.slug))];
                return Ok((StatusCode::CREATED, [Revision::etag(made.draft_revision)], headers, Json(made)).into_response());
            }
        }
    }
    let made = journeys::create(&state.db, writer.workspace, state.env.id(), new, state.env.now()).await?;
    Ok((StatusCode::CREATED, [Revision::etag(made.draft_revision)], Json(made)).into_response())
}
