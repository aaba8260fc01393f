//! Several people before two gates, against the [`reference`]: after each event both must agree on
//! who is let in, who is locked until when, how many tries are left, and how many codes went out.
//!
//! Around the rules is a small world: the clock as the engine guards it, a Telegram that knows who
//! asked and who is in, mail that arrives, is late, is lost or refused, and a process that dies
//! before a step is durable, or after an order was carried out and before that is known.

mod world;

use proptest::prelude::*;

use super::reference::{Became, Place, Said, Verdict, Who};
use crate::verification::event::What;
use crate::verification::limits::Limits;
use crate::verification::{ChatId, GateId, Hidden, MessageId};
use world::{Mailed, World, address_of, password_of};

const GATES: [i64; 2] = [-1001, -1002];
const DAY: i64 = 24 * 60 * 60 * 1000;

#[derive(Clone, Debug)]
enum Act {
    AsksToJoin(u64, usize),
    /// The whole way to a code that was sent, as far as it goes.
    Way(u64, usize, u8),
    TypesPasswordOf(u64, usize),
    TypesNonsense(u64),
    TypesEmail(u64, u8),
    /// The code of the letter so many before their newest.
    TypesCode(u64, usize),
    TypesAnothersCode(u64, usize),
    TypesWrongCode(u64),
    Taps(u64, usize),
    TapsAnothers(u64, usize),
    Presses(u64, usize),
    PressesOld(u64, usize, usize),
    Cancels(u64),
    /// What becomes of a letter that is on its way.
    Mail(usize, Became),
    /// The oldest order that Telegram has not heard of yet is carried out. `again`: the process
    /// died before it knew, and does so once more. `refused`: Telegram would not.
    CarriesOut {
        again: bool,
        refused: bool,
    },
    UsesLink(u64, usize),
    /// Telegram tells of the oldest who came in by a request that it approved.
    TellsOfJoin,
    Leaves(u64, usize),
    /// The process dies before the next step is durable, which is then taken anew.
    Crashes,
    Passes(i64),
    /// Nobody can reach us for so long.
    Away(i64),
    /// Somebody sets the clock, which the engine believes only forwards.
    ClockIsSet(i64),
}

fn acts() -> impl Strategy<Value = Act> {
    let (who, gate) = (0..3_u64, 0..2_usize);
    let minutes = |n: i64| n * 60 * 1000;
    prop_oneof![
        4 => (who.clone(), gate.clone()).prop_map(|(who, gate)| Act::AsksToJoin(who, gate)),
        4 => (who.clone(), gate.clone(), 0..4_u8).prop_map(|(who, gate, to)| Act::Way(who, gate, to)),
        4 => (who.clone(), gate.clone()).prop_map(|(who, gate)| Act::TypesPasswordOf(who, gate)),
        4 => who.clone().prop_map(Act::TypesNonsense),
        4 => (who.clone(), 0..4_u8).prop_map(|(who, to)| Act::TypesEmail(who, to)),
        4 => (who.clone(), prop_oneof![3 => Just(0_usize), 2 => 0..4_usize])
            .prop_map(|(who, before)| Act::TypesCode(who, before)),
        1 => (who.clone(), 0..6_usize).prop_map(|(who, nth)| Act::TypesAnothersCode(who, nth)),
        8 => who.clone().prop_map(Act::TypesWrongCode),
        2 => (who.clone(), 0..3_usize).prop_map(|(who, before)| Act::Taps(who, before)),
        1 => (who.clone(), 0..6_usize).prop_map(|(who, nth)| Act::TapsAnothers(who, nth)),
        14 => (who.clone(), prop_oneof![3 => Just(0_usize), 2 => 0..4_usize])
            .prop_map(|(who, place)| Act::Presses(who, place)),
        1 => (who.clone(), 0..4_usize, 0..4_usize)
            .prop_map(|(who, before, place)| Act::PressesOld(who, before, place)),
        1 => who.clone().prop_map(Act::Cancels),
        8 => (0..3_usize, became()).prop_map(|(nth, became)| Act::Mail(nth, became)),
        5 => (prop::bool::weighted(0.2), prop::bool::weighted(0.2))
            .prop_map(|(again, refused)| Act::CarriesOut { again, refused }),
        1 => (who.clone(), gate.clone()).prop_map(|(who, gate)| Act::UsesLink(who, gate)),
        2 => Just(Act::TellsOfJoin),
        1 => (who, gate).prop_map(|(who, gate)| Act::Leaves(who, gate)),
        2 => Just(Act::Crashes),
        8 => prop_oneof![
            4 => Just(minutes(1)), 4 => Just(minutes(5)), 2 => Just(minutes(11)),
            2 => Just(minutes(5 * 60)), 1 => Just(minutes(25 * 60)), 2 => 0..DAY,
        ].prop_map(Act::Passes),
        1 => prop_oneof![Just(minutes(2)), Just(minutes(11)), Just(minutes(30 * 60))].prop_map(Act::Away),
        1 => (-2 * DAY..DAY).prop_map(Act::ClockIsSet),
    ]
}

