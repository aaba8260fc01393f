//! The rules against everything that can happen to them, in any order.
//!
//! A small world keeps its own books (what was typed right, what was sent, when) and compares
//! them with what the rules order; it never asks the rules' own state whether something was
//! allowed, except for the counts, of which it checks that they do not fall.

mod admins;
mod anything;
mod group;
mod model;
mod outages;
mod pumping;
mod reference;
mod restore;
mod two_gates;

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::verification::address::Address;
use crate::verification::effect::{Channel, Effect, Keyboard, Letter};
use crate::verification::event::{AdmissionOutcome, DeliveryOutcome, Membership, Refusal};
use crate::verification::gate::{Addresses, Gate, Mode, Password};
use crate::verification::limits::{Limits, Tally};
use crate::verification::outage::Outage;
use crate::verification::spending::Bill;
use crate::verification::{ChallengeId, MessageId, UserId};

const GATE: GateId = GateId(-1001);
const USER: UserId = UserId(7);
const CHAT: ChatId = ChatId(7);

#[derive(Clone, Debug)]
enum Act {
    AsksToJoin,
    Starts,
    TypesPassword {
        right: bool,
    },
    TypesEmail(u8),
    /// Presses the button at this place of the newest keyboard.
    Presses(u8),
    /// Presses the same button twice.
    PressesTwice(u8),
    PressesOld(u8),
    TypesCode,
    TypesOldCode,
    TypesWrongCode,
    Taps,
    Cancels,
    SendsSticker,
    TypesNonsense,
    PastesLoginCode,
    MailArrives(DeliveryOutcome),
    TelegramAnswers(AdmissionOutcome),
    Leaves,
    TimePasses(Duration),
    /// Time passes in which nobody can reach us.
    NobodyHears(Duration),
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => Just(Act::AsksToJoin),
        1 => Just(Act::Starts),
        6 => Just(Act::TypesPassword { right: true }),
        2 => Just(Act::TypesPassword { right: false }),
        5 => (0..4u8).prop_map(Act::TypesEmail),
        8 => (0..4u8).prop_map(Act::Presses),
        1 => (0..4u8).prop_map(Act::PressesTwice),
        1 => (0..8u8).prop_map(Act::PressesOld),
        2 => Just(Act::TypesCode),
        1 => Just(Act::TypesOldCode),
        3 => Just(Act::TypesWrongCode),
        1 => Just(Act::Taps),
        1 => Just(Act::Cancels),
        1 => Just(Act::SendsSticker),
        1 => Just(Act::TypesNonsense),
        1 => Just(Act::PastesLoginCode),
        5 => prop_oneof![
            6 => Just(DeliveryOutcome::Sent),
            1 => Just(DeliveryOutcome::Delayed),
            1 => Just(DeliveryOutcome::GaveUp),
            1 => Just(DeliveryOutcome::Unknown),
            1 => Just(DeliveryOutcome::Refused(Refusal::NoSuchAddress)),
        ].prop_map(Act::MailArrives),
        3 => prop_oneof![
            4 => Just(AdmissionOutcome::Approved),
            1 => Just(AdmissionOutcome::NoRequest),
            1 => Just(AdmissionOutcome::NoRights),
        ].prop_map(Act::TelegramAnswers),
        1 => Just(Act::Leaves),
        3 => prop_oneof![
            Just(Duration::from_secs(61)),
            Just(Duration::from_secs(5 * 60)),
            Just(Duration::from_secs(11 * 60)),
            Just(Duration::from_secs(5 * 60 * 60)),
            Just(Duration::from_secs(25 * 60 * 60)),
        ].prop_map(Act::TimePasses),
        1 => prop_oneof![
            Just(Duration::from_secs(61)),
            Just(Duration::from_secs(11 * 60)),
            Just(Duration::from_secs(30 * 60 * 60)),
        ].prop_map(Act::NobodyHears),
    ]
}

/// Bytes that are never the same twice, and no secret.
struct Counting(u64);

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

