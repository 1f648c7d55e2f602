//! `steps`: what earlier nodes put out.

use crate::fact::family::{Family, Shape};

pub(super) const FAMILY: Family =
    Family { root: "steps", says: "what earlier nodes put out, by the ids of the nodes", shape: Shape::Outputs };
