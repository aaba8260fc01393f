//! An admin steps in for one person by a command, a forwarded message or a number.

use std::time::Duration;

use countersign::sandbox::{Person, Rights, World};
use insta::assert_snapshot;

use super::staged::{Staged, keeps, proves, watched_by};
use crate::scene::{PASSWORD, Scene, Setup};

/// Types a command about somebody, and says yes.
pub(super) async fn does(admin: &Person, command: &str, about: &Person) {
    admin.types(&format!("/{command} {}", about.id()));
    admin.reads().await;
    admin.presses("Yes");
}

#[tokio::test]
async fn unlock_by_number() {
    let staged = Staged::start().await;
    let nora = staged.with_wrong_tries("Nora", 3).await;
    let Staged { scene, group, ada, bob } = staged;
    ada.types(&format!("/unlock {}", nora.id()));
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    End the lock of Nora (7100000003)? Their wrong tries are forgotten, and they go on by themselves.
    [Yes] [No]
    ");
    ada.presses("Yes");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am ending the lock of Nora (7100000003).
    ---
    Rust Berlin

    ✅ Nora (7100000003) is unlocked and can go on.
    ");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    An admin has ended your lock: your wrong tries are forgotten, and you can try again.
    ---
    Rust Berlin

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    nora.types(PASSWORD);
    nora.reads().await;
    // Once more: there is nothing to end.
    does(&ada, "unlock", &nora).await;
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am ending the lock of Nora (7100000003).
    ---
    Rust Berlin

    Nora (7100000003) is not locked here, so there was nothing to end.
    ");
    nora.hears_nothing().await;
    bob.hears_nothing().await;
    assert_eq!(group.bot_posts(), [], "the group heard of it");
    scene.ends().await;
}

#[tokio::test]
async fn approve_by_name_is_remembered() {
    let staged = Staged::start().await;
    let nora = staged.scene.world.person("Nora").with_username("nora_n");
    let Staged { scene, group, ada, .. } = staged;
    nora.requests_to_join();
    nora.reads().await;
    ada.types("/approve @Nora_N");
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    Let Nora (@nora_n) in? Now and whenever they come again, without password or code.
    [Yes] [No]
    ");
    ada.presses("Yes");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am letting Nora (@nora_n) in.
    ---
    Rust Berlin

    ✅ Nora (@nora_n) is in the group.
    ");
    // Who never wrote to the bot cannot be told: Telegram ends that with the request.
    nora.hears_nothing().await;
    assert!(nora.is_member());
    // Whoever leaves and comes again is not asked again, even after a restart.
    nora.leaves();
    scene.world.settled().await;
    let mut scene = scene;
    scene.restarts_bot().await;
    scene.passes(Duration::from_secs(40 * 24 * 60 * 60));
    nora.requests_to_join();
    nora.becomes_member().await;
    nora.hears_nothing().await;
    assert!(group.has_member(&nora));
    scene.ends().await;
}

#[tokio::test]
async fn approve_for_somebody_who_never_came() {
    let Staged { scene, ada, .. } = Staged::start().await;
    let nora = scene.world.person("Nora");
    does(&ada, "approve", &nora).await;
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am letting 7100000003 in.
    ---
    Rust Berlin

    ✅ 7100000003 may come in: as soon as they ask to join, I let them in. I have also sent them a personal link, if Telegram lets me write to them.
    ");
    nora.hears_nothing().await;
    nora.requests_to_join();
    nora.becomes_member().await;
    nora.hears_nothing().await;
    scene.ends().await;
}

#[tokio::test]
async fn decline_takes_the_approval_back_too() {
    let Staged { scene, group, ada, .. } = Staged::start().await;
    let nora = scene.at_the_door("Nora").await;
    ada.types(&format!("/decline {}", nora.id()));
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    Turn Nora (7100000003) down? What they ask for now ends; they may ask again later. An approval by hand is taken back.
    [Yes] [No]
    ");
    ada.presses("Yes");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am turning Nora (7100000003) down.
    ---
    Rust Berlin

    ✅ Nora (7100000003) is turned down.
    ");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    An admin of the group has decided not to let you in this time.
    ");
    assert!(!group.has_request_of(&nora));
    // They may ask again.
    nora.requests_to_join();
    assert!(nora.reads().await.to_string().contains("type the password"));
    scene.ends().await;
}

