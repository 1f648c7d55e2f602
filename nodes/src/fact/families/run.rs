//! `run`: the run itself. A filter at a trigger has none yet.

use crate::fact::family::{FactType, Family, Field, Shape};
use std::borrow::Cow;

pub(super) const FAMILY: Family = Family {
    root: "run",
    says: "the run itself",
    shape: Shape::Fields {
        own: None,
        fields: &[
            Field::leaf("entered_at", FactType::Time, "when it began", "2026-11-23T09:00:00Z", |facts| {
                Some(Cow::Owned(facts.run?.entered_at.to_string().into()))
            }),
            Field::leaf("key", FactType::Text, "its key, where the rule of re-entry makes one", "order-1007", |facts| {
                Some(Cow::Owned(facts.run?.key?.into()))
            }),
            Field::leaf("id", FactType::Id, "our id", "0192f0c1-2f6d-7cc3-98c4-dc0c0c07398f", |facts| {
                Some(Cow::Owned(facts.run?.id.to_string().into()))
            }),
        ],
    },
};
