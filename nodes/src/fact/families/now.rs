//! `now`: the instant of the step.

use crate::fact::family::{FactType, Family, Shape};
use std::borrow::Cow;

pub(super) const FAMILY: Family = Family {
    root: "now",
    says: "the instant of the step; in scripts the function now()",
    shape: Shape::Value(FactType::Time, |facts| Some(Cow::Owned(facts.now.to_string().into()))),
};
