//! A group that became a supergroup has another id: whoever stands before its gate goes along.

use std::collections::BTreeMap;

use super::{Challenge, Person};
use crate::verification::GateId;

impl Person {
    /// Follows groups to the ids that they have now; `moved`: those, by the ids that they had.
    ///
    /// What was hashed over the old id (codes that are open, the links that come with them) stays
    /// good: a challenge remembers it.
    pub fn follow(&mut self, moved: &BTreeMap<GateId, GateId>) {
        let old: Vec<GateId> =
            self.gates.keys().copied().filter(|gate| moved.contains_key(gate)).collect();
        for from in old {
            let (Some(to), Some(mut applicant)) = (moved.get(&from), self.gates.remove(&from))
            else {
                continue;
            };
            for challenge in applicant.challenge.iter_mut().chain(&mut applicant.replaced) {
                challenge.issued_at.get_or_insert(from);
            }
            // The counts are those of the old record.
            self.gates.insert(*to, applicant);
        }
        for gate in self.active.iter_mut().chain(&mut self.confirming) {
            if let Some(to) = moved.get(gate) {
                *gate = *to;
            }
        }
    }
}

impl Challenge {
    /// The id that its group had when it was issued; `now`: the one that it has now.
    pub(super) fn bound_to(&self, now: GateId) -> GateId {
        self.issued_at.unwrap_or(now)
    }
}
