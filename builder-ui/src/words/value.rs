//! Values in words.

use crate::i18n::format::{self, Moment};
use crate::t;
use tradewind_nodes::Json;
use tradewind_nodes::time::Timestamp;

/// A value that was seen, as people read it.
#[must_use]
pub fn value(value: &Json) -> String {
    match value {
        Json::String(text) => match Timestamp::parse(text).filter(|_| text.len() > 18) {
            Some(at) => format::instant(at, Moment::DateTime),
            None => text.clone(),
        },
        Json::Number(number) => number.as_f64().map_or_else(|| number.to_string(), format::number),
        Json::Bool(true) => t!(live.yes),
        Json::Bool(false) => t!(live.no),
        Json::Null => t!(live.none),
        other => other.to_string(),
    }
}
