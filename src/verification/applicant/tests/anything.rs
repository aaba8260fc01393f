//! People, admins, Telegram and time in any order, in each mode.

use std::time::Duration;

use proptest::prelude::*;

use super::group::{ADMIN, MEMBER, Scene};
use super::*;
use crate::verification::event::Act;

#[derive(Clone, Debug)]
enum Move {
    AsksToJoin,
    Joins(UserId),
    Leaves,
    Starts,
    FollowsOwnButton,
    FollowsAnothersButton,
    Types(&'static str),
    TypesCode,
    TypesWrongCode,
    Presses(Action),
    Cancels,
    AsksForAdmin,
    StepsIn(Act, UserId),
    CarriesOutOne,
    Settles,
    LosesRights,
    MendsRights,
    /// Telegram says nothing about who is a member, or does again.
    Unreadable(bool),
    /// The roster holds this address, or not.
    Lists(&'static str, bool),
    /// Another account came in by this address, or is gone.
    Holds(&'static str, bool),
    PasswordsExpire(bool),
    Passes(Duration),
}

const ADDRESSES: [&str; 2] = ["nora@example.org", "nils@example.org"];

fn moves() -> impl Strategy<Value = Move> {
    let act = prop_oneof![
        3 => Just(Act::Approve),
        2 => Just(Act::Decline),
        1 => Just(Act::Unlock),
        2 => Just(Act::Revoke),
    ];
    let admin = prop_oneof![Just(ADMIN), Just(UserId(101))];
    let address = prop::sample::select(&ADDRESSES[..]);
    prop_oneof![
        3 => Just(Move::AsksToJoin),
        3 => prop_oneof![Just(USER), Just(ADMIN), Just(MEMBER)].prop_map(Move::Joins),
        1 => Just(Move::Leaves),
        2 => Just(Move::Starts),
        1 => Just(Move::FollowsOwnButton),
        1 => Just(Move::FollowsAnothersButton),
        5 => prop_oneof![Just("members"), Just("flyer")].prop_map(Move::Types),
        2 => Just(Move::Types("shut sesame")),
        5 => address.clone().prop_map(Move::Types),
        6 => Just(Move::TypesCode),
        1 => Just(Move::TypesWrongCode),
        8 => prop_oneof![
            5 => Just(Action::Send),
            1 => Just(Action::Resend),
            1 => Just(Action::NewCode),
            1 => Just(Action::OtherAddress),
            2 => Just(Action::TryAgain),
            1 => Just(Action::AskAdmin),
            1 => Just(Action::Cancel),
        ].prop_map(Move::Presses),
        1 => Just(Move::Cancels),
        1 => Just(Move::AsksForAdmin),
        3 => (act, admin).prop_map(|(act, by)| Move::StepsIn(act, by)),
        4 => Just(Move::CarriesOutOne),
        5 => Just(Move::Settles),
        1 => Just(Move::LosesRights),
        2 => Just(Move::MendsRights),
        1 => any::<bool>().prop_map(Move::Unreadable),
        1 => (address.clone(), any::<bool>()).prop_map(|(a, on)| Move::Lists(a, on)),
        1 => (address, any::<bool>()).prop_map(|(a, on)| Move::Holds(a, on)),
        1 => any::<bool>().prop_map(Move::PasswordsExpire),
        2 => prop_oneof![
            Just(Duration::from_secs(61)),
            Just(Duration::from_secs(6 * 60)),
            Just(Duration::from_secs(5 * 60 * 60)),
            Just(Duration::from_secs(25 * 60 * 60)),
        ].prop_map(Move::Passes),
    ]
}

fn modes() -> impl Strategy<Value = Mode> {
    prop_oneof![
        Just(Mode::JoinRequest),
        Just(Mode::Restrict { remove_after: None }),
        Just(Mode::Restrict { remove_after: Some(Duration::from_secs(4 * 60 * 60)) }),
        Just(Mode::PersonalLink),
    ]
}

/// The scene, and how often an admin stepped in.
struct World {
    scene: Scene,
    stepped_in: usize,
}

impl World {
    fn makes(&mut self, step: &Move) {
        let scene = &mut self.scene;
        match step {
            Move::AsksToJoin => scene.asks_to_join(),
            Move::Joins(by) => scene.joins(*by),
            Move::Leaves => scene.leaves(),
            Move::Starts => scene.starts(None),
            Move::FollowsOwnButton => {
                let token = scene.token(USER);
                scene.starts(Some(&token));
            }
            Move::FollowsAnothersButton => {
                let token = scene.token(MEMBER);
                scene.starts(Some(&token));
            }
            Move::Types(text) => scene.types(text),
            Move::TypesCode => scene.types_code(),
            Move::TypesWrongCode => scene.types("000000"),
            Move::Presses(action) => {
                scene.presses(*action);
            }
            Move::Cancels => scene.commands("cancel"),
            Move::AsksForAdmin => scene.commands("admin"),
            Move::StepsIn(act, by) => {
                self.stepped_in += 1;
                scene.steps_in(*act, *by);
            }
            Move::CarriesOutOne => {
                scene.carries_out_one();
            }
            Move::Settles => scene.settles(),
            Move::LosesRights => scene.rights = false,
            Move::MendsRights => scene.mends_rights(),
            Move::Unreadable(unreadable) => scene.unreadable = *unreadable,
            Move::Lists(address, on) => {
                let key = scene.key(address);
                if *on {
                    scene.roster.insert(key)
                } else {
                    scene.roster.remove(&key)
                };
            }
            Move::Holds(address, on) => {
                let users = scene.holders.entry(scene.key(address)).or_default();
                // Nobody else comes in by an address that is somebody's already.
                if *on && users.is_empty() {
                    users.insert(MEMBER)
                } else {
                    users.remove(&MEMBER)
                };
            }
            Move::PasswordsExpire(expire) => {
                let at = expire.then_some(scene.now);
                scene.gate().passwords.iter_mut().for_each(|password| password.expires = at);
            }
            Move::Passes(time) => scene.passes(*time),
        }

        let scene = &self.scene;
        // A muted member is announced and taken back in turns.
        let mut announced = 0;
        for notice in &scene.notices {
            match notice {
                Notice::Muted => announced += 1,
                Notice::MuteOver => announced -= 1,
                _ => {}
            }
            assert!((0..=1).contains(&announced), "{:?}", scene.notices);
        }

        // What is kept of addresses is what the others are told.
        let applicant = scene.applicant();
        let mut own: Vec<_> = applicant.holds.iter().chain(&applicant.claim).copied().collect();
        own.sort_unstable();
        let told = scene.holders.iter().filter(|(_, users)| users.contains(&USER));
        let told: Vec<_> = told.map(|(key, _)| *key).collect();
        assert_eq!(own, told, "{step:?}");
        assert!(scene.done().len() <= self.stepped_in, "{step:?}: {:?}", scene.done());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn the_invariants_hold_whatever_people_and_admins_do(
        mode in modes(),
        roster in any::<bool>(),
        moves in prop::collection::vec(moves(), 1..80),
    ) {
        let scene = Scene::new(|gate| {
            gate.mode = mode;
            gate.addresses.roster = roster;
            let limited = Password { label: "flyer".into(), uses: Some(1), ..gate.passwords[0].clone() };
            gate.passwords.push(limited);
        });
        let mut world = World { scene, stepped_in: 0 };
        for address in ADDRESSES {
            world.makes(&Move::Lists(address, true));
        }
        for step in &moves {
            world.makes(step);
        }
        // In the end the bot has its rights again, and everything comes to its end.
        for step in [Move::Unreadable(false), Move::MendsRights, Move::Settles, Move::MendsRights, Move::Settles] {
            world.makes(&step);
        }
        let scene = &world.scene;
        prop_assert_eq!(scene.done().len(), world.stepped_in, "{:?}", scene.done());
        prop_assert_eq!(scene.applicant().acting, None);
        let mute = scene.applicant().mute;
        prop_assert_eq!(scene.member && scene.muted, mute.is_some(), "{:?}", mute);
        prop_assert!(scene.uses("flyer") <= 1);
    }
}
