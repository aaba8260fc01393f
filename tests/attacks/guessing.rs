//! Guessing: passwords and codes, by one account and by many.

use countersign::sandbox::Person;
use insta::assert_snapshot;

use crate::admins::staged::Staged;
use crate::dialogue::steps::*;
use crate::scene::{PASSWORD, Scene, Setup, steady};

async fn answer(person: &Person, text: &str) -> String {
    person.types(text);
    person.reads().await.to_string()
}

async fn pressed(person: &Person, label: &str) -> String {
    person.presses(label);
    person.reads().await.to_string()
}

/// A new code by e-mail, once the wait for it is over.
async fn another_code(scene: &Scene, person: &Person, address: &str) -> String {
    scene.passes(10 * MINUTE);
    has_code_sent_to(person, address).await;
    scene.world.mail_for(address).await.code(6).to_owned()
}

// What nothing resets.

#[tokio::test]
async fn neither_a_resend_nor_another_address_gives_more_guesses_at_the_code() {
    let scene = Scene::start().await;
    let (nora, first) = scene.with_a_code("Nora").await;
    assert!(answer(&nora, none_of(&[&first])).await.contains("2 tries left"));
    scene.passes(MINUTE);
    let second = has_another_sent(&scene, &nora).await.code(6).to_owned();
    assert!(answer(&nora, none_of(&[&first, &second])).await.contains("1 try left"));
    pressed(&nora, "Other address").await;
    let third = another_code(&scene, &nora, "nora@example.com").await;
    let said = answer(&nora, none_of(&[&first, &second, &third])).await;
    assert!(said.contains("try again in 5 minutes"), "{said}");
    scene.ends().await;
}

#[tokio::test]
async fn neither_a_new_request_nor_a_restart_gives_more_guesses_at_the_code() {
    let mut scene = Scene::start().await;
    let (nora, first) = scene.with_a_code("Nora").await;
    assert!(answer(&nora, none_of(&[&first])).await.contains("2 tries left"));
    scene.restarts_bot().await;
    assert!(answer(&nora, none_of(&[&first])).await.contains("1 try left"));
    answer(&nora, "/cancel").await;
    nora.requests_to_join();
    nora.reads().await;
    answer(&nora, PASSWORD).await;
    let second = another_code(&scene, &nora, &nora.email()).await;
    let said = answer(&nora, none_of(&[&first, &second])).await;
    assert!(said.contains("try again in 5 minutes"), "{said}");
    scene.ends().await;
}

#[tokio::test]
async fn wrong_passwords_and_wrong_codes_add_up_to_the_hard_stop() {
    let scene = with_limits("hard_stop = 4").await;
    let nora = scene.at_the_door("Nora").await;
    answer(&nora, "melon").await;
    assert!(answer(&nora, "melon").await.contains("1 try left"));
    answer(&nora, PASSWORD).await;
    let first = another_code(&scene, &nora, &nora.email()).await;
    assert!(answer(&nora, none_of(&[&first])).await.contains("1 try left"));
    let said = answer(&nora, none_of(&[&first])).await;
    assert!(said.contains("only an admin of the group can open"), "{said}");
    scene.passes(7 * DAY);
    assert!(answer(&nora, &first).await.contains("only an admin of the group can open"));
    assert!(!nora.is_member());
    scene.ends().await;
}

// Over all gates.

#[tokio::test]
async fn a_guesser_who_goes_from_gate_to_gate_is_locked_longer_at_each() {
    let (scene, groups) =
        Scene::with_gates(Setup::default(), &[("Zig Zürich", true), ("Go Graz", true)]).await;
    let nora = scene.at_the_door("Nora").await;
    let mut waits = Vec::new();
    let mut said = String::new();
    for group in [None, Some(&groups[0]), Some(&groups[1])] {
        if let Some(group) = group {
            nora.requests_to_join_group(group);
            assert!(nora.reads().await.to_string().contains("You have 3 tries."));
        }
        for _ in 0..3 {
            said = answer(&nora, "melon").await;
        }
        let (_, wait) = said.split_once("try again in ").expect("a lock");
        waits.push(wait.split('.').next().unwrap_or_default().to_owned());
    }
    assert_eq!(waits, ["5 minutes", "30 minutes", "4 hours"]);
    scene.ends().await;
}

#[tokio::test]
async fn the_hard_stop_counts_the_tries_at_all_gates() {
    let setup = Setup { limits: "hard_stop = 5", ..Setup::default() };
    let (mut scene, groups) = Scene::with_gates(setup, &[("Zig Zürich", true)]).await;
    let nora = scene.at_the_door("Nora").await;
    for _ in 0..3 {
        answer(&nora, "melon").await;
    }
    nora.requests_to_join_group(&groups[0]);
    assert!(nora.reads().await.to_string().contains("You have 2 tries."));
    assert!(answer(&nora, "melon").await.contains("1 try left"));
    let said = answer(&nora, "melon").await;
    assert!(said.contains("only an admin of the group can open"), "{said}");
    // Neither there nor where she began.
    scene.passes(7 * DAY);
    scene.restarts_bot().await;
    nora.requests_to_join();
    let said = nora.reads().await.to_string();
    assert!(said.contains("only an admin of the group can open"), "{said}");
    scene.ends().await;
}

