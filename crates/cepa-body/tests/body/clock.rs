//! The processor time of a test, which a busy machine does not stretch.

use std::time::{Duration, Instant};

/// Ten times what the slowest hostile body takes; this build may not be optimised.
const MOST: Duration = Duration::from_millis(if cfg!(debug_assertions) { 150 } else { 20 });

/// The time that this thread has had a processor; where the system does not tell, that of the wall clock.
pub struct Spent(Instant, Duration);

impl Spent {
    pub fn start() -> Self {
        let now = Instant::now();
        Self(now, spent(now))
    }

    /// Asserts that what was done since the start, here and not on other threads, is linear in a body of
    /// some hundred KiB.
    pub fn assert_linear(self, what: &str) {
        let spent = spent(self.0) - self.1;
        assert!(spent < MOST, "{what:?}: {spent:?}");
    }
}

fn spent(start: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}
