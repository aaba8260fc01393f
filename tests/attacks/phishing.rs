//! Somebody poses as this bot, as Telegram, or as an applicant. That a one-tap link opens once, for
//! its user, while its code lives, is in `dialogue/tap_link.rs`.

use countersign::config;
use countersign::engine::world::SystemRandom;
use countersign::sandbox::{Kind, Person};
use countersign::verification::code::looks_like_login_code;
use insta::assert_snapshot;
use serde_json::json;

use crate::dialogue::steps::{has_code_sent_to, phrase_in};
use crate::scene::{PASSWORD, Scene, Setup, hears};

async fn asks_for_safety(person: &Person) -> String {
    person.types("/safety");
    person.reads().await.to_string()
}

#[tokio::test]
async fn safety_says_where_one_is_what_is_asked_and_how_to_know_this_bot() {
    let (scene, groups) = Scene::with_gates(Setup::default(), &[("Chess <Club>", false)]).await;
    let nora = scene.world.person("Nora");
    let strangers = asks_for_safety(&nora).await;
    assert_snapshot!(strangers, @r"
    What I ask for: the group’s password, one e-mail address or phone number, and the code that I sent there. I remove each from this chat as soon as I have read it.

    What I never ask for: the login code of your Telegram account (five digits, sent by Telegram itself), your Telegram password, money, or an app to install. Whoever asks for these is after your account.

    How you know that a code is mine: the mail or SMS carries the same two words as this chat and names the group.

    How you know that I am I: compare my @name at the top of this chat, letter by letter, with the one among the group’s administrators, or ask somebody who is in. I write to you only after you asked to join or pressed Start, and I never send you on to another bot or to a web page.
    ");

    nora.requests_to_join();
    nora.reads().await;
    nora.requests_to_join_group(&groups[0]);
    nora.reads().await;
    let hers = asks_for_safety(&nora).await;
    let (_, where_she_is) = hers.split_once("Where you are: ").expect("where she is");
    assert_snapshot!(where_she_is, @"before the doors of Chess <Club>, Rust Berlin. I ask, check, and open; everything else is the business of the group’s admins.");

    let olaf = scene.world.person("Olaf").speaks("de");
    olaf.requests_to_join();
    olaf.reads().await;
    assert_snapshot!(asks_for_safety(&olaf).await, @r"
    Rust Berlin

    Wonach ich frage: nach dem Passwort der Gruppe, einer E-Mail-Adresse oder Telefonnummer und dem Code, den ich dorthin geschickt habe. Alles davon entferne ich aus diesem Chat, sobald ich es gelesen habe.

    Wonach ich nie frage: nach dem Anmeldecode deines Telegram-Kontos (fünf Ziffern, von Telegram selbst geschickt), nach deinem Telegram-Passwort, nach Geld oder danach, dass du eine App installierst. Wer so etwas verlangt, will dein Konto.

    Woran du meinen Code erkennst: In der Mail oder SMS stehen dieselben zwei Wörter wie in diesem Chat und der Name der Gruppe.

    Woran du mich erkennst: Vergleich meinen @Namen oben in diesem Chat Buchstabe für Buchstabe mit dem unter den Administratoren der Gruppe, oder frag jemanden, der schon drin ist. Ich schreibe dir erst, wenn du eine Beitrittsanfrage gestellt oder auf Starten gedrückt hast, und schicke dich nie zu einem anderen Bot oder auf eine Webseite weiter.

    Wo du bist: vor der Tür von Rust Berlin. Ich frage, prüfe und öffne; alles andere ist Sache der Admins der Gruppe.
    ");
    for person in [&nora, &olaf] {
        assert!(person.commands().iter().any(|command| command.starts_with("/safety: ")));
    }
    scene.ends().await;
}

#[tokio::test]
async fn safety_names_a_group_also_while_one_is_locked_out_and_none_once_one_is_in() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    for _ in 0..3 {
        nora.types("barley");
        nora.reads().await;
    }
    nora.types("/cancel");
    nora.reads().await;
    assert!(asks_for_safety(&nora).await.contains("before the door of Rust Berlin"));
    let (olaf, code) = scene.with_a_code("Olaf").await;
    olaf.types(&code);
    hears(&olaf, "Welcome!").await;
    assert!(!asks_for_safety(&olaf).await.contains("Where you are"));
    scene.ends().await;
}

/// Telegram's code as thieves have it sent, so that Telegram does not notice it.
const DISGUISED: [&str; 8] = [
    "mycode71835",
    "MYCODE 7 1 8 3 5",
    "code_71835",
    "otp 71835",
    "7a1a8a3a5",
    "7️⃣1️⃣8️⃣3️⃣5️⃣",
    "/start 71835",
    "/login 71835",
];

#[tokio::test]
async fn a_login_code_in_any_disguise_is_deleted_warned_about_and_neither_counted_nor_kept() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    let mut sent: Vec<i32> = DISGUISED.iter().map(|text| nora.types(text)).collect();
    let typed = nora.types("hello?");
    nora.edits(typed, "Login code: 71835");
    sent.push(typed);
    sent.push(nora.sends(&Kind::Captioned("Telegram code 71835".to_owned())));
    let lines = nora.reads().await;
    let warnings = lines.iter().filter(|line| line.text().contains("Stop, please")).count();
    assert_eq!(warnings, sent.len(), "{lines}");
    assert!(!sent.iter().any(|id| nora.sees_message(*id)), "one is still to be seen");
    let kept = scene.kept_bytes();
    assert!(!kept.windows(5).any(|bytes| bytes == b"71835"), "it is in the store");

    // "hello?" was a try, nothing else was.
    nora.types("/start");
    hears(&nora, "You have 2 tries").await;
    scene.ends().await;
}

