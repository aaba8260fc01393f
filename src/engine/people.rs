//! What happens to each person and at each desk in order, one at a time; different ones side by
//! side.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, mpsc, watch};
use tracing::error;

use super::decide::{Cause, Queued};
use super::outbox::Outbox;
use super::{Engine, contained};
use crate::machines::{Happening, Subject};
use crate::store::StoreError;
use crate::store::records::InboxEntry;

/// How many inbox entries are read at a time at a start.
const PAGE: usize = 1000;
/// So many events wait in memory. Of what comes besides, only the place in the inbox is kept, and
/// it is read when its turn comes: however many come at once, memory stays bounded.
const HELD: usize = 2_000;
/// So many of one person or desk: whoever floods takes no room from others.
const HELD_OF_ONE: usize = 16;
/// While so many people wait, no more updates are taken from Telegram, which keeps them for a day.
/// One who floods counts once.
const SUBJECTS: usize = 10_000;

#[derive(Default)]
struct Waiting {
    /// One is in here exactly while their task runs.
    queues: HashMap<Subject, VecDeque<Next>>,
    held: usize,
}

/// An event by its place in the inbox, and the event itself if there was room for it.
type Next = (u64, Option<Box<Happening>>);

#[derive(Clone)]
pub(super) struct People {
    engine: Arc<Engine>,
    outbox: Outbox,
    /// What waits, by whom it is about.
    waiting: Arc<Mutex<Waiting>>,
    /// Rings whenever somebody has nothing more that waits.
    served: Arc<Notify>,
}

impl People {
    pub fn new(engine: Arc<Engine>, outbox: Outbox) -> People {
        People { engine, outbox, waiting: Arc::default(), served: Arc::default() }
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
        let mut waiting = self.waiting();
        let Waiting { queues, held } = &mut *waiting;
        let (queue, starts) = match queues.entry(subject) {
            Entry::Occupied(queue) => (queue.into_mut(), false),
            Entry::Vacant(place) => (place.insert(VecDeque::new()), true),
        };
        let has_room = *held < HELD && queue.len() < HELD_OF_ONE;
        *held += usize::from(has_room);
        queue.push_back((seq, has_room.then(|| Box::new(happening))));
        if starts {
            tokio::spawn(self.clone().serve(subject));
        }
    }

    /// Waits until there is room for more people.
    pub async fn has_room(&self) {
        loop {
            let served = self.served.notified();
            tokio::pin!(served);
            served.as_mut().enable();
            if self.waiting().queues.len() < SUBJECTS {
                return;
            }
            served.await;
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
        while let Some((seq, held)) = self.next(subject) {
            let handled = match self.recalled(seq, held).await {
                Ok(Some(happening)) => self.handle(seq, happening).await,
                // It has been handled: nobody else does that, but nothing is done twice.
                Ok(None) => Ok(Queued::new()),
                Err(error) => Err(error),
            };
            match handled {
                Ok(queued) => {
                    self.outbox.put(queued);
                    self.engine.pulse.end(1);
                }
                // The store has failed closed, and the engine ends for it.
                Err(_) => return,
            }
        }
    }

    /// The event in this place of the inbox.
    async fn recalled(
        &self,
        seq: u64,
        held: Option<Box<Happening>>,
    ) -> Result<Option<Happening>, StoreError> {
        if let Some(happening) = held {
            return Ok(Some(*happening));
        }
        let entry = self.engine.store.read(move |view| view.get::<InboxEntry>(&seq)).await?;
        Ok(entry.map(|entry| entry.event))
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

    fn next(&self, subject: Subject) -> Option<Next> {
        let mut waiting = self.waiting();
        let Waiting { queues, held } = &mut *waiting;
        let next = queues.get_mut(&subject)?.pop_front();
        match &next {
            Some((_, event)) => *held -= usize::from(event.is_some()),
            None => {
                queues.remove(&subject);
                self.served.notify_waiters();
            }
        }
        next
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
