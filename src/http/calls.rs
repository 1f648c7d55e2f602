//! The Segment door (`ingest`) as the OpenAPI document describes it. Its routes stand beside the API and know no extractor, so what is
//! described here comes from the same tables as the routes and from the structs that are read and written.

use super::ingest::{BATCHES, CALLS, Dropped, MEASUREMENTS, SETTINGS, Taken};
use super::message::Message;
use super::problem::ProblemDocument;
use tradewind_engine::incoming::Call;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{AllOfBuilder, AnyOfBuilder, ArrayBuilder, ObjectBuilder, Ref, Schema, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, RefOr, Required};
use utoipa::{PartialSchema, ToSchema};

const TAG: &str = "events";
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";
/// The scheme by which Segment's libraries show their key.
const WRITE_KEY: &str = "write_key";
const MANY: &str = "BatchOfCalls";

/// What a call is for, the name of its schema, and the fields it needs beside somebody's id.
fn told(call: Call) -> (&'static str, &'static str, &'static [&'static str]) {
    match call {
        Call::Identify => ("Says who somebody is and what is known of him.", "IdentifyCall", &[]),
        Call::Page => ("Somebody looked at a page.", "PageCall", &[]),
        Call::Screen => ("Somebody looked at a screen of an app.", "ScreenCall", &[]),
        Call::Group => ("Somebody belongs to a group.", "GroupCall", &["groupId"]),
        Call::Alias => ("Two ids are one person's.", "AliasCall", &["userId", "previousId"]),
        Call::Track | Call::Internal => ("Somebody did something.", "TrackCall", &["event"]),
    }
}

/// Adds the paths and their schemas.
pub fn describe(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let basic = HttpBuilder::new().scheme(HttpAuthScheme::Basic).description(Some("An API key with the scope `ingest` as the user"));
    components.add_security_scheme(WRITE_KEY, SecurityScheme::Http(basic.build()));
    let schemas = &mut components.schemas;
    schemas.insert(Message::name().into_owned(), Message::schema());
    schemas.insert(Taken::name().into_owned(), Taken::schema());
    schemas.insert(Dropped::name().into_owned(), Dropped::schema());
    schemas.insert(MANY.to_owned(), many());
    for (call, long, short) in CALLS {
        let (about, name, needs) = told(call);
        schemas.insert(name.to_owned(), one(about, needs));
        document.paths.paths.insert(long.to_owned(), takes(about, name, long));
        document.paths.paths.insert(short.to_owned(), takes(&format!("{about} As browsers send it."), name, short));
    }
    for (path, browser) in BATCHES {
        let about = "Many calls at a time. One that is not right is left out and told; the others count.";
        let about = if browser { format!("{about} As browsers send it.") } else { about.to_owned() };
        document.paths.paths.insert(path.to_owned(), takes(&about, MANY, path));
    }
    let measured = operation("Measurements of the browser library: taken, and not kept.", MEASUREMENTS);
    let measured = measured.response("200", answer("Taken.", JSON, reference(&Taken::name())));
    document.paths.paths.insert(MEASUREMENTS.to_owned(), PathItem::new(HttpMethod::Post, measured));
    let key = ParameterBuilder::new().name("key").parameter_in(ParameterIn::Path).required(Required::True);
    let key = key.description(Some("An API key with the scope `ingest`")).schema(Some(ObjectBuilder::new().schema_type(Type::String)));
    let settings = operation("What the browser and mobile libraries ask for before they start.", SETTINGS)
        .parameter(key)
        .response("200", answer("Where calls go and what is switched on.", JSON, ObjectBuilder::new().into()))
        .response("404", answer("There is no such key.", PROBLEM, reference(&ProblemDocument::name())));
    document.paths.paths.insert(SETTINGS.to_owned(), PathItem::new(HttpMethod::Get, settings));
}

fn reference(name: &str) -> RefOr<Schema> {
    Ref::from_schema_name(name).into()
}

/// An object that has these fields.
fn having(needs: &[&str]) -> ObjectBuilder {
    needs.iter().fold(ObjectBuilder::new(), |object, field| object.required(*field))
}

/// One call: a message, the fields it needs, and somebody it is about.
fn one(about: &str, needs: &[&str]) -> RefOr<Schema> {
    let somebody = AnyOfBuilder::new().item(having(&["userId"])).item(having(&["anonymousId"]));
    let call = AllOfBuilder::new().description(Some(about)).item(reference(&Message::name()));
    let call = if needs.is_empty() { call } else { call.item(having(needs)) };
    Schema::from(call.item(somebody).build()).into()
}

/// Many calls: each names its type.
fn many() -> RefOr<Schema> {
    let call = AllOfBuilder::new().item(reference(&Message::name())).item(having(&["type"]));
    let text = |about: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(about));
    let shared = |about: &str| ObjectBuilder::new().schema_type(Type::Object).description(Some(about));
    let batch = ObjectBuilder::new()
        .property("batch", ArrayBuilder::new().items(call))
        .required("batch")
        .property("writeKey", text("The source's key, when there is no header."))
        .property("sentAt", text("When it was sent, for calls that do not say."))
        .property("context", shared("The context of each call; what a call says itself wins."))
        .property("integrations", shared("Kept with each event."));
    Schema::from(batch.build()).into()
}

fn operation(about: &str, path: &str) -> OperationBuilder {
    let id: String =
        path.trim_start_matches("/v1/").chars().filter(|c| *c != '{' && *c != '}').map(|c| if c == '/' { '_' } else { c }).collect();
    OperationBuilder::new().tag(TAG).operation_id(Some(format!("segment_{id}"))).summary(Some(about))
}

/// A path that takes calls. Its key comes as the Basic user, as a Bearer token or in the body.
fn takes(about: &str, schema: &str, path: &str) -> PathItem {
    let body = ContentBuilder::new().schema(Some(reference(schema))).build();
    let body = RequestBodyBuilder::new().description(Some("JSON, plain or in gzip")).required(Some(Required::True)).content(JSON, body);
    let no_scopes = Vec::<String>::new;
    let mut operation = operation(about, path)
        .request_body(Some(body.build()))
        .security(SecurityRequirement::new(WRITE_KEY, no_scopes()))
        .security(SecurityRequirement::new("key", no_scopes()))
        .security(SecurityRequirement::default())
        .response("200", answer("Everything that was taken is committed.", JSON, reference(&Taken::name())));
    for (status, about) in [
        ("400", "It is not JSON, too large, or the call is not right."),
        ("401", "There is no key, or none that we know."),
        ("403", "The key may not send events."),
        ("415", "The body is compressed by something else than gzip."),
        ("429", "Too many requests by this key: send again after `Retry-After`."),
        ("503", "The engine has more to do than it may hold: send again in a second."),
    ] {
        operation = operation.response(status, answer(about, PROBLEM, reference(&ProblemDocument::name())));
    }
    PathItem::new(HttpMethod::Post, operation)
}

fn answer(about: &str, kind: &str, schema: RefOr<Schema>) -> utoipa::openapi::Response {
    ResponseBuilder::new().description(about).content(kind, ContentBuilder::new().schema(Some(schema)).build()).build()
}
