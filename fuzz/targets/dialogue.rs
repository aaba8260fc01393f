//! The applicant's rules, whatever was stored and whatever happens: `step` is total and pure.
//!
//! The first line is a stored person, or `null` for a stranger; the next ones are events, or
//! `+<milliseconds>`.

#![no_main]

use std::collections::BTreeMap;

use countersign::verification::applicant::{Facts, Outcome, Person, Stepped, step};
use countersign::verification::code::Keys;
use countersign::verification::conversion::Conversion;
use countersign::verification::effect::Effect;
use countersign::verification::event::{Event, What};
use countersign::verification::gate::Gates;
use countersign::verification::limits::Ledger;
use countersign::verification::outage::{Outage, Outages};
use countersign::verification::restore::Restore;
use countersign::verification::spending::Spending;
use countersign::verification::{GateId, Timestamp, UserId};
use countersign_fuzz::{Counting, gates};
use libfuzzer_sys::fuzz_target;

struct World {
    gates: Gates,
    keys: Keys,
    outages: Outages,
    now: Timestamp,
    ledgers: BTreeMap<Ledger, u64>,
    spending: Spending,
    restore: Option<Restore>,
}

impl World {
    fn step(&self, person: &mut Person, event: &Event, seed: u64) -> Outcome {
        let mut random = Counting::new(seed);
        let mut password: Option<(GateId, Option<String>)> = None;
        for _ in 0..2 {
            let before = person.clone();
            let mut facts = Facts {
                now: self.now,
                outages: &self.outages,
                gates: &self.gates,
                keys: &self.keys,
                random: &mut random,
                ledger: &|ledger| self.ledgers.get(ledger).copied().unwrap_or(0),
                password: password.clone(),
                on_roster: &|_, key| key[0] & 1 == 0,
                holders: &|_, key| if key[0] & 6 == 0 { vec![UserId(3)] } else { Vec::new() },
                suppressed: &|key| key[0] & 24 == 0,
                conversion: &|_| Conversion::default(),
                spending: &self.spending,
                restore: self.restore,
            };
            match step(person, event, &mut facts) {
                Stepped::Done(outcome) => return outcome,
                Stepped::NeedsPassword { gate, typed, .. } => {
                    assert_eq!(*person, before, "asking for a comparison changed something");
                    let right = typed.reveal().contains("sesame");
                    password = Some((gate, right.then(|| "members".to_owned())));
                }
            }
        }
        panic!("the same password is to be compared again and again");
    }
}

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let Some(first) = lines.next() else { return };
    let person = serde_json::from_str::<Option<Person>>(first);
    let Ok(mut person) = person.map(Option::unwrap_or_default) else { return };
    let mut world = World {
        gates: gates(),
        keys: Keys::derive(&[7; 32]),
        outages: Outages::default(),
        now: Timestamp(1_796_126_400_000),
        ledgers: BTreeMap::new(),
        spending: Spending::default(),
        restore: None,
    };
    for (number, line) in lines.take(60).enumerate() {
        let before = world.now;
        if let Some(milliseconds) = line.strip_prefix('+').and_then(|wait| wait.parse().ok()) {
            world.now = Timestamp(before.0.saturating_add(milliseconds));
            if milliseconds % 2 == 1 {
                world.outages.note(Outage { from: before, until: world.now });
            }
            if milliseconds % 7 == 6 {
                world.restore = Some(Restore { taken: Some(before), at: world.now });
            }
            continue;
        }
        let Ok(event) = serde_json::from_str::<Event>(line) else { continue };
        let was = person.clone();
        let mut twin = person.clone();
        let seed = number as u64;
        let outcome = world.step(&mut person, &event, seed);
        let again = world.step(&mut twin, &event, seed);
        assert_eq!(person, twin, "one step, two ends");
        assert_eq!(format!("{outcome:?}"), format!("{again:?}"));
        holds(&world, &was, &person, &event, &outcome);
        for (ledger, by) in outcome.charges {
            let count = world.ledgers.entry(ledger).or_default();
            *count = count.saturating_add_signed(by);
        }
    }
});

fn holds(world: &World, was: &Person, person: &Person, event: &Event, outcome: &Outcome) {
    let stored = serde_json::to_string(person).expect("a person is JSON");
    let back = serde_json::from_str::<Person>(&stored).expect("what was stored can be read");
    assert_eq!(back, *person);

    let effects = || outcome.orders.iter().map(|order| &order.effect);
    assert!(outcome.orders.iter().all(|order| order.user == event.user));
    let answers = effects().filter(|effect| matches!(effect, Effect::AnswerButton { .. })).count();
    let pressed = matches!(event.what, What::Pressed { .. });
    assert_eq!(answers, usize::from(pressed), "{:?}", outcome.orders);
    let codes = effects().filter(|effect| matches!(effect, Effect::SendCode { .. })).count();
    assert!(codes <= usize::from(pressed), "a code without a press");
    for effect in effects() {
        let text = serde_json::to_string(effect).expect("an effect is JSON");
        assert_eq!(serde_json::from_str::<Effect>(&text).ok().as_ref(), Some(effect));
        if let Effect::SendCode { letter, .. } = effect {
            let code = letter.code.reveal();
            assert!(code.len() != 5 || was.gates.values().any(|a| a.terms.is_some()));
            for order in &outcome.orders {
                assert!(!format!("{order:?}").contains(code) || code.len() < 4, "{order:?}");
            }
        }
    }
    for (gate, at) in &outcome.wakes {
        assert!(*at >= world.now || at.0 == i64::MAX, "a wake-up in the past");
        assert!(world.gates.contains_key(gate));
    }
    // Whose wrong tries go: those of somebody who is in by the rules, by others or by an admin.
    for (id, before) in &was.gates {
        let after = person.gates.get(id).map_or(0, |after| after.tally.wrong());
        if after < before.tally.wrong() {
            let fair = matches!(
                event.what,
                What::Admission { .. }
                    | What::Invited { .. }
                    | What::Joined { .. }
                    | What::JoinRequested { .. }
                    | What::LookedUp { .. }
                    | What::SteppedIn { .. }
                    | What::Removed { .. }
                    | What::Muted { .. }
            );
            assert!(fair, "{event:?} forgot {} wrong tries", before.tally.wrong());
        }
        assert!(after <= before.tally.wrong().saturating_add(1), "one event, two wrong tries");
    }
}
