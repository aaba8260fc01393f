//! Lockout as a weapon: whatever somebody does, nobody else is locked out by it.

use countersign::sandbox::Person;

use crate::admins::staged::proves;
use crate::dialogue::steps::*;
use crate::scene::{PASSWORD, Scene};

/// Types so many wrong passwords.
async fn mistypes(person: &Person, times: u32) {
    for _ in 0..times {
        person.types("melon");
    }
    person.reads().await;
}

#[tokio::test]
async fn many_who_are_locked_out_lock_out_nobody_else() {
    let scene = with_limits("hard_stop = 3\nguessing_alarm = 10\nraid_requests = 0").await;
    for n in 0..6 {
        mistypes(&scene.at_the_door(&format!("Moe{n}")).await, 3).await;
    }
    let nora = scene.world.person("Nora");
    nora.requests_to_join();
    nora.reads().await;
    proves(&scene, &nora, &nora.email()).await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn who_guesses_codes_to_my_address_does_not_lock_me() {
    let scene = Scene::start().await;
    let mallory = scene.past_the_password("Mallory").await;
    has_code_sent_to(&mallory, "nora@example.org").await;
    let code = scene.world.mail_for("nora@example.org").await.code(6).to_owned();
    guesses_wrong(&mallory, none_of(&[&code]), 3).await;

    let nora = scene.world.person("Nora");
    nora.requests_to_join();
    assert!(nora.reads().await.to_string().contains("You have 3 tries."));
    proves(&scene, &nora, "nora@example.org").await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn who_uses_my_address_up_keeps_me_from_it_for_a_day_and_from_nothing_else() {
    let scene = with_limits("sends_per_address = 2").await;
    for name in ["Mallory", "Trudy"] {
        let person = scene.past_the_password(name).await;
        has_code_sent_to(&person, "nora@example.org").await;
        scene.world.mail_for("nora@example.org").await;
    }
    let nora = scene.past_the_password("Nora").await;
    let said = has_code_sent_to(&nora, "nora@example.org").await.to_string();
    assert!(said.contains("another address, or come back tomorrow"), "{said}");
    nora.presses("Other address");
    nora.reads().await;
    has_code_sent_to(&nora, "nora@example.com").await;
    let code = scene.world.mail_for("nora@example.com").await.code(6).to_owned();
    nora.types(&code);
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn who_forwards_my_words_or_my_link_spends_their_own_tries() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    let mallory = scene.at_the_door("Mallory").await;
    for _ in 0..3 {
        mallory.forwards_from(&nora, none_of(&[&code]));
    }
    mallory.types(&code);
    mallory.reads().await;
    nora.types(&code);
    nora.reads().await;
    assert!(nora.is_member() && !mallory.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn the_same_name_is_not_the_same_person() {
    let scene = Scene::start().await;
    let first = scene.world.person("Nora").with_username("nora");
    first.requests_to_join();
    first.reads().await;
    mistypes(&first, 3).await;
    let second = scene.world.person("Nora").with_username("nora");
    second.requests_to_join();
    assert!(second.reads().await.to_string().contains("You have 3 tries."));
    second.types(PASSWORD);
    assert!(second.reads().await.to_string().contains("How may I send you your code?"));
    scene.ends().await;
}
