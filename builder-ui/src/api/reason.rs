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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_reason_is_read_out_of_what_the_api_tells() {
        #[derive(Deserialize)]
        struct Step {
            #[serde(deserialize_with = "read")]
            why: Why,
            #[serde(default, deserialize_with = "read_some")]
            other: Option<Why>,
        }
        let step: Step =
            serde_json::from_value(json!({"why": {"rule": "the journey was paused", "said": "paused"}, "other": null})).unwrap();
        assert_eq!((step.why, step.other), (Why::Paused, None));
    }
}
