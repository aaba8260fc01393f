//! What waits to be carried out, in lanes; which order is next.
//!
//! ```text
//!  who can be reached until …   by that time, the nearest first
//!  whoever has no hurry         in turn; one place in three, whoever is in a hurry
//!  for whom it is too late      when nobody else waits
//! ```
//!
//! Lanes of the same urgency come in turn, so that nobody who floods one holds up another. Of
//! orders beyond the first few thousand, and the first few of a lane, only a slip is kept in
//! memory: the store has them.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::time::Instant;

use super::lane::Lane;
use super::pace::Pace;
use crate::engine::decide::Queued;
use crate::store::records::OutboxEntry;
use crate::verification::{ChatId, MessageId, Timestamp};

/// So many orders wait in memory.
const HELD: usize = 2_000;
/// So many of one lane: whoever floods takes no room from others.
const HELD_OF_ONE: usize = 16;
/// So many orders of a lane are looked at for the most urgent one.
const LOOKED_AT: usize = 16;
/// After so many who are in a hurry comes one who is not.
const HURRIED: u32 = 2;

/// How soon a lane is wanted: by when, then in turn.
type Urgency = (Timestamp, u64);

/// The deadline of what has none.
const NO_HURRY: Timestamp = Timestamp(i64::MAX - 1);
/// The same of whoever cannot be reached in time any more.
const TOO_LATE: Timestamp = Timestamp(i64::MAX);

#[derive(Default)]
pub(super) struct Lanes {
    lanes: HashMap<Lane, Queue>,
    /// Lanes whose first order can be tried and counts against the limits, most urgent first.
    counting: BTreeSet<(Urgency, Lane)>,
    /// The same for orders that do not count: answers to buttons, removals.
    free: BTreeSet<(Urgency, Lane)>,
    /// The same for codes, which are not Telegram's business.
    codes: BTreeSet<(Urgency, Lane)>,
    /// Lanes whose chat has had enough for the moment, by when it may have more.
    paced: BTreeSet<(Instant, Lane)>,
    /// Lanes whose first order failed, by when it is tried again.
    failed: BTreeSet<(Instant, Lane)>,
    /// The same where Telegram was away: if it comes back sooner, they need not wait.
    away: BTreeSet<(Instant, Lane)>,
    depth: usize,
    /// How many of the orders are in memory.
    held: usize,
    /// When each queued order was decided, by its place.
    ages: BTreeSet<(Timestamp, u64)>,
    /// The turn of the lane that became ready last.
    turn: u64,
    /// How many in a hurry came one after the other.
    hurried: u32,
    /// The clock of the rules, as last told.
    now: Option<Timestamp>,
}

#[derive(Default)]
struct Queue {
    slips: VecDeque<(u64, Slip)>,
    /// The turn of the first order; it keeps it until it is over.
    turn: Option<u64>,
    /// Where the lane stands among those that can be tried, if it does.
    ready: Option<Urgency>,
    carried: Carried,
    /// Told to whoever carries out the first order, while they do.
    behind: Behind,
}

/// Orders at the front of a lane that are carried out, and still in the store: the next commit of
/// the lane takes them out of it. If the process ends before that, they are carried out a second
/// time, which changes nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Carried {
    pub orders: Vec<u64>,
    /// What it has made of the buttons in a chat.
    pub keyboard: Option<(ChatId, Option<MessageId>)>,
}

/// What must be known of an order until its turn comes.
pub(super) struct Slip {
    pub chat: ChatId,
    pub counts: bool,
    pub writes: bool,
    deadline: Timestamp,
    queued: Timestamp,
    attempts: u32,
    /// The order itself, if there was room for it.
    entry: Option<Arc<OutboxEntry>>,
}

/// An order whose turn has come.
pub(super) struct Picked {
    pub attempts: u32,
    /// `None`: it is to be read from the store.
    pub entry: Option<Arc<OutboxEntry>>,
    pub carried: Carried,
    pub behind: Behind,
}

/// Whether others wait behind an order that is under way, as of now.
#[derive(Clone, Debug, Default)]
pub(super) struct Behind(Arc<AtomicBool>);

