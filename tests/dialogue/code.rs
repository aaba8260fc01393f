//! The code: sent, typed, sent again.

use std::sync::Arc;
use std::time::Duration;

use countersign::sandbox::smtp::Mail;
use countersign::sandbox::twilio::Sms;
use countersign::sandbox::{Lines, Person};
use insta::assert_snapshot;

use crate::scene::{Scene, Setup, steady};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn with_limits(limits: &'static str) -> Scene {
    Scene::with(Setup { limits, ..Setup::default() }).await
}

/// Gives an address and presses Send; what is read after that.
async fn has_code_sent_to(person: &Person, address: &str) -> Lines {
    person.types(address);
    person.reads().await;
    person.presses("Send the code");
    person.reads().await
}

/// Asks for one more code by e-mail, which must come.
async fn has_another_sent(scene: &Scene, person: &Person) -> Arc<Mail> {
    person.presses("Resend");
    person.reads().await;
    scene.world.mail_for(&person.email()).await
}

/// Somebody to whom a first code has just been sent by SMS.
async fn with_an_sms(scene: &Scene, name: &str) -> (Person, Arc<Sms>) {
    let person = scene.past_the_password(name).await;
    has_code_sent_to(&person, &person.phone()).await;
    let sms = scene.world.sms_for(&person.phone()).await;
    (person, sms)
}

/// The two words in what the chat says.
fn phrase_in(lines: &Lines) -> String {
    let text = lines.to_string();
    let (_, after) = text.split_once("this chat: ").expect("the chat's two words");
    after.split('.').next().unwrap_or_default().to_owned()
}

/// A code that is none of these.
fn none_of(codes: &[&str]) -> &'static str {
    let candidates = ["111111", "222222", "333333", "444444", "555555"];
    candidates.into_iter().find(|code| !codes.contains(code)).expect("few codes")
}

async fn guesses_wrong(person: &Person, wrong: &str, times: usize) -> Lines {
    for _ in 1..times {
        person.types(wrong);
        person.reads().await;
    }
    person.types(wrong);
    person.reads().await
}

