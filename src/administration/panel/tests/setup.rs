//! The guided set-up, from nothing to an open gate.

use std::time::Duration;

use super::super::state::List;
use super::super::text::{GateState, Missing};
use super::super::word::{ModeWord, Word};
use super::super::*;
use super::little::*;
use crate::administration::effect::Task;
use crate::administration::settings::Strictness;
use crate::verification::effect::Channel;
use crate::verification::gate::Mode;

const SECRET: &str = "hush now";

fn begun() -> Little {
    let mut little = Little::new();
    little.picks(ANNA, 1, ChatId(GROUP.0), "Rust Berlin");
    little
}

/// The number of the step that is shown.
fn step(little: &Little) -> Option<(u32, u32)> {
    match little.texts[&ANNA].last().expect("a text") {
        PanelText::Page { step, .. } => *step,
        _ => None,
    }
}

#[test]
fn from_nothing_to_an_open_gate() {
    let mut little = begun();
    assert_eq!(step(&little), Some((1, 7)));
    little.presses(ANNA, &Word::AddPassword);
    little.hears(ANNA, &PanelText::AskLabel);
    assert!(little.writes(ANNA, "members 2026"));
    assert!(little.writes(ANNA, SECRET));
    little.hears(ANNA, &PanelText::PasswordKept { label: "members 2026".to_owned() });
    little.presses(ANNA, &Word::Next);
    assert_eq!(step(&little), Some((2, 7)));
    little.presses(ANNA, &Word::Channels(Some(Channel::Email)));
    assert_eq!(step(&little), Some((3, 7)));
    little.presses(ANNA, &Word::List(List::Domains));
    assert!(little.writes(ANNA, "example.org, *.example.com"));
    little.presses(ANNA, &Word::Next);
    little.presses(ANNA, &Word::Strictness(Strictness::Strict));
    assert_eq!(step(&little), Some((5, 7)));
    little.presses(ANNA, &Word::Language(Language::new("de")));
    little.presses(ANNA, &Word::Mode(ModeWord::Restrict));
    little.presses(ANNA, &Word::RemoveAfter(Some(Duration::from_secs(3600))));
    little.presses(ANNA, &Word::Tidy(true));
    little.presses(ANNA, &Word::Next);
    assert_eq!(step(&little), Some((7, 7)));
    little.presses(ANNA, &Word::Next);
    let (_, text) = little.last(ANNA);
    let PanelText::Overview(overview) = text else { panic!("{text:?}") };
    assert_eq!(overview.state, GateState::Draft(vec![]));
    assert_eq!(little.changes_told(GROUP), 0, "a draft is nobody's business");
    little.presses(ANNA, &Word::Open);

    let settings = little.settings();
    assert!(settings.open);
    assert_eq!(settings.title, "Rust Berlin");
    assert_eq!(settings.channels, Some(vec![Channel::Email]));
    assert_eq!(settings.addresses.domains, ["@example.org", "@*.example.com"]);
    assert_eq!(settings.limits, Strictness::Strict.limits(&little.house.limits));
    assert_eq!(settings.language, Some(Language::new("de")));
    assert_eq!(settings.mode, Mode::Restrict { remove_after: Some(Duration::from_secs(3600)) });
    assert!(settings.tidy);
    assert_eq!(settings.passwords.len(), 1);
    assert_eq!(settings.passwords[0].label, "members 2026");
    assert_eq!(settings.passwords[0].hash.reveal(), "$hash of 8");
    assert_eq!(little.changes_told(GROUP), 1);
    assert!(little.deeds().ends_with(&["tidy_changed", "gate_opened"]));
    let link = format!("https://t.me/gate_bot?start={}", little.keys.gate(GROUP));
    little.hears(ANNA, &PanelText::Opened { link, mode: settings_mode(&little) });
    assert!(little.panel(ANNA).walks.is_empty());
}

fn settings_mode(little: &Little) -> Mode {
    little.settings().mode.clone()
}

