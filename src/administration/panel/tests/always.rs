//! What holds whatever anybody does, in any order; most of it is checked by the small world itself.

use std::time::Duration;

use proptest::prelude::*;

use super::super::*;
use super::little::*;
use crate::administration::effect::{Tag, Task};
use crate::verification::event;

/// What may be typed as a password; it must never be seen again.
const SECRET: &str = "hush-hush-never-tell";

const TYPED: [&str; 22] = [
    "/gate",
    "/password",
    "/roster",
    "/log",
    "/doctor",
    "/enrol",
    "/cancel",
    "/approve @nora",
    "/start oAAAA",
    "/start e",
    "members",
    "MAIN",
    SECRET,
    SECRET,
    SECRET,
    "12345",
    "example.org, *.example.com",
    "+49 +43",
    "2026-12-31",
    "100",
    "",
    "\u{202e}\u{0}",
];

#[derive(Clone, Debug)]
enum Act {
    Types(usize),
    /// The button at this place of the newest keyboard.
    Presses(usize),
    /// The button at this place of this keyboard.
    PressesOld(usize, usize),
    PressesStrange(String),
    OpensSetup(u8),
    Picks(i32, u8),
    SendsFile,
    Forwards(bool),
    RightsChange(u8, u8),
    Added(u8),
    Moves,
    BlocksTheBot(bool),
    Holds,
    Releases,
    TimePasses(u32),
    Strange(What),
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (0..TYPED.len()).prop_map(Act::Types),
        20 => any::<usize>().prop_map(Act::Presses),
        2 => any::<(usize, usize)>().prop_map(|(which, at)| Act::PressesOld(which, at)),
        1 => "a\\.[pxs]\\.[0-9.-]{0,8}\\.?[a-z.]{0,12}".prop_map(Act::PressesStrange),
        2 => (0..3u8).prop_map(Act::OpensSetup),
        1 => (0..4i32, 0..3u8).prop_map(|(request, group)| Act::Picks(request, group)),
        1 => Just(Act::SendsFile),
        1 => any::<bool>().prop_map(Act::Forwards),
        2 => (0..3u8, 0..8u8).prop_map(|(group, rights)| Act::RightsChange(group, rights)),
        1 => (0..3u8).prop_map(Act::Added),
        1 => Just(Act::Moves),
        1 => any::<bool>().prop_map(Act::BlocksTheBot),
        1 => Just(Act::Holds),
        2 => Just(Act::Releases),
        1 => (0..200_000u32).prop_map(Act::TimePasses),
        1 => prop_oneof![
            Just(What::Woken),
            Just(What::Fetched { size: None }),
            Just(What::Fetched { size: Some(7) }),
            Just(What::Said { tag: Tag::Panel, chat: ChatId(2), message: MessageId(5) }),
            Just(What::Unsaid { tag: Tag::Panel }),
            Just(What::Unsaid { tag: Tag::Invitation(GROUP) }),
            any::<(bool, bool)>().prop_map(|(posts, admin)| What::LogProved {
                gate: GROUP, log: ChatId(-500), posts, admin,
            }),
            Just(What::Reported {
                gate: GROUP, about: STRANGER, act: event::Act::Approve, result: ActResult::Done,
            }),
        ].prop_map(Act::Strange),
    ]
}

fn group(n: u8) -> GateId {
    [GROUP, OTHER, FIXED][usize::from(n % 3)]
}

