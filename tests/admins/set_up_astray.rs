//! A set-up that is left, overtaken, or that somebody or something comes between.

use countersign::sandbox::telegram::Fault;
use countersign::sandbox::{Group, Person, Rights};
use insta::assert_snapshot;

use super::{picks, press, types};
use crate::scene::{PASSWORD, Scene, Setup};

/// An administrator who may let nobody in.
const LESSER: Rights = Rights { can_manage_chat: true, can_delete_messages: true, ..Rights::NONE };

/// A group of `admin`'s, who has begun to set its gate up and been asked for the first password.
async fn asked_for_a_password(scene: &Scene, admin: &Person, title: &str) -> Group {
    let group = scene.with_group_of(admin, title).await;
    press(admin, "Set up").await;
    press(admin, "Add a password").await;
    press(admin, "Call it “main”").await;
    group
}

#[tokio::test]
async fn the_set_up_is_left_and_goes_on_where_it_was_also_after_a_restart() {
    let mut scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = asked_for_a_password(&scene, &ada, "Chess Club").await;
    scene.restarts_bot().await;
    let typed = ada.types(PASSWORD);
    let kept = ada.reads().await.to_string();
    assert!(kept.contains("The password main is set."), "{kept}");
    assert!(!ada.sees_message(typed), "the password is still to be seen");
    press(&ada, "Next").await;
    press(&ada, "E-mail only").await;
    assert_snapshot!(press(&ada, "Go on later").await, @r"
    (edited) Chess Club

    All right: everything so far is kept, and the door is not watched yet. /gate goes on where you are.
    [🛡 Set up]
    [🗑 Throw the draft away]
    ");
    scene.restarts_bot().await;
    // Until it is open, nobody is asked anything.
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    nora.hears_nothing().await;
    let resumed = types(&ada, "/gate").await;
    assert!(resumed.contains("Step 3 of 7"), "{resumed}");
    assert_snapshot!(types(&ada, "/cancel").await, @"There is nothing to cancel.");
    let resumed = types(&ada, "/gate").await;
    assert!(resumed.contains("Step 3 of 7"), "{resumed}");
    press(&ada, "Go on later").await;
    assert_snapshot!(press(&ada, "Throw the draft away").await, @r"
    (edited) Chess Club

    Shall I throw away everything that is set for this group so far?
    [Yes] [No]
    ");
    assert_snapshot!(press(&ada, "Yes").await, @r"
    (edited) Chess Club

    Thrown away. I change nothing in that group.
    [📋 My groups]
    ");
    let begun = types(&ada, "/gate").await;
    assert!(begun.contains("I watch no group of yours yet."), "{begun}");
    scene.ends().await;
}

#[tokio::test]
async fn cancel_ends_the_waiting_for_a_password_and_what_comes_then_is_none() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    asked_for_a_password(&scene, &ada, "Chess Club").await;
    let cancelled = types(&ada, "/cancel").await;
    assert!(cancelled.contains("/gate goes on"), "{cancelled}");
    assert_snapshot!(types(&ada, "good morning").await, @r"
    Hello! Which of your groups is it about?

    Everything that you can do here: /help
    Come into a group yourself: /join
    [Chess Club]
    [➕ Pick a group]
    [Done]
    ");
    let resumed = types(&ada, "/gate").await;
    assert!(resumed.contains("There is no password yet."), "{resumed}");
    scene.ends().await;
}

#[tokio::test]
async fn who_loses_the_rights_in_the_middle_gets_no_further() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let bob = scene.with_enrolled(&ada, "Bob").await;
    let group = ada.creates_group("Chess Club");
    ada.promotes_in(&group, &bob, Rights { can_promote_members: true, ..Rights::GATEKEEPER });
    bob.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    bob.reads().await;
    press(&bob, "Set up").await;
    press(&bob, "Add a password").await;
    press(&bob, "Call it “main”").await;
    // Without the right to let people in …
    ada.promotes_in(&group, &bob, LESSER);
    let typed = bob.types(PASSWORD);
    assert_snapshot!(bob.reads().await, @r"
    Chess Club

    You are an administrator of this group, but without the right Invite Users via Link. Only those who may let people in can decide about its door. Nothing was changed.
    ");
    assert!(!bob.sees_message(typed), "the password is still to be seen");
    // … with it again: nothing was kept.
    ada.promotes_in(&group, &bob, Rights::GATEKEEPER);
    let resumed = types(&bob, "/gate").await;
    assert!(resumed.contains("There is no password yet."), "{resumed}");
    // … as a member …
    ada.demotes_in(&group, &bob);
    assert_snapshot!(press(&bob, "Add a password").await, @r"
    (edited) Chess Club

    You are no administrator of this group, so I can do nothing there for you. Nothing was changed.
    ");
    // … and thrown out.
    ada.removes_from(&group, &bob);
    let expelled = types(&bob, "/gate").await;
    assert!(expelled.contains("You are no administrator of this group"), "{expelled}");
    scene.ends().await;
}

#[tokio::test]
async fn two_admins_set_up_the_same_gate_at_once() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let bob = scene.with_enrolled(&ada, "Bob").await;
    let group = scene.with_group_of(&ada, "Chess Club").await;
    ada.promotes_in(&group, &bob, Rights::GATEKEEPER);
    press(&ada, "Set up").await;
    let set_up = picks(&bob, &group).await;
    assert!(set_up.contains("Step 1 of 7"), "{set_up}");
    for person in [&ada, &bob] {
        press(person, "Add a password").await;
        press(person, "Call it “main”").await;
    }
    types(&ada, PASSWORD).await;
    assert_snapshot!(types(&bob, "another one").await, @r"
    Chess Club

    There is a password with the label main already. Please choose another one.

    Step 1 of 7

    Each of these passwords opens the door:
    • main: without an end, for any number of people

    With one password for each place that you give it to, the log says which one was passed on. Each has a label that only admins see.
    [🔑 main]
    [➕ Add a password]
    [Next ➡️]
    [⏸ Go on later]
    ");
    press(&bob, "Add a password").await;
    types(&bob, "Bob's flyer").await;
    types(&bob, "another one").await;
    // Each sees what the other has set.
    for _ in 0..7 {
        press(&ada, "Next").await;
    }
    ada.presses("Open the gate");
    ada.reads().await;
    let seen = press(&bob, "Back").await;
    assert!(seen.contains("• main:") && seen.contains("• Bob's flyer:"), "{seen}");
    let seen = press(&bob, "Overview").await;
    assert!(seen.contains("I am watching this door."), "{seen}");
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    nora.reads().await;
    nora.types("another one");
    let thanked = nora.reads().await.to_string();
    assert!(thanked.contains("How may I send you your code?"), "{thanked}");
    scene.ends().await;
}

#[tokio::test]
async fn the_bot_is_removed_in_the_middle_of_the_set_up() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = asked_for_a_password(&scene, &ada, "Chess Club").await;
    ada.removes_bot_from(&group);
    ada.types(PASSWORD);
    assert_snapshot!(ada.reads().await, @r"
    Chess Club

    I am not in this group, or no administrator there. Please add me to it as an administrator, then try again. Nothing was changed.
    ");
    // Back again, it invites anew, and what was set is kept.
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    ada.hears_nothing().await;
    let resumed = types(&ada, "/gate").await;
    assert!(resumed.contains("Step 1 of 7"), "{resumed}");
    scene.ends().await;
}

#[tokio::test]
async fn a_screen_that_is_too_old_to_be_changed_is_shown_anew() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    asked_for_a_password(&scene, &ada, "Chess Club").await;
    let old = Fault::bad_request("message can't be edited");
    scene.world.telegram.fails_next("editMessageText", old);
    let shown = press(&ada, "Back").await;
    assert!(!shown.starts_with("(edited)") && shown.contains("Step 1 of 7"), "{shown}");
    let shown = press(&ada, "Next").await;
    assert!(shown.starts_with("(edited)"), "the new one is not the live one: {shown}");
    scene.ends().await;
}

#[tokio::test]
async fn buttons_of_an_earlier_screen_do_nothing() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    scene.with_group_of(&ada, "Chess Club").await;
    press(&ada, "Set up").await;
    let (message, next) = ada.notes_button("Next");
    press(&ada, "Next").await;
    ada.presses_old(message, &next);
    assert_snapshot!(ada.reads().await, @"(toast) This button has done its work already.");
    // Somebody else's, pressed by who is nobody there.
    let bob = scene.world.person("Bob");
    bob.presses_old(message, &next);
    bob.reads().await;
    let shown = press(&ada, "Back").await;
    assert!(shown.contains("Step 1 of 7"), "{shown}");
    scene.ends().await;
}

#[tokio::test]
async fn when_telegram_does_not_say_what_an_admin_may_nothing_is_changed() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    asked_for_a_password(&scene, &ada, "Chess Club").await;
    for _ in 0..2 {
        let new = Fault::bad_request("something new");
        scene.world.telegram.fails_next("getChatMember", new);
    }
    let typed = ada.types(PASSWORD);
    assert_snapshot!(ada.reads().await, @"Telegram has not told me whether you may do that. Nothing was changed: please try again in a moment.");
    assert!(!ada.sees_message(typed), "the password is still to be seen");
    assert_snapshot!(types(&ada, PASSWORD).await, @"Telegram has not told me whether you may do that. Nothing was changed: please try again in a moment.");
    let kept = types(&ada, PASSWORD).await;
    assert!(kept.contains("The password main is set."), "{kept}");
    scene.ends().await;
}

#[tokio::test]
async fn an_outage_of_telegram_only_takes_time() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    asked_for_a_password(&scene, &ada, "Chess Club").await;
    for fault in [Fault::server_error(502), Fault::Reset, Fault::too_many_requests(1)] {
        scene.world.telegram.fails_next("getChatMember", fault);
    }
    ada.types(PASSWORD);
    let kept = ada.reads().await.to_string();
    assert!(kept.contains("The password main is set."), "{kept}");
    scene.ends().await;
}
