//! The cards of applicants who ask for an admin: one copy at each admin, one answer.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::text::{CardEnd, DeskLabel, DeskText, Who};
use super::turn::Turn;
use crate::administration::effect::{Button, Does, Keyboard, Tag};
use crate::administration::press::Press;
use crate::administration::rights::Rights;
use crate::administration::text::Label;
use crate::verification::applicant::{ActResult, TurnedBack};
use crate::verification::event::{Act, What};
use crate::verification::text::HelpStep;
use crate::verification::{ChatId, GateId, MessageId, Timestamp, UserId};

/// So many cards are kept; the oldest goes first, one without need of an answer before all others.
const CARDS: usize = 200;
/// A card that nobody answers is closed after so long.
const OPEN: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// So long whoever presses a button of a card that is answered hears by whom.
const CLOSED: Duration = Duration::from_secs(2 * 24 * 60 * 60);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cards {
    /// The number of the newest.
    last: u32,
    cards: Vec<Card>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Card {
    number: u32,
    person: Who,
    at: HelpStep,
    wrong: u32,
    masked: Option<String>,
    #[serde(default)]
    turned_back: Option<TurnedBack>,
    /// Since when it is open, or closed.
    since: Timestamp,
    state: State,
    /// Raised whenever it says something else.
    version: u32,
    copies: BTreeMap<UserId, Copy>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Open,
    /// `result`: what came of it, of an act by the card itself.
    Answered {
        act: Act,
        by: UserId,
        pressed: bool,
        result: Option<ActResult>,
    },
    Over {
        why: CardEnd,
    },
}

/// The card at one admin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Copy {
    place: Option<(ChatId, MessageId)>,
    /// The version that it shows; 0: it was not written yet.
    wrote: u32,
    /// It is written as soon as their rights are known.
    asked: bool,
}

/// An applicant who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub person: Who,
    pub at: HelpStep,
    pub wrong: u32,
    pub masked: Option<String>,
    pub turned_back: Option<TurnedBack>,
}

impl Cards {
    /// Somebody asks for an admin: `attendants` get a card as soon as their rights are known.
    pub fn call(&mut self, turn: &mut Turn<'_, '_>, attendants: &BTreeSet<UserId>, call: Call) {
        if attendants.is_empty() {
            let gate = turn.id;
            turn.tell_applicant(call.person.id, What::NobodyAsked { gate });
            return;
        }
        let open = self.cards.iter_mut().find(|card| card.is_open_for(call.person.id));
        if let Some(card) = open {
            (card.at, card.wrong, card.masked) = (call.at, call.wrong, call.masked);
            (card.person, card.turned_back) = (call.person, call.turned_back);
            card.since = turn.now();
            card.version = card.version.saturating_add(1);
            card.send(turn, attendants);
            return;
        }
        self.make_room(turn);
        // A desk that was forgotten counts on from the clock: no button of an old card may answer
        // a new one.
        let seconds = turn.now().0.div_euclid(1_000);
        let from_clock = u32::try_from(seconds.rem_euclid(1 << 32)).unwrap_or_default();
        self.last = if self.last == 0 { from_clock } else { self.last.wrapping_add(1) }.max(1);
        let mut card = Card {
            number: self.last,
            person: call.person,
            at: call.at,
            wrong: call.wrong,
            masked: call.masked,
            turned_back: call.turned_back,
            since: turn.now(),
            state: State::Open,
            version: 1,
            copies: BTreeMap::new(),
        };
        card.send(turn, attendants);
        self.cards.push(card);
    }

    /// An admin, whose rights were just looked at, answered a card. The press is answered once,
    /// whatever comes of it.
    pub fn answer(
        &mut self,
        turn: &mut Turn<'_, '_>,
        number: u32,
        by: UserId,
        act: Act,
        query: Option<&str>,
    ) {
        let card = self.cards.iter_mut().find(|card| card.number == number);
        let Some(card) = card.filter(|_| act != Act::Revoke) else {
            turn.answer(by, query, Some(DeskText::CardGone));
            return;
        };
        match card.state {
            State::Open if turn.on_duty() => {
                turn.answer(by, query, None);
                let gate = turn.id;
                turn.tell_applicant(card.person.id, What::SteppedIn { gate, act, by });
                card.close(turn, State::Answered { act, by, pressed: true, result: None });
            }
            State::Answered { act, by: first, .. } => {
                let text = DeskText::AlreadyAnswered { act, by: turn.answerer(first, by) };
                turn.answer(by, query, Some(text));
            }
            State::Open | State::Over { .. } => {
                turn.answer(by, query, Some(DeskText::CardGone));
            }
        }
    }

