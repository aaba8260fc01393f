//! The code: issued, sent, resent, replied.

use super::buttons::Action;
use super::turn::{Dialogue, Turn, UNSENT_LIVES};
use super::{
    Applicant, Challenge, Decision, Delivery, Person, Stage, admission, arrival, asking, charging,
    conversion, who,
};
use crate::verification::address::Address;
use crate::verification::code::{self, Binding, same};
use crate::verification::effect::{Channel, Effect, Letter};
use crate::verification::event::{DeliveryOutcome, Refusal, What};
use crate::verification::gate::Gates;
use crate::verification::limits::{AtGate, Ledger, SendRefused};
use crate::verification::restore::Restore;
use crate::verification::spending::Bill;
use crate::verification::text::Text;
use crate::verification::{ChallengeId, GateId, Hidden, MessageId};

/// How many replaced codes are remembered, so that a late one costs nothing.
const REPLACED: usize = 8;

/// Below a sent code.
const CODE_BUTTONS: &[&[Action]] = &[&[Action::Resend], &[Action::OtherAddress, Action::Cancel]];
/// Where the last code is of no use any more.
const NEW_CODE_BUTTONS: &[&[Action]] =
    &[&[Action::NewCode], &[Action::OtherAddress, Action::Cancel]];
/// Where a code did not come, or may not have come.
const NO_CODE_BUTTONS: &[&[Action]] =
    &[&[Action::NewCode], &[Action::AskAdmin], &[Action::OtherAddress, Action::Cancel]];
const UNSURE_CODE_BUTTONS: &[&[Action]] =
    &[&[Action::Resend], &[Action::AskAdmin], &[Action::OtherAddress, Action::Cancel]];

/// The Send button below the confirmation.
pub(super) fn send_pressed(turn: &mut Dialogue<'_, '_, '_>, query: &str) -> bool {
    let Stage::Confirm { address } = turn.stage() else { return false };
    issue(turn, address, query);
    true
}

/// Resend, or "send a new code".
pub(super) fn resend_pressed(turn: &mut Dialogue<'_, '_, '_>, query: &str) -> bool {
    let Stage::Code { .. } = turn.stage() else { return false };
    let Some(address) = turn.applicant().address.clone() else { return false };
    issue(turn, address, query);
    true
}

/// "Keep the code I have."
pub(super) fn keep_pressed(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    let Stage::Code { same: true } = turn.stage() else { return false };
    let Some(number) = turn.applicant().challenge.as_ref().map(|challenge| challenge.number) else {
        return false;
    };
    turn.applicant().stage = Stage::Code { same: false };
    turn.ask(Text::CodeKept { number }, CODE_BUTTONS);
    true
}

/// Draws a new code and sends it, if the limits allow.
fn issue(turn: &mut Dialogue<'_, '_, '_>, address: Address, query: &str) {
    let (gate, now) = (turn.gate, turn.now());
    let key = turn.facts.keys.address(&address);
    let limits = &gate.limits;
    if let Some(text) = who::not_allowed(gate, &address) {
        turn.decide(Decision::AddressRefused { masked: address.masked() });
        return who::back_to_the_address(turn, text);
    }
    if conversion::is_off(turn, &address) {
        turn.answer(query, None, false);
        return conversion::turn_away(turn, &address);
    }
    let bill = charging::bill(turn, &address, key);
    if let Some(full) = charging::full(turn, &address, &bill) {
        full.alarm.into_iter().for_each(|alarm| turn.alarm(alarm));
        let other = asking::other_channel(gate, Channel::Sms).filter(|_| full.by_sms);
        return no_more(turn, query, full.text, other);
    }
    match turn.applicant().sends.charge(key, now, limits) {
        Ok(()) => {}
        Err(SendRefused::Wait(wait)) => {
            return turn.answer(query, Some(Text::ResendIn { wait }), true);
        }
        Err(SendRefused::TooManyToday) => {
            return no_more(turn, query, Text::NoMoreCodesToday, None);
        }
        Err(SendRefused::TooManyAddresses) => {
            return no_more(turn, query, Text::NoMoreAddressesToday, None);
        }
    }
    charging::charge(turn, &bill);
    turn.answer(query, None, false);
    turn.put_buttons_away(Text::ConfirmedSending { masked: address.masked() });
    send(turn, address, key, bill);
}

