//! The small world around the rules, and the comparison after each step.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::reference::{Became, Place, Reference, Rules, Said, Verdict, Who, Wrong};
use super::super::{
    Counting, Facts, Ledger, Outages, Outcome, Person, Pressed, Stage, Stepped, step,
};
use super::{DAY, GATES};
use crate::verification::address::{Address, Email};
use crate::verification::applicant::Action;
use crate::verification::code::Keys;
use crate::verification::conversion::Conversion;
use crate::verification::effect::{Channel, Effect, Keyboard, Letter};
use crate::verification::event::{
    AdmissionOutcome, DeliveryOutcome, Event, Membership, Refusal, What,
};
use crate::verification::gate::{Addresses, Gate, Gates, Mode, Password};
use crate::verification::limits::{Limits, Standing};
use crate::verification::outage::Outage;
use crate::verification::spending::Spending;
use crate::verification::text::Text;
use crate::verification::{ChallengeId, ChatId, GateId, Hidden, MessageId, Timestamp, UserId};

/// A code on its way to somebody.
pub(super) struct Mailed {
    pub(super) who: Who,
    pub(super) id: ChallengeId,
    pub(super) letter: Letter,
    /// `None`: nobody knows yet what becomes of it.
    pub(super) became: Option<Became>,
}

impl Mailed {
    /// Whether its person can have read it.
    pub(super) fn arrived(&self) -> bool {
        !matches!(self.became, Some(Became::GaveUp | Became::Refused))
    }
}

pub(super) struct World {
    pub(super) people: BTreeMap<u64, Person>,
    pub(super) gates: Gates,
    pub(super) keys: Keys,
    pub(super) random: Counting,
    /// What the engine believes, and what the wall's clock says.
    pub(super) now: i64,
    pub(super) wall: i64,
    pub(super) outages: Outages,
    pub(super) ledgers: BTreeMap<Ledger, u64>,
    pub(super) wakes: BTreeSet<(i64, u64, i64)>,
    pub(super) keyboards: BTreeMap<u64, Vec<Vec<String>>>,
    /// The newest keyboard is right below the last thing said.
    pub(super) fresh: BTreeSet<u64>,
    pub(super) mail: Vec<Mailed>,
    pub(super) orders: Vec<(Who, Effect)>,
    pub(super) asked: BTreeSet<Who>,
    pub(super) members: BTreeSet<Who>,
    pub(super) links: BTreeMap<String, Who>,
    /// Telegram has not told of these yet: they came in.
    pub(super) joined: Vec<Who>,
    pub(super) crashes: bool,
    pub(super) made: u32,
    pub(super) reference: Reference,
}

impl World {
    pub(super) fn new(limits: &Limits) -> World {
        // What many people do together is a matter of other tests.
        let limits = Limits { guessing_alarm: 0, raid_requests: 0, ..limits.clone() };
        let gate = |id| Gate {
            id: GateId(id),
            title: "Rust Berlin".to_owned(),
            mode: Mode::JoinRequest,
            passwords: vec![Password {
                label: "members".to_owned(),
                hash: Hidden::new("compared outside"),
                expires: None,
                uses: None,
            }],
            channels: vec![Channel::Email],
            listed: false,
            addresses: Addresses { accounts: 100, ..Addresses::default() },
            attended: true,
            raid: false,
            limits: limits.clone(),
        };
        let milliseconds = |time: &Duration| i64::try_from(time.as_millis()).expect("a short time");
        let rules = Rules {
            attempts: limits.code_attempts,
            hard_stop: limits.hard_stop,
            lockouts: limits.lockouts.iter().map(milliseconds).collect(),
            waits: limits.resend_waits.iter().map(milliseconds).collect(),
            code_lives: milliseconds(&limits.code_ttl),
            sends_per_day: limits.sends_per_day as usize,
            addresses_per_day: limits.addresses_per_day as usize,
            sends_per_address: limits.sends_per_address.into(),
        };
        let now = 1_800_000_000_000;
        World {
            people: BTreeMap::new(),
            gates: GATES.map(|id| (GateId(id), gate(id))).into(),
            keys: Keys::derive(&[7; 32]),
            random: Counting(1),
            now,
            wall: now,
            outages: Outages::default(),
            ledgers: BTreeMap::new(),
            wakes: BTreeSet::new(),
            keyboards: BTreeMap::new(),
            fresh: BTreeSet::new(),
            mail: Vec::new(),
            orders: Vec::new(),
            asked: BTreeSet::new(),
            members: BTreeSet::new(),
            links: BTreeMap::new(),
            joined: Vec::new(),
            crashes: false,
            made: 0,
            reference: Reference {
                rules,
                now,
                heard: 0,
                books: BTreeMap::new(),
                active: BTreeMap::new(),
                ledger: BTreeMap::new(),
                charged: BTreeMap::new(),
            },
        }
    }

