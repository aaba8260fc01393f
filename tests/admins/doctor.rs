//! What is set up wrongly in a group: found, told, and gone once it is mended.

use std::time::Duration;

use countersign::sandbox::telegram::Fault;
use countersign::sandbox::{Group, Person, Rights, Terms};
use insta::assert_snapshot;

use super::{another_admin, at_overview, press, types};
use crate::scene::{PASSWORD, Scene, Setup, hears, steady};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// What the doctor says, its findings alone.
fn findings(said: &str) -> String {
    let lines = said.lines().filter(|line| line.starts_with('•') || line.starts_with('✅'));
    lines.collect::<Vec<_>>().join("\n")
}

/// An admin has the group looked at by the button below the last findings.
async fn checks_again(scene: &Scene, admin: &Person) -> String {
    scene.passes(SECOND);
    findings(&press(admin, "Check again").await)
}

/// Somebody who has come as far as the code, and the code.
async fn with_a_code(scene: &Scene, group: &Group, name: &str) -> (Person, String) {
    let person = scene.world.person(name);
    person.requests_to_join_group(group);
    person.reads().await;
    types(&person, PASSWORD).await;
    press(&person, "By e-mail").await;
    types(&person, &person.email()).await;
    press(&person, "Send the code").await;
    let mail = scene.world.mail_for(&person.email()).await;
    (person, mail.code(6).to_owned())
}

#[tokio::test]
async fn each_finding_appears_with_telegrams_own_words_and_goes_when_it_is_mended() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = scene.with_gate_of(&ada, "Chess Club").await;
    // Everybody may join.
    group.is_named(Some("chess_club")).expect("a free name");
    assert_snapshot!(checks_again(&scene, &ada).await, @"• Anybody can join without being asked. Edit → Group Type → Public Group → Approve New Members: on. (On some apps it is under Who Can Send Messages → Only Members.)");
    group.approves_new_members(true);
    assert!(checks_again(&scene, &ada).await.starts_with('✅'));
    // Members may add people.
    group.members_may_add(true);
    assert_snapshot!(checks_again(&scene, &ada).await, @"• Members may add people past me. Edit → Permissions → Add Members: off.");
    // Besides, another bot may answer.
    let rival = group.has_admin_bot("Other Guard", Rights::GATEKEEPER);
    assert_snapshot!(checks_again(&scene, &ada).await, @r"
    • Members may add people past me. Edit → Permissions → Add Members: off.
    • Another bot may answer join requests before I do: Other. Edit → Administrators → that bot → Invite Users via Link: off.
    ");
    group.members_may_add(false);
    ada.promotes_in(&group, &rival, Rights { can_delete_messages: true, ..Rights::NONE });
    assert!(checks_again(&scene, &ada).await.starts_with('✅'));
    scene.ends().await;
}

