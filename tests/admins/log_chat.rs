//! The log chat of a gate.

use std::time::Duration;

use countersign::sandbox::telegram::Fault;
use countersign::sandbox::{Group, Person, Rights};
use insta::assert_snapshot;

use super::{another_admin, at_overview, press, types};
use crate::scene::{PASSWORD, Scene, Setup, steady};

const SECONDS: Duration = Duration::from_secs(4);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// A group of `admin`'s in which the bot is an ordinary member, without any gate.
async fn with_log_group(admin: &Person) -> Group {
    let log = admin.creates_group("Log");
    admin.adds_bot_to(&log);
    admin.reads().await;
    log
}

/// A group with a gate whose log goes to another group.
async fn logging(scene: &Scene) -> (Person, Group, Group) {
    let ada = scene.with_owner("Ada").await;
    let log = with_log_group(&ada).await;
    let group = at_overview(scene, &ada, "Chess Club").await;
    press(&ada, "Log chat").await;
    press(&ada, "Pick a log chat").await;
    ada.shares_chat("Pick a group for the log", &log);
    ada.reads().await;
    (ada, group, log)
}

/// What the bot wrote in the log chat after its first line, the times as `‹time›`.
async fn written(scene: &Scene, log: &Group) -> String {
    scene.passes(SECONDS);
    scene.sweeps().await;
    let posts = log.bot_posts();
    let text =
        posts.iter().skip(1).map(|post| post.text.clone()).collect::<Vec<_>>().join("\n---\n");
    let mut steady = String::new();
    for line in text.lines() {
        let time = line.split(' ').next().filter(|word| word.contains(':') && word.len() < 10);
        steady += &time.map_or(line.to_owned(), |time| line.replacen(time, "‹time›", 1));
        steady += "\n";
    }
    steady
}

async fn passes_the_gate(scene: &Scene, person: &Person, group: &Group) {
    person.requests_to_join_group(group);
    person.reads().await;
    types(person, "wrong").await;
    types(person, PASSWORD).await;
    press(person, "By e-mail").await;
    types(person, &person.email()).await;
    press(person, "Send the code").await;
    let mail = scene.world.mail_for(&person.email()).await;
    types(person, mail.code(6)).await;
}

#[tokio::test]
async fn a_log_chat_is_proved_before_it_is_saved() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let log = with_log_group(&ada).await;
    at_overview(&scene, &ada, "Chess Club").await;
    assert_snapshot!(press(&ada, "Log chat").await, @r"
    (edited) Chess Club

    Log chat: off (default)

    One line for each decision goes to a group or channel of your choice: who came, who was turned down, what an admin did. Addresses are masked; passwords and codes are never in it.
    [Pick a log chat]
    [⬅️ Overview]
    ");
    assert_snapshot!(press(&ada, "Pick a log chat").await, @r"
    Chess Club

    Please press a button below the line where you type, and pick the chat. I have to be in it and allowed to post, and you have to be an administrator there.
    keyboard: [📓 Pick a group for the log]
    keyboard: [📣 Pick a channel for the log]
    ");
    ada.shares_chat("Pick a group for the log", &log);
    assert_snapshot!(ada.reads().await, @r"
    Thank you. I am trying whether I can post there.
    ---
    Chess Club

    I can post there: the decisions go to that chat from now on.

    Log chat: on

    One line for each decision goes to a group or channel of your choice: who came, who was turned down, what an admin did. Addresses are masked; passwords and codes are never in it.
    [Pick another one]
    [Switch it off]
    [⬅️ Overview]
    ");
    let first = log.bot_posts();
    assert_snapshot!(first[0].text, @"From here on I write down who comes to the door of Chess Club, one line for each decision.");
    scene.ends().await;
}

#[tokio::test]
async fn one_line_for_each_decision_with_the_address_masked() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group, log) = logging(&scene).await;
    let nora = scene.world.person("Nora");
    passes_the_gate(&scene, &nora, &group).await;
    let text = written(&scene, &log).await;
    assert!(!text.contains(&nora.email()) && !text.contains(PASSWORD), "{text}");
    assert_snapshot!(text, @r"
    Chess Club

    ‹time› Nora (7100000003): asked to join
    ‹time› Nora (7100000003): wrong password – 2 tries left
    ‹time› Nora (7100000003): right password – “main”
    ‹time› Nora (7100000003): code by e-mail – code 1 to n•••a@example.org
    ‹time› Nora (7100000003): right code
    ‹time› Nora (7100000003): let in
    ");
    // What admins do is written down too.
    press(&ada, "Overview").await;
    press(&ada, "Limits").await;
    press(&ada, "Strict").await;
    let text = written(&scene, &log).await;
    assert_snapshot!(text.rsplit("---\n").next().expect("a message"), @r"
    Chess Club

    ‹time› Ada (7100000002): changed the limits – strict
    ");
    assert_eq!(group.bot_posts(), [], "the group heard of it");
    scene.ends().await;
}

#[tokio::test]
async fn a_leak_has_a_name() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group, log) = logging(&scene).await;
    types(&ada, "/password").await;
    press(&ada, "Add a password").await;
    types(&ada, "flyer spring").await;
    types(&ada, "come as you are").await;
    let omar = scene.world.person("Omar");
    omar.requests_to_join_group(&group);
    omar.reads().await;
    types(&omar, "come as you are").await;
    let text = written(&scene, &log).await;
    let line = text.lines().find(|line| line.contains("right password")).expect("a line");
    assert_snapshot!(line, @"‹time› Omar (7100000003): right password – “flyer spring”");
    scene.ends().await;
}

