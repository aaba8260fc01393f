//! The code: sent, typed, sent again.

use insta::assert_snapshot;

use super::steps::*;
use crate::scene::{Scene, steady};

#[tokio::test]
async fn ben_comes_in_by_sms() {
    let scene = Scene::start().await;
    let ben = scene.past_the_password("Ben").await;
    ben.presses("By SMS");
    ben.reads().await;
    let said = has_code_sent_to(&ben, "+49 151 23456789").await;
    assert_snapshot!(steady(&said), @r"
    (edited) Rust Berlin

    You have asked for a code to +49 ••• 6789.
    ---
    Rust Berlin

    I have sent your code by SMS to +49 ••• 6789, unless its owner wants no codes from me. The message carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    let sms = scene.world.sms_for("+4915123456789").await;
    let code = sms.code(6).to_owned();
    let phrase = phrase_in(&said);
    let body = sms.body.replace(&code, "‹code›").replace(&phrase, "‹two words›");
    assert_snapshot!(body, @"Code ‹code› for Rust Berlin. In the chat: ‹two words›. Valid 10 minutes. Type it only there. Not you? Ignore it; STOP ends it.");
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
    let [link, no_more] = mail.links()[..] else { panic!("two links, in:\n{}", mail.text) };
    let hidden = |text: &str| {
        let text = text.replace(link, "‹link›").replace(no_more, "‹no more codes›");
        let text = text.replace(&code, "‹code›");
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

    If you never want a code from us at this address again, whoever asks for one, open this link and press the button:
    ‹no more codes›
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
async fn an_sms_says_its_number_too() {
    let scene = Scene::start().await;
    let (ben, first) = with_an_sms(&scene, "Ben").await;
    assert!(!first.body.contains("This is code"), "{}", first.body);
    scene.passes(MINUTE);
    ben.presses("Resend");
    let phrase = phrase_in(&ben.reads().await);
    let sms = scene.world.sms_for(&ben.phone()).await;
    let body = sms.body.replace(sms.code(6), "‹code›").replace(&phrase, "‹two words›");
    assert_snapshot!(body, @"Code 2: ‹code› for Rust Berlin. In the chat: ‹two words›. Valid 10 minutes. Type it only there. Not you? Ignore it; STOP ends it.");
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

    That was code 1. Code 2 has taken its place: please type that one. This costs you no try.
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

    Your code to n•••a@example.org is still valid. Shall I send a new one, or do you keep that one?
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

    I have sent code 2 by e-mail to n•••a@example.org, unless its owner wants no codes from me. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. Earlier codes no longer count. If nothing comes, please look into the spam folder too. If you once asked me to stop sending codes there, none comes: please use another address or ask an admin of the group.
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
async fn a_code_to_another_address_replaces_the_first() {
    let scene = Scene::start().await;
    let (nora, first) = scene.with_a_code("Nora").await;
    scene.passes(MINUTE);
    nora.presses("Other address");
    nora.reads().await;
    let said = has_code_sent_to(&nora, "nora@example.com").await;
    assert!(
        said.to_string().contains("I have sent code 2 by e-mail to n•••a@example.com"),
        "{said}"
    );
    let mail = scene.world.mail_for("nora@example.com").await;
    nora.types(&first);
    let answer = nora.reads().await;
    assert!(answer.to_string().contains("That was code 1. Code 2 has taken its place"), "{answer}");
    nora.types(mail.code(6));
    nora.reads().await;
    assert!(nora.is_member());
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