/// No code now, for a reason that lasts: where there is another way, or an admin can be asked, a
/// message says so, for a pop-up has no room for the buttons.
fn no_more(turn: &mut Dialogue<'_, '_, '_>, query: &str, text: Text, other: Option<Channel>) {
    turn.decide(Decision::SendLimitReached);
    if !turn.gate.attended && other.is_none() {
        return turn.answer(query, Some(text), true);
    }
    turn.answer(query, None, false);
    let last: &[Action] = &[Action::OtherAddress, Action::Cancel];
    match other {
        Some(other) => turn.ask(text, &[&[Action::Use(other)], &[Action::AskAdmin], last]),
        None => turn.ask(text, &[&[Action::AskAdmin], last]),
    }
}

fn send(turn: &mut Dialogue<'_, '_, '_>, address: Address, key: [u8; 32], bill: Bill) {
    let (gate, now, user) = (turn.gate, turn.now(), turn.user);
    let drawn = code::draw(gate.limits.code_length, turn.facts.random);
    let phrase = code::draw_phrase(turn.facts.random);
    let id = code::draw_challenge(turn.facts.random);
    let keys = turn.facts.keys;
    let applicant = turn.applicant();
    applicant.number += 1;
    let number = applicant.number;
    let binding = Binding { user, gate: gate.id, challenge: id, address: &key };
    let expires = now.after(gate.limits.code_ttl.saturating_mul(UNSENT_LIVES));
    let challenge = Challenge {
        id,
        number,
        code: keys.code(binding, drawn.reveal()),
        address: key,
        digits: gate.limits.code_length,
        phrase: phrase.clone(),
        expires,
        delivery: Delivery::Queued,
        issued_at: None,
    };
    if let Some(before) = applicant.challenge.replace(challenge) {
        applicant.replaced.push(before);
        let surplus = applicant.replaced.len().saturating_sub(REPLACED);
        applicant.replaced.drain(..surplus);
    }
    applicant.stage = Stage::Code { same: false };
    applicant.address = Some(address.clone());
    let (channel, masked) = (address.channel(), address.masked());
    let withheld = (turn.facts.suppressed)(&key);
    if !withheld {
        conversion::sent(turn, &address, id);
    }
    turn.decide(match withheld {
        true => Decision::Suppressed { masked },
        false => Decision::CodeIssued { channel, number, masked },
    });
    let letter = Letter {
        address,
        code: drawn,
        number,
        phrase,
        group: gate.title.clone(),
        lives: gate.limits.code_ttl,
        expires: now.after(gate.limits.code_ttl),
        tap: keys.tap(user, gate.id, id),
        opt_out: keys.opt_out(&key),
        withheld,
        bill,
    };
    turn.order(Effect::SendCode { gate: gate.id, challenge: id, letter });
}

/// Codes from before a restore open nothing any more: tries at them may be forgotten.
pub(super) fn forget_codes_before(person: &mut Person, restore: Restore) {
    for applicant in person.gates.values_mut() {
        // Whoever typed theirs before is on the way in; what remains of it says to which address.
        if applicant.stage != Stage::Admitting && restore.is_after(applicant.sends.latest) {
            applicant.challenge = None;
            applicant.replaced.clear();
        }
    }
}

