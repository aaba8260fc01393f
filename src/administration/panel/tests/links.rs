//! Who may: links, strangers, lists of groups.

use std::time::Duration;

use super::super::word::{Away, Word};
use super::super::*;
use super::little::*;
use crate::administration::desk;
use crate::administration::effect::{Tag, Task};
use crate::administration::outcome::Message;
use crate::administration::press::Press;
use crate::verification::Timestamp;
use crate::verification::code::Invitation;

const MINUTE: Duration = Duration::from_secs(60);

fn claim(little: &Little, nonce: u32) -> String {
    let token = little.keys.invitation(Invitation::Claim, nonce, little.now.after(10 * MINUTE));
    format!("/start {token}")
}

/// The newest enrolment link, as a command.
fn made(little: &Little) -> String {
    let (_, text) = little.last(OWNER);
    let PanelText::EnrolmentLink { link, lives } = text else { panic!("{text:?}") };
    assert_eq!(lives, Duration::from_secs(24 * 60 * 60));
    let token = link.strip_prefix("https://t.me/gate_bot?start=").expect("a link to the bot");
    format!("/start {token}")
}

#[test]
fn the_claim_link_makes_one_owner() {
    let mut little = Little::new();
    let link = claim(&little, 1);
    little.writes(STRANGER, &link);
    little.hears(STRANGER, &PanelText::OwnersNamed);
    assert!(little.shelf.staff.owners.is_empty() && little.shelf.staff.spent.is_empty());
    little.owners.clear();
    little.writes(STRANGER, &link);
    little.hears(STRANGER, &PanelText::NowOwner);
    assert!(little.shelf.staff.owners.contains(&STRANGER));
    assert_eq!(little.deeds(), ["owner_claimed"]);
    assert!(little.orders.iter().any(|order| order.task == Task::OfferCommands { enrols: true }));

    let other = UserId(99);
    little.writes(other, &link);
    little.hears(other, &PanelText::LinkUsed);
    little.writes(STRANGER, &link);
    little.hears(STRANGER, &PanelText::AlreadyIn);
    assert!(!little.shelf.staff.owners.contains(&other));

    let another = claim(&little, 2);
    little.passes(11 * MINUTE);
    little.writes(other, &another);
    little.hears(other, &PanelText::LinkExpired);
    little.writes(other, &link);
    little.hears(other, &PanelText::LinkUsed);
    let next = claim(&little, 3);
    little.writes(other, &next);
    little.hears(other, &PanelText::NowOwner);
    assert_eq!(little.shelf.staff.spent.len(), 1, "links that are dead anyway are forgotten");
    little.writes(UserId(98), &link);
    little.hears(UserId(98), &PanelText::LinkExpired);
}

#[test]
fn an_owner_enrols_an_admin() {
    let mut little = Little::new();
    little.writes(OWNER, "/enrol");
    let link = made(&little);
    little.writes(OWNER, &link);
    little.hears(OWNER, &PanelText::AlreadyIn);
    little.writes(ANNA, &link);
    little.hears(ANNA, &PanelText::AlreadyIn);
    little.writes(STRANGER, &link);
    little.hears(STRANGER, &PanelText::NowEnrolled);
    assert_eq!(little.shelf.staff.admins.get(&STRANGER), Some(&little.now));
    little.writes(UserId(99), &link);
    little.hears(UserId(99), &PanelText::LinkUsed);

    little.writes(OWNER, "/enrol");
    let second = made(&little);
    assert_ne!(second, link);
    little.passes(24 * 60 * MINUTE);
    little.writes(UserId(99), &second);
    little.hears(UserId(99), &PanelText::LinkExpired);
    assert_eq!(little.deeds(), ["enrolment_link_made", "admin_enrolled", "enrolment_link_made"]);
}

#[test]
fn links_cannot_be_forged() {
    let mut little = Little::new();
    for forged in ["/start oAAAA", "/start e", "/start sometext", "/start s"] {
        little.writes(STRANGER, forged);
        little.hears(STRANGER, &PanelText::LinkForged);
    }
    assert!(little.shelf.staff.owners.is_empty() && little.shelf.panels.is_empty());
}

