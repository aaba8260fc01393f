//! After the store was put back from a backup: whatever was forgotten helps nobody, and nobody is
//! blamed for it.

use super::*;
use crate::verification::restore::LONGEST;

/// How somebody stands whose store was put back: as at the backup, whatever they did since.
fn put_back(world: &mut Little, backup: (Person, BTreeMap<Ledger, u64>), taken: Timestamp) {
    (world.person, world.ledgers) = backup;
    world.restore = Some(Restore { taken: Some(taken), at: world.now });
}

fn said(outcome: &Outcome) -> Vec<&Text> {
    let texts = outcome.orders.iter().filter_map(|order| match &order.effect {
        Effect::Say { text, .. } => Some(text),
        _ => None,
    });
    texts.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn what_was_forgotten_helps_nobody(
        head_start in 0..=WAY_TO_A_CODE.len(),
        known in prop::collection::vec(acts(), 0..20),
        forgotten in prop::collection::vec(acts(), 0..20),
        afterwards in prop::collection::vec(acts(), 1..60),
    ) {
        let mut world = Little::new();
        for act in WAY_TO_A_CODE[..head_start].iter().chain(&known) {
            world.act(act);
        }
        let backup = (world.person.clone(), world.ledgers.clone());
        let taken = world.now;
        for act in &forgotten {
            world.act(act);
        }
        put_back(&mut world, backup, taken);
        let (restore, limits) = (world.restore.unwrap(), world.limits().clone());
        let known_locks = world.person.gates.get(&GATE).map_or(0, |known| known.tally.locks);
        let (everybody, them) = (restore.until(0, &limits), restore.until(known_locks, &limits));
        prop_assert!(everybody <= them && them.since(restore.at) <= LONGEST);
        prop_assert!(everybody.since(restore.at) >= restore.at.since(taken).min(LONGEST));

        let before_restore = world.letters.len();
        for act in &afterwards {
            let (wrong, live) = (world.wrong_so_far(), world.live_letter());
            let stage = world.person.gates.get(&GATE).map(|applicant| applicant.stage.clone());
            // They had typed it before the backup was made.
            let passed = stage == Some(Stage::Admitting);
            let Some(what) = world.what(act) else { continue };
            let outcome = world.happens(what, |_| matches!(act, Act::TypesPassword { right: true }));
            let has = |name: &str| outcome.decisions.iter().any(|(_, d)| d.name() == name);
            if world.now < them && !(has("admitted") || has("personal_link")) {
                prop_assert_eq!(world.wrong_so_far(), wrong, "{:?} was counted", act);
                for tried in ["right_password", "right_code", "wrong_code"] {
                    prop_assert!(!has(tried), "{:?} was tried", act);
                }
                prop_assert!(passed || !has("tap_link"), "{:?} was tried", act);
                prop_assert!(sends_nothing(&outcome), "{:?} sent a code", act);
            }
            if !passed && (has("right_code") || has("tap_link")) {
                let new = world.letters[before_restore..].iter().any(|(_, letter)| {
                    live.as_ref().is_some_and(|live| live.code.reveal() == letter.code.reveal())
                });
                prop_assert!(new, "a code from before the restore opened the gate");
            }
            for order in &outcome.orders {
                if let Effect::SendCode { challenge, letter, .. } = &order.effect {
                    world.letters.push((*challenge, letter.clone()));
                }
            }
            world.read_keyboards(&outcome);
            if outcome.orders.iter().any(|order| matches!(order.effect, Effect::LookUpMember { .. })) {
                let membership = Membership::NotMember;
                world.happens(What::LookedUp { gate: GATE, membership }, |_| false);
            }
        }
    }
}

