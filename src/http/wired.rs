//! What the engine and the data layer hand out, as the API tells it: the types of `tradewind-wire`. Each resource says beside its
//! handlers how its own are told.

use super::problem::{ApiError, ApiResult};
use std::fmt::Display;
use std::str::FromStr;
use tradewind_commerce::customers::Person;
use tradewind_engine::inspect::words::Reason;
use tradewind_wire as wire;

/// Something that the API tells as a `T`.
pub trait IntoWire<T> {
    /// As it is told.
    ///
    /// # Errors
    /// When what is stored is nothing this program knows.
    fn into_wire(self) -> ApiResult<T>;
}

/// What is of the API's own types already.
impl<T> IntoWire<T> for T {
    fn into_wire(self) -> ApiResult<T> {
        Ok(self)
    }
}

/// A stored word as the API's enum.
///
/// # Errors
/// When it is none of the enum's: the row was written by a newer program, or is damaged.
pub fn word<T: FromStr<Err = wire::UnknownWord>>(stored: &str, of_what: impl Display) -> ApiResult<T> {
    stored.parse().map_err(|error| ApiError::internal(&format!("{of_what}: {error}")))
}

/// Each of them as it is told.
///
/// # Errors
/// When one cannot be told.
pub fn all<R: IntoWire<T>, T>(rows: Vec<R>) -> ApiResult<Vec<T>> {
    rows.into_iter().map(IntoWire::into_wire).collect()
}

/// What there is, as it is told.
///
/// # Errors
/// When it cannot be told.
pub fn some<R: IntoWire<T>, T>(found: Option<R>) -> ApiResult<Option<T>> {
    found.map(IntoWire::into_wire).transpose()
}

impl IntoWire<wire::Person> for Person {
    fn into_wire(self) -> ApiResult<wire::Person> {
        let Self { id, user_id, email, name } = self;
        Ok(wire::Person { id, user_id, email, name })
    }
}

impl IntoWire<wire::why::Reason> for Reason {
    fn into_wire(self) -> ApiResult<wire::why::Reason> {
        let Self { rule, said, seen } = self;
        Ok(wire::why::Reason { rule, said, seen })
    }
}
