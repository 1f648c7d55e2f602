//! `?since=` and `?until=` of lists and counts: an instant (RFC 3339), or a length back from now (`24h`, `7d`).

use super::problem::{ApiError, ApiResult};
use tradewind_nodes::time::{Duration, Timestamp};

/// The instant in a query parameter; None when it is absent or empty.
///
/// # Errors
/// Names the parameter when it is neither an instant nor a length.
pub fn instant(text: Option<&str>, parameter: &str, now: Timestamp) -> ApiResult<Option<Timestamp>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let back = || Duration::parse(text).filter(|length| *length >= Duration::ZERO).map(|length| now.minus(length));
    let found = Timestamp::parse(text).or_else(back);
    let wrong =
        || ApiError::invalid(parameter, "is not a time: write RFC 3339, as 2026-11-23T09:00:00Z, or a length back from now, as 24h");
    found.map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_or_a_length_back_is_understood() {
        let now = Timestamp::parse("2026-11-23T12:00:00Z").unwrap();
        let read = |text: &str| instant(Some(text), "?since", now);
        assert_eq!(read("24h").unwrap(), Timestamp::parse("2026-11-22T12:00:00Z"));
        assert_eq!(read("2026-11-01").unwrap(), Timestamp::parse("2026-11-01"));
        assert_eq!(read(" ").unwrap(), None);
        assert!(read("yesterday").unwrap_err().detail().starts_with("?since: "));
        assert!(read("-5h").is_err());
    }
}