struct Little {
    person: Person,
    gates: Gates,
    keys: Keys,
    random: Counting,
    now: Timestamp,
    outages: Outages,
    ledgers: BTreeMap<Ledger, u64>,
    keyboards: Vec<Vec<String>>,
    letters: Vec<(ChallengeId, Letter)>,
    /// What is certain to have passed since the dialogue began.
    password_given: bool,
    code_given: bool,
    /// Wrong tries since the last lock ended, by kind: password, code.
    wrong: [u32; 2],
    locked_until: Option<Timestamp>,
    sent: Vec<Timestamp>,
    /// The last of them was refused, so that the next need not wait.
    refused: bool,
    /// It was so before the last of them, which counts again if that one never leaves.
    refused_before: bool,
    message: i32,
    restore: Option<Restore>,
}

impl Little {
    fn new() -> Little {
        let limits = Limits { hard_stop: 12, ..Limits::default() };
        let gate = Gate {
            id: GATE,
            title: "Rust Berlin".to_owned(),
            mode: Mode::default(),
            passwords: vec![Password {
                label: "members".to_owned(),
                hash: Hidden::new("compared outside"),
                expires: None,
                uses: None,
            }],
            channels: vec![Channel::Email],
            listed: true,
            addresses: Addresses::default(),
            attended: true,
            raid: false,
            limits,
        };
        Little {
            person: Person::default(),
            gates: Gates::from([(GATE, gate)]),
            keys: Keys::derive(&[7; 32]),
            random: Counting(1),
            now: Timestamp(1_800_000_000_000),
            outages: Outages::default(),
            ledgers: BTreeMap::new(),
            keyboards: Vec::new(),
            letters: Vec::new(),
            password_given: false,
            code_given: false,
            wrong: [0; 2],
            locked_until: None,
            sent: Vec::new(),
            refused: false,
            refused_before: false,
            message: 0,
            restore: None,
        }
    }

    fn limits(&self) -> &Limits {
        &self.gates[&GATE].limits
    }

    fn locked(&self) -> bool {
        self.locked_until.is_some_and(|until| self.now < until)
    }

    fn wrong_so_far(&self) -> u32 {
        self.person.gates.get(&GATE).map_or(0, |applicant| applicant.tally.wrong())
    }

    /// One event, with the password compared as the engine would.
    fn happens(&mut self, what: What, right: impl Fn(GateId) -> bool) -> Outcome {
        let event = Event::of(USER, what);
        let mut password = None;
        loop {
            let ledgers = self.ledgers.clone();
            let before = self.person.clone();
            let mut facts = Facts {
                now: self.now,
                outages: &self.outages,
                gates: &self.gates,
                keys: &self.keys,
                random: &mut self.random,
                ledger: &|ledger| ledgers.get(ledger).copied().unwrap_or(0),
                password,
                on_roster: &|_, _| true,
                holders: &|_, _| Vec::new(),
                suppressed: &|_| false,
                conversion: &|_| Conversion::default(),
                spending: &Spending::default(),
                restore: self.restore,
            };
            match step(&mut self.person, &event, &mut facts) {
                Stepped::Done(outcome) => {
                    for (ledger, by) in &outcome.charges {
                        let count = self.ledgers.entry(ledger.clone()).or_default();
                        *count = count.saturating_add_signed(*by);
                    }
                    return outcome;
                }
                Stepped::NeedsPassword { gate, .. } => {
                    assert_eq!(before, self.person, "asking for a comparison changed something");
                    password = Some((gate, right(gate).then(|| "members".to_owned())));
                }
            }
        }
    }

    fn text(&mut self, text: &str) -> What {
        self.message += 1;
        What::Wrote {
            chat: CHAT,
            message: MessageId(self.message),
            text: Hidden::new(text),
            forwarded: false,
            origin: None,
        }
    }

    fn button(&self, keyboard: Option<&Vec<String>>, place: u8) -> Option<What> {
        let keyboard = keyboard?;
        let data = keyboard.get(usize::from(place) % keyboard.len().max(1))?.clone();
        Some(What::Pressed { chat: CHAT, message: Some(MessageId(1)), query: "q".into(), data })
    }

    fn live_letter(&self) -> Option<Letter> {
        let live = self.person.gates.get(&GATE)?.challenge.as_ref()?.id;
        let found = self.letters.iter().rev().find(|(id, _)| *id == live);
        found.map(|(_, letter)| letter.clone())
    }