    /// One event of one person, as the engine would take the step.
    pub(super) fn step(&mut self, user: u64, what: What) -> Outcome {
        let mut person = self.people.get(&user).cloned().unwrap_or_default();
        let event = Event::of(UserId(user), what);
        if std::mem::take(&mut self.crashes) {
            // Nothing of this is durable, but for chance, which goes on.
            let _ = self.try_step(&mut person.clone(), &event);
        }
        let outcome = self.try_step(&mut person, &event);
        self.people.insert(user, person);
        for (ledger, by) in &outcome.charges {
            let count = self.ledgers.entry(ledger.clone()).or_default();
            *count = count.saturating_add_signed(*by);
        }
        self.wakes.extend(outcome.wakes.iter().map(|(gate, at)| (at.0, user, gate.0)));
        self.read(user, &outcome);
        outcome
    }

    pub(super) fn try_step(&mut self, person: &mut Person, event: &Event) -> Outcome {
        let ledgers = &self.ledgers;
        let mut password = None;
        loop {
            let mut facts = Facts {
                now: Timestamp(self.now),
                outages: &self.outages,
                gates: &self.gates,
                keys: &self.keys,
                random: &mut self.random,
                ledger: &|ledger| ledgers.get(ledger).copied().unwrap_or(0),
                password,
                on_roster: &|_, _| true,
                holders: &|_, _| Vec::new(),
                spending: &Spending::default(),
                suppressed: &|_| false,
                conversion: &|_| Conversion::default(),
                restore: None,
            };
            match step(person, event, &mut facts) {
                Stepped::Done(outcome) => return outcome,
                Stepped::NeedsPassword { gate, typed, .. } => {
                    let right = typed.reveal() == password_of(gate.0);
                    password = Some((gate, right.then(|| "members".to_owned())));
                }
            }
        }
    }

    /// What the outbox, the chat and the mail see of it.
    pub(super) fn read(&mut self, user: u64, outcome: &Outcome) {
        self.fresh.remove(&user);
        for order in &outcome.orders {
            match &order.effect {
                Effect::Say { keyboard: Keyboard::Buttons(rows), .. } => {
                    let data = rows.iter().flatten().map(|button| button.data.clone());
                    self.keyboards.entry(user).or_default().push(data.collect());
                    self.fresh.insert(user);
                }
                Effect::Say { .. } | Effect::RetireButtons | Effect::Rewrite { .. } => {
                    self.fresh.remove(&user);
                }
                Effect::SendCode { gate, challenge, letter } => {
                    let (who, id, letter) = ((user, gate.0), *challenge, letter.clone());
                    self.mail.push(Mailed { who, id, letter, became: None });
                }
                Effect::Approve { gate, .. }
                | Effect::Decline { gate, .. }
                | Effect::Invite { gate }
                | Effect::RevokeInvite { gate, .. }
                | Effect::LookUpMember { gate } => {
                    self.orders.push(((user, gate.0), order.effect.clone()));
                }
                Effect::Delete { .. } | Effect::AnswerButton { .. } => {}
                other => panic!("{other:?} has no place at these gates"),
            }
        }
    }

