//! The gating mode in which everybody who passes gets a link of their own.

use countersign::sandbox::{Group, Opened, Person};
use insta::assert_snapshot;

use super::{at_overview, press, types};
use crate::scene::{PASSWORD, Scene, Setup, hears, steady};

/// A group of Ada's with this gating mode.
async fn by_link_only(scene: &Scene) -> (Person, Group) {
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(scene, &ada, "Chess Club").await;
    group.approves_new_members(true);
    press(&ada, "How people come in").await;
    press(&ada, "Personal link").await;
    (ada, group)
}

/// From the password to the personal link.
async fn passes_the_gate(scene: &Scene, person: &Person) -> String {
    types(person, PASSWORD).await;
    press(person, "By e-mail").await;
    types(person, &person.email()).await;
    press(person, "Send the code").await;
    let mail = scene.world.mail_for(&person.email()).await;
    person.types(mail.code(6));
    let lines = person.reads().await.to_string();
    let start = lines.find("https://t.me/+").expect("a link");
    lines[start..].chars().take_while(|c| !c.is_whitespace()).collect()
}

#[tokio::test]
async fn who_passes_gets_a_link_that_admits_nobody_else_and_is_ended_by_its_use() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group) = by_link_only(&scene).await;
    let overview = press(&ada, "Overview").await;
    let (_, mode) = overview.split_once("How people come in: ").expect("the mode");
    assert_snapshot!(mode.lines().next().expect("a line"), @"personal link");
    let (nora, thief) = (scene.world.person("Nora"), scene.world.person("Theo"));
    nora.opens(&scene.link_to(&group));
    nora.reads().await;
    let link = passes_the_gate(&scene, &nora).await;
    assert_eq!(group.living_links().len(), 1);
    // A stolen link is worth nothing.
    thief.opens(&link);
    assert_snapshot!(steady(&thief.reads().await), @r"
    Chess Club

    Only personal links lead into this group, so I cannot take a request made by another link. I can give you a link of your own: please answer my questions here, and it is yours at the end.
    ---
    Chess Club

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    assert!(!group.has_member(&thief));
    assert_eq!(nora.opens(&link), Opened::Requested { group: group.id() });
    hears(&nora, "Welcome!").await;
    scene.world.settled().await;
    assert!(group.has_member(&nora));
    assert_eq!(group.living_links(), Vec::<String>::new(), "the link lives on");
    assert!(nora.takes_unread().is_empty());
    scene.ends().await;
}

#[tokio::test]
async fn who_asks_by_another_link_is_told_and_declined_and_comes_in_all_the_same() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (_, group) = by_link_only(&scene).await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    assert_snapshot!(steady(&nora.reads().await), @r"
    Chess Club

    Only personal links lead into this group, so I cannot take a request made by another link. I can give you a link of your own: please answer my questions here, and it is yours at the end.
    ---
    Chess Club

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    assert!(group.has_request_of(&nora), "declined before she could be written to");
    let link = passes_the_gate(&scene, &nora).await;
    assert!(!group.has_request_of(&nora), "still waiting");
    nora.opens(&link);
    hears(&nora, "Welcome!").await;
    assert!(group.has_member(&nora));
    scene.ends().await;
}

#[tokio::test]
async fn a_request_of_somebody_who_says_nothing_is_declined_in_the_end() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (_, group) = by_link_only(&scene).await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    nora.reads().await;
    scene.passes(std::time::Duration::from_secs(5 * 60));
    scene.sweeps().await;
    assert!(!group.has_request_of(&nora));
    nora.hears_nothing().await;
    scene.ends().await;
}

#[tokio::test]
async fn the_mode_is_changed_while_somebody_is_on_the_way() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    nora.reads().await;
    types(&nora, PASSWORD).await;
    press(&ada, "How people come in").await;
    press(&ada, "Personal link").await;
    press(&nora, "By e-mail").await;
    types(&nora, &nora.email()).await;
    press(&nora, "Send the code").await;
    let mail = scene.world.mail_for(&nora.email()).await;
    // Her request was one that counted when she made it.
    let heard = types(&nora, mail.code(6)).await;
    assert!(heard.contains("Welcome!"), "{heard}");
    assert!(group.has_member(&nora));
    scene.ends().await;
}
