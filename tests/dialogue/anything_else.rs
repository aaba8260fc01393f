//! Whatever else people send: an answer or silence, and never a lost try.

use countersign::sandbox::{Kind, Lines, Person};
use insta::assert_snapshot;
use serde_json::json;

use crate::scene::{PASSWORD, Scene, Setup};

/// What stands below the group's title, in one line each.
fn short(lines: &Lines) -> String {
    let texts = lines.iter().map(|line| {
        let shown = line.to_string();
        let shown = shown.strip_prefix("Rust Berlin\n\n").unwrap_or(&shown);
        let shown = shown.replace("\n\n", " ¶ ").replace('\n', " ");
        // Long ones are read in full elsewhere.
        match shown.char_indices().nth(160) {
            Some((end, _)) => format!("{}…", &shown[..end]),
            None => shown,
        }
    });
    let texts: Vec<String> = texts.collect();
    if texts.is_empty() { "(silence)".to_owned() } else { texts.join(" --- ") }
}

/// Everything that is no answer to what the bot asked, and what comes of each.
async fn bothers(scene: &Scene, nora: &Person) -> String {
    let olaf = scene.world.person("Olaf");
    let mut record = Vec::new();
    let mut note = async |what: &str| {
        scene.world.settled().await;
        record.push(format!("{what}: {}", short(&nora.takes_unread())));
    };
    let kinds = [Kind::Sticker, Kind::Photo, Kind::Voice, Kind::Captioned("open sesame".into())];
    for kind in kinds {
        nora.sends(&kind);
        note(&format!("{kind:?}")).await;
    }
    nora.forwards_from(&olaf, "open sesame");
    note("forwarded").await;
    nora.forwards("Your login was noticed.");
    note("forwarded from Telegram").await;
    nora.shares_contact_of(&olaf);
    note("somebody's contact").await;
    nora.forwards_contact_of(nora);
    note("own contact, forwarded").await;
    nora.presses_old(3, "send.0.-1001000000001");
    note("an old button").await;
    nora.presses_old(3, "⚠️ what.is.this");
    note("a strange button").await;
    nora.types("12345");
    note("a login code").await;
    nora.types("/nonsense with words");
    note("an unknown command").await;
    nora.types("/safety");
    note("/safety").await;
    record.join("\n")
}

#[tokio::test]
async fn at_the_password() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    assert_snapshot!(bothers(&scene, &nora).await, @r#"
    Sticker: I can read only what you type. Please type the group’s password.
    Photo: I can read only what you type. Please type the group’s password.
    Voice: I can read only what you type. Please type the group’s password.
    Captioned("open sesame"): I can read only what you type. Please type the group’s password.
    forwarded: I do not read forwarded messages. Please type it yourself.
    forwarded from Telegram: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    somebody's contact: I can read only what you type. Please type the group’s password.
    own contact, forwarded: I can read only what you type. Please type the group’s password.
    an old button: (toast) This button has done its work already.
    a strange button: (toast) This button has done its work already.
    a login code: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    an unknown command: I keep watch at the doors of groups: I ask for the password, send a code to your e-mail address or phone, and open when it comes back. ¶ Now: Please type the gr…
    /safety: What I ask for: the group’s password, one e-mail address or phone number, and the code that I sent there. I remove each from this chat as soon as I have read it…
    "#);
    nora.types("shut sesame");
    assert!(nora.reads().await.to_string().contains("2 tries left"), "something was counted");
    scene.ends().await;
}

#[tokio::test]
async fn at_the_choice_of_the_channel() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    assert_snapshot!(bothers(&scene, &nora).await, @r#"
    Sticker: I can read only what you type. Please choose with the buttons above how I may send you your code.
    Photo: I can read only what you type. Please choose with the buttons above how I may send you your code.
    Voice: I can read only what you type. Please choose with the buttons above how I may send you your code.
    Captioned("open sesame"): I can read only what you type. Please choose with the buttons above how I may send you your code.
    forwarded: I do not read forwarded messages. Please type it yourself.
    forwarded from Telegram: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    somebody's contact: I can take only your own number, and only from yourself: please type it with its country code, or share it with the button that I offer for that.
    own contact, forwarded: I can take only your own number, and only from yourself: please type it with its country code, or share it with the button that I offer for that.
    an old button: (toast) This button has done its work already.
    a strange button: (toast) This button has done its work already.
    a login code: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    an unknown command: I keep watch at the doors of groups: I ask for the password, send a code to your e-mail address or phone, and open when it comes back. ¶ Now: Please choose with…
    /safety: What I ask for: the group’s password, one e-mail address or phone number, and the code that I sent there. I remove each from this chat as soon as I have read it…
    "#);
    nora.presses("By e-mail");
    nora.reads().await;
    scene.ends().await;
}

