//! Somebody tries out addresses to find out which of them are known here, and how.

use insta::assert_snapshot;

use crate::admins::staged::{Staged, proves};
use crate::dialogue::steps::*;
use crate::scene::{PASSWORD, Scene, Setup, steady};

/// What the bot calls when somebody tries out an address.
const CALLS: [&str; 5] = [
    "sendMessage",
    "deleteMessage",
    "editMessageText",
    "editMessageReplyMarkup",
    "answerCallbackQuery",
];

/// All that somebody can learn about an address without having it: every word of the bot, and how
/// often it called Telegram for that.
async fn tries_out(scene: &Scene, name: &str, way: &str, address: &str) -> (String, Vec<u64>) {
    let calls = || CALLS.map(|method| scene.world.telegram.calls(method)).to_vec();
    let before = calls();
    let person = scene.past_the_password(name).await;
    person.presses(way);
    person.reads().await;
    let mut heard = Vec::new();
    person.types(address);
    heard.push(person.reads().await);
    person.presses("Send the code");
    heard.push(person.reads().await);
    person.types("000000");
    heard.push(person.reads().await);
    person.types("/start");
    heard.push(person.reads().await);
    person.types(address);
    heard.push(person.reads().await);
    person.presses("Keep that code");
    heard.push(person.reads().await);
    person.presses("Resend");
    heard.push(person.reads().await);
    scene.passes(MINUTE);
    person.presses("Resend");
    heard.push(person.reads().await);
    for _ in 0..2 {
        person.types("000000");
        heard.push(person.reads().await);
    }
    let heard: Vec<String> = heard.iter().map(steady).collect();
    let heard = heard.join("\n===\n").replace(address, "‹address›");
    (heard, calls().iter().zip(before).map(|(after, before)| after - before).collect())
}

