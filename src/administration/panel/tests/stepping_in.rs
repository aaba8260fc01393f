//! Stepping in: by name, number or forwarded message; cards; what goes wrong.

use proptest::prelude::*;

use super::super::stepping_in::text::{Lock, Stand, StepInText};
use super::super::text::PanelText;
use super::super::word::{Away, Word};
use super::super::*;
use super::little::*;
use crate::administration::desk;
use crate::administration::effect::Task;
use crate::administration::outcome::Message;
use crate::administration::press::{Press, word_of};
use crate::administration::settings::Settings;
use crate::verification::Timestamp;
use crate::verification::applicant::{Applicant, Approval, Person, Stage};
use crate::verification::event::{self, Act, AdmissionOutcome};

const NORA: UserId = UserId(70);
const ACTS: [Act; 4] = [Act::Approve, Act::Decline, Act::Unlock, Act::Revoke];

/// Anna's open gate is the only one; Nora waits at it.
fn gate() -> Little {
    let mut little = Little::with_open_gate();
    little.gates.clear();
    nora(&mut little, &[GROUP]);
    little.writes(ANNA, "/gate");
    little
}

fn nora(little: &mut Little, gates: &[GateId]) {
    let name = Name { full: "Nora Neu".to_owned(), username: Some("nora".to_owned()) };
    let mut person = Person { name: Some(name), ..Person::default() };
    for gate in gates {
        let at = Applicant { stage: Stage::Code { same: false }, ..Applicant::default() };
        person.gates.insert(*gate, Box::new(at));
    }
    little.shelf.people.insert(NORA, person);
    little.shelf.usernames.insert("nora".to_owned(), NORA);
}

fn second_gate(little: &mut Little) {
    let mut settings = Settings::new("Rust Hamburg", ANNA, little.now);
    settings.open = true;
    little.shelf.settings.insert(OTHER, settings);
    little.shelf.titles.insert(OTHER, "Rust Hamburg".to_owned());
}

impl Little {
    fn forwards(&mut self, who: UserId, origin: Option<UserId>) {
        let message = MessageId(2_000 + i32::try_from(self.orders.len()).expect("a few"));
        let text = Hidden::new("hello");
        let chat = chat(who);
        self.does(who, event::What::Wrote { chat, message, text, forwarded: true, origin });
    }

    /// The newest text to them, if it is about stepping in.
    #[track_caller]
    fn said(&self, who: UserId) -> StepInText {
        match self.last(who).1 {
            PanelText::StepIn(text) => text,
            other => panic!("{other:?}"),
        }
    }

    /// What applicants were sent: whom, where, what, by whom.
    fn stepped_in(&self) -> Vec<(UserId, GateId, Act, UserId)> {
        let stepped = |message: &Message| match message {
            Message::Applicant(event) => match event.what {
                event::What::SteppedIn { gate, act, by } => Some((event.user, gate, act, by)),
                _ => panic!("{event:?}"),
            },
            Message::Panel(..) | Message::Desk(..) | Message::Watch(_) => None,
        };
        self.told.iter().filter_map(stepped).collect()
    }

    fn desk_heard(&self, gate: GateId, what: &desk::What) -> bool {
        self.told.iter().any(|told| *told == Message::Desk(gate, what.clone()))
    }

    /// How often the desk was told to answer a press, and the panel did it.
    fn answers(&self, query: &str) -> (usize, usize) {
        let by_desk = self.told.iter().filter(|told| {
            matches!(told, Message::Desk(_, desk::What::AnswerCard { query: Some(q), .. }) if q == query)
        });
        let here = self.orders.iter().filter(
            |order| matches!(&order.task, Task::AnswerButton { query: q, .. } if q == query),
        );
        (by_desk.count(), here.count())
    }

    fn presses_card(&mut self, who: UserId, gate: GateId, act: Act) -> String {
        let query = format!("card{}", self.orders.len());
        let data = Press::Card { gate, card: 7, act }.data();
        let what = event::What::Pressed {
            chat: chat(who),
            message: Some(MessageId(50)),
            query: query.clone(),
            data,
        };
        self.does(who, what);
        query
    }
}

