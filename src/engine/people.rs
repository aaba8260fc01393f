//! Each person's events in order, one at a time; different people side by side.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::error;

use super::decide::{Cause, Queued};
use super::outbox::Outbox;
use super::{Engine, contained};
use crate::store::StoreError;
use crate::store::records::InboxEntry;
use crate::verification::UserId;
use crate::verification::event::Event;

/// How many inbox entries are read at a time at a start.
const PAGE: usize = 1000;

type Waiting = HashMap<UserId, VecDeque<(u64, Event)>>;

#[derive(Clone)]
pub(super) struct People {
    engine: Arc<Engine>,
    outbox: Outbox,
    /// What waits, by person. A person is in here exactly while their task runs.
    waiting: Arc<Mutex<Waiting>>,
}

impl People {
    pub fn new(engine: Arc<Engine>, outbox: Outbox) -> People {
        People { engine, outbox, waiting: Arc::default() }
    }

    /// Hands in everything that was accepted and not handled. Returns how much that was.
    pub async fn replay(&self) -> Result<usize, StoreError> {
        let mut from = 0;
        let mut count = 0;
        loop {
            let page = self
                .engine
                .store
                .read(move |view| view.scan::<InboxEntry>(Some(&from), PAGE))
                .await?;
            let Some((last, _)) = page.last() else { return Ok(count) };
            from = last + 1;
            count += page.len();
            for (seq, entry) in page {
                self.hand_in(seq, entry.event);
            }
        }
    }

    /// Queues an event that is in the inbox under `seq`.
    pub fn hand_in(&self, seq: u64, event: Event) {
        let user = event.user;
        self.engine.pulse.begin(1);
        match self.waiting().entry(user) {
            Entry::Occupied(mut queue) => queue.get_mut().push_back((seq, event)),
            Entry::Vacant(place) => {
                place.insert(VecDeque::from([(seq, event)]));
                tokio::spawn(self.clone().serve(user));
            }
        }
    }

    async fn serve(self, user: UserId) {
        while let Some((seq, event)) = self.next(user) {
            match self.handle(seq, event).await {
                Ok(queued) => {
                    self.outbox.put(queued);
                    self.engine.pulse.end(1);
                }
                // The store has failed closed, and the engine ends for it.
                Err(_) => return,
            }
        }
    }

    async fn handle(&self, seq: u64, event: Event) -> Result<Queued, StoreError> {
        let cause = Cause { inbox: Some(seq), ..Cause::default() };
        let user = event.user.0;
        if let Some(decided) = contained(self.engine.decide(Some(event), cause.clone())).await {
            return decided;
        }
        error!(user, "a panic while handling one update; that update is dropped");
        contained(self.engine.decide(None, cause)).await.unwrap_or(Ok(Queued::new()))
    }

    fn next(&self, user: UserId) -> Option<(u64, Event)> {
        let mut waiting = self.waiting();
        let next = waiting.get_mut(&user)?.pop_front();
        if next.is_none() {
            waiting.remove(&user);
        }
        next
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
