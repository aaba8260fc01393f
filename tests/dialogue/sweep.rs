//! Dialogues that nobody goes on with.

use std::time::Duration;

use countersign::store::records::{PersonRecord, Wake};
use countersign::store::{Store, secret};
use insta::assert_snapshot;

use crate::scene::{PASSWORD, Scene, Setup};

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
async fn what_became_due_while_the_bot_was_away_is_put_away_at_its_start() {
    let mut scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    scene.stops_bot().await;
    scene.passes(hours(30));
    scene.starts_bot().await;
    scene.sweeps().await;
    assert!(nora.buttons().is_empty(), "{:?}", nora.buttons());
    scene.ends().await;
}

/// The people and the wake-ups that are left in a stopped bot's store.
async fn left_in(scene: &Scene) -> (usize, usize) {
    let config = scene.config().store;
    let keys = secret::load(&config.secret_key_file).expect("the secret key").seal_key();
    let store = Store::open(&config.path, &keys).expect("a sound store");
    let left = store.read(|view| {
        let people = view.scan::<PersonRecord>(None, usize::MAX)?.len();
        Ok((people, view.scan::<Wake>(None, usize::MAX)?.len()))
    });
    let left = left.await.expect("readable records");
    store.close().await;
    left
}

#[tokio::test]
async fn whoever_left_or_went_no_further_is_forgotten() {
    let (mut scene, _) = Scene::with_gates(Setup::default(), &[("Chess Club", true)]).await;
    let (nora, code) = scene.with_a_code("Nora").await;
    nora.types(&code);
    nora.reads().await;
    scene.passes(hours(30));
    scene.sweeps().await;
    nora.leaves();
    let omar = scene.at_the_door("Omar").await;
    omar.types("/cancel");
    omar.reads().await;
    let pia = scene.world.person("Pia");
    for _ in 0..3 {
        pia.types("/start");
        pia.reads().await;
    }
    let old = pia.notes_button("Rust Berlin");
    let quin = scene.at_the_door("Quin").await;
    quin.types("shut sesame");
    quin.reads().await;

    scene.passes(hours(49));
    scene.sweeps().await;
    scene.stops_bot().await;
    // A wrong try is forgotten by nobody but an admin.
    assert_eq!(left_in(&scene).await, (1, 0));

    // No old button works once its keyboard was forgotten.
    scene.starts_bot().await;
    pia.types("/start");
    pia.reads().await;
    pia.presses_old(old.0, &old.1);
    assert_eq!(pia.reads().await.to_string(), "(toast) This button has done its work already.");
    scene.ends().await;
}
