//! The gating mode in which those who came by another way are muted until they pass.

use std::time::Duration;

use countersign::sandbox::telegram::Fault;
use countersign::sandbox::{Group, Person, Rights, Terms};
use insta::assert_snapshot;

use super::{at_overview, press, types};
use crate::scene::{PASSWORD, Scene, Setup, hears, steady};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// A group of Ada's with this gating mode, in which who has not passed is removed after an hour,
/// and a link that asks nobody.
async fn restricting(scene: &Scene) -> (Person, Group, String) {
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(scene, &ada, "Chess Club").await;
    press(&ada, "How people come in").await;
    press(&ada, "Restrict after joining").await;
    press(&ada, "1 hour").await;
    let link = group.makes_link(Terms::default()).expect("a link");
    (ada, group, link)
}

/// From the password to the code.
async fn passes_the_gate(scene: &Scene, person: &Person) -> String {
    types(person, PASSWORD).await;
    press(person, "By e-mail").await;
    types(person, &person.email()).await;
    press(person, "Send the code").await;
    let mail = scene.world.mail_for(&person.email()).await;
    types(person, mail.code(6)).await
}

/// What stands in the group, the links as `‹link›`.
fn chat(group: &Group) -> String {
    let bot = group.bot_posts();
    let posts = bot
        .iter()
        .filter(|post| !post.is_service)
        .map(|post| format!("{}\n{:?}", post.text, post.buttons));
    steady(&posts.collect::<Vec<_>>().join("\n---\n"))
}

#[tokio::test]
async fn the_mode_is_chosen_with_what_belongs_to_it() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    at_overview(&scene, &ada, "Chess Club").await;
    press(&ada, "How people come in").await;
    assert_snapshot!(press(&ada, "Restrict after joining").await, @r"
    (edited) Chess Club

    Saved.

    How do people come in? Now: restrict after joining; who has not passed is removed after 24 hours, without a ban

    • Join request (default): everybody asks to join, and I let in whoever passes. Nobody sees the group before that. It does not stop those who are added by members or come by a link that asks nobody.
    • Restrict after joining: the same, and whoever came in by another way is muted until they pass. It stops them from writing, not from reading.
    • Personal link: only who passed gets a link, which admits nobody else; all other join requests are declined. A stolen invite link is worth nothing. It does not stop those who are added by members.
    [Join request]
    [✓ Restrict after joining]
    [Personal link]
    [Remove after 10 minutes] [Remove after 1 hour]
    [✓ Remove after 24 hours] [Never remove]
    [☐ Clean up join messages]
    [⬅️ Overview]
    ");
    press(&ada, "10 minutes").await;
    let chosen = press(&ada, "Clean up join messages").await;
    assert!(chosen.contains("[☑ Clean up join messages]"), "{chosen}");
    let overview = press(&ada, "Overview").await;
    let (_, mode) = overview.split_once("How people come in: ").expect("the mode");
    assert_snapshot!(mode.lines().next().expect("a line"), @"restrict after joining; who has not passed is removed after 10 minutes, without a ban; join and leave messages are cleaned up");
    scene.ends().await;
}

