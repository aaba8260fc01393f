//! Changing a gate that is open: each subject, two admins at once, and what goes wrong.

use std::time::Duration;

use super::super::state::{List, Subject};
use super::super::text::{BadEntry, GateState, PasswordLine, Why};
use super::super::word::{Expiry, ModeWord, Uses, Word};
use super::super::*;
use super::little::*;
use crate::administration::desk;
use crate::administration::effect::Task;
use crate::administration::outcome::Message;
use crate::administration::press::Press;
use crate::administration::settings::Strictness;
use crate::verification::Hidden;
use crate::verification::address::{Address, Email};
use crate::verification::effect::Channel;
use crate::verification::gate::Mode;
use crate::verification::limits::Ledger;
use crate::verification::password::PasswordRefused;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const LOG: ChatId = ChatId(-500);

/// Anna has the panel of her open gate before her.
fn panel() -> Little {
    let mut little = Little::with_open_gate();
    little.gates.clear();
    little.writes(ANNA, "/gate");
    little
}

fn at(subject: Subject) -> Little {
    let mut little = panel();
    little.presses(ANNA, &Word::Subject(subject));
    little
}

/// Adds a password as Anna, from the panel.
fn add(little: &mut Little, label: &str, password: &str) {
    little.presses(ANNA, &Word::Subject(Subject::Passwords));
    little.presses(ANNA, &Word::AddPassword);
    little.writes(ANNA, label);
    little.writes(ANNA, password);
}

fn line(little: &Little) -> PasswordLine {
    match little.last(ANNA).1 {
        PanelText::OnePassword(line) => line,
        other => panic!("{other:?}"),
    }
}

/// Opens the only password whose label is this.
fn open_password(little: &mut Little, who: UserId, label: &str) {
    little.presses(who, &Word::Subject(Subject::Passwords));
    let mark: String =
        little.keys.password(GROUP, label).iter().take(8).map(|b| format!("{b:02x}")).collect();
    little.presses(who, &Word::Password(mark));
}

#[test]
fn a_second_password_has_a_label_an_end_and_a_limit() {
    let mut little = panel();
    add(&mut little, "  spring \n meeting ", "hush now");
    let added = little.settings().passwords[1].clone();
    assert_eq!((added.label.as_str(), added.hash.reveal()), ("spring meeting", "$hash of 8"));
    assert_eq!((added.expires, added.uses), (None, None));

    little.presses(ANNA, &Word::Expires(Expiry::Days(7)));
    assert_eq!(little.settings().passwords[1].expires, Some(little.now.after(7 * DAY)));
    little.presses(ANNA, &Word::Expires(Expiry::Ask));
    little.writes(ANNA, "next week");
    little.hears(ANNA, &PanelText::BadDate);
    little.writes(ANNA, "31.12.2026");
    let expires = line(&little).expires.expect("an end");
    assert_eq!(expires.to_string(), "2027-01-01 00:00");
    little.presses(ANNA, &Word::Expires(Expiry::Never));
    assert_eq!(little.settings().passwords[1].expires, None);

    // Three came in already: so many *more* may.
    let key = little.keys.password(GROUP, "spring meeting");
    little.shelf.ledgers.insert(Ledger::Password { key }, 3);
    little.presses(ANNA, &Word::Uses(Uses::More(10)));
    assert_eq!(little.settings().passwords[1].uses, Some(13));
    assert_eq!(line(&little).left, Some(10));
    little.presses(ANNA, &Word::Uses(Uses::Ask));
    for wrong in ["0", "10000", "many", "-1"] {
        little.writes(ANNA, wrong);
        little.hears(ANNA, &PanelText::BadNumber { least: 1, most: 9_999 });
    }
    little.writes(ANNA, "2");
    little.shelf.ledgers.insert(Ledger::Password { key }, 5);
    open_password_again(&mut little);
    assert_eq!((line(&little).left, line(&little).dead), (Some(0), true));
    little.presses(ANNA, &Word::Uses(Uses::Any));
    assert!(!line(&little).dead);
    assert_eq!(little.changes_told(GROUP), little.deeds.len(), "the desk hears of each change");
    assert!(little.deeds.iter().all(|deed| deed.detail.to_string() == "spring meeting"));
}

