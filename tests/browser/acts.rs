//! What a person does on the page and sees there, and how to find it.

use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::driver::Page;

/// The applicant's phone.
pub const PHONE: &str = "[data-testid=phone-applicant]";

/// Opens the phone of a new applicant, and gives their id.
pub async fn open_a_phone(page: &Page, name: &str, language: &str) -> String {
    page.until("the page is alive", "return document.documentElement.dataset.ready").await;
    let before = page.run("return all('[data-testid=person]', phone).length").await;
    page.click("[data-testid=new-applicant]").await;
    page.type_into("[data-testid=newcomer] input[name=name]", name).await;
    page.click(&format!("[data-testid=newcomer] input[value={language}]")).await;
    page.click("[data-testid=newcomer] [type=submit]").await;
    let person = page
        .until(
            "their phone is open",
            &format!(
                "const people = all('[data-testid=person]', phone);
                 return people.length === {before} + 1 && people.find((p) => p.getAttribute('aria-pressed') === 'true' && p.textContent.includes({}))?.dataset.person",
                json!(name)
            ),
        )
        .await;
    let person = person.as_str().expect("the person's id").to_owned();
    assert_eq!(page.run("return log.dataset.person").await, json!(person), "their own chat");
    watch_the_chat(page).await;
    person
}

/// Takes a phone in the hand that is open already.
pub async fn take_the_phone_of(page: &Page, person: &str) {
    page.click(&format!("{PHONE} [data-testid=person][data-person='{person}']")).await;
    page.until("their chat is shown", &format!("return log.dataset.person === '{person}'")).await;
}

/// Types the password that the page's guide tells, after asking to join.
pub async fn ask_to_join_and_give_the_password(page: &Page) {
    page.click("[data-testid=phone-applicant] [data-testid=ask-to-join]").await;
    bot_says(page, 1).await;
    let password =
        page.run("return document.querySelector('[data-hint=password]').textContent").await;
    say(page, password.as_str().expect("the password's hint")).await;
}

/// Notes from now on what the person's own messages said, as they came and went.
async fn watch_the_chat(page: &Page) {
    page.run(
        "window.came ??= []; window.went ??= [];
         const mine = (nodes) => [...nodes].filter((node) => node.matches?.('.message.user')).map(words);
         new MutationObserver((changes) => { for (const change of changes) {
             window.came.push(...mine(change.addedNodes)); window.went.push(...mine(change.removedNodes));
         } }).observe(log, { subtree: true, childList: true });",
    )
    .await;
}

/// Types into the phone's box and presses its Send.
pub async fn say(page: &Page, text: &str) {
    page.type_into("[data-testid=phone-applicant] [data-testid=composer]", text).await;
    page.click("[data-testid=phone-applicant] [data-testid=send]").await;
}

/// Presses the phone's own `/start`.
pub async fn press_start(page: &Page) {
    page.click(&format!("{PHONE} [data-testid=start]")).await;
}

/// Presses the button that does this (`send`, `resend`, `other` …), once it is there.
pub async fn press(page: &Page, action: &str) {
    let button =
        format!("{PHONE} .log:not([hidden]) [data-testid=inline-button][data-data^='{action}.']");
    page.until(
        &format!("there is a button that does {action}"),
        &format!("return document.querySelector(`{button}`)"),
    )
    .await;
    page.click(&button).await;
}

/// What the buttons of the open chat do.
pub async fn buttons(page: &Page) -> Vec<String> {
    let buttons = "return buttons(log).map((button) => button.dataset.data.split('.')[0])";
    serde_json::from_value(page.run(buttons).await).expect("a list of actions")
}

/// The answer to a pressed button, which stands until dismissed; it is dismissed here.
pub async fn dismiss_the_alert(page: &Page) -> String {
    let text = page
        .until(
            "an alert says something",
            "const alert = phone.querySelector('[data-testid=alert]');
             return !alert.hidden && alert.querySelector('p').textContent",
        )
        .await;
    page.click("[data-testid=phone-applicant] [data-testid=alert] button").await;
    text.as_str().expect("the alert's text").to_owned()
}

/// Lets time pass for the whole world, by the page's own buttons: `pass-minute` or `pass-ten`.
pub async fn let_time_pass(page: &Page, button: &str) {
    let shown = page.run("return document.querySelector('[data-part=now]').textContent").await;
    page.click(&format!("[data-testid={button}]")).await;
    page.until(
        "the clock has moved",
        &format!("return document.querySelector('[data-part=now]').textContent !== {shown}"),
    )
    .await;
}

/// Waits until the bot has said that many messages in all.
pub async fn bot_says(page: &Page, count: usize) {
    page.until(
        &format!("the bot has said {count} messages"),
        &format!("return said('bot').length >= {count}"),
    )
    .await;
}

/// The bot's messages that stand in the chat, oldest first.
pub async fn bot_lines(page: &Page) -> Vec<String> {
    let lines = page.run("return said('bot').map(words)").await;
    serde_json::from_value(lines).expect("a list of texts")
}

/// The message came up in the chat, and is gone for good.
pub async fn has_vanished(page: &Page, text: &str) {
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

pub async fn standing(page: &Page, person: &str) -> Value {
    let (waiting, member) = (in_list("requests", person), in_list("members", person));
    page.run(&format!("return {{ waiting: {waiting}, member: {member} }}")).await
}

/// An expression: whether the group shows this person in the list.
pub fn in_list(list: &str, person: &str) -> String {
    format!(
        "!!document.querySelector('[data-testid=group] [data-testid={list}] [data-user=\"{person}\"]')"
    )
}

/// An expression: the mails to this address in the mailbox.
pub fn mails_to(address: &str) -> String {
    format!("all('[data-testid=mail-list] [data-testid=mail][data-to=\"{address}\"]')")
}

/// The one number that a sentence holds.
pub fn the_number_in(sentence: &str) -> u32 {
    let numbers: Vec<u32> =
        sentence.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    let [number] = numbers[..] else { panic!("exactly one number expected in «{sentence}»") };
    number
}

/// Tells this run's addresses from those of an earlier run on the same page.
pub fn unique() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    format!("{}.{}", process::id(), now.as_millis())
}
