//! Which order is next: by deadline, in turn, within the limits.

use std::time::Duration;

use super::*;
use crate::machines::Work;
use crate::verification::effect::{Effect, Keyboard, Order};
use crate::verification::text::Text;
use crate::verification::{GateId, Language, MessageId, UserId};

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
    Effect::SendCode { gate: GateId(-1), challenge: crate::verification::ChallengeId(1), letter }
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
    let mut lanes = lanes([order(1, None, say()), order(1, Some(5), Effect::RetireButtons)]);
    let (mut pace, now) = (unlimited(), Instant::now());
    let (lane, first, _) = lanes.next(now, &mut pace).unwrap();
    assert_eq!(first, 0, "a later deadline does not overtake within a chat");
    assert!(lanes.next(now, &mut pace).is_none(), "its lane is busy");
    lanes.put(vec![(2, order(1, None, say()))]);
    assert!(lanes.next(now, &mut pace).is_none(), "its lane is busy still");
    lanes.done(&lane);
    assert_eq!(drain(&mut lanes, now, &mut pace), [1, 2]);
    assert_eq!((lanes.depth(), lanes.has_ready(), lanes.oldest()), (0, false, None));
}

#[test]
fn what_was_typed_is_removed_while_the_chat_waits() {
    let mut lanes = lanes([order(1, None, say()), order(1, None, delete())]);
    let (mut pace, now) = (unlimited(), Instant::now());
    let (lane, said, _) = lanes.next(now, &mut pace).unwrap();
    lanes.again(&lane, now + Duration::from_secs(60));
    let (_, removed, _) = lanes.next(now, &mut pace).unwrap();
    assert_eq!((said, removed), (0, 1));
    assert!(lanes.next(now, &mut pace).is_none());
}

#[test]
fn whoever_carries_out_an_order_learns_that_somebody_waits_behind_it() {
    let mut lanes = lanes([order(1, None, say())]);
    let (mut pace, now) = (unlimited(), Instant::now());
    let (_, _, picked) = lanes.next(now, &mut pace).unwrap();
    assert!(!lanes.put(vec![(1, order(2, None, say()))]), "that is another chat");
    assert!(!picked.behind.is_somebody());
    assert!(lanes.put(vec![(2, order(1, None, say()))]));
    assert!(picked.behind.is_somebody());
    assert!(!lanes.put(vec![(3, order(1, None, say()))]), "it is known already");
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
fn an_order_that_is_under_way_is_the_one_that_is_done_whatever_comes_before_it() {
    let mut lanes = Lanes::default();
    lanes.put(vec![(5, order(1, None, say()))]);
    let (mut pace, now) = (unlimited(), Instant::now());
    let (lane, first, _) = lanes.next(now, &mut pace).unwrap();
    // Decided earlier, handed in later.
    lanes.put(vec![(3, order(1, None, say()))]);
    lanes.done(&lane);
    assert_eq!((first, drain(&mut lanes, now, &mut pace)), (5, vec![3]));
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
    let (lane, seq, again) = lanes.next(now, &mut pace).unwrap();
    assert_eq!((seq, again.attempts), (2, 1));
    lanes.done(&lane);
    assert_eq!(drain(&mut lanes, now, &mut pace), [1, 0]);
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
    let mut lanes = lanes([order(1, Some(1), say()), order(1, None, say()), order(2, None, say())]);
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
    let mut lanes = lanes([order(1, None, code()), order(1, None, say()), order(2, None, code())]);
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
fn one_who_floods_takes_no_room_in_memory_from_others() {
    let mut lanes = lanes((0..10_000).map(|_| order(1, None, say())));
    assert_eq!(lanes.held, HELD_OF_ONE);
    lanes.put(vec![(10_000, order(2, None, say()))]);
    let (mut pace, now) = (unlimited(), Instant::now());
    let (first, _, flood) = lanes.next(now, &mut pace).unwrap();
    let (_, seq, other) = lanes.next(now, &mut pace).unwrap();
    assert_eq!((seq, flood.entry.is_some(), other.entry.is_some()), (10_000, true, true));
    for _ in 0..HELD_OF_ONE {
        lanes.done(&first);
    }
    assert_eq!(lanes.held, 1);
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