#[tokio::test]
async fn revoke_removes_and_asks_anew() {
    let Staged { scene, group, ada, .. } = Staged::start().await;
    let nora = scene.at_the_door("Nora").await;
    proves(&scene, &nora, &nora.email()).await;
    assert!(nora.is_member());
    ada.types(&format!("/revoke {}", nora.id()));
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    Take the admission of Nora (7100000003) back? They are removed from the group, without a ban, and have to pass again next time.
    [Yes] [No]
    ");
    ada.presses("Yes");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am taking the admission of Nora (7100000003) back.
    ---
    Rust Berlin

    ✅ Nora (7100000003) is out of the group and has to pass again next time.
    ");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    An admin of the group has taken back your admission. If you would like to come in again, I have to ask you anew.
    ");
    assert!(!nora.is_member());
    assert!(!group.has_banned(&nora));
    nora.requests_to_join();
    assert!(nora.reads().await.to_string().contains("type the password"));
    // The address is free again, for somebody else too.
    let olaf = scene.at_the_door("Olaf").await;
    proves(&scene, &olaf, &nora.email()).await;
    assert!(olaf.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn a_forwarded_message_shows_how_they_stand() {
    let staged = Staged::start().await;
    let nora = staged.with_wrong_tries("Nora", 3).await;
    let Staged { scene, ada, .. } = staged;
    ada.forwards_from(&nora, "Why does the door not open?");
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    👤 Nora (7100000003)

    Where: at the password
    Wrong tries: 3
    Locked for 5 minutes still
    [✅ Approve] [✋ Decline]
    [🔓 Unlock] [⛔️ Revoke]
    [Done]
    ");
    ada.presses("Unlock");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    End the lock of Nora (7100000003)? Their wrong tries are forgotten, and they go on by themselves.
    [Yes] [No]
    ");
    ada.presses("Yes");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am ending the lock of Nora (7100000003).
    ---
    Rust Berlin

    ✅ Nora (7100000003) is unlocked and can go on.
    ");
    nora.reads().await;
    nora.hides_forwards(true);
    ada.forwards_from(&nora, "And now?");
    assert_snapshot!(ada.reads().await, @"Telegram hides from me who wrote this message: they have set it so. Please use their @name or their number.");
    scene.ends().await;
}

#[tokio::test]
async fn a_command_alone_asks_whom() {
    let staged = Staged::start().await;
    let nora = staged.with_wrong_tries("Nora", 3).await;
    let Staged { scene, ada, .. } = staged;
    ada.types("/unlock");
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    Whose lock shall I end? Please type their @name or their number, or forward me a message of theirs.
    [Done]
    ");
    ada.types("Nora");
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    I have not seen @Nora yet: I know names only of people who have written to me or knocked at a door. Please check the spelling, or use their number.

    Whose lock shall I end? Please type their @name or their number, or forward me a message of theirs.
    [Done]
    ");
    ada.types("@nobody_known");
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    I have not seen @nobody_known yet: I know names only of people who have written to me or knocked at a door. Please check the spelling, or use their number.

    Whose lock shall I end? Please type their @name or their number, or forward me a message of theirs.
    [Done]
    ");
    ada.types(&ada.id().to_string());
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    That is you, and you need nobody to open a door for you: you are an admin there.

    Whose lock shall I end? Please type their @name or their number, or forward me a message of theirs.
    [Done]
    ");
    ada.types(&format!("@{}", scene.world.bot_username()));
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    That is me, and I stay at the door.

    Whose lock shall I end? Please type their @name or their number, or forward me a message of theirs.
    [Done]
    ");
    ada.forwards_from(&nora, "It is me");
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    End the lock of Nora (7100000003)? Their wrong tries are forgotten, and they go on by themselves.
    [Yes] [No]
    ");
    ada.presses("No");
    assert_snapshot!(ada.reads().await, @"(edited) All right. /gate brings you back.");
    // The answer to a question that was given up is no answer.
    nora.hears_nothing().await;
    scene.ends().await;
}

#[tokio::test]
async fn strangers_and_former_admins_can_do_nothing() {
    let staged = Staged::start().await;
    let nora = staged.with_wrong_tries("Nora", 3).await;
    let Staged { scene, group, ada, bob } = staged;
    let eve = scene.world.person("Eve");
    for command in ["unlock", "approve", "decline", "revoke"] {
        eve.types(&format!("/{command} {}", nora.id()));
        let told = eve.reads().await.to_string();
        assert!(told.starts_with("This is for admins of groups"), "{told}");
    }
    eve.types("/approve");
    assert_snapshot!(eve.reads().await, @"This is for admins of groups whose door I watch. If you would like me to watch yours: ask whoever runs this bot for an enrolment link, and open it.");
    // Nora for herself.
    nora.types(&format!("/approve {}", nora.id()));
    assert_snapshot!(nora.reads().await, @"This is for admins of groups whose door I watch. If you would like me to watch yours: ask whoever runs this bot for an enrolment link, and open it.");

    // Bob was one, and his settings still name him.
    ada.demotes_in(&group, &bob);
    bob.types(&format!("/approve {}", nora.id()));
    assert_snapshot!(bob.reads().await, @r"
    Rust Berlin

    You are no administrator of this group, so I can do nothing there for you. Nothing was changed.
    ");
    ada.promotes_in(&group, &bob, Rights { can_invite_users: false, ..Rights::GATEKEEPER });
    bob.types(&format!("/approve {}", nora.id()));
    assert_snapshot!(bob.reads().await, @r"
    Rust Berlin

    You are an administrator of this group, but without the right Invite Users via Link. Only those who may let people in can decide about its door. Nothing was changed.
    ");
    assert!(!nora.is_member());
    nora.hears_nothing().await;
    scene.ends().await;
}

#[tokio::test]
async fn rights_lost_between_question_and_yes_end_it() {
    let staged = Staged::start().await;
    let nora = staged.with_wrong_tries("Nora", 3).await;
    let Staged { scene, group, ada, bob } = staged;
    bob.types(&format!("/approve {}", nora.id()));
    bob.reads().await;
    ada.demotes_in(&group, &bob);
    bob.presses("Yes");
    assert_snapshot!(bob.reads().await, @r"
    (edited) Rust Berlin

    You are no administrator of this group, so I can do nothing there for you. Nothing was changed.
    ");
    assert!(!nora.is_member());
    // The same buttons are dead once the rights are back: the dialogue is over.
    ada.promotes_in(&group, &bob, Rights::GATEKEEPER);
    assert!(bob.try_presses("Yes").is_err());
    nora.hears_nothing().await;
    scene.ends().await;
}

#[tokio::test]
async fn an_anonymous_admin_steps_in_as_any_other() {
    let staged = Staged::start().await;
    staged.bob.is_anonymous_in(&staged.group, true);
    let nora = staged.with_wrong_tries("Nora", 3).await;
    let Staged { scene, bob, .. } = staged;
    does(&bob, "approve", &nora).await;
    bob.reads().await;
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn two_admins_at_once_and_each_hears_what_came_of_it() {
    let staged = Staged::start().await;
    let nora = staged.with_wrong_tries("Nora", 3).await;
    let Staged { scene, ada, bob, .. } = staged;
    for admin in [&ada, &bob] {
        admin.types(&format!("/approve {}", nora.id()));
        admin.reads().await;
    }
    ada.presses("Yes");
    bob.presses("Yes");
    scene.world.settled().await;
    for admin in [&ada, &bob] {
        let told = admin.takes_unread().to_string();
        assert!(told.contains("is in the group"), "{told}");
    }
    let told = nora.takes_unread().to_string();
    assert_eq!(told.matches("Welcome!").count(), 1, "{told}");
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn a_command_answers_the_cards_about_the_same_person() {
    let staged = Staged::start().await;
    let nora = staged.with_a_call("Nora").await;
    let Staged { scene, ada, bob, .. } = staged;
    ada.reads().await;
    bob.reads().await;
    does(&bob, "approve", &nora).await;
    assert_snapshot!(bob.reads().await, @r"
    (edited) Rust Berlin

    I am letting Nora (7100000003) in.
    ---
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: approved by you.
    ---
    Rust Berlin

    ✅ Nora (7100000003) is in the group.
    ");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Nora (7100000003) asked for an admin: approved by Bob (7100000002).
    ");
    nora.reads().await;
    scene.ends().await;
}

#[tokio::test]
async fn a_restart_between_question_and_yes_changes_nothing() {
    let staged = Staged::start().await;
    let nora = staged.with_wrong_tries("Nora", 3).await;
    let Staged { mut scene, ada, .. } = staged;
    ada.types(&format!("/approve {}", nora.id()));
    ada.reads().await;
    scene.restarts_bot().await;
    ada.presses("Yes");
    ada.reads().await;
    nora.reads().await;
    assert!(nora.is_member());
    // And what was pressed while nobody was on duty is done at the next start.
    let olaf = scene.at_the_door("Olaf").await;
    ada.types(&format!("/decline {}", olaf.id()));
    ada.reads().await;
    scene.stops_bot().await;
    ada.presses("Yes");
    scene.starts_bot().await;
    assert!(ada.reads().await.to_string().contains("is turned down"));
    olaf.reads().await;
    scene.ends().await;
}

// Several groups.

#[tokio::test]
async fn of_several_groups_the_one_where_they_stand_is_meant() {
    let world = World::start().await;
    let chess = world.another_group("Chess Club");
    let mut staged = Staged::without_bot(world, Setup::default(), |_, _| {}).await;
    let settings = watched_by("Chess Club", &[&staged.ada]);
    keeps(&staged.scene, &chess, settings).await;
    staged.scene.starts_bot().await;
    let nora = staged.with_wrong_tries("Nora", 3).await;
    let Staged { scene, ada, .. } = staged;
    ada.types(&format!("/unlock {}", nora.id()));
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    End the lock of Nora (7100000003)? Their wrong tries are forgotten, and they go on by themselves.
    [Yes] [No]
    [📋 Another group]
    ");
    ada.presses("Another group");
    assert_snapshot!(ada.reads().await, @r"
    (edited) At which group shall I end the lock of Nora (7100000003)?
    [Chess Club]
    [Rust Berlin]
    [Done]
    ");
    ada.presses("Chess Club");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Chess Club

    End the lock of Nora (7100000003)? Their wrong tries are forgotten, and they go on by themselves.
    [Yes] [No]
    [📋 Another group]
    ");
    ada.presses("No");
    ada.reads().await;
    // Somebody who stands nowhere: it is asked where.
    let olaf = scene.world.person("Olaf");
    ada.types(&format!("/approve {}", olaf.id()));
    assert_snapshot!(ada.reads().await, @r"
    Into which group shall I let 7100000004?
    [Chess Club]
    [Rust Berlin]
    [Done]
    ");
    ada.presses("Chess Club");
    ada.reads().await;
    ada.presses("Yes");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Chess Club

    I am letting 7100000004 in.
    ---
    Chess Club

    ✅ 7100000004 may come in: as soon as they ask to join, I let them in. I have also sent them a personal link, if Telegram lets me write to them.
    ");
    ada.forwards_from(&nora, "Hello?");
    assert_snapshot!(ada.reads().await, @r"
    👤 Nora (7100000003)

    Chess Club: not seen here

    Rust Berlin: at the password
    Wrong tries: 3
    Locked for 5 minutes still
    [Chess Club]
    [Rust Berlin]
    [Done]
    ");
    ada.presses("Rust Berlin");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    👤 Nora (7100000003)

    Where: at the password
    Wrong tries: 3
    Locked for 5 minutes still
    [✅ Approve] [✋ Decline]
    [🔓 Unlock] [⛔️ Revoke]
    [Done]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn at_a_gate_of_the_config_its_admins_step_in_too() {
    let world = World::start().await;
    let ada = world.admin();
    let mut scene = Scene::without_bot(world, &Setup::default());
    scene.changes_config("[telegram]", &format!("[telegram]\nowners = [{}]", ada.id()));
    scene.starts_bot().await;
    let nora = scene.at_the_door("Nora").await;
    does(&ada, "approve", &nora).await;
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    I am letting Nora (7100000002) in.
    ---
    Rust Berlin

    ✅ Nora (7100000002) is in the group.
    ");
    assert!(nora.is_member());
    scene.ends().await;
}
