//! The admin on the page gates a group from nothing: set-up, a labelled password, a roster, and
//! cards of those who are stuck.

use serde_json::json;

use super::acts::{
    PHONE, buttons as buttons_of_applicant, in_list, mails_to, open_a_phone, press, say, unique,
};
use super::driver::Page;

const ADMIN: &str = "[data-testid=phone-admin]";
const DIALOG: &str = "#dialog[open]";
const PASSWORD: &str = "green door";

pub async fn an_admin_gates_a_group_from_nothing(page: Page) {
    let nina = open_a_phone(&page, "Nina Newcomer", "en").await;
    let address = format!("nina.{nina}.{}@example.org", unique());

    // A group, and the bot in it.
    page.click(&format!("{ADMIN} [data-testid=new-group]")).await;
    page.type_into(&format!("{DIALOG} [name=title]"), "Rust Potsdam").await;
    page.click(&format!("{DIALOG} [type=submit]")).await;
    let settings = format!("{ADMIN} [data-testid=group-settings]");
    page.until(
        "the group is open",
        &format!("return !document.querySelector('{settings}').hidden"),
    )
    .await;
    page.click(&settings).await;
    page.click(&format!("{DIALOG} [data-testid=add-bot-admin]")).await;
    page.until(
        "the bot is an administrator",
        &format!("return document.querySelector('{DIALOG} [data-testid=demote-bot]')"),
    )
    .await;
    page.click(&format!("{DIALOG} [data-act=close]")).await;
    page.click(&format!("{ADMIN} [data-testid=room][data-group='0']")).await;
    until_admin_has(&page, "[data-data^='a.s.']").await;
    page.photograph("1-invitation").await;
    page.click(&button("[data-data^='a.s.']")).await;

    // The guided set-up: two passwords, one with a label of its own, then the defaults.
    admin_presses(&page, "add").await;
    admin_presses(&page, "main").await;
    admin_types_a_secret(&page, "open sesame").await;
    page.photograph("2-set-up").await;
    admin_presses(&page, "add").await;
    admin_answers(&page, "flyer").await;
    admin_types_a_secret(&page, PASSWORD).await;
    let mut steps = 0;
    while page
        .run(&format!("return Boolean(document.querySelector(`{}`))", button(&word("next"))))
        .await
        == json!(true)
    {
        admin_presses(&page, "next").await;
        until_admin_has(&page, "").await;
        steps += 1;
        assert!(steps < 12, "the set-up never ends");
    }
    page.photograph("3-ready").await;
    admin_presses(&page, "open").await;
    // What stands open is found, and mended in the group.
    until_admin_has(&page, "[data-data^='a.x.']").await;
    page.photograph("4-findings").await;
    page.click(&format!("{ADMIN} [data-testid=room][data-group^='-']:last-child")).await;
    page.click(&settings).await;
    page.click(&format!("{DIALOG} [data-testid=approves]")).await;
    page.click(&format!("{DIALOG} [data-testid=members-may-add]")).await;
    page.until(
        "both are as they should be",
        &format!(
            "return document.querySelector('{DIALOG} [data-testid=approves]').checked
                 && !document.querySelector('{DIALOG} [data-testid=members-may-add]').checked"
        ),
    )
    .await;
    page.click(&format!("{DIALOG} [data-act=close]")).await;
    page.click(&format!("{ADMIN} [data-testid=room][data-group='0']")).await;

    // A roster, and nobody else.
    page.click(&format!("{ADMIN} [data-testid=menu]")).await;
    page.click(&format!("{ADMIN} [data-testid=menu-file]")).await;
    page.type_into(
        &format!("{DIALOG} [name=text]"),
        &format!("{address}\nmia@example.org\n+49 151 23456789"),
    )
    .await;
    page.click(&format!("{DIALOG} [type=submit]")).await;
    until_admin_has(&page, &word("yes")).await;
    page.photograph("5-preview").await;
    admin_presses(&page, "yes").await;
    admin_presses(&page, "r.only").await;
    until_admin_has(&page, &word("r.any")).await;
    page.photograph("6-roster").await;

    // Nina is stuck, and is unlocked from a card.
    page.click("[data-testid=group-tab]:last-child").await;
    asks_and_is_locked_out(&page).await;
    press(&page, "help").await;
    until_admin_has(&page, "[data-data^='a.c.'][data-data$='.unlock']").await;
    page.photograph("7-card").await;
    page.click(&button("[data-data^='a.c.'][data-data$='.unlock']")).await;
    page.until(
        "Nina may try again",
        "return said('bot').length >= 6 && !buttons(said('bot').at(-1)).length",
    )
    .await;
    say(&page, PASSWORD).await;
    press(&page, "email").await;
    page.until(
        "the address is asked",
        "return !buttons(said('bot').at(-1)).some((b) => b.dataset.data.startsWith('email.'))",
    )
    .await;
    say(&page, &address).await;
    press(&page, "send").await;
    page.until("the mail is there", &format!("return {}.length", mails_to(&address))).await;
    page.click(&format!("[data-testid=mail][data-to='{address}']")).await;
    let code = page
        .until(
            "the mail shows a code",
            r"return /(?<!\d)\d{6}(?!\d)/.exec(document.querySelector('[data-testid=mail-html]').contentDocument?.body?.innerText ?? '')?.[0]",
        )
        .await;
    say(&page, code.as_str().expect("six digits")).await;
    page.until("Nina is in", &format!("return {}", in_list("members", &nina))).await;

    // Olaf is not on the roster; he is let in from a card.
    let olaf = open_a_phone(&page, "Olaf", "de").await;
    asks_and_is_locked_out(&page).await;
    assert!(buttons_of_applicant(&page).await.contains(&"help".to_owned()));
    press(&page, "help").await;
    until_admin_has(&page, "[data-data^='a.c.'][data-data$='.approve']").await;
    page.click(&button("[data-data^='a.c.'][data-data$='.approve']")).await;
    page.until("Olaf is in", &format!("return {}", in_list("members", &olaf))).await;
    page.until(
        "the card has no buttons any more",
        &format!("return !document.querySelector(`{}`)", button("[data-data^='a.c.']")),
    )
    .await;
    page.photograph("8-both-in").await;

    // The group itself has heard of nothing.
    let said = page
        .run(&format!(
            "return all('{ADMIN} [data-testid=room-chat] [data-from=bot]').length
                 + all('{PHONE} [data-testid=room-chat] [data-from=bot]').length"
        ))
        .await;
    assert_eq!(said, json!(0));

    // The same in the hand, dark.
    page.size(390, 844, true).await;
    page.colours("dark").await;
    page.click("nav [data-show=admin]").await;
    page.photograph("9-hand-admin-dark").await;
    page.colours("light").await;
    page.click("nav [data-show=guide]").await;
    page.run("for (const more of all('#guide details')) more.open = true").await;
    page.photograph("9-hand-guide").await;
}

