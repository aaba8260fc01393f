//! What an outage does to the windows of those who wait, and what it does not.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

/// Minutes in which we are heard, then minutes in which we are not, in turn.
fn ups_and_downs() -> impl Strategy<Value = Vec<(u64, u64)>> {
    prop::collection::vec((0..5_u64, prop_oneof![0..20_u64, Just(60), Just(200)]), 1..6)
}

const MINUTE: Duration = Duration::from_secs(60);

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    /// A code lives for its ten minutes of being able to be typed, however long that takes.
    #[test]
    fn an_outage_uses_up_no_codes_life(turns in ups_and_downs(), tap: bool) {
        let mut world = Little::new();
        for act in &WAY_TO_A_CODE {
            world.act(act);
        }
        world.act(&Act::MailArrives(DeliveryOutcome::Sent));
        for (up, down) in &turns {
            world.act(&Act::TimePasses(MINUTE * u32::try_from(*up).unwrap()));
            world.act(&Act::NobodyHears(MINUTE * u32::try_from(*down).unwrap()));
        }
        world.act(if tap { &Act::Taps } else { &Act::TypesCode });
        let heard: u64 = turns.iter().map(|(up, _)| up).sum();
        let opened = world.person.gates[&GATE].stage == Stage::Admitting;
        prop_assert_eq!(opened, heard < 10, "heard for {} minutes", heard);
        prop_assert_eq!(world.wrong_so_far(), 0);
    }

    /// Only a day of silence while one could have spoken puts a dialogue away.
    #[test]
    fn an_outage_puts_no_dialogue_away(turns in prop::collection::vec((0..9_u64, 0..5_u64), 1..6)) {
        let mut world = Little::new();
        for act in &WAY_TO_A_CODE[..2] {
            world.act(act);
        }
        const HOUR: u32 = 60;
        for (up, down) in &turns {
            world.act(&Act::TimePasses(MINUTE * HOUR * u32::try_from(*up).unwrap()));
            world.act(&Act::NobodyHears(MINUTE * HOUR * u32::try_from(*down).unwrap()));
        }
        let heard: u64 = turns.iter().map(|(up, _)| up).sum();
        let open = world.person.gates.get(&GATE).is_some_and(|there| there.stage.is_open());
        prop_assert_eq!(open, heard < 24, "heard for {} hours", heard);
    }

    /// A lock is no window: nobody waits longer for our outage, or shorter.
    #[test]
    fn an_outage_makes_no_lock_longer(down in 0..20_u64) {
        let mut world = Little::new();
        world.act(&Act::AsksToJoin);
        for _ in 0..3 {
            world.act(&Act::TypesPassword { right: false });
        }
        prop_assert!(world.locked());
        world.act(&Act::NobodyHears(MINUTE * u32::try_from(down).unwrap()));
        world.act(&Act::TypesPassword { right: true });
        let passed = !matches!(world.person.gates[&GATE].stage, Stage::Password);
        prop_assert_eq!(passed, down >= 5);
    }
}