/// What became of a code on its way.
pub(super) fn delivered(
    turn: &mut Dialogue<'_, '_, '_>,
    challenge: ChallengeId,
    outcome: DeliveryOutcome,
) {
    let (now, ttl) = (turn.now(), turn.gate.limits.code_ttl);
    let waiting = matches!(turn.stage(), Stage::Code { .. });
    let outcome = match outcome {
        DeliveryOutcome::Refused(Refusal::OptedOut) => opted_out(turn, challenge),
        DeliveryOutcome::Sent
        | DeliveryOutcome::Delayed
        | DeliveryOutcome::GaveUp
        | DeliveryOutcome::Dropped
        | DeliveryOutcome::Unknown
        | DeliveryOutcome::Refused(_) => outcome,
    };
    let applicant = turn.applicant();
    let Some(address) = applicant.address.clone() else { return };
    let Some(live) = applicant.challenge.as_mut().filter(|live| live.id == challenge) else {
        return;
    };
    let (channel, masked) = (address.channel(), address.masked());
    match outcome {
        DeliveryOutcome::Sent | DeliveryOutcome::Unknown => {
            let certain = outcome == DeliveryOutcome::Sent;
            live.delivery = if certain { Delivery::Sent } else { Delivery::Unknown };
            live.expires = now.after(ttl);
            let live = live.clone();
            if waiting {
                announce(turn, &live, channel, masked, certain);
            }
        }
        DeliveryOutcome::Delayed => {
            let first = live.delivery == Delivery::Queued;
            live.delivery = Delivery::Delayed;
            if first && waiting {
                turn.ask(Text::CodeDelayed { channel }, &[&[Action::OtherAddress, Action::Cancel]]);
            }
        }
        DeliveryOutcome::GaveUp => {
            // It never left: the person does not pay for it.
            let key = live.address;
            applicant.number = applicant.number.saturating_sub(1);
            applicant.challenge = None;
            applicant.sends.refund(key);
            conversion::withdrawn(turn, &address, challenge);
            if waiting {
                turn.ask(Text::CodeGaveUp { channel }, NO_CODE_BUTTONS);
            }
        }
        // The one that replaced it is the one that matters.
        DeliveryOutcome::Dropped => {}
        DeliveryOutcome::Refused(refusal) => {
            // Nor does anybody have it: the next one has its number.
            applicant.number = applicant.number.saturating_sub(1);
            applicant.sends.refused(live.address);
            applicant.challenge = None;
            applicant.address = None;
            conversion::withdrawn(turn, &address, challenge);
            if waiting {
                turn.applicant().stage = Stage::Address { channel };
                let text = Text::CodeRefused { refusal, masked };
                let last = [Action::OtherAddress, Action::Cancel];
                let help = [Action::AskAdmin];
                match asking::other_channel(turn.gate, channel) {
                    Some(other) => turn.ask(text, &[&[Action::Use(other)], &help, &last]),
                    None => turn.ask(text, &[&help, &last]),
                }
            }
        }
    }
}

/// Whoever has the address told the provider to stop: no code goes there any more. The applicant
/// may be anybody, and hears what they would hear of any other address.
fn opted_out(turn: &mut Dialogue<'_, '_, '_>, challenge: ChallengeId) -> DeliveryOutcome {
    let applicant = turn.applicant();
    let live = applicant.challenge.as_ref().is_some_and(|live| live.id == challenge);
    let address = applicant.address.as_ref().filter(|_| live);
    let masked = address.map(Address::masked).unwrap_or_default();
    let mut codes = applicant.challenge.iter().chain(&applicant.replaced);
    let address = codes.find(|code| code.id == challenge).map(|code| code.address);
    if let Some(address) = address {
        turn.suppress(address, true);
        turn.decide(Decision::Suppressed { masked });
    }
    DeliveryOutcome::Sent
}

fn announce(
    turn: &mut Dialogue<'_, '_, '_>,
    challenge: &Challenge,
    channel: Channel,
    masked: String,
    certain: bool,
) {
    let (number, digits, phrase) = (challenge.number, challenge.digits, challenge.phrase.clone());
    let lives = turn.dies(challenge).since(turn.now());
    if certain {
        let text = Text::CodeSent { channel, masked, number, phrase, digits, lives };
        turn.ask(text, CODE_BUTTONS);
    } else {
        let text = Text::CodeUnknown { channel, masked, number, phrase, digits, lives };
        turn.ask(text, UNSURE_CODE_BUTTONS);
    }
}

