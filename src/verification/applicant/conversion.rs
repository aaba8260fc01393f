//! Whether text messages go to a country now: by how many of the latest codes there came back.

use super::buttons::Action;
use super::turn::Dialogue;
use super::{Decision, Stage, asking};
use crate::verification::ChallengeId;
use crate::verification::address::Address;
use crate::verification::alarm::Alarm;
use crate::verification::conversion::{Conversion, Turned};
use crate::verification::effect::Channel;
use crate::verification::text::Text;

/// Whether no code goes to this address's country now. The owners and the gates' admins hear when
/// that has changed.
pub(super) fn is_off(turn: &mut Dialogue<'_, '_, '_>, address: &Address) -> bool {
    let Some(dial_code) = dial_code_of(address) else { return false };
    let (now, least) = (turn.now(), turn.gate.limits.sms_conversion);
    let mut country = turn.conversion(dial_code);
    match country.look(now, least) {
        Some(Turned::Off { rest, verified, of }) => {
            turn.alarm(Alarm::SmsOff { dial_code, rest, verified, of });
        }
        Some(Turned::On) => turn.alarm(Alarm::SmsOnAgain { dial_code }),
        Some(Turned::Trial) | None => {}
    }
    let open = country.is_open(least);
    turn.set_conversion(dial_code, country);
    !open
}

/// Says so, and offers another way.
pub(super) fn turn_away(turn: &mut Dialogue<'_, '_, '_>, address: &Address) {
    if let Some(dial_code) = dial_code_of(address) {
        turn.decide(Decision::CountryOff { dial_code });
    }
    if let Stage::Confirm { .. } = turn.stage() {
        turn.applicant().stage = Stage::Address { channel: Channel::Sms };
    }
    let last = [Action::OtherAddress, Action::Cancel];
    match asking::other_channel(turn.gate, Channel::Sms) {
        Some(other) => {
            let rows: [&[Action]; 3] = [&[Action::Use(other)], &[Action::AskAdmin], &last];
            turn.ask(Text::CountryOff { or_email: true }, &rows);
        }
        None => turn.ask(Text::CountryOff { or_email: false }, &[&[Action::AskAdmin], &last]),
    }
}

/// A code goes there.
pub(super) fn sent(turn: &mut Dialogue<'_, '_, '_>, address: &Address, code: ChallengeId) {
    let now = turn.now();
    change(turn, address, |country| country.sent(code, now));
}

/// It certainly never left.
pub(super) fn withdrawn(turn: &mut Dialogue<'_, '_, '_>, address: &Address, code: ChallengeId) {
    change(turn, address, |country| country.withdrawn(code));
}

/// The live code came back: it speaks for those that it had replaced at the same address, too.
pub(super) fn verified(turn: &mut Dialogue<'_, '_, '_>) {
    let applicant = turn.applicant();
    let (Some(address), Some(live)) = (applicant.address.clone(), applicant.challenge.clone())
    else {
        return;
    };
    let all = applicant.replaced.iter().filter(|code| code.address == live.address);
    let codes: Vec<_> = all.map(|code| code.id).chain([live.id]).collect();
    change(turn, &address, |country| country.verified(&codes));
}

fn change(
    turn: &mut Dialogue<'_, '_, '_>,
    address: &Address,
    change: impl FnOnce(&mut Conversion),
) {
    let Some(dial_code) = dial_code_of(address) else { return };
    let mut country = turn.conversion(dial_code);
    change(&mut country);
    turn.set_conversion(dial_code, country);
}

fn dial_code_of(address: &Address) -> Option<u16> {
    match address {
        Address::Email(_) => None,
        Address::Phone(phone) => Some(phone.dial_code()),
    }
}
