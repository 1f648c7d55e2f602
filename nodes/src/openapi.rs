//! How the types of this crate look in the OpenAPI document, where that is not derived.

use crate::answer::{Answered, Happened, Standing};
use crate::effect::Effect;
use crate::fact::Event;
use crate::field::Field;
use crate::graph::{Note, Position};
use crate::id::{CustomerId, EventId, IncidentId, JourneyId, NodeId, PortName, RunId, TaskId};
use crate::predicate::Predicate;
use crate::run::StepOutcome;
use crate::settings::Settings;
use crate::time::Timestamp;
use crate::why::Why;
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! looks {
    ($($type:ident, $name:literal: $schema:expr;)*) => {$(
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                Schema::Object($schema.build()).into()
            }
        }
        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        }
    )*};
}

fn text(about: &str, example: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(about)).examples([example])
}

fn id(about: &str) -> ObjectBuilder {
    let format = SchemaFormat::KnownFormat(KnownFormat::Uuid);
    ObjectBuilder::new().schema_type(Type::String).format(Some(format)).description(Some(about))
}

/// An object of fields that are not listed here.
fn object(about: &str) -> ObjectBuilder {
    ObjectBuilder::new().description(Some(about)).additional_properties(Some(AdditionalProperties::FreeForm(true)))
}

/// A tag alone, or an object of one tag with what belongs to it.
fn tagged(about: &str) -> ObjectBuilder {
    object(about).schema_type(SchemaType::Array(vec![Type::String, Type::Object]))
}

looks! {
    JourneyId, "JourneyId": id("The id of a journey");
    RunId, "RunId": id("The id of a run");
    CustomerId, "CustomerId": id("The id of a customer");
    EventId, "EventId": id("The id of an event");
    TaskId, "TaskId": id("The id of a task");
    IncidentId, "IncidentId": id("The id of an incident");
    NodeId, "NodeId": text("The id of a node in its graph: 1 to 64 letters, digits, '_' or '-'", "wait");
    PortName, "PortName": text("The name of a way out of a node", "next");
    Timestamp, "Timestamp": text("An instant, RFC 3339", "2026-11-23T09:00:00Z").format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
    Predicate, "Predicate": object("A condition: `{\"all\": […]}`, `{\"any\": […]}`, `{\"not\": …}`, or one about a fact, as `{\"fact\": \"customer.traits.vip\", \"is\": true}`");
    Position, "Position": object("Where something stands on the canvas: `x` and `y`");
    Note, "Note": object("A note on the canvas");
    Settings, "JourneySettings": object("The settings of a journey, as `journey.json` has them");
    Field, "KindField": object("One field of a kind's configuration: `name`, `label`, `type` and what belongs to the type");
    Event, "TriggerEvent": object("An event as nodes see it: `id`, `name`, `at`, `properties`, `context`");
    Effect, "Effect": object("What is done outside: `payload`, `guards`, `delivery`");
    StepOutcome, "StepOutcome": tagged("What became of a step: one tag with what belongs to it, as `{\"went\": \"next\"}`");
    Standing, "Standing": tagged("What a run does now: one tag with what belongs to it");
    Happened, "Happened": tagged("What happened: one tag with what belongs to it, as `{\"entered\": 3}`");
    Answered, "Answered": object("`answer`, one tag with what belongs to it, and `refused_since` when another entry was refused after that");
    Why, "Why": tagged("Why something was decided: a tag alone, or one tag with what it saw");
}
