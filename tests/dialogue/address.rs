//! The address: which way the code travels, and where to.

use countersign::sandbox::{Lines, Person};
use insta::assert_snapshot;

use crate::scene::{PASSWORD, Scene, Setup, steady};

/// Somebody who has been asked for a phone number.
async fn asked_for_a_number(scene: &Scene, name: &str) -> (Person, Lines) {
    let person = scene.past_the_password(name).await;
    person.presses("By SMS");
    let lines = person.reads().await;
    (person, lines)
}

async fn only(channels: &'static str) -> Scene {
    Scene::with(Setup { channels, ..Setup::default() }).await
}

#[tokio::test]
async fn the_way_can_be_changed_until_an_address_is_given() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    nora.presses("By e-mail");
    nora.reads().await;
    nora.presses("By SMS");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Please type the mobile number that I may send your code to, beginning with the country code, for example +49 151 23456789. Or share your own number with the button below. It has to begin with +49. If you would rather have a mail, type your e-mail address instead.
    keyboard: [📱 Share my phone number]
    ");
    nora.types("nora@example.org");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Thank you.
    ---
    Rust Berlin

    Shall I send the code by e-mail to this address?

    nora@example.org

    Please look closely, then press the button.
    [Send the code]
    [Other address] [Cancel]
    ");
    nora.presses("Other address");
    assert_snapshot!(nora.reads().await, @r"
    (edited) Rust Berlin

    Understood: I am not sending anything there.
    ---
    Rust Berlin

    Thank you. How may I send you your code?
    [✉️ By e-mail]
    [💬 By SMS]
    [Cancel]
    ");
    nora.presses("By SMS");
    nora.reads().await;
    nora.types(&nora.phone());
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Thank you.
    ---
    Rust Berlin

    Shall I send the code by SMS to this number?

    +4915112000002

    Please look closely, then press the button.
    [Send the code]
    [Other address] [Cancel]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn with_email_alone_there_is_no_question() {
    let scene = only(r#"["email"]"#).await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join();
    nora.reads().await;
    nora.types(PASSWORD);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Please type the e-mail address that I may send your code to.
    [Cancel]
    ");
    // A number is no answer where there is no SMS.
    nora.types("+49 151 23456789");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I cannot read that as an e-mail address. It should look like name@example.org. Please type it once more; this costs you no try.
    ");
    scene.ends().await;
}

#[tokio::test]
async fn with_sms_alone_there_is_no_question() {
    let scene = only(r#"["sms"]"#).await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join();
    nora.reads().await;
    nora.types(PASSWORD);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Please type the mobile number that I may send your code to, beginning with the country code, for example +49 151 23456789. Or share your own number with the button below. It has to begin with +49.
    keyboard: [📱 Share my phone number]
    ");
    nora.types("nora@example.org");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I cannot read that as a phone number. Please type it with its country code, for example +49 151 23456789; this costs you no try. It has to begin with +49.
    ");
    nora.types(&nora.phone());
    nora.reads().await;
    nora.presses("Other address");
    assert_snapshot!(nora.reads().await, @r"
    (edited) Rust Berlin

    Understood: I am not sending anything there.
    ---
    Rust Berlin

    Please type the mobile number that I may send your code to, beginning with the country code, for example +49 151 23456789. Or share your own number with the button below. It has to begin with +49.
    keyboard: [📱 Share my phone number]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn a_number_may_be_typed_in_many_ways() {
    let scene = only(r#"["sms"]"#).await;
    let nora = scene.past_the_password("Nora").await;
    for typed in [
        "+4915123456789",
        "49 151 23456789",
        "0049 151 23456789",
        "0049-151-23456789",
        "+49-151-23456789",
        "+49 (0)151/23456789",
        "٤٩ ١٥١ ٢٣٤٥٦٧٨٩",
    ] {
        let message = nora.types(typed);
        let lines = nora.reads().await;
        let confirm = lines.last().expect("an answer");
        assert!(confirm.text().contains("\n+4915123456789\n"), "{typed}: {lines}");
        assert!(!nora.sees_message(message), "{typed} stays in the chat");
        nora.presses("Other address");
        nora.reads().await;
    }
    scene.ends().await;
}

#[tokio::test]
async fn ones_own_number_can_be_shared_and_the_keyboard_goes() {
    let scene = Scene::start().await;
    let (nora, _) = asked_for_a_number(&scene, "Nora").await;
    let ben = scene.world.person("Ben");
    nora.shares_contact_of(&ben);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I can take only your own number, and only from yourself: please type it with its country code, or share it with the button that I offer for that.
    ");
    let card = nora.shares_contact();
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Thank you.
    ---
    Rust Berlin

    Shall I send the code by SMS to this number?

    +4915112000002

    Please look closely, then press the button.
    [Send the code]
    [Other address] [Cancel]
    ");
    assert!(!nora.sees_message(card), "the number is still to be seen");
    nora.presses("Send the code");
    nora.reads().await;
    let sms = scene.world.sms_for(&nora.phone()).await;
    nora.types(sms.code(6));
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn the_keyboard_goes_with_the_dialogue() {
    let scene = Scene::start().await;
    let (nora, asked) = asked_for_a_number(&scene, "Nora").await;
    assert!(asked.to_string().contains("keyboard: [📱 Share my phone number]"), "{asked}");
    nora.types("/cancel");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    All right, I have stopped. Whenever you like: ask to join again, or send me /start.
    ");
    assert!(!nora.sees_keyboard(), "the keyboard is still up");
    scene.ends().await;
}

#[tokio::test]
async fn what_cannot_be_read_gets_an_example_and_costs_nothing() {
    let scene = Scene::start().await;
    let (nora, _) = asked_for_a_number(&scene, "Nora").await;
    nora.types("0151 23456789");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I cannot read that as a phone number. Please type it with its country code, for example +49 151 23456789; this costs you no try. It has to begin with +49.
    ");
    nora.types("call me");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I cannot read that as a phone number. Please type it with its country code, for example +49 151 23456789; this costs you no try. It has to begin with +49.
    ");
    nora.types("+44 7400 123456");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I may send text messages only to numbers that begin with +49. Please type another number; this costs you no try.
    ");
    nora.types("+49 30 901820");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    That number cannot receive text messages: it is a landline or a service number. Please give me a mobile number; this costs you no try.
    ");
    nora.types("nora@example");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I cannot read that as an e-mail address. It should look like name@example.org. Please type it once more; this costs you no try.
    ");
    // None of it was a wrong try.
    nora.types("nora@example.org");
    nora.reads().await;
    nora.presses("Send the code");
    nora.reads().await;
    let mail = scene.world.mail_for("nora@example.org").await;
    nora.types(other_than(mail.code(6)));
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    That is not the code. You have 2 tries left.
    ");
    scene.ends().await;
}

fn other_than(code: &str) -> &'static str {
    if code == "111111" { "222222" } else { "111111" }
}

#[tokio::test]
async fn allowed_domains_are_said_before_and_kept_to_after() {
    let gate = r#"allowed_email_domains = ["@example.org", "@*.example.net"]"#;
    let scene = Scene::with(Setup { gate, ..Setup::default() }).await;
    let nora = scene.past_the_password("Nora").await;
    nora.presses("By e-mail");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Please type the e-mail address that I may send your code to. It has to end in one of these: @example.org, .example.net.
    [💬 By SMS]
    [Cancel]
    ");
    for refused in ["nora@example.com", "nora@sub.example.org", "nora@example.net"] {
        nora.types(refused);
        let answer = nora.reads().await;
        assert!(answer.to_string().contains("takes only addresses"), "{refused}: {answer}");
    }
    nora.types("nora@example.org.example.com");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    This group takes only addresses that end in one of these: @example.org, .example.net. Please type another one; this costs you no try.
    ");
    nora.types("Nora@Lab.Example.NET");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Shall I send the code by e-mail to this address?

    Nora@lab.example.net

    Please look closely, then press the button.
    [Send the code]
    [Other address] [Cancel]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn an_address_may_be_typed_instead_of_choosing() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    nora.types("nora@example.org");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Shall I send the code by e-mail to this address?

    nora@example.org

    Please look closely, then press the button.
    [Send the code]
    [Other address] [Cancel]
    ");
    let ben = scene.past_the_password("Ben").await;
    ben.types("+49 151 23456789");
    assert_snapshot!(ben.reads().await, @r"
    Rust Berlin

    Shall I send the code by SMS to this number?

    +4915123456789

    Please look closely, then press the button.
    [Send the code]
    [Other address] [Cancel]
    ");
    let cem = scene.past_the_password("Cem").await;
    cem.types("by pigeon, please");
    assert_snapshot!(cem.reads().await, @r"
    Rust Berlin

    Thank you. How may I send you your code?
    [✉️ By e-mail]
    [💬 By SMS]
    [Cancel]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn the_full_address_is_shown_until_send_and_never_after() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    nora.presses("By e-mail");
    nora.reads().await;
    nora.types("nroa@example.org");
    nora.reads().await;
    nora.presses("Other address");
    assert_snapshot!(nora.reads().await, @r"
    (edited) Rust Berlin

    Understood: I am not sending anything there.
    ---
    Rust Berlin

    Thank you. How may I send you your code?
    [✉️ By e-mail]
    [💬 By SMS]
    [Cancel]
    ");
    nora.types("nora@example.org");
    nora.reads().await;
    assert!(nora.chat_transcript().contains("nora@example.org"));
    nora.presses("Send the code");
    nora.reads().await;
    assert_snapshot!(steady(&nora.chat_transcript()), @r"
    bot: Rust Berlin

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    bot: Rust Berlin

    Thank you. How may I send you your code?
    bot: Rust Berlin

    Please type the e-mail address that I may send your code to.
    bot: Rust Berlin

    Understood: I am not sending anything there.
    bot: Rust Berlin

    Thank you. How may I send you your code?
    bot: Rust Berlin

    You have asked for a code to n•••a@example.org.
    bot: Rust Berlin

    I have sent your code by e-mail to n•••a@example.org, unless its owner wants no codes from me. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. If nothing comes, please look into the spam folder too.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    scene.world.mail_for("nora@example.org").await;
    scene.ends().await;
}

#[tokio::test]
async fn however_the_confirmation_is_left_the_full_address_goes() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    nora.types("nroa@example.org");
    nora.reads().await;
    // Another one is typed instead of pressing a button.
    nora.types("nora@example.org");
    assert_snapshot!(nora.reads().await, @r"
    (edited) Rust Berlin

    Understood: I am not sending anything there.
    ---
    Rust Berlin

    Shall I send the code by e-mail to this address?

    nora@example.org

    Please look closely, then press the button.
    [Send the code]
    [Other address] [Cancel]
    ");
    assert!(!nora.chat_transcript().contains("nroa@example.org"));
    nora.types("/start");
    nora.reads().await;
    assert!(!nora.chat_transcript().contains("nora@example.org"));
    nora.types("nora@example.org");
    nora.reads().await;
    nora.presses("Cancel");
    assert_snapshot!(nora.reads().await, @r"
    (edited) Rust Berlin

    Understood: I am not sending anything there.
    ---
    Rust Berlin

    All right, I have stopped. Whenever you like: ask to join again, or send me /start.
    ");
    assert!(!nora.chat_transcript().contains("nora@example.org"));
    scene.ends().await;
}
