//! The straight ways in.

use insta::assert_snapshot;

use crate::scene::{PASSWORD, Scene, steady};

#[tokio::test]
async fn nora_comes_in_by_email() {
    let scene = Scene::start().await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join();
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    let typed = nora.types(PASSWORD);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Thank you. How may I send you your code?
    [✉️ By e-mail]
    [💬 By SMS]
    [Cancel]
    ");
    assert!(!nora.sees_message(typed), "the password is still to be seen");
    nora.presses("✉️ By e-mail");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Please type the e-mail address that I may send your code to.
    [💬 By SMS]
    [Cancel]
    ");
    let typed = nora.types("nora@example.org");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Shall I send the code by e-mail to this address?

    nora@example.org

    Please look closely, then press the button.
    [Send the code]
    [Other address] [Cancel]
    ");
    assert!(!nora.sees_message(typed), "the address is still to be seen");
    nora.presses("Send the code");
    assert_snapshot!(steady(&nora.reads().await), @r"
    (edited) Rust Berlin

    You have asked for a code to n•••a@example.org.
    ---
    Rust Berlin

    I have sent your code by e-mail to n•••a@example.org, unless its owner wants no codes from me. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. If nothing comes, please look into the spam folder too.
    [🔁 Resend]
    [Other address] [Cancel]
    ");
    let mail = scene.world.mail_for("nora@example.org").await;
    nora.types(mail.code(6));
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    assert!(nora.is_member());
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

    You have asked for a code to n•••a@example.org.
    bot: Rust Berlin

    I have sent your code by e-mail to n•••a@example.org, unless its owner wants no codes from me. The mail carries the same two words as this chat: ‹two words›.

    Please type the 6 digits here. They are valid for 10 minutes. If nothing comes, please look into the spam folder too.
    bot: Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    scene.ends().await;
}