    /// An admin stepped in without the card.
    pub fn stepped_in(&mut self, turn: &mut Turn<'_, '_>, about: UserId, by: UserId, act: Act) {
        for card in self.cards.iter_mut().filter(|card| card.is_open_for(about)) {
            card.close(turn, State::Answered { act, by, pressed: false, result: None });
        }
    }

    /// What came of an admin's act. Of one by a card, the card at that admin says it; that
    /// Telegram would not, it says to all.
    pub fn done(
        &mut self,
        turn: &mut Turn<'_, '_>,
        about: UserId,
        act: Act,
        by: UserId,
        result: ActResult,
    ) {
        let done = State::Answered { act, by, pressed: true, result: None };
        let waits = |card: &&mut Card| card.person.id == about && card.state == done;
        let Some(card) = self.cards.iter_mut().rev().find(waits) else { return };
        card.state = State::Answered { act, by, pressed: true, result: Some(result) };
        card.version = card.version.saturating_add(1);
        let for_all = matches!(result, ActResult::Refused(_));
        let readers = card.copies.keys().copied().filter(|admin| for_all || *admin == by);
        for admin in readers.collect::<Vec<_>>() {
            card.show(turn, admin);
        }
    }

    /// They do not wait for an admin any more.
    pub fn over(&mut self, turn: &mut Turn<'_, '_>, about: UserId) {
        for card in self.cards.iter_mut().filter(|card| card.is_open_for(about)) {
            card.close(turn, State::Over { why: CardEnd::NotNeeded });
        }
    }

    /// The bot keeps no gate here any more.
    pub fn close_all(&mut self, turn: &mut Turn<'_, '_>) {
        for card in self.cards.iter_mut().filter(|card| card.state == State::Open) {
            card.close(turn, State::Over { why: CardEnd::NoGate });
            let gate = turn.id;
            turn.tell_applicant(card.person.id, What::NobodyAsked { gate });
        }
    }

    /// What an admin may do here is known: now the card can be written to them. `false`: they are
    /// no admin here any more.
    pub fn rights_known(
        &mut self,
        turn: &mut Turn<'_, '_>,
        number: u32,
        admin: UserId,
        rights: Rights,
    ) -> bool {
        let Some(card) = self.cards.iter_mut().find(|card| card.number == number) else {
            return true;
        };
        let Some(copy) = card.copies.get_mut(&admin) else { return true };
        if !std::mem::take(&mut copy.asked) {
            return true;
        }
        match rights {
            Rights::Admin if card.state == State::Open => card.show(turn, admin),
            Rights::Admin | Rights::Unknown => {
                if copy.wrote == 0 {
                    card.copies.remove(&admin);
                    self.drop_unread(turn, number);
                }
            }
            Rights::Lesser | Rights::None | Rights::NoGroup => {
                if let Some(place) = copy.place {
                    let text =
                        DeskText::CardOver { person: card.person.clone(), why: CardEnd::NotYours };
                    turn.edit_at(admin, place, text, Keyboard::None, None);
                }
                card.copies.remove(&admin);
                self.drop_unread(turn, number);
                return rights == Rights::NoGroup;
            }
        }
        true
    }

    pub fn said(
        &mut self,
        turn: &mut Turn<'_, '_>,
        number: u32,
        admin: UserId,
        place: (ChatId, MessageId),
    ) {
        let card = self.cards.iter_mut().find(|card| card.number == number);
        let Some(card) = card.filter(|card| card.copies.contains_key(&admin)) else {
            // Its card has gone meanwhile: nothing would ever answer its buttons.
            turn.delete_at(admin, place);
            return;
        };
        let Some(copy) = card.copies.get_mut(&admin) else { return };
        copy.place = Some(place);
        if copy.wrote == card.version {
            return;
        }
        if card.state == State::Open {
            if !std::mem::replace(&mut copy.asked, true) {
                turn.look_up(admin, Tag::Card(number, admin));
            }
        } else {
            card.show(turn, admin);
        }
    }

    /// They blocked the bot: they have no card.
    pub fn unsaid(&mut self, turn: &mut Turn<'_, '_>, number: u32, admin: UserId) {
        if let Some(card) = self.cards.iter_mut().find(|card| card.number == number) {
            card.copies.remove(&admin);
        }
        self.drop_unread(turn, number);
    }

    /// Nobody has got this card, or has it any more.
    fn drop_unread(&mut self, turn: &mut Turn<'_, '_>, number: u32) {
        let unread = |card: &Card| {
            card.number == number && card.state == State::Open && card.copies.is_empty()
        };
        if let Some(at) = self.cards.iter().position(unread) {
            let (card, gate) = (self.cards.remove(at), turn.id);
            turn.tell_applicant(card.person.id, What::NobodyAsked { gate });
        }
    }