#[tokio::test]
async fn a_channel_is_a_log_chat_too() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let log = ada.creates_channel("Chess Log");
    ada.makes_bot_admin_of(&log, Rights::POSTER);
    // A channel has no door to watch.
    ada.hears_nothing().await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    press(&ada, "Log chat").await;
    press(&ada, "Pick a log chat").await;
    let picked = ada.try_shares_chat("Pick a group for the log", &log).map_err(|why| why.0);
    assert!(picked.is_err(), "a channel is no group");
    ada.shares_chat("Pick a channel for the log", &log);
    let on = ada.reads().await.to_string();
    assert!(on.contains("the decisions go to that chat from now on"), "{on}");
    let nora = scene.world.person("Nora");
    passes_the_gate(&scene, &nora, &group).await;
    let text = written(&scene, &log).await;
    assert!(text.contains("Nora (7100000003): let in"), "{text}");
    scene.ends().await;
}

#[tokio::test]
async fn in_a_channel_the_bot_needs_the_right_to_post() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let log = ada.creates_channel("Chess Log");
    at_overview(&scene, &ada, "Chess Club").await;
    press(&ada, "Log chat").await;
    press(&ada, "Pick a log chat").await;
    let elsewhere = ada.try_shares_chat("Pick a channel for the log", &log);
    assert!(elsewhere.is_err(), "the bot is not in it");
    ada.makes_bot_admin_of(&log, Rights { can_post_messages: false, ..Rights::POSTER });
    ada.shares_chat("Pick a channel for the log", &log);
    let told = ada.reads().await.to_string();
    assert!(told.contains("I cannot post in that chat, so nothing was changed."), "{told}");
    assert_eq!(log.bot_posts(), []);
    // Given it, and taken away again later: told once, and no line is lost.
    ada.makes_bot_admin_of(&log, Rights::POSTER);
    press(&ada, "Pick a log chat").await;
    ada.shares_chat("Pick a channel for the log", &log);
    ada.reads().await;
    ada.makes_bot_admin_of(&log, Rights { can_post_messages: false, ..Rights::POSTER });
    press(&ada, "Overview").await;
    press(&ada, "Limits").await;
    press(&ada, "Strict").await;
    assert_eq!(written(&scene, &log).await, "");
    let told = ada.reads().await.to_string();
    assert!(told.contains("• I can post nothing in the log chat."), "{told}");
    ada.makes_bot_admin_of(&log, Rights::POSTER);
    scene.passes(HOUR);
    scene.sweeps().await;
    let text = written(&scene, &log).await;
    assert!(text.contains("changed the limits – strict"), "{text}");
    let mended = ada.reads().await.to_string();
    assert!(mended.contains('✅'), "{mended}");
    scene.ends().await;
}

