//! Whether Telegram can be heard, and since when it cannot: what the rules owe to those who waited.
//!
//! Telegram is heard whenever a question for updates is answered. Between two answers it was not
//! heard if a question failed, if the machine slept, or if nobody asked for too long: whatever the
//! reason, nobody could reach us. The time between two runs is such a time too, so the last answer
//! is kept, not older than a minute.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::info;

use super::world::Guarded;
use crate::ops::metrics::Metrics;
use crate::store::records::Hearing as Kept;
use crate::store::{Store, StoreError};
use crate::verification::Timestamp;
use crate::verification::outage::{Outage, Outages};

/// How old the kept answer may be.
const KEEP_EVERY: Duration = Duration::from_secs(60);
/// Longer than a healthy question takes, with what its answer leads to.
const LATE: Duration = Duration::from_secs(60);
/// A shorter time is no outage; nor is a shorter sleep.
const SHORTEST: Duration = Duration::from_secs(5);
/// The longest window is a day and grows by a day at most.
const REMEMBER: Duration = Duration::from_secs(3 * 24 * 60 * 60);

pub(super) struct Hearing {
    clock: Arc<Guarded>,
    state: Mutex<State>,
    /// Rings when Telegram is heard after an outage.
    again: Notify,
}

#[derive(Clone)]
struct State {
    /// When Telegram last answered, by the rules' time and by the runtime's; `None`: never.
    heard: Option<Timestamp>,
    asked: Instant,
    /// How long the machine had slept by then.
    slept: Duration,
    /// Nothing was heard since: a question failed, or none was asked yet.
    deaf: bool,
    outages: Arc<Outages>,
    /// When that was last written to the store.
    kept: Option<Timestamp>,
}

impl Hearing {
    /// What the last run left. From here on the rules' time goes on from there.
    pub async fn recall(store: &Store, clock: Arc<Guarded>) -> Result<Hearing, StoreError> {
        let kept = store.read(|view| view.get::<Kept>(&())).await?;
        clock.begin(kept.as_ref().map(|kept| kept.at));
        let heard = kept.as_ref().map(|kept| kept.heard);
        let state = State {
            heard,
            asked: Instant::now(),
            slept: clock.suspended(),
            deaf: heard.is_some(),
            outages: Arc::new(kept.map(|kept| kept.outages).unwrap_or_default()),
            kept: None,
        };
        Ok(Hearing { clock, state: Mutex::new(state), again: Notify::new() })
    }

    /// Every outage that may matter still, the present one as far as `now`.
    pub fn outages(&self, now: Timestamp) -> Arc<Outages> {
        let state = self.state();
        match self.missed(&state, now) {
            None => Arc::clone(&state.outages),
            Some(outage) => {
                let mut outages = Outages::clone(&state.outages);
                outages.note(outage);
                Arc::new(outages)
            }
        }
    }

    /// Telegram answered, and `latest` is the newest date that it gave. What was not heard before
    /// that is durable when this returns.
    pub async fn heard(
        &self,
        store: &Store,
        metrics: &Metrics,
        latest: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let before = self.clock.now();
        let leap = latest.and_then(|date| self.clock.has_been(date));
        let now = self.clock.now();
        let (record, ended) = {
            let mut state = self.state();
            let missed = self.missed(&state, before);
            let ended = missed.is_some();
            if ended || leap.is_some() {
                let mut outages = Outages::clone(&state.outages);
                for outage in missed.into_iter().chain(leap) {
                    let away = outage.until.since(outage.from);
                    metrics.outage(away);
                    info!(
                        seconds = away.as_secs(),
                        "nobody could reach the bot for so long; codes and dialogues live so much longer"
                    );
                    outages.note(outage);
                }
                state.outages = Arc::new(outages);
                state.kept = None;
            }
            state.deaf = false;
            state.heard = Some(now);
            state.asked = Instant::now();
            state.slept = self.clock.suspended();
            (state.due_to_keep(now), ended)
        };
        if let Some(record) = record {
            store.commit(move |view| view.put(&(), &record)).await?;
        }
        if ended {
            self.again.notify_one();
        }
        Ok(())
    }

    /// A question for updates failed.
    pub async fn failed(&self, store: &Store) -> Result<(), StoreError> {
        let now = self.clock.now();
        let record = {
            let mut state = self.state();
            state.deaf = true;
            state.due_to_keep(now)
        };
        match record {
            Some(record) => store.commit(move |view| view.put(&(), &record)).await,
            None => Ok(()),
        }
    }

    /// Nobody asks any more.
    pub async fn ends(&self, store: &Store) -> Result<(), StoreError> {
        let now = self.clock.now();
        let record = {
            let mut state = self.state();
            if self.missed(&state, now).is_none() && state.heard.is_some() {
                state.heard = Some(now);
            }
            state.kept = None;
            state.due_to_keep(now)
        };
        match record {
            Some(record) => store.commit(move |view| view.put(&(), &record)).await,
            None => Ok(()),
        }
    }

    /// Resolves when Telegram is heard after an outage.
    pub async fn again(&self) {
        self.again.notified().await;
    }

    /// The outage that lasts until `now`, if there is one.
    fn missed(&self, state: &State, now: Timestamp) -> Option<Outage> {
        let from = state.heard?;
        let slept = self.clock.suspended().saturating_sub(state.slept);
        let away = state.deaf || slept >= SHORTEST || state.asked.elapsed() >= LATE;
        (away && now.since(from) >= SHORTEST).then_some(Outage { from, until: now })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What is to be written, if it is time.
    fn due_to_keep(&mut self, now: Timestamp) -> Option<Kept> {
        let heard = self.heard?;
        if self.kept.is_some_and(|kept| now.since(kept) < KEEP_EVERY) {
            return None;
        }
        self.kept = Some(now);
        Arc::make_mut(&mut self.outages).forget(now.before(REMEMBER));
        Some(Kept { heard, at: now, outages: Outages::clone(&self.outages) })
    }
}
