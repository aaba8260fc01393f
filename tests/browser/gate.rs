//! One applicant from the join request to the open group.

use serde_json::{Value, json};

use super::acts::{
    bot_lines, bot_says, has_vanished, in_list, mails_to, open_a_phone, press, say, standing,
    the_number_in, unique,
};
use super::driver::Page;

pub async fn pass_the_gate_by_email(page: Page) {
    let newcomer = open_a_phone(&page, "Vera Visitor", "en").await;
    let password =
        page.run("return document.querySelector('[data-hint=password]').textContent").await;
    let password = password.as_str().expect("the password's hint").to_owned();
    assert!(!password.is_empty(), "the guide must tell the password");
    let address = format!("vera.{newcomer}.{}@example.org", unique());
    page.photograph("1-before").await;

    // Nothing has happened yet: what is seen later was made by the steps in between.
    assert_eq!(bot_lines(&page).await.len(), 0);
    assert_eq!(standing(&page, &newcomer).await, json!({"waiting": false, "member": false}));

    page.click("[data-testid=phone-applicant] [data-testid=ask-to-join]").await;
    bot_says(&page, 1).await;
    page.until("they wait at the gate", &format!("return {}", in_list("requests", &newcomer)))
        .await;
    assert_eq!(standing(&page, &newcomer).await, json!({"waiting": true, "member": false}));
    let tries = the_number_in(&bot_lines(&page).await[0]);
    assert!(tries >= 2, "the first message tells the tries, two at least");

    // A wrong password costs one try, and its message vanishes.
    let wrong = format!("not {password}");
    say(&page, &wrong).await;
    bot_says(&page, 2).await;
    assert_eq!(the_number_in(&bot_lines(&page).await[1]), tries - 1);
    has_vanished(&page, &wrong).await;

    // The right one leads to the channels; e-mail comes first.
    say(&page, &password).await;
    press(&page, "email").await;
    has_vanished(&page, &password).await;
    bot_says(&page, 4).await;
    say(&page, &address).await;
    has_vanished(&page, &address).await;

    // Send, pressed twice at once: the second press meets a spent button, and one mail goes out.
    page.until(
        "the bot asks whether to send",
        "return said('bot').length >= 5 && buttons(said('bot').at(-1)).length",
    )
    .await;
    let confirm = bot_lines(&page).await.pop().expect("the question");
    assert!(
        confirm.contains(&address),
        "the address as understood is shown for a check: {confirm}"
    );
    page.photograph("2-confirm").await;
    let send = page
        .run(
            "const send = buttons(said('bot').at(-1))[0]; send.click(); send.click();
              return [Number(send.closest('[data-message]').dataset.message), send.dataset.data]",
        )
        .await;
    let code_message = page
        .until("the code is sent and its message has buttons", "const m = said('bot').at(-1); return said('bot').length >= 6 && buttons(m).length && m.dataset.message")
        .await;
    spent_button_says_so(&page).await;
    page.until("the mail is there", &format!("return {}.length", mails_to(&address))).await;

    // The same old button once more, as a second device would still show it.
    press_as_a_second_device(&page, &newcomer, &send).await;
    spent_button_says_so(&page).await;
    assert_eq!(page.run(&format!("return {}.length", mails_to(&address))).await, json!(1));
    assert_eq!(page.run("return said('bot').at(-1).dataset.message").await, code_message);

    // The mail's HTML is shown in the sandboxed frame; the code is read there.
    page.click(&format!("[data-testid=mail][data-to='{address}']")).await;
    let code = page
        .until(
            "the mail shows a code",
            r"const frame = document.querySelector('[data-testid=mail-html]');
              if (!frame.sandbox.length || frame.sandbox.contains('allow-scripts')) throw new Error('the frame is not sandboxed');
              return /(?<!\d)\d{6}(?!\d)/.exec(frame.contentDocument?.body?.innerText ?? '')?.[0]",
        )
        .await;
    let code = code.as_str().expect("six digits").to_owned();
    page.photograph("3-mail").await;
    page.colours("dark").await;
    page.photograph("3-mail-dark").await;
    page.colours("light").await;

    // A wrong code costs one try and admits nobody; the right one opens the gate.
    let digits: u32 = code.parse().expect("digits");
    let wrong_code = format!("{:06}", (digits + 1) % 1_000_000);
    let before = bot_lines(&page).await.len();
    say(&page, &wrong_code).await;
    bot_says(&page, before + 1).await;
    has_vanished(&page, &wrong_code).await;
    assert!(the_number_in(&bot_lines(&page).await[before]) >= 1, "tries are left");
    assert_eq!(standing(&page, &newcomer).await, json!({"waiting": true, "member": false}));

    say(&page, &code).await;
    page.until("they are a member", &format!("return {}", in_list("members", &newcomer))).await;
    page.until("nobody waits any more", &format!("return !({})", in_list("requests", &newcomer)))
        .await;
    has_vanished(&page, &code).await;
    bot_says(&page, before + 2).await;
    page.until(
        "the way in is closed to a member",
        "return phone.querySelector('[data-testid=ask-to-join]').hidden",
    )
    .await;

    // What a screen reader follows: a labelled live log that holds every message, none of the secrets.
    let heard = page
        .run("return [log.getAttribute('aria-live'), log.getAttribute('aria-label'), log.textContent,
                      all('[data-testid=message]', phone).every((message) => message.closest('[role=log]'))]")
        .await;
    assert_eq!(heard[0], "polite");
    assert_ne!(heard[1], "");
    assert_eq!(heard[3], true);
    let heard = heard[2].as_str().expect("the log's text");
    let lines = bot_lines(&page).await;
    assert!(lines.len() >= 6);
    for line in lines {
        assert!(heard.contains(&line), "the log lacks «{line}»");
    }
    for secret in [&wrong, &password, &wrong_code, &code] {
        assert!(!heard.contains(secret.as_str()), "«{secret}» is still in the chat");
    }
    page.photograph("4-member").await;
}

/// The answer to a spent button is shown, passing by or until dismissed; it is taken away here.
async fn spent_button_says_so(page: &Page) {
    let shown = page
        .until(
            "the spent button says so",
            "const alert = phone.querySelector('[data-testid=alert]');
             const text = alert.hidden ? phone.querySelector('[data-testid=toast]').textContent : alert.textContent;
             return text.trim() && { text, alert: !alert.hidden }",
        )
        .await;
    if shown["alert"] == true {
        page.click("[data-testid=phone-applicant] [data-testid=alert] button").await;
    } else {
        page.run("phone.querySelector('[data-testid=toast]').textContent = ''").await;
    }
}

/// Presses a button that this phone shows no more.
async fn press_as_a_second_device(page: &Page, person: &str, button: &Value) {
    page.until(
        "the second device has pressed",
        &format!(
            "const [message, data] = {button};
             window.pressed ??= fetch('/api/users/{person}/press', {{ method: 'POST',
                 headers: {{ 'content-type': 'application/json' }}, body: JSON.stringify({{ message, data }}) }})
                 .then((answer) => {{ document.documentElement.dataset.pressed = answer.ok; }});
             return document.documentElement.dataset.pressed === 'true'"
        ),
    )
    .await;
}
