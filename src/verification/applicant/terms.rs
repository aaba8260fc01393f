//! The rules in force: a dialogue keeps the limits and channels under which it began, whatever the
//! gate's admins change meanwhile. Who may pass is always as it is now.

use serde::{Deserialize, Serialize};

use super::Person;
use crate::verification::effect::Channel;
use crate::verification::gate::{Gate, Gates};
use crate::verification::limits::Limits;

/// What an open dialogue keeps of the gate that it began at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub limits: Limits,
    pub channels: Vec<Channel>,
}

impl Terms {
    pub(super) fn of(gate: &Gate) -> Terms {
        Terms { limits: gate.limits.clone(), channels: gate.channels.clone() }
    }

    fn differ_from(&self, gate: &Gate) -> bool {
        self.limits != gate.limits || self.channels != gate.channels
    }
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
