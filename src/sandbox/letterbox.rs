//! What arrived for whom, and who has not looked at it yet. Used for mails and for SMS.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Letters by address. Addresses are compared as they are given.
#[derive(Debug)]
pub struct Letterbox<T> {
    inner: Mutex<Inner<T>>,
}

#[derive(Debug)]
struct Inner<T> {
    all: Vec<Arc<T>>,
    slots: HashMap<String, Slot<T>>,
}

#[derive(Debug)]
struct Slot<T> {
    unread: VecDeque<Arc<T>>,
    arrived: Arc<Notify>,
}

impl<T> Default for Slot<T> {
    fn default() -> Slot<T> {
        Slot { unread: VecDeque::new(), arrived: Arc::default() }
    }
}

impl<T> Default for Letterbox<T> {
    fn default() -> Letterbox<T> {
        Letterbox { inner: Mutex::new(Inner { all: Vec::new(), slots: HashMap::new() }) }
    }
}

impl<T> Letterbox<T> {
    pub fn put(&self, to: &str, letter: T) -> Arc<T> {
        let letter = Arc::new(letter);
        let mut inner = self.lock();
        inner.all.push(Arc::clone(&letter));
        let slot = inner.slots.entry(to.to_owned()).or_default();
        slot.unread.push_back(Arc::clone(&letter));
        slot.arrived.notify_waiters();
        letter
    }

    /// The oldest unread letter to `to`; waits for one at most `patience`.
    pub async fn next(&self, to: &str, patience: Duration) -> Option<Arc<T>> {
        let deadline = Instant::now() + patience;
        let arrived = Arc::clone(&self.lock().slots.entry(to.to_owned()).or_default().arrived);
        loop {
            let notified = arrived.notified();
            tokio::pin!(notified);
            notified.as_mut().enable();
            if let Some(letter) = self.take(to) {
                return Some(letter);
            }
            if tokio::time::timeout_at(deadline, notified).await.is_err() {
                return self.take(to);
            }
        }
    }

    /// The oldest unread letter to `to`, if one is there already.
    pub fn take(&self, to: &str) -> Option<Arc<T>> {
        self.lock().slots.get_mut(to)?.unread.pop_front()
    }

    pub fn all(&self) -> Vec<Arc<T>> {
        self.lock().all.clone()
    }

    pub fn forget(&self) {
        let mut inner = self.lock();
        inner.all.clear();
        inner.slots.clear();
    }

    pub fn count(&self) -> usize {
        self.lock().all.len()
    }

    pub fn unread(&self) -> Vec<Arc<T>> {
        self.lock().slots.values().flat_map(|slot| slot.unread.iter().cloned()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