/// Says again what is waited for.
pub(super) fn remind(turn: &mut Dialogue<'_, '_, '_>) {
    let now = turn.now();
    let applicant = turn.applicant();
    let Some(address) = applicant.address.clone() else { return asking::ask_address(turn) };
    let (channel, masked) = (address.channel(), address.masked());
    let live = applicant.challenge.clone();
    match live.filter(|challenge| now < turn.dies(challenge)) {
        None => turn.ask(Text::OfferNewCode { masked }, NEW_CODE_BUTTONS),
        Some(challenge) => match challenge.delivery {
            Delivery::Sent => announce(turn, &challenge, channel, masked, true),
            Delivery::Unknown => announce(turn, &challenge, channel, masked, false),
            Delivery::Queued | Delivery::Delayed => {
                turn.ask(Text::CodeDelayed { channel }, &[&[Action::OtherAddress, Action::Cancel]]);
            }
        },
    }
}

/// Whether this is a code for another gate than the one that what they write is about: digits
/// alone, where only the other one waits for that many.
pub(super) fn meant_for_another(person: &Person, what: &What, gates: &Gates) -> Option<GateId> {
    let What::Wrote { text, forwarded: false, .. } = what else { return None };
    if text.reveal().chars().any(char::is_alphabetic) {
        return None;
    }
    let waits = |applicant: &Applicant| {
        let live = applicant.challenge.as_ref().filter(|_| applicant.stage != Stage::Admitting);
        live.is_some_and(|live| code::read_reply(text.reveal(), live.digits).is_some())
    };
    let active = person.gates.get(&person.active?)?;
    if matches!(active.stage, Stage::Code { .. }) || waits(active) {
        return None;
    }
    let mut others = person.gates.iter().filter(|(id, _)| gates.contains_key(id));
    others.find(|(_, applicant)| waits(applicant)).map(|(id, _)| *id)
}

/// A code typed while another address was being given: it still counts.
pub(super) fn guessed_early(
    turn: &mut Dialogue<'_, '_, '_>,
    message: MessageId,
    text: &Hidden,
) -> bool {
    let digits = turn.applicant().challenge.as_ref().map(|challenge| challenge.digits);
    let Some(guess) = digits.and_then(|digits| code::read_reply(text.reveal(), digits)) else {
        return false;
    };
    turn.delete(message);
    if turn.may_try() {
        guessed(turn, &guess);
    }
    true
}

/// A code once more, after the right one: from another device, or by a slip of the finger.
pub(super) fn repeated(turn: &mut Dialogue<'_, '_, '_>, message: MessageId, text: &Hidden) {
    let digits = turn.applicant().challenge.as_ref().map(|challenge| challenge.digits);
    if digits.is_some_and(|digits| code::read_reply(text.reveal(), digits).is_some()) {
        turn.delete(message);
    }
}

/// A reply while a code is waited for.
pub(super) fn reply(turn: &mut Dialogue<'_, '_, '_>, message: MessageId, text: &Hidden) {
    let usual = turn.gate.limits.code_length;
    let digits = turn.applicant().challenge.as_ref().map_or(usual, |challenge| challenge.digits);
    let guess = code::read_reply(text.reveal(), digits);
    if guess.is_none() && asking::looks_like_address(turn, text.reveal()) {
        return asking::address(turn, message, text);
    }
    turn.delete(message);
    if !turn.may_try() {
        return;
    }
    match guess {
        Some(guess) => guessed(turn, &guess),
        None if turn.applicant().challenge.is_none() => remind(turn),
        None => turn.tell(Text::NotACode { digits }),
    }
}

