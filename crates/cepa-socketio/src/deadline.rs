//! When a time is over that may be as long as [`Duration::MAX`]: options say "never" so, and a sum of times may not fail.

use std::time::Duration;

use tokio::time::Instant;

/// As good as never: 30 years.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// So long after `start`.
pub(crate) fn after(start: Instant, time: Duration) -> Instant {
    start + time.min(FAR)
}