#[tokio::test]
async fn a_login_code_on_a_contact_card_or_in_a_poll_is_one_too() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    let from = json!({"id": nora.id(), "is_bot": false, "first_name": "Nora"});
    let chat = json!({"id": nora.id(), "type": "private", "first_name": "Nora"});
    let poll = json!({
        "id": "1", "question": "Login code: 71835", "options": [], "total_voter_count": 0,
        "is_closed": false, "is_anonymous": true, "type": "regular", "allows_multiple_answers": false,
    });
    let card = json!({"first_name": "71835", "phone_number": "71835"});
    for (content, what) in [("poll", poll), ("contact", card)] {
        let mut message = json!({"message_id": 9_000, "date": 1, "chat": chat, "from": from});
        message[content] = what;
        scene.world.delivers("message", &message);
        hears(&nora, "Stop, please").await;
    }
    scene.ends().await;
}

#[tokio::test]
async fn no_code_of_ours_looks_like_one_of_telegrams() {
    for length in [4_u8, 6, 10] {
        let limits: &'static str = format!("code_length = {length}").leak();
        let scene = Scene::with(Setup { limits, ..Setup::default() }).await;
        let (nora, olaf) =
            (scene.past_the_password("Nora").await, scene.past_the_password("Olaf").await);
        has_code_sent_to(&nora, &nora.email()).await;
        has_code_sent_to(&olaf, &olaf.phone()).await;
        let mail = scene.world.mail_for(&nora.email()).await;
        let sms = scene.world.sms_for(&olaf.phone()).await;
        let code = mail.code(length.into());
        for said in [code, sms.code(length.into()), sms.body.as_str(), mail.text.as_str()] {
            assert!(!looks_like_login_code(said), "{said}");
        }
        nora.types(code);
        hears(&nora, "Welcome!").await;
        scene.ends().await;
    }
    // Five are refused before anything is sent.
    let scene = Scene::start().await;
    let path = scene.config_path();
    let text = std::fs::read_to_string(&path).expect("a file");
    std::fs::write(&path, text.replace("[limits]", "[limits]\ncode_length = 5")).expect("a file");
    let refused = config::load(Some(&path), std::iter::empty(), &mut SystemRandom);
    let why = refused.expect_err("five digits are taken").to_string();
    assert!(why.contains("limits.code_length"), "{why}");
    scene.ends().await;
}

