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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verification::applicant::{Applicant, Delivery, Stage};
    use crate::verification::{ChallengeId, Timestamp};

    const FIRST: GateId = GateId(-1);
    const SECOND: GateId = GateId(-2);
    const THIRD: GateId = GateId(-3);

    fn challenge(number: u32) -> Challenge {
        Challenge {
            id: ChallengeId(number.into()),
            number,
            code: [1; 32],
            address: [2; 32],
            digits: 6,
            phrase: "amber otter".to_owned(),
            expires: Timestamp(0),
            delivery: Delivery::Sent,
            issued_at: None,
        }
    }

    fn waiting() -> Person {
        let applicant = Applicant {
            stage: Stage::Code { same: false },
            challenge: Some(challenge(2)),
            replaced: vec![challenge(1)],
            ..Applicant::default()
        };
        Person {
            active: Some(FIRST),
            confirming: Some(FIRST),
            gates: BTreeMap::from([(FIRST, Box::new(applicant))]),
            ..Person::default()
        }
    }

    #[test]
    fn everything_is_at_the_new_id_and_codes_stay_bound_to_the_one_they_were_issued_at() {
        let mut person = waiting();
        person.follow(&BTreeMap::from([(FIRST, SECOND)]));
        assert_eq!((person.active, person.confirming), (Some(SECOND), Some(SECOND)));
        assert!(!person.gates.contains_key(&FIRST));
        let applicant = &person.gates[&SECOND];
        let challenges = applicant.challenge.iter().chain(&applicant.replaced);
        assert!(challenges.into_iter().all(|challenge| challenge.bound_to(SECOND) == FIRST));
        // Another move changes nothing of that.
        person.follow(&BTreeMap::from([(FIRST, THIRD), (SECOND, THIRD)]));
        let challenge = person.gates[&THIRD].challenge.as_ref().expect("the open code");
        assert_eq!(challenge.bound_to(THIRD), FIRST);
    }

    #[test]
    fn who_stands_before_other_gates_stays_there() {
        let mut person = waiting();
        let before = person.clone();
        person.follow(&BTreeMap::from([(SECOND, THIRD)]));
        assert_eq!(person, before);
        assert_eq!(challenge(1).bound_to(FIRST), FIRST);
    }
}
