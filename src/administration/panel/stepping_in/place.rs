//! Who somebody is, and how they stand at a gate.

use super::text::{Lock, Place, Stand};
use crate::administration::desk::text::Who;
use crate::administration::panel::turn::Turn;
use crate::verification::applicant::{Applicant, Stage};
use crate::verification::limits::{Elsewhere, Limits, Standing};
use crate::verification::{GateId, UserId};

/// With their name, as far as it is known.
pub(super) fn who(turn: &Turn<'_, '_>, user: UserId) -> Who {
    let archive = turn.facts.archive;
    let applicant = archive.person(user).and_then(|person| person.name.clone());
    let name = applicant.or_else(|| archive.panel(user).and_then(|panel| panel.name));
    Who { id: user, name }
}

/// How somebody stands at each of these gates.
pub(super) fn of(turn: &Turn<'_, '_>, gates: &[GateId], user: UserId) -> Vec<Place> {
    let person = turn.facts.archive.person(user).unwrap_or_default();
    let place = |gate: &GateId| {
        let group = Some(turn.title(*gate).unwrap_or_default()).filter(|_| gates.len() > 1);
        let Some(applicant) = person.gates.get(gate) else {
            return Place {
                group,
                stand: Stand::Unknown,
                wrong: 0,
                lock: Lock::Open,
                masked: None,
                turned_back: None,
                approved: None,
            };
        };
        Place {
            group,
            stand: stand(applicant),
            wrong: applicant.tally.wrong(),
            lock: lock(turn, *gate, applicant, person.elsewhere(*gate)),
            masked: masked(applicant),
            turned_back: applicant.turned_back.clone(),
            approved: applicant.approved.map(|approval| who(turn, approval.by)),
        }
    };
    gates.iter().map(place).collect()
}

fn stand(applicant: &Applicant) -> Stand {
    if applicant.mute.is_some() && !applicant.stage.is_open() {
        return Stand::Muted;
    }
    match &applicant.stage {
        Stage::New => Stand::Idle,
        Stage::Arriving | Stage::Password => Stand::Password,
        Stage::Channel => Stand::Channel,
        Stage::Address { channel } => Stand::Address(*channel),
        Stage::Confirm { .. } => Stand::Confirm,
        Stage::Code { .. } => Stand::Code,
        Stage::Admitting => Stand::Admitting,
        Stage::Admitted { joined: false, .. } => Stand::Link,
        Stage::Admitted { joined: true, .. } => Stand::Admitted,
        Stage::Member => Stand::Member,
    }
}

fn lock(turn: &Turn<'_, '_>, gate: GateId, applicant: &Applicant, elsewhere: Elsewhere) -> Lock {
    let on_duty = turn.facts.gates.get(&gate).map(|gate| &gate.limits);
    let limits: &Limits = on_duty.unwrap_or(&turn.facts.house.limits);
    // What a restored store forgot concerns everybody alike, and is no lock of theirs.
    match applicant.tally.standing(turn.facts.now, limits, elsewhere, None) {
        Standing::Open => Lock::Open,
        Standing::Locked(wait) | Standing::Restored(wait) => Lock::Locked(wait),
        Standing::Stopped => Lock::Stopped,
    }
}

fn masked(applicant: &Applicant) -> Option<String> {
    let asked = applicant.address.as_ref().map(|address| address.masked());
    match &applicant.stage {
        Stage::Admitted { masked, .. } => Some(masked.clone()).filter(|masked| !masked.is_empty()),
        Stage::Confirm { address } => Some(address.masked()),
        Stage::New
        | Stage::Arriving
        | Stage::Password
        | Stage::Channel
        | Stage::Address { .. }
        | Stage::Code { .. }
        | Stage::Admitting
        | Stage::Member => asked,
    }
}
