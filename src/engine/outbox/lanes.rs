//! What waits to be carried out, in lanes; which order is next.

use std::collections::{BTreeSet, HashMap, VecDeque};

use tokio::time::Instant;

use super::pace::Pace;
use crate::administration::effect::{self as administration, Task, Whose};
use crate::engine::decide::Queued;
use crate::machines::Work;
use crate::store::records::OutboxEntry;
use crate::verification::effect::{Effect, Order};
use crate::verification::{ChatId, GateId, Timestamp, UserId};

/// What must keep its order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Lane {
    Chat(ChatId),
    Admission(GateId, UserId),
    Codes(UserId),
    Answer(String),
    /// What a panel or a desk asked to know.
    Question(Whose),
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
    /// The same where Telegram was away: if it comes back sooner, they need not wait.
    away: BTreeSet<(Instant, Lane)>,
    depth: usize,
    /// When each queued order was decided, by its place.
    ages: BTreeSet<(Timestamp, u64)>,
}

/// The deadline of what has none.
const NO_HURRY: Timestamp = Timestamp(i64::MAX);

type Queue = VecDeque<(u64, OutboxEntry)>;

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
            Effect::AnswerButton { query, .. } => Lane::Answer(query.clone()),
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
            Task::AnswerButton { query, .. } => Lane::Answer(query.clone()),
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
            self.depth += 1;
            self.ages.insert((entry.queued, seq));
            let queue = self.lanes.entry(lane.clone()).or_default();
            // Two decisions about one person may be handed in the other way round. The first order
            // may be under way already.
            let after = queue.iter().rposition(|(other, _)| *other < seq).map_or(0, |at| at + 1);
            queue.insert(after.max(queue.len().min(1)), (seq, entry));
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
            let free = if pace.is_free_exhausted(now) { None } else { self.free.first() };
            let counts = match (counting, free) {
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

    /// The same, but sooner if Telegram is back sooner.
    pub fn again_when_back(&mut self, lane: &Lane, due: Instant) {
        if let Some((_, entry)) = self.lanes.get_mut(lane).and_then(|queue| queue.front_mut()) {
            entry.attempts = entry.attempts.saturating_add(1);
            self.away.insert((due, lane.clone()));
        }
    }

    /// Telegram is back: whatever waited for that may be tried, the most urgent first.
    pub fn are_back(&mut self) {
        for (_, lane) in std::mem::take(&mut self.away) {
            self.make_ready(lane);
        }
    }

    /// Whoever cannot be reached in time any more makes way for those who can. What is late may
    /// still be of use: to somebody who wrote to the bot before.
    pub fn give_up_hurrying(&mut self, now: Timestamp) {
        for ready in [&mut self.counting, &mut self.free] {
            while ready.first().is_some_and(|((deadline, _), _)| *deadline < now) {
                if let Some(((_, seq), lane)) = ready.pop_first() {
                    ready.insert(((NO_HURRY, seq), lane));
                }
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

    fn make_ready(&mut self, lane: Lane) {
        let Some((seq, entry)) = self.lanes.get(&lane).and_then(|queue| queue.front()) else {
            return;
        };
        let deadline = entry.order.deadline().unwrap_or(NO_HURRY);
        let ready = match &lane {
            Lane::Codes(_) => &mut self.codes,
            _ if entry.order.counts() => &mut self.counting,
            Lane::Chat(_) | Lane::Admission(..) | Lane::Answer(_) | Lane::Question(_) => {
                &mut self.free
            }
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
        assert_eq!(drain(&mut lanes, Instant::now(), &mut unlimited()), [2, 4, 0, 1, 3]);
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
        assert_eq!(drain(&mut lanes, begin, &mut pace), [0, 1, 2, 3, 20]);
        for (seconds, seq) in [(1, 4), (2, 5), (3, 6), (4, 7)] {
            let due = begin + Duration::from_secs(seconds);
            assert_eq!(wake(&lanes, &pace), Some(due));
            assert_eq!(drain(&mut lanes, due, &mut pace), [seq]);
        }
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
