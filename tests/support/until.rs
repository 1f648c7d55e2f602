//! The one place where tests wait.

use std::time::Duration;

/// How long something may take on a slow machine before the test calls it missing.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked for.
const EVERY: Duration = Duration::from_millis(20);

/// Looks until `look` finds something, and returns it; fails when `what` has not come in time.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let mut ticks = tokio::time::interval(EVERY);
    let found = async {
        loop {
            ticks.tick().await;
            if let Some(found) = look().await {
                return found;
            }
        }
    };
    match tokio::time::timeout(PATIENCE, found).await {
        Ok(found) => found,
        Err(_) => panic!("{what} did not come within {PATIENCE:?}"),
    }
}
