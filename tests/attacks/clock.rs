//! A clock that is wrong, by an accident or by somebody's doing: what counts by time goes on by the
//! time that has really passed. Locks, codes and days are in `wrong_clocks.rs`; here is the rest.

use std::time::Duration;

use countersign::sandbox::{Terms, World};
use countersign::verification::Timestamp;

use crate::admins::staged::Staged;
use crate::scene::{PASSWORD, Scene, Setup, hears};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn a_claim_link_lives_no_longer_by_a_clock_that_is_set_back() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let link = scene.claim_link();
    scene.clock_jumps_back(HOUR);
    scene.passes(11 * MINUTE);
    let mallory = scene.world.person("Mallory");
    mallory.opens(&link);
    hears(&mallory, "too old").await;
    mallory.types("/enrol");
    scene.world.settled().await;
    assert!(!mallory.takes_unread().to_string().contains("start=e"), "they own the bot");
    scene.ends().await;
}

#[tokio::test]
async fn a_claim_link_does_not_die_of_a_leap() {
    let scene = Scene::with(Setup::from_nothing()).await;
    scene.clock_jumps_forward(2 * DAY);
    scene.passes(MINUTE);
    let ada = scene.with_owner("Ada").await;
    ada.types("/enrol");
    assert!(ada.reads().await.to_string().contains("?start=e"));
    scene.ends().await;
}

#[tokio::test]
async fn no_code_is_sent_sooner_or_later_by_a_wrong_clock() {
    let scene = Scene::start().await;
    let (nora, _) = scene.with_a_code("Nora").await;
    scene.clock_jumps_forward(2 * DAY);
    scene.passes(30 * Duration::from_secs(1));
    nora.presses("Resend");
    hears(&nora, "I can send you a new code in 30 seconds").await;
    scene.clock_jumps_back(3 * DAY);
    scene.passes(31 * Duration::from_secs(1));
    nora.presses("Resend");
    hears(&nora, "I have sent code 2").await;
    scene.world.mail_for(&nora.email()).await;
    scene.ends().await;
}

#[tokio::test]
async fn nobody_is_removed_sooner_or_later_by_a_wrong_clock() {
    let gate = "mode = \"restrict\"\nremove_after = \"1h\"";
    let scene = Scene::with(Setup { gate, ..Setup::default() }).await;
    let group = scene.world.group();
    let link = group.makes_link(Terms::default()).expect("a link");
    let nora = scene.world.person("Nora");
    nora.opens(&link);
    scene.world.settled().await;
    assert!(group.has_muted(&nora));
    scene.clock_jumps_forward(2 * DAY);
    scene.passes(30 * MINUTE);
    scene.sweeps().await;
    assert!(group.has_member(&nora), "removed too soon");
    scene.clock_jumps_back(3 * DAY);
    scene.passes(31 * MINUTE);
    scene.sweeps().await;
    assert!(!group.has_member(&nora), "still there");
    let _ = nora.takes_unread();
    scene.ends().await;
}

#[tokio::test]
async fn a_password_that_has_ended_opens_nothing_by_a_clock_that_is_set_back() {
    let mut staged =
        Staged::without_bot(World::start().await, Setup::default(), |world, settings| {
            // The scene begins at noon of the next day by its own clock.
            let midnight = Timestamp(Timestamp(world.now_ms()).day() * 24 * 60 * 60 * 1000);
            settings.passwords[0].expires = Some(midnight.after(DAY + DAY / 2 + HOUR));
        })
        .await;
    staged.scene.starts_bot().await;
    let scene = &staged.scene;
    scene.clock_jumps_forward(2 * DAY);
    scene.passes(MINUTE);
    let nora = scene.at_the_door("Nora").await;
    nora.types(PASSWORD);
    hears(&nora, "How may I send you your code?").await;
    scene.clock_jumps_back(4 * DAY);
    scene.passes(HOUR);
    let olaf = scene.world.person("Olaf");
    olaf.requests_to_join();
    hears(&olaf, "This gate is closed for now").await;
    olaf.types(PASSWORD);
    hears(&olaf, "This gate is closed for now").await;
    staged.scene.ends().await;
}
