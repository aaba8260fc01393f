//! Labelled passwords: added, changed, replaced, removed.

use std::time::Duration;

use countersign::sandbox::{Group, Person};
use insta::assert_snapshot;

use super::{another_admin, at_overview, press, types};
use crate::scene::{PASSWORD, Scene, Setup, hears, steady};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A group with a gate, and its owner on the screen of the passwords.
async fn at_passwords(scene: &Scene) -> (Person, Group) {
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(scene, &ada, "Chess Club").await;
    press(&ada, "🔑 Passwords").await;
    (ada, group)
}

async fn adds(admin: &Person, label: &str, password: &str) -> String {
    press(admin, "Add a password").await;
    types(admin, label).await;
    types(admin, password).await
}

/// Somebody who asked to join, and what they hear of this password.
async fn tries(scene: &Scene, group: &Group, name: &str, password: &str) -> (Person, String) {
    let person = scene.world.person(name);
    person.requests_to_join_group(group);
    person.reads().await;
    let heard = types(&person, password).await;
    (person, heard)
}

#[tokio::test]
async fn each_place_gets_a_password_of_its_own_with_an_end_and_a_limit() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group) = at_passwords(&scene).await;
    assert_snapshot!(press(&ada, "Add a password").await, @r"
    (edited) Chess Club

    What shall I call this password? Please type a short label, such as “members” or “flyer spring”; only admins see it. Not the password itself.
    [⬅️ Back]
    ");
    let typed = ada.types("flyer spring");
    assert_snapshot!(ada.reads().await, @r"
    Chess Club

    Please type the password for flyer spring. I remove your message at once and keep only a fingerprint: nobody can read it here later, so note it down.
    [⬅️ Back]
    ");
    assert!(!ada.sees_message(typed), "it might have been a password, and is still to be seen");
    let typed = ada.types("come as you are");
    assert_snapshot!(ada.reads().await, @r"
    Chess Club

    The password flyer spring is set.

    • flyer spring: without an end, for any number of people

    How long shall it open the door, and for how many? What you choose counts from now on.
    [✓ Without an end] [Until a day …]
    [24 hours] [7 days] [30 days]
    [✓ For any number] [For a number …]
    [1 person] [10 people] [100 people]
    [🔁 New password] [🗑 Remove]
    [⬅️ Back]
    ");
    assert!(!ada.sees_message(typed), "the password is still to be seen");
    let shown = press(&ada, "7 days").await;
    assert!(shown.contains("Saved.") && shown.contains("• flyer spring: until "), "{shown}");
    // The day that is shown is one that can be typed.
    let (_, day) = shown.split_once("until ").expect("a day");
    let day: String = day.chars().take(10).collect();
    assert_snapshot!(press(&ada, "Until a day").await, @r"
    (edited) Chess Club

    Until which day, that day included? Please type it like 2026-12-31 or 31.12.2026.
    [⬅️ Back]
    ");
    assert_snapshot!(types(&ada, "next week").await, @r"
    Chess Club

    I cannot read that as a day between today and ten years from now.

    Until which day, that day included? Please type it like 2026-12-31 or 31.12.2026.
    [⬅️ Back]
    ");
    let shown = types(&ada, &day).await;
    // That day is included.
    assert!(shown.contains("00:00 UTC") && !shown.contains(&day), "{shown}");
    assert_snapshot!(press(&ada, "For a number").await, @r"
    (edited) Chess Club

    How many more people may pass by it? Please type a number from 1 to 9999.
    [⬅️ Back]
    ");
    assert_snapshot!(types(&ada, "many").await, @r"
    Chess Club

    Please type a number from 1 to 9999.

    How many more people may pass by it? Please type a number from 1 to 9999.
    [⬅️ Back]
    ");
    let shown = types(&ada, "1").await;
    assert!(shown.contains("for 1 more person"), "{shown}");
    let (_, heard) = tries(&scene, &group, "Nora", "come as you are").await;
    assert!(heard.contains("How may I send you your code?"), "{heard}");
    let (_, heard) = tries(&scene, &group, "Omar", "come as you are").await;
    assert!(heard.contains("2 tries left"), "{heard}");
    let (_, heard) = tries(&scene, &group, "Pia", PASSWORD).await;
    assert!(heard.contains("How may I send you your code?"), "{heard}");
    let listed = types(&ada, "/password").await;
    let (_, end) = listed.split_once("until ").expect("a day");
    let end: String = end.chars().take(10).collect();
    assert_snapshot!(listed.replace(&end, "‹day›"), @r"
    Chess Club

    Each of these passwords opens the door:
    • main: without an end, for any number of people
    • flyer spring: until ‹day› 00:00 UTC, for nobody more – opens nothing any more

    With one password for each place that you give it to, the log says which one was passed on. Each has a label that only admins see.
    [🔑 main]
    [🚫 flyer spring]
    [➕ Add a password]
    [⬅️ Overview]
    ");
    scene.passes(8 * DAY);
    let (_, heard) = tries(&scene, &group, "Quin", "come as you are").await;
    assert!(heard.contains("2 tries left"), "{heard}");
    scene.ends().await;
}

#[tokio::test]
async fn what_is_no_password_or_no_label_is_said_and_asked_again() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, _) = at_passwords(&scene).await;
    press(&ada, "Add a password").await;
    assert_snapshot!(types(&ada, "a label that is much longer than it may be").await, @r"
    Chess Club

    A label has 1 to 32 characters, all of them visible.

    What shall I call this password? Please type a short label, such as “members” or “flyer spring”; only admins see it. Not the password itself.
    [⬅️ Back]
    ");
    assert_snapshot!(types(&ada, "MAIN").await, @r"
    Chess Club

    There is a password with the label MAIN already. Please choose another one.

    What shall I call this password? Please type a short label, such as “members” or “flyer spring”; only admins see it. Not the password itself.
    [⬅️ Back]
    ");
    types(&ada, "flyer").await;
    let command = ada.types("/opensesame please");
    assert_snapshot!(ada.reads().await, @"Telegram takes what begins with / for a command. Please choose another password.");
    assert!(!ada.sees_message(command), "what may be the password is still to be seen");
    let login = ada.types("12345");
    assert_snapshot!(ada.reads().await, @r"
    ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it.

    I never ask for it, and neither does any honest group: whoever has it can take over your account. If somebody told you to send it, do not answer them, and look under Settings → Devices for logins that are not yours.
    ");
    assert!(!ada.sees_message(login), "what may be the password is still to be seen");
    let long = ada.types(&"x".repeat(201));
    assert_snapshot!(ada.reads().await, @r"
    Chess Club

    That is longer than 200 characters. Please choose a shorter one.

    Please type the password for flyer. I remove your message at once and keep only a fingerprint: nobody can read it here later, so note it down.
    [⬅️ Back]
    ");
    assert!(!ada.sees_message(long), "what may be the password is still to be seen");
    let kept = types(&ada, "at last").await;
    assert!(kept.contains("The password flyer is set."), "{kept}");
    scene.ends().await;
}

#[tokio::test]
async fn a_new_password_in_the_place_of_another_throws_nobody_out() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group) = at_passwords(&scene).await;
    let (nora, _) = tries(&scene, &group, "Nora", PASSWORD).await;
    press(&ada, "🔑 main").await;
    assert_snapshot!(press(&ada, "New password").await, @r"
    (edited) Chess Club

    Please type the new password for main. The old one opens nothing from then on; whoever has passed it stays on their way. I remove your message at once and keep only a fingerprint: nobody can read it here later, so note it down.
    [⬅️ Back]
    ");
    let kept = types(&ada, "the new one").await;
    assert!(kept.contains("The password main is set."), "{kept}");
    // Who has passed the old one goes on; who comes now needs the new one.
    nora.presses("By e-mail");
    hears(&nora, "type the e-mail address").await;
    let (omar, heard) = tries(&scene, &group, "Omar", PASSWORD).await;
    assert!(heard.contains("2 tries left"), "{heard}");
    let heard = types(&omar, "the new one").await;
    assert!(heard.contains("How may I send you your code?"), "{heard}");
    scene.ends().await;
}

#[tokio::test]
async fn the_last_password_of_an_open_gate_stays_and_others_go() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group) = at_passwords(&scene).await;
    press(&ada, "🔑 main").await;
    assert_snapshot!(press(&ada, "Remove").await, @r"
    (edited) Chess Club

    main is the only password that opens this door, so I keep it. Please add another one first, or close the gate.

    • main: without an end, for any number of people

    How long shall it open the door, and for how many? What you choose counts from now on.
    [✓ Without an end] [Until a day …]
    [24 hours] [7 days] [30 days]
    [✓ For any number] [For a number …]
    [1 person] [10 people] [100 people]
    [🔁 New password] [🗑 Remove]
    [⬅️ Back]
    ");
    press(&ada, "Back").await;
    adds(&ada, "flyer", "come as you are").await;
    press(&ada, "Back").await;
    press(&ada, "🔑 main").await;
    assert_snapshot!(press(&ada, "Remove").await, @r"
    (edited) Chess Club

    Shall I remove the password main? It opens nothing from then on. Whoever has passed it stays on their way.
    [Yes] [No]
    ");
    let kept = press(&ada, "No").await;
    assert!(kept.contains("• main:"), "{kept}");
    press(&ada, "🔑 main").await;
    press(&ada, "Remove").await;
    let removed = press(&ada, "Yes").await;
    assert!(removed.contains("The password main is removed."), "{removed}");
    assert!(!removed.contains("• main:"), "{removed}");
    let (_, heard) = tries(&scene, &group, "Nora", PASSWORD).await;
    assert!(heard.contains("2 tries left"), "{heard}");
    scene.ends().await;
}

#[tokio::test]
async fn where_every_password_has_run_out_people_are_told_that_it_is_not_their_fault() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group) = at_passwords(&scene).await;
    press(&ada, "🔑 main").await;
    press(&ada, "24 hours").await;
    let nora = scene.world.person("Nora");
    scene.passes(DAY);
    nora.requests_to_join_group(&group);
    assert_snapshot!(nora.reads().await, @r"
    Chess Club

    This gate is closed for now: no password opens it. That is not your fault, and nothing you type costs you a try. Please come back later, or ask an admin of the group.
    [🙋 Ask an admin]
    [Cancel]
    ");
    assert_snapshot!(types(&nora, PASSWORD).await, @r"
    Chess Club

    This gate is closed for now: no password opens it. That is not your fault, and nothing you type costs you a try. Please come back later, or ask an admin of the group.
    [🙋 Ask an admin]
    [Cancel]
    ");
    let listed = types(&ada, "/password").await;
    assert!(listed.contains("opens nothing any more"), "{listed}");
    scene.ends().await;
}

#[tokio::test]
async fn two_admins_at_one_password() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group) = at_passwords(&scene).await;
    let bob = another_admin(&scene, &ada, &group, "Bob").await;
    adds(&ada, "flyer", "come as you are").await;
    press(&ada, "Back").await;
    press(&bob, "🔑 Passwords").await;
    press(&bob, "🔑 flyer").await;
    press(&ada, "🔑 flyer").await;
    press(&ada, "Remove").await;
    press(&ada, "Yes").await;
    assert_snapshot!(press(&bob, "7 days").await, @r"
    (edited) Chess Club

    The password flyer is not there any more: another admin has removed it.

    Each of these passwords opens the door:
    • main: without an end, for any number of people

    With one password for each place that you give it to, the log says which one was passed on. Each has a label that only admins see.
    [🔑 main]
    [➕ Add a password]
    [⬅️ Overview]
    ");
    // While one types a new one, the other adds one under the same label.
    press(&bob, "Add a password").await;
    types(&bob, "poster").await;
    adds(&ada, "poster", "ada's").await;
    assert_snapshot!(types(&bob, "bob's").await, @r"
    Chess Club

    There is a password with the label poster already. Please choose another one.

    Each of these passwords opens the door:
    • main: without an end, for any number of people
    • poster: without an end, for any number of people

    With one password for each place that you give it to, the log says which one was passed on. Each has a label that only admins see.
    [🔑 main]
    [🔑 poster]
    [➕ Add a password]
    [⬅️ Overview]
    ");
    let (_, heard) = tries(&scene, &group, "Nora", "bob's").await;
    assert!(heard.contains("2 tries left"), "{heard}");
    let (_, heard) = tries(&scene, &group, "Omar", "ada's").await;
    assert!(heard.contains("How may I send"), "{heard}");
    scene.ends().await;
}

#[tokio::test]
async fn a_restart_between_label_and_password_loses_neither() {
    let mut scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group) = at_passwords(&scene).await;
    press(&ada, "Add a password").await;
    types(&ada, "flyer").await;
    scene.restarts_bot().await;
    let kept = types(&ada, "come as you are").await;
    assert!(kept.contains("The password flyer is set."), "{kept}");
    scene.restarts_bot().await;
    let (_, heard) = tries(&scene, &group, "Nora", "come as you are").await;
    assert!(heard.contains("How may I send"), "{heard}");
    let kept = scene.kept_bytes();
    let password = b"come as you are";
    assert!(!kept.windows(password.len()).any(|bytes| bytes == password), "it is kept in clear");
    scene.ends().await;
}

#[tokio::test]
async fn an_ex_admin_changes_no_password_and_an_anonymous_one_does() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group) = at_passwords(&scene).await;
    let bob = another_admin(&scene, &ada, &group, "Bob").await;
    press(&bob, "🔑 Passwords").await;
    press(&bob, "🔑 main").await;
    press(&bob, "New password").await;
    ada.demotes_in(&group, &bob);
    let heard = types(&bob, "bob's").await;
    assert!(heard.contains("You are no administrator of this group"), "{heard}");
    let (_, heard) = tries(&scene, &group, "Nora", "bob's").await;
    assert!(heard.contains("2 tries left"), "{heard}");
    ada.is_anonymous_in(&group, true);
    let kept = adds(&ada, "flyer", "come as you are").await;
    assert!(kept.contains("The password flyer is set."), "{kept}");
    scene.ends().await;
}

#[tokio::test]
async fn what_is_typed_too_late_is_no_password() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, _) = at_passwords(&scene).await;
    press(&ada, "Add a password").await;
    types(&ada, "flyer").await;
    scene.passes(Duration::from_secs(60 * 60));
    scene.sweeps().await;
    assert_snapshot!(steady(&types(&ada, "come as you are").await), @r"
    Hello! Which of your groups is it about?

    Everything that you can do here: /help
    Come into a group yourself: /join
    [Chess Club]
    [➕ Pick a group]
    [Done]
    ");
    let listed = types(&ada, "/password").await;
    assert!(!listed.contains("flyer"), "{listed}");
    scene.ends().await;
}