    /// Takes a step and compares what comes of it with what had to.
    pub(super) fn check(&mut self, user: u64, what: What, verdict: &Verdict) {
        let told = format!("{what:?}");
        let outcome = self.step(user, what);
        let sends = outcome.orders.iter().find_map(|order| match &order.effect {
            Effect::SendCode { gate, letter, .. } => {
                Some(((user, gate.0), number_of(&letter.address)))
            }
            _ => None,
        });
        assert_eq!(sends, verdict.sends, "{told}: a code");
        let opens: BTreeSet<Who> = outcome
            .orders
            .iter()
            .filter_map(|order| match order.effect {
                Effect::Approve { gate, .. } | Effect::Invite { gate } => Some((user, gate.0)),
                _ => None,
            })
            .collect();
        assert_eq!(opens, verdict.opens, "{told}: the group");
        let wrong = outcome.orders.iter().find_map(|order| match &order.effect {
            Effect::Say {
                text: Text::WrongPassword { left } | Text::WrongCode { left }, ..
            } => Some(Wrong::Left(*left)),
            _ => None,
        });
        let has = |name: &str| outcome.decisions.iter().any(|(_, d)| d.name() == name);
        let lock = || {
            outcome.orders.iter().find_map(|order| match &order.effect {
                Effect::Say { text: Text::Locked { wait }, .. } => {
                    Some(Wrong::Locked(i64::try_from(wait.as_millis()).expect("a short time")))
                }
                _ => None,
            })
        };
        let wrong = match (has("locked"), has("hard_stopped")) {
            (true, _) => lock(),
            (false, true) => Some(Wrong::Stopped),
            (false, false) => wrong,
        };
        assert_eq!(wrong, verdict.wrong, "{told}: a wrong try");
        self.compare(&told);
    }

    /// Both know the same of everybody.
    pub(super) fn compare(&self, told: &str) {
        let today = self.now.div_euclid(DAY);
        for (user, gate) in (0..3).flat_map(|user| GATES.map(|gate| (user, gate))) {
            let book = self.reference.book((user, gate));
            let person = self.people.get(&user).cloned().unwrap_or_default();
            let known = person.gates.get(&GateId(gate)).cloned().unwrap_or_default();
            let who = format!("{told}: of {user} at {gate}");
            assert_eq!(place_of(&known.stage), book.place, "{who}");
            let wrong = (known.tally.wrong_passwords, known.tally.wrong_codes);
            assert_eq!(wrong, (book.wrong_passwords, book.wrong_codes), "{who}: wrong tries");
            let limits = &self.gates[&GateId(gate)].limits;
            let standing = known.tally.standing(
                Timestamp(self.now),
                limits,
                person.elsewhere(GateId(gate)),
                None,
            );
            let expected =
                match (self.reference.is_stopped((user, gate)), book.locked_until - self.now) {
                    (true, _) => Standing::Stopped,
                    (false, wait @ 1..) => {
                        Standing::Locked(Duration::from_millis(wait.unsigned_abs()))
                    }
                    (false, _) => Standing::Open,
                };
            assert_eq!(standing, expected, "{who}: the lock");
            let sent = if known.sends.day == today { known.sends.today as usize } else { 0 };
            assert_eq!(sent, book.sent_on(today), "{who}: codes today");
            let waits = known.stage != Stage::Admitting;
            let code = known.challenge.filter(|_| waits).map(|challenge| challenge.id);
            let digits = self.mail.iter().find(|mailed| Some(mailed.id) == code);
            let digits = digits.map(|mailed| mailed.letter.code.reveal());
            let expected = book.code.as_ref().filter(|_| waits).map(|code| code.digits.as_str());
            assert_eq!(digits, expected, "{who}: the code");
        }
        let counted = |(address, day): &(u8, i64)| {
            let key = self.keys.address(&address_of(*address));
            self.ledgers.get(&Ledger::Address { key, day: *day }).copied().unwrap_or(0)
        };
        for (which, count) in &self.reference.ledger {
            assert_eq!(
                i64::try_from(counted(which)).expect("few"),
                *count,
                "{told}: codes to {which:?}"
            );
            assert!(*count <= self.reference.rules.sends_per_address, "too many to {which:?}");
        }
    }

    pub(super) fn text(&mut self, text: &str) -> What {
        self.made += 1;
        let message = MessageId(i32::try_from(self.made).expect("a few messages"));
        let text = Hidden::new(text);
        What::Wrote { chat: ChatId(7), message, text, forwarded: false, origin: None }
    }