#[tokio::test]
async fn an_admin_forgives_for_their_own_gate_whatever_was_done_at_another() {
    let setup = Setup { limits: "hard_stop = 5", ..Setup::default() };
    let (scene, groups) = Scene::with_gates(setup, &[("Zig Zürich", true)]).await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&groups[0]);
    nora.reads().await;
    for _ in 0..3 {
        answer(&nora, "melon").await;
    }
    scene.passes(5 * MINUTE);
    answer(&nora, "melon").await;
    answer(&nora, "melon").await;
    nora.requests_to_join();
    let said = nora.reads().await.to_string();
    assert!(said.contains("only an admin of the group can open"), "{said}");
    scene.world.group().approves(&nora).expect("the request still waits");
    nora.reads().await;
    nora.leaves();
    nora.requests_to_join();
    assert!(nora.reads().await.to_string().contains("You have 3 tries."));
    answer(&nora, "/cancel").await;
    scene.passes(MINUTE);
    // The other group's admins have said nothing.
    nora.withdraws_request_for(&groups[0]);
    nora.requests_to_join_group(&groups[0]);
    let said = nora.reads().await.to_string();
    assert!(said.contains("only an admin of the group can open"), "{said}");
    scene.ends().await;
}

#[tokio::test]
async fn whoever_passes_at_one_gate_has_their_tries_at_another_back_only_for_that_one() {
    let (scene, groups) = Scene::with_gates(
        Setup { limits: "hard_stop = 5", ..Setup::default() },
        &[("Zig Zürich", true)],
    )
    .await;
    let nora = scene.at_the_door("Nora").await;
    answer(&nora, "melon").await;
    answer(&nora, "melon").await;
    nora.requests_to_join_group(&groups[0]);
    nora.reads().await;
    answer(&nora, "melon").await;
    answer(&nora, PASSWORD).await;
    let code = another_code(&scene, &nora, &nora.email()).await;
    nora.types(&code);
    nora.reads().await;
    assert!(groups[0].has_member(&nora));
    // One try is forgotten, two are not: with three left, the lock comes first.
    let said = answer(&nora, "melon").await;
    assert!(said.contains("try again in 5 minutes"), "{said}");
    scene.ends().await;
}

// Counted once each.

