//! The password, and the address that a code can be sent to.

use super::buttons::Action;
use super::turn::Dialogue;
use super::{Applicant, Decision, Facts, Notice, Stage, conversion, who};
use crate::verification::address::{Address, Email, EmailError, Phone, PhoneError};
use crate::verification::code::same;
use crate::verification::effect::{Channel, Keyboard};
use crate::verification::gate::{Gate, Password};
use crate::verification::limits::{AtGate, Consequence, Ledger, Standing};
use crate::verification::password::{self, PasswordRefused};
use crate::verification::text::{HelpStep, Text};
use crate::verification::{Hidden, MessageId};

/// The passwords that open the gate to this person now: neither expired nor used up. One that they
/// came by before is not used up for them.
pub(super) fn live_passwords<'g>(
    gate: &'g Gate,
    applicant: &Applicant,
    facts: &Facts<'_>,
) -> impl Iterator<Item = &'g Password> {
    gate.passwords.iter().filter(|password| {
        let expired = password.expires.is_some_and(|expires| expires <= facts.now);
        let used_up = password.uses.is_some_and(|uses| {
            let key = facts.keys.password(gate.id, &password.label);
            !applicant.labels.contains(&password.label)
                && (facts.ledger)(&Ledger::Password { key }) >= u64::from(uses)
        });
        !expired && !used_up
    })
}

fn is_live(turn: &mut Dialogue<'_, '_, '_>, label: Option<&str>) -> bool {
    let applicant = turn.applicant().clone();
    let mut live = live_passwords(turn.gate, &applicant, turn.facts);
    live.any(|password| label.is_none_or(|label| password.label == label))
}

pub(super) fn ask_password(turn: &mut Dialogue<'_, '_, '_>) {
    if turn.standing() == Standing::Open && !is_live(turn, None) {
        return closed_for_now(turn);
    }
    turn.retire_buttons();
    if turn.may_go_on() {
        let (gate, elsewhere) = (turn.gate, turn.elsewhere());
        let applicant = turn.applicant();
        // Whoever begins in this step has terms that the step itself does not go by yet.
        let limits = applicant.terms.as_ref().map_or(&gate.limits, |terms| &terms.limits);
        let tries = applicant.tally.passwords_left(limits, elsewhere);
        turn.tell(Text::AskPassword { tries });
    }
}

/// No password opens the gate, so nobody is to guess one.
fn closed_for_now(turn: &mut Dialogue<'_, '_, '_>) {
    turn.decide(Decision::GateClosed);
    turn.tell_stuck(Text::GateClosed, &[&[Action::Cancel]]);
}

/// A typed password, compared already if it may be tried at all.
pub(super) fn password(turn: &mut Dialogue<'_, '_, '_>, message: MessageId, typed: &Hidden) {
    turn.delete(message);
    if !turn.may_try() {
        return;
    }
    match password::checked(typed.reveal()) {
        Ok(_) => {}
        Err(PasswordRefused::TooLong) => return turn.tell(Text::PasswordTooLong),
        Err(
            PasswordRefused::Empty
            | PasswordRefused::LooksLikeLoginCode
            | PasswordRefused::LooksLikeCommand,
        ) => return turn.tell(Text::NeedText { step: HelpStep::Password }),
    }
    let (gate, now) = (turn.gate, turn.now());
    if !is_live(turn, None) {
        return closed_for_now(turn);
    }
    let label = turn.facts.password.clone().and_then(|(id, label)| label.filter(|_| id == gate.id));
    if let Some(label) = label {
        // It may have been used up by somebody else while it was compared.
        return if is_live(turn, Some(&label)) {
            right_password(turn, label);
        } else {
            ask_password(turn);
        };
    }
    let elsewhere = turn.elsewhere();
    let consequence = turn.applicant().tally.wrong_password(now, &gate.limits, elsewhere);
    guessed_wrong(turn, Ledger::AtGate(AtGate::WrongPasswords { gate: gate.id, hour: now.hour() }));
    suffer(
        turn,
        consequence,
        |left| Decision::WrongPassword { left },
        |left| Text::WrongPassword { left },
    );
}

fn right_password(turn: &mut Dialogue<'_, '_, '_>, label: String) {
    let gate = turn.gate;
    let applicant = turn.applicant();
    // Those that are gone from the gate are of no interest any more.
    applicant.labels.retain(|known| gate.passwords.iter().any(|one| one.label == *known));
    let first = applicant.labels.insert(label.clone());
    applicant.stage = Stage::Channel;
    if first {
        let key = turn.facts.keys.password(gate.id, &label);
        turn.charge(Ledger::Password { key }, 1);
    }
    turn.decide(Decision::RightPassword { label });
    ask_address(turn);
}