#[tokio::test]
async fn at_the_address() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    nora.presses("By e-mail");
    nora.reads().await;
    assert_snapshot!(bothers(&scene, &nora).await, @r#"
    Sticker: I can read only what you type. Please type your e-mail address.
    Photo: I can read only what you type. Please type your e-mail address.
    Voice: I can read only what you type. Please type your e-mail address.
    Captioned("open sesame"): I can read only what you type. Please type your e-mail address.
    forwarded: I do not read forwarded messages. Please type it yourself.
    forwarded from Telegram: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    somebody's contact: I can take only your own number, and only from yourself: please type it with its country code, or share it with the button that I offer for that.
    own contact, forwarded: I can take only your own number, and only from yourself: please type it with its country code, or share it with the button that I offer for that.
    an old button: (toast) This button has done its work already.
    a strange button: (toast) This button has done its work already.
    a login code: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    an unknown command: I keep watch at the doors of groups: I ask for the password, send a code to your e-mail address or phone, and open when it comes back. ¶ Now: Please type your e…
    /safety: What I ask for: the group’s password, one e-mail address or phone number, and the code that I sent there. I remove each from this chat as soon as I have read it…
    "#);
    let typed = nora.types(&"x".repeat(4096));
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I cannot read that as an e-mail address. It should look like name@example.org. Please type it once more; this costs you no try.
    ");
    assert!(!nora.sees_message(typed));
    scene.ends().await;
}

#[tokio::test]
async fn at_the_phone_number() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    nora.presses("By SMS");
    nora.reads().await;
    assert_snapshot!(bothers(&scene, &nora).await, @r#"
    Sticker: I can read only what you type. Please type your mobile number with its country code, or share it with the button.
    Photo: I can read only what you type. Please type your mobile number with its country code, or share it with the button.
    Voice: I can read only what you type. Please type your mobile number with its country code, or share it with the button.
    Captioned("open sesame"): I can read only what you type. Please type your mobile number with its country code, or share it with the button.
    forwarded: I do not read forwarded messages. Please type it yourself.
    forwarded from Telegram: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    somebody's contact: I can take only your own number, and only from yourself: please type it with its country code, or share it with the button that I offer for that.
    own contact, forwarded: I can take only your own number, and only from yourself: please type it with its country code, or share it with the button that I offer for that.
    an old button: (toast) This button has done its work already.
    a strange button: (toast) This button has done its work already.
    a login code: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    an unknown command: I keep watch at the doors of groups: I ask for the password, send a code to your e-mail address or phone, and open when it comes back. ¶ Now: Please type your m…
    /safety: What I ask for: the group’s password, one e-mail address or phone number, and the code that I sent there. I remove each from this chat as soon as I have read it…
    "#);
    nora.shares_contact();
    nora.reads().await;
    scene.ends().await;
}

#[tokio::test]
async fn at_the_confirmation() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    nora.types("nora@example.org");
    nora.reads().await;
    assert_snapshot!(bothers(&scene, &nora).await, @r#"
    Sticker: I can read only what you type. Please check the address above and press a button.
    Photo: I can read only what you type. Please check the address above and press a button.
    Voice: I can read only what you type. Please check the address above and press a button.
    Captioned("open sesame"): I can read only what you type. Please check the address above and press a button.
    forwarded: I do not read forwarded messages. Please type it yourself.
    forwarded from Telegram: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    somebody's contact: I can take only your own number, and only from yourself: please type it with its country code, or share it with the button that I offer for that.
    own contact, forwarded: I can take only your own number, and only from yourself: please type it with its country code, or share it with the button that I offer for that.
    an old button: (toast) This button has done its work already.
    a strange button: (toast) This button has done its work already.
    a login code: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    an unknown command: I keep watch at the doors of groups: I ask for the password, send a code to your e-mail address or phone, and open when it comes back. ¶ Now: Please check the a…
    /safety: What I ask for: the group’s password, one e-mail address or phone number, and the code that I sent there. I remove each from this chat as soon as I have read it…
    "#);
    nora.presses("Send the code");
    nora.reads().await;
    scene.world.mail_for("nora@example.org").await;
    scene.ends().await;
}

