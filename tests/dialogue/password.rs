//! Passwords, wrong tries and locks.

use std::time::Duration;

use countersign::sandbox::Person;
use insta::assert_snapshot;

use crate::scene::{PASSWORD, Scene, Setup};

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

async fn wrong(person: &Person, times: usize) -> String {
    for _ in 0..times {
        person.types("shut sesame");
    }
    person.reads().await.to_string()
}

/// The minutes, hours or days that the last line names.
fn wait(lines: &str) -> &str {
    lines.rsplit_once("try again in ").and_then(|(_, rest)| rest.split('.').next()).unwrap_or(lines)
}

#[tokio::test]
async fn wrong_passwords_lead_to_a_lock_and_its_end() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    let typed = nora.types("shut sesame");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    That is not the password. You have 2 tries left. Please type it again.
    ");
    assert!(!nora.sees_message(typed), "a wrong password is still to be seen");
    assert_snapshot!(wrong(&nora, 1).await, @r"
    Rust Berlin

    That is not the password. You have 1 try left. Please type it again.
    ");
    assert_snapshot!(wrong(&nora, 1).await, @r"
    Rust Berlin

    There were too many wrong tries, so the door stays closed for now. You can try again in 5 minutes.

    Nothing that you send until then counts against you.
    ");

    // While locked nothing is compared or counted, and she hears of it now and then.
    let typed = nora.types(PASSWORD);
    nora.types("please");
    nora.hears_nothing().await;
    assert!(!nora.sees_message(typed), "a password is still to be seen");
    scene.passes(Duration::from_secs(30));
    nora.types(PASSWORD);
    nora.types("let me in");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries, so the door stays closed for now. You can try again in 5 minutes.

    Nothing that you send until then counts against you.
    ");
    scene.passes(minutes(4) + Duration::from_secs(29));
    nora.types(PASSWORD);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries, so the door stays closed for now. You can try again in 1 second.

    Nothing that you send until then counts against you.
    ");

    scene.passes(Duration::from_secs(1));
    assert_snapshot!(wrong(&nora, 1).await, @r"
    Rust Berlin

    That is not the password. You have 2 tries left. Please type it again.
    ");
    nora.types(PASSWORD);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Thank you. How may I send you your code?
    [✉️ By e-mail]
    [💬 By SMS]
    [Cancel]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn each_lock_is_longer_until_an_admin_must_help() {
    let scene = Scene::with(Setup { limits: "hard_stop = 17", ..Setup::default() }).await;
    let nora = scene.at_the_door("Nora").await;
    let mut waits = Vec::new();
    for length in [5, 30, 4 * 60, 24 * 60, 24 * 60] {
        waits.push(wait(&wrong(&nora, 3).await).to_owned());
        scene.passes(minutes(length));
    }
    assert_eq!(waits, ["5 minutes", "30 minutes", "4 hours", "24 hours", "24 hours"]);
    assert_snapshot!(wrong(&nora, 2).await, @r"
    Rust Berlin

    That is not the password. You have 1 try left. Please type it again.
    ---
    Rust Berlin

    There were too many wrong tries in all. From here on only an admin of the group can open the door for you: please ask one.
    ");
    scene.passes(minutes(60 * 24 * 30));
    nora.types(PASSWORD);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries in all. From here on only an admin of the group can open the door for you: please ask one.
    ");
    nora.types("/help");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I keep watch at the doors of groups: I ask for the password, send a code to your e-mail address or phone, and open when it comes back.

    Now: From here on only an admin of the group can open the door for you.

    /start – begin, or see where you are
    /admin – ask an admin of the group for help
    /cancel – stop
    /safety – what I ask for and what never
    ");
    nora.types("/cancel");
    nora.reads().await;
    nora.types("/start");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries in all. From here on only an admin of the group can open the door for you: please ask one.
    ");
    scene.ends().await;
}

#[tokio::test]
async fn nothing_takes_a_wrong_try_back() {
    let mut scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    assert!(wrong(&nora, 1).await.contains("2 tries left"));

    nora.types("/cancel");
    nora.reads().await;
    nora.types("/start");
    assert!(nora.reads().await.to_string().contains("You have 2 tries."));

    nora.requests_to_join();
    assert!(nora.reads().await.to_string().contains("You have 2 tries."));

    scene.restarts_bot().await;
    nora.types("/start");
    assert!(nora.reads().await.to_string().contains("You have 2 tries."));

    scene.passes(minutes(60 * 25));
    scene.sweeps().await;
    nora.hears_nothing().await;
    nora.types("/start");
    assert!(nora.reads().await.to_string().contains("You have 2 tries."));

    assert!(wrong(&nora, 1).await.contains("1 try left"));
    assert_eq!(wait(&wrong(&nora, 1).await), "5 minutes");

    scene.restarts_bot().await;
    nora.types("/start");
    assert_eq!(wait(&nora.reads().await.to_string()), "5 minutes");

    // The next lock is the second one, whatever happened in between.
    scene.passes(minutes(5));
    nora.types("/cancel");
    nora.reads().await;
    nora.types("/start");
    nora.reads().await;
    assert_eq!(wait(&wrong(&nora, 3).await), "30 minutes");
    scene.ends().await;
}

#[tokio::test]
async fn only_success_clears_the_count() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    wrong(&nora, 2).await;
    nora.types(PASSWORD);
    nora.reads().await;
    nora.presses("By e-mail");
    nora.reads().await;
    nora.types(&nora.email());
    nora.reads().await;
    nora.presses("Send the code");
    nora.reads().await;
    let mail = scene.world.mail_for(&nora.email()).await;
    nora.types(mail.code(6));
    nora.reads().await;
    nora.leaves();
    nora.types("/start");
    assert!(nora.reads().await.to_string().contains("You have 3 tries."));
    scene.ends().await;
}

#[tokio::test]
async fn the_right_password_alone_clears_nothing() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    wrong(&nora, 2).await;
    nora.types(PASSWORD);
    nora.reads().await;
    nora.types("/cancel");
    nora.reads().await;
    nora.types("/start");
    assert!(nora.reads().await.to_string().contains("You have 1 try."));
    scene.ends().await;
}

#[tokio::test]
async fn what_is_too_long_to_be_a_password_costs_nothing() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    let typed = nora.types(&"sesame ".repeat(30));
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    That is too long to be the password. Please type the password alone; this costs you no try.
    ");
    assert!(!nora.sees_message(typed));
    nora.types(&"x".repeat(4096));
    nora.reads().await;
    assert!(wrong(&nora, 1).await.contains("2 tries left"));
    scene.ends().await;
}

#[tokio::test]
async fn spaces_around_the_password_do_not_matter() {
    for typed in [" open sesame", "open sesame \n", "\u{a0}open sesame\u{2003}"] {
        let scene = Scene::start().await;
        let nora = scene.at_the_door("Nora").await;
        nora.types(typed);
        let answer = nora.reads().await.to_string();
        assert!(answer.contains("How may I send you your code?"), "{typed:?}: {answer}");
        scene.ends().await;
    }
}

#[tokio::test]
async fn a_password_of_another_writing_is_wrong() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    nora.types("Open Sesame");
    let answer = nora.reads().await.to_string();
    assert!(answer.contains("2 tries left"), "{answer}");
    scene.ends().await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_opens_nothing() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    wrong(&nora, 3).await;
    scene.clock_jumps_back(minutes(60));
    nora.types(PASSWORD);
    nora.hears_nothing().await;
    nora.types("/start");
    assert_eq!(wait(&nora.reads().await.to_string()), "5 minutes");
    scene.ends().await;
}

#[tokio::test]
async fn each_of_two_people_has_a_count_of_their_own() {
    let scene = Scene::start().await;
    let (nora, olaf) = (scene.at_the_door("Nora").await, scene.at_the_door("Olaf").await);
    wrong(&nora, 3).await;
    assert!(wrong(&olaf, 1).await.contains("2 tries left"));
    scene.ends().await;
}