    /// The group has another number: the buttons below the cards carry the old one.
    pub fn renumbered(&mut self, turn: &mut Turn<'_, '_>) {
        for card in self.cards.iter_mut().filter(|card| card.state == State::Open) {
            card.version = card.version.saturating_add(1);
            let admins = card.copies.keys().copied().collect();
            card.send_all(turn, &admins);
        }
    }

    pub fn sweep(&mut self, turn: &mut Turn<'_, '_>) {
        let now = turn.now();
        for card in &mut self.cards {
            if card.state == State::Open && card.due() <= now {
                card.close(turn, State::Over { why: CardEnd::TooOld });
            }
        }
        self.cards.retain(|card| card.due() > now);
    }

    pub fn due(&self) -> Option<Timestamp> {
        self.cards.iter().map(Card::due).min()
    }

    pub fn is_forgettable(&self) -> bool {
        self.cards.is_empty()
    }

    fn make_room(&mut self, turn: &mut Turn<'_, '_>) {
        if self.cards.len() < CARDS {
            return;
        }
        let closed = self.cards.iter().position(|card| card.state != State::Open);
        let mut gone = self.cards.remove(closed.unwrap_or_default());
        if gone.state == State::Open {
            gone.close(turn, State::Over { why: CardEnd::TooOld });
        }
    }
}

impl Card {
    fn is_open_for(&self, person: UserId) -> bool {
        self.person.id == person && self.state == State::Open
    }

    fn due(&self) -> Timestamp {
        match self.state {
            State::Open => self.since.after(OPEN),
            State::Answered { .. } | State::Over { .. } => self.since.after(CLOSED),
        }
    }

    /// Asks what these may do here; who is an admin gets the card as it is now.
    fn send(&mut self, turn: &mut Turn<'_, '_>, attendants: &BTreeSet<UserId>) {
        let had: BTreeSet<UserId> = self.copies.keys().copied().collect();
        self.send_all(turn, &had.union(attendants).copied().collect());
    }

    fn send_all(&mut self, turn: &mut Turn<'_, '_>, admins: &BTreeSet<UserId>) {
        for admin in admins {
            self.copies.entry(*admin).or_default().asked = true;
            turn.look_up(*admin, Tag::Card(self.number, *admin));
        }
    }

    fn close(&mut self, turn: &mut Turn<'_, '_>, state: State) {
        self.state = state;
        self.since = turn.now();
        self.version = self.version.saturating_add(1);
        self.copies.retain(|_, copy| copy.wrote > 0);
        for admin in self.copies.keys().copied().collect::<Vec<_>>() {
            self.show(turn, admin);
        }
    }

    /// Brings the card at this admin up to date. One that is on its way is, once it is there.
    fn show(&mut self, turn: &mut Turn<'_, '_>, admin: UserId) {
        let (text, keyboard) = self.words(turn, admin);
        let tag = Tag::Card(self.number, admin);
        let version = self.version;
        let Some(copy) = self.copies.get_mut(&admin) else { return };
        match copy.place {
            Some(place) => turn.edit_at(admin, place, text, keyboard, Some(tag)),
            None if copy.wrote == 0 => turn.say_to(admin, text, keyboard, tag),
            None => return,
        }
        copy.wrote = version;
    }

    fn words(&self, turn: &Turn<'_, '_>, reader: UserId) -> (DeskText, Keyboard) {
        let person = self.person.clone();
        match self.state {
            State::Open => {
                let (at, wrong, masked) = (self.at, self.wrong, self.masked.clone());
                let turned_back = self.turned_back.clone();
                let text = DeskText::Card { person, at, wrong, masked, turned_back };
                (text, buttons(turn.id, self.number))
            }
            State::Answered { act, by, result, .. } => {
                let by = turn.answerer(by, reader);
                (DeskText::CardAnswered { person, act, by, result }, Keyboard::None)
            }
            State::Over { why } => (DeskText::CardOver { person, why }, Keyboard::None),
        }
    }
}

/// The name under which an act stands in the log.
pub fn deed_of(act: Act) -> &'static str {
    match act {
        Act::Approve => "approved",
        Act::Decline => "declined",
        Act::Unlock => "unlocked",
        Act::Revoke => "revoked",
    }
}

fn buttons(gate: GateId, card: u32) -> Keyboard {
    let button = |label, act| {
        let does = Does::Press(Press::Card { gate, card, act }.data());
        Button { label: Label::Desk(label), does }
    };
    Keyboard::Buttons(vec![
        vec![button(DeskLabel::Approve, Act::Approve)],
        vec![button(DeskLabel::Decline, Act::Decline), button(DeskLabel::Unlock, Act::Unlock)],
    ])
}