#[tokio::test]
async fn at_the_code() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    assert_snapshot!(bothers(&scene, &nora).await, @r#"
    Sticker: I can read only what you type. Please type your code.
    Photo: I can read only what you type. Please type your code.
    Voice: I can read only what you type. Please type your code.
    Captioned("open sesame"): I can read only what you type. Please type your code.
    forwarded: I do not read forwarded messages. Please type it yourself.
    forwarded from Telegram: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    somebody's contact: I can take only your own number, and only from yourself: please type it with its country code, or share it with the button that I offer for that.
    own contact, forwarded: I can take only your own number, and only from yourself: please type it with its country code, or share it with the button that I offer for that.
    an old button: (toast) This button has done its work already.
    a strange button: (toast) This button has done its work already.
    a login code: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    an unknown command: I keep watch at the doors of groups: I ask for the password, send a code to your e-mail address or phone, and open when it comes back. ¶ Now: Please type your c…
    /safety: What I ask for: the group’s password, one e-mail address or phone number, and the code that I sent there. I remove each from this chat as soon as I have read it…
    "#);
    nora.types(&"nonsense ".repeat(455));
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I am waiting for your code: 6 digits in one message. This costs you no try.
    ");
    nora.types(if code == "000000" { "000001" } else { "000000" });
    assert!(nora.reads().await.to_string().contains("2 tries left"), "something was counted");
    nora.types(&code);
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn while_locked() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    for _ in 0..3 {
        nora.types("shut sesame");
    }
    nora.reads().await;
    assert_snapshot!(bothers(&scene, &nora).await, @r#"
    Sticker: (silence)
    Photo: (silence)
    Voice: (silence)
    Captioned("open sesame"): (silence)
    forwarded: (silence)
    forwarded from Telegram: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    somebody's contact: (silence)
    own contact, forwarded: (silence)
    an old button: (toast) This button has done its work already.
    a strange button: (toast) This button has done its work already.
    a login code: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    an unknown command: I keep watch at the doors of groups: I ask for the password, send a code to your e-mail address or phone, and open when it comes back. ¶ Now: Please wait until …
    /safety: What I ask for: the group’s password, one e-mail address or phone number, and the code that I sent there. I remove each from this chat as soon as I have read it…
    "#);
    scene.passes(std::time::Duration::from_secs(60));
    for _ in 0..5 {
        nora.sends(&Kind::Sticker);
    }
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There were too many wrong tries, so the door stays closed for now. You can try again in 4 minutes.

    Nothing that you send until then counts against you.
    ");
    scene.passes(std::time::Duration::from_secs(4 * 60));
    nora.types("shut sesame");
    assert!(nora.reads().await.to_string().contains("2 tries left"), "something was counted");
    scene.ends().await;
}

#[tokio::test]
async fn inside() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    nora.types(&code);
    nora.reads().await;
    assert_snapshot!(bothers(&scene, &nora).await, @r#"
    Sticker: You have passed already. There is nothing left to do.
    Photo: You have passed already. There is nothing left to do.
    Voice: You have passed already. There is nothing left to do.
    Captioned("open sesame"): You have passed already. There is nothing left to do.
    forwarded: You have passed already. There is nothing left to do.
    forwarded from Telegram: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    somebody's contact: You have passed already. There is nothing left to do.
    own contact, forwarded: You have passed already. There is nothing left to do.
    an old button: (toast) This button has done its work already.
    a strange button: (toast) This button has done its work already.
    a login code: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    an unknown command: I keep watch at the doors of groups: I ask for the password, send a code to your e-mail address or phone, and open when it comes back. ¶ Now: The door is open f…
    /safety: What I ask for: the group’s password, one e-mail address or phone number, and the code that I sent there. I remove each from this chat as soon as I have read it…
    "#);
    scene.ends().await;
}

#[tokio::test]
async fn from_a_stranger_where_no_group_is_listed() {
    let setup = Setup { listed: false, ..Setup::default() };
    let (scene, _) = Scene::with_gates(setup, &[("Chess Club", false)]).await;
    let nora = scene.world.person("Nora");
    assert_snapshot!(bothers(&scene, &nora).await, @r#"
    Sticker: Hello! I keep watch at the doors of groups, but none of them is listed here. If somebody gave you an invite link, please open it and ask to join: I will write t…
    Photo: Hello! I keep watch at the doors of groups, but none of them is listed here. If somebody gave you an invite link, please open it and ask to join: I will write t…
    Voice: Hello! I keep watch at the doors of groups, but none of them is listed here. If somebody gave you an invite link, please open it and ask to join: I will write t…
    Captioned("open sesame"): Hello! I keep watch at the doors of groups, but none of them is listed here. If somebody gave you an invite link, please open it and ask to join: I will write t…
    forwarded: Hello! I keep watch at the doors of groups, but none of them is listed here. If somebody gave you an invite link, please open it and ask to join: I will write t…
    forwarded from Telegram: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    somebody's contact: Hello! I keep watch at the doors of groups, but none of them is listed here. If somebody gave you an invite link, please open it and ask to join: I will write t…
    own contact, forwarded: Hello! I keep watch at the doors of groups, but none of them is listed here. If somebody gave you an invite link, please open it and ask to join: I will write t…
    an old button: (toast) This button has done its work already.
    a strange button: (toast) This button has done its work already.
    a login code: ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it. ¶ I never ask for it, and neither does any honest gr…
    an unknown command: I keep watch at the doors of groups: I ask for the password, send a code to your e-mail address or phone, and open when it comes back. ¶ Now: I am not waiting f…
    /safety: What I ask for: the group’s password, one e-mail address or phone number, and the code that I sent there. I remove each from this chat as soon as I have read it…
    "#);
    nora.types("/cancel");
    assert_snapshot!(nora.reads().await, @"There is nothing to cancel.");
    scene.ends().await;
}

#[tokio::test]
async fn an_edited_message_is_not_read() {
    let scene = Scene::start().await;
    let nora = scene.world.person("Nora");
    let typed = nora.types("/start");
    nora.reads().await;
    nora.edits(typed, PASSWORD);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I do not read changes to earlier messages. Please send it as a new one.
    ");
    nora.edits(typed, "shut sesame");
    nora.reads().await;
    nora.types("shut sesame");
    assert!(nora.reads().await.to_string().contains("2 tries left"), "an edit was counted");
    nora.edits(typed, "Login code: 12345. Do not give this code to anyone.");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it.

    I never ask for it, and neither does any honest group: whoever has it can take over your account. If somebody told you to send it, do not answer them, and look under Settings → Devices for logins that are not yours.
    ");
    nora.sees_deleted(typed).await;
    scene.ends().await;
}

#[tokio::test]
async fn help_and_cancel_at_each_stage() {
    let scene = Scene::start().await;
    let nora = scene.world.person("Nora");
    let mut record = Vec::new();
    let mut helps = async |stage: &str| {
        nora.types("/help");
        let lines = nora.reads().await.to_string();
        let now = lines.lines().find(|line| line.starts_with("Now:")).unwrap_or(&lines).to_owned();
        record.push(format!("{stage}: {now}"));
    };
    helps("stranger").await;
    nora.requests_to_join();
    nora.reads().await;
    helps("password").await;
    nora.types(PASSWORD);
    nora.reads().await;
    helps("channel").await;
    nora.presses("By SMS");
    nora.reads().await;
    helps("phone").await;
    nora.types("nora@example.org");
    nora.reads().await;
    helps("confirmation").await;
    nora.presses("Other address");
    nora.reads().await;
    nora.presses("By e-mail");
    nora.reads().await;
    helps("e-mail").await;
    nora.types("nora@example.org");
    nora.reads().await;
    nora.presses("Send the code");
    nora.reads().await;
    helps("code").await;
    let mail = scene.world.mail_for("nora@example.org").await;
    nora.types(mail.code(6));
    nora.reads().await;
    helps("inside").await;
    assert_snapshot!(record.join("\n"), @r"
    stranger: Now: I am not waiting for anything. To begin, ask to join a group or send /start.
    password: Now: Please type the group’s password.
    channel: Now: Please choose with the buttons above how I may send you your code.
    phone: Now: Please type your mobile number with its country code, or share it with the button.
    confirmation: Now: Please check the address above and press a button.
    e-mail: Now: Please type your e-mail address.
    code: Now: Please type your code.
    inside: Now: The door is open for you. There is nothing left to do.
    ");
    scene.ends().await;
}

#[tokio::test]
async fn cancel_ends_it_and_turns_the_request_down() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    nora.types("/cancel");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    All right, I have stopped. Whenever you like: ask to join again, or send me /start.
    ");
    assert!(scene.world.requests().is_empty());
    assert!(nora.buttons().is_empty());
    nora.types("/cancel");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    There is nothing to cancel.
    ");
    nora.types(&code);
    let asked = nora.reads().await.to_string();
    assert!(asked.contains("type the password") && !nora.is_member(), "{asked}");
    scene.ends().await;
}

#[tokio::test]
async fn one_who_blocked_the_bot_can_come_back() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    nora.types("shut sesame");
    nora.types(PASSWORD);
    nora.blocks_bot();
    nora.hears_nothing().await;
    nora.unblocks_bot();
    nora.hears_nothing().await;
    nora.types("/start");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Thank you. How may I send you your code?
    [✉️ By e-mail]
    [💬 By SMS]
    [Cancel]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn one_who_blocked_the_bot_can_still_take_the_code() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    nora.types("nora@example.org");
    nora.reads().await;
    nora.presses("Send the code");
    nora.blocks_bot();
    let mail = scene.world.mail_for("nora@example.org").await;
    scene.world.settled().await;
    let heard = nora.takes_unread().to_string();
    assert!(!heard.contains("I have sent"), "{heard}");
    nora.unblocks_bot();
    nora.types(mail.code(6));
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn a_button_pressed_on_two_devices_works_once() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    nora.types("nora@example.org");
    nora.reads().await;
    let (message, data) = nora.notes_button("Send the code");
    nora.presses_old(message, &data);
    nora.presses_old(message, &data);
    let lines = nora.reads().await;
    let toasts: Vec<String> =
        lines.iter().map(ToString::to_string).filter(|line| line.starts_with("(toast)")).collect();
    assert_snapshot!(toasts.join("\n---\n"), @"(toast) This button has done its work already.");
    scene.world.mail_for("nora@example.org").await;
    // Long after, from the other phone.
    nora.presses_old(message, &data);
    assert_snapshot!(nora.reads().await, @"(toast) This button has done its work already.");
    assert_eq!(scene.world.smtp.mails().len(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn bots_and_groups_are_not_spoken_to() {
    let scene = Scene::start().await;
    let group = scene.world.group();
    let robot = scene.world.person("Robot").is_a_bot();
    robot.types("/start");
    robot.types(PASSWORD);
    robot.hears_nothing().await;
    let (nora, admin) = (scene.at_the_door("Nora").await, scene.world.admin());
    let olaf = scene.world.person("Olaf");
    group.adds(&olaf);
    olaf.writes_in(&group, "/start");
    olaf.writes_in(&group, PASSWORD);
    admin.writes_anonymously_in(&group, "hello all");
    let from = json!({"id": olaf.id(), "is_bot": false, "first_name": "Olaf"});
    let chat = json!({"id": group.id(), "type": "supergroup", "title": "Rust Berlin"});
    let message = json!({"message_id": 9, "date": 0, "chat": chat});
    let query = json!({"id": "77", "from": from, "message": message, "chat_instance": "1", "data": "send.1.1"});
    scene.world.delivers("callback_query", &query);
    scene.world.delivers("channel_post", &json!({"message_id": 1, "date": 0, "chat": {"id": -1002, "type": "channel", "title": "News"}, "text": "12345"}));
    scene.world.delivers("something_new", &json!({"odd": true}));
    olaf.hears_nothing().await;
    nora.hears_nothing().await;
    assert_snapshot!(group.transcript(), @r"
    Olaf: /start
    Olaf: open sesame
    group: hello all
    ");
    scene.ends().await;
}

#[tokio::test]
async fn telegrams_login_codes_are_never_taken() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    let telegrams = "Login code: 71835. Do not give this code to anyone, even if they say they are from Telegram!";
    let typed = [
        nora.types("71835"),
        nora.types("7 1 8-3 5"),
        nora.types(telegrams),
        nora.types("my telegram code is 71835"),
        nora.types("/code 71835"),
        nora.forwards(telegrams),
        nora.forwards("We detected a login into your account from a new device."),
        nora.sends(&Kind::Captioned("71835".to_owned())),
    ];
    let lines = nora.reads().await;
    assert_snapshot!(lines[0], @r"
    Rust Berlin

    ⚠️ Stop, please. That looks like a login code of your Telegram account. I have removed it without using it.

    I never ask for it, and neither does any honest group: whoever has it can take over your account. If somebody told you to send it, do not answer them, and look under Settings → Devices for logins that are not yours.
    ");
    assert_eq!(lines.len(), typed.len());
    assert!(lines.iter().all(|line| line.text() == lines[0].text()), "{lines}");
    assert!(!typed.iter().any(|id| nora.sees_message(*id)), "one is still to be seen");

    // At the code too, where digits are waited for.
    nora.types(PASSWORD);
    nora.reads().await;
    nora.types("nora@example.org");
    nora.reads().await;
    nora.presses("Send the code");
    nora.reads().await;
    let mail = scene.world.mail_for("nora@example.org").await;
    let typed = nora.types("71835");
    assert_eq!(nora.reads().await.len(), 1);
    assert!(!nora.sees_message(typed));

    let kept = scene.kept_bytes();
    assert!(kept.len() > 1000, "nothing is kept at all?");
    assert!(!kept.windows(5).any(|bytes| bytes == b"71835"), "it is in the store");
    nora.types(mail.code(6));
    nora.reads().await;
    assert!(nora.is_member(), "something was counted");
    scene.ends().await;
}

#[tokio::test]
async fn germans_read_german_and_everybody_else_english() {
    let scene = Scene::start().await;
    let german = scene.world.person("Nora").speaks("de");
    german.requests_to_join();
    assert_snapshot!(german.reads().await, @r"
    Rust Berlin

    Hallo! Ich stehe an der Tür dieser Gruppe Wache. Zwei Dinge öffnen sie: das Passwort der Gruppe und ein Einmalcode, den ich dir per E-Mail oder aufs Handy schicke.

    Bitte tippe das Passwort ein und schick es mir. Du hast 3 Versuche.

    Passwort, Adresse und Codes entferne ich aus diesem Chat, sobald ich sie gelesen habe. Wonach ich nie frage, ist der Anmeldecode deines Telegram-Kontos. Mehr dazu: /safety
    ");
    german.types("mach auf");
    assert_snapshot!(german.reads().await, @r"
    Rust Berlin

    Das ist nicht das Passwort. Du hast noch 2 Versuche. Bitte tippe es noch einmal.
    ");
    german.types(PASSWORD);
    assert_snapshot!(german.reads().await, @r"
    Rust Berlin

    Danke. Wie darf ich dir deinen Code schicken?
    [✉️ Per E-Mail]
    [💬 Per SMS]
    [Abbrechen]
    ");
    let locked = scene.world.person("Uwe").speaks("de");
    locked.requests_to_join();
    locked.reads().await;
    for _ in 0..3 {
        locked.types("mach auf");
    }
    let lines = locked.reads().await;
    assert_snapshot!(lines[2], @r"
    Rust Berlin

    Es waren zu viele falsche Versuche, deshalb bleibt die Tür erst einmal zu. Du kannst es in 5 Minuten wieder versuchen.

    Was du bis dahin schickst, zählt nicht gegen dich.
    ");
    let austrian = scene.world.person("Toni").speaks("de-AT");
    austrian.requests_to_join();
    assert!(austrian.reads().await.to_string().contains("tippe das Passwort ein"));
    for language in [Some("tlh"), Some("DE_weird"), None] {
        let other = scene.world.person("Kor").speaks(language);
        other.requests_to_join();
        let greeting = other.reads().await.to_string();
        assert!(greeting.contains("type the password"), "{language:?}: {greeting}");
    }
    // Who changes the language of the app is answered in the new one.
    let german = german.speaks("en");
    german.types("/help");
    assert!(german.reads().await.to_string().contains("I keep watch"));
    scene.ends().await;
}