#[test]
fn label_and_password_are_deleted_at_once() {
    let mut little = begun();
    little.presses(ANNA, &Word::AddPassword);
    let before = little.orders.len();
    little.writes(ANNA, "members");
    little.writes(ANNA, SECRET);
    let deleted: Vec<bool> = little.orders[before..]
        .iter()
        .filter_map(|order| match &order.task {
            Task::Delete { message } => Some(Some(*message) != little.panel(ANNA).live),
            _ => None,
        })
        .collect();
    assert!(deleted.len() >= 2, "{deleted:?}");
    // The very first order after each message is to delete it.
    let first = &little.orders[before].task;
    assert!(matches!(first, Task::Delete { .. }), "{first:?}");
}

#[test]
fn every_step_can_be_skipped_and_what_is_missing_is_named() {
    let mut little = begun();
    for _ in 0..7 {
        little.presses(ANNA, &Word::Next);
    }
    let (_, text) = little.last(ANNA);
    let PanelText::Overview(overview) = text else { panic!("{text:?}") };
    assert_eq!(overview.state, GateState::Draft(vec![Missing::Password]));
    let (message, buttons) = little.keyboard(ANNA);
    assert!(!buttons.iter().any(|data| data.ends_with(".open")));
    // Nor by a button that was made up.
    let data = format!("a.p.{}.{}.open", little.panel(ANNA).serial, GROUP.0);
    little.presses_data(ANNA, message, &data);
    little.hears(ANNA, &PanelText::CannotOpen { missing: vec![Missing::Password] });
    assert!(!little.settings().open);
}

#[test]
fn a_set_up_goes_on_where_it_was_left() {
    let mut little = begun();
    little.gates.clear();
    little.presses(ANNA, &Word::Next);
    little.presses(ANNA, &Word::Next);
    assert_eq!(step(&little), Some((3, 7)));
    little.presses(ANNA, &Word::Back);
    assert_eq!(step(&little), Some((2, 7)));
    little.presses(ANNA, &Word::Next);
    little.presses(ANNA, &Word::Stop);
    little.hears(ANNA, &PanelText::Stopped);
    little.writes(ANNA, "/gate");
    assert_eq!(step(&little), Some((3, 7)));
    // Another admin begins at the beginning, with what is set so far.
    little.presses(ANNA, &Word::Next);
    little.presses(ANNA, &Word::Strictness(Strictness::Lenient));
    let link = format!("/start {}", little.keys.setup(GROUP));
    little.writes(BEN, &link);
    assert!(matches!(little.last(BEN).1, PanelText::Passwords { .. }));
    assert_eq!(little.settings().limits, Strictness::Lenient.limits(&little.house.limits));
}

#[test]
fn a_draft_is_discarded_after_one_question() {
    let mut little = begun();
    little.presses(ANNA, &Word::Stop);
    little.presses(ANNA, &Word::Discard);
    little.hears(ANNA, &PanelText::ConfirmDiscard);
    little.presses(ANNA, &Word::Subject(state::Subject::Overview));
    assert!(!little.settings().open);
    little.presses(ANNA, &Word::Discard);
    little.presses(ANNA, &Word::Yes);
    little.hears(ANNA, &PanelText::Discarded);
    assert!(little.shelf.settings.is_empty());
    assert_eq!(little.deeds(), ["setup_started", "draft_discarded"]);
}

#[test]
fn nobody_discards_what_another_admin_has_opened_meanwhile() {
    let mut little = begun();
    little.presses(ANNA, &Word::Stop);
    little.presses(ANNA, &Word::Discard);
    little.shelf.settings.get_mut(&GROUP).expect("a draft").open = true;
    little.presses(ANNA, &Word::Yes);
    assert!(little.settings().open, "the gate is there still");
}