#[test]
fn each_act_is_asked_once_and_done_and_reported() {
    for act in ACTS {
        for way in 0..6 {
            let mut little = gate();
            let command = word_of(act);
            match way {
                0 => assert!(little.writes(ANNA, &format!("/{command} @Nora"))),
                1 => assert!(little.writes(ANNA, &format!("/{command} https://t.me/nora"))),
                2 => assert!(little.writes(ANNA, &format!("/{command} 70"))),
                3 => {
                    little.writes(ANNA, &format!("/{command}"));
                    assert_eq!(little.said(ANNA), StepInText::AskWho { act });
                    little.writes(ANNA, "nora");
                }
                4 => {
                    little.writes(ANNA, &format!("/{command}"));
                    little.forwards(ANNA, Some(NORA));
                }
                _ => {
                    little.forwards(ANNA, Some(NORA));
                    let (message, buttons) = little.keyboard(ANNA);
                    let at = ACTS.iter().position(|other| *other == act).expect("an act");
                    little.presses_data(ANNA, message, &buttons[at]);
                }
            }
            let StepInText::Confirm { act: asked, who } = little.said(ANNA) else {
                panic!("{act:?} {way}: {:?}", little.said(ANNA))
            };
            assert_eq!((asked, who.id), (act, NORA), "{way}");
            assert_eq!(who.name.as_ref().map(|name| name.full.as_str()), Some("Nora Neu"));
            assert!(little.stepped_in().is_empty(), "asked first");
            little.presses(ANNA, &Word::Yes);
            assert_eq!(little.said(ANNA), StepInText::Doing { act, who: who.clone() });
            assert_eq!(little.stepped_in(), [(NORA, GROUP, act, ANNA)]);
            let told = desk::What::SteppedIn { about: NORA, by: ANNA, act };
            assert!(little.desk_heard(GROUP, &told));

            let result = ActResult::Refused(AdmissionOutcome::NoRights);
            let reported = What::Reported { gate: GROUP, about: NORA, act, result };
            little.happens(ANNA, reported.clone());
            assert_eq!(little.said(ANNA), StepInText::Result { act, who, result });
            let said = little.texts[&ANNA].len();
            little.happens(ANNA, reported);
            assert_eq!(little.texts[&ANNA].len(), said, "said once");
        }
    }
}

#[test]
fn no_is_no_and_a_yes_counts_once() {
    let mut little = gate();
    little.writes(ANNA, "/revoke @nora");
    let (message, buttons) = little.keyboard(ANNA);
    little.presses(ANNA, &Word::Away(Away::Leave));
    little.hears(ANNA, &PanelText::Left);
    little.presses_data(ANNA, message, &buttons[0]);
    assert!(little.stepped_in().is_empty());

    little.writes(ANNA, "/revoke @nora");
    let (message, buttons) = little.keyboard(ANNA);
    little.holding = true;
    little.presses_data(ANNA, message, &buttons[0]);
    little.presses_data(ANNA, message, &buttons[0]);
    little.release();
    assert_eq!(little.stepped_in().len(), 1);
}

#[test]
fn whom_nobody_can_mean_is_said_in_one_sentence() {
    let not_seen = |name: &str| StepInText::NotSeen { name: name.to_owned() };
    for (typed, said) in [
        ("@stranger", not_seen("stranger")),
        ("@omar_77 please", not_seen("omar_77")),
        ("nobody at all!", not_seen("nobody")),
        ("@x", StepInText::Unreadable),
        ("0", StepInText::Unreadable),
        ("-5", StepInText::Unreadable),
        ("99999999999999999999999", StepInText::Unreadable),
        ("@@@", StepInText::Unreadable),
        ("@Gate_Bot", StepInText::Myself),
        ("99", StepInText::Myself),
        ("2", StepInText::Yourself),
    ] {
        let mut little = gate();
        little.writes(ANNA, &format!("/approve {typed}"));
        assert_eq!(little.said(ANNA), said, "{typed}");
        little.writes(ANNA, "/approve");
        little.writes(ANNA, typed);
        little.hears(ANNA, &PanelText::StepIn(said));
        // And it is asked again.
        little.writes(ANNA, "@nora");
        assert!(matches!(little.said(ANNA), StepInText::Confirm { .. }), "{typed}");
        assert!(little.stepped_in().is_empty());
    }
    let mut little = gate();
    little.forwards(ANNA, None);
    assert_eq!(little.said(ANNA), StepInText::HiddenOrigin);
    little.writes(ANNA, "/unlock");
    little.forwards(ANNA, None);
    little.hears(ANNA, &PanelText::StepIn(StepInText::HiddenOrigin));
    little.forwards(ANNA, Some(NORA));
    assert!(matches!(little.said(ANNA), StepInText::Confirm { act: Act::Unlock, .. }));
    for (origin, said) in [(ANNA, StepInText::Yourself), (BOT, StepInText::Myself)] {
        let mut little = gate();
        little.forwards(ANNA, Some(origin));
        assert_eq!(little.said(ANNA), said);
    }
}

