//! The rules in force: a dialogue keeps the limits and channels under which it began, whatever the
//! gate's admins change meanwhile. Who may pass is always as it is now.
//!
//! Whoever begins while the gate is raided or guessed at has one try before each lock, and in a
//! raid no SMS where e-mail will do. Whoever began before keeps what they were told: nobody is
//! locked sooner for what others do.

use serde::{Deserialize, Serialize};

use super::turn::Dialogue;
use super::{Facts, Person};
use crate::verification::effect::Channel;
use crate::verification::gate::{Gate, Gates};
use crate::verification::limits::{AtGate, Ledger, Limits};

/// What an open dialogue keeps of the gate that it began at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub limits: Limits,
    pub channels: Vec<Channel>,
}

impl Terms {
    /// For whoever begins now.
    pub(super) fn now(turn: &Dialogue<'_, '_, '_>) -> Terms {
        let gate = turn.gate;
        let mut terms = Terms::plain(gate);
        if gate.raid || (gate.limits.guessing_slows && is_guessed_at(gate, turn.facts)) {
            terms.limits = gate.limits.with_one_try();
        }
        if gate.raid && terms.channels.contains(&Channel::Email) {
            terms.channels = vec![Channel::Email];
        }
        terms
    }

    pub(super) fn plain(gate: &Gate) -> Terms {
        Terms { limits: gate.limits.clone(), channels: gate.channels.clone() }
    }

    fn differ_from(&self, gate: &Gate) -> bool {
        self.limits != gate.limits || self.channels != gate.channels
    }
}

/// Whether too many passwords or codes were wrong at this gate in this hour, whoever typed them.
fn is_guessed_at(gate: &Gate, facts: &Facts<'_>) -> bool {
    let (gate_id, hour) = (gate.id, facts.now.hour());
    let ledgers = [
        Ledger::AtGate(AtGate::WrongPasswords { gate: gate_id, hour }),
        Ledger::AtGate(AtGate::WrongCodes { gate: gate_id, hour }),
    ];
    ledgers.iter().any(|ledger| gate.limits.is_guessing((facts.ledger)(ledger)))
}

/// The gates as they are for this person; `None`: as they are for everybody.
pub(super) fn in_force(person: &Person, gates: &Gates) -> Option<Gates> {
    let mut kept: Option<Gates> = None;
    for (id, applicant) in &person.gates {
        let (Some(terms), Some(gate)) = (&applicant.terms, gates.get(id)) else { continue };
        if !terms.differ_from(gate) {
            continue;
        }
        if let Some(gate) = kept.get_or_insert_with(|| gates.clone()).get_mut(id) {
            gate.limits = terms.limits.clone();
            gate.channels.clone_from(&terms.channels);
        }
    }
    kept
}
