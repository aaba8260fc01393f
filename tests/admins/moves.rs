//! A basic group becomes a supergroup: its id changes, and everything goes along.

use std::time::Duration;

use countersign::sandbox::{Group, Person, Rights};
use insta::assert_snapshot;

use super::{opens, press, types};
use crate::scene::{PASSWORD, Scene, Setup, steady};

/// An owner, and a basic group of theirs with an open gate.
async fn basic(scene: &Scene) -> (Person, Group) {
    let ada = scene.with_owner("Ada").await;
    let group = ada.creates_basic_group("Chess Club");
    group.members_may_add(false);
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    ada.reads().await;
    for button in ["Set up", "Add a password", "Call it “main”"] {
        press(&ada, button).await;
    }
    types(&ada, PASSWORD).await;
    for _ in 0..7 {
        press(&ada, "Next").await;
    }
    press(&ada, "Open the gate").await;
    (ada, group)
}

#[tokio::test]
async fn a_gate_goes_along_with_its_group() {
    let mut scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group) = basic(&scene).await;
    let link = scene.link_to(&group);
    let (message, button) = ada.notes_button("Check again");
    let group = group.migrates();
    scene.world.settled().await;
    assert_snapshot!(steady(&ada.takes_unread()), @r"
    (edited) Chess Club

    ✅ I see nothing that is set up wrongly.

    Other admins’ invite links I cannot see. But I notice when somebody comes in by one that asks nobody.

    Looked at 12:00:00 UTC.
    [🔄 Check again]
    ");
    for restarted in [false, true] {
        if restarted {
            scene.restarts_bot().await;
        }
        let overview = types(&ada, "/gate").await;
        assert!(overview.contains("I am watching this door."), "{overview}");
        // Links and buttons of before lead to the new one.
        let nora = scene.world.person("Nora");
        let greeted = opens(&nora, &link).await;
        assert!(greeted.starts_with("Chess Club\n\nHello!"), "{greeted}");
        scene.passes(Duration::from_secs(1));
        ada.presses_old(message, &button);
        let looked = ada.reads().await.to_string();
        assert!(looked.contains("Looked at"), "{looked}");
    }
    let omar = scene.world.person("Omar");
    omar.requests_to_join_group(&group);
    let greeted = omar.reads().await.to_string();
    assert!(greeted.starts_with("Chess Club\n\nHello!"), "{greeted}");
    scene.ends().await;
}

#[tokio::test]
async fn who_is_in_the_middle_goes_on_with_the_code_that_is_open() {
    for by_link in [false, true] {
        let scene = Scene::with(Setup::from_nothing()).await;
        let (ada, group) = basic(&scene).await;
        let (nora, omar) = (scene.world.person("Nora"), scene.world.person("Omar"));
        for person in [&nora, &omar] {
            person.requests_to_join_group(&group);
            person.reads().await;
        }
        nora.types(PASSWORD);
        nora.reads().await;
        nora.presses("By e-mail");
        nora.reads().await;
        nora.types(&nora.email());
        nora.reads().await;
        nora.presses("Send the code");
        nora.reads().await;
        let mail = scene.world.mail_for(&nora.email()).await;
        omar.types("wrong");
        omar.reads().await;
        let group = group.migrates();
        scene.world.settled().await;
        // A wrong try of before counts still.
        omar.types("wrong again");
        let heard = omar.reads().await.to_string();
        assert!(heard.contains("1 try left"), "{heard}");
        if by_link {
            let link = crate::scene::link_in(&mail.text);
            nora.opens(&link);
        } else {
            nora.types(mail.code(6));
        }
        let welcomed = nora.reads().await.to_string();
        assert!(welcomed.contains("Welcome!"), "{welcomed}");
        assert!(group.has_member(&nora));
        // The doctor's message has a button that leads to the new group.
        ada.reads().await;
        scene.ends().await;
    }
}

#[tokio::test]
async fn buttons_of_before_work_and_an_address_in_the_middle_is_kept() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group) = basic(&scene).await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    nora.reads().await;
    nora.types(PASSWORD);
    nora.reads().await;
    nora.presses("By e-mail");
    nora.reads().await;
    nora.types(&nora.email());
    nora.reads().await;
    let group = group.migrates();
    scene.world.settled().await;
    nora.presses("Send the code");
    nora.reads().await;
    let mail = scene.world.mail_for(&nora.email()).await;
    nora.types(mail.code(6));
    nora.reads().await;
    assert!(group.has_member(&nora));
    ada.reads().await;
    scene.ends().await;
}

#[tokio::test]
async fn a_set_up_in_the_middle_goes_along() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = ada.creates_basic_group("Chess Club");
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    ada.reads().await;
    for button in ["Set up", "Add a password", "Call it “main”"] {
        press(&ada, button).await;
    }
    let group = group.migrates();
    scene.world.settled().await;
    ada.hears_nothing().await;
    let kept = types(&ada, PASSWORD).await;
    assert!(kept.contains("The password main is set."), "{kept}");
    for _ in 0..7 {
        press(&ada, "Next").await;
    }
    press(&ada, "Open the gate").await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    let greeted = nora.reads().await.to_string();
    assert!(greeted.starts_with("Chess Club\n\nHello!"), "{greeted}");
    scene.ends().await;
}

#[tokio::test]
async fn how_many_came_by_a_password_is_counted_on() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group) = basic(&scene).await;
    types(&ada, "/password").await;
    press(&ada, "🔑 main").await;
    press(&ada, "1 person").await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    nora.reads().await;
    nora.types(PASSWORD);
    nora.reads().await;
    let group = group.migrates();
    scene.world.settled().await;
    let _ = ada.takes_unread();
    let listed = types(&ada, "/password").await;
    assert!(listed.contains("for nobody more"), "{listed}");
    let omar = scene.world.person("Omar");
    omar.requests_to_join_group(&group);
    omar.reads().await;
    omar.types(PASSWORD);
    let refused = omar.reads().await.to_string();
    assert!(!refused.contains("How may I send"), "{refused}");
    scene.ends().await;
}