#[tokio::test]
async fn links_that_ask_nobody_are_named_when_somebody_comes_by_one() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = scene.with_gate_of(&ada, "Chess Club").await;
    let open = Terms { name: Some("summer fair".to_owned()), ..Terms::default() };
    let link = group.makes_link(open).expect("a link");
    let [nora, omar, pia] = ["Nora", "Omar", "Pia"].map(|name| scene.world.person(name));
    scene.passes(MINUTE);
    nora.opens(&link);
    assert_snapshot!(steady(&ada.reads().await), @r"
    Chess Club

    ⚠️ One thing is not right yet:

    • Somebody came in by the link “summer fair” (https://t.me/+‹link›), which asks nobody. Edit → Invite Links → this link → Edit Link → Request Admin Approval: on; or Revoke Link.

    Looked at 12:00:00 UTC. What you have mended goes from here when you press the button.
    [🔄 Check again]
    ");
    omar.opens(&group.link());
    assert_snapshot!(findings(&steady(&ada.reads().await)), @r"
    • Somebody came in by the primary link (https://t.me/+‹link›), which lets everybody in without asking. Edit → Invite Links → ⋮ → Revoke Link, and give nobody the new one.
    • Somebody came in by the link “summer fair” (https://t.me/+‹link›), which asks nobody. Edit → Invite Links → this link → Edit Link → Request Admin Approval: on; or Revoke Link.
    ");
    // Once more by the same one is no news.
    pia.opens(&link);
    scene.world.settled().await;
    ada.hears_nothing().await;
    group.ends_link(&link);
    group.approves_new_members(true);
    assert!(checks_again(&scene, &ada).await.starts_with('✅'));
    scene.ends().await;
}

#[tokio::test]
async fn rights_that_were_lost_are_told_once_and_who_waits_gets_in_by_itself() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    let bob = another_admin(&scene, &ada, &group, "Bob").await;
    // Bob has changed something, so he looks after it too.
    press(&bob, "Offer to strangers").await;
    let (nora, code) = with_a_code(&scene, &group, "Nora").await;
    scene.passes(MINUTE);
    group.gives_bot(Rights { can_invite_users: false, ..Rights::GATEKEEPER });
    assert_snapshot!(steady(&ada.reads().await), @r"
    Chess Club

    ⚠️ One thing is not right yet:

    • I may let nobody in. Edit → Administrators → me → Invite Users via Link: on. (Where members may not add people, it is called Add Users or Add Members.) Whoever waits is told that it is not their fault.

    Looked at 12:01:00 UTC. What you have mended goes from here when you press the button.
    [🔄 Check again]
    ");
    assert_snapshot!(findings(&bob.reads().await.to_string()), @"• I may let nobody in. Edit → Administrators → me → Invite Users via Link: on. (Where members may not add people, it is called Add Users or Add Members.) Whoever waits is told that it is not their fault.");
    nora.types(&code);
    assert_snapshot!(steady(&nora.reads().await), @r"
    Chess Club

    You may come in, but I lack the right to open the door. That is our fault, not yours, and you keep your place: as soon as an admin of the group has given me that right, I let you in by myself. You can also press the button then.
    [Try again]
    [🙋 Ask an admin]
    ");
    // Another right changes, or somebody looks: no news.
    group.gives_bot(Rights {
        can_invite_users: false,
        can_pin_messages: true,
        ..Rights::GATEKEEPER
    });
    scene.passes(20 * MINUTE);
    scene.sweeps().await;
    for admin in [&ada, &bob] {
        let lines = admin.takes_unread();
        assert!(lines.iter().all(|line| line.to_string().starts_with("(edited)")), "{lines}");
    }
    group.gives_bot(Rights::GATEKEEPER);
    assert_snapshot!(steady(&nora.reads().await), @r"
    Chess Club

    Welcome! The door is open: you are in the group now.
    ");
    assert!(group.has_member(&nora));
    assert!(findings(&ada.reads().await.to_string()).starts_with('✅'));
    assert!(findings(&bob.reads().await.to_string()).starts_with('✅'));
    assert_eq!(group.bot_posts(), [], "the group heard of it");
    scene.ends().await;
}

#[tokio::test]
async fn a_bot_that_is_no_administrator_any_more_says_so_also_after_a_restart() {
    let mut scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = scene.with_gate_of(&ada, "Chess Club").await;
    let (nora, code) = with_a_code(&scene, &group, "Nora").await;
    scene.passes(MINUTE);
    ada.demotes_bot_in(&group);
    assert_snapshot!(findings(&ada.reads().await.to_string()), @"• I am no administrator: I neither see who asks to join nor can let anybody in. Edit → Administrators → Add Admin, pick me, with Invite Users via Link. Whoever waits is told that it is not their fault.");
    nora.types(&code);
    let heard = nora.reads().await.to_string();
    assert!(heard.contains("not yours"), "{heard}");
    scene.restarts_bot().await;
    let lost = checks_again(&scene, &ada).await;
    assert!(lost.contains("no administrator"), "{lost}");
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    hears(&nora, "Welcome!").await;
    assert!(group.has_member(&nora));
    assert!(findings(&ada.reads().await.to_string()).starts_with('✅'));
    scene.ends().await;
}

#[tokio::test]
async fn a_bot_that_was_removed_says_so_and_comes_back_with_everything() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = scene.with_gate_of(&ada, "Chess Club").await;
    scene.passes(MINUTE);
    ada.removes_bot_from(&group);
    assert_snapshot!(steady(&ada.reads().await), @r"
    Chess Club

    ⚠️ One thing is not right yet:

    • I am not in the group any more, so its door stays closed. Please add me again, as an administrator with Invite Users via Link. Everything that was set up is kept.

    Looked at 12:01:00 UTC. What you have mended goes from here when you press the button.
    [🔄 Check again]
    ");
    let asked = press(&ada, "Check again").await;
    assert!(asked.contains("I am not in this group"), "{asked}");
    scene.passes(MINUTE);
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    assert!(findings(&ada.reads().await.to_string()).starts_with('✅'));
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    let greeted = nora.reads().await.to_string();
    assert!(greeted.starts_with("Chess Club\n\nHello!"), "{greeted}");
    scene.ends().await;
}

#[tokio::test]
async fn the_doctor_comes_when_called_and_only_to_admins() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    scene.passes(MINUTE);
    assert_snapshot!(types(&ada, "/doctor").await, @r"
    Chess Club

    I am looking at the group. What I find comes in a message of its own.

    ✅ I am watching this door.

    How people come in: join request

    Passwords:
    • main: without an end, for any number of people

    Codes go by: e-mail or SMS

    Who may pass:
    • anybody with an address of their own
    • each address admits one account

    Limits: standard – 3 wrong passwords or 3 wrong codes lock for 5 minutes, in the end for 24 hours; after 50 wrong tries only an admin opens; 5 codes a day

    Language in the group and the log: English
    Log chat: off
    Offered to strangers who write /start: no
    Its link: https://t.me/demo_gate_bot?start=‹link›
    [🔑 Passwords] [✉️ E-mail or SMS]
    [👥 Who may pass] [🗂 Roster]
    [⏱ Limits] [🌐 Language]
    [🚪 How people come in] [📓 Log chat]
    [☐ Offer to strangers at /start]
    [🩺 Check the group] [🚨 Raid mode]
    [⛔️ Close the gate]
    [📋 My groups] [Done]
    ---
    Chess Club

    ✅ I see nothing that is set up wrongly.

    Other admins’ invite links I cannot see. But I notice when somebody comes in by one that asks nobody.

    Looked at 12:01:00 UTC.
    [🔄 Check again]
    ");
    let (message, button) = ada.notes_button("Check again");
    // A stranger with the same button.
    let bob = scene.world.person("Bob");
    bob.has_written_before();
    bob.presses_old(message, &button);
    let heard = bob.reads().await.to_string();
    assert!(heard.contains("no administrator of this group"), "{heard}");
    // An ex-admin.
    let cleo = another_admin(&scene, &ada, &group, "Cleo").await;
    press(&cleo, "Check the group").await;
    ada.demotes_in(&group, &cleo);
    scene.passes(SECOND);
    let heard = press(&cleo, "Check again").await;
    assert!(heard.contains("no administrator of this group"), "{heard}");
    // One who is anonymous in the group.
    ada.is_anonymous_in(&group, true);
    assert!(checks_again(&scene, &ada).await.starts_with('✅'));
    scene.ends().await;
}

#[tokio::test]
async fn when_telegram_does_not_say_how_the_group_is_that_is_what_is_said() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    scene.with_gate_of(&ada, "Chess Club").await;
    scene.world.telegram.fails_next("getChat", Fault::bad_request("something new"));
    scene.passes(SECOND);
    assert_snapshot!(press(&ada, "Check again").await, @r"
    (edited) Chess Club

    Telegram did not answer when I asked how the group is set up. Please press the button in a little while.

    Tried 12:00:01 UTC.
    [🔄 Check again]
    ");
    // The message is gone or too old: it comes anew, and is the one that is changed from then on.
    let gone = Fault::bad_request("message can't be edited");
    scene.world.telegram.fails_next("editMessageText", gone);
    scene.passes(SECOND);
    let anew = press(&ada, "Check again").await;
    assert!(!anew.starts_with("(edited)") && anew.contains('✅'), "{anew}");
    scene.passes(SECOND);
    let changed = press(&ada, "Check again").await;
    assert!(changed.starts_with("(edited)"), "{changed}");
    scene.ends().await;
}

#[tokio::test]
async fn an_admin_who_blocked_the_bot_is_told_by_the_next_message_only() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = scene.with_gate_of(&ada, "Chess Club").await;
    ada.blocks_bot();
    scene.passes(MINUTE);
    group.gives_bot(Rights { can_invite_users: false, ..Rights::GATEKEEPER });
    scene.world.settled().await;
    ada.unblocks_bot();
    ada.hears_nothing().await;
    let found = types(&ada, "/doctor").await;
    assert!(found.contains("I may let nobody in."), "{found}");
    scene.ends().await;
}

#[tokio::test]
async fn who_owns_the_bot_is_told_of_gates_of_the_config_too() {
    let scene = Scene::start().await;
    let ada = scene.world.admin();
    ada.opens(&scene.claim_link());
    ada.reads().await;
    let group = scene.world.group();
    group.members_may_add(false);
    group.gives_bot(Rights { can_invite_users: false, ..Rights::GATEKEEPER });
    assert_snapshot!(findings(&ada.reads().await.to_string()), @"• I may let nobody in. Edit → Administrators → me → Invite Users via Link: on. (Where members may not add people, it is called Add Users or Add Members.) Whoever waits is told that it is not their fault.");
    group.gives_bot(Rights::GATEKEEPER);
    assert!(findings(&ada.reads().await.to_string()).starts_with('✅'));
    scene.ends().await;
}