#[test]
fn somebody_the_bot_knows_by_number_or_handle_only_can_be_approved() {
    let mut little = gate();
    little.writes(ANNA, "/approve 4711");
    assert!(matches!(little.said(ANNA), StepInText::Confirm { who, .. } if who.name.is_none()));
    little.presses(ANNA, &Word::Yes);
    assert_eq!(little.stepped_in(), [(UserId(4711), GROUP, Act::Approve, ANNA)]);
    little.shelf.usernames.insert("omar".to_owned(), UserId(4712));
    little.writes(ANNA, "/approve @omar");
    let StepInText::Confirm { who, .. } = little.said(ANNA) else { panic!() };
    assert_eq!(who.name.and_then(|name| name.username).as_deref(), Some("omar"));
}

#[test]
fn of_several_gates_the_one_where_they_stand_is_meant() {
    let mut little = gate();
    second_gate(&mut little);
    little.writes(ANNA, "/approve @nora");
    assert!(matches!(little.said(ANNA), StepInText::Confirm { .. }));
    assert_eq!(little.panel(ANNA).screen.gate(), Some(GROUP));
    // The other one is meant, though.
    little.presses(ANNA, &Word::StepIn("o".to_owned()));
    assert!(matches!(little.said(ANNA), StepInText::WhichGroup { who: Some(_), .. }));
    let (message, buttons) = little.keyboard(ANNA);
    let other = buttons.iter().find(|data| data.contains(&format!(".{}.", OTHER.0)));
    little.presses_data(ANNA, message, other.expect("the other group"));
    little.presses(ANNA, &Word::Yes);
    assert_eq!(little.stepped_in(), [(NORA, OTHER, Act::Approve, ANNA)]);

    // At both, or at none: it is asked.
    for gates in [&[GROUP, OTHER][..], &[]] {
        nora(&mut little, gates);
        little.writes(ANNA, "/decline @nora");
        assert!(matches!(little.said(ANNA), StepInText::WhichGroup { act: Act::Decline, .. }));
        little.writes(ANNA, "/decline");
        assert_eq!(little.said(ANNA), StepInText::WhichGroup { act: Act::Decline, who: None });
    }
    little.presses(ANNA, &Word::Go);
    assert_eq!(little.said(ANNA), StepInText::AskWho { act: Act::Decline });
    little.writes(ANNA, "@nora");
    little.presses(ANNA, &Word::Yes);
    assert_eq!(little.stepped_in().last(), Some(&(NORA, OTHER, Act::Decline, ANNA)));
}

#[test]
fn gates_where_they_are_no_admin_are_not_named() {
    let mut little = gate();
    second_gate(&mut little);
    nora(&mut little, &[GROUP, OTHER]);
    little.rights.insert((OTHER, ANNA), Rights::None);
    little.writes(ANNA, "/approve @nora");
    assert!(matches!(little.said(ANNA), StepInText::Confirm { .. }));
    assert_eq!(little.panel(ANNA).screen.gate(), Some(GROUP));
    little.forwards(ANNA, Some(NORA));
    let StepInText::Card { places, .. } = little.said(ANNA) else { panic!() };
    assert_eq!(places.len(), 1);

    little.rights.insert((OTHER, ANNA), Rights::Unknown);
    little.rights.insert((GROUP, ANNA), Rights::None);
    little.writes(ANNA, "/approve @nora");
    little.hears(ANNA, &PanelText::TelegramSilent);
    assert!(little.stepped_in().is_empty());
}

