//! A roster that somebody or something comes between: whose it is, restarts, what Telegram refuses.

use std::time::Duration;

use countersign::sandbox::telegram::Fault;
use countersign::sandbox::{Rights, World};
use insta::assert_snapshot;

use super::roster::{exports, sends};
use super::staged::{Staged, keeps, watched_by};
use crate::scene::{Scene, Setup};

#[tokio::test]
async fn a_stranger_and_a_former_admin_can_do_nothing() {
    let staged = Staged::start().await;
    let Staged { scene, group, ada, bob } = staged;
    let eve = scene.world.person("Eve");
    eve.types("/roster");
    assert_snapshot!(eve.reads().await, @"This is for admins of groups whose door I watch. If you would like me to watch yours: ask whoever runs this bot for an enrolment link, and open it.");
    let calls = scene.world.telegram.calls("getFile");
    eve.sends_file("people.csv", b"eve@example.org");
    assert_snapshot!(eve.reads().await, @r"
    Rust Berlin

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    assert_eq!(scene.world.telegram.calls("getFile"), calls, "a stranger's file was fetched");

    ada.demotes_in(&group, &bob);
    bob.types("/roster");
    assert_snapshot!(bob.reads().await, @r"
    Rust Berlin

    You are no administrator of this group, so I can do nothing there for you. Nothing was changed.
    ");
    assert_snapshot!(sends(&bob, "bob@example.org").await, @r"
    Rust Berlin

    You are no administrator of this group, so I can do nothing there for you. Nothing was changed.
    ");
    // Lost between the preview and the yes.
    ada.promotes_in(&group, &bob, Rights::GATEKEEPER);
    sends(&bob, "bob@example.org").await;
    ada.demotes_in(&group, &bob);
    bob.presses("Add 1");
    assert_snapshot!(bob.reads().await, @r"
    (edited) Rust Berlin

    You are no administrator of this group, so I can do nothing there for you. Nothing was changed.
    ");
    // Between the file and its preview.
    ada.promotes_in(&group, &bob, Rights::GATEKEEPER);
    ada.types("/roster");
    assert!(ada.reads().await.to_string().contains("Roster: empty"));
    scene.ends().await;
}

#[tokio::test]
async fn an_anonymous_admin_keeps_the_roster_as_any_other() {
    let Staged { scene, group, bob, .. } = Staged::start().await;
    bob.is_anonymous_in(&group, true);
    sends(&bob, "nora@example.org").await;
    bob.presses("Add 1");
    assert!(bob.reads().await.to_string().contains("1 address is on the roster now"));
    scene.ends().await;
}

#[tokio::test]
async fn two_admins_at_once_overwrite_nothing() {
    let Staged { scene, ada, bob, .. } = Staged::start().await;
    sends(&ada, "nora@example.org\nmia@example.org").await;
    sends(&bob, "nora@example.org\nolaf@example.org").await;
    ada.presses("Add 2");
    bob.presses("Add 2");
    scene.world.settled().await;
    let told = [ada.takes_unread().to_string(), bob.takes_unread().to_string()];
    assert!(told.iter().any(|told| told.contains("2 addresses are on the roster now")), "{told:?}");
    assert!(
        told.iter()
            .any(|told| told.contains("1 address is on the roster now. 1 was there already")),
        "{told:?}"
    );
    assert_eq!(exports(&ada).await.lines().count(), 4);
    scene.ends().await;
}

#[tokio::test]
async fn a_restart_between_preview_and_yes_loses_nothing() {
    let Staged { mut scene, ada, .. } = Staged::start().await;
    sends(&ada, "nora@example.org\nmia@example.org").await;
    scene.stops_bot().await;
    ada.presses("Add 2");
    scene.starts_bot().await;
    assert!(ada.reads().await.to_string().contains("2 addresses are on the roster now"));
    // Sent while nobody is on duty.
    scene.stops_bot().await;
    ada.sends_file("more.csv", b"olaf@example.org");
    scene.starts_bot().await;
    assert!(ada.reads().await.to_string().contains("new: 1"));
    // An hour is what a file is kept for.
    scene.passes(Duration::from_secs(61 * 60));
    scene.sweeps().await;
    ada.presses("Add 1");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I do not have this file any more: I keep one for an hour at most. Nothing was changed; please send it again.

    Roster: 2 addresses

    It is not required (default): other addresses may pass, too. With the last button only these may.

    You can also just send me a CSV file.
    [📄 Send a file]
    [➕ Add] [➖ Remove]
    [📋 List] [💾 Export]
    [🗑 Empty it]
    [☐ Only who is on the roster]
    [⬅️ Overview]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn with_several_groups_it_is_asked_for_which_the_file_is() {
    let world = World::start().await;
    let chess = world.another_group("Chess Club");
    let mut staged = Staged::without_bot(world, Setup::default(), |_, _| {}).await;
    keeps(&staged.scene, &chess, watched_by("Chess Club", &[&staged.ada])).await;
    staged.scene.starts_bot().await;
    let Staged { scene, ada, .. } = staged;
    assert_snapshot!(sends(&ada, "nora@example.org").await, @r"
    Which group is this roster for?
    [Chess Club]
    [Rust Berlin]
    [Done]
    ");
    ada.presses("Chess Club");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Chess Club

    I am reading your file. One moment, please.
    [Cancel]
    ---
    Chess Club

    Shall I put this on the roster?

    • new: 1
    • there already: 0
    • twice in the file: 0

    Every line is all right. Nobody is removed; nothing has changed yet.
    [✅ Add 1]
    [Cancel]
    ");
    ada.presses("Cancel");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Chess Club

    All right: I have forgotten the file, and nothing was changed.

    Roster: empty

    It is not required (default): other addresses may pass, too. With the last button only these may.

    You can also just send me a CSV file.
    [📄 Send a file]
    [➕ Add] [➖ Remove]
    [☐ Only who is on the roster]
    [⬅️ Overview]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn the_roster_of_a_gate_of_the_config_is_not_changed_from_the_chat() {
    let world = World::start().await;
    let ada = world.admin();
    let mut scene = Scene::without_bot(world, &Setup::default());
    scene.changes_config("[telegram]", &format!("[telegram]\nowners = [{}]", ada.id()));
    scene.starts_bot().await;
    assert_snapshot!(sends(&ada, "nora@example.org").await, @"I watch no group’s door that you could set up, so I have no use for a file. /gate begins.");
    scene.ends().await;
}

// What Telegram refuses.

#[tokio::test]
async fn removed_from_the_group_the_bot_takes_no_file() {
    let Staged { scene, group, ada, bob } = Staged::start().await;
    sends(&ada, "nora@example.org").await;
    let (preview, add) = ada.notes_button("Add 1");
    group.removes_bot();
    ada.reads().await;
    bob.reads().await;
    ada.presses_old(preview, &add);
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am not in this group, or no administrator there. Please add me to it as an administrator, then try again. Nothing was changed.
    ");
    scene.ends().await;
}

#[tokio::test]
async fn a_preview_too_old_to_be_changed_is_followed_by_another() {
    let Staged { scene, ada, .. } = Staged::start().await;
    sends(&ada, "nora@example.org").await;
    scene
        .world
        .telegram
        .fails_next("editMessageText", Fault::bad_request("message can't be edited"));
    ada.presses("Add 1");
    assert!(ada.reads().await.to_string().contains("1 address is on the roster now"));
    ada.presses("List");
    assert!(ada.reads().await.to_string().contains("n•••a@example.org"));
    scene.ends().await;
}

#[tokio::test]
async fn the_roster_goes_along_into_a_supergroup() {
    let world = World::start().await;
    let ada = world.admin();
    let chess = ada.creates_basic_group("Chess Club");
    ada.makes_bot_admin_of(&chess, Rights::GATEKEEPER);
    let mut staged = Staged::without_bot(world, Setup::default(), |_, settings| {
        settings.admins.clear();
    })
    .await;
    keeps(&staged.scene, &chess, watched_by("Chess Club", &[&staged.ada])).await;
    staged.scene.starts_bot().await;
    let Staged { scene, bob, .. } = staged;
    sends(&ada, "nora@example.org").await;
    let (preview, add) = ada.notes_button("Add 1");
    let _moved = chess.migrates();
    bob.hears_nothing().await;
    let _ = ada.takes_unread();
    // The preview's buttons name the old group.
    ada.presses_old(preview, &add);
    assert_snapshot!(ada.reads().await, @r"
    (edited) Chess Club

    1 address is on the roster now.

    Roster: 1 address

    It is not required (default): other addresses may pass, too. With the last button only these may.

    You can also just send me a CSV file.
    [📄 Send a file]
    [➕ Add] [➖ Remove]
    [📋 List] [💾 Export]
    [🗑 Empty it]
    [☐ Only who is on the roster]
    [⬅️ Overview]
    ");
    scene.ends().await;
}
