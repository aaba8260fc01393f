//! Who may pass: which addresses a gate takes.
//!
//! What the domains and dial codes say is said as soon as an address is typed. What the roster and
//! the other accounts say comes only after the right code, so that nobody can find out about
//! addresses that are not theirs.

use super::buttons::Action;
use super::turn::Dialogue;
use super::{Decision, Stage, Terms, TurnedBack, asking};
use crate::verification::address::Address;
use crate::verification::effect::{Channel, Effect};
use crate::verification::gate::Gate;
use crate::verification::text::Text;

/// Why an address that was proven does not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It may not even be typed any more.
    NotAllowed(Text),
    NotOnRoster,
    Taken,
}

/// What is said of an address that is of no allowed kind, or of a blocked one.
pub(super) fn not_allowed(gate: &Gate, address: &Address) -> Option<Text> {
    let rules = &gate.addresses;
    match address {
        Address::Email(email) if !email.allowed_by(&rules.domains) => {
            Some(Text::EmailDomainNotAllowed { domains: rules.domains.clone() })
        }
        Address::Email(email) => {
            let blocked =
                !rules.blocked_domains.is_empty() && email.allowed_by(&rules.blocked_domains);
            blocked.then_some(Text::EmailDomainBlocked)
        }
        Address::Phone(phone) if !phone.allowed_by(&rules.countries) => {
            Some(Text::PhoneCountryNotAllowed { countries: rules.countries.clone() })
        }
        Address::Phone(phone) => {
            phone.allowed_by(&rules.blocked_countries).then_some(Text::PhoneCountryBlocked)
        }
    }
}

/// Why the address that they proved does not let them in as things are now.
pub(super) fn refused(turn: &mut Dialogue<'_, '_, '_>) -> Option<Refused> {
    let (gate, user) = (turn.gate, turn.user);
    let key = proven(turn)?;
    let address = turn.applicant().address.as_ref();
    if let Some(text) = address.and_then(|address| not_allowed(gate, address)) {
        return Some(Refused::NotAllowed(text));
    }
    if gate.addresses.roster && !(turn.facts.on_roster)(gate.id, &key) {
        return Some(Refused::NotOnRoster);
    }
    let others = (turn.facts.holders)(gate.id, &key).into_iter().filter(|other| *other != user);
    let room = usize::try_from(gate.addresses.accounts).unwrap_or(usize::MAX);
    (others.count() >= room).then_some(Refused::Taken)
}

/// Notes that the address is theirs from now on, before anything is opened: two accounts with one
/// address may be at this point at the same time.
pub(super) fn claim(turn: &mut Dialogue<'_, '_, '_>) {
    let Some(key) = proven(turn) else { return };
    let applicant = turn.applicant();
    if applicant.holds.contains(&key) || applicant.claim == Some(key) {
        return;
    }
    if let Some(before) = applicant.claim.replace(key) {
        turn.hold(before, false);
    }
    turn.hold(key, true);
}

/// They are in by the address that they claimed: it is theirs even after they have left.
pub(super) fn settle_claim(turn: &mut Dialogue<'_, '_, '_>) {
    let applicant = turn.applicant();
    if let Some(key) = applicant.claim.take() {
        applicant.holds.push(key);
    }
}

/// They did not come in by the address that they claimed.
pub(super) fn drop_claim(turn: &mut Dialogue<'_, '_, '_>) {
    if let Some(key) = turn.applicant().claim.take() {
        turn.hold(key, false);
    }
}

/// Every address that let them in is free for others. Whether there was one.
pub(super) fn free_all(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    drop_claim(turn);
    let applicant = turn.applicant();
    let mut held = std::mem::take(&mut applicant.holds);
    // Of those who passed before what they hold was kept, this is all that there is.
    if let Stage::Admitted { address, .. } = &applicant.stage
        && *address != [0; 32]
        && !held.contains(address)
    {
        held.push(*address);
    }
    let any = !held.is_empty();
    for key in held {
        turn.hold(key, false);
    }
    any
}

/// Back to the address: no strike, for nothing was guessed.
pub(super) fn turn_back(turn: &mut Dialogue<'_, '_, '_>, refused: Refused) {
    let applicant = turn.applicant();
    let masked = match (&applicant.stage, &applicant.address) {
        (Stage::Admitted { masked, .. }, _) => masked.clone(),
        (_, Some(address)) => address.masked(),
        (_, None) => String::new(),
    };
    match refused {
        Refused::NotAllowed(text) => {
            turn.decide(Decision::AddressRefused { masked: masked.clone() });
            back_to_the_address(turn, text);
            turn.applicant().turned_back = Some(TurnedBack::NotAllowed { masked });
        }
        Refused::NotOnRoster => {
            turn.decide(Decision::NotOnRoster { masked: masked.clone() });
            back_to_the_address(turn, Text::NotOnRoster { masked: masked.clone() });
            turn.applicant().turned_back = Some(TurnedBack::NotOnRoster { masked });
        }
        Refused::Taken => {
            turn.decide(Decision::AddressTaken { masked: masked.clone() });
            back_to_the_address(turn, Text::AddressTaken { masked: masked.clone() });
            turn.applicant().turned_back = Some(TurnedBack::Taken { masked });
        }
    }
}

/// Says why another address is needed, and waits for it.
pub(super) fn back_to_the_address(turn: &mut Dialogue<'_, '_, '_>, text: Text) {
    let gate = turn.gate;
    drop_claim(turn);
    if let Stage::Admitted { link: Some(link), .. } = turn.stage() {
        turn.order(Effect::RevokeInvite { gate: gate.id, link });
    }
    let applicant = turn.applicant();
    let channel = match (&applicant.address, &applicant.stage) {
        (_, Stage::Confirm { address }) | (Some(address), _) => address.channel(),
        (None, _) => gate.channels.first().copied().unwrap_or(Channel::Email),
    };
    let request = applicant.request.take();
    let (number, terms) = (applicant.number, applicant.terms.take());
    applicant.close(Stage::Address { channel });
    applicant.request = request;
    applicant.number = number;
    applicant.terms = Some(terms.unwrap_or_else(|| Terms::plain(gate)));
    let last = [Action::Cancel];
    let help = [Action::AskAdmin];
    match asking::other_channel(gate, channel) {
        Some(other) => turn.ask(text, &[&[Action::Use(other)], &help, &last]),
        None => turn.ask(text, &[&help, &last]),
    }
}

/// The keyed hash of the address that they proved to be theirs.
fn proven(turn: &mut Dialogue<'_, '_, '_>) -> Option<[u8; 32]> {
    let applicant = turn.applicant();
    match (&applicant.stage, &applicant.challenge) {
        (Stage::Admitted { address, .. }, _) => Some(*address),
        (_, Some(challenge)) => Some(challenge.address),
        (_, None) => None,
    }
}
