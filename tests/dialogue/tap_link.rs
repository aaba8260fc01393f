//! The one-tap link of a mail.

use insta::assert_snapshot;

use super::steps::*;
use crate::scene::{PASSWORD, Scene};

#[tokio::test]
async fn the_tap_link_opens_once_and_for_its_user_only() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    has_code_sent_to(&nora, "nora@example.org").await;
    let mail = scene.world.mail_for("nora@example.org").await;
    let link = mail.links()[0];
    let eve = scene.past_the_password("Eve").await;
    eve.opens(link);
    assert_snapshot!(eve.reads().await, @r"
    Rust Berlin

    This link belongs to somebody else’s code, or to one that no longer counts. It does nothing here, and it costs you no try.
    ");
    assert!(!eve.is_member());
    nora.opens(link);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    assert!(nora.is_member());
    nora.opens(link);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    You have passed already. There is nothing left to do.
    ");
    scene.ends().await;
}

#[tokio::test]
async fn an_old_tap_link_says_so() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    has_code_sent_to(&nora, "nora@example.org").await;
    let first = scene.world.mail_for("nora@example.org").await;
    scene.passes(MINUTE);
    let second = has_another_sent(&scene, &nora).await;
    nora.opens(first.links()[0]);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    That was code 1. Code 2 has taken its place: please type that one. This costs you no try.
    ");
    scene.passes(10 * MINUTE);
    nora.opens(second.links()[0]);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Code 2 is too old by now; this costs you no try. Shall I send you a new one?
    [Send a new code]
    [Other address] [Cancel]
    ");
    assert!(!nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn no_tap_link_gets_around_a_lock() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    has_code_sent_to(&nora, "nora@example.org").await;
    let mail = scene.world.mail_for("nora@example.org").await;
    guesses_wrong(&nora, none_of(&[mail.code(6)]), 3).await;
    scene.passes(MINUTE);
    nora.opens(mail.links()[0]);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries, so the door stays closed for now. You can try again in 4 minutes.

    Nothing that you send until then counts against you.
    ");
    scene.passes(4 * MINUTE);
    nora.opens(mail.links()[0]);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Shall I send a new code to n•••a@example.org?
    [Send a new code]
    [Other address] [Cancel]
    ");
    assert!(!nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn a_link_of_an_earlier_dialogue_opens_no_later_one() {
    let mut scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    has_code_sent_to(&nora, "nora@example.org").await;
    let mail = scene.world.mail_for("nora@example.org").await;
    nora.opens(mail.links()[0]);
    nora.reads().await;
    nora.leaves();
    // Nothing is left of her, and she comes back with an address that is not her own.
    scene.passes(3 * DAY);
    scene.restarts_bot().await;
    nora.requests_to_join();
    nora.reads().await;
    nora.types(PASSWORD);
    nora.reads().await;
    has_code_sent_to(&nora, "boss@example.org").await;
    scene.world.mail_for("boss@example.org").await;
    nora.opens(mail.links()[0]);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    This link belongs to somebody else’s code, or to one that no longer counts. It does nothing here, and it costs you no try.
    ");
    assert!(!nora.is_member());
    scene.ends().await;
}