#[tokio::test]
async fn the_log_is_in_the_language_of_the_gate_to_the_last_word() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group, log) = logging(&scene).await;
    press(&ada, "Overview").await;
    press(&ada, "Language").await;
    press(&ada, "Deutsch").await;
    types(&ada, "/roster").await;
    press(&ada, "➕ Add").await;
    types(&ada, "nora@example.org").await;
    types(&ada, "/gate").await;
    press(&ada, "How people come in").await;
    press(&ada, "Restrict after joining").await;
    press(&ada, "10 minutes").await;
    let nora = scene.world.person("Nora");
    passes_the_gate(&scene, &nora, &group).await;
    assert_snapshot!(written(&scene, &log).await, @r"
    Chess Club

    ‹time› Ada (7100000002): hat die Sprache geändert – Deutsch
    ‹time› Ada (7100000002): hat Adressen auf die Liste gesetzt – 1
    ‹time› Ada (7100000002): hat geändert, wie Leute hereinkommen – nach dem Beitritt einschränken
    ‹time› Ada (7100000002): hat geändert, wann Stummgeschaltete entfernt werden – Frist: 10 Minuten
    ‹time› Nora (7100000003): möchte beitreten
    ‹time› Nora (7100000003): falsches Passwort – noch 2 Versuche
    ‹time› Nora (7100000003): richtiges Passwort – „main“
    ‹time› Nora (7100000003): Code per E-Mail – Code 1 an n•••a@example.org
    ‹time› Nora (7100000003): richtiger Code
    ‹time› Nora (7100000003): hereingelassen
    ");
    scene.ends().await;
}

#[tokio::test]
async fn where_the_bot_cannot_post_nothing_is_saved() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let log = with_log_group(&ada).await;
    log.permits(|permissions| permissions.can_send_messages = false);
    at_overview(&scene, &ada, "Chess Club").await;
    press(&ada, "Log chat").await;
    press(&ada, "Pick a log chat").await;
    ada.shares_chat("Pick a group for the log", &log);
    assert_snapshot!(ada.reads().await, @r"
    Thank you. I am trying whether I can post there.
    ---
    Chess Club

    I cannot post in that chat, so nothing was changed. Please add me to it (to a channel: as an administrator who may post), then pick it again.
    ");
    let overview = types(&ada, "/gate").await;
    assert!(overview.contains("Log chat: off"), "{overview}");
    assert_eq!(log.bot_posts(), []);
    scene.ends().await;
}

#[tokio::test]
async fn who_is_no_admin_of_the_chat_cannot_make_the_bot_post_there() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let log = with_log_group(&ada).await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    let bob = another_admin(&scene, &ada, &group, "Bob").await;
    ada.adds_to(&log, &bob);
    press(&bob, "Log chat").await;
    press(&bob, "Pick a log chat").await;
    bob.shares_chat("Pick a group for the log", &log);
    assert_snapshot!(bob.reads().await, @r"
    Thank you. I am trying whether I can post there.
    ---
    Chess Club

    You are no administrator of that chat, so nothing was changed. Please pick one where you are.
    ");
    assert_eq!(log.bot_posts(), []);
    scene.ends().await;
}

#[tokio::test]
async fn who_loses_the_rights_while_it_is_proved_saves_nothing() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    let bob = another_admin(&scene, &ada, &group, "Bob").await;
    let log = with_log_group(&bob).await;
    types(&bob, "/gate").await;
    press(&bob, "Log chat").await;
    press(&bob, "Pick a log chat").await;
    ada.demotes_in(&group, &bob);
    bob.shares_chat("Pick a group for the log", &log);
    let heard = bob.reads().await.to_string();
    assert!(heard.contains("no administrator of this group"), "{heard}");
    assert_eq!(log.bot_posts(), []);
    scene.ends().await;
}

#[tokio::test]
async fn a_log_chat_that_takes_nothing_is_told_of_and_loses_no_line() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group, log) = logging(&scene).await;
    log.permits(|permissions| permissions.can_send_messages = false);
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    nora.reads().await;
    assert_eq!(written(&scene, &log).await, "");
    let told = ada.reads().await.to_string();
    assert!(told.contains("• I can post nothing in the log chat."), "{told}");
    types(&nora, "wrong").await;
    log.permits(|permissions| permissions.can_send_messages = true);
    scene.passes(HOUR);
    scene.sweeps().await;
    assert_snapshot!(written(&scene, &log).await, @r"
    Chess Club

    ‹time› Nora (7100000003): asked to join
    ‹time› Nora (7100000003): wrong password – 2 tries left
    ");
    let mended = ada.reads().await.to_string();
    assert!(mended.contains('✅'), "{mended}");
    scene.ends().await;
}

