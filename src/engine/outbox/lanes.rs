//! What waits to be carried out, in lanes; which order is next.

use std::collections::{BTreeSet, HashMap, VecDeque};

use tokio::time::Instant;

use super::pace::Pace;
use crate::engine::decide::Queued;
use crate::store::records::OutboxEntry;
use crate::verification::effect::Effect;
use crate::verification::{ChatId, GateId, Timestamp, UserId};

/// What must keep its order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Lane {
    Chat(ChatId),
    Admission(GateId, UserId),
    Codes(UserId),
    Answer(String),
}

/// How soon a lane's first order is wanted: by its deadline, then by its age.
type Urgency = (Timestamp, u64);

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
    depth: usize,
    /// When each queued order was decided, by its place.
    ages: BTreeSet<(Timestamp, u64)>,
}

type Queue = VecDeque<(u64, OutboxEntry)>;

impl Lane {
    pub fn of(entry: &OutboxEntry) -> Lane {
        let order = &entry.order;
        match &order.effect {
            Effect::Say { .. }
            | Effect::Rewrite { .. }
            | Effect::RetireButtons
            | Effect::Delete { .. } => Lane::Chat(order.chat),
            Effect::AnswerButton { query, .. } => Lane::Answer(query.clone()),
            Effect::SendCode { .. } => Lane::Codes(order.user),
            Effect::LookUpMember { gate }
            | Effect::Approve { gate, .. }
            | Effect::Decline { gate, .. }
            | Effect::Invite { gate }
            | Effect::RevokeInvite { gate, .. } => Lane::Admission(*gate, order.user),
        }
    }
}

impl Lanes {
    pub fn put(&mut self, queued: Queued) {
        for (seq, entry) in queued {
            let lane = Lane::of(&entry);
            self.depth += 1;
            self.ages.insert((entry.queued, seq));
            let queue = self.lanes.entry(lane.clone()).or_default();
            queue.push_back((seq, entry));
            if queue.len() == 1 {
                self.make_ready(lane);
            }
        }
    }

    /// The most urgent code, as [`Lanes::next`].
    pub fn next_code(&mut self, now: Instant) -> Option<(Lane, u64, OutboxEntry)> {
        self.wake_up(now);
        while let Some((_, lane)) = self.codes.pop_first() {
            if let Some((seq, entry)) = self.lanes.get(&lane).and_then(|queue| queue.front()) {
                let (seq, entry) = (*seq, entry.clone());
                return Some((lane, seq, entry));
            }
        }
        None
    }

    /// The most urgent order for Telegram that may be tried now. Its lane is busy until
    /// [`Lanes::done`] or [`Lanes::again`].
    pub fn next(&mut self, now: Instant, pace: &mut Pace) -> Option<(Lane, u64, OutboxEntry)> {
        self.wake_up(now);
        loop {
            let counting = if pace.is_exhausted(now) { None } else { self.counting.first() };
            let counts = match (counting, self.free.first()) {
                (Some(counting), Some(free)) => counting < free,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => return None,
            };
            let ready = if counts { &mut self.counting } else { &mut self.free };
            let (_, lane) = ready.pop_first()?;
            let Some((seq, entry)) = self.lanes.get(&lane).and_then(|queue| queue.front()) else {
                continue;
            };
            match pace.take(now, entry) {
                Ok(()) => return Some((lane.clone(), *seq, entry.clone())),
                Err(due) => {
                    self.paced.insert((due, lane));
                }
            }
        }
    }

    /// The lane's first order is over.
    pub fn done(&mut self, lane: &Lane) {
        let Some(queue) = self.lanes.get_mut(lane) else { return };
        if let Some((seq, entry)) = queue.pop_front() {
            self.depth -= 1;
            self.ages.remove(&(entry.queued, seq));
        }
        if queue.is_empty() {
            self.lanes.remove(lane);
        } else {
            self.make_ready(lane.clone());
        }
    }

    /// The lane's first order is to be tried again at `due`.
    pub fn again(&mut self, lane: &Lane, due: Instant) {
        if let Some((_, entry)) = self.lanes.get_mut(lane).and_then(|queue| queue.front_mut()) {
            entry.attempts = entry.attempts.saturating_add(1);
            self.failed.insert((due, lane.clone()));
        }
    }

    /// When to look again, if nothing else happens before.
    pub fn wake(&self, pace: &Pace) -> Option<Instant> {
        let paced = self.paced.first().map(|(due, _)| *due);
        let failed = self.failed.first().map(|(due, _)| *due);
        let refill = (!self.counting.is_empty()).then(|| pace.refill());
        [paced, failed, refill].into_iter().flatten().min()
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

    fn wake_up(&mut self, now: Instant) {
        while let Some(lane) = due(&mut self.paced, now).or_else(|| due(&mut self.failed, now)) {
            self.make_ready(lane);
        }
    }

    fn make_ready(&mut self, lane: Lane) {
        let Some((seq, entry)) = self.lanes.get(&lane).and_then(|queue| queue.front()) else {
            return;
        };
        let deadline = entry.order.deadline.unwrap_or(Timestamp(i64::MAX));
        let ready = match &lane {
            Lane::Codes(_) => &mut self.codes,
            _ if Pace::counts(entry) => &mut self.counting,
            Lane::Chat(_) | Lane::Admission(..) | Lane::Answer(_) => &mut self.free,
        };
        ready.insert(((deadline, *seq), lane));
    }
}

/// Takes a lane out of `waiting` whose time has come.
fn due(waiting: &mut BTreeSet<(Instant, Lane)>, now: Instant) -> Option<Lane> {
    let (due, _) = waiting.first()?;
    if *due > now {
        return None;
    }
    waiting.pop_first().map(|(_, lane)| lane)
}