/// Asks to join the group that the card shows, and types three wrong passwords.
async fn asks_and_is_locked_out(page: &Page) {
    page.click(&format!("{PHONE} [data-testid=ask-to-join]")).await;
    for wrong in 1..=3 {
        page.until("the bot has answered", &format!("return said('bot').length >= {wrong}")).await;
        say(page, "melon").await;
    }
    page.until("they are locked out", "return said('bot').length >= 4").await;
}

/// The button in the admin's chat with the bot that is like this.
fn button(like: &str) -> String {
    format!("{ADMIN} .log:not([hidden]) [data-testid=inline-button]{like}")
}

/// A button of the panel that does this.
fn word(word: &str) -> String {
    format!("[data-data^='a.p.'][data-data$='.{word}']")
}

async fn until_admin_has(page: &Page, like: &str) {
    page.until(
        &format!("the admin sees a button {like}"),
        &format!("return document.querySelector(`{}`)", button(like)),
    )
    .await;
}

/// Presses a button of the panel, and waits until it is gone: another screen is there.
async fn admin_presses(page: &Page, does: &str) {
    let like = word(does);
    until_admin_has(page, &like).await;
    let data = page.run(&format!("return all(`{}`).at(-1).dataset.data", button(&like))).await;
    let exactly = button(&format!("[data-data={data}]"));
    page.click(&exactly).await;
    page.until(
        &format!("{does} has led on"),
        &format!("return !document.querySelector(`{exactly}`)"),
    )
    .await;
}

/// Types what the panel asks for, and waits for the next screen.
async fn admin_answers(page: &Page, text: &str) {
    let back = word("at.passwords");
    until_admin_has(page, &back).await;
    let data = page.run(&format!("return all(`{}`).at(-1).dataset.data", button(&back))).await;
    page.type_into(&format!("{ADMIN} [data-testid=composer]"), text).await;
    page.click(&format!("{ADMIN} [data-testid=send]")).await;
    let exactly = button(&format!("[data-data={data}]"));
    page.until(
        &format!("{text} was taken"),
        &format!("return !document.querySelector(`{exactly}`)"),
    )
    .await;
}

/// Types a password where one is asked for: it vanishes, and the list of passwords is there again.
async fn admin_types_a_secret(page: &Page, secret: &str) {
    admin_answers(page, secret).await;
    until_admin_has(page, &word("remove")).await;
    page.until(
        "the password is gone from the chat",
        &format!("return !all('{ADMIN} .message.user').map(words).includes({})", json!(secret)),
    )
    .await;
    admin_presses(page, "at.passwords").await;
}
