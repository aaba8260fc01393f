//! The world's clock: real time plus what was skipped. Milliseconds since 1970.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Real time, which can be pushed forward.
#[derive(Debug, Default)]
pub struct Clock {
    skipped_ms: AtomicI64,
}

impl Clock {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn now_ms(&self) -> i64 {
        let real = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        i64::try_from(real)
            .unwrap_or(i64::MAX)
            .saturating_add(self.skipped_ms.load(Ordering::Relaxed))
    }

    /// Seconds since 1970-01-01T00:00:00Z, as Telegram counts.
    pub fn now_s(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.skipped_ms.fetch_add(by, Ordering::Relaxed);
    }
}
