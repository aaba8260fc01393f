//! Wrong codes, waits and locks; how many codes there are, for whom.

use countersign::sandbox::{Line, Lines};
use insta::assert_snapshot;

use super::steps::*;
use crate::scene::{PASSWORD, Scene, steady};

#[tokio::test]
async fn three_wrong_codes_lock_and_a_new_code_is_offered_after() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    let wrong = none_of(&[&code]);
    nora.types(wrong);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    That is not the code. You have 2 tries left.
    ");
    nora.types(wrong);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    That is not the code. You have 1 try left.
    ");
    nora.types(wrong);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries, so the door stays closed for now. You can try again in 5 minutes.

    Nothing that you send until then counts against you.
    ");
    assert!(nora.buttons().is_empty(), "buttons: {:?}", nora.buttons());
    // The right one comes too late now, and the first thing that is typed says so again.
    scene.passes(MINUTE);
    let typed = nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries, so the door stays closed for now. You can try again in 4 minutes.

    Nothing that you send until then counts against you.
    ");
    assert!(!nora.sees_message(typed) && !nora.is_member());
    nora.types(&code);
    nora.hears_nothing().await;
    scene.passes(4 * MINUTE);
    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Shall I send a new code to n•••a@example.org?
    [Send a new code]
    [Other address] [Cancel]
    ");
    nora.presses("Send a new code");
    assert_snapshot!(steady(&nora.reads().await), @r"
    Rust Berlin

    I have sent code 2 by e-mail to n•••a@example.org, unless its owner wants no codes from me. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. Earlier codes no longer count. If nothing comes, please look into the spam folder too. If you once asked me to stop sending codes there, none comes: please use another address or ask an admin of the group.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    let mail = scene.world.mail_for(&nora.email()).await;
    nora.types(mail.code(6));
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn each_lock_is_longer_and_nothing_shortens_it() {
    let scene = with_limits("sends_per_day = 50").await;
    let (nora, code) = scene.with_a_code("Nora").await;
    let mut codes = vec![code];
    for (wait, said) in [
        (5 * MINUTE, "in 5 minutes"),
        (30 * MINUTE, "in 30 minutes"),
        (4 * 60 * MINUTE, "in 4 hours"),
        (DAY, "in 24 hours"),
        (DAY, "in 24 hours"),
    ] {
        let known: Vec<&str> = codes.iter().map(String::as_str).collect();
        let answer = guesses_wrong(&nora, none_of(&known), 3).await;
        assert!(answer.to_string().contains(&format!("try again {said}")), "{said}: {answer}");
        scene.passes(wait - SECOND);
        nora.withdraws_request();
        nora.requests_to_join();
        let answer = nora.reads().await;
        assert!(answer.to_string().contains("try again in 1 second."), "{answer}");
        scene.passes(SECOND);
        nora.types("/start");
        nora.reads().await;
        nora.presses("Send a new code");
        nora.reads().await;
        codes.push(scene.world.mail_for(&nora.email()).await.code(6).to_owned());
    }
    scene.ends().await;
}

#[tokio::test]
async fn after_the_hard_stop_only_an_admin_opens() {
    let mut scene = with_limits("hard_stop = 4").await;
    let (nora, code) = scene.with_a_code("Nora").await;
    guesses_wrong(&nora, none_of(&[&code]), 3).await;
    scene.passes(5 * MINUTE);
    nora.types("hello?");
    nora.reads().await;
    nora.presses("Send a new code");
    nora.reads().await;
    let mail = scene.world.mail_for(&nora.email()).await;
    nora.types(none_of(&[&code, mail.code(6)]));
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries in all. From here on only an admin of the group can open the door for you: please ask one.
    ");
    scene.passes(7 * DAY);
    scene.restarts_bot().await;
    nora.types(mail.code(6));
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries in all. From here on only an admin of the group can open the door for you: please ask one.
    ");
    scene.passes(MINUTE);
    nora.requests_to_join();
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries in all. From here on only an admin of the group can open the door for you: please ask one.
    ");
    assert!(!nora.is_member());
    scene.world.group().approves(&nora).expect("the request still waits");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! Somebody has opened the door for you: you are in the group now, and I need nothing more from you.
    ");

    // That was an admin's word: should she come again, she begins anew.
    nora.leaves();
    nora.requests_to_join();
    assert!(nora.reads().await.to_string().contains("You have 3 tries"));
    scene.ends().await;
}

#[tokio::test]
async fn fifty_guesses_at_once_are_three_tries() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    for _ in 0..49 {
        nora.types(none_of(&[&code]));
    }
    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    That is not the code. You have 2 tries left.
    ---
    Rust Berlin

    That is not the code. You have 1 try left.
    ---
    Rust Berlin

    There were too many wrong tries, so the door stays closed for now. You can try again in 5 minutes.

    Nothing that you send until then counts against you.
    ");
    assert!(!nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn resend_says_how_long_to_wait_and_numbers_the_codes() {
    let scene = Scene::start().await;
    let (nora, _) = scene.with_a_code("Nora").await;
    nora.presses("Resend");
    assert_snapshot!(nora.reads().await, @"(alert) I can send you a new code in 60 seconds.");
    scene.passes(59 * SECOND);
    nora.presses("Resend");
    assert_snapshot!(nora.reads().await, @"(alert) I can send you a new code in 1 second.");
    scene.passes(SECOND);
    nora.presses("Resend");
    assert_snapshot!(steady(&nora.reads().await), @r"
    Rust Berlin

    I have sent code 2 by e-mail to n•••a@example.org, unless its owner wants no codes from me. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. Earlier codes no longer count. If nothing comes, please look into the spam folder too. If you once asked me to stop sending codes there, none comes: please use another address or ask an admin of the group.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    let mail = scene.world.mail_for(&nora.email()).await;
    assert!(
        mail.text.contains("here is code 2 for the Telegram group “Rust Berlin”"),
        "{}",
        mail.text
    );
    for (wait, number) in [(2, 3), (5, 4), (10, 5)] {
        scene.passes(wait * MINUTE - SECOND);
        nora.presses("Resend");
        let answer = nora.reads().await;
        assert_eq!(answer.to_string(), "(alert) I can send you a new code in 1 second.");
        scene.passes(SECOND);
        let mail = has_another_sent(&scene, &nora).await;
        assert!(mail.text.contains(&format!("here is code {number} for")), "{}", mail.text);
    }
    scene.ends().await;
}

#[tokio::test]
async fn send_cannot_be_pressed_twice() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    nora.types("nora@example.org");
    nora.reads().await;
    let (message, send) = nora.notes_button("Send the code");
    nora.presses_old(message, &send);
    nora.presses_old(message, &send);
    let (toasts, said): (Vec<Line>, Vec<Line>) =
        nora.reads().await.0.into_iter().partition(|line| matches!(line, Line::Toast { .. }));
    assert_snapshot!(Lines(toasts), @"(toast) This button has done its work already.");
    assert_snapshot!(steady(&Lines(said)), @r"
    (edited) Rust Berlin

    You have asked for a code to n•••a@example.org.
    ---
    Rust Berlin

    I have sent your code by e-mail to n•••a@example.org, unless its owner wants no codes from me. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. If nothing comes, please look into the spam folder too.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    scene.passes(5 * MINUTE);
    nora.presses_old(message, &send);
    assert_snapshot!(nora.reads().await, @"(toast) This button has done its work already.");
    scene.world.mail_for("nora@example.org").await;
    assert_eq!(scene.world.smtp.mail_count(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn there_are_five_codes_a_day() {
    let scene = Scene::start().await;
    let (nora, _) = scene.with_a_code("Nora").await;
    for _ in 2..=5 {
        scene.passes(10 * MINUTE);
        has_another_sent(&scene, &nora).await;
    }
    scene.passes(60 * MINUTE);
    nora.presses("Resend");
    assert_snapshot!(nora.reads().await, @"(alert) You have asked for as many codes as there may be in one day. Please come back tomorrow.");
    // Nor does beginning again help.
    nora.types("/cancel");
    nora.reads().await;
    nora.requests_to_join();
    nora.reads().await;
    nora.types(PASSWORD);
    nora.reads().await;
    assert_snapshot!(has_code_sent_to(&nora, "nora@example.com").await, @"(alert) You have asked for as many codes as there may be in one day. Please come back tomorrow.");
    scene.passes(DAY / 2);
    nora.presses("Send the code");
    nora.reads().await;
    scene.world.mail_for("nora@example.com").await;
    assert_eq!(scene.world.smtp.mail_count(), 6);
    scene.ends().await;
}

#[tokio::test]
async fn there_are_three_addresses_a_day() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    for address in ["nora@example.org", "nora@example.com", "nora@example.net"] {
        has_code_sent_to(&nora, address).await;
        scene.world.mail_for(address).await;
        scene.passes(10 * MINUTE);
    }
    assert_snapshot!(has_code_sent_to(&nora, "nora@example.edu").await, @"(alert) You have given me as many addresses as I may take in one day. Please use one of them, or come back tomorrow.");
    // One of the three still does.
    nora.presses("Other address");
    nora.reads().await;
    has_code_sent_to(&nora, "nora@example.org").await;
    scene.world.mail_for("nora@example.org").await;
    scene.ends().await;
}

#[tokio::test]
async fn nobody_is_flooded_by_several_applicants() {
    let scene = with_limits("sends_per_address = 2").await;
    for (name, address) in [("Nora", "victim@example.org"), ("Ben", "Victim+ben@example.org")] {
        let person = scene.past_the_password(name).await;
        has_code_sent_to(&person, address).await;
        scene.world.mail_for(address).await;
    }
    let cem = scene.past_the_password("Cem").await;
    assert_snapshot!(has_code_sent_to(&cem, "victim@example.org").await, @"(alert) This address has had too many codes asked for today, perhaps by others. That does not lock you out: please give me another address, or come back tomorrow.");
    assert_eq!(scene.world.smtp.mail_count(), 2);
    scene.passes(DAY);
    cem.presses("Send the code");
    cem.reads().await;
    scene.world.mail_for("victim@example.org").await;
    scene.ends().await;
}

#[tokio::test]
async fn a_country_has_its_limit_of_sms() {
    let scene = with_limits("sends_per_country = 2").await;
    with_an_sms(&scene, "Nora").await;
    with_an_sms(&scene, "Ben").await;
    let cem = scene.past_the_password("Cem").await;
    assert_snapshot!(has_code_sent_to(&cem, &cem.phone()).await, @r"
    (edited) Rust Berlin

    Understood: I am not sending anything there.
    ---
    Rust Berlin

    I have sent as many text messages to that country today as I may. That is not your fault. Please choose another way, or come back tomorrow.
    [✉️ By e-mail]
    [Other address] [Cancel]
    ");
    assert_eq!(scene.world.twilio.sms_count(), 2);
    // The other way is open.
    cem.presses("Other address");
    cem.reads().await;
    has_code_sent_to(&cem, &cem.email()).await;
    scene.world.mail_for(&cem.email()).await;
    scene.ends().await;
}