#[tokio::test]
async fn ben_comes_in_by_sms() {
    let scene = Scene::start().await;
    let ben = scene.past_the_password("Ben").await;
    ben.presses("By SMS");
    ben.reads().await;
    let said = has_code_sent_to(&ben, "+49 151 23456789").await;
    assert_snapshot!(steady(&said), @r"
    (edited) Rust Berlin

    I am sending a code to +49 ••• 6789.
    ---
    Rust Berlin

    I have sent your code by SMS to +49 ••• 6789. The message carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    let sms = scene.world.sms_for("+4915123456789").await;
    let code = sms.code(6).to_owned();
    let phrase = phrase_in(&said);
    let body = sms.body.replace(&code, "‹code›").replace(&phrase, "‹two words›");
    assert_snapshot!(body, @"Code ‹code› for Rust Berlin. Same words as in the chat: ‹two words›. Valid for 10 minutes. Type it only in that chat.");
    assert_eq!((sms.segments(), sms.septets().is_some()), (1, true), "{}", sms.body);
    assert_eq!((sms.from.as_str(), sms.validity_s), ("+4915112345678", 600));
    let typed = ben.types(&code);
    assert_snapshot!(ben.reads().await, @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    assert!(ben.is_member() && !ben.sees_message(typed));
    scene.ends().await;
}

#[tokio::test]
async fn the_mail_is_complete() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    let phrase = phrase_in(&has_code_sent_to(&nora, "nora@example.org").await);
    let mail = scene.world.mail_for("nora@example.org").await;
    let code = mail.code(6).to_owned();
    let [link] = mail.links()[..] else { panic!("one link, in:\n{}", mail.text) };
    let hidden = |text: &str| {
        let text = text.replace(link, "‹link›").replace(&code, "‹code›");
        text.replace(&phrase, "‹two words›")
    };
    assert_snapshot!(mail.subject, @"Your code for Rust Berlin");
    assert_snapshot!(hidden(&mail.text), @r"
    Hello,

    here is your code for the Telegram group “Rust Berlin”:

        ‹code›

    The chat with the bot shows the same two words: ‹two words›. If it shows others, this code is not meant for you.

    Please type the code in the chat with @demo_gate_bot on Telegram. It is valid for 10 minutes.

    Or open this link on the device where you use Telegram. It works for you alone:
    ‹link›

    If it was not you who asked for this code, please ignore this mail: nothing happens without the code.

    We never ask for the login code of your Telegram account.
    ");
    for part in [code.as_str(), &phrase, link, "Rust Berlin"] {
        assert!(mail.html.contains(part), "{part} is not in the HTML:\n{}", mail.html);
    }
    assert!(!mail.html.contains("src="), "something is loaded from elsewhere:\n{}", mail.html);
    let start = format!("https://t.me/{}?start=", scene.world.bot_username());
    assert!(link.starts_with(&start), "{link}");
    let header = |name: &str| mail.header(name).unwrap_or_default();
    assert_eq!(mail.from, "Gate <gate@example.org>");
    assert_eq!((mail.sender.as_str(), header("To")), ("gate@example.org", "nora@example.org"));
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert!(header("Message-ID").ends_with("@example.org>"), "{}", header("Message-ID"));
    assert!(header("Content-Type").starts_with("multipart/alternative"));
    let date = mail_parser::DateTime::parse_rfc822(header("Date")).expect("a date");
    assert!((date.to_timestamp() * 1000 - mail.at_ms).abs() < 60_000, "{}", header("Date"));
    assert!(mail.encrypted, "the mail came in clear text");
    scene.ends().await;
}

#[tokio::test]
async fn a_code_may_be_typed_in_many_ways() {
    let scene = Scene::start().await;
    let script = |code: &str, zero: char| -> String {
        let zero = zero as u32;
        code.bytes().filter_map(|b| char::from_u32(zero + u32::from(b - b'0'))).collect()
    };
    let spellings: [fn(&str) -> String; 5] = [
        |code| format!("{} {}", &code[..3], &code[3..]),
        |code| format!("{}-{}-{}", &code[..2], &code[2..4], &code[4..]),
        |code| format!("\u{200b}{}\u{a0}{} ", &code[..3], &code[3..]),
        |code| format!("Code {code} for Rust Berlin. Valid for 10 minutes."),
        |code| format!("it says {code}, is that right?"),
    ];
    let spelled = spellings.into_iter().map(|spell| Box::new(spell) as Box<dyn Fn(&str) -> String>);
    let scripts = ['\u{ff10}', '\u{660}', '\u{6f0}', '\u{966}'];
    let in_scripts = scripts
        .into_iter()
        .map(|zero| Box::new(move |code: &str| script(code, zero)) as Box<dyn Fn(&str) -> String>);
    for (number, spell) in spelled.chain(in_scripts).enumerate() {
        let (person, code) = scene.with_a_code(&format!("Applicant{number}")).await;
        let typed = person.types(&spell(&code));
        person.reads().await;
        assert!(person.is_member(), "{:?} is not read", spell(&code));
        assert!(!person.sees_message(typed), "{:?} stays in the chat", spell(&code));
    }
    scene.ends().await;
}

#[tokio::test]
async fn what_is_no_code_costs_nothing() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    nora.types("1234");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I am waiting for your code: 6 digits in one message. This costs you no try.
    ");
    for typed in ["1234567", "where is it?", &format!("{code} or 111111?"), "…", "0"] {
        nora.types(typed);
        let answer = nora.reads().await;
        assert!(answer.to_string().contains("I am waiting for your code"), "{typed}: {answer}");
    }
    nora.types(none_of(&[&code]));
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    That is not the code. You have 2 tries left.
    ");
    scene.ends().await;
}

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

    I have sent code 2 by e-mail to n•••a@example.org. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. Earlier codes no longer count. If nothing comes, please look into the spam folder too.
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
async fn an_expired_code_offers_a_new_one() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    scene.passes(10 * MINUTE);
    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Your code is too old by now; this costs you no try. Shall I send you a new one?
    [Send a new code]
    [Other address] [Cancel]
    ");
    nora.presses("Send a new code");
    nora.reads().await;
    let mail = scene.world.mail_for(&nora.email()).await;
    scene.passes(10 * MINUTE - SECOND);
    nora.types(mail.code(6));
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn codes_may_be_shorter_or_longer() {
    for (limits, digits) in [("code_length = 4", 4), ("code_length = 8", 8)] {
        let scene = with_limits(limits).await;
        let nora = scene.past_the_password("Nora").await;
        let said = has_code_sent_to(&nora, &nora.email()).await;
        assert!(said.to_string().contains(&format!("type the {digits} digits")), "{said}");
        let mail = scene.world.mail_for(&nora.email()).await;
        nora.types("123456");
        let answer = nora.reads().await;
        assert!(
            answer.to_string().contains(&format!("{digits} digits in one message")),
            "{answer}"
        );
        nora.types(mail.code(digits));
        nora.reads().await;
        assert!(nora.is_member());
        scene.ends().await;
    }
}

#[tokio::test]
async fn leading_zeros_are_part_of_the_code() {
    let limits =
        "code_length = 4\nresend_waits = [\"1s\"]\nsends_per_day = 500\nsends_per_address = 500";
    let scene = with_limits(limits).await;
    let nora = scene.past_the_password("Nora").await;
    has_code_sent_to(&nora, &nora.email()).await;
    let mut code = scene.world.mail_for(&nora.email()).await.code(4).to_owned();
    while !code.starts_with('0') {
        scene.passes(SECOND);
        code = has_another_sent(&scene, &nora).await.code(4).to_owned();
    }
    nora.types(&code[1..]);
    let answer = nora.reads().await;
    assert!(answer.to_string().contains("4 digits in one message"), "{answer}");
    nora.types(&code);
    nora.reads().await;
    assert!(nora.is_member());
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

    I have sent code 2 by e-mail to n•••a@example.org. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. Earlier codes no longer count. If nothing comes, please look into the spam folder too.
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
async fn an_sms_says_its_number_too() {
    let scene = Scene::start().await;
    let (ben, first) = with_an_sms(&scene, "Ben").await;
    assert!(!first.body.contains("This is code"), "{}", first.body);
    scene.passes(MINUTE);
    ben.presses("Resend");
    let phrase = phrase_in(&ben.reads().await);
    let sms = scene.world.sms_for(&ben.phone()).await;
    let body = sms.body.replace(sms.code(6), "‹code›").replace(&phrase, "‹two words›");
    assert_snapshot!(body, @"Code ‹code› for Rust Berlin. This is code 2. Same words as in the chat: ‹two words›. Valid for 10 minutes. Type it only in that chat.");
    assert_eq!(sms.segments(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn a_late_first_code_costs_nothing() {
    let scene = Scene::start().await;
    let (nora, first) = scene.with_a_code("Nora").await;
    scene.passes(MINUTE);
    let second = has_another_sent(&scene, &nora).await.code(6).to_owned();
    nora.types(&first);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    That was code 1. I have sent code 2 since: please type that one. This costs you no try.
    ");
    nora.types(none_of(&[&first, &second]));
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    That is not the code. You have 2 tries left.
    ");
    nora.types(&second);
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn the_same_address_again_is_a_question() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    nora.presses("Other address");
    nora.reads().await;
    nora.presses("By e-mail");
    nora.reads().await;
    nora.types("Nora+gate@EXAMPLE.org");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I have sent a code to n•••a@example.org already, and it is still valid. Shall I send a new one, or do you keep that one?
    [Send a new code]
    [Keep that code]
    [Other address] [Cancel]
    ");
    nora.presses("Keep that code");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    All right: your code is still valid. Please type it here.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    nora.types("nora@example.org");
    nora.reads().await;
    nora.presses("Send a new code");
    assert_snapshot!(nora.reads().await, @"(alert) I can send you a new code in 60 seconds.");
    scene.passes(MINUTE);
    nora.presses("Send a new code");
    assert_snapshot!(steady(&nora.reads().await), @r"
    Rust Berlin

    I have sent code 2 by e-mail to n•••a@example.org. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. Earlier codes no longer count. If nothing comes, please look into the spam folder too.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    let mail = scene.world.mail_for("nora@example.org").await;
    nora.types(&code);
    nora.reads().await;
    nora.types(mail.code(6));
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn a_kept_code_opens() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    nora.types("nora@example.org");
    nora.reads().await;
    nora.presses("Keep that code");
    nora.reads().await;
    nora.types(&code);
    nora.reads().await;
    assert!(nora.is_member());
    assert_eq!(scene.world.smtp.mail_count(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn a_code_still_opens_while_another_address_is_asked_for() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    nora.presses("Other address");
    nora.reads().await;
    nora.presses("By SMS");
    nora.reads().await;
    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    assert!(nora.is_member() && !nora.sees_keyboard());
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
    assert_snapshot!(steady(&nora.reads().await), @r"
    (edited) Rust Berlin

    I am sending a code to n•••a@example.org.
    ---
    (toast) This button has done its work already.
    ---
    Rust Berlin

    I have sent your code by e-mail to n•••a@example.org. The mail carries the same two words as this chat: ‹two words›.

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
    assert_snapshot!(nora.reads().await, @"(alert) I have sent you as many codes as I may in one day. Please come back tomorrow.");
    // Nor does beginning again help.
    nora.types("/cancel");
    nora.reads().await;
    nora.requests_to_join();
    nora.reads().await;
    nora.types(crate::scene::PASSWORD);
    nora.reads().await;
    assert_snapshot!(has_code_sent_to(&nora, "nora@example.com").await, @"(alert) I have sent you as many codes as I may in one day. Please come back tomorrow.");
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
    assert_snapshot!(has_code_sent_to(&cem, "victim@example.org").await, @"(alert) This address has been sent as many codes today as its owner should have to put up with. Please give me another address, or come back tomorrow.");
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
    assert_snapshot!(has_code_sent_to(&cem, &cem.phone()).await, @"(alert) I have sent as many text messages to that country today as I may. That is not your fault. Please choose another way, or come back tomorrow.");
    assert_eq!(scene.world.twilio.sms_count(), 2);
    // The other way is open.
    cem.presses("Other address");
    cem.reads().await;
    has_code_sent_to(&cem, &cem.email()).await;
    scene.world.mail_for(&cem.email()).await;
    scene.ends().await;
}

#[tokio::test]
async fn the_tap_link_opens_once_and_for_its_user_only() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    has_code_sent_to(&nora, "nora@example.org").await;
    let mail = scene.world.mail_for("nora@example.org").await;
    let link = mail.links()[0];
    let eve = scene.past_the_password("Eve").await;
    eve.opens(link);
    assert_snapshot!(eve.reads().await, @r"
    Rust Berlin

    This link belongs to somebody else’s code, or to one that no longer counts. It does nothing here, and it costs you no try.
    ");
    assert!(!eve.is_member());
    nora.opens(link);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    assert!(nora.is_member());
    nora.opens(link);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    You have passed already. There is nothing left to do.
    ");
    scene.ends().await;
}

#[tokio::test]
async fn an_old_tap_link_says_so() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    has_code_sent_to(&nora, "nora@example.org").await;
    let first = scene.world.mail_for("nora@example.org").await;
    scene.passes(MINUTE);
    let second = has_another_sent(&scene, &nora).await;
    nora.opens(first.links()[0]);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    That was code 1. I have sent code 2 since: please type that one. This costs you no try.
    ");
    scene.passes(10 * MINUTE);
    nora.opens(second.links()[0]);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Code 2 is too old by now; this costs you no try. Shall I send you a new one?
    [Send a new code]
    [Other address] [Cancel]
    ");
    assert!(!nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn no_tap_link_gets_around_a_lock() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    has_code_sent_to(&nora, "nora@example.org").await;
    let mail = scene.world.mail_for("nora@example.org").await;
    guesses_wrong(&nora, none_of(&[mail.code(6)]), 3).await;
    scene.passes(MINUTE);
    nora.opens(mail.links()[0]);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries, so the door stays closed for now. You can try again in 4 minutes.

    Nothing that you send until then counts against you.
    ");
    scene.passes(4 * MINUTE);
    nora.opens(mail.links()[0]);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Shall I send a new code to n•••a@example.org?
    [Send a new code]
    [Other address] [Cancel]
    ");
    assert!(!nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn a_link_of_an_earlier_dialogue_opens_no_later_one() {
    let mut scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    has_code_sent_to(&nora, "nora@example.org").await;
    let mail = scene.world.mail_for("nora@example.org").await;
    nora.opens(mail.links()[0]);
    nora.reads().await;
    nora.leaves();
    // Nothing is left of her, and she comes back with an address that is not her own.
    scene.passes(3 * DAY);
    scene.restarts_bot().await;
    nora.requests_to_join();
    nora.reads().await;
    nora.types(crate::scene::PASSWORD);
    nora.reads().await;
    has_code_sent_to(&nora, "boss@example.org").await;
    scene.world.mail_for("boss@example.org").await;
    nora.opens(mail.links()[0]);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    This link belongs to somebody else’s code, or to one that no longer counts. It does nothing here, and it costs you no try.
    ");
    assert!(!nora.is_member());
    scene.ends().await;
}
