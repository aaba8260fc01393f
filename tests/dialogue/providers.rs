//! The mail server and Twilio: taken, not taken, refused, unknown, out of order.

use std::time::{Duration, Instant};

use countersign::sandbox::smtp::Verb;
use countersign::sandbox::twilio::Call;
use countersign::sandbox::{Lines, Person, World, smtp, twilio};
use insta::assert_snapshot;

use super::steps::{MINUTE, has_code_sent_to};
use crate::logged::Log;
use crate::scene::{Scene, Setup, steady};

/// Somebody who asks for a code by e-mail, and what they read.
async fn wants_a_mail(scene: &Scene, name: &str) -> (Person, Lines) {
    let person = scene.past_the_password(name).await;
    let said = has_code_sent_to(&person, &person.email()).await;
    (person, said)
}

/// Somebody who asks for a code by SMS, and what they read.
async fn wants_an_sms(scene: &Scene, name: &str) -> (Person, Lines) {
    let person = scene.past_the_password(name).await;
    let said = has_code_sent_to(&person, &person.phone()).await;
    (person, said)
}

/// Types the code of the mail that must have come, and is let in.
async fn comes_in_by_mail(scene: &Scene, person: &Person) {
    let mail = scene.world.mail_for(&person.email()).await;
    person.types(mail.code(6));
    person.reads().await;
    assert!(person.is_member());
}

async fn comes_in_by_sms(scene: &Scene, person: &Person) {
    let sms = scene.world.sms_for(&person.phone()).await;
    person.types(sms.code(6));
    person.reads().await;
    assert!(person.is_member());
}

/// Gives up on a provider that hangs after so long.
fn giving_up_after(limit: Duration) -> Setup {
    let mut setup = Setup::default();
    setup.waits.email.send = limit;
    setup.waits.sms.request = limit;
    setup
}

// Out of order: certainly not sent.

