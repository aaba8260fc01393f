//! One step being taken: what the stages read, and what they write with.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use super::buttons::{self, Action};
use super::{Applicant, Challenge, Decision, Delivery, Facts, Notice, Outcome, Person, Stage};
use crate::verification::alarm::Alarm;
use crate::verification::conversion::Conversion;
use crate::verification::effect::{Channel, Effect, Keyboard, Order};
use crate::verification::gate::Gate;
use crate::verification::limits::{Elsewhere, Ledger, Standing};
use crate::verification::text::{HelpStep, Text};
use crate::verification::{ChatId, GateId, MessageId, Timestamp, UserId};

/// A dialogue in which nothing happens for so long is swept: its address and codes go, its counts
/// stay.
const IDLE: Duration = Duration::from_secs(24 * 60 * 60);

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// So many times its life a code may wait until it is known to be sent: waiting for the provider
/// must not use it up.
pub(super) const UNSENT_LIVES: u32 = 2;

/// A locked person who writes on and on is told so at most this often.
const TELL_LOCKED_EVERY: Duration = Duration::from_secs(10);

/// One step of one person.
pub(super) struct Turn<'a, 'f> {
    pub person: &'a mut Person,
    pub user: UserId,
    pub facts: &'a mut Facts<'f>,
    /// By when the person must hear of it.
    pub deadline: Option<Timestamp>,
    /// Whether this is something that the person did.
    pub by_person: bool,
    /// The group whose title heads what is said.
    subject: Option<&'f Gate>,
    outcome: Outcome,
    answered: bool,
}

/// One step of one person before one gate.
pub(super) struct Dialogue<'t, 'a, 'f> {
    turn: &'t mut Turn<'a, 'f>,
    pub gate: &'f Gate,
}

impl<'a, 'f> Turn<'a, 'f> {
    pub fn new(person: &'a mut Person, user: UserId, facts: &'a mut Facts<'f>) -> Self {
        let outcome = Outcome::default();
        Turn {
            person,
            user,
            facts,
            deadline: None,
            by_person: false,
            subject: None,
            outcome,
            answered: false,
        }
    }

    pub fn finish(self) -> Outcome {
        self.outcome
    }