#[tokio::test]
async fn chat_mail_and_sms_carry_the_same_two_words_and_the_group() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    let phrase = phrase_in(&has_code_sent_to(&nora, &nora.email()).await);
    let mail = scene.world.mail_for(&nora.email()).await;
    let olaf = scene.past_the_password("Olaf").await;
    let other = phrase_in(&has_code_sent_to(&olaf, &olaf.phone()).await);
    let sms = scene.world.sms_for(&olaf.phone()).await;
    assert_eq!(phrase.split(' ').count(), 2, "{phrase}");
    for said in [&mail.text, &mail.html] {
        assert!(said.contains(&phrase) && said.contains("Rust Berlin"), "{said}");
        assert!(said.contains("never ask for the login code"), "{said}");
    }
    assert!(sms.body.contains(&other) && sms.body.contains("Rust Berlin"), "{}", sms.body);
    scene.ends().await;
}

#[tokio::test]
async fn a_contact_card_counts_only_from_its_owner_and_unforwarded() {
    let scene = Scene::start().await;
    let olaf = scene.world.person("Olaf");
    let nora = scene.past_the_password("Nora").await;
    nora.presses("By SMS");
    nora.reads().await;
    nora.shares_contact_of(&olaf);
    hears(&nora, "I can take only your own number, and only from yourself").await;
    nora.forwards_contact_of(&nora);
    hears(&nora, "I can take only your own number, and only from yourself").await;
    assert!(!nora.buttons().iter().any(|label| label == "Send the code"));
    nora.shares_contact();
    hears(&nora, "Shall I send the code by SMS").await;
    assert_eq!(scene.world.twilio.sms_count(), 0);
    let _ = nora.takes_unread();
    scene.ends().await;
}

#[tokio::test]
async fn a_group_that_calls_itself_telegram_is_told_as_a_group_that_does() {
    let setup = Setup { channels: r#"["email", "sms"]"#, ..Setup::default() };
    for title in ["Telegram", "TeIegram – Оfficial Suрport", "T e l e g r a m"] {
        let (scene, groups) = Scene::with_gates(setup.clone(), &[(title, false)]).await;
        let nora = scene.world.person("Nora");
        nora.requests_to_join_group(&groups[0]);
        let posing = format!("a group that calls itself “{title}”");
        let asked = nora.reads().await.to_string();
        assert!(asked.starts_with(&posing), "{asked}");
        nora.types(PASSWORD);
        nora.reads().await;
        has_code_sent_to(&nora, &nora.email()).await;
        let mail = scene.world.mail_for(&nora.email()).await;
        assert_eq!(mail.subject, format!("Your code for {posing}"));
        assert!(mail.text.contains(&posing), "{}", mail.text);

        let olaf = scene.world.person("Olaf");
        olaf.requests_to_join_group(&groups[0]);
        olaf.reads().await;
        olaf.types(PASSWORD);
        olaf.reads().await;
        has_code_sent_to(&olaf, &olaf.phone()).await;
        let sms = scene.world.sms_for(&olaf.phone()).await;
        assert!(sms.body.contains("for a group that calls itself"), "{}", sms.body);
        scene.ends().await;
    }
}

#[tokio::test]
async fn an_sms_does_not_make_a_title_telegrams_by_leaving_letters_out() {
    // None of these letters can be said in an SMS.
    let title = "Teleグgram ржавый";
    let (scene, groups) = Scene::with_gates(Setup::default(), &[(title, false)]).await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&groups[0]);
    nora.reads().await;
    nora.types(PASSWORD);
    nora.reads().await;
    has_code_sent_to(&nora, &nora.phone()).await;
    let sms = scene.world.sms_for(&nora.phone()).await;
    assert!(sms.body.contains("for a group that calls itself \"Telegram\""), "{}", sms.body);
    scene.ends().await;
}