/// Counts a wrong try for the gate, over all applicants: too many of them concern its admins.
pub(super) fn guessed_wrong(turn: &mut Dialogue<'_, '_, '_>, ledger: Ledger) {
    let alarm = turn.gate.limits.guessing_alarm;
    let wrong = turn.count(ledger);
    if turn.gate.limits.is_guessing(wrong) && wrong.is_multiple_of(alarm.into()) {
        turn.notice(Notice::Guessing);
    }
}

/// Says what a wrong try led to. `true` if they may go on trying.
pub(super) fn suffer(
    turn: &mut Dialogue<'_, '_, '_>,
    consequence: Consequence,
    decision: impl FnOnce(u32) -> Decision,
    text: impl FnOnce(u32) -> Text,
) -> bool {
    match consequence {
        Consequence::Left(left) => {
            turn.decide(decision(left));
            turn.tell(text(left));
            true
        }
        Consequence::Locked(wait) => {
            turn.decide(decision(0));
            let locks = turn.applicant().tally.locks;
            turn.decide(Decision::Locked { locks });
            turn.retire_buttons();
            turn.tell_stuck(Text::Locked { wait }, &[]);
            false
        }
        Consequence::Stopped => {
            turn.decide(decision(0));
            turn.decide(Decision::HardStopped);
            turn.retire_buttons();
            turn.tell_stuck(Text::HardStopped, &[]);
            false
        }
    }
}

/// Asks for the channel if there is a choice, else for the address.
pub(super) fn ask_address(turn: &mut Dialogue<'_, '_, '_>) {
    match turn.gate.channels[..] {
        [channel] => ask_for(turn, channel),
        _ => {
            turn.applicant().stage = Stage::Channel;
            let use_email = [Action::Use(Channel::Email)];
            let use_sms = [Action::Use(Channel::Sms)];
            turn.ask(Text::AskChannel, &[&use_email, &use_sms, &[Action::Cancel]]);
        }
    }
}

fn ask_for(turn: &mut Dialogue<'_, '_, '_>, channel: Channel) {
    turn.applicant().stage = Stage::Address { channel };
    match channel {
        Channel::Email => {
            let domains = turn.gate.addresses.domains.clone();
            let text = Text::AskEmail { domains };
            if Applicant::allows(turn.gate, Channel::Sms) {
                turn.ask(text, &[&[Action::Use(Channel::Sms)], &[Action::Cancel]]);
            } else {
                turn.ask(text, &[&[Action::Cancel]]);
            }
        }
        Channel::Sms => {
            let countries = turn.gate.addresses.countries.clone();
            // The keyboard that shares the number leaves no room for a button to e-mail.
            let or_email = Applicant::allows(turn.gate, Channel::Email);
            turn.retire_buttons();
            turn.say(Text::AskPhone { countries, or_email }, Keyboard::ShareContact);
        }
    }
}

pub(super) fn use_channel(turn: &mut Dialogue<'_, '_, '_>, channel: Channel) -> bool {
    // On the confirmation and after, it is offered where there are no SMS to be had.
    let asked = matches!(
        turn.stage(),
        Stage::Channel | Stage::Address { .. } | Stage::Confirm { .. } | Stage::Code { .. }
    );
    if !asked || !Applicant::allows(turn.gate, channel) {
        return false;
    }
    ask_for(turn, channel);
    true
}

/// "Other address", on the confirmation or below a sent code.
pub(super) fn other_address(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    match turn.stage() {
        Stage::Confirm { .. } | Stage::Code { .. } | Stage::Channel | Stage::Address { .. } => {
            ask_address(turn);
            true
        }
        Stage::New
        | Stage::Arriving
        | Stage::Password
        | Stage::Admitting
        | Stage::Admitted { .. }
        | Stage::Member => false,
    }
}

/// A shared contact card.
pub(super) fn contact(
    turn: &mut Dialogue<'_, '_, '_>,
    message: MessageId,
    phone: &Hidden,
    own: bool,
) {
    turn.delete(message);
    if !turn.may_try() {
        return;
    }
    let waits = matches!(
        turn.stage(),
        Stage::Channel | Stage::Address { .. } | Stage::Confirm { .. } | Stage::Code { .. }
    );
    if !waits || !Applicant::allows(turn.gate, Channel::Sms) {
        let step = turn.help_step();
        return turn.tell(Text::NeedText { step });
    }
    if own {
        let read = Phone::parse(phone.reveal());
        if let Ok(phone) = &read {
            wants_codes_again(turn, Address::Phone(phone.clone()));
        }
        take_phone(turn, read);
    } else {
        turn.tell(Text::ContactNotOwn);
    }
}