    /// Somebody types something, if there is anybody to hear it.
    pub(super) fn types(&mut self, user: u64, text: &str, said: &Said) {
        if self.reference.open_at(user).is_some() {
            let verdict = self.reference.types(user, said);
            let what = self.text(text);
            self.check(user, what, &verdict);
        }
    }

    pub(super) fn types_digits(&mut self, user: u64, digits: &str) {
        self.types(user, digits, &Said::Digits(digits.to_owned()));
    }

    pub(super) fn taps(&mut self, user: u64, mailed: usize) {
        let (who, letter) = (self.mail[mailed].who, self.mail[mailed].letter.clone());
        let digits = letter.code.reveal();
        // A link that leads to no code of theirs only says how they stand.
        let known = self.reference.book(who);
        let theirs = who.0 == user && (known.code.is_some_and(|code| code.digits == digits));
        let inside = GATES.iter().any(|gate| {
            matches!(self.reference.book((user, *gate)).place, Place::Inside | Place::Invited)
        });
        if !theirs && inside {
            return;
        }
        let parameter = Some(letter.tap.reveal().to_owned());
        let what = What::Started { chat: ChatId(7), message: MessageId(1), parameter };
        if theirs {
            let verdict = self.reference.taps(who, digits);
            self.check(user, what, &verdict);
        } else {
            self.taps_in_vain(user, who, what);
        }
    }

    /// Whatever the link was, nothing comes of it but words.
    pub(super) fn taps_in_vain(&mut self, user: u64, who: Who, what: What) {
        let old = who.0 == user && {
            let person = self.people.get(&user);
            let known = person.and_then(|person| person.gates.get(&GateId(who.1)));
            known.is_some_and(|known| {
                let all = known.challenge.iter().chain(&known.replaced);
                let taps = |id| self.keys.tap(UserId(user), GateId(who.1), id);
                let What::Started { parameter: Some(parameter), .. } = &what else { return false };
                all.map(|challenge| taps(challenge.id)).any(|tap| tap.reveal() == parameter)
            })
        };
        let verdict = if old {
            let verdict = self.reference.taps(who, "");
            let known = &self.people[&user].gates[&GateId(who.1)];
            // The code that the link was for never left, and so there is no address to speak of.
            if known.challenge.is_none() && known.address.is_none() {
                self.reference.ask_address(who);
            }
            verdict
        } else if let Some(active) = self.reference.active.get(&user).copied() {
            if self.reference.books.contains_key(&(user, active)) {
                self.reference.keeps_the_code((user, active));
            }
            Verdict::default()
        } else {
            Verdict::default()
        };
        self.check(user, what, &verdict);
    }

    pub(super) fn presses(
        &mut self,
        user: u64,
        keyboard: Option<Vec<String>>,
        place: usize,
        fresh: bool,
    ) {
        let Some(keyboard) = keyboard.filter(|keyboard| !keyboard.is_empty()) else { return };
        let data = keyboard[place % keyboard.len()].clone();
        let pressed = Pressed::read(&data).expect("a button of ours");
        let what = What::Pressed { chat: ChatId(7), message: None, query: "q".into(), data };
        let who = (user, pressed.gate.0);
        let serial = self.people.get(&user).map_or(0, |person| person.serial);
        assert!(!fresh || serial == pressed.serial, "the newest button is spent");
        if serial != pressed.serial {
            return self.check(user, what, &Verdict::default());
        }
        let open = self.reference.book(who).is_open();
        let may_try = self.reference.may_try(who);
        let place = self.reference.book(who).place;
        let verdict = match pressed.action {
            Action::Cancel if open => self.reference.cancels(who),
            Action::Send | Action::Resend | Action::NewCode if may_try => {
                let fits = match pressed.action {
                    Action::Send => matches!(place, Place::Confirm(_)),
                    _ => place == Place::Code,
                };
                if fits {
                    return self.wants_a_code(who, what);
                }
                self.reference.keeps_the_code(who);
                Verdict::default()
            }
            Action::OtherAddress
                if may_try && matches!(place, Place::Address | Place::Confirm(_) | Place::Code) =>
            {
                self.reference.wants_another_address(who);
                Verdict::default()
            }
            Action::TryAgain if may_try => self.reference.tries_again(who),
            _ => {
                self.reference.keeps_the_code(who);
                Verdict::default()
            }
        };
        self.check(user, what, &verdict);
    }