fn open_password_again(little: &mut Little) {
    little.presses(ANNA, &Word::Subject(Subject::Passwords));
    open_password_here(little, "spring meeting");
}

fn open_password_here(little: &mut Little, label: &str) {
    let mark: String =
        little.keys.password(GROUP, label).iter().take(8).map(|b| format!("{b:02x}")).collect();
    little.presses(ANNA, &Word::Password(mark));
}

#[test]
fn labels_are_unique_and_short() {
    let mut little = at(Subject::Passwords);
    little.presses(ANNA, &Word::AddPassword);
    let taken = PanelText::LabelTaken { label: "MAIN".to_owned() };
    little.writes(ANNA, "MAIN");
    little.hears(ANNA, &taken);
    for bad in [" ", "a\u{7}b", &"x".repeat(33)] {
        little.writes(ANNA, bad);
        little.hears(ANNA, &PanelText::LabelLength { longest: 32 });
    }
    little.writes(ANNA, &"ä".repeat(32));
    little.hears(ANNA, &PanelText::AskPassword { label: "ä".repeat(32), rotating: false });
}

#[test]
fn passwords_that_could_never_be_typed_are_refused() {
    let mut little = at(Subject::Passwords);
    little.presses(ANNA, &Word::AddPassword);
    little.writes(ANNA, "second");
    for (typed, why) in [
        (" ".to_owned(), PasswordRefused::Empty),
        ("12345".to_owned(), PasswordRefused::LooksLikeLoginCode),
        ("x".repeat(201), PasswordRefused::TooLong),
    ] {
        little.writes(ANNA, &typed);
        little.hears(ANNA, &PanelText::PasswordRefused { why });
        assert!(little.panel(ANNA).waits());
    }
    assert_eq!(little.settings().passwords.len(), 1);
}

#[test]
fn ten_passwords_are_enough() {
    let mut little = panel();
    for n in 1..10 {
        add(&mut little, &format!("label {n}"), "hush now");
    }
    assert_eq!(little.settings().passwords.len(), 10);
    little.presses(ANNA, &Word::Subject(Subject::Passwords));
    assert!(!little.keyboard(ANNA).1.iter().any(|data| data.ends_with(".add")));
}

#[test]
fn rotating_keeps_the_label_and_renews_what_has_run_out() {
    let mut little = panel();
    open_password(&mut little, ANNA, "main");
    little.presses(ANNA, &Word::Expires(Expiry::Days(30)));
    little.presses(ANNA, &Word::Rotate);
    little.hears(ANNA, &PanelText::AskPassword { label: "main".to_owned(), rotating: true });
    little.writes(ANNA, "other hush");
    let rotated = little.settings().passwords[0].clone();
    assert_eq!((rotated.label.as_str(), rotated.hash.reveal()), ("main", "$hash of 10"));
    assert!(rotated.expires.is_some());
    little.passes(31 * DAY);
    little.presses(ANNA, &Word::Rotate);
    little.writes(ANNA, "third hush!");
    let rotated = little.settings().passwords[0].clone();
    assert_eq!((rotated.hash.reveal(), rotated.expires), ("$hash of 11", None));
    assert_eq!(little.settings().passwords.len(), 1);
    assert!(little.deeds().ends_with(&["password_rotated"]));
}

#[test]
fn a_password_is_removed_after_one_question_but_never_the_last_live_one() {
    let mut little = panel();
    open_password(&mut little, ANNA, "main");
    little.presses(ANNA, &Word::Remove);
    little.hears(ANNA, &PanelText::LastPassword { label: "main".to_owned() });
    add_second(&mut little);
    little.presses(ANNA, &Word::Subject(Subject::Passwords));
    open_password_here(&mut little, "main");
    little.presses(ANNA, &Word::Remove);
    little.hears(ANNA, &PanelText::ConfirmRemove { label: "main".to_owned() });
    little.presses(ANNA, &Word::Yes);
    little.hears(ANNA, &PanelText::Removed { label: "main".to_owned() });
    assert_eq!(little.settings().passwords.len(), 1);
    assert_eq!(little.settings().passwords[0].label, "second");
    // One that is over does not count as live.
    little.shelf.settings.get_mut(&GROUP).expect("settings").passwords[0].expires =
        Some(little.now.after(DAY));
    add_after_removal(&mut little, "third");
    little.passes(2 * DAY);
    little.presses(ANNA, &Word::Remove);
    little.hears(ANNA, &PanelText::LastPassword { label: "third".to_owned() });
}

