//! What waits to be carried out, in lanes; which order is next.
//!
//! ```text
//!  who can be reached until …   by that time, the nearest first
//!  whoever has no hurry         in turn; one place in three, whoever is in a hurry
//!  for whom it is too late      when nobody else waits
//! ```
//!
//! Lanes of the same urgency come in turn, so that nobody who floods one holds up another. Of
//! orders beyond the first few thousand, only a slip is kept in memory: the store has them.

use std::collections::{BTreeSet, HashMap, VecDeque};

use tokio::time::Instant;

use super::pace::Pace;
use crate::administration::effect::{self as administration, Task, Whose};
use crate::engine::decide::Queued;
use crate::machines::{Subject, Work};
use crate::store::records::OutboxEntry;
use crate::verification::effect::{Effect, Order};
use crate::verification::{ChatId, GateId, Timestamp, UserId};

/// So many orders wait in memory.
const HELD: usize = 2_000;
/// So many orders of a lane are looked at for the most urgent one.
const LOOKED_AT: usize = 16;
/// After so many who are in a hurry comes one who is not.
const HURRIED: u32 = 2;

/// What must keep its order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Lane {
    Chat(ChatId),
    Admission(GateId, UserId),
    Codes(UserId),
    /// Answers to the buttons that somebody pressed, or that belong to a desk.
    Answers(Subject),
    /// What a panel or a desk asked to know.
    Question(Whose),
}

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
    entry: Option<Box<OutboxEntry>>,
}

/// An order whose turn has come.
pub(super) struct Picked {
    pub attempts: u32,
    /// `None`: it is to be read from the store.
    pub entry: Option<OutboxEntry>,
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

    fn picked(&self) -> Picked {
        Picked { attempts: self.attempts, entry: self.entry.as_deref().cloned() }
    }
}

impl Queue {
    /// How urgent the lane is: as its most urgent order, since the others are in its way. One for
    /// whom it is too late hurries nobody.
    fn deadline(&self, now: Option<Timestamp>) -> Timestamp {
        let deadlines = self.slips.iter().take(LOOKED_AT).map(|(_, slip)| slip.deadline);
        deadlines.filter(|deadline| Some(*deadline) >= now).min().unwrap_or(TOO_LATE)
    }
}

impl Lane {
    pub fn of(entry: &OutboxEntry) -> Lane {
        match &entry.order {
            Work::Verification(order) => Lane::of_verification(order),
            Work::Administration(order) => Lane::of_administration(order),
        }
    }

    fn of_verification(order: &Order) -> Lane {
        match &order.effect {
            Effect::Say { .. }
            | Effect::Rewrite { .. }
            | Effect::RetireButtons
            | Effect::Delete { .. } => Lane::Chat(order.chat),
            // After what is said before it: somebody whose request is declined may be out of reach.
            Effect::Decline { .. } => Lane::Chat(order.chat),
            Effect::AnswerButton { .. } => Lane::Answers(Subject::Person(order.user)),
            Effect::SendCode { .. } => Lane::Codes(order.user),
            Effect::LookUpMember { gate }
            | Effect::Approve { gate, .. }
            | Effect::Invite { gate }
            | Effect::RevokeInvite { gate, .. }
            | Effect::Mute { gate }
            | Effect::Free { gate }
            | Effect::Remove { gate }
            | Effect::LookUpAdder { gate, .. } => Lane::Admission(*gate, order.user),
        }
    }

    fn of_administration(order: &administration::Order) -> Lane {
        match &order.task {
            Task::Say { .. }
            | Task::Edit { .. }
            | Task::Delete { .. }
            | Task::SendRoster { .. }
            | Task::OfferCommands { .. }
            | Task::Leave { .. } => Lane::Chat(order.chat),
            Task::AnswerButton { .. } => Lane::Answers(order.whose.into()),
            Task::LookUpRights { .. }
            | Task::Examine { .. }
            | Task::Fetch { .. }
            | Task::ProveLog { .. } => Lane::Question(order.whose),
        }
    }
}