    /// What happens by an act; `None` if there is nothing to do it with.
    fn what(&mut self, act: &Act) -> Option<What> {
        match act {
            Act::AsksToJoin => Some(What::JoinRequested {
                gate: GATE,
                chat: CHAT,
                title: "Rust Berlin".into(),
                link: None,
                query_id: None,
                asked: None,
            }),
            Act::Starts => {
                Some(What::Started { chat: CHAT, message: MessageId(1), parameter: None })
            }
            Act::TypesPassword { right } => {
                Some(self.text(if *right { "open sesame" } else { "shut sesame" }))
            }
            Act::TypesEmail(n) => Some(self.text(&format!("nora{n}@example.org"))),
            Act::Presses(place) | Act::PressesTwice(place) => {
                self.button(self.keyboards.last(), *place)
            }
            Act::PressesOld(place) => {
                let old = self.keyboards.len().saturating_sub(2 + usize::from(*place) / 4);
                self.button(self.keyboards.get(old), *place)
            }
            Act::TypesCode => self.live_letter().map(|letter| self.text(letter.code.reveal())),
            Act::TypesOldCode => {
                let live = self.live_letter().map(|letter| letter.number);
                let old = self.letters.iter().rev().find(|(_, l)| Some(l.number) != live);
                old.map(|(_, letter)| letter.code.reveal().to_owned()).map(|code| self.text(&code))
            }
            Act::TypesWrongCode => Some(self.text(&self.wrong_code())),
            Act::Taps => self.live_letter().map(|letter| What::Started {
                chat: CHAT,
                message: MessageId(1),
                parameter: Some(letter.tap.reveal().to_owned()),
            }),
            Act::Cancels => Some(What::Commanded {
                chat: CHAT,
                message: MessageId(1),
                command: "cancel".into(),
                rest: Hidden::default(),
            }),
            Act::SendsSticker => {
                Some(What::SentOther { chat: CHAT, message: MessageId(1), origin: None })
            }
            Act::TypesNonsense => Some(self.text("is anybody there?")),
            Act::PastesLoginCode => {
                Some(What::WroteLoginCode { chat: CHAT, message: MessageId(1) })
            }
            Act::MailArrives(outcome) => self.letters.last_mut().map(|(id, letter)| {
                // An order ends once, but for a delay.
                let ends = *outcome != DeliveryOutcome::Delayed;
                let bill = if ends { std::mem::take(&mut letter.bill) } else { Bill::default() };
                What::CodeDelivery { gate: GATE, challenge: *id, outcome: *outcome, bill }
            }),
            Act::TelegramAnswers(outcome) => {
                Some(What::Admission { gate: GATE, outcome: *outcome })
            }
            Act::Leaves => Some(What::Left { gate: GATE }),
            Act::TimePasses(time) => {
                self.now = self.now.after(*time);
                Some(What::Woken { gate: GATE })
            }
            Act::NobodyHears(time) => {
                let from = self.now;
                self.now = from.after(*time);
                self.outages.note(Outage { from, until: self.now });
                Some(What::Woken { gate: GATE })
            }
        }
    }

    fn act(&mut self, act: &Act) {
        let Some(what) = self.what(act) else { return };
        let outcome = self.checked(act, what.clone());
        if let Act::PressesTwice(_) = act {
            let again = self.checked(act, what);
            let repeated = matches!(outcome.orders[..], [_]) || sends_nothing(&again);
            assert!(
                repeated,
                "a button worked twice: {:?} then {:?}",
                outcome.orders, again.orders
            );
        }
        // Membership is asked for at once, as the outbox would.
        let looks_up = |order: &Order| matches!(order.effect, Effect::LookUpMember { .. });
        if outcome.orders.iter().any(looks_up) {
            let membership = Membership::NotMember;
            self.checked(&Act::Starts, What::LookedUp { gate: GATE, membership });
        }
    }

    /// A code that is neither the live one nor one of the old ones.
    fn wrong_code(&self) -> String {
        let used = |code: &str| self.letters.iter().any(|(_, l)| l.code.reveal() == code);
        (0..).map(|n: u32| format!("{n:06}")).find(|code| !used(code)).unwrap_or_default()
    }