fn add_second(little: &mut Little) {
    little.presses(ANNA, &Word::Subject(Subject::Passwords));
    add_after_removal(little, "second");
}

fn add_after_removal(little: &mut Little, label: &str) {
    little.presses(ANNA, &Word::AddPassword);
    little.writes(ANNA, label);
    little.writes(ANNA, "hush now");
}

#[test]
fn lists_are_applied_whole_or_not_at_all() {
    let mut little = at(Subject::Addresses);
    little.presses(ANNA, &Word::List(List::Domains));
    little.writes(ANNA, "example.org nora@example.org localhost");
    let bad = vec![
        BadEntry { entry: Hidden::new("nora@example.org"), why: Why::WholeAddress },
        BadEntry { entry: Hidden::new("localhost"), why: Why::NoDomain },
    ];
    little.hears(ANNA, &PanelText::BadEntries { bad });
    assert!(little.settings().addresses.domains.is_empty());
    little.writes(ANNA, ", ,");
    little.hears(ANNA, &PanelText::EmptyList);
    little.writes(ANNA, "example.org\n@*.example.org");
    little.hears(ANNA, &PanelText::Saved);
    assert_eq!(little.settings().addresses.domains, ["@example.org", "@*.example.org"]);

    little.presses(ANNA, &Word::List(List::BlockedDomains));
    little.writes(ANNA, "example.org");
    let bad = vec![BadEntry { entry: Hidden::new("example.org"), why: Why::OnOtherList }];
    little.hears(ANNA, &PanelText::BadEntries { bad });
    little.writes(ANNA, "spam.example");
    assert_eq!(little.settings().addresses.blocked_domains, ["@spam.example"]);

    little.presses(ANNA, &Word::List(List::Countries));
    little.writes(ANNA, "+49, +44");
    let bad = vec![BadEntry { entry: Hidden::new("+44"), why: Why::NotServed }];
    little.hears(ANNA, &PanelText::BadEntries { bad });
    little.writes(ANNA, "0049");
    assert_eq!(little.settings().addresses.countries, ["+49"]);

    little.presses(ANNA, &Word::List(List::Domains));
    little.presses(ANNA, &Word::ClearList(List::Domains));
    assert!(little.settings().addresses.domains.is_empty());
    assert_eq!(
        little.deeds(),
        [
            "allowed_domains_changed",
            "blocked_domains_changed",
            "allowed_countries_changed",
            "allowed_domains_changed"
        ]
    );
}

#[test]
fn an_address_admits_as_many_accounts_as_are_chosen() {
    let mut little = at(Subject::Addresses);
    little.presses(ANNA, &Word::Accounts(5));
    assert_eq!(little.settings().addresses.accounts, 5);
    little.presses(ANNA, &Word::AskAccounts);
    for wrong in ["0", "101", "x"] {
        little.writes(ANNA, wrong);
        little.hears(ANNA, &PanelText::BadNumber { least: 1, most: 100 });
    }
    little.writes(ANNA, " 100 ");
    assert_eq!(little.settings().addresses.accounts, 100);
}

#[test]
fn roster_only_needs_somebody_on_the_roster() {
    let mut little = at(Subject::Addresses);
    little.presses(ANNA, &Word::RosterOnly(true));
    little.hears(ANNA, &PanelText::RosterEmpty);
    assert!(!little.settings().addresses.roster);
    let address = Address::Email(Email::parse("nora@example.org").expect("an address"));
    let key = little.keys.address(&address);
    little.shelf.rosters.entry(GROUP).or_default().insert(key, address);
    little.presses(ANNA, &Word::RosterOnly(true));
    assert!(little.settings().addresses.roster);
    little.presses(ANNA, &Word::RosterOnly(false));
    assert!(!little.settings().addresses.roster);
}