#[test]
fn known_and_unknown_people_wait_alike_and_hear_that_it_is_not_their_fault() {
    let mut known = Little::new();
    known.act(&Act::AsksToJoin);
    let (backup, taken) = ((known.person.clone(), BTreeMap::new()), known.now);
    known.now = known.now.after(Duration::from_secs(40 * 60));
    put_back(&mut known, backup, taken);
    let mut unknown = Little::new();
    (unknown.now, unknown.restore) = (known.now, known.restore);
    for world in [&mut known, &mut unknown] {
        world.now = world.now.after(Duration::from_secs(10 * 60));
        let what = world.what(&Act::AsksToJoin).unwrap();
        let outcome = world.happens(what, |_| true);
        let wait = Duration::from_secs(30 * 60);
        assert_eq!(said(&outcome), [&Text::Restored { wait }]);
        world.now = world.now.after(wait);
        let what = world.what(&Act::AsksToJoin).unwrap();
        let outcome = world.happens(what, |_| true);
        assert_eq!(said(&outcome), [&Text::AskPassword { tries: 3 }]);
    }
}

#[test]
fn a_lock_that_lasts_longer_than_the_wait_is_still_what_they_hear_of() {
    let mut world = Little::new();
    world.act(&Act::AsksToJoin);
    for _ in 0..3 {
        world.act(&Act::TypesPassword { right: false });
    }
    let mut lock = world.person.clone();
    lock.gates.get_mut(&GATE).unwrap().tally.locked_until = Some(world.now.after(2 * LONGEST));
    let taken = world.now;
    put_back(&mut world, (lock, BTreeMap::new()), taken);
    let what = world.what(&Act::AsksToJoin).unwrap();
    let outcome = world.happens(what, |_| true);
    assert_eq!(said(&outcome), [&Text::Locked { wait: 2 * LONGEST }]);
}

#[test]
fn a_code_from_before_opens_nothing_and_a_new_one_is_offered() {
    let mut world = Little::new();
    for act in &WAY_TO_A_CODE {
        world.act(act);
    }
    let (backup, taken) = ((world.person.clone(), world.ledgers.clone()), world.now);
    put_back(&mut world, backup, taken);
    let code = world.live_letter().unwrap().code;
    let tap = world.what(&Act::Taps).unwrap();
    // The first lock is over, the code's ten minutes are not.
    world.now = world.now.after(Duration::from_secs(5 * 60));
    let typed = world.text(code.reveal());
    for what in [typed, tap] {
        let outcome = world.happens(what, |_| true);
        assert!(matches!(said(&outcome)[..], [Text::OfferNewCode { .. }]), "{outcome:?}");
    }
    assert!(world.live_letter().is_none());
}

#[test]
fn no_sms_leaves_on_a_day_of_which_something_may_be_forgotten() {
    let mut world = Little::new();
    let gate = world.gates.get_mut(&GATE).unwrap();
    gate.channels.push(Channel::Sms);
    gate.addresses.countries.push("+49".to_owned());
    let (at, taken) = (world.now, world.now.before(Duration::from_secs(60)));
    world.restore = Some(Restore { taken: Some(taken), at });
    let midnight = Timestamp((at.day() + 1) * 24 * 60 * 60 * 1000);
    assert!(midnight.since(at) > Duration::from_secs(60 * 60), "the test's day is long enough");
    let mut tries = |now: Timestamp, address: &str| {
        world.now = now;
        for what in [Act::Cancels, Act::AsksToJoin, Act::TypesPassword { right: true }] {
            let what = world.what(&what).unwrap();
            let outcome = world.happens(what, |_| true);
            world.read_keyboards(&outcome);
        }
        let typed = world.text(address);
        let asked = world.happens(typed, |_| true);
        world.read_keyboards(&asked);
        let send = world.what(&Act::Presses(0)).unwrap();
        world.happens(send, |_| true)
    };
    let waited = at.after(Duration::from_secs(30 * 60));
    let refused = tries(waited, "+49 1512 3456789");
    assert!(sends_nothing(&refused), "{refused:?}");
    assert!(said(&refused).contains(&&Text::CountryHadTooMany), "{refused:?}");
    assert!(!sends_nothing(&tries(waited, "nora@example.org")));
    let tomorrow = midnight.after(Duration::from_secs(1));
    assert!(!sends_nothing(&tries(tomorrow, "+49 1512 3456789")));
}