    /// One event, and every invariant after it.
    fn checked(&mut self, act: &Act, what: What) -> Outcome {
        let wrong_before = self.wrong_so_far();
        let locked = self.locked();
        let stopped = wrong_before >= self.limits().hard_stop;
        let live = self.live_letter();
        let pressed = matches!(what, What::Pressed { .. });
        let right = matches!(act, Act::TypesPassword { right: true });
        let outcome = self.happens(what, |_| right);
        let has = |name: &str| outcome.decisions.iter().any(|(_, d)| d.name() == name);

        // What the world itself knows to be right.
        if has("asked") || has("cancelled") || has("swept") || has("left") {
            self.password_given = false;
            self.code_given = false;
        }
        if right && !locked && !stopped {
            self.password_given = true;
        }
        let by_code = matches!(act, Act::TypesCode) && live.is_some();
        let by_tap = matches!(act, Act::Taps) && live.is_some();
        if (by_code || by_tap) && !locked && !stopped {
            self.code_given = true;
        }

        // Never admitted without password and code.
        let opens = outcome
            .orders
            .iter()
            .any(|order| matches!(order.effect, Effect::Approve { .. } | Effect::Invite { .. }));
        if opens {
            assert!(self.password_given && self.code_given, "{act:?} opened the group");
        }

        // No strike without fault; counts never fall except by success.
        let wrong = self.wrong_so_far();
        let admitted = has("admitted") || has("personal_link");
        assert!(wrong >= wrong_before || admitted, "{act:?}: {wrong_before} → {wrong}");
        if wrong > wrong_before {
            assert_eq!(wrong, wrong_before + 1, "{act:?} cost more than one try");
            assert!(!locked && !stopped, "{act:?} was counted while locked");
            match act {
                Act::TypesPassword { .. } | Act::TypesEmail(_) | Act::TypesNonsense => {
                    self.wrong[0] += 1;
                }
                Act::TypesWrongCode | Act::TypesOldCode | Act::TypesCode => {
                    self.wrong[usize::from(self.password_given)] += 1;
                }
                other => panic!("{other:?} cost a try"),
            }
        }

        // Never more guesses than allowed between two locks.
        if has("locked") || has("hard_stopped") {
            self.wrong = [0; 2];
            self.locked_until = Some(self.now.after(self.limits().lockouts[0]));
        } else {
            assert!(self.wrong[0] < self.limits().password_attempts, "{act:?}");
            assert!(self.wrong[1] < self.limits().code_attempts, "{act:?}");
        }
        if admitted {
            self.wrong = [0; 2];
            self.locked_until = None;
        }

        // Every press is answered, once.
        let answers = outcome
            .orders
            .iter()
            .filter(|order| matches!(order.effect, Effect::AnswerButton { .. }))
            .count();
        assert_eq!(answers, usize::from(pressed), "{act:?}: {:?}", outcome.orders);

        if let Act::MailArrives(DeliveryOutcome::Refused(_)) = act {
            self.refused |= live.is_some() && self.live_letter().is_none();
        }
        if let Act::MailArrives(DeliveryOutcome::GaveUp) = act
            && live.is_some()
            && self.live_letter().is_none()
        {
            self.sent.pop();
            self.refused |= self.refused_before;
        }
        self.read(&outcome);
        outcome
    }

    fn read(&mut self, outcome: &Outcome) {
        self.read_keyboards(outcome);
        for order in &outcome.orders {
            if let Effect::SendCode { challenge, letter, .. } = &order.effect {
                self.letters.push((*challenge, letter.clone()));
                let today = self.sent.iter().filter(|at| at.day() == self.now.day()).count();
                assert!(today < self.limits().sends_per_day as usize, "one code too many");
                if let Some(last) = self.sent.last().filter(|at| at.day() == self.now.day()) {
                    let wait = self.limits().resend_waits[(today - 1).min(3)];
                    let waited = self.now.since(*last) >= wait;
                    assert!(waited || self.refused, "a code too soon");
                }
                self.refused_before = std::mem::take(&mut self.refused);
                self.sent.push(self.now);
            }
        }
        for (ledger, count) in &self.ledgers {
            let Ledger::Address { .. } = ledger else { continue };
            assert!(*count <= self.limits().sends_per_address.into(), "an address had too many");
        }
    }
}

