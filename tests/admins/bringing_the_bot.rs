//! The bot comes into a group: who may bring it, and how they find the way to the set-up.

use std::time::Duration;

use countersign::sandbox::{Group, Rights};
use insta::assert_snapshot;

use super::{opens, press, types};
use crate::scene::{PASSWORD, Scene, Setup, link_in, steady};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// An administrator who may let nobody in.
const LESSER: Rights = Rights { can_manage_chat: true, can_delete_messages: true, ..Rights::NONE };

/// What stands in the group, the links as `‹link›`.
fn chat(group: &Group) -> String {
    steady(&group.chat())
}

#[tokio::test]
async fn a_group_is_picked_in_the_private_chat() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = ada.creates_group("Chess Club");
    types(&ada, "/gate").await;
    assert_snapshot!(press(&ada, "Pick a group").await, @r"
    Please press a button below the line where you type, and pick the group. With the first one, Telegram makes me an administrator there with what I need. The second one is for groups that I am in already.
    keyboard: [➕ Pick a group]
    keyboard: [🛡 A group with the bot in it]
    ");
    ada.shares_chat("Pick a group", &group);
    assert_snapshot!(steady(&ada.reads().await), @r"
    Thank you. One moment, please.
    ---
    Chess Club

    I am in your group, thank you. Shall I watch its door? Until that is set up, I change nothing there.
    [🛡 Set up]
    ---
    Chess Club

    Step 1 of 7

    There is no password yet. Without one nobody can pass.

    With one password for each place that you give it to, the log says which one was passed on. Each has a label that only admins see.
    [➕ Add a password]
    [Next ➡️]
    [⏸ Go on later]
    ");
    assert!(!ada.sees_keyboard(), "the keyboard is still up");
    assert_eq!(group.bot_rights(), Some(Rights::GATEKEEPER));
    scene.ends().await;
}

#[tokio::test]
async fn an_admin_who_cannot_be_written_to_finds_a_signpost_in_the_group() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    ada.blocks_bot();
    let group = ada.creates_group("Chess Club");
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    scene.world.settled().await;
    assert_snapshot!(chat(&group), @r"
    — Ada created the group —
    — Ada added Countersign demo —
    bot: I can keep watch at the door of this group. Whoever wants to set that up, please press the button: the rest happens in private.
    [Set up]
    ");
    ada.unblocks_bot();
    ada.presses_in(&group, "Set up");
    let set_up = ada.reads().await.to_string();
    assert!(set_up.contains("Step 1 of 7"), "{set_up}");
    assert_snapshot!(chat(&group), @r"
    — Ada created the group —
    — Ada added Countersign demo —
    ");
    scene.ends().await;
}

#[tokio::test]
async fn an_anonymous_admin_is_led_to_the_set_up_by_a_signpost_that_serves_nobody_else() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let [bob, cleo, dora] = ["Bob", "Cleo", "Dora"].map(|name| scene.world.person(name));
    let group = ada.creates_group("Chess Club");
    ada.is_anonymous_in(&group, true);
    ada.promotes_in(&group, &bob, LESSER);
    ada.promotes_in(&group, &cleo, Rights::GATEKEEPER);
    ada.adds_to(&group, &dora);
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    scene.world.settled().await;
    assert_snapshot!(chat(&group), @r"
    — Ada created the group —
    — The group added Bob —
    — The group added Cleo —
    — The group added Dora —
    — The group added Countersign demo —
    bot: I can keep watch at the door of this group. Whoever wants to set that up, please press the button: the rest happens in private.
    [Set up]
    ");
    // Neither an admin who is not enrolled nor a member can do anything with it.
    cleo.presses_in(&group, "Set up");
    assert_snapshot!(cleo.reads().await, @"This is for admins of groups whose door I watch. If you would like me to watch yours: ask whoever runs this bot for an enrolment link, and open it.");
    dora.presses_in(&group, "Set up");
    assert_snapshot!(dora.reads().await, @"This is for admins of groups whose door I watch. If you would like me to watch yours: ask whoever runs this bot for an enrolment link, and open it.");
    // Nor an enrolled admin without the right.
    let bob_link = {
        ada.types("/enrol");
        link_in(&ada.reads().await)
    };
    opens(&bob, &bob_link).await;
    bob.presses_in(&group, "Set up");
    assert_snapshot!(bob.reads().await, @"You are an administrator of this group, but without the right Invite Users via Link. Only those who may let people in can decide about its door. Nothing was changed.");
    assert!(chat(&group).contains("Set up"), "the signpost is gone");
    ada.presses_in(&group, "Set up");
    let set_up = ada.reads().await.to_string();
    assert!(set_up.contains("Step 1 of 7"), "{set_up}");
    assert!(!chat(&group).contains("Set up"), "the signpost is still there");
    scene.ends().await;
}

#[tokio::test]
async fn a_signpost_that_nobody_follows_is_gone_after_a_day() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = ada.creates_group("Chess Club");
    ada.is_anonymous_in(&group, true);
    ada.adds_bot_to(&group);
    scene.world.settled().await;
    assert_snapshot!(chat(&group), @r"
    — Ada created the group —
    — The group added Countersign demo —
    bot: I can keep watch at the door of this group, once I am an administrator: Edit → Administrators → Add Admin, with Invite Users via Link. Whoever wants to set that up, please press the button: the rest happens in private.
    [Set up]
    ");
    scene.passes(DAY);
    scene.sweeps().await;
    assert_eq!(group.bot_posts(), []);
    scene.ends().await;
}

#[tokio::test]
async fn a_group_that_nobody_enrolled_is_left_politely() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let bob = scene.world.person("Bob");
    let group = bob.creates_group("Casino");
    bob.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    scene.world.settled().await;
    assert_snapshot!(chat(&group), @r"
    — Bob created the group —
    — Bob added Countersign demo —
    bot: Hello! I keep watch at the doors of groups, but only for people whom my owner has enrolled, and whoever brought me here is not among them. So I take my leave again; nothing here has changed.
    — Countersign demo left the group —
    ");
    assert!(!group.has_bot());
    // Once Bob is enrolled, he may bring it back.
    ada.types("/enrol");
    opens(&bob, &link_in(&ada.reads().await)).await;
    bob.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    let invited = bob.reads().await.to_string();
    assert!(invited.contains("Shall I watch its door?"), "{invited}");
    assert!(group.has_bot());
    scene.ends().await;
}

#[tokio::test]
async fn with_open_enrolment_every_group_admin_may() {
    let telegram = "open_enrolment = true".to_owned();
    let scene = Scene::with(Setup { telegram, ..Setup::from_nothing() }).await;
    // Bob has never written to the bot, so it may not write to him.
    let bob = scene.world.person("Bob");
    let group = bob.creates_group("Chess Club");
    bob.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    scene.world.settled().await;
    bob.presses_in(&group, "Set up");
    let set_up = bob.reads().await.to_string();
    assert!(set_up.contains("Step 1 of 7"), "{set_up}");
    assert_eq!(group.bot_posts(), []);
    scene.ends().await;
}

#[tokio::test]
async fn a_bot_that_is_no_administrator_yet_says_what_to_do() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = ada.creates_group("Chess Club");
    group.members_may_add(false);
    ada.adds_bot_to(&group);
    assert_snapshot!(steady(&ada.reads().await), @r"
    Chess Club

    I am in your group, thank you. Shall I watch its door? Until that is set up, I change nothing there. To watch it, I have to be an administrator: Edit → Administrators → Add Admin, with Invite Users via Link.
    [🛡 Set up]
    ");
    press(&ada, "Set up").await;
    press(&ada, "Add a password").await;
    press(&ada, "Call it “main”").await;
    types(&ada, PASSWORD).await;
    for _ in 0..7 {
        press(&ada, "Next").await;
    }
    ada.presses("Open the gate");
    let opened = ada.reads().await.to_string();
    let (_, found) = opened.rsplit_once("---\n").expect("several lines");
    assert_snapshot!(found, @r"
    Chess Club

    ⚠️ One thing is not right yet:

    • I am no administrator: I neither see who asks to join nor can let anybody in. Edit → Administrators → Add Admin, pick me, with Invite Users via Link. Whoever waits is told that it is not their fault.

    Looked at 12:00:00 UTC. What you have mended goes from here when you press the button.
    [🔄 Check again]
    ");
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    let mended = ada.reads().await.to_string();
    assert!(mended.contains("(edited)") && mended.contains("✅"), "{mended}");
    scene.ends().await;
}