#[tokio::test]
async fn lines_outlive_a_restart_and_an_outage() {
    let mut scene = Scene::with(Setup::from_nothing()).await;
    let (_, group, log) = logging(&scene).await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    nora.reads().await;
    scene.restarts_bot().await;
    scene.world.telegram.fails_next("sendMessage", Fault::server_error(502));
    scene.passes(SECONDS);
    scene.sweeps().await;
    log.shows(|post| post.text.contains("asked to join")).await;
    scene.ends().await;
}

#[tokio::test]
async fn a_log_chat_is_switched_off_and_ends_with_its_gate() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group, log) = logging(&scene).await;
    assert_snapshot!(press(&ada, "Switch it off").await, @r"
    (edited) Chess Club

    Saved.

    Log chat: off (default)

    One line for each decision goes to a group or channel of your choice: who came, who was turned down, what an admin did. Addresses are masked; passwords and codes are never in it.
    [Pick a log chat]
    [⬅️ Overview]
    ");
    assert_snapshot!(written(&scene, &log).await, @"From here on I write down nothing more about Chess Club: an admin has ended it.");
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    nora.reads().await;
    let lines = log.bot_posts().len();
    written(&scene, &log).await;
    assert_eq!(log.bot_posts().len(), lines);
    press(&ada, "Pick a log chat").await;
    ada.shares_chat("Pick a group for the log", &log);
    ada.reads().await;
    press(&ada, "Overview").await;
    press(&ada, "Close the gate").await;
    press(&ada, "Yes").await;
    scene.world.settled().await;
    let last = log.bot_posts().pop().expect("a post");
    assert_snapshot!(steady(&last.text), @"From here on I write down nothing more about Chess Club: an admin has ended it.");
    scene.ends().await;
}

#[tokio::test]
async fn a_log_chat_that_becomes_a_supergroup_is_followed() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let log = ada.creates_basic_group("Log");
    ada.makes_bot_admin_of(&log, Rights::GATEKEEPER);
    ada.reads().await;
    let group = at_overview(&scene, &ada, "Chess Club").await;
    press(&ada, "Log chat").await;
    press(&ada, "Pick a log chat").await;
    ada.shares_chat("Pick a group for the log", &log);
    ada.reads().await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    nora.reads().await;
    let log = log.migrates();
    scene.passes(SECONDS);
    scene.sweeps().await;
    log.shows(|post| post.text.contains("asked to join")).await;
    types(&nora, "wrong").await;
    scene.passes(SECONDS);
    scene.sweeps().await;
    log.shows(|post| post.text.contains("wrong password")).await;
    ada.hears_nothing().await;
    scene.ends().await;
}

#[tokio::test]
async fn a_restart_between_the_offer_and_the_choice_costs_nothing() {
    let mut scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let log = with_log_group(&ada).await;
    at_overview(&scene, &ada, "Chess Club").await;
    press(&ada, "Log chat").await;
    press(&ada, "Pick a log chat").await;
    scene.restarts_bot().await;
    ada.shares_chat("Pick a group for the log", &log);
    let on = ada.reads().await.to_string();
    assert!(on.contains("the decisions go to that chat from now on"), "{on}");
    scene.ends().await;
}

#[tokio::test]
async fn of_two_admins_who_choose_at_once_the_last_one_has_it() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let (ada, group, log) = logging(&scene).await;
    let bob = another_admin(&scene, &ada, &group, "Bob").await;
    let other = with_log_group(&bob).await;
    types(&bob, "/log").await;
    press(&bob, "Pick another one").await;
    bob.shares_chat("Pick a group for the log", &other);
    let on = bob.reads().await.to_string();
    assert!(on.contains("the decisions go to that chat from now on"), "{on}");
    // Ada's screen is of before; what she does counts for the gate as it is now.
    press(&ada, "Switch it off").await;
    scene.world.settled().await;
    let told = |log: &Group| log.bot_posts().iter().any(|post| post.text.contains("nothing more"));
    assert!(told(&other), "the log ends in silence");
    assert!(told(&log), "the first log chat ends in silence");
    let overview = types(&bob, "/gate").await;
    assert!(overview.contains("Log chat: off"), "{overview}");
    scene.ends().await;
}
