//! What opens the group, and what keeps it from opening.

use countersign::sandbox::telegram::Fault;
use countersign::sandbox::{Opened, Person};
use insta::assert_snapshot;

use crate::scene::{PASSWORD, Scene};

/// Somebody who came by `/start`, without a join request, and has a code.
async fn started(scene: &Scene, name: &str) -> (Person, String) {
    let person = scene.world.person(name);
    person.types("/start");
    person.reads().await;
    person.types(PASSWORD);
    person.reads().await;
    person.types(&person.email());
    person.reads().await;
    person.presses("Send the code");
    person.reads().await;
    let code = scene.world.mail_for(&person.email()).await.code(6).to_owned();
    (person, code)
}

/// The link that is in what somebody was just told.
fn link_in(told: &str) -> String {
    let mut words = told.split_whitespace();
    words.find(|word| word.starts_with("https://t.me/")).expect("a link").to_owned()
}

/// What was read, with the personal link as `‹link›`.
fn without_link(told: &impl std::fmt::Display) -> String {
    let told = told.to_string();
    told.replace(&link_in(&told), "‹link›")
}

#[tokio::test]
async fn without_the_right_to_invite_it_is_our_fault_and_can_be_mended() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    let group = scene.world.group();
    group.makes_bot_admin(false);
    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    You may come in, but I lack the right to open the door. That is our fault, not yours, and you keep your place: as soon as an admin of the group has given me that right, I let you in by myself. You can also press the button then.
    [Try again]
    ");
    assert!(!nora.is_member());
    // Too early: the same answer again, and the code need not be typed again.
    nora.presses("Try again");
    let answer = nora.reads().await;
    assert!(answer.to_string().contains("I lack the right to open the door"), "{answer}");
    group.makes_bot_admin(true);
    nora.presses("Try again");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn start_tries_again_too() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    scene.world.group().demotes_bot();
    nora.types(&code);
    nora.reads().await;
    scene.world.group().makes_bot_admin(true);
    nora.types("/start");
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn a_withdrawn_request_leads_to_a_personal_link() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    nora.withdraws_request();
    nora.types(&code);
    let told = nora.reads().await;
    assert_snapshot!(without_link(&told), @r"
    Rust Berlin

    You have passed. This invite link is for you alone:

    ‹link›

    Open it and ask to join: I will let you in at once. It is valid for one day; for anybody else the door stays closed.
    ");
    let link = link_in(&told.to_string());
    // For somebody else the door stays closed.
    let eve = scene.world.person("Eve");
    assert!(matches!(eve.opens(&link), Opened::Requested { .. }));
    let answer = eve.reads().await;
    assert!(answer.to_string().contains("type the password"), "{answer}");
    assert!(!eve.is_member());
    assert!(matches!(nora.opens(&link), Opened::Requested { .. }));
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    assert!(nora.is_member());
    assert!(scene.world.group().living_links().is_empty(), "the used link lives on");
    scene.ends().await;
}

#[tokio::test]
async fn who_started_without_a_request_gets_a_personal_link() {
    let scene = Scene::start().await;
    let (nora, code) = started(&scene, "Nora").await;
    nora.types(&code);
    let link = link_in(&nora.reads().await.to_string());
    // Asked again, it is the same link.
    nora.types("/start");
    assert_eq!(link_in(&nora.reads().await.to_string()), link);
    nora.opens(&link);
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn no_link_without_the_right_to_invite() {
    let scene = Scene::start().await;
    let (nora, code) = started(&scene, "Nora").await;
    scene.world.group().makes_bot_admin(false);
    nora.types(&code);
    let answer = nora.reads().await;
    assert!(answer.to_string().contains("I lack the right to open the door"), "{answer}");
    scene.world.group().makes_bot_admin(true);
    nora.presses("Try again");
    let link = link_in(&nora.reads().await.to_string());
    nora.opens(&link);
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn who_is_in_too_many_groups_is_told_so() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    nora.is_in_too_many_groups(true);
    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    You have passed, but Telegram says that you are in too many groups and channels. Please leave one, then press the button.
    [Try again]
    ");
    nora.is_in_too_many_groups(false);
    nora.presses("Try again");
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn who_is_let_in_by_an_admin_meanwhile_is_greeted() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    scene.world.group().approves(&nora).expect("she asked");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! Somebody has opened the door for you: you are in the group now, and I need nothing more from you.
    ");
    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    You are a member of this group already. The door is open.
    ");
    scene.ends().await;
}

#[tokio::test]
async fn a_member_whom_telegram_calls_participant_is_in() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    let already = Fault::bad_request("USER_ALREADY_PARTICIPANT");
    scene.world.telegram.fails_next("approveChatJoinRequest", already);
    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    scene.ends().await;
}

#[tokio::test]
async fn an_approval_whose_answer_was_lost_is_one_welcome() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    scene.world.telegram.fails_next("approveChatJoinRequest", Fault::AnswerLost);
    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    assert!(nora.is_member());
    assert!(scene.world.group().living_links().is_empty());
    scene.ends().await;
}

#[tokio::test]
async fn telegram_out_of_order_is_waited_for() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    for fault in [Fault::server_error(502), Fault::too_many_requests(1), Fault::Reset] {
        scene.world.telegram.fails_next("approveChatJoinRequest", fault);
    }
    nora.types(&code);
    nora.becomes_member().await;
    let answer = nora.reads().await;
    assert!(answer.to_string().contains("Welcome!"), "{answer}");
    scene.ends().await;
}

#[tokio::test]
async fn an_odd_refusal_of_telegram_is_our_fault() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    let odd = Fault::bad_request("SOMETHING_NEW");
    scene.world.telegram.fails_next("approveChatJoinRequest", odd);
    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    You have passed, but Telegram did not let me open the door. That is our fault, not yours. Please press the button in a little while, or send me /start.
    [Try again]
    ");
    nora.presses("Try again");
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn nobody_waits_for_somebody_who_is_gone() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    nora.types(&code);
    nora.deletes_account();
    nora.hears_nothing().await;
    assert!(!nora.is_member());
    // Others go on.
    let (ben, code) = scene.with_a_code("Ben").await;
    ben.types(&code);
    ben.reads().await;
    assert!(ben.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn a_request_that_an_admin_declined_still_ends_in_a_link() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    scene.world.group().declines(&nora).expect("she asked");
    nora.types(&code);
    let told = nora.reads().await;
    nora.opens(&link_in(&told.to_string()));
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}
