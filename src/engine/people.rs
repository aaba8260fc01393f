//! What happens to each person and at each desk in order, one at a time; different ones side by
//! side.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;
use tracing::error;

use super::decide::{AtOnce, Cause, Queued};
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
/// So many of one person's events are handled as fast as they come, and then one in `EVERY`: more
/// than anybody types or presses. Every event is a write to the disk that others wait behind, so
/// whoever floods waits for themselves.
const AT_ONCE: u32 = 50;
const EVERY: Duration = Duration::from_millis(50);
/// So many people's pace is remembered before those at rest are forgotten.
const PACES: usize = 10_000;

#[derive(Default)]
struct Waiting {
    /// One is in here exactly while their task runs.
    queues: HashMap<Subject, VecDeque<Next>>,
    held: usize,
    /// When what each has used of their pace is earned back.
    paces: HashMap<Subject, Instant>,
}

/// An event by its place in the inbox, and the event itself if there was room for it.
type Next = (u64, Option<Box<Happening>>);

impl Waiting {
    /// Adds what is in the inbox under `seq`. `true`: their task is to be started.
    fn put(&mut self, seq: u64, happening: Happening) -> bool {
        let (queue, starts) = match self.queues.entry(happening.subject()) {
            Entry::Occupied(queue) => (queue.into_mut(), false),
            Entry::Vacant(place) => (place.insert(VecDeque::new()), true),
        };
        let has_room = self.held < HELD && queue.len() < HELD_OF_ONE;
        self.held += usize::from(has_room);
        queue.push_back((seq, has_room.then(|| Box::new(happening))));
        starts
    }

    /// Makes everything else of this one wait, if nothing of theirs does and they are within their
    /// pace.
    fn claim(&mut self, subject: Subject, now: Instant) -> bool {
        if self.queues.contains_key(&subject) || self.is_ahead(subject, now) {
            return false;
        }
        self.queues.insert(subject, VecDeque::new());
        self.due(subject, now).is_none()
    }

    /// Adds what is to come before all that waits meanwhile.
    fn put_first(&mut self, seq: u64, happening: Box<Happening>) {
        self.held += 1;
        let queue = self.queues.entry(happening.subject()).or_default();
        queue.push_front((seq, Some(happening)));
    }

    /// Ends a claim, if nothing waits for that; `false`: something does, and is to be served.
    fn release(&mut self, subject: Subject) -> bool {
        let served = self.queues.get(&subject).is_none_or(VecDeque::is_empty);
        if served {
            self.queues.remove(&subject);
        }
        served
    }

    /// The next event of this one; `None`: there is none, and their task ends.
    fn take(&mut self, subject: Subject) -> Option<Next> {
        let next = self.queues.get_mut(&subject)?.pop_front();
        match &next {
            Some((_, event)) => self.held -= usize::from(event.is_some()),
            None => drop(self.queues.remove(&subject)),
        }
        next
    }

    fn has_room(&self) -> bool {
        self.queues.len() < SUBJECTS
    }

    /// Whether an event of this one would have to wait for their pace.
    fn is_ahead(&self, subject: Subject, now: Instant) -> bool {
        let used = now + EVERY * (AT_ONCE - 1);
        self.paces.get(&subject).is_some_and(|earned| *earned > used)
    }

    /// When an event of this one may be handled, which uses up a part of their pace; `None`: now.
    /// A group has none: what happens there is not one person's doing.
    fn due(&mut self, subject: Subject, now: Instant) -> Option<Instant> {
        let Subject::Person(_) = subject else { return None };
        if self.paces.len() >= PACES {
            self.paces.retain(|_, earned| *earned > now);
        }
        let earned = self.paces.entry(subject).or_insert(now);
        *earned = (*earned).max(now) + EVERY;
        earned.checked_sub(EVERY * AT_ONCE).filter(|due| *due > now)
    }
}

#[derive(Clone)]
pub(super) struct People {
    engine: Arc<Engine>,
    outbox: Outbox,
    line: Arc<Line>,
}

/// What waits, by whom it is about.
#[derive(Default)]
struct Line {
    waiting: Mutex<Waiting>,
    /// Rings whenever somebody has nothing more that waits.
    served: Notify,
}

impl Line {
    async fn has_room(&self) {
        loop {
            let served = self.served.notified();
            tokio::pin!(served);
            served.as_mut().enable();
            if self.waiting().has_room() {
                return;
            }
            served.await;
        }
    }

