//! `/api/v1/recipes`: the gallery of journeys to copy.

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path};
use super::journeys::made;
use super::problem::{ApiError, ApiResult, ProblemDocument};
use crate::recipes;
use axum::extract::State;
use axum::response::Response;
use tradewind_engine::journeys::scenarios;
use tradewind_engine::journeys::{self, JourneyError, NewJourney};
use tradewind_wire::journeys::Journey;
use tradewind_wire::recipes::{CopyRecipe, Recipe, RecipeDetail, RecipeGallery};
use tradewind_wire::scenarios::NewScenario;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Copies of one recipe that get a slug made of its own.
const COPIES: usize = 50;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(copy))
}

fn gallery() -> ApiResult<&'static RecipeGallery> {
    recipes::gallery().map_err(|error| ApiError::internal(&error))
}

fn found(slug: &str) -> ApiResult<&'static Recipe> {
    gallery()?.data.iter().find(|recipe| recipe.slug == slug).ok_or_else(|| ApiError::not_found("recipe", slug))
}

/// The whole gallery: it is part of the program and as large as it was built.
#[utoipa::path(get, path = "/api/v1/recipes", tag = "recipes",
    responses((status = 200, body = RecipeGallery), (status = "4XX", body = ProblemDocument)))]
async fn list(_: Reader) -> ApiResult<Json<&'static RecipeGallery>> {
    gallery().map(Json)
}

/// One recipe with its README and its scenario tests.
#[utoipa::path(get, path = "/api/v1/recipes/{slug}", tag = "recipes", params(("slug" = String, Path, description = "The recipe")),
    responses((status = 200, body = RecipeDetail), (status = "4XX", body = ProblemDocument)))]
async fn get(_: Reader, Path(slug): Path<String>) -> ApiResult<Json<RecipeDetail>> {
    let recipe = found(&slug)?;
    let tests = recipes::tests(&slug).map_err(|error| ApiError::internal(&error))?;
    Ok(Json(RecipeDetail { recipe: recipe.clone(), readme: recipes::readme(&slug).to_owned(), tests }))
}

/// Makes a journey of a recipe: a draft with its scenario tests.
#[utoipa::path(post, path = "/api/v1/recipes/{slug}/copy", tag = "recipes", params(("slug" = String, Path, description = "The recipe")),
    request_body = CopyRecipe, responses((status = 201, body = Journey), (status = "4XX", body = ProblemDocument)))]
async fn copy(
    State(state): State<AppState>,
    writer: Writer,
    Path(slug): Path<String>,
    Json(body): Json<CopyRecipe>,
) -> ApiResult<Response> {
    let recipe = found(&slug)?;
    let language = body.language.unwrap_or_default();
    let words = recipe.words(&language);
    let own = |NewScenario { name, body }: NewScenario| scenarios::NewScenario { name, body };
    let tests = recipes::tests(&slug).map_err(|error| ApiError::internal(&error))?;
    let new = NewJourney {
        name: body.name.or_else(|| words.map(|words| words.name.clone())).unwrap_or_else(|| slug.clone()),
        slug: None,
        description: words.map(|words| words.description.clone()).unwrap_or_default(),
        graph: Some(recipes::labelled(recipe, &language)),
        scenarios: tests.into_iter().map(own).collect(),
    };
    // A name in another script makes no slug: the recipe's own does.
    for copy in 1..=COPIES {
        let slug = if copy == 1 { slug.clone() } else { format!("{slug}-{copy}") };
        let new = NewJourney { slug: Some(slug), ..new.clone() };
        match journeys::create(&state.db, writer.workspace, state.env.id(), new, state.env.now()).await {
            Err(JourneyError::SlugTaken(_)) => {}
            other => return made(other?),
        }
    }
    made(journeys::create(&state.db, writer.workspace, state.env.id(), new, state.env.now()).await?)
}