impl Behind {
    pub fn is_somebody(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Somebody is; whether that is new.
    fn note(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

impl Slip {
    pub fn of(entry: &OutboxEntry) -> Slip {
        Slip {
            chat: entry.order.chat(),
            counts: entry.order.counts(),
            writes: entry.order.writes(),
            deadline: entry.order.deadline().unwrap_or(NO_HURRY),
            queued: entry.queued,
            attempts: entry.attempts,
            entry: None,
        }
    }
}

impl Queue {
    /// The first order, with its place.
    fn picked(&mut self) -> Option<(u64, Picked)> {
        self.behind.0.store(self.slips.len() > 1, Ordering::Release);
        let (seq, slip) = self.slips.front()?;
        let picked = Picked {
            attempts: slip.attempts,
            entry: slip.entry.clone(),
            carried: self.carried.clone(),
            behind: self.behind.clone(),
        };
        Some((*seq, picked))
    }

    /// How urgent the lane is: as its most urgent order, since the others are in its way. One for
    /// whom it is too late hurries nobody.
    fn deadline(&self, now: Option<Timestamp>) -> Timestamp {
        let deadlines = self.slips.iter().take(LOOKED_AT).map(|(_, slip)| slip.deadline);
        deadlines.filter(|deadline| Some(*deadline) >= now).min().unwrap_or(TOO_LATE)
    }
}

impl Lanes {
    /// Whether some of them are the first to wait behind one that is under way.
    pub fn put(&mut self, queued: Queued) -> bool {
        let mut waits = false;
        for (seq, entry) in queued {
            let lane = Lane::of(&entry);
            let mut slip = Slip::of(&entry);
            self.depth += 1;
            self.ages.insert((entry.queued, seq));
            let queue = self.lanes.entry(lane.clone()).or_default();
            let slips = &mut queue.slips;
            if self.held < HELD && slips.len() < HELD_OF_ONE {
                self.held += 1;
                slip.entry = Some(Arc::new(entry));
            }
            // Two decisions about one person may be handed in the other way round. The first order
            // may be under way already.
            let after = slips.iter().rposition(|(other, _)| *other < seq).map_or(0, |at| at + 1);
            slips.insert(after.max(slips.len().min(1)), (seq, slip));
            if slips.len() == 1 || queue.ready.is_some() {
                self.make_ready(lane);
            } else {
                waits |= queue.behind.note();
            }
        }
        waits
    }

    /// The most urgent code, as [`Lanes::next`].
    pub fn next_code(&mut self, now: Instant) -> Option<(Lane, u64, Picked)> {
        self.wake_up(now);
        while let Some((_, lane)) = self.codes.pop_first() {
            let Some(queue) = self.lanes.get_mut(&lane) else { continue };
            queue.ready = None;
            if let Some((seq, picked)) = queue.picked() {
                return Some((lane, seq, picked));
            }
        }
        None
    }

    /// The most urgent order for Telegram that may be tried now. Its lane is busy until
    /// [`Lanes::done`] or [`Lanes::again`].
    pub fn next(&mut self, now: Instant, pace: &mut Pace) -> Option<(Lane, u64, Picked)> {
        self.wake_up(now);
        loop {
            let counting = if pace.is_exhausted(now) { None } else { self.first_counting() };
            let free = if pace.is_free_exhausted(now) { None } else { self.free.first() };
            let key = match (counting, free) {
                (Some(counting), Some(free)) => counting.min(free),
                (Some(counting), None) => counting,
                (None, Some(free)) => free,
                (None, None) => return None,
            };
            let (urgency, lane) = key.clone();
            if self.counting.remove(&(urgency, lane.clone())) {
                let hurries = urgency.0 < NO_HURRY;
                self.hurried = if hurries { self.hurried.saturating_add(1) } else { 0 };
            } else {
                self.free.remove(&(urgency, lane.clone()));
            }
            let Some(queue) = self.lanes.get_mut(&lane) else { continue };
            queue.ready = None;
            let Some((_, slip)) = queue.slips.front() else { continue };
            match pace.take(now, slip) {
                Ok(()) => {
                    let Some((seq, picked)) = queue.picked() else { continue };
                    return Some((lane, seq, picked));
                }
                Err(due) => {
                    self.paced.insert((due, lane));
                }
            }
        }
    }

    /// The first of those that count: the most urgent one, but now and then one without hurry, so
    /// that whoever talks with the bot has an answer however many ask to join.
    fn first_counting(&self) -> Option<&(Urgency, Lane)> {
        if self.hurried < HURRIED {
            return self.counting.first();
        }
        let from = ((NO_HURRY, 0), Lane::Chat(ChatId(i64::MIN)));
        let to = ((TOO_LATE, 0), Lane::Chat(ChatId(i64::MIN)));
        self.counting.range(from..to).next().or_else(|| self.counting.first())
    }

    /// The lane's first order is over, and out of the store, as those that were carried out before.
    pub fn done(&mut self, lane: &Lane) {
        if let Some(queue) = self.lanes.get_mut(lane) {
            queue.carried = Carried::default();
        }
        self.go_on(lane);
    }

    /// The lane's first order is over, and still in the store.
    pub fn carried(&mut self, lane: &Lane, keyboard: Option<(ChatId, Option<MessageId>)>) {
        if let Some(queue) = self.lanes.get_mut(lane) {
            queue.carried.orders.extend(queue.slips.front().map(|(seq, _)| *seq));
            queue.carried.keyboard = keyboard;
        }
        self.go_on(lane);
    }

    fn go_on(&mut self, lane: &Lane) {
        let Some(queue) = self.lanes.get_mut(lane) else { return };
        queue.turn = None;
        if let Some((seq, slip)) = queue.slips.pop_front() {
            self.depth -= 1;
            self.held -= usize::from(slip.entry.is_some());
            self.ages.remove(&(slip.queued, seq));
        }
        if queue.slips.is_empty() {
            self.lanes.remove(lane);
        } else {
            self.make_ready(lane.clone());
        }
    }

    /// The lane's first order is to be tried again at `due`.
    pub fn again(&mut self, lane: &Lane, due: Instant) {
        if let Some(slip) = self.first_slip(lane) {
            slip.attempts = slip.attempts.saturating_add(1);
            self.failed.insert((due, lane.clone()));
        }
    }

    /// The same, but sooner if Telegram is back sooner.
    pub fn again_when_back(&mut self, lane: &Lane, due: Instant) {
        if let Some(slip) = self.first_slip(lane) {
            slip.attempts = slip.attempts.saturating_add(1);
            self.away.insert((due, lane.clone()));
        }
    }

    fn first_slip(&mut self, lane: &Lane) -> Option<&mut Slip> {
        self.lanes.get_mut(lane)?.slips.front_mut().map(|(_, slip)| slip)
    }

    /// Telegram is back: whatever waited for that may be tried, the most urgent first.
    pub fn are_back(&mut self) {
        self.hurried = 0;
        for (_, lane) in std::mem::take(&mut self.away) {
            self.make_ready(lane);
        }
    }

    /// It is `now`: whoever cannot be reached in time any more makes way for everybody who can.
    /// What is late may still be of use: to somebody who wrote to the bot before.
    pub fn give_up_hurrying(&mut self, now: Timestamp) {
        self.now = Some(now);
        for which in [Ready::Counting, Ready::Free] {
            while let Some(((deadline, _), lane)) = self.ready(which).first().cloned() {
                if deadline >= now {
                    break;
                }
                // It takes its place anew.
                self.make_ready(lane);
            }
        }
    }

    /// When a lane that waits for a time may be tried again: see [`Lanes::wake_up`].
    pub fn due(&self) -> Option<Instant> {
        let waiting = [&self.paced, &self.failed, &self.away];
        waiting.into_iter().filter_map(|lanes| lanes.first()).map(|(due, _)| *due).min()
    }

    /// When what could be tried now, but for the limits, may be.
    pub fn refill(&self, pace: &Pace) -> Option<Instant> {
        let counting = (!self.counting.is_empty()).then(|| pace.refill());
        let free = (!self.free.is_empty()).then(|| pace.free_refill());
        [counting, free].into_iter().flatten().min()
    }

    /// Whether something could be tried now, but for the limits.
    pub fn has_ready(&self) -> bool {
        let ready = [&self.counting, &self.free, &self.codes];
        ready.iter().any(|lanes| !lanes.is_empty()) || !self.paced.is_empty()
    }

    pub fn depth(&self) -> usize {
        self.depth
    }

    /// When the oldest order that still waits was decided.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.ages.first().map(|(queued, _)| *queued)
    }

    /// Lanes that waited until now may be tried.
    pub fn wake_up(&mut self, now: Instant) {
        while let Some(lane) = due(&mut self.paced, now)
            .or_else(|| due(&mut self.failed, now))
            .or_else(|| due(&mut self.away, now))
        {
            self.make_ready(lane);
        }
    }

    /// Puts a lane among those that can be tried, or into its right place there.
    fn make_ready(&mut self, lane: Lane) {
        let Some(queue) = self.lanes.get_mut(&lane) else { return };
        let Some((_, slip)) = queue.slips.front() else { return };
        let which = match &lane {
            Lane::Codes(_) => Ready::Codes,
            _ if slip.counts => Ready::Counting,
            Lane::Chat(_)
            | Lane::Removals(_)
            | Lane::Admission(..)
            | Lane::Answers(_)
            | Lane::Question(_) => Ready::Free,
        };
        let turn = *queue.turn.get_or_insert_with(|| {
            self.turn += 1;
            self.turn
        });
        let urgency = (queue.deadline(self.now), turn);
        let before = queue.ready.replace(urgency);
        let ready = self.ready(which);
        if let Some(before) = before {
            ready.remove(&(before, lane.clone()));
        }
        ready.insert((urgency, lane));
    }

    fn ready(&mut self, which: Ready) -> &mut BTreeSet<(Urgency, Lane)> {
        match which {
            Ready::Counting => &mut self.counting,
            Ready::Free => &mut self.free,
            Ready::Codes => &mut self.codes,
        }
    }
}

/// Which of the lanes that can be tried.
#[derive(Copy, Clone)]
enum Ready {
    Counting,
    Free,
    Codes,
}

/// Takes a lane out of `waiting` whose time has come.
fn due(waiting: &mut BTreeSet<(Instant, Lane)>, now: Instant) -> Option<Lane> {
    let (due, _) = waiting.first()?;
    if *due > now {
        return None;
    }
    waiting.pop_first().map(|(_, lane)| lane)
}

#[cfg(test)]
mod tests;
