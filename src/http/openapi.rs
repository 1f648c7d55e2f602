//! `/api/openapi.json` and `/api/docs`: the description of the API, made from the code, and a page to read it. The page's
//! scripts are part of the program: nothing is fetched from another host.

use super::AppState;
use super::calls;
use super::problem::ProblemDocument;
use super::schemas;
use axum::Router;
use utoipa::ToSchema as _;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Ref, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::{Content, ContentBuilder, OpenApi, PathItem, RefOr};
use utoipa_swagger_ui::SwaggerUi;

const ABOUT: &str = "Customer journeys that run durably.\n\n\
    **Keys.** Send an API key as `Authorization: Bearer tw_…`. A key has scopes: `ingest`, `read`, `write`, `admin`.\n\n\
    **Errors** are `application/problem+json` (RFC 9457); `code` is stable, `errors` names the fields at fault.\n\n\
    **Lists** take `limit` (1 to 200) and `cursor`; pass `next_cursor` on until `has_more` is false.\n\n\
    **Repeats.** A POST with an `Idempotency-Key` is done once within 24 hours; its answer is given again.\n\n\
    **Events** come in at Segment's paths (`/v1/track`, `/v1/batch`, …): use Segment's client libraries.";

const PROBLEM: &str = "application/problem+json";

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(ProblemDocument)))]
struct Document;

/// The document without its paths.
pub fn document() -> OpenApi {
    let mut document = <Document as utoipa::OpenApi>::openapi();
    document.info.title = "Tradewind".to_owned();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.info.description = Some(ABOUT.to_owned());
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("tw_…").description(Some("An API key")).build();
    document.components.get_or_insert_default().add_security_scheme("key", SecurityScheme::Http(scheme));
    calls::describe(&mut document);
    document.security = Some(vec![SecurityRequirement::new("key", Vec::<String>::new())]);
    document
}

/// The document as it is served, of what the resources say: names of operations that no other has, and what all operations share.
#[must_use]
pub fn finished(mut document: OpenApi) -> OpenApi {
    document.servers = Some(vec![Server::new("/")]);
    document.components.get_or_insert_default().schemas.values_mut().for_each(schemas::mend);
    let paths = document.paths.paths.iter_mut();
    for (path, item) in paths.filter(|(path, _)| path.starts_with("/api/")) {
        for (changes, operation) in operations(item) {
            named_by_tag(operation);
            refusals(operation, path.contains('{'));
            if changes {
                repeatable(operation);
            }
        }
    }
    document
}

/// The operations of a path, each with whether it is a POST.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (bool, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [(false, get), (false, put), (true, post), (false, delete), (false, patch)]
        .into_iter()
        .filter_map(|(is_post, found)| Some((is_post, found.as_mut()?)))
}

/// Operations are called as their handlers; two resources may call theirs alike.
fn named_by_tag(operation: &mut Operation) {
    let tag = operation.tags.as_ref().and_then(|tags| tags.first()).cloned().unwrap_or_default();
    operation.operation_id = operation.operation_id.take().map(|name| format!("{tag}_{name}"));
}

/// Errors are problem documents of their own media type; any operation may refuse a key.
fn refusals(operation: &mut Operation, named: bool) {
    let responses = &mut operation.responses.responses;
    let mut add = |status: &str, about: &str| {
        responses
            .entry(status.to_owned())
            .or_insert_with(|| ResponseBuilder::new().description(about).content(PROBLEM, problem()).build().into());
    };
    add("401", "There is no key, or none in force.");
    add("403", "The key lacks the scope.");
    if named {
        add("404", "There is nothing of this name.");
    }
    for (status, response) in responses.iter_mut().filter(|(status, _)| !status.starts_with('2')) {
        let RefOr::T(response) = response else { continue };
        response.content.clear();
        response.content.insert(PROBLEM.to_owned(), RefOr::T(problem()));
        if response.description.is_empty() {
            response.description = about(status).to_owned();
        }
    }
}

fn about(status: &str) -> &'static str {
    match status {
        "410" => "The data were erased.",
        "412" => "It was changed since it was read.",
        "422" => "What was sent breaks rules: each is named.",
        "428" => "If-Match is missing.",
        "503" => "Too much at a time: try again after Retry-After.",
        _ => "What was sent is refused: see `code` and `errors`.",
    }
}