/// Telegram says that the number is theirs: if they once sent STOP, they take it back.
fn wants_codes_again(turn: &mut Dialogue<'_, '_, '_>, address: Address) {
    let key = turn.facts.keys.address(&address);
    if (turn.facts.suppressed)(&key) {
        turn.suppress(key, false);
        turn.decide(Decision::OptedIn);
    }
}

/// A typed address; the channel may be told by its looks.
pub(super) fn address(turn: &mut Dialogue<'_, '_, '_>, message: MessageId, typed: &Hidden) {
    turn.delete(message);
    if !turn.may_try() {
        return;
    }
    let typed = typed.reveal();
    let looks = if typed.contains('@') { Channel::Email } else { Channel::Sms };
    let channel = match turn.stage() {
        Stage::Address { channel } if !Applicant::allows(turn.gate, looks) => channel,
        Stage::Address { channel: Channel::Email } if typed.chars().any(char::is_alphabetic) => {
            Channel::Email
        }
        Stage::Channel if !typed.chars().any(|c| c == '@' || c.is_numeric()) => {
            return ask_address(turn);
        }
        _ if Applicant::allows(turn.gate, looks) => looks,
        _ => return ask_address(turn),
    };
    match channel {
        Channel::Email => take_email(turn, typed),
        Channel::Sms => take_phone(turn, Phone::parse(typed)),
    }
}

fn take_email(turn: &mut Dialogue<'_, '_, '_>, typed: &str) {
    match Email::parse(typed) {
        Ok(email) => take_if_allowed(turn, Address::Email(email)),
        Err(EmailError) => turn.tell(Text::EmailUnreadable),
    }
}

fn take_phone(turn: &mut Dialogue<'_, '_, '_>, read: Result<Phone, PhoneError>) {
    match read {
        Ok(phone) => take_if_allowed(turn, Address::Phone(phone)),
        Err(PhoneError::Unreadable) => {
            let countries = turn.gate.addresses.countries.clone();
            turn.tell(Text::PhoneUnreadable { countries });
        }
        Err(PhoneError::CannotReceive) => turn.tell(Text::PhoneCannotReceive),
    }
}

fn take_if_allowed(turn: &mut Dialogue<'_, '_, '_>, address: Address) {
    match who::not_allowed(turn.gate, &address) {
        None if conversion::is_off(turn, &address) => conversion::turn_away(turn, &address),
        None => take(turn, address),
        Some(text) => {
            turn.decide(Decision::AddressRefused { masked: address.masked() });
            match other_channel(turn.gate, address.channel()) {
                Some(other) => turn.tell_stuck(text, &[&[Action::Use(other)], &[Action::Cancel]]),
                None => turn.tell_stuck(text, &[&[Action::Cancel]]),
            }
        }
    }
}

/// Another way for a code, if the gate has one.
pub(super) fn other_channel(gate: &Gate, channel: Channel) -> Option<Channel> {
    gate.channels.iter().copied().find(|other| *other != channel)
}

/// An address that may be sent to: asks for Send, or whether a new code is meant.
fn take(turn: &mut Dialogue<'_, '_, '_>, address: Address) {
    let now = turn.now();
    let key = turn.facts.keys.address(&address);
    let live = turn.applicant().challenge.clone();
    let again = live
        .filter(|challenge| now < turn.dies(challenge) && same(&challenge.address, &key))
        .map(|challenge| challenge.number);
    if let Some(number) = again {
        let applicant = turn.applicant();
        applicant.stage = Stage::Code { same: true };
        // As it was spelled when the code was sent.
        let masked = applicant.address.as_ref().unwrap_or(&address).masked();
        return turn.ask(
            Text::SameAddress { masked, number },
            &[&[Action::NewCode], &[Action::KeepCode], &[Action::OtherAddress, Action::Cancel]],
        );
    }
    let channel = address.channel();
    let shown = Hidden::new(address.as_str());
    turn.applicant().stage = Stage::Confirm { address };
    turn.ask(
        Text::Confirm { channel, address: shown },
        &[&[Action::Send], &[Action::OtherAddress, Action::Cancel]],
    );
    turn.person.confirming = Some(turn.gate.id);
}

/// Whether a message in the code stage is an address rather than a code.
pub(super) fn looks_like_address(turn: &Dialogue<'_, '_, '_>, typed: &str) -> bool {
    let email = Applicant::allows(turn.gate, Channel::Email) && Email::parse(typed).is_ok();
    let phone = Applicant::allows(turn.gate, Channel::Sms) && Phone::parse(typed).is_ok();
    email || phone
}