#[test]
fn strangers_hear_how_admins_get_in_and_nothing_is_kept_of_them() {
    let mut little = Little::new();
    for command in ["/gate", "/password", "/roster", "/log", "/doctor", "/enrol"] {
        little.writes(STRANGER, command);
        little.hears(STRANGER, &PanelText::NotForYou);
    }
    let setup = format!("/start {}", little.keys.setup(GROUP));
    little.writes(STRANGER, &setup);
    little.hears(STRANGER, &PanelText::NotForYou);
    little.picks(STRANGER, 1, ChatId(GROUP.0), "Rust Berlin");
    little.hears(STRANGER, &PanelText::NotForYou);
    let press = Press::SetUp { gate: GROUP }.data();
    little.presses_data(STRANGER, MessageId(1), &press);
    little.hears(STRANGER, &PanelText::NotForYou);
    assert!(little.shelf.panels.is_empty() && little.deeds.is_empty());
    let asked = little.orders.iter().any(|order| matches!(order.task, Task::LookUpRights { .. }));
    assert!(!asked, "strangers cannot have the bot ask about groups");
}

#[test]
fn only_owners_enrol() {
    let mut little = Little::new();
    little.writes(ANNA, "/enrol");
    little.hears(ANNA, &PanelText::OwnersOnly);
}

#[test]
fn open_enrolment_lets_every_group_admin_set_up() {
    let mut little = Little::new();
    little.open_enrolment = true;
    little.rights.insert((GROUP, STRANGER), Rights::Admin);
    little.writes(STRANGER, "/gate");
    little.hears(STRANGER, &PanelText::NoGroups);
    little.picks(STRANGER, 1, ChatId(GROUP.0), "Rust Berlin");
    assert!(little.settings().admins.contains(&STRANGER));
    // The config's gates are not theirs to know of.
    assert!(little.panel(STRANGER).known.contains(&GROUP));
    little.writes(STRANGER, "/gate");
    assert!(!little.keyboard(STRANGER).1.iter().any(|data| data.contains(&FIXED.0.to_string())));
}

#[test]
fn several_groups_are_offered_and_one_is_opened_at_once() {
    let mut little = Little::with_open_gate();
    little.writes(ANNA, "/gate");
    little.hears(ANNA, &PanelText::ChooseGroup);
    let (message, buttons) = little.keyboard(ANNA);
    assert_eq!(buttons.len(), 4, "two groups, pick another, leave: {buttons:?}");
    let fixed = buttons.iter().find(|data| data.contains(&FIXED.0.to_string())).expect("a button");
    little.presses_data(ANNA, message, fixed);
    let (_, text) = little.last(ANNA);
    let PanelText::Overview(overview) = text else { panic!("{text:?}") };
    assert_eq!(overview.state, text::GateState::Fixed);
    little.presses(ANNA, &Word::Away(Away::Groups));
    little.hears(ANNA, &PanelText::ChooseGroup);
    little.presses(ANNA, &Word::Away(Away::Leave));
    little.hears(ANNA, &PanelText::Left);

    little.gates.clear();
    little.writes(ANNA, "/gate");
    assert!(matches!(little.last(ANNA).1, PanelText::Overview(_)), "there is only one");
}

#[test]
fn commands_lead_to_what_they_name() {
    let mut little = Little::with_open_gate();
    little.gates.clear();
    little.writes(ANNA, "/password");
    assert!(matches!(little.last(ANNA).1, PanelText::Passwords { .. }));
    little.writes(ANNA, "/log");
    assert!(matches!(little.last(ANNA).1, PanelText::LogChat { on: false }));
    little.writes(ANNA, "/doctor");
    little.hears(ANNA, &PanelText::Examining);
    let examine = Message::Desk(GROUP, desk::What::Examine { by: ANNA });
    assert!(little.told.contains(&examine));
    // Through the list too.
    little.shelf.settings.insert(OTHER, little.settings().clone());
    little.writes(ANNA, "/password");
    little.hears(ANNA, &PanelText::ChooseGroup);
    little.presses(ANNA, &Word::Go);
    assert!(matches!(little.last(ANNA).1, PanelText::Passwords { .. }));
}

#[test]
fn the_bot_comes_into_a_group() {
    let mut little = Little::new();
    let added = || What::AddedTo { gate: GROUP, title: "Rust Berlin".to_owned(), admin: true };
    little.happens(STRANGER, added());
    assert!(little.orders.is_empty() && little.shelf.panels.is_empty());

    little.unreachable.insert(ANNA);
    little.happens(ANNA, added());
    assert_eq!(little.told, [Message::Desk(GROUP, desk::What::NeedSignpost { by: ANNA })]);

    little.unreachable.clear();
    little.happens(ANNA, added());
    little.hears(ANNA, &PanelText::Invitation { admin: true });
    let said = little.orders.last().expect("an order");
    let Task::Say { tag, group, .. } = &said.task else { panic!("{said:?}") };
    assert_eq!((*tag, group.as_deref()), (Some(Tag::Invitation(GROUP)), Some("Rust Berlin")));
    // The button works whatever else was done meanwhile.
    let (message, buttons) = little.keyboard(ANNA);
    little.writes(ANNA, "/gate");
    little.presses_data(ANNA, message, &buttons[0]);
    assert_eq!(little.settings().title, "Rust Berlin");
    assert!(!little.settings().open);
    assert_eq!(little.deeds(), ["setup_started"]);
}