fn became() -> impl Strategy<Value = Became> {
    prop_oneof![
        6 => Just(Became::Sent),
        1 => Just(Became::Unknown),
        1 => Just(Became::Delayed),
        2 => Just(Became::GaveUp),
        1 => Just(Became::Refused),
    ]
}

impl World {
    fn act(&mut self, act: &Act) {
        match *act {
            Act::AsksToJoin(user, gate) => self.asks_to_join((user, GATES[gate])),
            Act::Way(user, gate, to) => {
                self.asks_to_join((user, GATES[gate]));
                self.act(&Act::TypesPasswordOf(user, gate));
                self.act(&Act::TypesEmail(user, to));
                self.act(&Act::Presses(user, 0));
                self.act(&Act::Mail(0, Became::Sent));
            }
            Act::TypesPasswordOf(user, gate) => {
                let of = GATES[gate];
                self.types(user, &password_of(of), &Said::Password { of });
            }
            Act::TypesNonsense(user) => {
                self.types(user, "is anybody there?", &Said::Password { of: 0 });
            }
            Act::TypesEmail(user, to) => {
                let address = address_of(to);
                self.types(user, address.as_str(), &Said::Address(to));
            }
            Act::TypesCode(user, before) => {
                let own = self.mail.iter().rev().filter(|m| m.who.0 == user && m.arrived());
                let digits = own.map(|m| m.letter.code.reveal().to_owned()).nth(before);
                if let Some(digits) = digits {
                    self.reads(&digits);
                    self.types_digits(user, &digits);
                }
            }
            Act::TypesAnothersCode(user, nth) => {
                let others = self.mail.iter().rev().filter(|mailed| mailed.who.0 != user);
                let digits = others.map(|m| m.letter.code.reveal().to_owned()).nth(nth);
                if let Some(digits) = digits {
                    self.types_digits(user, &digits);
                }
            }
            Act::TypesWrongCode(user) => {
                let used = |code: &str| self.mail.iter().any(|m| m.letter.code.reveal() == code);
                let unused = (0..).map(|n: u32| format!("{n:06}")).find(|code| !used(code));
                self.types_digits(user, &unused.expect("a code that nobody has"));
            }
            Act::Taps(user, before) => {
                let own = (0..self.mail.len()).rev();
                let mut own =
                    own.filter(|n| self.mail[*n].who.0 == user && self.mail[*n].arrived());
                if let Some(nth) = own.nth(before) {
                    let digits = self.mail[nth].letter.code.reveal().to_owned();
                    self.reads(&digits);
                    self.taps(user, nth);
                }
            }
            Act::TapsAnothers(user, nth) => {
                if self.mail.get(nth).is_some_and(|mailed| mailed.who.0 != user) {
                    self.taps(user, nth);
                }
            }
            Act::Presses(user, place) => {
                let keyboard = self.keyboards.get(&user).and_then(|all| all.last()).cloned();
                let fresh = self.fresh.contains(&user);
                self.presses(user, keyboard, place, fresh);
            }
            Act::PressesOld(user, before, place) => {
                let all = self.keyboards.get(&user);
                let keyboard = all.and_then(|all| all.iter().rev().nth(1 + before)).cloned();
                self.presses(user, keyboard, place, false);
            }
            Act::Cancels(user) => {
                if let Some(gate) = self.reference.open_at(user) {
                    let verdict = self.reference.cancels((user, gate));
                    let (command, rest) = ("cancel".to_owned(), Hidden::default());
                    let (chat, message) = (ChatId(7), MessageId(1));
                    self.check(user, What::Commanded { chat, message, command, rest }, &verdict);
                }
            }
            Act::Mail(nth, became) => self.delivers(nth, became),
            Act::CarriesOut { again, refused } => self.carries_out(again, refused),
            Act::UsesLink(user, gate) => {
                let who = (user, GATES[gate]);
                if self.links.values().any(|of| *of == who) && !self.members.contains(&who) {
                    self.joins(who);
                }
            }
            Act::TellsOfJoin => self.tells_of_join(),
            Act::Leaves(user, gate) => {
                let who = (user, GATES[gate]);
                // Telegram tells of one after the other.
                while self.joined.contains(&who) {
                    self.tells_of_join();
                }
                if self.members.remove(&who) {
                    self.reference.leaves(who);
                    self.check(user, What::Left { gate: GateId(who.1) }, &Verdict::default());
                }
            }
            Act::Crashes => self.crashes = true,
            Act::Passes(time) => self.passes(time, true),
            Act::Away(time) => {
                // Shorter gaps between two outages count as none.
                self.passes(60 * 1000, true);
                self.passes(time, false);
            }
            Act::ClockIsSet(by) => {
                self.wall += by;
                let forward = self.wall - self.now;
                if forward > 0 {
                    let wall = self.wall;
                    self.passes(forward, true);
                    self.wall = wall;
                }
                self.compare("the clock was set");
            }
        }
    }