#[test]
fn one_press_chooses_channels_limits_language_and_mode() {
    let mut little = at(Subject::Channels);
    little.presses(ANNA, &Word::Channels(Some(Channel::Sms)));
    assert_eq!(little.settings().channels, Some(vec![Channel::Sms]));
    little.presses(ANNA, &Word::Channels(None));
    assert_eq!(little.settings().channels, None);
    little.presses(ANNA, &Word::Subject(Subject::Overview));
    little.presses(ANNA, &Word::Subject(Subject::Limits));
    little.presses(ANNA, &Word::Strictness(Strictness::Lenient));
    assert_eq!(little.settings().limits, Strictness::Lenient.limits(&little.house.limits));
    little.presses(ANNA, &Word::Strictness(Strictness::Standard));
    assert_eq!(little.settings().limits, None);
    little.presses(ANNA, &Word::Subject(Subject::Overview));
    little.presses(ANNA, &Word::Subject(Subject::Language));
    little.presses(ANNA, &Word::Language(Language::new("de")));
    assert_eq!(little.settings().language, Some(Language::new("de")));
    little.presses(ANNA, &Word::Subject(Subject::Overview));
    little.presses(ANNA, &Word::Subject(Subject::Mode));
    little.presses(ANNA, &Word::Mode(ModeWord::Restrict));
    assert_eq!(little.settings().mode, Mode::Restrict { remove_after: Some(DAY) });
    little.presses(ANNA, &Word::RemoveAfter(None));
    little.presses(ANNA, &Word::Mode(ModeWord::Restrict));
    assert_eq!(little.settings().mode, Mode::Restrict { remove_after: None }, "kept");
    little.presses(ANNA, &Word::Mode(ModeWord::PersonalLink));
    assert_eq!(little.settings().mode, Mode::PersonalLink);
    little.presses(ANNA, &Word::Subject(Subject::Overview));
    little.presses(ANNA, &Word::Listed(true));
    assert!(little.settings().listed);
    assert_eq!(little.changes_told(GROUP), little.deeds.len());
}

#[test]
fn what_is_set_already_is_no_deed() {
    let mut little = at(Subject::Limits);
    little.presses(ANNA, &Word::Strictness(Strictness::Standard));
    assert!(little.deeds.is_empty() && little.told.is_empty());
}

#[test]
fn a_log_chat_is_proved_before_it_is_saved() {
    let mut little = at(Subject::LogChat);
    little.presses(ANNA, &Word::PickLog);
    little.hears(ANNA, &PanelText::PickLogChat);
    little.picks(ANNA, 2, LOG, "Log");
    little.hears(ANNA, &PanelText::LogNoPost);
    little.presses(ANNA, &Word::PickLog);
    little.log_chats.insert(LOG, vec![BEN]);
    little.picks(ANNA, 2, LOG, "Log");
    little.hears(ANNA, &PanelText::LogNotAdmin);
    assert_eq!(little.settings().log_chat, None);
    little.presses(ANNA, &Word::PickLog);
    little.log_chats.insert(LOG, vec![ANNA]);
    little.picks(ANNA, 2, LOG, "Log");
    little.hears(ANNA, &PanelText::LogOn);
    assert_eq!(little.settings().log_chat, Some(LOG));
    // Picked once more, by a keyboard that has done its work.
    little.picks(ANNA, 2, ChatId(-501), "Other");
    assert_eq!(little.settings().log_chat, Some(LOG));
    little.presses(ANNA, &Word::LogOff);
    assert_eq!(little.settings().log_chat, None);
    assert_eq!(little.deeds(), ["log_chat_set", "log_chat_off"]);
}

