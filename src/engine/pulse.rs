//! How the engine does, for those who look in from outside.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::verification::Timestamp;

/// Stands for "never" and "none".
const NONE: i64 = i64::MIN;

/// Written by the engine, read by the health server.
pub struct Pulse {
    polled: AtomicI64,
    oldest: AtomicI64,
}

impl Pulse {
    #[must_use]
    pub fn new() -> Pulse {
        Pulse { polled: AtomicI64::new(NONE), oldest: AtomicI64::new(NONE) }
    }

    /// How long ago Telegram last answered a question for updates; `None`: never.
    #[must_use]
    pub fn since_polled(&self, now: Timestamp) -> Option<Duration> {
        since(&self.polled, now)
    }

    /// How long the oldest order in the outbox has waited; `None`: there is none.
    #[must_use]
    pub fn oldest_order(&self, now: Timestamp) -> Option<Duration> {
        since(&self.oldest, now)
    }

    pub(super) fn polled(&self, now: Timestamp) {
        self.polled.store(now.0, Ordering::Relaxed);
    }

    pub(super) fn oldest_is(&self, queued: Option<Timestamp>) {
        self.oldest.store(queued.map_or(NONE, |at| at.0), Ordering::Relaxed);
    }
}

impl Default for Pulse {
    fn default() -> Pulse {
        Pulse::new()
    }
}

fn since(at: &AtomicI64, now: Timestamp) -> Option<Duration> {
    match at.load(Ordering::Relaxed) {
        NONE => None,
        at => Some(now.since(Timestamp(at))),
    }
}