#[tokio::test]
async fn redelivered_guesses_count_once_each() {
    let mut scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    let wrong = none_of(&[&code]);
    nora.types(wrong);
    assert!(scene.world.delivers_again());
    assert!(nora.reads().await.to_string().contains("2 tries left"));
    scene.stops_bot().await;
    assert!(scene.world.delivers_again());
    scene.starts_bot().await;
    nora.hears_nothing().await;
    assert!(answer(&nora, wrong).await.contains("1 try left"));
    nora.types(&code);
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn guesses_at_two_gates_at_once_are_all_counted() {
    let setup = Setup { limits: "hard_stop = 5\nlockouts = [\"1h\"]", ..Setup::default() };
    let (scene, groups) = Scene::with_gates(setup, &[("Zig Zürich", true)]).await;
    let nora = scene.at_the_door("Nora").await;
    for _ in 0..20 {
        nora.types("melon");
    }
    nora.requests_to_join_group(&groups[0]);
    for _ in 0..20 {
        nora.types("melon");
    }
    let said = nora.reads().await.to_string();
    let told = |what: &str| said.matches(what).count();
    assert_eq!(told("That is not the password"), 2 + 1, "{said}");
    assert_eq!(told("try again in 1 hour"), 1, "{said}");
    assert!(told("only an admin of the group can open") >= 1, "{said}");
    scene.ends().await;
}

// Over many accounts.

/// So many accounts type one wrong password each.
async fn mistyped_by(scene: &Scene, accounts: u32, name: &str) -> Vec<Person> {
    let mut people = Vec::new();
    for n in 0..accounts {
        let person = scene.at_the_door(&format!("{name}{n}")).await;
        answer(&person, &format!("melon {n}")).await;
        people.push(person);
    }
    people
}

const ALARM_AT_FIVE: &str = "guessing_alarm = 5\nraid_requests = 0";

#[tokio::test]
async fn admins_hear_of_guesses_by_many_accounts_once_an_hour() {
    let Staged { scene, ada, bob, .. } =
        Staged::with(Setup { limits: ALARM_AT_FIVE, ..Setup::default() }, |_| {}).await;
    mistyped_by(&scene, 4, "Moe").await;
    ada.hears_nothing().await;
    mistyped_by(&scene, 1, "Joe").await;
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    🔑 Unusually many wrong tries. Since 12:00 UTC, all applicants together have typed 5 wrong passwords and 0 wrong codes: somebody may be guessing, with many accounts. While it lasts, whoever begins has one try before each lock. Nobody is locked by what others typed.

    If the password may have got about, /password changes it; /raid makes the gate stricter for a while. I say this at most once an hour.
    ");
    bob.reads().await;
    mistyped_by(&scene, 12, "Tom").await;
    ada.hears_nothing().await;
    // The next hour has begun by the clock on the wall; the admins are told an hour after the first time.
    scene.passes(59 * MINUTE);
    scene.sweeps().await;
    ada.hears_nothing().await;
    scene.passes(MINUTE);
    scene.sweeps().await;
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    🔑 Unusually many wrong tries. Since 12:00 UTC, all applicants together have typed 17 wrong passwords and 0 wrong codes: somebody may be guessing, with many accounts. While it lasts, whoever begins has one try before each lock. Nobody is locked by what others typed.

    If the password may have got about, /password changes it; /raid makes the gate stricter for a while. I say this at most once an hour.
    ");
    bob.reads().await;
    // Then it is quiet.
    scene.passes(2 * 60 * MINUTE);
    scene.sweeps().await;
    ada.hears_nothing().await;
    scene.ends().await;
}

#[tokio::test]
async fn wrong_codes_are_counted_apart_and_told_of_as_well() {
    let limits = "guessing_alarm = 3\nraid_requests = 0\ncode_attempts = 10";
    let Staged { scene, ada, bob, .. } =
        Staged::with(Setup { limits, ..Setup::default() }, |_| {}).await;
    mistyped_by(&scene, 2, "Moe").await;
    let (nora, code) = scene.with_a_code("Nora").await;
    for _ in 0..2 {
        answer(&nora, none_of(&[&code])).await;
    }
    ada.hears_nothing().await;
    answer(&nora, none_of(&[&code])).await;
    let said = ada.reads().await.to_string();
    assert!(said.contains("2 wrong passwords and 3 wrong codes"), "{said}");
    bob.reads().await;
    scene.ends().await;
}

#[tokio::test]
async fn who_is_no_admin_any_more_does_not_hear_of_it() {
    let Staged { scene, group, ada, bob } =
        Staged::with(Setup { limits: ALARM_AT_FIVE, ..Setup::default() }, |_| {}).await;
    ada.demotes_in(&group, &bob);
    mistyped_by(&scene, 5, "Moe").await;
    assert!(ada.reads().await.to_string().contains("Unusually many wrong tries"));
    bob.hears_nothing().await;
    scene.ends().await;
}

#[tokio::test]
async fn while_it_is_guessed_at_the_gate_gives_who_begins_one_try_and_locks_nobody_else() {
    let scene = with_limits(ALARM_AT_FIVE).await;
    let early = scene.at_the_door("Early").await;
    let wrong = mistyped_by(&scene, 5, "Moe").await;
    let late = scene.at_the_door("Late").await;
    assert!(early.buttons().is_empty());
    // Whoever was told of three tries has them.
    assert!(answer(&early, "melon").await.contains("2 tries left"));
    assert!(answer(&wrong[4], "melon").await.contains("1 try left"));
    // Whoever begins now was told of one, and passes as usual with it.
    answer(&late, "/cancel").await;
    answer(&late, "/start").await;
    let said = answer(&late, "melon").await;
    assert!(said.contains("try again in 5 minutes"), "{said}");
    let ben = scene.world.person("Ben");
    ben.requests_to_join();
    assert!(ben.reads().await.to_string().contains("You have 1 try."));
    answer(&ben, PASSWORD).await;
    let code = another_code(&scene, &ben, &ben.email()).await;
    ben.types(&code);
    ben.reads().await;
    assert!(ben.is_member());
    // It is over with the hour.
    scene.passes(60 * MINUTE);
    let cem = scene.world.person("Cem");
    cem.requests_to_join();
    assert!(cem.reads().await.to_string().contains("You have 3 tries."));
    scene.ends().await;
}

#[tokio::test]
async fn a_gate_need_not_slow_down() {
    let scene = with_limits("guessing_alarm = 5\nraid_requests = 0\nguessing_slows = false").await;
    mistyped_by(&scene, 6, "Moe").await;
    let ben = scene.world.person("Ben");
    ben.requests_to_join();
    assert!(ben.reads().await.to_string().contains("You have 3 tries."));
    scene.ends().await;
}

#[tokio::test]
async fn the_alarm_survives_a_restart() {
    let Staged { mut scene, ada, bob, .. } =
        Staged::with(Setup { limits: ALARM_AT_FIVE, ..Setup::default() }, |_| {}).await;
    mistyped_by(&scene, 4, "Moe").await;
    scene.restarts_bot().await;
    mistyped_by(&scene, 1, "Joe").await;
    let said = steady(&ada.reads().await);
    assert!(said.contains("typed 5 wrong passwords"), "{said}");
    bob.reads().await;
    scene.ends().await;
}