    fn next(&self, subject: Subject) -> Option<Next> {
        let next = self.waiting().take(subject);
        if next.is_none() {
            self.served.notify_waiters();
        }
        next
    }

    /// Ends a claim; `false`: something has come meanwhile, and is to be served.
    fn release(&self, subject: Subject) -> bool {
        let released = self.waiting().release(subject);
        if released {
            self.served.notify_waiters();
        }
        released
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl People {
    pub fn new(engine: Arc<Engine>, outbox: Outbox) -> People {
        People { engine, outbox, line: Arc::default() }
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
        if self.line.waiting().put(seq, happening) {
            tokio::spawn(self.clone().serve(subject));
        }
    }

    /// Whether the next that happens to `subject` waits for nothing: neither for something before
    /// it nor for their pace. If so, it is to be handed to [`People::handle_at_once`], and
    /// everything else waits for that.
    pub fn claims(&self, subject: Subject) -> bool {
        self.line.waiting().claim(subject, Instant::now())
    }

    /// Handles an update of a subject that was claimed for it. It is durable when this returns:
    /// decided on, or in the inbox.
    pub async fn handle_at_once(
        &self,
        update: u32,
        happening: Happening,
    ) -> Result<(), StoreError> {
        let subject = happening.subject();
        self.engine.pulse.begin(1);
        let decided = match contained(self.engine.decide_at_once(update, happening)).await {
            Some(decided) => decided?,
            None => {
                let cause = Cause { update: Some(update), ..Cause::default() };
                AtOnce::Decided(self.engine.give_up_on(Some(subject), cause).await?)
            }
        };
        match decided {
            AtOnce::Decided(queued) => {
                self.outbox.put(queued);
                self.engine.pulse.end(1);
            }
            AtOnce::Kept(seq, happening) => self.line.waiting().put_first(seq, happening),
        }
        if !self.line.release(subject) {
            tokio::spawn(self.clone().serve(subject));
        }
        Ok(())
    }

    /// Waits until there is room for more people.
    pub async fn has_room(&self) {
        self.line.has_room().await;
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
        while let Some((seq, held)) = self.line.next(subject) {
            let due = self.line.waiting().due(subject, Instant::now());
            if let Some(due) = due {
                tokio::time::sleep_until(due).await;
            }
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verification::event::{Event, What};
    use crate::verification::{GateId, UserId};

    fn something(user: u64) -> Happening {
        Happening::Person(Event::of(UserId(user), What::Woken { gate: GateId(-1) }))
    }

    fn person(user: u64) -> Subject {
        Subject::Person(UserId(user))
    }

    #[test]
    fn one_at_a_time_in_order_and_each_once() {
        let mut waiting = Waiting::default();
        assert!(waiting.put(1, something(7)), "nobody begins");
        assert!(!waiting.put(2, something(7)), "two begin at once");
        assert!(waiting.put(3, something(8)), "others wait for them");
        let mut taken = || waiting.take(person(7)).map(|(seq, event)| (seq, event.is_some()));
        assert_eq!([taken(), taken(), taken()], [Some((1, true)), Some((2, true)), None]);
        assert!(waiting.put(4, something(7)), "whoever was served is never served again");
    }

    #[test]
    fn one_who_floods_takes_no_room_in_memory_from_others() {
        let mut waiting = Waiting::default();
        for seq in 0..100_000 {
            waiting.put(seq, something(7));
        }
        assert_eq!(waiting.held, HELD_OF_ONE);
        waiting.put(100_000, something(8));
        assert!(waiting.take(person(8)).is_some_and(|(_, event)| event.is_some()));
        // Of the others the place is known, and it is in order.
        let places = std::iter::from_fn(|| waiting.take(person(7)));
        let places: Vec<_> = places.map(|(seq, event)| (seq, event.is_some())).collect();
        let expected = (0..100_000).map(|seq| (seq, seq < HELD_OF_ONE as u64));
        assert!(places.into_iter().eq(expected));
        assert_eq!(waiting.held, 0);
    }

    #[test]
    fn one_who_floods_has_a_few_at_once_and_then_waits_for_themselves() {
        let (mut waiting, begin) = (Waiting::default(), Instant::now());
        let mut due = |user, now| waiting.due(person(user), now).unwrap_or(now);
        for _ in 0..AT_ONCE {
            assert_eq!(due(7, begin), begin);
        }
        assert_eq!(due(7, begin), begin + EVERY);
        assert_eq!(due(7, begin + EVERY), begin + 2 * EVERY);
        assert_eq!(due(8, begin), begin, "others wait as well");
        // Whoever rests has them again.
        let later = begin + EVERY * (AT_ONCE + 2);
        for _ in 0..AT_ONCE {
            assert_eq!(due(7, later), later);
        }
        assert_eq!(due(7, later), later + EVERY);
        let group = Subject::Desk(GateId(-1));
        assert!((0..1000).all(|_| waiting.due(group, begin).is_none()));
    }

    #[test]
    fn whoever_has_nothing_that_waits_is_claimed_and_the_rest_waits_for_that() {
        let (mut waiting, now) = (Waiting::default(), Instant::now());
        assert!(waiting.claim(person(7), now));
        assert!(!waiting.claim(person(7), now), "claimed twice");
        assert!(waiting.claim(person(8), now), "others are held up");
        assert!(!waiting.put(2, something(7)), "another task begins beside it");
        assert!(!waiting.release(person(7)), "what came meanwhile is forgotten");
        // What takes longer keeps its place before that.
        waiting.put_first(1, Box::new(something(7)));
        let taken = std::iter::from_fn(|| waiting.take(person(7)).map(|(seq, _)| seq));
        assert_eq!(taken.collect::<Vec<_>>(), [1, 2]);
        assert_eq!(waiting.held, 0);
        assert!(waiting.release(person(8)) && waiting.claim(person(8), now));
    }

    #[test]
    fn one_who_floods_is_not_claimed_beyond_their_pace() {
        let (mut waiting, begin) = (Waiting::default(), Instant::now());
        for _ in 0..AT_ONCE {
            assert!(waiting.claim(person(7), begin) && waiting.release(person(7)));
        }
        assert!(!waiting.claim(person(7), begin));
        assert_eq!(waiting.due(person(7), begin), Some(begin + EVERY), "it has cost nothing");
        assert!(waiting.claim(person(8), begin));
        assert!(waiting.claim(person(7), begin + 2 * EVERY));
    }

    #[test]
    fn those_at_rest_are_forgotten() {
        let (mut waiting, begin) = (Waiting::default(), Instant::now());
        for user in 0..PACES as u64 {
            waiting.due(person(user), begin);
        }
        waiting.due(person(PACES as u64), begin + EVERY);
        assert_eq!(waiting.paces.len(), 1);
    }

    #[test]
    fn of_very_many_only_a_part_is_in_memory_and_served_ones_make_room() {
        let mut waiting = Waiting::default();
        for user in 0..SUBJECTS as u64 {
            waiting.put(user, something(user));
        }
        let held = |waiting: &Waiting| {
            let all = waiting.queues.values().flatten();
            all.filter(|(_, event)| event.is_some()).count()
        };
        assert_eq!((held(&waiting), waiting.held), (HELD, HELD));
        assert!(waiting.take(person(0)).is_some());
        waiting.put(20_000, something(1));
        assert_eq!((held(&waiting), waiting.held), (HELD, HELD));
    }

    #[test]
    fn so_many_people_wait_before_telegram_has_to_one_who_floods_counts_once() {
        let mut waiting = Waiting::default();
        for seq in 0..SUBJECTS as u64 {
            assert!(waiting.has_room(), "{seq}");
            waiting.put(seq, something(7));
        }
        for user in 8..7 + SUBJECTS as u64 {
            assert!(waiting.has_room(), "{user}");
            waiting.put(user, something(user));
        }
        assert!(!waiting.has_room());
        assert!(waiting.take(person(8)).is_some() && waiting.take(person(8)).is_none());
        assert!(waiting.has_room());
    }

    #[tokio::test]
    async fn whoever_waits_for_room_goes_on_as_soon_as_somebody_is_served() {
        let line = Line::default();
        for user in 0..SUBJECTS as u64 {
            line.waiting().put(user, something(user));
        }
        let serve = async {
            assert!(line.next(person(8)).is_some() && line.next(person(8)).is_none());
            tokio::task::yield_now().await;
        };
        tokio::select! {
            biased;
            () = line.has_room() => {}
            () = serve => panic!("nobody heard of it"),
        }
    }
}