    /// The digits are drawn by the real rules; the reference takes note of them.
    pub(super) fn wants_a_code(&mut self, who: Who, what: What) {
        let told = format!("{what:?}");
        let mailed = self.mail.len();
        let outcome = self.step(who.0, what);
        let drawn = self.mail.get(mailed).map(|mailed| mailed.letter.code.reveal().to_owned());
        let sent = drawn.is_some();
        let verdict = self.reference.wants_a_code(who, || drawn);
        let expected =
            self.mail.get(mailed).map(|mailed| (mailed.who, number_of(&mailed.letter.address)));
        assert_eq!(expected, verdict.sends, "{told}: a code");
        let alone = outcome
            .orders
            .iter()
            .all(|order| !matches!(order.effect, Effect::Approve { .. } | Effect::Invite { .. }));
        assert!(alone && self.mail.len() - mailed == usize::from(sent), "{told}: {outcome:?}");
        self.compare(&told);
    }

    pub(super) fn delivers(&mut self, nth: usize, became: Became) {
        let waiting: Vec<usize> = (0..self.mail.len())
            .filter(|n| matches!(self.mail[*n].became, None | Some(Became::Delayed)))
            .collect();
        let Some(n) = waiting.len().checked_sub(1 + nth).and_then(|n| waiting.get(n)) else {
            return;
        };
        let mailed = &mut self.mail[*n];
        mailed.became = Some(became);
        let (who, id, digits) = (mailed.who, mailed.id, mailed.letter.code.reveal().to_owned());
        let bill = mailed.letter.bill.clone();
        let outcome = match became {
            Became::Sent => DeliveryOutcome::Sent,
            Became::Unknown => DeliveryOutcome::Unknown,
            Became::Delayed => DeliveryOutcome::Delayed,
            Became::GaveUp => DeliveryOutcome::GaveUp,
            Became::Refused => DeliveryOutcome::Refused(Refusal::MailboxFull),
        };
        self.reference.delivered(who, &digits, became);
        let what = What::CodeDelivery { gate: GateId(who.1), challenge: id, outcome, bill };
        self.check(who.0, what, &Verdict::default());
    }

    /// Telegram carries out the oldest order, and tells what came of it.
    pub(super) fn carries_out(&mut self, again: bool, refused: bool) {
        if self.orders.is_empty() {
            return;
        }
        let (who, effect) = self.orders.remove(0);
        let mut told = None;
        // A link of which the process did not live to hear is known to nobody.
        let again = again && !matches!(effect, Effect::Invite { .. });
        for _ in 0..=usize::from(again) {
            told = self.telegram(who, &effect, refused);
        }
        let Some(what) = told else { return };
        let verdict = match &what {
            What::Admission { outcome, .. } => {
                let place = self.reference.book(who).place;
                let waits = matches!(place, Place::Opening | Place::Invited | Place::Inside);
                match outcome {
                    AdmissionOutcome::Approved | AdmissionOutcome::AlreadyMember if waits => {
                        self.reference.is_inside(who)
                    }
                    AdmissionOutcome::NoRequest => self.reference.has_no_request(who),
                    _ => {
                        self.reference.fails(who);
                        Verdict::default()
                    }
                }
            }
            What::Invited { outcome: Ok(_), .. } => self.reference.is_invited(who),
            What::Invited { outcome: Err(_), .. } => {
                self.reference.fails(who);
                Verdict::default()
            }
            _ => Verdict::default(),
        };
        self.check(who.0, what, &verdict);
    }