#[tokio::test]
async fn who_came_by_another_way_is_muted_and_freed_by_passing() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (_, group, link) = restricting(&scene).await;
    group.permits(|permissions| permissions.can_send_polls = false);
    let nora = scene.world.person("Nora");
    nora.opens(&link);
    scene.world.settled().await;
    assert!(group.has_muted(&nora));
    assert_snapshot!(chat(&group), @r#"
    Nora, please come past me first, then you can write here: press the button, the rest happens in private. Whoever has not passed within 1 hour is removed, and may come again.
    [["Come in"]]
    "#);
    nora.presses_in(&group, "Come in");
    assert_snapshot!(steady(&nora.reads().await), @r"
    Chess Club

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    assert_snapshot!(passes_the_gate(&scene, &nora).await, @r"
    Chess Club

    Thank you! You have passed: you can write in the group now.
    ");
    // Freed with the group's own permissions; the notice is gone.
    assert_eq!(group.permissions_of(&nora), group.permissions());
    scene.passes(6 * SECOND);
    scene.sweeps().await;
    assert_eq!(chat(&group), "");
    scene.passes(60 * MINUTE);
    scene.sweeps().await;
    assert!(group.has_member(&nora));
    scene.ends().await;
}

#[tokio::test]
async fn who_has_not_passed_in_time_is_removed_without_a_ban() {
    let mut scene = Scene::with(Setup::from_nothing()).await;
    let (_, group, link) = restricting(&scene).await;
    let (nora, omar) = (scene.world.person("Nora"), scene.world.person("Omar"));
    nora.opens(&link);
    scene.world.settled().await;
    nora.presses_in(&group, "Come in");
    nora.reads().await;
    scene.restarts_bot().await;
    scene.passes(60 * MINUTE);
    scene.sweeps().await;
    assert_snapshot!(nora.reads().await, @r"
    Chess Club

    You did not pass the gate of this group within 1 hour, so I have taken you out of it. That is no ban: join again whenever you like, or send me /start, and I let you in as soon as you have passed.
    ");
    assert!(!group.has_member(&nora) && !group.has_banned(&nora));
    assert_eq!(chat(&group), "");
    // She may come again, and has the whole time again.
    nora.opens(&link);
    omar.opens(&link);
    scene.world.settled().await;
    assert!(group.has_muted(&nora) && group.has_muted(&omar));
    scene.passes(59 * MINUTE);
    scene.sweeps().await;
    assert!(group.has_member(&nora));
    // Omar leaves by himself: he hears nothing.
    omar.leaves_group(&group);
    scene.passes(2 * MINUTE);
    scene.sweeps().await;
    nora.reads().await;
    assert!(!group.has_member(&nora));
    assert_eq!(chat(&group), "");
    scene.ends().await;
}

#[tokio::test]
async fn in_a_rush_there_is_one_message_for_all() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (_, group, link) = restricting(&scene).await;
    let names = ["Nora", "Omar", "Pia t.me/casino"];
    let people = names.map(|name| scene.world.person(name));
    people[0].opens(&link);
    scene.world.settled().await;
    people[1].opens(&link);
    scene.world.settled().await;
    scene.passes(6 * SECOND);
    scene.sweeps().await;
    assert_snapshot!(chat(&group), @r#"
    Nora, Omar: please come past me first, then you can write here. Press the button, the rest happens in private. Whoever has not passed within 1 hour is removed, and may come again.
    [["Come in"]]
    "#);
    people[2].opens(&link);
    scene.world.settled().await;
    scene.passes(6 * SECOND);
    scene.sweeps().await;
    // What somebody advertises in their name is not repeated.
    assert_snapshot!(chat(&group), @r#"
    3 people wait at the door and cannot write here yet. Who cannot, please press the button: the rest happens in private. Whoever has not passed within 1 hour is removed, and may come again.
    [["Come in"]]
    "#);
    for number in 0..20 {
        scene.world.person(&format!("Raider {number}")).opens(&link);
    }
    scene.world.settled().await;
    scene.passes(6 * SECOND);
    scene.sweeps().await;
    assert_snapshot!(chat(&group), @r#"
    23 people wait at the door and cannot write here yet. Who cannot, please press the button: the rest happens in private. Whoever has not passed within 1 hour is removed, and may come again.
    [["Come in"]]
    "#);
    // The button leads each to the gate.
    people[1].presses_in(&group, "Come in");
    let greeted = people[1].reads().await.to_string();
    assert!(greeted.starts_with("Chess Club"), "{greeted}");
    scene.ends().await;
}

#[tokio::test]
async fn somebody_elses_button_leads_to_ones_own_gate() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (_, group, link) = restricting(&scene).await;
    let (nora, omar) = (scene.world.person("Nora"), scene.world.person("Omar"));
    nora.opens(&link);
    scene.world.settled().await;
    let (_, button) = nora.notes_button_in(&group, "Come in");
    omar.opens(&button);
    assert_snapshot!(steady(&omar.reads().await), @r"
    This button is for another member of the group; it does nothing for you.
    ---
    Chess Club

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    scene.ends().await;
}

#[tokio::test]
async fn admins_and_those_whom_they_add_are_not_muted_and_bots_neither() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group, _) = restricting(&scene).await;
    let [nora, omar, pia] = ["Nora", "Omar", "Pia"].map(|name| scene.world.person(name));
    ada.adds_to(&group, &nora);
    scene.world.settled().await;
    assert!(group.has_member(&nora) && !group.has_muted(&nora));
    // A member adds somebody: that is another way in.
    group.members_may_add(true);
    nora.adds_to(&group, &omar);
    scene.world.settled().await;
    assert!(group.has_muted(&omar));
    let _ = group.has_admin_bot("Helper", Rights { can_pin_messages: true, ..Rights::NONE });
    scene.world.settled().await;
    // A join request leads through the gate as ever.
    pia.requests_to_join_group(&group);
    pia.reads().await;
    let welcomed = passes_the_gate(&scene, &pia).await;
    assert!(welcomed.contains("Welcome!"), "{welcomed}");
    assert!(group.has_member(&pia) && !group.has_muted(&pia));
    scene.passes(60 * MINUTE);
    scene.sweeps().await;
    assert!(!group.has_member(&omar) && group.has_member(&nora) && group.has_member(&pia));
    scene.ends().await;
}

#[tokio::test]
async fn join_and_leave_messages_are_cleaned_up_if_wanted() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group, link) = restricting(&scene).await;
    let (nora, omar) = (scene.world.person("Nora"), scene.world.person("Omar"));
    nora.opens(&link);
    scene.world.settled().await;
    let service = |group: &Group| group.posts().iter().filter(|post| post.is_service).count();
    let before = service(&group);
    press(&ada, "Clean up join messages").await;
    omar.opens(&link);
    omar.leaves_group(&group);
    scene.world.settled().await;
    assert_eq!(service(&group), before);
    // Without the right, the doctor says so.
    group.gives_bot(Rights { can_delete_messages: false, ..Rights::GATEKEEPER });
    scene.passes(MINUTE);
    hears(&ada, "I may not remove the join and leave messages.").await;
    scene.ends().await;
}

#[tokio::test]
async fn without_the_right_to_mute_the_admins_are_told_and_it_is_done_later() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group, link) = restricting(&scene).await;
    scene.passes(MINUTE);
    group.gives_bot(Rights { can_restrict_members: false, ..Rights::GATEKEEPER });
    let told = ada.reads().await.to_string();
    assert!(told.contains("• I may mute nobody"), "{told}");
    let nora = scene.world.person("Nora");
    nora.opens(&link);
    scene.world.settled().await;
    assert!(group.has_member(&nora) && !group.has_muted(&nora));
    assert_eq!(chat(&group), "", "she can write, so she is not asked to");
    group.gives_bot(Rights::GATEKEEPER);
    ada.reads().await;
    assert!(group.has_muted(&nora));
    assert!(chat(&group).contains("Nora"), "{}", chat(&group));
    scene.ends().await;
}

