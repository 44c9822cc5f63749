//! How long to wait before something is tried again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Doubles from 0.1 s to a most, with jitter.
#[derive(Debug)]
pub(crate) struct Backoff {
    most: Duration,
    failures: u32,
}

impl Backoff {
    pub(crate) fn new(most: Duration) -> Self {
        Self { most, failures: 0 }
    }

    /// It worked: begin anew.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// Failures since it last worked.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// Counts a failure and says how long to wait; not less than the server asked for.
    pub(crate) fn next(&mut self, at_least: Option<Duration>) -> Duration {
        let wait = self
            .most
            .min(Duration::from_millis(100 << self.failures.min(10)));
        self.failures += 1;
        wait.mul_f64(0.8 + 0.4 * jitter())
            .max(at_least.unwrap_or_default())
    }
}

/// In [0, 1): the clock's nanoseconds are random enough to keep clients apart.
fn jitter() -> f64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    f64::from(now.subsec_nanos() % 1_000) / 1_000.0
}