    pub(super) fn telegram(&mut self, who: Who, effect: &Effect, refused: bool) -> Option<What> {
        let gate = GateId(who.1);
        match effect {
            Effect::Approve { .. } => {
                let asked = self.asked.contains(&who);
                let outcome = if refused {
                    AdmissionOutcome::NoRights
                } else if asked && self.members.insert(who) {
                    self.joined.push(who);
                    AdmissionOutcome::Approved
                } else if self.members.contains(&who) && self.made.is_multiple_of(2) {
                    AdmissionOutcome::AlreadyMember
                } else {
                    AdmissionOutcome::NoRequest
                };
                if !refused {
                    self.asked.remove(&who);
                }
                Some(What::Admission { gate, outcome })
            }
            Effect::Invite { .. } if refused => {
                Some(What::Invited { gate, outcome: Err(AdmissionOutcome::NoRights) })
            }
            Effect::Invite { .. } => {
                self.made += 1;
                let link = format!("https://t.me/+{}", self.made);
                self.links.insert(link.clone(), who);
                Some(What::Invited { gate, outcome: Ok(link) })
            }
            Effect::RevokeInvite { link, .. } => {
                self.links.remove(link);
                None
            }
            Effect::Decline { .. } => {
                self.asked.remove(&who);
                None
            }
            Effect::LookUpMember { .. } => {
                let is = self.members.contains(&who);
                let membership = if is { Membership::Member } else { Membership::NotMember };
                Some(What::LookedUp { gate, membership })
            }
            other => panic!("{other:?} is no call of these"),
        }
    }

    pub(super) fn joins(&mut self, who: Who) {
        self.members.insert(who);
        let (gate, by) = (GateId(who.1), Some(UserId(who.0)));
        if !self.people.get(&who.0).is_some_and(|person| person.gates.contains_key(&gate)) {
            return;
        }
        let verdict = self.reference.is_inside(who);
        self.check(who.0, What::Joined { gate, by, link: None }, &verdict);
    }

    pub(super) fn tells_of_join(&mut self) {
        if !self.joined.is_empty() {
            let who = self.joined.remove(0);
            self.joins(who);
        }
    }

    pub(super) fn passes(&mut self, time: i64, heard: bool) {
        let until = self.now + time;
        // What is due on the way happens on its way.
        loop {
            let due = self.wakes.first().copied().filter(|(at, ..)| *at <= until);
            let to = due.map_or(until, |(at, ..)| at.max(self.now));
            self.goes_on_to(to, heard);
            let Some(wake) = due else { break };
            self.wakes.remove(&wake);
            self.wakes_up(wake.1, wake.2);
        }
    }

    pub(super) fn goes_on_to(&mut self, to: i64, heard: bool) {
        if !heard {
            self.outages.note(Outage { from: Timestamp(self.now), until: Timestamp(to) });
        } else {
            self.reference.heard += to - self.now;
        }
        self.wall += to - self.now;
        (self.now, self.reference.now) = (to, to);
    }

    pub(super) fn wakes_up(&mut self, user: u64, gate: i64) {
        let who = (user, gate);
        let open = self.reference.book(who).is_open();
        let outcome = self.step(user, What::Woken { gate: GateId(gate) });
        if outcome.decisions.iter().any(|(_, decision)| decision.name() == "swept") {
            assert!(open && self.reference.is_idle(who), "a dialogue ended in the middle of it");
            self.reference.is_swept(who);
        }
        // Whoever is in, and has nothing against them, may be forgotten.
        let known = self.people[&user].gates.contains_key(&GateId(gate));
        if !known && self.reference.book(who).place == Place::Inside {
            self.reference.leaves(who);
        }
        self.compare("time passed");
    }
}

pub(super) fn place_of(stage: &Stage) -> Place {
    match stage {
        Stage::New | Stage::Arriving => Place::Outside,
        Stage::Password => Place::Password,
        Stage::Channel | Stage::Address { .. } => Place::Address,
        Stage::Confirm { address } => Place::Confirm(number_of(address)),
        Stage::Code { .. } => Place::Code,
        Stage::Admitting => Place::Opening,
        Stage::Admitted { joined: false, .. } => Place::Invited,
        Stage::Admitted { joined: true, .. } | Stage::Member => Place::Inside,
    }
}

pub(super) fn address_of(number: u8) -> Address {
    Address::Email(Email::parse(&format!("nora{number}@example.org")).expect("an address"))
}

pub(super) fn number_of(address: &Address) -> u8 {
    (0..4).find(|number| address_of(*number) == *address).expect("one of four addresses")
}

pub(super) fn password_of(gate: i64) -> String {
    format!("the password of {gate}")
}