#[test]
fn whoever_is_no_admin_there_does_nothing() {
    for (rights, why) in [
        (Rights::None, PanelText::RightsGone),
        (Rights::Lesser, PanelText::RightsTooFew),
        (Rights::NoGroup, PanelText::NotInGroup),
        (Rights::Unknown, PanelText::TelegramSilent),
    ] {
        let mut little = gate();
        little.rights.insert((GROUP, ANNA), rights);
        little.writes(ANNA, "/approve @nora");
        little.hears(ANNA, &why);
        // Lost between question and yes.
        let mut little = gate();
        little.writes(ANNA, "/approve @nora");
        little.rights.insert((GROUP, ANNA), rights);
        little.presses(ANNA, &Word::Yes);
        little.hears(ANNA, &why);
        // Lost before the answer to "who?".
        for forwarded in [true, false] {
            let mut little = gate();
            little.writes(ANNA, "/approve");
            little.rights.insert((GROUP, ANNA), rights);
            if forwarded {
                little.forwards(ANNA, Some(NORA));
            } else {
                little.writes(ANNA, "@nora");
            }
            little.hears(ANNA, &why);
            assert!(little.stepped_in().is_empty());
        }
        assert!(little.stepped_in().is_empty());
    }
}

#[test]
fn a_stranger_hears_nothing_of_gates_and_leaves_nothing_behind() {
    let mut little = Little::with_open_gate();
    nora(&mut little, &[GROUP, FIXED]);
    for text in ["/approve @nora", "/approve", "/revoke 70"] {
        assert!(little.writes(STRANGER, text));
        little.hears(STRANGER, &PanelText::NotForYou);
        assert_eq!(little.panel(STRANGER), Panel::default());
    }
    assert_eq!(little.texts[&STRANGER].len(), 3);
    assert!(little.stepped_in().is_empty());
}

#[test]
fn an_admin_of_a_gate_of_the_config_steps_in_without_being_enrolled() {
    let mut little = Little::new();
    nora(&mut little, &[FIXED]);
    little.rights.insert((FIXED, STRANGER), Rights::Admin);
    little.writes(STRANGER, "/unlock @nora");
    little.presses(STRANGER, &Word::Yes);
    assert_eq!(little.stepped_in(), [(NORA, FIXED, Act::Unlock, STRANGER)]);
    assert!(little.shelf.settings.is_empty());
}

#[test]
fn telegram_is_asked_for_a_stranger_one_command_at_a_time() {
    let mut little = Little::new();
    little.holding = true;
    for _ in 0..5 {
        little.writes(STRANGER, "/approve @nora");
    }
    assert_eq!(little.held.len(), 1);
    little.release();
    little.hears(STRANGER, &PanelText::NotForYou);
    assert_eq!(little.panel(STRANGER), Panel::default());
}

#[test]
fn a_draft_has_nobody_to_look_after() {
    let mut little = gate();
    little.shelf.settings.get_mut(&GROUP).expect("settings").open = false;
    little.writes(ANNA, "/approve @nora");
    assert_eq!(little.said(ANNA), StepInText::NoGate);
    // Closed between question and yes.
    let mut little = gate();
    little.writes(ANNA, "/approve @nora");
    little.shelf.settings.clear();
    little.presses(ANNA, &Word::Yes);
    little.hears(ANNA, &PanelText::GateGone);
    assert!(little.stepped_in().is_empty());
}

#[test]
fn a_forwarded_message_shows_how_its_writer_stands_at_each_gate() {
    let mut little = gate();
    second_gate(&mut little);
    let person = little.shelf.people.get_mut(&NORA).expect("Nora");
    let applicant = person.gates.get_mut(&GROUP).expect("at the gate");
    applicant.tally.wrong_codes = 2;
    applicant.tally.wrong_passwords = 1;
    applicant.tally.locked_until = Some(Timestamp(little.now.0 + 300_000));
    applicant.address =
        Some(crate::administration::roster::parse("nora@example.org").expect("an address"));
    applicant.approved = Some(Approval { by: ANNA, at: little.now });
    little.forwards(ANNA, Some(NORA));
    let StepInText::Card { who, places } = little.said(ANNA) else { panic!() };
    assert_eq!(who.id, NORA);
    let [hamburg, berlin] = &places[..] else { panic!("{places:?}") };
    assert_eq!(hamburg.stand, Stand::Unknown);
    assert_eq!((berlin.stand, berlin.wrong), (Stand::Code, 3));
    assert_eq!(berlin.lock, Lock::Locked(std::time::Duration::from_secs(300)));
    assert_eq!(berlin.masked.as_deref(), Some("n•••a@example.org"));
    assert_eq!(berlin.approved.as_ref().map(|by| by.id), Some(ANNA));
    assert_eq!(berlin.group.as_deref(), Some("Rust Berlin"));
    // One group's card has the four buttons.
    let (message, buttons) = little.keyboard(ANNA);
    little.presses_data(ANNA, message, &buttons[1]);
    assert!(matches!(little.said(ANNA), StepInText::Card { places, .. } if places.len() == 1));
    little.presses(ANNA, &Word::StepIn("u.70".to_owned()));
    little.presses(ANNA, &Word::Yes);
    assert_eq!(little.stepped_in(), [(NORA, GROUP, Act::Unlock, ANNA)]);
}

