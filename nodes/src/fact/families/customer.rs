//! `customer`: who the run is about.

use crate::Json;
use crate::fact::family::{FactType, Family, Field, Shape};
use std::borrow::Cow;

/// A well-known trait: the short form of `customer.traits.…`, also where it was sent in camel case.
macro_rules! well_known {
    ($name:literal, $ty:ident, $says:literal, $example:literal) => {
        Field::open($name, FactType::$ty, $says, $example, |facts| facts.customer?.well_known($name))
    };
}

pub(super) const FAMILY: Family = Family {
    root: "customer",
    says: "who the run is about; nothing where it is about no person",
    shape: Shape::Fields {
        own: Some("traits"),
        fields: &[
            well_known!("email", Text, "the e-mail address", "anna@example.com"),
            well_known!("phone", Text, "the telephone number", "+4930123456"),
            well_known!("first_name", Text, "the first name", "Anna"),
            well_known!("last_name", Text, "the last name", "Weber"),
            well_known!("name", Text, "the whole name", "Anna Weber"),
            well_known!("locale", Text, "language and region", "de-DE"),
            well_known!("timezone", Text, "the time zone, by its IANA name", "Europe/Berlin"),
            well_known!("country", Text, "the country, also from the address", "DE"),
            well_known!("currency", Text, "the currency", "EUR"),
            well_known!("birthday", Time, "the day of birth", "1990-05-17"),
            Field::leaf("user_id", FactType::Text, "the shop's own id", "u-1007", |facts| {
                Some(Cow::Owned(facts.customer?.user_id.clone()?.into()))
            }),
            Field::leaf("created_at", FactType::Time, "when the customer was first seen", "2026-11-23T09:00:00Z", |facts| {
                Some(Cow::Owned(facts.customer?.created_at.to_string().into()))
            }),
            Field::leaf("tags", FactType::List, "labels set by journeys and people", "[\"vip\"]", |facts| {
                Some(Cow::Owned(facts.customer?.tags.iter().cloned().map(Json::from).collect::<Vec<_>>().into()))
            }),
            Field::leaf("id", FactType::Id, "our id", "0192f0c1-2f6d-7cc3-98c4-dc0c0c07398f", |facts| {
                Some(Cow::Owned(facts.customer?.id.to_string().into()))
            }),
            Field::map("traits", "any trait, deeper with more dots", "traits.plan", |facts| Some(&facts.customer?.traits)),
        ],
    },
};
