//! How the engine does, for those who look in from outside.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::verification::Timestamp;
use crate::verification::effect::Channel;

/// Stands for "never" and "none".
const NONE: i64 = i64::MIN;

/// Written by the engine, read by the health server.
pub struct Pulse {
    polled: AtomicI64,
    oldest: AtomicI64,
    /// Why the last question for updates failed, as [`Fault::class`] says it.
    ///
    /// [`Fault::class`]: crate::telegram::Fault::class
    trouble: Mutex<Option<&'static str>>,
    /// The channels by which no code can be sent before the host has mended something, and why.
    misconfigured: Mutex<BTreeMap<Channel, String>>,
    work: watch::Sender<Work>,
    rounds: watch::Sender<Rounds>,
}

/// What is to be done now. Orders that wait for a time (a flood limit, an outage) are not in it.
#[derive(Copy, Clone, Default, PartialEq, Eq)]
struct Work {
    /// Events that are not decided and orders that the outbox has not taken up.
    pending: usize,
    /// Whether the outbox has something under way or ready.
    carrying: bool,
}

/// How many rounds of sweeping were asked for out of turn, and how many of them are over.
#[derive(Copy, Clone, Default)]
struct Rounds {
    asked: u64,
    over: u64,
}

impl Pulse {
    #[must_use]
    pub fn new() -> Pulse {
        Pulse {
            polled: AtomicI64::new(NONE),
            oldest: AtomicI64::new(NONE),
            trouble: Mutex::default(),
            misconfigured: Mutex::default(),
            work: watch::Sender::new(Work::default()),
            rounds: watch::Sender::new(Rounds::default()),
        }
    }

    /// How long ago Telegram last answered a question for updates; `None`: never.
    #[must_use]
    pub fn since_polled(&self, now: Timestamp) -> Option<Duration> {
        since(&self.polled, now)
    }

    /// Why the last question for updates failed, in one word; `None`: it was answered.
    #[must_use]
    pub fn polling_trouble(&self) -> Option<&'static str> {
        *locked(&self.trouble)
    }

    /// The channels by which no code can be sent before the host has mended something, and why.
    #[must_use]
    pub fn misconfigured(&self) -> BTreeMap<Channel, String> {
        locked(&self.misconfigured).clone()
    }

    /// How long the oldest order in the outbox has waited; `None`: there is none.
    #[must_use]
    pub fn oldest_order(&self, now: Timestamp) -> Option<Duration> {
        since(&self.oldest, now)
    }

    /// Waits until everything that was accepted is decided, and every order is carried out or
    /// waits for a time.
    pub async fn idle(&self) {
        // The sender is ours, so it cannot be gone.
        let _ = self.work.subscribe().wait_for(|work| *work == Work::default()).await;
    }

    /// Has everything swept now that is due by the engine's clock, rather than at the next turn,
    /// and waits until that is decided. For those who move the clock.
    pub async fn sweeps(&self) {
        let mut rounds = self.rounds.subscribe();
        let mut mine = 0;
        self.rounds.send_modify(|rounds| {
            rounds.asked += 1;
            mine = rounds.asked;
        });
        // The sender is ours, so it cannot be gone.
        let _ = rounds.wait_for(|rounds| rounds.over >= mine).await;
    }

    /// Resolves when a round of sweeping is asked for, with its number.
    pub(super) async fn sweep_asked(&self) -> u64 {
        let mut rounds = self.rounds.subscribe();
        let asked = rounds.wait_for(|rounds| rounds.asked > rounds.over).await;
        // The sender is ours, so it cannot be gone.
        asked.map_or(0, |rounds| rounds.asked)
    }

    pub(super) fn swept(&self, round: u64) {
        self.rounds.send_modify(|rounds| rounds.over = rounds.over.max(round));
    }

    pub(super) fn begin(&self, count: usize) {
        self.work.send_modify(|work| work.pending += count);
    }

    pub(super) fn end(&self, count: usize) {
        self.work.send_modify(|work| work.pending = work.pending.saturating_sub(count));
    }

    pub(super) fn carrying(&self, carrying: bool) {
        self.work.send_if_modified(|work| {
            let changed = work.carrying != carrying;
            work.carrying = carrying;
            changed
        });
    }

    pub(super) fn polled(&self, now: Timestamp) {
        self.polled.store(now.0, Ordering::Relaxed);
        *locked(&self.trouble) = None;
    }

    pub(super) fn poll_failed(&self, class: &'static str) {
        *locked(&self.trouble) = Some(class);
    }

    /// How a channel does now; whether that is news.
    pub(super) fn channel_is(&self, channel: Channel, misconfigured: Option<&str>) -> bool {
        let mut all = locked(&self.misconfigured);
        match misconfigured {
            Some(why) => all.insert(channel, why.to_owned()).is_none_or(|known| known != why),
            None => all.remove(&channel).is_some(),
        }
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

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn since(at: &AtomicI64, now: Timestamp) -> Option<Duration> {
    match at.load(Ordering::Relaxed) {
        NONE => None,
        at => Some(now.since(Timestamp(at))),
    }
}