fn act(little: &mut Little, who: UserId, act: &Act) {
    match act {
        Act::Types(at) => {
            // A secret is typed where it is asked for; nobody can tell it from a label.
            let asked = little.panel(who).awaiting.map(|awaiting| awaiting.expected);
            let secret = matches!(asked, Some(state::Expected::Password { .. }));
            let text = if TYPED[*at] == SECRET && !secret { "other" } else { TYPED[*at] };
            little.writes(who, text);
        }
        Act::Presses(at) => {
            let Some((message, buttons)) = little.keyboards.get(&who).and_then(|all| all.last())
            else {
                return;
            };
            let (message, data) = (*message, buttons[at % buttons.len()].clone());
            little.presses_data(who, message, &data);
        }
        Act::PressesOld(which, at) => {
            let Some(all) = little.keyboards.get(&who) else { return };
            let (message, buttons) = &all[which % all.len()];
            let (message, data) = (*message, buttons[at % buttons.len()].clone());
            little.presses_data(who, message, &data);
        }
        Act::PressesStrange(data) => little.presses_data(who, MessageId(1), data),
        Act::OpensSetup(n) => {
            let link = format!("/start {}", little.keys.setup(group(*n)));
            little.writes(who, &link);
        }
        Act::Picks(request, n) => little.picks(who, *request, ChatId(group(*n).0), "Picked"),
        Act::SendsFile => {
            let file = File { id: "f".to_owned(), name: None, size: Some(7) };
            little
                .does(who, event::What::SentFile { chat: chat(who), message: MessageId(9), file });
        }
        Act::Forwards(known) => {
            let origin = known.then_some(STRANGER);
            let (chat, message) = (chat(who), MessageId(9));
            let text = Hidden::new("hello");
            let what = event::What::Wrote { chat, message, text, forwarded: true, origin };
            little.does(who, what);
        }
        Act::RightsChange(n, rights) => {
            let rights = match rights {
                0 => Rights::None,
                1 => Rights::Lesser,
                2 => Rights::NoGroup,
                3 => Rights::Unknown,
                _ => Rights::Admin,
            };
            little.rights.insert((group(*n), who), rights);
        }
        Act::Added(n) => {
            let what = What::AddedTo { gate: group(*n), title: "Added".to_owned(), admin: true };
            little.happens(who, what);
        }
        Act::Moves => {
            if let Some(settings) = little.shelf.settings.remove(&OTHER) {
                little.shelf.settings.insert(GateId(-2003), settings);
            }
            for who in [OWNER, ANNA, BEN] {
                little.rights.insert((GateId(-2003), who), Rights::Admin);
                little.happens(who, What::Moved { from: OTHER, to: GateId(-2003) });
            }
        }
        Act::BlocksTheBot(true) => {
            little.unreachable.insert(who);
        }
        Act::BlocksTheBot(false) => {
            little.unreachable.remove(&who);
        }
        Act::Holds => little.holding = true,
        Act::Releases => little.release(),
        Act::TimePasses(seconds) => little.passes(Duration::from_secs(u64::from(*seconds))),
        Act::Strange(what) => little.happens(who, what.clone()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn whatever_anybody_does(
        acts in prop::collection::vec((0..4usize, acts()), 1..60),
        open in any::<bool>(),
    ) {
        let mut little = if open { Little::with_open_gate() } else { Little::new() };
        for (who, what) in &acts {
            let who = [OWNER, ANNA, BEN, STRANGER][*who];
            let live = live_passwords(&little);
            let settled = little.shelf.settings.contains_key(&GROUP);
            act(&mut little, who, what);
            // A gate that could be passed can be passed still, but for time.
            let closed = settled && !little.shelf.settings.contains_key(&GROUP);
            if live > 0 && !closed && !matches!(what, Act::TimePasses(_)) {
                prop_assert!(live_passwords(&little) > 0, "nobody can pass after {what:?}");
            }
        }
        // No secret is seen again, but in the look-up that carries what was typed.
        for order in &little.orders {
            if !matches!(order.task, Task::LookUpRights { .. }) {
                let kept = serde_json::to_string(order).expect("an order has a stored form");
                prop_assert!(!kept.contains(SECRET), "{kept}");
            }
            let shown = format!("{order:?}");
            prop_assert!(!shown.contains(SECRET), "{shown}");
        }
        for deed in &little.deeds {
            prop_assert!(!deed.detail.to_string().contains(SECRET) && deed.by.is_some());
        }
        for settings in little.shelf.settings.values() {
            let kept = serde_json::to_string(settings).expect("settings have a stored form");
            prop_assert!(!kept.contains(SECRET));
            prop_assert!(settings.addresses.accounts >= 1 && settings.passwords.len() <= 10);
        }
        // Of somebody who is nobody anywhere, nothing is kept.
        let somebody = little.panel(STRANGER).survey.is_some()
            || !little.panel(STRANGER).known.is_empty()
            || little.shelf.settings.values().any(|at| at.admins.contains(&STRANGER));
        prop_assert!(somebody || little.panel(STRANGER) == Panel::default());
    }
}

/// Passwords that open the group's gate now, if it is open.
fn live_passwords(little: &Little) -> usize {
    let open = little.shelf.settings.get(&GROUP).filter(|settings| settings.open);
    open.map_or(0, |settings| {
        settings
            .passwords
            .iter()
            .filter(|password| password.expires.is_none_or(|expires| expires > little.now))
            .count()
    })
}
