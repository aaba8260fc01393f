//! What happens to each person and at each desk in order, one at a time; different ones side by
//! side.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};
use tracing::error;

use super::decide::{Cause, Queued};
use super::outbox::Outbox;
use super::{Engine, contained};
use crate::machines::{Happening, Subject};
use crate::store::StoreError;
use crate::store::records::InboxEntry;

/// How many inbox entries are read at a time at a start.
const PAGE: usize = 1000;

type Waiting = HashMap<Subject, VecDeque<(u64, Happening)>>;

#[derive(Clone)]
pub(super) struct People {
    engine: Arc<Engine>,
    outbox: Outbox,
    /// What waits, by whom it is about. One is in here exactly while their task runs.
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

    /// Queues what is in the inbox under `seq`.
    pub fn hand_in(&self, seq: u64, happening: Happening) {
        let subject = happening.subject();
        self.engine.pulse.begin(1);
        match self.waiting().entry(subject) {
            Entry::Occupied(mut queue) => queue.get_mut().push_back((seq, happening)),
            Entry::Vacant(place) => {
                place.insert(VecDeque::from([(seq, happening)]));
                tokio::spawn(self.clone().serve(subject));
            }
        }
    }

    /// Hands in what the machines have to tell each other, until the engine stops.
    pub async fn pass_on(
        self,
        mut told: mpsc::UnboundedReceiver<Vec<(u64, Happening)>>,
        mut stop: watch::Receiver<bool>,
    ) {
        loop {
            let messages = tokio::select! {
                messages = told.recv() => messages,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            let Some(messages) = messages else { return };
            let count = messages.len();
            for (seq, happening) in messages {
                self.hand_in(seq, happening);
            }
            self.engine.pulse.end(count);
        }
    }

    async fn serve(self, subject: Subject) {
        while let Some((seq, happening)) = self.next(subject) {
            match self.handle(seq, happening).await {
                Ok(queued) => {
                    self.outbox.put(queued);
                    self.engine.pulse.end(1);
                }
                // The store has failed closed, and the engine ends for it.
                Err(_) => return,
            }
        }
    }

    async fn handle(&self, seq: u64, happening: Happening) -> Result<Queued, StoreError> {
        let cause = Cause { inbox: Some(seq), ..Cause::default() };
        let subject = happening.subject().id();
        let decided = contained(self.engine.decide(Some(happening), cause.clone())).await;
        if let Some(decided) = decided {
            return decided;
        }
        error!(subject, "a panic while handling one update; that update is dropped");
        contained(self.engine.decide(None, cause)).await.unwrap_or(Ok(Queued::new()))
    }

    fn next(&self, subject: Subject) -> Option<(u64, Happening)> {
        let mut waiting = self.waiting();
        let next = waiting.get_mut(&subject)?.pop_front();
        if next.is_none() {
            waiting.remove(&subject);
        }
        next
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