#[tokio::test]
async fn an_outage_of_the_mail_server_is_our_fault_and_the_code_comes_after() {
    let scene = Scene::start().await;
    scene.world.smtp.fails(Verb::Connect, smtp::Fault::Reset);
    let (nora, said) = wants_a_mail(&scene, "Nora").await;
    assert_snapshot!(said, @r"
    (edited) Rust Berlin

    You have asked for a code to n•••a@example.org.
    ---
    Rust Berlin

    Our mail service is not answering at the moment. That is our fault, not yours. Codes wait until it answers, and it costs you no try.
    [Other address] [Cancel]
    ");
    // The window stays open: the code's life begins when it leaves.
    scene.passes(9 * MINUTE);
    scene.world.smtp.recovers(Verb::Connect);
    assert_snapshot!(steady(&nora.reads().await), @r"
    Rust Berlin

    I have sent your code by e-mail to n•••a@example.org, unless its owner wants no codes from me. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. If nothing comes, please look into the spam folder too.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    scene.passes(9 * MINUTE);
    comes_in_by_mail(&scene, &nora).await;
    assert_eq!(scene.world.smtp.mail_count(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn a_mail_that_is_put_off_comes_later() {
    let places = [Verb::Banner, Verb::Ehlo, Verb::Mail, Verb::Rcpt, Verb::Data, Verb::Body];
    for verb in places {
        let scene = Scene::start().await;
        scene.world.smtp.fails_next(verb, smtp::Fault::reply("451 4.3.2 try again later"));
        let (nora, said) = wants_a_mail(&scene, "Nora").await;
        assert!(said.to_string().contains("That is our fault"), "{verb:?}: {said}");
        comes_in_by_mail(&scene, &nora).await;
        assert_eq!(scene.world.smtp.mail_count(), 1, "{verb:?}");
        scene.ends().await;
    }
}

#[tokio::test]
async fn an_outage_of_twilio_is_our_fault_and_the_code_comes_after() {
    let mut scene = Scene::without_bot(World::start().await, &Setup::default());
    // Nobody listens on port 1 of this machine.
    let (real, dead) = (scene.world.twilio.url(), "http://127.0.0.1:1");
    scene.changes_config(&real, dead);
    scene.starts_bot().await;
    let (ben, said) = wants_an_sms(&scene, "Ben").await;
    assert_snapshot!(said, @r"
    (edited) Rust Berlin

    You have asked for a code to +49 ••• 0002.
    ---
    Rust Berlin

    Our SMS service is not answering at the moment. That is our fault, not yours. Codes wait until it answers, and it costs you no try.
    [Other address] [Cancel]
    ");
    scene.changes_config(dead, &real);
    scene.restarts_bot().await;
    assert_snapshot!(steady(&ben.reads().await), @r"
    Rust Berlin

    I have sent your code by SMS to +49 ••• 0002, unless its owner wants no codes from me. The message carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    comes_in_by_sms(&scene, &ben).await;
    assert_eq!(scene.world.twilio.sms_count(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn too_many_requests_are_repeated_when_twilio_says() {
    let scene = Scene::start().await;
    scene.world.twilio.fails_next(Call::Message, twilio::Fault::TooManyRequests(1));
    let began = Instant::now();
    let (ben, said) = wants_an_sms(&scene, "Ben").await;
    assert!(said.to_string().contains("Our SMS service is not answering"), "{said}");
    comes_in_by_sms(&scene, &ben).await;
    assert!(began.elapsed() >= Duration::from_secs(1), "Retry-After was not honoured");
    assert_eq!(scene.world.twilio.calls(), 2);
    scene.ends().await;
}

#[tokio::test]
async fn what_never_left_is_given_up_and_costs_nothing() {
    let limits = "sends_per_day = 1\nsends_per_address = 1";
    let scene = Scene::with(Setup { limits, ..Setup::default() }).await;
    scene.world.smtp.fails(Verb::Ehlo, smtp::Fault::reply("421 4.3.2 closed"));
    let (nora, _) = wants_a_mail(&scene, "Nora").await;
    scene.passes(10 * MINUTE);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    No code could leave: our mail service is out of order. That is our fault, not yours, and it costs you no try. Please ask for a new code a little later.
    [Send a new code]
    [Other address] [Cancel]
    ");
    scene.world.smtp.recovers(Verb::Ehlo);
    // The one code of the day is still hers.
    nora.presses("Send a new code");
    assert_snapshot!(steady(&nora.reads().await), @r"
    Rust Berlin

    I have sent your code by e-mail to n•••a@example.org, unless its owner wants no codes from me. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. If nothing comes, please look into the spam folder too.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    comes_in_by_mail(&scene, &nora).await;
    assert_eq!(scene.world.smtp.mail_count(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn who_gives_up_in_an_outage_gets_no_mail_after() {
    let scene = Scene::start().await;
    scene.world.smtp.fails(Verb::Connect, smtp::Fault::Reset);
    let (nora, _) = wants_a_mail(&scene, "Nora").await;
    nora.presses("Cancel");
    nora.reads().await;
    scene.world.smtp.recovers(Verb::Connect);
    let (ben, _) = wants_a_mail(&scene, "Ben").await;
    comes_in_by_mail(&scene, &ben).await;
    assert_eq!(scene.world.smtp.mail_count(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn in_an_outage_another_way_is_open() {
    let scene = Scene::start().await;
    scene.world.smtp.fails(Verb::Connect, smtp::Fault::Reset);
    let (nora, _) = wants_a_mail(&scene, "Nora").await;
    nora.presses("Other address");
    nora.reads().await;
    scene.passes(MINUTE);
    has_code_sent_to(&nora, &nora.phone()).await;
    comes_in_by_sms(&scene, &nora).await;
    scene.world.smtp.recovers(Verb::Connect);
    scene.ends().await;
    // No mail comes after all that: the world would complain of an unread one.
}

// Misconfigured: the host is needed.

#[tokio::test]
async fn a_wrong_mail_password_is_our_fault_and_the_host_reads_of_it() {
    let (log, _guard) = Log::starts();
    let hour = Duration::from_secs(3600);
    let mut setup = Setup::default();
    // If this were taken for an outage, nothing would happen for an hour.
    (setup.waits.retries.first, setup.waits.retries.longest) = (hour, hour);
    let mut scene = Scene::without_bot(World::start().await, &setup);
    scene.world.smtp.wants_login("gate", "right");
    let from = "from = \"Gate";
    scene.changes_config(from, &format!("username = \"gate\"\npassword = \"mistyped\"\n{from}"));
    scene.starts_bot().await;
    let (nora, said) = wants_a_mail(&scene, "Nora").await;
    assert!(said.to_string().contains("That is our fault, not yours"), "{said}");
    let alert = log.lines_with("ERROR").join("\n");
    assert!(alert.contains("mend the configuration") && alert.contains("535"), "{alert}");
    assert!(!alert.contains("mistyped") && !alert.contains("nora@example.org"), "{alert}");
    scene.world.smtp.wants_login("gate", "mistyped");
    comes_in_by_mail(&scene, &nora).await;
    scene.ends().await;
}

#[tokio::test]
async fn twilios_bad_credentials_are_our_fault_and_the_host_reads_of_it() {
    let (log, _guard) = Log::starts();
    let scene = Scene::start().await;
    scene.world.twilio.fails(Call::Message, twilio::Fault::Error(20003));
    let (ben, said) = wants_an_sms(&scene, "Ben").await;
    assert!(said.to_string().contains("That is our fault, not yours"), "{said}");
    let alert = log.lines_with("ERROR").join("\n");
    assert!(alert.contains("mend the configuration") && alert.contains("20003"), "{alert}");
    assert!(!alert.contains(&ben.phone()), "{alert}");
    scene.world.twilio.recovers(Call::Message);
    comes_in_by_sms(&scene, &ben).await;
    assert_eq!(scene.world.twilio.sms_count(), 1);
    scene.ends().await;
}

// Refused: theirs to mend.

#[tokio::test]
async fn a_mailbox_that_does_not_exist_is_told() {
    let scene = Scene::start().await;
    scene.world.smtp.refuses("nroa@example.org", "550 5.1.1 no such user here");
    let nora = scene.past_the_password("Nora").await;
    assert_snapshot!(has_code_sent_to(&nora, "nroa@example.org").await, @r"
    (edited) Rust Berlin

    You have asked for a code to n•••a@example.org.
    ---
    Rust Berlin

    n•••a@example.org does not exist, I am told. Please check it and give me another one; this costs you no try.
    [💬 By SMS]
    [Other address] [Cancel]
    ");
    // The right one may be sent to at once.
    has_code_sent_to(&nora, "nora@example.org").await;
    comes_in_by_mail(&scene, &nora).await;
    scene.ends().await;
}

#[tokio::test]
async fn other_refusals_of_a_mail_are_told() {
    let scene = Scene::start().await;
    scene.world.smtp.refuses("nora@example.org", "552 5.2.2 mailbox full");
    let (nora, said) = wants_a_mail(&scene, "Nora").await;
    assert_snapshot!(said, @r"
    (edited) Rust Berlin

    You have asked for a code to n•••a@example.org.
    ---
    Rust Berlin

    The mailbox of n•••a@example.org is full. Please make some room, or give me another address; this costs you no try.
    [💬 By SMS]
    [Other address] [Cancel]
    ");
    scene.world.smtp.fails_next(Verb::Body, smtp::Fault::reply("550 5.7.1 blocked by policy"));
    assert_snapshot!(has_code_sent_to(&nora, "nora@example.com").await, @r"
    (edited) Rust Berlin

    You have asked for a code to n•••a@example.com.
    ---
    Rust Berlin

    n•••a@example.com does not take our messages. That is not your fault. Please give me another one; this costs you no try.
    [💬 By SMS]
    [Other address] [Cancel]
    ");
    assert_eq!(scene.world.smtp.mail_count(), 0);
    scene.ends().await;
}

#[tokio::test]
async fn refusals_of_an_sms_are_told_and_mail_is_offered() {
    let scene = Scene::start().await;
    let ben = scene.past_the_password("Ben").await;
    let numbers = ["+4915112000101", "+4915112000103"];
    for (number, code) in numbers.into_iter().zip([21614, 21408]) {
        scene.world.twilio.number_fails(number, code);
    }
    assert_snapshot!(has_code_sent_to(&ben, numbers[0]).await, @r"
    (edited) Rust Berlin

    You have asked for a code to +49 ••• 0101.
    ---
    Rust Berlin

    +49 ••• 0101 cannot receive text messages. Please give me another number; this costs you no try.
    [✉️ By e-mail]
    [Other address] [Cancel]
    ");
    assert_snapshot!(has_code_sent_to(&ben, numbers[1]).await, @r"
    (edited) Rust Berlin

    You have asked for a code to +49 ••• 0103.
    ---
    Rust Berlin

    Our SMS service does not reach +49 ••• 0103. That is not your fault. Please give me another number; this costs you no try.
    [✉️ By e-mail]
    [Other address] [Cancel]
    ");
    ben.presses("By e-mail");
    ben.reads().await;
    has_code_sent_to(&ben, &ben.email()).await;
    comes_in_by_mail(&scene, &ben).await;
    assert_eq!(scene.world.twilio.sms_count(), 0);
    scene.ends().await;
}

#[tokio::test]
async fn where_there_is_no_mail_none_is_offered() {
    let channels = r#"["sms"]"#;
    let scene = Scene::with(Setup { channels, ..Setup::default() }).await;
    let ben = scene.past_the_password("Ben").await;
    scene.world.twilio.number_fails(&ben.phone(), 21211);
    assert_snapshot!(has_code_sent_to(&ben, &ben.phone()).await, @r"
    (edited) Rust Berlin

    You have asked for a code to +49 ••• 0002.
    ---
    Rust Berlin

    +49 ••• 0002 does not exist, I am told. Please check it and give me another one; this costs you no try.
    [Other address] [Cancel]
    ");
    scene.ends().await;
}

// Unknown: counts as sent, is never repeated by itself.

#[tokio::test]
async fn a_mail_without_a_last_answer_is_not_repeated() {
    let mut scene = Scene::start().await;
    scene.world.smtp.fails_next(Verb::Body, smtp::Fault::Reset);
    let (nora, said) = wants_a_mail(&scene, "Nora").await;
    assert_snapshot!(hide_phrase(&said), @r"
    (edited) Rust Berlin

    You have asked for a code to n•••a@example.org.
    ---
    Rust Berlin

    Our mail service broke off, so I cannot tell whether your code reached n•••a@example.org. That is our fault, not yours.

    If it comes, it carries the words ‹two words›: please type its 6 digits here within 10 minutes. If it does not come, ask for a new one.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    scene.restarts_bot().await;
    nora.types("/start");
    assert_snapshot!(hide_phrase(&nora.reads().await), @r"
    Rust Berlin

    Our mail service broke off, so I cannot tell whether your code reached n•••a@example.org. That is our fault, not yours.

    If it comes, it carries the words ‹two words›: please type its 6 digits here within 10 minutes. If it does not come, ask for a new one.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    assert_eq!(scene.world.smtp.mail_count(), 0);
    // It counts as sent: the next one has to wait, and is the second.
    nora.presses("Resend");
    assert_snapshot!(nora.reads().await, @"(alert) I can send you a new code in 60 seconds.");
    scene.passes(MINUTE);
    nora.presses("Resend");
    let said = nora.reads().await;
    assert!(said.to_string().contains("I have sent code 2 by e-mail"), "{said}");
    comes_in_by_mail(&scene, &nora).await;
    scene.ends().await;
}

/// What was read, with the two random words as `‹two words›`.
fn hide_phrase(lines: &Lines) -> String {
    let text = lines.to_string();
    let Some((before, after)) = text.split_once("it carries the words ") else { return text };
    let (_, rest) = after.split_once(':').expect("the end of the words");
    format!("{before}it carries the words ‹two words›:{rest}")
}

#[tokio::test]
async fn a_mail_whose_answer_was_lost_comes_once() {
    let mut scene = Scene::start().await;
    scene.world.smtp.fails_next(Verb::Body, smtp::Fault::AnswerLost);
    let (nora, said) = wants_a_mail(&scene, "Nora").await;
    assert!(said.to_string().contains("I cannot tell whether your code reached"), "{said}");
    scene.restarts_bot().await;
    comes_in_by_mail(&scene, &nora).await;
    assert_eq!(scene.world.smtp.mail_count(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn an_sms_that_may_have_left_is_not_repeated() {
    for fault in [
        twilio::Fault::Status(500),
        twilio::Fault::Status(503),
        twilio::Fault::Reset,
        twilio::Fault::Garbage,
    ] {
        let mut scene = Scene::start().await;
        scene.world.twilio.fails_next(Call::Message, fault.clone());
        let (ben, said) = wants_an_sms(&scene, "Ben").await;
        let told = said.to_string().contains("Our SMS service broke off");
        assert!(told, "{fault:?}: {said}");
        scene.restarts_bot().await;
        scene.passes(MINUTE);
        ben.presses("Resend");
        ben.reads().await;
        comes_in_by_sms(&scene, &ben).await;
        assert_eq!(scene.world.twilio.calls(), 2, "{fault:?}");
        scene.ends().await;
    }
}

#[tokio::test]
async fn an_sms_whose_answer_was_lost_comes_once() {
    let mut scene = Scene::start().await;
    scene.world.twilio.fails_next(Call::Message, twilio::Fault::AnswerLost);
    let (ben, said) = wants_an_sms(&scene, "Ben").await;
    assert_snapshot!(hide_phrase(&said), @r"
    (edited) Rust Berlin

    You have asked for a code to +49 ••• 0002.
    ---
    Rust Berlin

    Our SMS service broke off, so I cannot tell whether your code reached +49 ••• 0002. That is our fault, not yours.

    If it comes, it carries the words ‹two words›: please type its 6 digits here within 10 minutes. If it does not come, ask for a new one.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    scene.restarts_bot().await;
    comes_in_by_sms(&scene, &ben).await;
    assert_eq!((scene.world.twilio.sms_count(), scene.world.twilio.calls()), (1, 1));
    scene.ends().await;
}

#[tokio::test]
async fn who_hangs_before_the_mail_is_tried_again_and_after_it_is_not() {
    let scene = Scene::with(giving_up_after(Duration::from_secs(3))).await;
    scene.world.smtp.fails_next(Verb::Ehlo, smtp::Fault::Hang);
    let (nora, said) = wants_a_mail(&scene, "Nora").await;
    assert!(said.to_string().contains("Our mail service is not answering"), "{said}");
    comes_in_by_mail(&scene, &nora).await;
    scene.world.smtp.fails_next(Verb::Body, smtp::Fault::Hang);
    let (_, said) = wants_a_mail(&scene, "Ben").await;
    assert!(said.to_string().contains("Our mail service broke off"), "{said}");
    scene.world.twilio.fails_next(Call::Message, twilio::Fault::Hang);
    let (_, said) = wants_an_sms(&scene, "Cem").await;
    assert!(said.to_string().contains("Our SMS service broke off"), "{said}");
    assert_eq!((scene.world.smtp.mail_count(), scene.world.twilio.calls()), (1, 1));
    scene.ends().await;
}

// Set up otherwise.

#[tokio::test]
async fn one_connection_serves_many_mails() {
    let scene = Scene::start().await;
    for name in ["Nora", "Ben", "Cem"] {
        let (person, _) = wants_a_mail(&scene, name).await;
        comes_in_by_mail(&scene, &person).await;
    }
    assert_eq!(scene.world.smtp.connections(), 1);
    // The server closes it while it is idle: nobody notices.
    scene.world.smtp.hangs_up_on_idle();
    let (dora, said) = wants_a_mail(&scene, "Dora").await;
    assert!(said.to_string().contains("I have sent your code"), "{said}");
    comes_in_by_mail(&scene, &dora).await;
    assert_eq!((scene.world.smtp.connections(), scene.world.smtp.mail_count()), (2, 4));
    scene.ends().await;
}

#[tokio::test]
async fn mail_goes_by_starttls_with_a_login() {
    let mut scene = Scene::without_bot(World::start().await, &Setup::default());
    let ports = scene.world.smtp.ports();
    scene.world.smtp.wants_login("gate", "open up");
    scene.changes_config(
        &format!("port = {}\nsecurity = \"tls\"", ports.tls),
        &format!(
            "port = {}\nsecurity = \"starttls\"\nusername = \"gate\"\npassword = \"open up\"",
            ports.starttls
        ),
    );
    scene.starts_bot().await;
    let (nora, _) = wants_a_mail(&scene, "Nora").await;
    let mail = scene.world.mail_for(&nora.email()).await;
    assert!(mail.encrypted, "in clear text");
    assert_eq!(mail.login.as_deref(), Some("gate"));
    nora.types(mail.code(6));
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn sms_go_by_an_api_key_and_a_messaging_service() {
    let mut scene = Scene::without_bot(World::start().await, &Setup::default());
    let account = scene.world.twilio.account().clone();
    let service = "MG0000000000000000000000000000c0de";
    scene.changes_config(
        &format!("auth_token = \"{}\"", account.auth_token),
        &format!(
            "api_key_sid = \"{}\"\napi_key_secret = \"{}\"",
            account.key_sid, account.key_secret
        ),
    );
    scene.changes_config(
        "from = \"+4915112345678\"",
        &format!("messaging_service_sid = \"{service}\""),
    );
    scene.starts_bot().await;
    let (ben, _) = wants_an_sms(&scene, "Ben").await;
    let sms = scene.world.sms_for(&ben.phone()).await;
    assert_eq!(sms.from, service);
    ben.types(sms.code(6));
    ben.reads().await;
    assert!(ben.is_member());
    scene.ends().await;
}