#[test]
fn no_log_chat_is_saved_for_somebody_who_lost_their_rights_meanwhile() {
    let mut little = at(Subject::LogChat);
    little.presses(ANNA, &Word::PickLog);
    little.log_chats.insert(LOG, vec![ANNA]);
    little.holding = true;
    little.picks(ANNA, 2, LOG, "Log");
    let (gate, who, input) = little.held.pop_front().expect("a look-up");
    let known = What::RightsKnown { gate, rights: Rights::Admin, input: Box::new(input) };
    little.happens(who, known);
    let proved = little.orders.iter().any(|order| matches!(order.task, Task::ProveLog { .. }));
    assert!(proved);
    little.rights.insert((GROUP, ANNA), Rights::None);
    little.release();
    assert_eq!(little.settings().log_chat, None);
    little.hears(ANNA, &PanelText::RightsGone);
}

#[test]
fn the_gate_is_closed_after_one_question() {
    let mut little = panel();
    little.presses(ANNA, &Word::Close);
    little.hears(ANNA, &PanelText::ConfirmClose);
    little.presses(ANNA, &Word::Subject(Subject::Overview));
    assert!(little.settings().open);
    little.presses(ANNA, &Word::Close);
    little.presses(ANNA, &Word::Yes);
    little.hears(ANNA, &PanelText::Closed);
    assert!(little.shelf.settings.is_empty());
    assert_eq!((little.deeds(), little.changes_told(GROUP)), (vec!["gate_closed"], 1));
}

#[test]
fn the_gate_of_the_config_is_shown_and_never_changed() {
    let mut little = Little::new();
    little.writes(ANNA, "/gate");
    let (_, text) = little.last(ANNA);
    let PanelText::Overview(overview) = text else { panic!("{text:?}") };
    assert_eq!(overview.state, GateState::Fixed);
    assert_eq!(overview.passwords[0].label, "config");
    let (message, _) = little.keyboard(ANNA);
    for word in [
        "close",
        "yes",
        "add",
        "main",
        "listed.off",
        "limits.strict",
        "only.off",
        "logoff",
        "open",
        "discard",
    ] {
        let data = format!("a.p.{}.{}.{word}", little.panel(ANNA).serial, FIXED.0);
        little.presses_data(ANNA, message, &data);
    }
    assert!(little.deeds.is_empty() && little.shelf.settings.is_empty());
    little.presses(ANNA, &Word::Examine);
    little.hears(ANNA, &PanelText::Examining);
    little.presses_data(ANNA, MessageId(1), &Press::CheckAgain { gate: FIXED }.data());
    let by = ANNA;
    let told = [
        desk::What::Attached { by },
        desk::What::Examine { by },
        desk::What::Attached { by },
        desk::What::LookAgain { by },
    ];
    assert_eq!(little.told, told.map(|what| Message::Desk(FIXED, what)));
}

#[test]
fn two_admins_at_once_change_what_they_touch_and_nothing_else() {
    let mut little = at(Subject::Addresses);
    little.gates.clear();
    little.writes(BEN, &format!("/start {}", little.keys.setup(GROUP)));
    little.presses(ANNA, &Word::List(List::Domains));
    little.presses(BEN, &Word::Subject(Subject::Limits));
    little.presses(BEN, &Word::Strictness(Strictness::Strict));
    little.writes(ANNA, "example.org");
    // Ben's change is there still, and so is Anna's; both are the gate's admins now.
    assert_eq!(little.settings().limits, Strictness::Strict.limits(&little.house.limits));
    assert_eq!(little.settings().addresses.domains, ["@example.org"]);
    assert!(little.settings().admins.contains(&BEN) && little.settings().admins.contains(&ANNA));
}

#[test]
fn two_admins_remove_the_last_two_passwords_at_once() {
    let mut little = panel();
    add(&mut little, "second", "hush now");
    little.writes(BEN, &format!("/start {}", little.keys.setup(GROUP)));
    open_password(&mut little, BEN, "main");
    little.presses(ANNA, &Word::Remove);
    little.presses(BEN, &Word::Remove);
    little.presses(ANNA, &Word::Yes);
    little.presses(BEN, &Word::Yes);
    little.hears(BEN, &PanelText::LastPassword { label: "main".to_owned() });
    assert_eq!(little.settings().passwords.len(), 1);
}