fn problem() -> Content {
    ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemDocument::name()))).build()
}

fn repeatable(operation: &mut Operation) {
    let about = "A key of your own choice: a second request with it within 24 hours is answered as the first was";
    let key = ParameterBuilder::new().name("Idempotency-Key").parameter_in(ParameterIn::Header).description(Some(about));
    let key = key.schema(Some(ObjectBuilder::new().schema_type(Type::String))).build();
    operation.parameters.get_or_insert_default().push(RefOr::T(key));
}

/// The routes.
pub fn router(document: OpenApi) -> Router<AppState> {
    SwaggerUi::new("/api/docs").url("/api/openapi.json", document).into()
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    fn written() -> Json {
        serde_json::to_value(super::finished(crate::http::resources().split_for_parts().1)).unwrap()
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

    fn operations(document: &Json) -> Vec<(String, &Json)> {
        let paths = document["paths"].as_object().unwrap();
        paths
            .iter()
            .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, told)| (format!("{method} {path}"), told)))
            .collect()
    }

    #[test]
    fn operations_have_names_of_their_own() {
        let document = written();
        let mut names: Vec<&str> = operations(&document).iter().map(|(_, operation)| operation["operationId"].as_str().unwrap()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert!(names.len() == all && all > 100, "{all} operations, {} names", names.len());
        assert!(names.contains(&"tasks_list") && names.contains(&"runs_list"), "{names:?}");
    }

    #[test]
    fn every_refusal_is_a_problem_document() {
        let document = written();
        for (name, operation) in operations(&document) {
            for (status, response) in operation["responses"].as_object().unwrap().iter().filter(|(status, _)| !status.starts_with('2')) {
                let kinds: Vec<&String> = response["content"].as_object().unwrap().keys().collect();
                assert_eq!(kinds, ["application/problem+json"], "{name}: {status}");
                assert_ne!(response["description"], "", "{name}: {status}");
            }
        }
    }

    #[test]
    fn what_clients_are_generated_of_says_what_is_sent() {
        let document = written();
        let schemas = &document["components"]["schemas"];
        let limit = &document["paths"]["/api/v1/tasks"]["get"]["parameters"];
        let limit = limit.as_array().unwrap().iter().find(|parameter| parameter["name"] == "limit").unwrap();
        assert!(limit["schema"]["type"].to_string().contains("integer") && limit["schema"]["default"] == 50, "{limit}");
        assert_eq!(schemas["ConsentStatus"]["enum"], serde_json::json!(["granted", "denied", "withdrawn"]));
        assert_eq!(schemas["CountAudience"]["properties"]["sample"]["maximum"], 10);
        assert_eq!(schemas["SettleDeadLetters"]["properties"]["action"]["$ref"], "#/components/schemas/DeadLetterAction");
        assert_eq!(schemas["ResolveIncidents"]["properties"]["action"]["$ref"], "#/components/schemas/IncidentAction");
        assert!(schemas["Called"]["oneOf"].as_array().unwrap().iter().any(|way| way["type"] == "string"), "{}", schemas["Called"]);
        assert_eq!(schemas["StartJourney"]["properties"]["data"]["additionalProperties"], true);
        assert!(schemas["Settings"]["properties"]["revision"].is_null() && schemas["Settings"]["additionalProperties"] == false);
        assert!(!serde_json::to_string(schemas).unwrap().contains("\"default\":null"), "null is no default");
        assert!(schemas["Message"]["properties"]["userId"]["default"].is_null());
    }

    #[test]
    fn the_description_is_the_one_agreed_upon() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
        let now = serde_json::to_string_pretty(&written()).unwrap() + "\n";
        if std::env::var_os("ACCEPT_OPENAPI").is_some() {
            std::fs::write(path, &now).unwrap();
        }
        let agreed = std::fs::read_to_string(path).unwrap();
        let differs = agreed.lines().zip(now.lines()).zip(1..).find(|((agreed, now), _)| agreed != now);
        assert!(
            agreed == now,
            "the API is described otherwise than in docs/openapi.json, first here (line, then agreed and now): {differs:?}\n\
             If clients shall see it so, `make openapi` writes the file anew: commit it with the change."
        );
    }
}
