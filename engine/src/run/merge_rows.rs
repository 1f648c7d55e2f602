//! The rows of a merged customer change hands, as their tables say.

pub(crate) use crate::tables::merge::hand_over as rows;