#[tokio::test]
async fn who_has_passed_while_the_bot_may_not_free_them_is_freed_by_itself() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group, link) = restricting(&scene).await;
    let nora = scene.world.person("Nora");
    nora.opens(&link);
    scene.world.settled().await;
    nora.presses_in(&group, "Come in");
    nora.reads().await;
    scene.passes(MINUTE);
    group.gives_bot(Rights { can_restrict_members: false, ..Rights::GATEKEEPER });
    ada.reads().await;
    let heard = passes_the_gate(&scene, &nora).await;
    assert!(heard.contains("not yours"), "{heard}");
    // She is not removed for that.
    scene.passes(120 * MINUTE);
    scene.sweeps().await;
    assert!(group.has_muted(&nora));
    group.gives_bot(Rights::GATEKEEPER);
    hears(&nora, "you can write").await;
    assert!(!group.has_muted(&nora));
    let _ = (ada.takes_unread(), nora.takes_unread());
    scene.ends().await;
}

#[tokio::test]
async fn a_basic_group_cannot_mute_and_becomes_one_that_can() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = ada.creates_basic_group("Chess Club");
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    ada.reads().await;
    for button in ["Set up", "Add a password", "Call it “main”"] {
        press(&ada, button).await;
    }
    types(&ada, PASSWORD).await;
    for _ in 0..7 {
        press(&ada, "Next").await;
    }
    press(&ada, "How people come in").await;
    press(&ada, "Restrict after joining").await;
    press(&ada, "Next").await;
    press(&ada, "Next").await;
    ada.presses("Open the gate");
    let opened = ada.reads().await.to_string();
    let (_, found) = opened.rsplit_once("---\n").expect("several lines");
    assert_snapshot!(found, @r"
    Chess Club

    ⚠️ One thing is not right yet:

    • In a basic group nobody can be muted. Edit → Chat History for New Members → Visible makes it a supergroup; I follow by myself.

    Looked at 12:00:00 UTC. What you have mended goes from here when you press the button.
    [🔄 Check again]
    ");
    let link = group.makes_link(Terms::default()).expect("a link");
    let group = group.migrates();
    let mended = ada.reads().await.to_string();
    assert!(mended.contains('✅'), "{mended}");
    let nora = scene.world.person("Nora");
    nora.opens(&link);
    scene.world.settled().await;
    assert!(group.has_muted(&nora));
    scene.ends().await;
}

#[tokio::test]
async fn a_notice_that_cannot_be_written_holds_up_nobody() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (_, group, link) = restricting(&scene).await;
    let nora = scene.world.person("Nora");
    scene.world.telegram.fails_next("sendMessage", Fault::bad_request("something new"));
    nora.opens(&link);
    scene.world.settled().await;
    assert!(group.has_muted(&nora));
    assert_eq!(chat(&group), "");
    // She finds the bot by herself.
    let greeted = types(&nora, "/start").await;
    assert!(greeted.starts_with("Chess Club"), "{greeted}");
    let freed = passes_the_gate(&scene, &nora).await;
    assert!(!group.has_muted(&nora), "{freed}");
    scene.ends().await;
}
