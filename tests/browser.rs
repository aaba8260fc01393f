//! The demo's page in a real browser: whole dialogues by typing and clicking.
//!
//! Elements are found by role, label or `data-testid`, never by the bot's wording. Pictures of
//! the way are left in `target/browser/`.

mod driver;

use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use driver::{Page, on_the_page};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver; .ci/run runs it"]
async fn a_newcomer_passes_the_gate_by_email() {
    on_the_page("gate", pass_the_gate_by_email).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver; .ci/run runs it"]
async fn the_page_fits_a_phone() {
    on_the_page("phone", fit_a_phone).await;
}

async fn pass_the_gate_by_email(page: Page) {
    let newcomer = open_a_new_phone(&page).await;
    let password =
        page.run("return document.querySelector('[data-hint=password]').textContent").await;
    let password = password.as_str().expect("the password's hint").to_owned();
    assert!(!password.is_empty(), "the guide must tell the password");
    let address = format!("vera.{newcomer}.{}@example.org", unique());
    watch_the_chat(&page).await;
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
    press_first_button(&page, 3).await;
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

async fn fit_a_phone(page: Page) {
    page.until("the page is alive", "return document.documentElement.dataset.ready").await;
    page.size(360, 740, true).await;
    page.click("nav [data-show=phone]").await;
    page.click("[data-testid=phone-applicant] [data-testid=start]").await;
    page.until("the bot answers", "return said('bot').length").await;

    for part in ["phone", "mail", "sms", "group", "admin", "guide"] {
        page.click(&format!("nav [data-show={part}]")).await;
        let seen = page
            .run("const seen = all('main > section, .middle > section').filter((part) => part.getClientRects().length);
                  const small = all('button, a[href], summary, textarea, [type=radio] + span')
                      .filter((target) => target.getClientRects().length && !target.matches('.skip, .words a'))
                      .filter((target) => { const box = target.getBoundingClientRect(); return box.width < 44 || box.height < 44; });
                  return { parts: seen.map((part) => part.dataset.of), small: small.map((target) => target.outerHTML),
                           targets: all('button').filter((target) => target.getClientRects().length).length,
                           width: document.documentElement.scrollWidth,
                           current: all('nav [aria-current]').map((tab) => tab.dataset.show) }")
            .await;
        assert_eq!(seen["parts"], json!([part]), "one part at a time");
        assert_eq!(seen["current"], json!([part]), "the tab says which");
        assert_eq!(seen["small"], json!([]), "too small for a finger, in {part}");
        assert!(seen["targets"].as_u64().unwrap_or_default() >= 6, "at least the tabs are there");
        assert_eq!(seen["width"], 360, "{part} is wider than the screen");
        page.photograph(part).await;
    }

    // With the keyboard alone: the menu opens, gives the focus back, and traps nobody.
    page.click("nav [data-show=phone]").await;
    page.type_into("[data-testid=phone-applicant] [data-testid=menu]", "\u{E007}").await;
    page.until(
        "the menu is open and has the focus",
        "return document.activeElement.closest('[data-testid=menu-list]')",
    )
    .await;
    page.photograph("menu").await;
    page.type_into("[data-testid=phone-applicant] [data-menu=sticker]", "\u{E00C}").await;
    page.until(
        "the menu is closed and its button has the focus",
        "return document.activeElement.matches('[data-testid=menu][aria-expanded=false]')",
    )
    .await;
}

/// Opens the phone of a new applicant, in English, and gives their id.
async fn open_a_new_phone(page: &Page) -> String {
    page.until("the page is alive", "return document.documentElement.dataset.ready").await;
    let before = page.run("return all('[data-testid=person]', phone).length").await;
    page.click("[data-testid=new-applicant]").await;
    page.type_into("[data-testid=newcomer] input[name=name]", "Vera Visitor").await;
    page.click("[data-testid=newcomer] [type=submit]").await;
    let person = page
        .until(
            "their phone is open",
            &format!(
                "const people = all('[data-testid=person]', phone);
                 return people.length === {before} + 1 && people.find((p) => p.getAttribute('aria-pressed') === 'true' && p.textContent.includes('Vera Visitor'))?.dataset.person"
            ),
        )
        .await;
    let person = person.as_str().expect("the person's id").to_owned();
    assert_eq!(
        page.run("return log.dataset.person").await,
        json!(person),
        "their own chat is shown"
    );
    person
}

/// Notes from now on what the person's own messages said, as they came and went.
async fn watch_the_chat(page: &Page) {
    page.run(
        "window.came = []; window.went = [];
         const mine = (nodes) => [...nodes].filter((node) => node.matches?.('.message.user')).map(words);
         new MutationObserver((changes) => { for (const change of changes) {
             window.came.push(...mine(change.addedNodes)); window.went.push(...mine(change.removedNodes));
         } }).observe(log, { subtree: true, childList: true });",
    )
    .await;
}

/// Types into the phone's box and presses its Send.
async fn say(page: &Page, text: &str) {
    page.type_into("[data-testid=phone-applicant] [data-testid=composer]", text).await;
    page.click("[data-testid=phone-applicant] [data-testid=send]").await;
}

/// Waits until the bot has said that many messages in all.
async fn bot_says(page: &Page, count: usize) {
    page.until(
        &format!("the bot has said {count} messages"),
        &format!("return said('bot').length >= {count}"),
    )
    .await;
}

/// The bot's messages that stand in the chat, oldest first.
async fn bot_lines(page: &Page) -> Vec<String> {
    let lines = page.run("return said('bot').map(words)").await;
    serde_json::from_value(lines).expect("a list of texts")
}

/// Presses the first button below the bot's message of that number.
async fn press_first_button(page: &Page, count: usize) {
    let button = page
        .until(
            "the bot offers a choice",
            &format!("const m = said('bot')[{count} - 1]; return m && buttons(m).length >= 2 && m.dataset.message"),
        )
        .await;
    let message = button.as_str().expect("the message's id");
    page.click(&format!(
        "[data-testid=phone-applicant] [data-message='{message}'] [data-testid=inline-button]"
    ))
    .await;
}

/// The message came up in the chat, and is gone for good.
async fn has_vanished(page: &Page, text: &str) {
    let text = json!(text);
    page.until(
        &format!("{text} has been shown and has vanished"),
        &format!(
            "return window.came.includes({text}) && window.went.includes({text})
                 && !all('.message.user', log).map(words).includes({text})"
        ),
    )
    .await;
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

async fn standing(page: &Page, person: &str) -> Value {
    let (waiting, member) = (in_list("requests", person), in_list("members", person));
    page.run(&format!("return {{ waiting: {waiting}, member: {member} }}")).await
}

/// An expression: whether the group shows this person in the list.
fn in_list(list: &str, person: &str) -> String {
    format!(
        "!!document.querySelector('[data-testid=group] [data-testid={list}] [data-user=\"{person}\"]')"
    )
}

/// An expression: the mails to this address in the mailbox.
fn mails_to(address: &str) -> String {
    format!("all('[data-testid=mail-list] [data-testid=mail][data-to=\"{address}\"]')")
}

/// The one number that a sentence holds.
fn the_number_in(sentence: &str) -> u32 {
    let numbers: Vec<u32> =
        sentence.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    let [number] = numbers[..] else { panic!("exactly one number expected in «{sentence}»") };
    number
}

/// Tells this run's addresses from those of an earlier run on the same page.
fn unique() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    format!("{}.{}", process::id(), now.as_millis())
}
