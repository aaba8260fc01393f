//! Dialogues that nobody goes on with.

use std::time::Duration;

use insta::assert_snapshot;

use crate::scene::{PASSWORD, Scene};

const fn hours(hours: u64) -> Duration {
    Duration::from_secs(60 * 60 * hours)
}

#[tokio::test]
async fn a_dialogue_is_put_away_after_a_day_of_silence() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    scene.passes(hours(23));
    scene.sweeps().await;
    assert_eq!(nora.buttons(), ["🔁 Resend", "Other address", "Cancel"]);
    scene.passes(hours(1));
    scene.sweeps().await;
    // Nobody is disturbed at night; only the buttons that would do nothing go.
    nora.hears_nothing().await;
    assert!(nora.buttons().is_empty(), "{:?}", nora.buttons());
    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    assert!(!nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn a_dialogue_that_goes_on_is_not_put_away() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    scene.passes(hours(20));
    scene.sweeps().await;
    nora.types("shut sesame");
    nora.reads().await;
    scene.passes(hours(20));
    scene.sweeps().await;
    nora.types(PASSWORD);
    assert!(nora.reads().await.to_string().contains("How may I send you your code?"));
    scene.passes(hours(24));
    scene.sweeps().await;
    assert!(nora.buttons().is_empty());
    scene.ends().await;
}

#[tokio::test]
async fn the_bots_own_absence_puts_no_dialogue_away() {
    let mut scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    scene.passes(hours(23));
    scene.stops_bot().await;
    scene.passes(hours(20));
    scene.starts_bot().await;
    scene.sweeps().await;
    // While it was off, nobody could have gone on.
    assert!(!nora.buttons().is_empty());
    scene.passes(hours(1));
    scene.sweeps().await;
    assert!(nora.buttons().is_empty(), "{:?}", nora.buttons());
    scene.ends().await;
}