    /// Goes on before the gate `id`, opening a dialogue's record if there is none; nothing
    /// happens if no such gate is configured (any more).
    pub fn at(&mut self, id: GateId, go_on: impl FnOnce(&mut Dialogue<'_, 'a, 'f>)) {
        let Some(gate) = self.facts.gates.get(&id) else { return };
        let before = self.subject.replace(gate);
        let now = self.facts.now;
        go_on(&mut Dialogue { turn: self, gate });
        self.subject = before;
        let Some(applicant) = self.person.gates.get_mut(&id) else { return };
        if self.by_person || applicant.touched.is_none() {
            applicant.touched = Some(now);
        }
        if applicant.wake.is_none() && (applicant.stage.is_open() || applicant.is_clean(gate)) {
            applicant.wake = Some(now.after(IDLE));
            self.outcome.wakes.push((id, now.after(IDLE)));
        }
    }

    /// Goes on before a gate where the person is known already; otherwise nothing happens.
    pub fn known(&mut self, id: GateId, go_on: impl FnOnce(&mut Dialogue<'_, 'a, 'f>)) {
        if self.person.gates.contains_key(&id) {
            self.at(id, go_on);
        }
    }

    /// Goes on in the dialogue that what they write is about, or with `otherwise` if none is open.
    pub fn in_dialogue(
        &mut self,
        go_on: impl FnOnce(&mut Dialogue<'_, 'a, 'f>),
        otherwise: impl FnOnce(&mut Self),
    ) {
        match self.open_dialogue() {
            Some(id) => self.at(id, go_on),
            None => otherwise(self),
        }
    }

    /// The gate of the open dialogue, if there is one.
    pub fn open_dialogue(&self) -> Option<GateId> {
        let id = self.person.active?;
        let applicant = self.person.gates.get(&id)?;
        (applicant.stage.is_open() && self.facts.gates.contains_key(&id)).then_some(id)
    }

    /// The gates of all open dialogues, the one that was touched last at the end.
    pub fn open_dialogues(&self) -> Vec<GateId> {
        let gates = self.person.gates.iter();
        let open = gates.filter(|(id, applicant)| {
            applicant.stage.is_open() && self.facts.gates.contains_key(id)
        });
        let mut open: Vec<_> = open.map(|(id, applicant)| (applicant.touched, *id)).collect();
        open.sort();
        open.into_iter().map(|(_, id)| id).collect()
    }

    /// What the person is asked for at the moment.
    pub fn help_step(&self) -> HelpStep {
        let active = self
            .person
            .active
            .and_then(|id| Some((self.person.gates.get(&id)?, self.facts.gates.get(&id)?)));
        let Some((applicant, gate)) = active else { return HelpStep::Nothing };
        match standing(self.person, applicant, gate, self.facts) {
            Standing::Open => applicant.stage.help_step(),
            Standing::Locked(_) | Standing::Restored(_) => HelpStep::Locked,
            Standing::Stopped => HelpStep::Stopped,
        }
    }

    /// Says something that asks for no button.
    pub fn tell(&mut self, text: Text) {
        self.say(text, Keyboard::None);
    }

    pub fn say(&mut self, text: Text, keyboard: Keyboard) {
        let keyboard = self.put_sharing_away(keyboard);
        self.write(text, keyboard);
    }

    /// The share-contact keyboard goes as soon as no phone number is asked for any more. A message
    /// with buttons of its own cannot take it away, so another one does.
    fn put_sharing_away(&mut self, keyboard: Keyboard) -> Keyboard {
        if keyboard == Keyboard::ShareContact {
            self.person.sharing = true;
            return keyboard;
        }
        let active = self.person.active.and_then(|id| self.person.gates.get(&id));
        let asked = active
            .is_some_and(|applicant| applicant.stage == Stage::Address { channel: Channel::Sms });
        if !self.person.sharing || asked {
            return keyboard;
        }
        self.person.sharing = false;
        if keyboard == Keyboard::None {
            return Keyboard::Remove;
        }
        self.write(Text::Noted, Keyboard::Remove);
        keyboard
    }

    fn write(&mut self, text: Text, keyboard: Keyboard) {
        let subject = self.subject.or_else(|| self.facts.gates.get(&self.person.active?));
        let group = subject.map(|gate| gate.title.clone());
        self.order(Effect::Say { group, text, keyboard });
    }

    /// Makes every button so far spent, and takes the last ones off their message.
    pub fn retire_buttons(&mut self) {
        self.put_buttons_away(Text::ConfirmDropped);
    }

    /// As [`Turn::retire_buttons`]; an address in full above them gives way to `text`.
    pub fn put_buttons_away(&mut self, text: Text) {
        self.spend_buttons();
        match self.person.confirming.take() {
            Some(gate) => {
                let group = self.facts.gates.get(&gate).map(|gate| gate.title.clone());
                self.order(Effect::Rewrite { group, text });
            }
            None => self.order(Effect::RetireButtons),
        }
    }

    /// Whoever goes no further than the list of the groups is forgotten after a day or two. Not
    /// one wake-up for each list: all of a day are the same.
    pub fn wake_strangers(&mut self, gate: Option<GateId>) {
        let Some(gate) = gate.filter(|_| self.person.gates.is_empty()) else { return };
        let midnight = Timestamp(self.facts.now.day().saturating_mul(DAY_MS));
        self.outcome.wakes.push((gate, midnight.after(2 * IDLE)));
    }

    /// Makes every button so far spent.
    fn spend_buttons(&mut self) {
        self.person.serial = match self.person.serial {
            // Not from 1 on: whoever was forgotten may still have buttons of that time.
            0 => {
                let mut bytes = [0; 4];
                self.facts.random.fill(&mut bytes);
                u32::from_be_bytes(bytes).max(1)
            }
            serial => serial.wrapping_add(1).max(1),
        };
    }

    pub fn delete(&mut self, message: MessageId) {
        self.order(Effect::Delete { message });
    }

    /// Answers a pressed button.
    pub fn answer(&mut self, query: &str, text: Option<Text>, alert: bool) {
        self.answered = true;
        self.order(Effect::AnswerButton { query: query.to_owned(), text, alert });
    }

    /// Answers a pressed button unless that was done already.
    pub fn answer_once(&mut self, query: &str, text: Option<Text>, alert: bool) {
        if !self.answered {
            self.answer(query, text, alert);
        }
    }

    pub fn order(&mut self, effect: Effect) {
        // A private chat has the id of its user.
        let own = ChatId(i64::try_from(self.user.0).unwrap_or(i64::MAX));
        self.outcome.orders.push(Order {
            user: self.user,
            chat: self.person.chat.unwrap_or(own),
            language: self.person.language.clone(),
            deadline: self.deadline,
            effect,
        });
    }

    pub fn notice_of(&mut self, gate: GateId, notice: Notice) {
        self.outcome.notices.push((gate, notice));
    }

    /// From now on whoever has this address (its keyed hash) gets no codes there, or some again.
    pub fn suppress(&mut self, address: [u8; 32], stop: bool) {
        self.outcome.suppressions.push((address, stop));
    }

    /// How a dial code does, as of this step.
    pub fn conversion(&self, dial_code: u16) -> Conversion {
        let changed = self.outcome.conversions.get(&dial_code).cloned();
        changed.unwrap_or_else(|| (self.facts.conversion)(dial_code))
    }

    pub fn set_conversion(&mut self, dial_code: u16, country: Conversion) {
        if country != self.conversion(dial_code) {
            self.outcome.conversions.insert(dial_code, country);
        }
    }

    /// A decision that no gate's admins have anything to do with.
    pub fn decide_for_nobody(&mut self, decision: Decision) {
        self.outcome.decisions.push((None, decision));
    }

    pub fn charge(&mut self, ledger: Ledger, by: i64) {
        self.outcome.charges.push((ledger, by));
    }

    /// The owners of the bot must hear of this; they do so once in its period.
    pub fn alarm(&mut self, alarm: Alarm) {
        self.outcome.alarms.push(alarm);
    }

    pub fn decide_for_active(&mut self, decision: Decision) {
        self.outcome.decisions.push((self.person.active, decision));
    }
}

/// How somebody stands at a gate, by what they did there and elsewhere.
pub(super) fn standing(
    person: &Person,
    applicant: &Applicant,
    gate: &Gate,
    facts: &Facts<'_>,
) -> Standing {
    let elsewhere = person.elsewhere(gate.id);
    applicant.tally.standing(facts.now, &gate.limits, elsewhere, facts.restore)
}

impl Dialogue<'_, '_, '_> {
    pub fn applicant(&mut self) -> &mut Applicant {
        self.turn.person.gates.entry(self.gate.id).or_default()
    }

    pub fn stage(&mut self) -> Stage {
        self.applicant().stage.clone()
    }

    pub fn now(&self) -> Timestamp {
        self.turn.facts.now
    }

    pub fn standing(&mut self) -> Standing {
        self.applicant();
        let (person, gate) = (&*self.turn.person, self.gate);
        let applicant = person.gates.get(&gate.id);
        applicant
            .map_or(Standing::Open, |applicant| standing(person, applicant, gate, self.turn.facts))
    }

    /// Their wrong tries and locks at all other gates.
    pub fn elsewhere(&self) -> Elsewhere {
        self.person.elsewhere(self.gate.id)
    }

    /// Raises a ledger by one; what it holds then.
    pub fn count(&mut self, ledger: Ledger) -> u64 {
        let before = (self.facts.ledger)(&ledger);
        self.charge(ledger, 1);
        before.saturating_add(1)
    }

    /// Says something that ends in buttons; all earlier ones are spent. "Ask an admin" is left out
    /// where there is none to be asked.
    pub fn ask(&mut self, text: Text, rows: &[&[Action]]) {
        self.retire_buttons();
        let offered = |row: &&[Action]| self.gate.attended || **row != [Action::AskAdmin];
        let rows: Vec<&[Action]> = rows.iter().copied().filter(offered).collect();
        let buttons = buttons::rows(&rows, self.turn.person.serial, self.gate.id);
        self.say(text, Keyboard::Buttons(buttons));
    }

    /// Says something that leaves them stuck: where an admin can be asked, the button for that
    /// hangs below, above `others`. Elsewhere the buttons so far stay as they are.
    pub fn tell_stuck(&mut self, text: Text, others: &[&[Action]]) {
        if self.gate.attended {
            let rows: Vec<&[Action]> =
                [&[Action::AskAdmin][..]].into_iter().chain(others.iter().copied()).collect();
            self.ask(text, &rows);
        } else {
            self.tell(text);
        }
    }

    /// Takes the buttons off what was said last, if that was about this gate.
    pub fn retire_own_buttons(&mut self) {
        if self.person.active == Some(self.gate.id) {
            self.retire_buttons();
        }
    }

    /// Whether they may try now. If not, they are told so, though not again and again.
    pub fn may_try(&mut self) -> bool {
        let Some(text) = self.closed() else { return true };
        let now = self.now();
        let told = self.applicant().tally.told;
        if told.is_none_or(|told| now.since(told) >= TELL_LOCKED_EVERY) {
            self.tell_closed(text);
        }
        false
    }

    /// Whether they may go on now. If not, they are told so: they asked.
    pub fn may_go_on(&mut self) -> bool {
        let Some(text) = self.closed() else { return true };
        self.tell_closed(text);
        false
    }

    /// Whether a button may do something now. If not, the answer to the press says why.
    pub fn may_press(&mut self, query: &str) -> bool {
        let Some(text) = self.closed() else { return true };
        self.answer(query, Some(text), true);
        false
    }

    /// Why nothing may be tried now, if so.
    fn closed(&mut self) -> Option<Text> {
        match self.standing() {
            Standing::Open => None,
            Standing::Locked(wait) => Some(Text::Locked { wait }),
            Standing::Restored(wait) => Some(Text::Restored { wait }),
            Standing::Stopped => Some(Text::HardStopped),
        }
    }

    fn tell_closed(&mut self, text: Text) {
        self.applicant().tally.told = Some(self.now());
        self.tell_stuck(text, &[]);
    }

    /// What they are asked for at this gate.
    pub fn step_here(&mut self) -> HelpStep {
        match self.standing() {
            Standing::Open => self.applicant().stage.help_step(),
            Standing::Locked(_) | Standing::Restored(_) => HelpStep::Locked,
            Standing::Stopped => HelpStep::Stopped,
        }
    }

    pub fn wake_at(&mut self, at: Timestamp) {
        self.turn.outcome.wakes.push((self.gate.id, at));
    }

    /// When an untouched dialogue is to be swept.
    pub fn idle_until(&mut self) -> Timestamp {
        let now = self.now();
        let touched = self.applicant().touched.unwrap_or(now);
        self.facts.outages.extended(touched, touched.after(IDLE))
    }

    /// When a code dies: its life stands still while nobody can reach us.
    pub fn dies(&self, challenge: &Challenge) -> Timestamp {
        let ttl = self.gate.limits.code_ttl;
        let life = match challenge.delivery {
            Delivery::Queued | Delivery::Delayed => ttl.saturating_mul(UNSENT_LIVES),
            Delivery::Sent | Delivery::Unknown => ttl,
        };
        self.facts.outages.extended(challenge.expires.before(life), challenge.expires)
    }

    pub fn notice(&mut self, notice: Notice) {
        let gate = self.gate.id;
        self.turn.notice_of(gate, notice);
    }

    /// From now on this address (its keyed hash) lets them in here, or no more.
    pub fn hold(&mut self, address: [u8; 32], holds: bool) {
        self.turn.outcome.holdings.push((self.gate.id, address, holds));
    }

    pub fn decide(&mut self, decision: Decision) {
        self.turn.outcome.decisions.push((Some(self.gate.id), decision));
    }
}

impl<'a, 'f> Deref for Dialogue<'_, 'a, 'f> {
    type Target = Turn<'a, 'f>;

    fn deref(&self) -> &Self::Target {
        self.turn
    }
}

impl DerefMut for Dialogue<'_, '_, '_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.turn
    }
}
