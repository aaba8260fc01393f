//! The password, and the address that a code can be sent to.

use super::buttons::Action;
use super::turn::Dialogue;
use super::{Applicant, Decision, Stage};
use crate::verification::address::{Address, Email, Phone, PhoneError};
use crate::verification::code::same;
use crate::verification::effect::{Channel, Keyboard};
use crate::verification::limits::Consequence;
use crate::verification::password::{self, PasswordRefused};
use crate::verification::text::{HelpStep, Text};
use crate::verification::{Hidden, MessageId};

pub(super) fn ask_password(turn: &mut Dialogue<'_, '_, '_>) {
    turn.retire_buttons();
    if turn.may_go_on() {
        let gate = turn.gate;
        let tries = turn.applicant().tally.passwords_left(&gate.limits);
        turn.tell(Text::AskPassword { tries });
    }
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
    let right = turn.facts.password.is_some_and(|(id, right)| id == gate.id && right);
    if right {
        turn.decide(Decision::RightPassword);
        turn.applicant().stage = Stage::Channel;
        return ask_address(turn);
    }
    let consequence = turn.applicant().tally.wrong_password(now, &gate.limits);
    suffer(
        turn,
        consequence,
        |left| Decision::WrongPassword { left },
        |left| Text::WrongPassword { left },
    );
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
            turn.tell(Text::Locked { wait });
            false
        }
        Consequence::Stopped => {
            turn.decide(decision(0));
            turn.decide(Decision::HardStopped);
            turn.retire_buttons();
            turn.tell(Text::HardStopped);
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
            let domains = turn.gate.allowed_email_domains.clone();
            let text = Text::AskEmail { domains };
            if Applicant::allows(turn.gate, Channel::Sms) {
                turn.ask(text, &[&[Action::Use(Channel::Sms)], &[Action::Cancel]]);
            } else {
                turn.ask(text, &[&[Action::Cancel]]);
            }
        }
        Channel::Sms => {
            let countries = turn.gate.allowed_countries.clone();
            // The keyboard that shares the number leaves no room for a button to e-mail.
            let or_email = Applicant::allows(turn.gate, Channel::Email);
            turn.retire_buttons();
            turn.say(Text::AskPhone { countries, or_email }, Keyboard::ShareContact);
        }
    }
}

pub(super) fn use_channel(turn: &mut Dialogue<'_, '_, '_>, channel: Channel) -> bool {
    let asked = matches!(turn.stage(), Stage::Channel | Stage::Address { .. });
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
        take_phone(turn, Phone::parse(phone.reveal()));
    } else {
        turn.tell(Text::ContactNotOwn);
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
    let Ok(email) = Email::parse(typed) else { return turn.tell(Text::EmailUnreadable) };
    let domains = &turn.gate.allowed_email_domains;
    if !email.allowed_by(domains) {
        let masked = Address::Email(email).masked();
        turn.decide(Decision::AddressRefused { masked });
        return turn.tell(Text::EmailDomainNotAllowed { domains: domains.clone() });
    }
    take(turn, Address::Email(email));
}

fn take_phone(turn: &mut Dialogue<'_, '_, '_>, read: Result<Phone, PhoneError>) {
    let countries = &turn.gate.allowed_countries;
    let phone = match read {
        Ok(phone) => phone,
        Err(PhoneError::Unreadable) => {
            return turn.tell(Text::PhoneUnreadable { countries: countries.clone() });
        }
        Err(PhoneError::CannotReceive) => return turn.tell(Text::PhoneCannotReceive),
    };
    if !phone.allowed_by(countries) {
        let masked = Address::Phone(phone).masked();
        turn.decide(Decision::AddressRefused { masked });
        return turn.tell(Text::PhoneCountryNotAllowed { countries: countries.clone() });
    }
    take(turn, Address::Phone(phone));
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
