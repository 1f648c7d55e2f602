//! Reasons, as the API tells them.

use serde::{Deserialize, Deserializer};
use tradewind_nodes::why::Why;

/// Reads the `said` out of a reason as the API tells it.
///
/// # Errors
/// When it is no reason, or one of a newer server.
pub fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Why, D::Error> {
    Ok(Told::deserialize(from)?.said)
}

/// [`read`], where there may be none.
///
/// # Errors
/// As [`read`].
pub fn read_some<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Why>, D::Error> {
    Ok(Option::<Told>::deserialize(from)?.map(|told| told.said))
}

#[derive(Deserialize)]
struct Told {
    said: Why,
}
