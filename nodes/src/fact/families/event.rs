//! `event`: the event that started the run; inside a filter on events, the event in question.

use crate::fact::family::{FactType, Family, Field, Shape};
use std::borrow::Cow;

pub(super) const FAMILY: Family = Family {
    root: "event",
    says: "the event that started the run; inside a filter on events the event in question",
    shape: Shape::Fields {
        own: Some("properties"),
        fields: &[
            Field::leaf("name", FactType::Text, "what it is called", "Order Completed", |facts| {
                Some(Cow::Owned(facts.event?.name.clone().into()))
            }),
            Field::leaf("timestamp", FactType::Time, "when it happened", "2026-11-23T09:00:00Z", |facts| {
                Some(Cow::Owned(facts.event?.at.to_string().into()))
            }),
            Field::leaf("id", FactType::Id, "our id", "0192f0c1-2f6d-7cc3-98c4-dc0c0c07398f", |facts| {
                Some(Cow::Owned(facts.event?.id.to_string().into()))
            }),
            Field::map("properties", "any property, deeper with more dots", "properties.total", |facts| Some(&facts.event?.properties)),
            Field::map("context", "where it came from, as Segment tells it", "context.ip", |facts| Some(&facts.event?.context)),
        ],
    },
};