#[test]
fn the_signpost_leads_another_admin_to_the_set_up() {
    let mut little = Little::new();
    let link = format!("/start {}", little.keys.setup(GROUP));
    little.writes(BEN, &link);
    assert!(little.told.contains(&Message::Desk(GROUP, desk::What::SignpostUsed)));
    assert!(little.settings().admins.contains(&BEN));
    assert_eq!(little.settings().made, little.now);
    // A former admin of the group is told so, and nothing begins.
    let mut little = Little::new();
    little.rights.insert((GROUP, BEN), Rights::None);
    little.writes(BEN, &link);
    little.hears(BEN, &PanelText::RightsGone);
    assert!(little.shelf.settings.is_empty() && little.told.is_empty());
}

#[test]
fn a_group_is_picked() {
    let mut little = Little::new();
    little.writes(ANNA, "/gate");
    // Only the config's gate is there: its panel comes at once.
    little.presses(ANNA, &Word::Away(Away::Groups));
    little.presses(ANNA, &Word::Away(Away::Pick));
    little.hears(ANNA, &PanelText::PickGroup);
    little.picks(ANNA, 1, ChatId(OTHER.0), "Rust Hamburg");
    let draft = little.shelf.settings.get(&OTHER).expect("a draft");
    assert_eq!((draft.title.as_str(), draft.open), ("Rust Hamburg", false));
    assert!(little.panel(ANNA).titles.is_empty());
    // The bot's coming is no news then.
    little.happens(
        ANNA,
        What::AddedTo { gate: OTHER, title: "Rust Hamburg".to_owned(), admin: true },
    );
    assert!(!matches!(little.last(ANNA).1, PanelText::Invitation { .. }));

    little.rights.insert((GateId(-77), ANNA), Rights::NoGroup);
    little.picks(ANNA, 1, ChatId(-77), "Elsewhere");
    little.hears(ANNA, &PanelText::NotInGroup);
    assert!(!little.shelf.settings.contains_key(&GateId(-77)));
}

#[test]
fn an_admin_of_a_guarded_group_who_is_not_enrolled_looks_and_changes_nothing() {
    let mut little = Little::with_open_gate();
    little.rights.insert((GROUP, STRANGER), Rights::Admin);
    let link = format!("/start {}", little.keys.setup(GROUP));
    little.writes(STRANGER, &link);
    let (_, text) = little.last(STRANGER);
    let PanelText::Overview(overview) = text else { panic!("{text:?}") };
    assert_eq!(overview.state, text::GateState::NotYours);
    let before = little.settings().clone();
    let (message, buttons) = little.keyboard(STRANGER);
    for word in
        ["listed.on", "add", "close", "yes", "limits.lenient", "at.passwords", "clear.domains"]
    {
        let serial = little.panel(STRANGER).serial;
        let data = format!("a.p.{serial}.{}.{word}", GROUP.0);
        little.presses_data(STRANGER, message, &data);
        assert_eq!(*little.settings(), before, "{word}");
        assert!(
            little.panel(STRANGER).awaiting.is_none() && little.panel(STRANGER).pending.is_none()
        );
    }
    assert!(buttons.iter().any(|data| data.ends_with(".examine")));
    little.writes(STRANGER, "/gate");
    assert!(matches!(little.last(STRANGER).1, PanelText::Overview(_)), "they are known now");
    // Not any more.
    little.rights.remove(&(GROUP, STRANGER));
    little.writes(STRANGER, "/gate");
    little.hears(STRANGER, &PanelText::RightsGone);
    assert_eq!(little.panel(STRANGER), Panel::default());
}

#[test]
fn what_cannot_be_written_to_an_admin_does_no_harm() {
    let mut little = Little::with_open_gate();
    little.gates.clear();
    little.unreachable.insert(ANNA);
    little.writes(ANNA, "/gate");
    assert_eq!(little.panel(ANNA).coming, 0);
    little.unreachable.clear();
    little.writes(ANNA, "/gate");
    assert!(little.panel(ANNA).live.is_some());
    assert_eq!(little.now, Timestamp(1_795_183_200_000));
}
