//! Somebody has codes sent to a phone or a mailbox that is not theirs, to annoy whoever has it.

use countersign::sandbox::smtp::{Fault, Mail, Verb};
use countersign::sandbox::{Lines, Person};
use insta::assert_snapshot;

use crate::admins::staged::Staged;
use crate::dialogue::steps::*;
use crate::logged::Log;
use crate::scene::{PASSWORD, Scene, Setup, hears, steady};

const VICTIM: &str = "vera@example.org";
const NUMBER: &str = "+4915112345670";

/// The link in a mail that ends all codes to its address.
fn opt_out(mail: &Mail) -> String {
    mail.links().last().expect("a link").to_string()
}

/// Somebody new asks for a code to this address; what they read after Send.
async fn asks_for_code(scene: &Scene, name: &str, address: &str) -> (Person, Lines) {
    let person = scene.past_the_password(name).await;
    let heard = has_code_sent_to(&person, address).await;
    (person, heard)
}

#[tokio::test]
async fn the_link_in_a_mail_ends_all_codes_there_and_undoes_that() {
    let scene = Scene::start().await;
    let (_eve, heard) = asks_for_code(&scene, "Eve", VICTIM).await;
    let mail = scene.world.mail_for(VICTIM).await;
    assert_eq!(mail.links().len(), 2, "{}", mail.text);
    assert!(mail.text.contains("“Rust Berlin”"), "{}", mail.text);

    let vera = scene.world.person("Vera");
    vera.opens(&opt_out(&mail));
    assert_snapshot!(vera.reads().await, @r"
    This link comes from a mail with a code. Shall I send no more codes to that address, whoever asks for one?

    Then nobody can pass a gate by that address any more. This link undoes it.
    [No more codes there]
    ");
    // Asked, not told: until the button is pressed nothing has changed.
    asks_for_code(&scene, "Mallory", VICTIM).await;
    scene.world.mail_for(VICTIM).await;
    vera.presses("No more codes there");
    assert_snapshot!(vera.reads().await, @"Done: I send no more codes to that address, whoever asks for one. To undo that, open the link in the mail once more.");

    let mails = scene.world.smtp.mail_count();
    let (_, heard_after) = asks_for_code(&scene, "Trudy", VICTIM).await;
    assert_eq!(steady(&heard_after), steady(&heard));
    // However it is spelled.
    asks_for_code(&scene, "Victor", "Vera+news@EXAMPLE.org").await;
    assert_eq!(scene.world.smtp.mail_count(), mails, "a mail left all the same");

    vera.opens(&opt_out(&mail));
    assert_snapshot!(vera.reads().await, @r"
    This link comes from a mail with a code. I send no more codes to that address, because somebody who had such a mail asked for that.

    Shall I send codes there again?
    [Send codes there again]
    ");
    vera.presses("Send codes there again");
    assert_snapshot!(vera.reads().await, @"Done: I send codes to that address again.");
    asks_for_code(&scene, "Nora", VICTIM).await;
    scene.world.mail_for(VICTIM).await;
    scene.ends().await;
}

#[tokio::test]
async fn that_nobody_wants_codes_there_outlasts_a_restart_and_days() {
    let mut scene = Scene::start().await;
    asks_for_code(&scene, "Eve", VICTIM).await;
    let vera = scene.world.person("Vera");
    let mail = scene.world.mail_for(VICTIM).await;
    vera.opens(&opt_out(&mail));
    vera.reads().await;
    vera.presses("No more codes there");
    vera.reads().await;
    scene.restarts_bot().await;
    scene.passes(30 * DAY);
    scene.sweeps().await;
    for name in ["Mallory", "Trudy"] {
        asks_for_code(&scene, name, VICTIM).await;
    }
    assert_eq!(scene.world.smtp.mail_count(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn whoever_is_in_a_dialogue_goes_on_with_it_after_the_link() {
    let scene = Scene::start().await;
    let (nora, _) = scene.with_a_code("Nora").await;
    nora.presses("Other address");
    nora.reads().await;
    nora.types("nora@example.com");
    nora.reads().await;
    let (_, heard) = asks_for_code(&scene, "Eve", VICTIM).await;
    assert!(heard.to_string().contains("I have sent your code"), "{heard}");
    let mail = scene.world.mail_for(VICTIM).await;
    nora.opens(&opt_out(&mail));
    // The address in full goes with its buttons.
    assert_snapshot!(nora.reads().await, @r"
    (edited) Rust Berlin

    Understood: I am not sending anything there.
    ---
    This link comes from a mail with a code. Shall I send no more codes to that address, whoever asks for one?

    Then nobody can pass a gate by that address any more. This link undoes it.
    [No more codes there]
    ");
    nora.presses("No more codes there");
    assert_snapshot!(nora.reads().await, @r"
    Done: I send no more codes to that address, whoever asks for one. To undo that, open the link in the mail once more.
    ---
    Rust Berlin

    Thank you. How may I send you your code?
    [✉️ By e-mail]
    [💬 By SMS]
    [Cancel]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn a_forged_link_or_button_ends_nothing() {
    let scene = Scene::start().await;
    asks_for_code(&scene, "Eve", VICTIM).await;
    let mail = scene.world.mail_for(VICTIM).await;
    let link = opt_out(&mail);
    let (bot, token) = link.split_once("?start=u").expect("its letter");
    let swapped = |token: &str, at: usize| {
        let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
        format!("{}{other}{}", &token[..at], &token[at + 1..])
    };
    let vera = scene.world.person("Vera");
    // Another address, and another MAC.
    for at in [3, 60] {
        vera.opens(&format!("{bot}?start=u{}", swapped(token, at)));
        assert!(vera.reads().await.to_string().contains("This link no longer leads anywhere."));
    }
    vera.opens(&link);
    vera.reads().await;
    let (message, data) = vera.notes_button("No more codes there");
    for at in [3, 60] {
        vera.presses_old(message, &format!("{}{}", &data[..1], swapped(&data[1..], at)));
        let heard = vera.reads().await.to_string();
        assert_eq!(heard, "(toast) This button has done its work already.");
    }
    asks_for_code(&scene, "Nora", VICTIM).await;
    scene.world.mail_for(VICTIM).await;
    scene.ends().await;
}

#[tokio::test]
async fn a_number_that_sent_stop_gets_nothing_more() {
    let mut scene = Scene::start().await;
    scene.world.twilio.number_fails(NUMBER, 21610);
    asks_for_code(&scene, "Eve", NUMBER).await;
    let calls = scene.world.twilio.calls();
    scene.restarts_bot().await;
    let calls_at_start = scene.world.twilio.calls() - calls;
    for name in ["Mallory", "Trudy"] {
        asks_for_code(&scene, name, NUMBER).await;
    }
    assert_eq!(scene.world.twilio.calls(), calls + calls_at_start, "Twilio was asked again");
    assert_eq!(scene.world.twilio.sms_count(), 0);
    scene.ends().await;
}

#[tokio::test]
async fn whoever_shares_their_own_number_takes_their_stop_back() {
    let scene = Scene::start().await;
    let vera = scene.past_the_password("Vera").await;
    scene.world.twilio.number_fails(&vera.phone(), 21610);
    asks_for_code(&scene, "Eve", &vera.phone()).await;
    let calls = scene.world.twilio.calls();
    has_code_sent_to(&vera, &vera.phone()).await;
    assert_eq!(scene.world.twilio.calls(), calls, "typing a number proves nothing");
    vera.presses("Other address");
    vera.reads().await;
    vera.presses("By SMS");
    vera.reads().await;
    vera.shares_contact();
    vera.reads().await;
    scene.passes(MINUTE);
    vera.presses("Send a new code");
    vera.reads().await;
    assert_eq!(scene.world.twilio.calls(), calls + 1);
    scene.ends().await;
}

#[tokio::test]
async fn a_code_that_waited_while_they_said_stop_does_not_leave() {
    let scene = Scene::start().await;
    asks_for_code(&scene, "Eve", VICTIM).await;
    let mail = scene.world.mail_for(VICTIM).await;
    scene.world.smtp.fails(Verb::Mail, Fault::reply("451 4.3.0 try later"));
    let (mallory, _) = asks_for_code(&scene, "Mallory", VICTIM).await;
    let vera = scene.world.person("Vera");
    vera.opens(&opt_out(&mail));
    vera.reads().await;
    vera.presses("No more codes there");
    vera.reads().await;
    scene.world.smtp.recovers(Verb::Mail);
    // Another mail shows that the server is back.
    let (nora, _) = scene.with_a_code("Nora").await;
    hears(&mallory, "I have sent your code by e-mail to v•••a@example.org").await;
    assert_eq!(scene.world.smtp.mail_count(), 2);
    drop(nora);
    scene.ends().await;
}

#[tokio::test]
async fn the_admins_log_says_that_a_code_was_held_back() {
    let scene = Scene::start().await;
    let (log, _guard) = Log::starts();
    scene.world.twilio.number_fails(NUMBER, 21610);
    asks_for_code(&scene, "Eve", NUMBER).await;
    asks_for_code(&scene, "Mallory", NUMBER).await;
    let lines = log.lines_with("decision=\"suppressed\"");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains(NUMBER)), "{lines:?}");
    scene.ends().await;
}

#[tokio::test]
async fn others_codes_to_my_address_never_lock_me() {
    let Staged { scene, .. } = Staged::start().await;
    for name in ["Eve", "Mallory"] {
        let (attacker, _) = asks_for_code(&scene, name, VICTIM).await;
        scene.world.mail_for(VICTIM).await;
        for _ in 0..2 {
            scene.passes(5 * MINUTE);
            attacker.presses("Resend");
            attacker.reads().await;
            scene.world.mail_for(VICTIM).await;
        }
    }
    let vera = scene.past_the_password("Vera").await;
    assert_snapshot!(has_code_sent_to(&vera, VICTIM).await, @r"
    (edited) Rust Berlin

    Understood: I am not sending anything there.
    ---
    Rust Berlin

    This address has had too many codes asked for today, perhaps by others. That does not lock you out: please give me another address, or come back tomorrow.
    [🙋 Ask an admin]
    [Other address] [Cancel]
    ");
    vera.presses("Other address");
    vera.reads().await;
    vera.presses("By e-mail");
    vera.reads().await;
    assert_eq!(scene.world.smtp.mail_count(), 6);
    // Not locked: another address lets her in at once.
    has_code_sent_to(&vera, "vera@example.com").await;
    let mail = scene.world.mail_for("vera@example.com").await;
    vera.types(mail.code(6));
    vera.reads().await;
    assert!(vera.is_member());

    // And this one does on the next day.
    let tom = scene.past_the_password("Tom").await;
    assert!(has_code_sent_to(&tom, VICTIM).await.to_string().contains("too many codes"));
    scene.passes(DAY / 2);
    tom.types("/start");
    tom.reads().await;
    tom.presses("By e-mail");
    tom.reads().await;
    has_code_sent_to(&tom, VICTIM).await;
    let mail = scene.world.mail_for(VICTIM).await;
    tom.types(mail.code(6));
    tom.reads().await;
    assert!(tom.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn a_text_message_names_the_group_and_says_what_to_do() {
    let scene = Scene::start().await;
    let (_, sms) = with_an_sms(&scene, "Nora").await;
    assert!(sms.body.contains("for Rust Berlin."), "{}", sms.body);
    assert!(sms.body.ends_with("Not you? Ignore it; STOP ends it."), "{}", sms.body);
    assert!(sms.body.len() <= 160, "{}", sms.body.len());
    let german = scene.world.person("Gerda").speaks("de");
    german.requests_to_join();
    german.reads().await;
    german.types(PASSWORD);
    german.reads().await;
    german.types(&german.phone());
    german.reads().await;
    german.presses("Code schicken");
    german.reads().await;
    let sms = scene.world.sms_for(&german.phone()).await;
    let todo = "Nicht von dir? Ignorieren; STOP bestellt ab.";
    assert!(sms.body.contains("für Rust Berlin.") && sms.body.ends_with(todo), "{}", sms.body);
    scene.ends().await;
}

#[tokio::test]
async fn one_applicant_reaches_three_addresses_a_day_however_often_they_begin_anew() {
    let scene = Scene::with(Setup::default()).await;
    let eve = scene.past_the_password("Eve").await;
    let mut sent = Vec::new();
    for place in 0..6 {
        let address = format!("victim{place}@example.org");
        let heard = has_code_sent_to(&eve, &address).await.to_string();
        if heard.contains("I have sent") {
            scene.world.mail_for(&address).await;
            sent.push(place);
        }
        scene.passes(20 * MINUTE);
        eve.types("/cancel");
        eve.reads().await;
        eve.requests_to_join();
        eve.reads().await;
        eve.types(PASSWORD);
        eve.reads().await;
    }
    assert_eq!(sent, [0, 1, 2]);
    assert_eq!(scene.world.smtp.mail_count(), 3);
    scene.ends().await;
}
