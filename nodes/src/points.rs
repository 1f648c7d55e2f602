//! Points of loyalty.

use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::ops::{Neg, Sub};

/// A number of whole points; negative where they are taken away. At most [`Points::MOST`] either way, so that sums of what one customer
/// may have fit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Points(i64);

/// More points than there may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0} points are more than 1,000,000,000,000")]
pub struct TooMany(i64);

impl Points {
    /// None.
    pub const ZERO: Self = Self(0);
    /// The most that are earned, spent or held.
    pub const MOST: i64 = 1_000_000_000_000;

    /// How many.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for Points {
    type Error = TooMany;
    fn try_from(points: i64) -> Result<Self, TooMany> {
        if points.unsigned_abs() > Self::MOST.unsigned_abs() { Err(TooMany(points)) } else { Ok(Self(points)) }
    }
}

impl From<Points> for i64 {
    fn from(points: Points) -> Self {
        points.0
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Self>>(points: I) -> Self {
        Self(points.fold(0, |sum, points| sum.saturating_add(points.0)))
    }
}

impl Sub for Points {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Points {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl std::fmt::Display for Points {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_bound_either_way() {
        assert!(Points::try_from(Points::MOST).is_ok() && Points::try_from(-Points::MOST).is_ok());
        assert_eq!(Points::try_from(Points::MOST + 1), Err(TooMany(1_000_000_000_001)));
        assert!(Points::try_from(i64::MIN).is_err());
        assert!(serde_json::from_str::<Points>("1.5").is_err());
    }
}