#[test]
fn a_step_with_nothing_to_choose_is_left_out() {
    let mut little = Little::new();
    little.house.channels = vec![Channel::Email];
    little.picks(ANNA, 1, ChatId(GROUP.0), "Rust Berlin");
    assert_eq!(step(&little), Some((1, 6)));
    little.presses(ANNA, &Word::Next);
    assert!(matches!(little.last(ANNA).1, PanelText::Addresses { .. }));
    assert!(!little.keyboard(ANNA).1.iter().any(|data| data.ends_with(".list.codes")));
}

#[test]
fn losing_rights_in_the_middle_ends_it() {
    let mut little = begun();
    little.presses(ANNA, &Word::AddPassword);
    little.presses(ANNA, &Word::MainLabel);
    little.rights.insert((GROUP, ANNA), Rights::None);
    little.writes(ANNA, SECRET);
    little.hears(ANNA, &PanelText::RightsGone);
    assert!(little.settings().passwords.is_empty());
    assert!(!little.panel(ANNA).waits());
    assert!(!little.writes(ANNA, SECRET), "nothing is waited for");
    little.rights.insert((GROUP, ANNA), Rights::Lesser);
    let link = format!("/start {}", little.keys.setup(GROUP));
    little.writes(ANNA, &link);
    little.hears(ANNA, &PanelText::RightsTooFew);
}

#[test]
fn when_telegram_is_silent_it_can_be_done_again() {
    let mut little = begun();
    little.presses(ANNA, &Word::AddPassword);
    little.presses(ANNA, &Word::MainLabel);
    little.rights.insert((GROUP, ANNA), Rights::Unknown);
    little.writes(ANNA, SECRET);
    little.hears(ANNA, &PanelText::TelegramSilent);
    assert!(little.settings().passwords.is_empty());
    little.rights.insert((GROUP, ANNA), Rights::Admin);
    little.writes(ANNA, SECRET);
    assert_eq!(little.settings().passwords.len(), 1);
}

#[test]
fn what_nobody_types_is_not_waited_for_all_day() {
    let mut little = begun();
    little.presses(ANNA, &Word::AddPassword);
    assert!(little.panel(ANNA).waits());
    little.passes(Duration::from_secs(59 * 60));
    assert!(little.panel(ANNA).waits());
    little.passes(Duration::from_secs(60));
    assert!(!little.panel(ANNA).waits());
    little.writes(ANNA, "members");
    little.hears(ANNA, &PanelText::Home { any: true });
    assert!(little.settings().passwords.is_empty());
}

#[test]
fn cancel_ends_what_is_waited_for() {
    let mut little = begun();
    assert!(!little.writes(ANNA, "/cancel"), "nothing is waited for");
    little.presses(ANNA, &Word::AddPassword);
    assert!(little.writes(ANNA, "/cancel"));
    little.hears(ANNA, &PanelText::Cancelled);
    assert!(!little.panel(ANNA).waits());
}

#[test]
fn the_group_gets_another_id_in_the_middle() {
    let mut little = begun();
    little.presses(ANNA, &Word::AddPassword);
    little.writes(ANNA, "members");
    let settings = little.shelf.settings.remove(&GROUP).expect("a draft");
    little.shelf.settings.insert(OTHER, settings);
    little.rights.insert((GROUP, ANNA), Rights::NoGroup);
    little.happens(ANNA, What::Moved { from: GROUP, to: OTHER });
    little.writes(ANNA, SECRET);
    let moved = little.shelf.settings.get(&OTHER).expect("it moved");
    assert_eq!(moved.passwords.len(), 1);
}

#[test]
fn a_password_is_no_answer_to_what_is_asked_later() {
    let mut little = begun();
    little.presses(ANNA, &Word::AddPassword);
    little.presses(ANNA, &Word::MainLabel);
    little.holding = true;
    little.writes(ANNA, SECRET);
    little.holding = false;
    little.presses(ANNA, &Word::Subject(state::Subject::Passwords));
    little.presses(ANNA, &Word::AddPassword);
    little.release();
    little.hears(ANNA, &PanelText::AskLabel);
    assert!(little.settings().passwords.is_empty() && little.panel(ANNA).waits());
}