#[test]
fn a_press_on_a_card_is_answered_once_by_the_desk_or_here() {
    for act in ACTS {
        let mut little = gate();
        let query = little.presses_card(ANNA, GROUP, act);
        let told = desk::What::AnswerCard { card: 7, by: ANNA, act, query: Some(query.clone()) };
        assert!(little.desk_heard(GROUP, &told));
        assert_eq!(little.answers(&query), (1, 0));
        for rights in [Rights::None, Rights::Lesser, Rights::NoGroup, Rights::Unknown] {
            for who in [ANNA, STRANGER] {
                let mut little = gate();
                little.rights.insert((GROUP, who), rights);
                let query = little.presses_card(who, GROUP, act);
                assert_eq!(little.answers(&query), (0, 1), "{rights:?}");
                let alerts = little.orders.iter().filter(|order| {
                    matches!(&order.task, Task::AnswerButton { text: Some(_), alert: true, .. })
                });
                assert_eq!(alerts.count(), 1);
            }
        }
        // The gate is gone.
        let mut little = gate();
        let query = little.presses_card(ANNA, OTHER, act);
        assert_eq!(little.answers(&query), (0, 1));
        assert!(little.stepped_in().is_empty());
    }
}

#[test]
fn what_a_card_did_is_not_reported_twice() {
    let mut little = gate();
    little.presses_card(ANNA, GROUP, Act::Approve);
    let said = little.texts[&ANNA].len();
    let result = ActResult::Done;
    little.happens(ANNA, What::Reported { gate: GROUP, about: NORA, act: Act::Approve, result });
    assert_eq!(little.texts[&ANNA].len(), said);
}

#[test]
fn two_commands_at_once_do_not_mix() {
    let mut little = gate();
    second_gate(&mut little);
    nora(&mut little, &[GROUP, OTHER]);
    little.holding = true;
    little.writes(ANNA, "/approve @nora");
    little.writes(ANNA, "/decline @nora");
    little.release();
    assert!(matches!(little.said(ANNA), StepInText::WhichGroup { act: Act::Decline, .. }));
    let asked = little.texts[&ANNA]
        .iter()
        .filter(|text| matches!(text, PanelText::StepIn(StepInText::WhichGroup { .. })));
    assert_eq!(asked.count(), 1);
}

#[test]
fn the_group_moves_between_question_and_yes() {
    let mut little = gate();
    little.writes(ANNA, "/approve @nora");
    let (message, buttons) = little.keyboard(ANNA);
    let moved = GateId(-2002);
    let settings = little.shelf.settings.remove(&GROUP).expect("settings");
    little.shelf.settings.insert(moved, settings);
    little.rights.insert((moved, ANNA), Rights::Admin);
    little.happens(ANNA, What::Moved { from: GROUP, to: moved });
    little.presses_data(ANNA, message, &buttons[0]);
    assert!(little.stepped_in().is_empty(), "its buttons name the old group");
    nora(&mut little, &[moved]);
    little.writes(ANNA, "/approve @nora");
    little.presses(ANNA, &Word::Yes);
    assert_eq!(little.stepped_in(), [(NORA, moved, Act::Approve, ANNA)]);
    // Reported under the new number, ordered under the old one.
    let newer = GateId(-3002);
    little.happens(ANNA, What::Moved { from: moved, to: newer });
    let result = ActResult::Done;
    little.happens(ANNA, What::Reported { gate: newer, about: NORA, act: Act::Approve, result });
    assert!(matches!(little.said(ANNA), StepInText::Result { .. }));
}

// Whatever happens.

const TYPED: [&str; 10] = [
    "/approve @nora",
    "/decline 70",
    "/unlock",
    "/revoke",
    "/revoke @nobody",
    "@nora",
    "70",
    "junk !",
    "/gate",
    "/cancel",
];