    /// Whoever knows a code has got it, so that it was sent.
    fn reads(&mut self, digits: &str) {
        let waits = |m: &Mailed| matches!(m.became, None | Some(Became::Delayed));
        let waiting: Vec<_> = self.mail.iter().filter(|m| waits(m)).collect();
        let nth = waiting.iter().rev().position(|m| m.letter.code.reveal() == digits);
        if let Some(nth) = nth.filter(|nth| nth % 2 == 0) {
            self.delivers(nth, Became::Sent);
        } else if let Some(mailed) =
            self.mail.iter_mut().find(|m| waits(m) && m.letter.code.reveal() == digits)
        {
            // It arrived before we knew, and nobody will ever say that it did not.
            mailed.became = Some(Became::Unknown);
        }
    }

    fn asks_to_join(&mut self, who: Who) {
        if self.members.contains(&who) {
            return;
        }
        self.asked.insert(who);
        let verdict = self.reference.asks_to_join(who);
        let what = What::JoinRequested {
            gate: GateId(who.1),
            chat: ChatId(7),
            title: "Rust Berlin".to_owned(),
            link: None,
            query_id: None,
            asked: None,
        };
        self.check(who.0, what, &verdict);
    }

    /// In the end Telegram does all that was ordered, and whoever passed is in, or has one link.
    fn comes_to_an_end(&mut self) {
        for _ in 0..200 {
            self.carries_out(false, false);
            self.tells_of_join();
        }
        assert!(self.orders.is_empty(), "orders without end: {:?}", self.orders);
        for (user, gate) in (0..3).flat_map(|user| GATES.map(|gate| (user, gate))) {
            let place = self.reference.book((user, gate)).place;
            let links = self.links.values().filter(|of| **of == (user, gate)).count();
            let most = usize::from(place == Place::Invited);
            assert!(links <= most, "{links} links of {user} at {gate}, who is {place:?}");
            if place == Place::Inside {
                assert!(self.members.contains(&(user, gate)));
            }
        }
    }
}

/// Limits of different sizes, so that none hides behind another.
fn limits() -> impl Strategy<Value = Limits> {
    (1..4_u32, 3..12_u32, 1..6_u32, 1..4_u32, 1..7_u32).prop_map(
        |(attempts, hard_stop, sends, addresses, per_address)| Limits {
            code_attempts: attempts,
            password_attempts: attempts,
            hard_stop,
            sends_per_day: sends,
            addresses_per_day: addresses,
            sends_per_address: per_address,
            ..Limits::default()
        },
    )
}

proptest! {
    #[test]
    fn the_rules_do_what_the_reference_does(
        limits in limits(), acts in prop::collection::vec(acts(), 1..120),
    ) {
        let mut world = World::new(&limits);
        for act in &acts {
            world.act(act);
        }
        world.comes_to_an_end();
    }
}

/// What the model found, each in as few acts as it takes.
#[test]
fn what_was_found_stays_found() {
    use Act::*;
    let hours = |n: i64| n * 60 * 60 * 1000;
    let found: [&[Act]; 4] = [
        // Approved twice, answered once: whoever is in needs no link.
        &[
            Way(2, 0, 0),
            TypesCode(2, 0),
            Taps(2, 0),
            CarriesOut { again: false, refused: false },
            CarriesOut { again: false, refused: false },
        ],
        // A link for somebody who was forgotten before it was made.
        &[Way(1, 0, 1), Away(hours(30)), Presses(1, 0), TypesCode(1, 0), Passes(hours(25))],
        // A code that never left, which is known on the next day only.
        &[
            AsksToJoin(0, 0),
            TypesPasswordOf(0, 0),
            TypesEmail(0, 0),
            Presses(0, 0),
            Passes(hours(17)),
            Mail(0, Became::GaveUp),
        ],
        // Two links for one person.
        &[Way(2, 0, 0), Away(hours(30)), Presses(2, 0), TypesCode(2, 0), Taps(2, 0)],
    ];
    for acts in found {
        let mut world = World::new(&Limits::default());
        for act in acts {
            world.act(act);
        }
        world.comes_to_an_end();
    }
}
