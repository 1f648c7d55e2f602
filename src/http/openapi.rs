//! `/api/openapi.json` and `/api/docs`: the description of the API, made from the code, and a page to read it. The page's
//! scripts are part of the program: nothing is fetched from another host.

use super::AppState;
use super::calls;
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
    **Events** come in at Segment's paths (`/v1/track`, `/v1/batch`, …): use Segment's client libraries.";

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
    calls::describe(&mut document);
    document.security = Some(vec![SecurityRequirement::new("key", Vec::<String>::new())]);
    document
}

/// The routes.
pub fn router(document: utoipa::openapi::OpenApi) -> Router<AppState> {
    SwaggerUi::new("/api/docs").url("/api/openapi.json", document).into()
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    fn written() -> Json {
        serde_json::to_value(crate::http::resources().split_for_parts().1).unwrap()
    }

    fn references(json: &Json, found: &mut Vec<String>) {
        match json {
            Json::Object(map) => {
                found.extend(map.get("$ref").and_then(Json::as_str).map(str::to_owned));
                map.values().for_each(|value| references(value, found));
            }
            Json::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = written();
        let mut found = Vec::new();
        references(&document, &mut found);
        let lost: Vec<&String> = found.iter().filter(|to| document.pointer(to.trim_start_matches('#')).is_none()).collect();
        assert!(lost.is_empty() && found.len() > 100, "{lost:?}");
    }

    #[test]
    fn the_door_for_events_is_described() {
        let document = written();
        let calls = crate::http::ingest::CALLS.into_iter().flat_map(|(_, long, short)| [long, short]);
        let batches = crate::http::ingest::BATCHES.into_iter().map(|(path, _)| path);
        for path in calls.chain(batches) {
            let post = &document["paths"][path]["post"];
            assert!(post["requestBody"]["content"]["application/json"]["schema"].is_object(), "{path}: {post}");
            for status in ["200", "400", "401", "429", "503"] {
                assert!(post["responses"][status].is_object(), "{path}: {status}");
            }
        }
        assert!(document["paths"]["/v1/m"]["post"].is_object() && document["paths"]["/v1/projects/{key}/settings"]["get"].is_object());
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["TrackCall"]["allOf"][1]["required"], serde_json::json!(["event"]));
        assert_eq!(schemas["Message"]["properties"]["previousId"]["type"], serde_json::json!(["string", "null"]));
        assert!(schemas["Message"]["required"].is_null(), "what each call needs is said with the call");
        assert_eq!(schemas["BatchOfCalls"]["required"], serde_json::json!(["batch"]));
        let ids: Vec<&Json> = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values()).collect();
        let mut names: Vec<&str> = ids.iter().filter_map(|operation| operation["operationId"].as_str()).collect();
        names.sort_unstable();
        assert!(names.iter().filter(|name| name.starts_with("segment_")).count() == 17, "{names:?}");
    }
}