#[derive(Clone, Debug)]
enum Deed {
    Types(usize),
    Forwards(Option<UserId>),
    Presses(usize),
    PressesOld(usize, usize),
    Card(bool, usize),
    Strange(String),
    RightsChange(bool, u8),
    Holds,
    Releases,
    Reported(usize),
}

fn deeds() -> impl Strategy<Value = Deed> {
    let origin = prop_oneof![Just(None), Just(Some(NORA)), Just(Some(ANNA)), Just(Some(BOT))];
    prop_oneof![
        8 => (0..TYPED.len()).prop_map(Deed::Types),
        3 => origin.prop_map(Deed::Forwards),
        12 => any::<usize>().prop_map(Deed::Presses),
        2 => any::<(usize, usize)>().prop_map(|(which, at)| Deed::PressesOld(which, at)),
        3 => (any::<bool>(), 0..4usize).prop_map(|(known, act)| Deed::Card(known, act)),
        1 => "s\\.[a-z.0-9]{0,12}".prop_map(Deed::Strange),
        2 => (any::<bool>(), 0..8u8).prop_map(|(group, rights)| Deed::RightsChange(group, rights)),
        1 => Just(Deed::Holds),
        2 => Just(Deed::Releases),
        1 => (0..4usize).prop_map(Deed::Reported),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Every act was asked for and said yes to; every press is answered exactly once, wherever.
    #[test]
    fn whatever_admins_do_for_people(
        deeds in prop::collection::vec((0..3usize, deeds()), 1..50),
    ) {
        let mut little = gate();
        second_gate(&mut little);
        little.shelf.settings.get_mut(&GROUP).expect("settings").admins.insert(BEN);
        let mut cards = Vec::new();
        let mut yes = 0;
        for (who, deed) in &deeds {
            let who = [ANNA, BEN, STRANGER][*who];
            match deed {
                Deed::Types(at) => {
                    little.writes(who, TYPED[*at]);
                }
                Deed::Forwards(origin) => little.forwards(who, *origin),
                Deed::Presses(at) => {
                    let Some((message, buttons)) = little.keyboards.get(&who).and_then(|all| all.last())
                    else {
                        continue;
                    };
                    let (message, data) = (*message, buttons[at % buttons.len()].clone());
                    yes += usize::from(data.ends_with(".yes"));
                    little.presses_data(who, message, &data);
                }
                Deed::PressesOld(which, at) => {
                    let Some(all) = little.keyboards.get(&who) else { continue };
                    let (message, buttons) = &all[which % all.len()];
                    let (message, data) = (*message, buttons[at % buttons.len()].clone());
                    yes += usize::from(data.ends_with(".yes"));
                    little.presses_data(who, message, &data);
                }
                Deed::Card(known, act) => {
                    let gate = if *known { GROUP } else { GateId(-9) };
                    cards.push(little.presses_card(who, gate, ACTS[*act]));
                }
                Deed::Strange(rest) => {
                    let serial = little.panel(who).serial;
                    let data = Press::Panel { serial, gate: GROUP, word: rest.clone() }.data();
                    little.presses_data(who, MessageId(1), &data);
                }
                Deed::RightsChange(group, rights) => {
                    let rights = match rights {
                        0 => Rights::None,
                        1 => Rights::Lesser,
                        2 => Rights::NoGroup,
                        3 => Rights::Unknown,
                        _ => Rights::Admin,
                    };
                    little.rights.insert((if *group { GROUP } else { OTHER }, who), rights);
                }
                Deed::Holds => little.holding = true,
                Deed::Releases => little.release(),
                Deed::Reported(act) => {
                    let result = ActResult::Nothing;
                    let act = ACTS[*act];
                    little.happens(who, What::Reported { gate: GROUP, about: NORA, act, result });
                }
            }
        }
        little.release();
        for query in &cards {
            let (desk, here) = little.answers(query);
            prop_assert_eq!(desk + here, 1, "{}", query);
        }
        prop_assert!(little.stepped_in().len() <= yes);
        for (about, _, _, by) in little.stepped_in() {
            prop_assert!(about != by && about != BOT);
        }
        prop_assert!(little.panel(ANNA).acting.len() <= 20);
        prop_assert!(little.panel(STRANGER).survey.is_none());
    }
}