impl Little {
    fn read_keyboards(&mut self, outcome: &Outcome) {
        for order in &outcome.orders {
            if let Effect::Say { keyboard: Keyboard::Buttons(rows), .. } = &order.effect {
                let data = rows.iter().flatten().map(|button| button.data.clone());
                self.keyboards.push(data.collect());
            }
        }
    }
}

fn sends_nothing(outcome: &Outcome) -> bool {
    !outcome.orders.iter().any(|order| matches!(order.effect, Effect::SendCode { .. }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn the_invariants_hold_whatever_happens(
        // Most of what can go wrong lies behind the password and the first code.
        head_start in 0..=WAY_TO_A_CODE.len(),
        acts in prop::collection::vec(acts(), 1..120),
    ) {
        let mut world = Little::new();
        for act in WAY_TO_A_CODE[..head_start].iter().chain(&acts) {
            world.act(act);
        }
    }
}

/// What leads to a code that was sent.
const WAY_TO_A_CODE: [Act; 5] = [
    Act::AsksToJoin,
    Act::TypesPassword { right: true },
    Act::TypesEmail(1),
    Act::Presses(0),
    Act::MailArrives(DeliveryOutcome::Sent),
];

#[test]
fn the_straight_way_leads_in() {
    let mut world = Little::new();
    let rest = [Act::TypesCode, Act::TelegramAnswers(AdmissionOutcome::Approved)];
    for act in WAY_TO_A_CODE.iter().chain(&rest) {
        world.act(act);
    }
    let stage = &world.person.gates[&GATE].stage;
    assert!(matches!(stage, Stage::Admitted { joined: true, .. }), "{stage:?}");
}

#[test]
fn fifty_guesses_count_three() {
    let mut world = Little::new();
    for act in &WAY_TO_A_CODE {
        world.act(act);
    }
    for _ in 0..50 {
        world.act(&Act::TypesWrongCode);
    }
    assert_eq!(world.wrong_so_far(), 3);
    world.act(&Act::TypesCode);
    assert!(!matches!(world.person.gates[&GATE].stage, Stage::Admitting));
}

#[test]
fn each_lock_is_longer_and_the_last_one_is_for_good() {
    let mut world = Little::new();
    world.act(&Act::AsksToJoin);
    let mut waits = Vec::new();
    for _ in 0..200 {
        let outcome = world.checked(
            &Act::TypesPassword { right: false },
            What::Wrote {
                chat: CHAT,
                message: MessageId(1),
                text: Hidden::new("shut sesame"),
                forwarded: false,
                origin: None,
            },
        );
        for order in outcome.orders {
            match order.effect {
                Effect::Say { text: Text::Locked { wait }, .. } => {
                    waits.push(wait.as_secs() / 60);
                    world.now = world.now.after(wait);
                }
                Effect::Say { text: Text::HardStopped, .. } => waits.push(0),
                _ => {}
            }
        }
    }
    assert_eq!(waits[..4], [5, 30, 240, 0]);
    assert_eq!(world.wrong_so_far(), 12);
}

/// Comparing is slow on purpose: whoever has no try left may not have it done.
#[test]
fn what_is_typed_during_a_lock_is_not_compared() {
    let compared = std::cell::Cell::new(0);
    let mut world = Little::new();
    world.act(&Act::AsksToJoin);
    for _ in 0..50 {
        let what = world.text("shut sesame");
        world.happens(what, |_| {
            compared.set(compared.get() + 1);
            false
        });
    }
    assert_eq!(compared.get(), 3);
    // Nor is anything after the password.
    world.now = world.now.after(Duration::from_secs(5 * 60));
    world.act(&Act::TypesPassword { right: true });
    let what = world.text("shut sesame");
    world.happens(what, |_| panic!("there is nothing to compare"));
}

#[test]
fn a_clock_that_jumps_back_opens_nothing() {
    let mut world = Little::new();
    world.act(&Act::AsksToJoin);
    for _ in 0..3 {
        world.act(&Act::TypesPassword { right: false });
    }
    world.now = Timestamp(world.now.0 - 1000 * 60 * 60 * 24 * 365);
    world.act(&Act::TypesPassword { right: true });
    assert!(!world.password_given || world.locked());
    assert_eq!(world.person.gates[&GATE].stage, Stage::Password);
}