#[test]
fn what_another_admin_removed_is_not_changed_any_more() {
    let mut little = panel();
    add(&mut little, "second", "hush now");
    little.shelf.settings.get_mut(&GROUP).expect("settings").passwords.pop();
    little.presses(ANNA, &Word::Rotate);
    little.writes(ANNA, "hush again");
    little.hears(ANNA, &PanelText::PasswordGone { label: "second".to_owned() });
    assert_eq!(little.settings().passwords.len(), 1);
    // The same label, added by another admin while this one types.
    little.presses(ANNA, &Word::AddPassword);
    little.writes(ANNA, "third");
    let mut third = little.settings().passwords[0].clone();
    third.label = "Third".to_owned();
    little.shelf.settings.get_mut(&GROUP).expect("settings").passwords.push(third);
    little.writes(ANNA, "hush again");
    little.hears(ANNA, &PanelText::LabelTaken { label: "third".to_owned() });
    assert_eq!(little.settings().passwords.len(), 2);
}

#[test]
fn a_gate_that_another_admin_closed_is_gone() {
    let mut little = at(Subject::Addresses);
    little.presses(ANNA, &Word::List(List::Domains));
    little.shelf.settings.clear();
    little.writes(ANNA, "example.org");
    little.hears(ANNA, &PanelText::GateGone);
    assert!(little.shelf.settings.is_empty() && !little.panel(ANNA).waits());
}

#[test]
fn only_the_newest_keyboard_works() {
    let mut little = panel();
    let (message, old) = little.keyboard(ANNA);
    little.presses(ANNA, &Word::Subject(Subject::Limits));
    let orders = little.orders.len();
    for data in old {
        little.presses_data(ANNA, message, &data);
    }
    assert!(little.orders[orders..].iter().all(|order| matches!(
        &order.task,
        Task::AnswerButton {
            text: Some(crate::administration::text::Text::Panel(PanelText::ButtonSpent)),
            ..
        }
    )));
}

#[test]
fn a_button_pressed_twice_works_once() {
    let mut little = panel();
    little.holding = true;
    let (message, buttons) = little.keyboard(ANNA);
    let listed = buttons.iter().find(|data| data.ends_with(".listed.on")).expect("a button");
    little.presses_data(ANNA, message, listed);
    little.presses_data(ANNA, message, listed);
    little.release();
    assert!(little.settings().listed);
    assert_eq!(little.deeds(), ["listed_changed"]);
    let edits = little.orders.iter().filter(|order| matches!(order.task, Task::Edit { .. }));
    assert_eq!(edits.count(), 1);
}

#[test]
fn presses_edit_the_live_message_and_typed_answers_move_it_down() {
    let mut little = panel();
    let live = little.panel(ANNA).live.expect("a live message");
    little.presses(ANNA, &Word::Subject(Subject::Addresses));
    little.presses(ANNA, &Word::List(List::Domains));
    assert_eq!(little.panel(ANNA).live, Some(live));
    little.writes(ANNA, "example.org");
    let deleted = little.orders.iter().any(|order| order.task == Task::Delete { message: live });
    assert!(deleted && little.panel(ANNA).live != Some(live));
    // A message too old to edit was said anew: that one is live now.
    little.happens(
        ANNA,
        What::Said {
            tag: crate::administration::effect::Tag::Panel,
            chat: chat(ANNA),
            message: MessageId(9_000),
        },
    );
    little.presses(ANNA, &Word::Subject(Subject::Overview));
    assert!(little.panel(ANNA).live.is_some());
}

#[test]
fn an_ex_admin_can_do_nothing_with_an_old_panel() {
    for (rights, text) in [
        (Rights::None, PanelText::RightsGone),
        (Rights::Lesser, PanelText::RightsTooFew),
        (Rights::NoGroup, PanelText::NotInGroup),
    ] {
        let mut little = at(Subject::Limits);
        little.rights.insert((GROUP, ANNA), rights);
        little.presses(ANNA, &Word::Strictness(Strictness::Lenient));
        little.hears(ANNA, &text);
        assert!(little.deeds.is_empty());
        assert_eq!(little.panel(ANNA).screen, state::Screen::Nothing);
    }
}