impl Lanes {
    pub fn put(&mut self, queued: Queued) {
        for (seq, entry) in queued {
            let lane = Lane::of(&entry);
            let mut slip = Slip::of(&entry);
            self.depth += 1;
            self.ages.insert((entry.queued, seq));
            if self.held < HELD {
                self.held += 1;
                slip.entry = Some(Box::new(entry));
            }
            let queue = self.lanes.entry(lane.clone()).or_default();
            let slips = &mut queue.slips;
            // Two decisions about one person may be handed in the other way round. The first order
            // may be under way already.
            let after = slips.iter().rposition(|(other, _)| *other < seq).map_or(0, |at| at + 1);
            slips.insert(after.max(slips.len().min(1)), (seq, slip));
            if slips.len() == 1 || queue.ready.is_some() {
                self.make_ready(lane);
            }
        }
    }

    /// The most urgent code, as [`Lanes::next`].
    pub fn next_code(&mut self, now: Instant) -> Option<(Lane, u64, Picked)> {
        self.wake_up(now);
        while let Some((_, lane)) = self.codes.pop_first() {
            let Some(queue) = self.lanes.get_mut(&lane) else { continue };
            queue.ready = None;
            if let Some((seq, slip)) = queue.slips.front() {
                let (seq, picked) = (*seq, slip.picked());
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
            let Some((seq, slip)) = queue.slips.front() else { continue };
            match pace.take(now, slip) {
                Ok(()) => {
                    let (seq, picked) = (*seq, slip.picked());
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

    /// The lane's first order is over.
    pub fn done(&mut self, lane: &Lane) {
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
            Lane::Chat(_) | Lane::Admission(..) | Lane::Answers(_) | Lane::Question(_) => {
                Ready::Free
            }
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
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::verification::effect::{Keyboard, Order};
    use crate::verification::text::Text;
    use crate::verification::{Language, MessageId};

    fn say() -> Effect {
        Effect::Say { group: None, text: Text::NothingToCancel, keyboard: Keyboard::None }
    }

    fn answer(query: &str) -> Effect {
        Effect::AnswerButton { query: query.to_owned(), text: None, alert: false }
    }

    fn delete() -> Effect {
        Effect::Delete { message: MessageId(1) }
    }

    fn code() -> Effect {
        let letter = serde_json::from_value(serde_json::json!({
            "address": {"Email": {"mailbox": "nora@example.org"}}, "code": "482913", "number": 1,
            "phrase": "amber falcon", "group": "Rust", "lives": {"secs": 600, "nanos": 0},
            "expires": 0, "tap": "t",
        }));
        let letter = letter.expect("the stored form of a letter");
        Effect::SendCode {
            gate: GateId(-1),
            challenge: crate::verification::ChallengeId(1),
            letter,
        }
    }

    fn order(user: u64, deadline: Option<i64>, effect: Effect) -> OutboxEntry {
        let order = Order {
            user: UserId(user),
            chat: ChatId(user.cast_signed()),
            language: Language::default(),
            deadline: deadline.map(Timestamp),
            effect,
        };
        let order = Work::Verification(order);
        OutboxEntry { order, queued: Timestamp(0), started: false, attempts: 0 }
    }

    fn lanes(entries: impl IntoIterator<Item = OutboxEntry>) -> Lanes {
        let mut lanes = Lanes::default();
        lanes.put((0..).zip(entries).collect());
        lanes
    }

    /// Takes whatever may be tried at `now`, each done at once; their places.
    fn drain(lanes: &mut Lanes, now: Instant, pace: &mut Pace) -> Vec<u64> {
        let mut order = Vec::new();
        while let Some((lane, seq, _)) = lanes.next(now, pace) {
            lanes.done(&lane);
            order.push(seq);
        }
        order
    }

    /// When there is something to be done again.
    fn wake(lanes: &Lanes, pace: &Pace) -> Option<Instant> {
        [lanes.due(), lanes.refill(pace)].into_iter().flatten().min()
    }

    fn unlimited() -> Pace {
        Pace::new(0)
    }

    #[test]
    fn a_lane_keeps_its_order_and_has_one_under_way() {
        let mut lanes = lanes([order(1, None, say()), order(1, Some(5), delete())]);
        let (mut pace, now) = (unlimited(), Instant::now());
        let (lane, first, _) = lanes.next(now, &mut pace).unwrap();
        assert_eq!(first, 0, "a later deadline does not overtake within a chat");
        assert!(lanes.next(now, &mut pace).is_none(), "its lane is busy");
        lanes.done(&lane);
        assert_eq!(drain(&mut lanes, now, &mut pace), [1]);
        assert_eq!((lanes.depth(), lanes.has_ready(), lanes.oldest()), (0, false, None));
    }

    #[test]
    fn a_lane_is_in_the_order_of_the_decisions() {
        let mut lanes = lanes([order(1, None, say())]);
        let (mut pace, now) = (unlimited(), Instant::now());
        let (lane, first, _) = lanes.next(now, &mut pace).unwrap();
        for seq in [7, 5, 6, 9, 8] {
            lanes.put(vec![(seq, order(1, None, say()))]);
        }
        lanes.done(&lane);
        assert_eq!((first, drain(&mut lanes, now, &mut pace)), (0, vec![5, 6, 7, 8, 9]));
    }

    #[test]
    fn the_most_urgent_goes_first_then_the_oldest() {
        let mut lanes = lanes([
            order(1, None, say()),
            order(2, Some(900), say()),
            order(3, None, delete()),
            order(4, Some(300), say()),
            order(5, Some(900), delete()),
        ]);
        let drained = drain(&mut lanes, Instant::now(), &mut unlimited());
        assert_eq!(drained, [3, 1, 4, 0, 2]);
    }

    #[test]
    fn whoever_cannot_be_reached_in_time_any_more_makes_way() {
        let mut lanes = lanes([
            order(1, Some(100), say()),
            order(2, None, say()),
            order(3, Some(300), say()),
            order(4, Some(200), delete()),
            order(5, Some(400), delete()),
        ]);
        lanes.give_up_hurrying(Timestamp(250));
        assert_eq!(drain(&mut lanes, Instant::now(), &mut unlimited()), [2, 4, 1, 0, 3]);
    }

    #[test]
    fn what_waited_for_telegram_is_tried_when_it_is_back_the_most_urgent_first() {
        let mut lanes = lanes([
            order(1, None, say()),
            order(2, Some(900), say()),
            order(3, Some(300), say()),
            order(4, Some(1), say()),
        ]);
        let (mut pace, now) = (unlimited(), Instant::now());
        let minute = Duration::from_secs(60);
        while let Some((lane, seq, _)) = lanes.next(now, &mut pace) {
            match seq {
                // Telegram asked for this pause.
                3 => lanes.again(&lane, now + minute),
                _ => lanes.again_when_back(&lane, now + minute),
            }
        }
        assert_eq!(lanes.due(), Some(now + minute));
        lanes.are_back();
        assert_eq!(drain(&mut lanes, now, &mut pace), [2, 1, 0]);
        assert_eq!(drain(&mut lanes, now + minute, &mut pace), [3]);
    }

    #[test]
    fn a_backlog_of_calls_that_are_no_messages_is_paced_too() {
        let mut lanes = lanes((0..1000).map(|user| order(user, None, delete())));
        let (mut pace, begin) = (Pace::new(30), Instant::now());
        let mut now = begin;
        let at_once = drain(&mut lanes, now, &mut pace).len();
        assert!((100..=130).contains(&at_once), "{at_once} at once");
        while let Some(due) = wake(&lanes, &pace) {
            assert!(due > now, "it would spin");
            now = due;
            drain(&mut lanes, now, &mut pace);
        }
        let took = (now - begin).as_secs();
        assert!((6..=8).contains(&took), "1000 at 120 a second took {took} s");
    }

    #[test]
    fn one_lane_that_waits_holds_up_no_other() {
        let mut lanes =
            lanes([order(1, Some(1), say()), order(1, None, say()), order(2, None, say())]);
        let (mut pace, now) = (unlimited(), Instant::now());
        let (lane, _, _) = lanes.next(now, &mut pace).unwrap();
        let due = now + Duration::from_secs(30);
        lanes.again(&lane, due);
        assert_eq!(drain(&mut lanes, now, &mut pace), [2]);
        assert_eq!(wake(&lanes, &pace), Some(due));
        assert!(!lanes.has_ready());
        let (_, seq, entry) = lanes.next(due, &mut pace).unwrap();
        assert_eq!((seq, entry.attempts), (0, 1));
        lanes.done(&lane);
        assert_eq!(drain(&mut lanes, due, &mut pace), [1]);
    }

    #[test]
    fn codes_have_a_queue_of_their_own() {
        let mut lanes =
            lanes([order(1, None, code()), order(1, None, say()), order(2, None, code())]);
        let (mut pace, now) = (unlimited(), Instant::now());
        assert_eq!(drain(&mut lanes, now, &mut pace), [1]);
        let (first, seq, _) = lanes.next_code(now).unwrap();
        assert_eq!(seq, 0);
        lanes.again(&first, now + Duration::from_secs(1));
        assert_eq!(lanes.next_code(now).unwrap().1, 2);
        assert!(lanes.next_code(now).is_none());
        assert_eq!(lanes.next_code(now + Duration::from_secs(1)).unwrap().1, 0);
    }

    #[test]
    fn so_many_messages_a_second_and_no_more() {
        let mut lanes = lanes((0..100).map(|user| order(user, None, say())));
        let (mut pace, begin) = (Pace::new(10), Instant::now());
        let mut sent = Vec::new();
        let mut now = begin;
        while lanes.depth() > 0 {
            let count = drain(&mut lanes, now, &mut pace).len();
            sent.extend(std::iter::repeat_n(now - begin, count));
            let Some(wake) = wake(&lanes, &pace) else { break };
            assert!(wake > now, "it would spin");
            now = wake;
        }
        assert_eq!(sent.len(), 100);
        let second = Duration::from_secs(1);
        for (first, at) in sent.iter().enumerate() {
            let within = sent[first..].iter().filter(|other| **other < *at + second).count();
            assert!(within <= 20, "{within} within a second from {at:?}");
        }
        let last = sent[99];
        assert!(last >= 8 * second && last <= 10 * second, "100 at 10 a second took {last:?}");
    }

    #[test]
    fn what_does_not_count_goes_though_the_rate_is_exhausted() {
        let says = (0..50).map(|user| order(user, Some(1), say()));
        let free =
            [order(60, None, answer("q")), order(0, None, answer("r")), order(70, None, delete())];
        let mut lanes = lanes(says.chain(free));
        let mut pace = Pace::new(5);
        let now = Instant::now();
        let drained = drain(&mut lanes, now, &mut pace);
        assert!(pace.is_exhausted(now));
        assert_eq!(drained.iter().filter(|seq| **seq >= 50).count(), 3, "{drained:?}");
        assert!(drained.len() < 20, "{drained:?}");
        lanes.put(vec![(100, order(0, None, answer("s")))]);
        assert_eq!(drain(&mut lanes, now, &mut pace), [100]);
    }

    #[test]
    fn a_chat_has_a_few_at_once_and_then_one_a_second() {
        let mut lanes = lanes((0..8).map(|_| order(1, None, say())));
        lanes.put(vec![(20, order(2, None, say()))]);
        let (mut pace, begin) = (Pace::new(1000), Instant::now());
        let at_once = (0..10).map(|ms| begin + Duration::from_millis(ms));
        let at_once: Vec<u64> = at_once.flat_map(|now| drain(&mut lanes, now, &mut pace)).collect();
        assert_eq!(at_once, [0, 20, 1, 2, 3]);
        for (seconds, seq) in [(1, 4), (2, 5), (3, 6), (4, 7)] {
            let due = begin + Duration::from_secs(seconds);
            assert_eq!(wake(&lanes, &pace), Some(due));
            assert_eq!(drain(&mut lanes, due, &mut pace), [seq]);
        }
    }

    #[test]
    fn whoever_talks_with_the_bot_has_an_answer_however_many_ask_to_join() {
        let asking = (0..90).map(|user| order(user, Some(900), say()));
        let talking = (90..100).map(|user| order(user, None, say()));
        let mut lanes = lanes(asking.chain(talking));
        let drained = drain(&mut lanes, Instant::now(), &mut unlimited());
        let last = drained.iter().position(|seq| *seq == 99);
        assert_eq!(last, Some(29), "every third place: {drained:?}");
        assert!(drained[30..].is_sorted(), "{drained:?}");
    }

    #[test]
    fn a_new_word_is_not_held_up_by_an_old_one_that_came_too_late() {
        let late = (0..50).map(|user| order(user, Some(100), say()));
        let mut lanes = lanes(late);
        lanes.give_up_hurrying(Timestamp(200));
        lanes.put(vec![(60, order(7, None, say())), (61, order(8, Some(900), say()))]);
        let drained = drain(&mut lanes, Instant::now(), &mut unlimited());
        assert_eq!(drained[..4], [8, 61, 7, 60], "{drained:?}");
    }

    #[test]
    fn who_floods_has_one_turn_like_everybody() {
        let flood = (0..1000).map(|n| match n % 2 {
            0 => order(1, None, delete()),
            _ => order(1, None, answer(&n.to_string())),
        });
        let mut lanes = lanes(flood);
        let (mut pace, now) = (unlimited(), Instant::now());
        let first: Vec<Lane> =
            std::iter::from_fn(|| lanes.next(now, &mut pace)).map(|(lane, ..)| lane).collect();
        assert_eq!(first.len(), 2, "more than one of a lane at a time: {first:?}");
        lanes.put(vec![(2000, order(2, None, answer("x"))), (2001, order(3, None, delete()))]);
        first.iter().for_each(|lane| lanes.done(lane));
        let (_, next, _) = lanes.next(now, &mut pace).unwrap();
        let (_, after, _) = lanes.next(now, &mut pace).unwrap();
        assert_eq!([next, after], [2000, 2001]);
    }

    #[test]
    fn of_very_many_orders_only_slips_are_kept() {
        let mut lanes = lanes((0..10_000).map(|user| order(user, None, say())));
        let held = |lanes: &Lanes| {
            let slips = lanes.lanes.values().flat_map(|queue| &queue.slips);
            slips.filter(|(_, slip)| slip.entry.is_some()).count()
        };
        assert_eq!((held(&lanes), lanes.depth()), (HELD, 10_000));
        let (mut pace, now) = (unlimited(), Instant::now());
        let mut read = 0;
        while let Some((lane, _, picked)) = lanes.next(now, &mut pace) {
            read += usize::from(picked.entry.is_none());
            lanes.done(&lane);
        }
        assert_eq!((read, lanes.held, lanes.depth()), (10_000 - HELD, 0, 0));
    }

    #[test]
    fn ten_thousand_lanes_are_no_burden() {
        const LANES: u64 = 10_000;
        let begun = std::time::Instant::now();
        let mut lanes = lanes((0..LANES).map(|user| order(user, None, say())));
        assert_eq!(lanes.depth(), 10_000);
        let (mut pace, mut now) = (Pace::new(1000), Instant::now());
        let mut done = 0;
        while lanes.depth() > 0 {
            done += drain(&mut lanes, now, &mut pace).len();
            now = wake(&lanes, &pace).unwrap_or(now);
        }
        assert_eq!(done, 10_000);
        // A look at every lane for each order would be a hundred million steps.
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}
