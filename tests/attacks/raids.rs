//! Raids: very many ask to join at once.

use countersign::sandbox::Person;
use countersign::sandbox::telegram::Fault;
use insta::assert_snapshot;

use crate::admins::staged::Staged;
use crate::dialogue::steps::*;
use crate::scene::{PASSWORD, Scene, Setup, hears, steady};

async fn answer(person: &Person, text: &str) -> String {
    person.types(text);
    steady(&person.reads().await)
}

const AT_FIVE: &str = "raid_requests = 5";

async fn staged() -> Staged {
    Staged::with(Setup { limits: AT_FIVE, ..Setup::default() }, |_| {}).await
}

/// So many ask to join.
async fn ask_to_join(staged: &Staged, people: u32, name: &str) -> Vec<Person> {
    let mut all = Vec::new();
    for n in 0..people {
        all.push(staged.scene.at_the_door(&format!("{name}{n}")).await);
    }
    all
}

#[tokio::test]
async fn many_requests_in_a_minute_switch_raid_mode_on_and_a_quiet_while_switches_it_off() {
    let staged = staged().await;
    ask_to_join(&staged, 4, "Early").await;
    staged.ada.hears_nothing().await;
    ask_to_join(&staged, 1, "Fifth").await;
    assert_snapshot!(steady(&staged.ada.reads().await), @r"
    Rust Berlin

    🚨 Raid mode is on since 12:00 UTC, because very many asked to join at once.

    Asked to join since: 5
    Asking for an admin: 0

    Whoever begins now has one try before each lock, and gets the code by e-mail where the group takes e-mail. Those who ask for an admin are collected: you get their cards when it is over.

    Telegram lets me write to only so many people at a time, and to nobody more than five minutes after they asked to join. Whoever hears nothing from me can begin by themselves, with this link; you may want to publish it where they can see it:
    https://t.me/demo_gate_bot?start=‹link›

    It ends by itself when it has been quiet for 10 minutes, or at once with /raid.
    ");
    staged.bob.reads().await;
    let more = ask_to_join(&staged, 7, "Late").await;
    staged.ada.hears_nothing().await;
    // One message, brought up to date.
    staged.scene.passes(30 * SECOND);
    staged.scene.sweeps().await;
    assert_snapshot!(steady(&staged.ada.reads().await), @r"
    (edited) Rust Berlin

    🚨 Raid mode is on since 12:00 UTC, because very many asked to join at once.

    Asked to join since: 12
    Asking for an admin: 0

    Whoever begins now has one try before each lock, and gets the code by e-mail where the group takes e-mail. Those who ask for an admin are collected: you get their cards when it is over.

    Telegram lets me write to only so many people at a time, and to nobody more than five minutes after they asked to join. Whoever hears nothing from me can begin by themselves, with this link; you may want to publish it where they can see it:
    https://t.me/demo_gate_bot?start=‹link›

    It ends by itself when it has been quiet for 10 minutes, or at once with /raid.
    ");
    staged.bob.reads().await;
    staged.scene.passes(30 * SECOND);
    staged.scene.sweeps().await;
    staged.ada.hears_nothing().await;
    assert!(answer(&more[6], "melon").await.contains("try again in 5 minutes"));
    // It ends by itself.
    staged.scene.passes(12 * MINUTE);
    staged.scene.sweeps().await;
    assert_snapshot!(steady(&staged.ada.reads().await), @r"
    (edited) Rust Berlin

    🚨 Raid mode is off again. It was on from 12:00 to 12:13 UTC, because very many asked to join at once.

    Asked to join: 12
    Asking for an admin: 0

    Whoever heard nothing from me can still begin by themselves, with this link:
    https://t.me/demo_gate_bot?start=‹link›
    ");
    staged.bob.reads().await;
    let ben = staged.scene.world.person("Ben");
    ben.requests_to_join();
    assert!(ben.reads().await.to_string().contains("You have 3 tries."));
    staged.scene.ends().await;
}

#[tokio::test]
async fn a_few_requests_each_minute_are_no_raid() {
    let staged = staged().await;
    for n in 0..6 {
        ask_to_join(&staged, 4, &format!("Nora{n}x")).await;
        staged.scene.passes(MINUTE);
        staged.scene.sweeps().await;
    }
    staged.ada.hears_nothing().await;
    staged.scene.ends().await;
}

#[tokio::test]
async fn in_a_raid_there_is_one_try_and_no_sms_where_mail_will_do() {
    let staged = staged().await;
    let early = staged.scene.at_the_door("Early").await;
    ask_to_join(&staged, 4, "Moe").await;
    staged.ada.reads().await;
    staged.bob.reads().await;
    let nora = staged.scene.world.person("Nora");
    nora.requests_to_join();
    assert!(nora.reads().await.to_string().contains("You have 1 try."));
    assert_snapshot!(answer(&nora, PASSWORD).await, @r"
    Rust Berlin

    Please type the e-mail address that I may send your code to.
    [Cancel]
    ");
    let code = {
        has_code_sent_to(&nora, &nora.email()).await;
        staged.scene.world.mail_for(&nora.email()).await.code(6).to_owned()
    };
    nora.types(&code);
    nora.reads().await;
    assert!(nora.is_member());
    // Whoever began before goes on as they were told.
    assert!(answer(&early, "melon").await.contains("2 tries left"));
    assert!(answer(&early, PASSWORD).await.contains("By SMS"));
    staged.scene.ends().await;
}

#[tokio::test]
async fn an_admin_switches_it_on_and_off() {
    let staged = staged().await;
    let Staged { scene, ada, bob, .. } = &staged;
    assert_snapshot!(answer(ada, "/raid").await, @r"
    Rust Berlin

    Raid mode: off

    For when very many ask to join at once. While it is on, whoever begins has one try before each lock and gets the code by e-mail where the group takes e-mail; those who ask for an admin are collected, and you get their cards afterwards. One message tells you the figures, with a link for those whom I cannot write to in time.

    It comes on by itself when 5 ask to join within a minute, and ends by itself when it has been quiet for 10 minutes; if you switch it on: for 1 hour. If you switch it off, it stays off for an hour, whoever asks.
    [🚨 Switch raid mode on]
    [⬅️ Overview]
    ");
    ada.presses("Switch raid mode on");
    assert_snapshot!(steady(&ada.reads().await), @r"
    (edited) Rust Berlin

    Saved.

    Raid mode: on

    For when very many ask to join at once. While it is on, whoever begins has one try before each lock and gets the code by e-mail where the group takes e-mail; those who ask for an admin are collected, and you get their cards afterwards. One message tells you the figures, with a link for those whom I cannot write to in time.

    It comes on by itself when 5 ask to join within a minute, and ends by itself when it has been quiet for 10 minutes; if you switch it on: for 1 hour. If you switch it off, it stays off for an hour, whoever asks.
    [Switch raid mode off]
    [⬅️ Overview]
    ---
    Rust Berlin

    🚨 Raid mode is on since 12:00 UTC, switched on by Ada Admin (7100000001).

    Asked to join since: 0
    Asking for an admin: 0

    Whoever begins now has one try before each lock, and gets the code by e-mail where the group takes e-mail. Those who ask for an admin are collected: you get their cards when it is over.

    Telegram lets me write to only so many people at a time, and to nobody more than five minutes after they asked to join. Whoever hears nothing from me can begin by themselves, with this link; you may want to publish it where they can see it:
    https://t.me/demo_gate_bot?start=‹link›

    It ends by itself when it has been quiet for 1 hour, or at once with /raid.
    ");
    assert_snapshot!(steady(&bob.reads().await), @r"
    Rust Berlin

    🚨 Raid mode is on since 12:00 UTC, switched on by Ada Admin (7100000001).

    Asked to join since: 0
    Asking for an admin: 0

    Whoever begins now has one try before each lock, and gets the code by e-mail where the group takes e-mail. Those who ask for an admin are collected: you get their cards when it is over.

    Telegram lets me write to only so many people at a time, and to nobody more than five minutes after they asked to join. Whoever hears nothing from me can begin by themselves, with this link; you may want to publish it where they can see it:
    https://t.me/demo_gate_bot?start=‹link›

    It ends by itself when it has been quiet for 1 hour, or at once with /raid.
    ");
    let nora = scene.world.person("Nora");
    nora.requests_to_join();
    assert!(nora.reads().await.to_string().contains("You have 1 try."));
    // Another admin ends it.
    answer(bob, "/raid").await;
    bob.presses("Switch raid mode off");
    bob.reads().await;
    assert!(ada.reads().await.to_string().contains("Raid mode is off again"));
    let ben = scene.world.person("Ben");
    ben.requests_to_join();
    assert!(ben.reads().await.to_string().contains("You have 3 tries."));
    // Their word holds for an hour, whoever comes.
    ask_to_join(&staged, 8, "Moe").await;
    ada.hears_nothing().await;
    scene.passes(61 * MINUTE);
    scene.sweeps().await;
    ask_to_join(&staged, 5, "Joe").await;
    assert!(ada.reads().await.to_string().contains("Raid mode is on"));
    bob.reads().await;
    staged.scene.ends().await;
}

#[tokio::test]
async fn whoever_is_no_admin_switches_nothing() {
    let staged = staged().await;
    let Staged { scene, group, ada, bob } = &staged;
    answer(bob, "/raid").await;
    ada.demotes_in(group, bob);
    bob.presses("Switch raid mode on");
    bob.reads().await;
    ada.hears_nothing().await;
    let mallory = scene.world.person("Mallory");
    mallory.types("/raid");
    mallory.reads().await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join();
    assert!(nora.reads().await.to_string().contains("You have 3 tries."));
    staged.scene.ends().await;
}

#[tokio::test]
async fn it_stays_on_over_a_restart() {
    let mut staged = staged().await;
    ask_to_join(&staged, 5, "Moe").await;
    staged.ada.reads().await;
    staged.bob.reads().await;
    staged.scene.restarts_bot().await;
    let nora = staged.scene.world.person("Nora");
    nora.requests_to_join();
    assert!(nora.reads().await.to_string().contains("You have 1 try."));
    staged.scene.ends().await;
}

#[tokio::test]
async fn who_asks_for_an_admin_in_a_raid_is_collected_for_afterwards() {
    let staged = staged().await;
    let people = ask_to_join(&staged, 6, "Moe").await;
    staged.ada.reads().await;
    staged.bob.reads().await;
    for person in &people[..3] {
        for _ in 0..3 {
            person.types("melon");
        }
        person.reads().await;
        person.presses("Ask an admin");
        assert!(person.reads().await.to_string().contains("I have asked the admins"));
    }
    // One of them gives up.
    answer(&people[1], "/cancel").await;
    staged.scene.passes(MINUTE);
    staged.scene.sweeps().await;
    let said = staged.ada.reads().await.to_string();
    assert!(said.contains("Asking for an admin: 2") && !said.contains("🙋"), "{said}");
    staged.bob.reads().await;
    answer(&staged.ada, "/raid").await;
    staged.ada.presses("Switch raid mode off");
    let said = staged.ada.reads().await.to_string();
    assert_eq!(said.matches("asks for an admin").count(), 2, "{said}");
    assert!(said.contains("🙋 Moe0") && said.contains("🙋 Moe2"), "{said}");
    staged.bob.reads().await;
    staged.scene.ends().await;
}

#[tokio::test]
async fn who_could_not_be_written_to_in_time_begins_by_the_link_and_their_request_is_found() {
    let mut staged = staged().await;
    staged.scene.stops_bot().await;
    let people: Vec<Person> =
        (0..6).map(|n| staged.scene.world.person(&format!("Moe{n}"))).collect();
    for person in &people {
        person.requests_to_join();
    }
    staged.scene.passes(6 * MINUTE);
    staged.scene.starts_bot().await;
    for person in &people {
        person.hears_nothing().await;
    }
    staged.ada.reads().await;
    staged.scene.passes(30 * SECOND);
    staged.scene.sweeps().await;
    let said = staged.ada.reads().await.to_string();
    assert!(
        said.contains("Asked to join since: 6, of whom I could not write to 6 in time"),
        "{said}"
    );
    staged.bob.reads().await;
    let link = crate::scene::link_in(&said);
    let nora = &people[3];
    nora.opens(&link);
    assert!(nora.reads().await.to_string().contains("Please type the password"));
    answer(nora, PASSWORD).await;
    has_code_sent_to(nora, &nora.email()).await;
    let code = staged.scene.world.mail_for(&nora.email()).await.code(6).to_owned();
    nora.types(&code);
    assert!(nora.reads().await.to_string().contains("Welcome!"));
    assert!(nora.is_member(), "her request was not approved");
    staged.scene.ends().await;
}

#[tokio::test]
async fn of_all_that_somebody_writes_at_once_nothing_is_lost_and_each_is_answered_in_order() {
    let mut scene = with_limits("password_attempts = 50\nhard_stop = 60").await;
    let nora = scene.at_the_door("Nora").await;
    scene.stops_bot().await;
    for _ in 0..45 {
        nora.types("melon");
    }
    // More than is kept in memory of one: first of what came in, then of what is to be said.
    scene.world.telegram.fails("sendMessage", Fault::server_error(502));
    scene.starts_bot().await;
    scene.world.telegram.recovers("sendMessage");
    let said = nora.reads().await.to_string();
    let told: Vec<&str> = said.lines().filter(|line| line.contains("tries left")).collect();
    let left = |left| {
        format!("That is not the password. You have {left} tries left. Please type it again.")
    };
    let expected: Vec<String> = (5..50).rev().map(left).collect();
    assert_eq!(told, expected);
    scene.ends().await;
}

#[tokio::test]
async fn one_account_that_floods_holds_up_nobody_else() {
    let setup = Setup { messages_per_second: 28, ..Setup::default() };
    let mut scene = Scene::with(setup).await;
    let mallory = scene.world.person("Mallory");
    for _ in 0..200 {
        mallory.types("/help");
    }
    let nora = scene.world.person("Nora");
    nora.requests_to_join();
    hears(&nora, "type the password").await;
    nora.types(PASSWORD);
    hears(&nora, "How may I send you your code?").await;
    nora.types(&nora.email());
    hears(&nora, "Shall I send the code").await;
    nora.presses("Send the code");
    hears(&nora, "I have sent your code").await;
    nora.types(scene.world.mail_for(&nora.email()).await.code(6));
    hears(&nora, "Welcome!").await;
    scene.stops_bot().await;
    // They have a few answers at once and then one a second, and the others take no turn of hers.
    let answers = mallory.takes_unread().len();
    assert!(answers < 100, "{answers} answers came before");
    let _ = nora.takes_unread();
    scene.ends().await;
}
