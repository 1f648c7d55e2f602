//! Which journeys a stream counts.

use crate::http::AppState;
use crate::http::period::instant;
use crate::http::problem::{ApiError, ApiResult};
use http::StatusCode;
use tradewind_engine::inspect::counts::Period;
use tradewind_engine::journeys;
use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_nodes::time::Timestamp;

const HOUR: i64 = 3_600_000_000;
/// Journeys that one stream counts at most.
const MOST: usize = 32;

/// A journey, and what of it is counted.
pub(super) type Counted = (JourneyId, Period);

/// A journey by slug or id. `parameter` is what an unreadable `since` is called.
///
/// # Errors
/// When there is no such journey, or `since` is no time.
pub(super) async fn one(
    state: &AppState,
    workspace: WorkspaceId,
    name: &str,
    since: Option<&str>,
    version: Option<i64>,
    parameter: &str,
) -> ApiResult<Counted> {
    // Counts go by hours: whoever asks within the same one shares what is read.
    let hour = |at: Timestamp| Timestamp::from_micros(at.micros().div_euclid(HOUR) * HOUR);
    let since = instant(since, parameter, state.env.now())?.map(hour);
    let (journey, _) = journeys::id_of(&state.db, workspace, name).await?;
    Ok((journey, Period { since, until: None, version }))
}

/// Every part of `?watch`, with what it asks for; None where there is no such journey: it may have been deleted since, and whoever
/// watches the others must not lose them.
///
/// # Errors
/// Names the part that cannot be read.
pub(super) async fn all(state: &AppState, workspace: WorkspaceId, watch: &str) -> ApiResult<Vec<(String, Option<Counted>)>> {
    let parts: Vec<&str> = watch.split(',').filter(|part| !part.is_empty()).collect();
    if parts.len() > MOST {
        return Err(ApiError::invalid("?watch", format!("asks for {} journeys: {MOST} are the most of one stream", parts.len())));
    }
    let mut all = Vec::with_capacity(parts.len());
    for part in parts {
        let (name, version, since) = read(part)?;
        let counted = match one(state, workspace, name, since, version, "?watch").await {
            Ok(counted) => Some(counted),
            Err(error) if error.status() == StatusCode::NOT_FOUND => None,
            Err(error) => return Err(error),
        };
        all.push((part.to_owned(), counted));
    }
    Ok(all)
}

/// `carts@2~24h` in its parts: name, version, since.
fn read(part: &str) -> ApiResult<(&str, Option<i64>, Option<&str>)> {
    let (rest, since) = part.split_once('~').map_or((part, None), |(rest, since)| (rest, Some(since)));
    let Some((name, version)) = rest.split_once('@') else { return Ok((rest, None, since)) };
    let wrong = |_| ApiError::invalid("?watch", format!("{part:?}: {version:?} is no version: write its number behind the @, as carts@2"));
    Ok((name, Some(version.parse().map_err(wrong)?), since))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_names_journey_version_and_time() {
        assert_eq!(read("carts").unwrap(), ("carts", None, None));
        assert_eq!(read("carts@2").unwrap(), ("carts", Some(2), None));
        assert_eq!(read("carts~24h").unwrap(), ("carts", None, Some("24h")));
        assert_eq!(read("carts@12~2026-11-23T09:00:00Z").unwrap(), ("carts", Some(12), Some("2026-11-23T09:00:00Z")));
        assert!(read("carts@two").unwrap_err().detail().starts_with("?watch: "));
    }
}