fn guessed(turn: &mut Dialogue<'_, '_, '_>, guess: &Hidden) {
    let now = turn.now();
    let Some(live) = turn.applicant().challenge.clone() else { return remind(turn) };
    if now >= turn.dies(&live) {
        return expired(turn, live.number);
    }
    if opens(turn, &live, guess) {
        turn.decide(Decision::RightCode);
        conversion::verified(turn);
        return admission::admit(turn);
    }
    let replaced = turn.applicant().replaced.clone();
    if let Some(old) = replaced.iter().rev().find(|old| opens(turn, old, guess)) {
        turn.decide(Decision::OldCode);
        return turn.tell(Text::OldCode { was: old.number, now: live.number });
    }
    let (gate, elsewhere) = (turn.gate, turn.elsewhere());
    let consequence = turn.applicant().tally.wrong_code(now, &gate.limits, elsewhere);
    asking::guessed_wrong(
        turn,
        Ledger::AtGate(AtGate::WrongCodes { gate: gate.id, hour: now.hour() }),
    );
    let goes_on = asking::suffer(
        turn,
        consequence,
        |left| Decision::WrongCode { left },
        |left| Text::WrongCode { left },
    );
    if !goes_on {
        // The code dies with the lock; the dialogue stays where a new one can be asked for.
        let applicant = turn.applicant();
        applicant.challenge = None;
        applicant.replaced.clear();
        applicant.stage = Stage::Code { same: false };
    }
}

fn opens(turn: &Dialogue<'_, '_, '_>, challenge: &Challenge, guess: &Hidden) -> bool {
    let binding = Binding {
        user: turn.user,
        gate: challenge.bound_to(turn.gate.id),
        challenge: challenge.id,
        address: &challenge.address,
    };
    same(&turn.facts.keys.code(binding, guess.reveal()), &challenge.code)
}

fn expired(turn: &mut Dialogue<'_, '_, '_>, number: u32) {
    turn.decide(Decision::ExpiredCode);
    turn.ask(Text::CodeExpired { number }, NEW_CODE_BUTTONS);
}

/// The one-tap link of a mail or SMS was opened.
pub(super) fn tapped(turn: &mut Turn<'_, '_>, parameter: &str) {
    let (keys, user) = (turn.facts.keys, turn.user);
    let fits = |gate, challenge: &Challenge| {
        let token = keys.tap(user, challenge.bound_to(gate), challenge.id);
        same(token.reveal().as_bytes(), parameter.as_bytes())
    };
    let found = turn.person.gates.iter().find_map(|(id, applicant)| {
        let all = applicant.challenge.iter().chain(&applicant.replaced);
        all.filter(|challenge| fits(*id, challenge)).map(|found| (*id, found.number)).next()
    });
    let Some((gate, number)) = found else { return tapped_in_vain(turn) };
    turn.at(gate, |turn| {
        turn.person.active = Some(turn.gate.id);
        if !turn.may_go_on() {
            return;
        }
        let now = turn.now();
        let Some(live) = turn.applicant().challenge.clone() else { return remind(turn) };
        if live.number != number {
            turn.decide(Decision::OldCode);
            return turn.tell(Text::OldCode { was: number, now: live.number });
        }
        if now >= turn.dies(&live) {
            return expired(turn, live.number);
        }
        turn.decide(Decision::TapLink);
        conversion::verified(turn);
        admission::admit(turn);
    });
}

/// A one-tap link that leads to no code of theirs, or to one that is over: says how they stand.
fn tapped_in_vain(turn: &mut Turn<'_, '_>) {
    let active = turn.person.active.filter(|id| turn.facts.gates.contains_key(id));
    let Some(id) = active.filter(|id| turn.person.gates.contains_key(id)) else {
        return turn.tell(Text::TapLinkNotYours);
    };
    turn.at(id, |turn| match turn.stage() {
        Stage::Code { .. } if turn.applicant().challenge.is_none() => {
            if turn.may_go_on() {
                remind(turn);
            }
        }
        Stage::Admitted { .. } | Stage::Member => arrival::enter(turn),
        Stage::New
        | Stage::Arriving
        | Stage::Password
        | Stage::Channel
        | Stage::Address { .. }
        | Stage::Confirm { .. }
        | Stage::Code { .. }
        | Stage::Admitting => turn.tell(Text::TapLinkNotYours),
    });
}
