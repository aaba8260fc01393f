//! What is to go wrong, planned ahead and used up call by call.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Faults by the name of what they hit. A queued one is used once; a standing one lasts until it
/// is lifted.
#[derive(Debug)]
pub struct Plan<K, F> {
    inner: Mutex<Inner<K, F>>,
    hit: Notify,
}

#[derive(Debug)]
struct Inner<K, F> {
    queued: HashMap<K, VecDeque<F>>,
    standing: HashMap<K, F>,
}

impl<K, F> Default for Plan<K, F> {
    fn default() -> Plan<K, F> {
        let inner = Inner { queued: HashMap::new(), standing: HashMap::new() };
        Plan { inner: Mutex::new(inner), hit: Notify::new() }
    }
}

impl<K: Eq + Hash, F: Clone> Plan<K, F> {
    /// The next thing that happens at `place`, after what is queued there already.
    pub fn next(&self, place: K, fault: F) {
        self.lock().queued.entry(place).or_default().push_back(fault);
    }

    /// From now on, until [`Plan::lift`].
    pub fn always(&self, place: K, fault: F) {
        self.lock().standing.insert(place, fault);
    }

    /// Takes away all that is queued or standing at `place`.
    pub fn lift(&self, place: &K) {
        let mut inner = self.lock();
        inner.queued.remove(place);
        inner.standing.remove(place);
    }

    /// How many queued faults have not hit anything yet.
    pub fn waiting(&self) -> usize {
        self.lock().queued.values().map(VecDeque::len).sum()
    }

    /// Waits until every queued fault has hit something; whether it was within `patience`.
    pub async fn all_hit(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        loop {
            let hit = self.hit.notified();
            tokio::pin!(hit);
            hit.as_mut().enable();
            if self.waiting() == 0 {
                return true;
            }
            if tokio::time::timeout_at(deadline, hit).await.is_err() {
                return self.waiting() == 0;
            }
        }
    }

    /// What goes wrong at `place` now.
    pub fn take(&self, place: &K) -> Option<F> {
        let mut inner = self.lock();
        let queued = inner.queued.get_mut(place).and_then(VecDeque::pop_front);
        if queued.is_some() {
            self.hit.notify_waiters();
        }
        queued.or_else(|| inner.standing.get(place).cloned())
    }

    fn lock(&self) -> MutexGuard<'_, Inner<K, F>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
