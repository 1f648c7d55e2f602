//! `/api/openapi.json` and `/api/docs`: the description of the API, made from the code, and a page to read it. The page's
//! scripts are part of the program: nothing is fetched from another host.

use super::AppState;
use super::problem::ProblemDocument;
use axum::Router;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa_swagger_ui::SwaggerUi;

const ABOUT: &str = "Customer journeys that run durably.\n\n\
    **Keys.** Send an API key as `Authorization: Bearer tw_…`. A key has scopes: `ingest`, `read`, `write`, `admin`.\n\n\
    **Errors** are `application/problem+json` (RFC 9457); `code` is stable, `errors` names the fields at fault.\n\n\
    **Lists** take `limit` (1 to 200) and `cursor`; pass `next_cursor` on until `has_more` is false.\n\n\
    **Repeats.** A POST with an `Idempotency-Key` is done once within 24 hours; its answer is given again.\n\n\
    **Events** come in at `/v1/track`, `/v1/identify`, `/v1/batch` and the other Segment paths: use Segment's client libraries.";

#[derive(OpenApi)]
#[openapi(components(schemas(ProblemDocument)))]
struct Document;

/// The document without its paths.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    document.info.title = "Tradewind".to_owned();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.info.description = Some(ABOUT.to_owned());
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("tw_…").description(Some("An API key")).build();
    document.components.get_or_insert_default().add_security_scheme("key", SecurityScheme::Http(scheme));
    document.security = Some(vec![SecurityRequirement::new("key", Vec::<String>::new())]);
    document
}

/// The routes.
pub fn router(document: utoipa::openapi::OpenApi) -> Router<AppState> {
    SwaggerUi::new("/api/docs").url("/api/openapi.json", document).into()
}