#[tokio::test]
async fn nothing_tells_a_new_used_held_suppressed_or_foreign_address_apart_before_its_code() {
    let Staged { scene, ada, .. } =
        Staged::with(Default::default(), |settings| settings.addresses.roster = true).await;
    // All look alike once they are masked.
    let [new, used, held, stopped] =
        ["nanna", "norma", "nadja", "ninaa"].map(|name| format!("{name}@example.org"));
    let foreign = "nelia@example.org".to_owned();
    ada.types("/roster");
    ada.reads().await;
    let csv = [&new, &used, &held, &stopped].map(|address| format!("{address}\n")).concat();
    ada.sends_file("people.csv", csv.as_bytes());
    ada.reads().await;
    ada.presses("Add 4");
    ada.reads().await;

    let eve = scene.past_the_password("Eve").await;
    for address in [&used, &stopped] {
        has_code_sent_to(&eve, address).await;
        scene.passes(5 * MINUTE);
    }
    scene.world.mail_for(&used).await;
    let mail = scene.world.mail_for(&stopped).await;
    let vera = scene.world.person("Vera");
    vera.opens(mail.links().last().expect("a link"));
    vera.reads().await;
    vera.presses("No more codes there");
    vera.reads().await;
    let hans = scene.at_the_door("Hans").await;
    proves(&scene, &hans, &held).await;
    assert!(hans.is_member());

    let plain = tries_out(&scene, "Mallory", "By e-mail", &new).await;
    assert_snapshot!(plain.0, @r"
    Rust Berlin

    Shall I send the code by e-mail to this address?

    ‹address›

    Please look closely, then press the button.
    [Send the code]
    [Other address] [Cancel]
    ===
    (edited) Rust Berlin

    You have asked for a code to n•••a@example.org.
    ---
    Rust Berlin

    I have sent your code by e-mail to n•••a@example.org, unless its owner wants no codes from me. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. If nothing comes, please look into the spam folder too.
    [🔁 Resend]
    [Other address] [Cancel]
    ===
    Rust Berlin

    That is not the code. You have 2 tries left.
    ===
    Rust Berlin

    I have sent your code by e-mail to n•••a@example.org, unless its owner wants no codes from me. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. If nothing comes, please look into the spam folder too.
    [🔁 Resend]
    [Other address] [Cancel]
    ===
    Rust Berlin

    Your code to n•••a@example.org is still valid. Shall I send a new one, or do you keep that one?
    [Send a new code]
    [Keep that code]
    [Other address] [Cancel]
    ===
    Rust Berlin

    All right: your code is still valid. Please type it here.
    [🔁 Resend]
    [Other address] [Cancel]
    ===
    (alert) I can send you a new code in 60 seconds.
    ===
    Rust Berlin

    I have sent code 2 by e-mail to n•••a@example.org, unless its owner wants no codes from me. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. Earlier codes no longer count. If nothing comes, please look into the spam folder too. If you once asked me to stop sending codes there, none comes: please use another address or ask an admin of the group.
    [🔁 Resend]
    [Other address] [Cancel]
    ===
    Rust Berlin

    That is not the code. You have 1 try left.
    ===
    Rust Berlin

    There were too many wrong tries, so the door stays closed for now. You can try again in 5 minutes.

    Nothing that you send until then counts against you.
    [🙋 Ask an admin]
    ");
    for (place, address) in [&used, &held, &stopped, &foreign].into_iter().enumerate() {
        let other = tries_out(&scene, &format!("Mallory {place}"), "By e-mail", address).await;
        assert_eq!(other, plain, "{address}");
    }
    for address in [&new, &used, &held, &foreign] {
        for _ in 0..2 {
            scene.world.mail_for(address).await;
        }
    }
    // None to the suppressed one.
    assert_eq!(scene.world.smtp.mail_count(), 3 + 4 * 2);
    scene.ends().await;
}

#[tokio::test]
async fn nothing_tells_a_number_that_sent_stop_from_others() {
    let setup = Setup { spending: "per_prefix = 100", ..Setup::default() };
    let scene = Scene::with(setup).await;
    let number = "+4915112345670";
    let plain = tries_out(&scene, "Mallory", "By SMS", number).await;
    assert_snapshot!(plain.0, @r"
    Rust Berlin

    Thank you.
    ---
    Rust Berlin

    Shall I send the code by SMS to this number?

    ‹address›

    Please look closely, then press the button.
    [Send the code]
    [Other address] [Cancel]
    ===
    (edited) Rust Berlin

    You have asked for a code to +49 ••• 5670.
    ---
    Rust Berlin

    I have sent your code by SMS to +49 ••• 5670, unless its owner wants no codes from me. The message carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes.
    [🔁 Resend]
    [Other address] [Cancel]
    ===
    Rust Berlin

    That is not the code. You have 2 tries left.
    ===
    Rust Berlin

    I have sent your code by SMS to +49 ••• 5670, unless its owner wants no codes from me. The message carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes.
    [🔁 Resend]
    [Other address] [Cancel]
    ===
    Rust Berlin

    Your code to +49 ••• 5670 is still valid. Shall I send a new one, or do you keep that one?
    [Send a new code]
    [Keep that code]
    [Other address] [Cancel]
    ===
    Rust Berlin

    All right: your code is still valid. Please type it here.
    [🔁 Resend]
    [Other address] [Cancel]
    ===
    (alert) I can send you a new code in 60 seconds.
    ===
    Rust Berlin

    I have sent code 2 by SMS to +49 ••• 5670, unless its owner wants no codes from me. The message carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. Earlier codes no longer count. If you once asked me to stop sending codes there, none comes: please use another address or ask an admin of the group.
    [🔁 Resend]
    [Other address] [Cancel]
    ===
    Rust Berlin

    That is not the code. You have 1 try left.
    ===
    Rust Berlin

    There were too many wrong tries, so the door stays closed for now. You can try again in 5 minutes.

    Nothing that you send until then counts against you.
    ");
    for _ in 0..2 {
        scene.world.sms_for(number).await;
    }
    // First Twilio says so, and then nobody needs to ask it.
    scene.world.twilio.number_fails(number, 21610);
    let calls = scene.world.twilio.calls();
    assert_eq!(tries_out(&scene, "Trudy", "By SMS", number).await, plain);
    assert_eq!(tries_out(&scene, "Eve", "By SMS", number).await, plain);
    assert_eq!(scene.world.twilio.calls(), calls + 1);
    scene.ends().await;
}

#[tokio::test]
async fn a_suppressed_address_waits_for_a_mail_server_that_is_away_as_any_other() {
    use countersign::sandbox::smtp::{Fault, Verb};
    let scene = Scene::start().await;
    let eve = scene.past_the_password("Eve").await;
    has_code_sent_to(&eve, "ninaa@example.org").await;
    let mail = scene.world.mail_for("ninaa@example.org").await;
    let vera = scene.world.person("Vera");
    vera.opens(mail.links().last().expect("a link"));
    vera.reads().await;
    vera.presses("No more codes there");
    vera.reads().await;

    scene.world.smtp.fails(Verb::Mail, Fault::reply("451 4.3.0 try later"));
    let mut heard = Vec::new();
    let mut people = Vec::new();
    for (name, address) in [("Nora", "nanna@example.org"), ("Mallory", "ninaa@example.org")] {
        let person = scene.past_the_password(name).await;
        person.types(address);
        person.reads().await;
        person.presses("Send the code");
        let mut lines = person.reads_next().await.to_string();
        // What else comes before the word of the delay.
        while !lines.contains("Our mail service is not answering") {
            lines += &person.reads_next().await.to_string();
        }
        heard.push(lines);
        people.push(person);
    }
    assert_eq!(heard[0], heard[1]);
    scene.world.smtp.recovers(Verb::Mail);
    for person in &people {
        crate::scene::hears(person, "I have sent your code by e-mail to n•••a@example.org").await;
    }
    scene.world.mail_for("nanna@example.org").await;
    assert_eq!(scene.world.smtp.mail_count(), 2);
    scene.ends().await;
}

#[tokio::test]
async fn the_password_is_asked_for_before_any_address() {
    let scene = Scene::start().await;
    let mallory = scene.at_the_door("Mallory").await;
    // Whatever is typed before the password is a try at it, and says nothing about an address.
    mallory.types("nora@example.org");
    assert!(mallory.reads().await.to_string().contains("That is not the password."));
    mallory.types(PASSWORD);
    mallory.reads().await;
    scene.ends().await;
}
