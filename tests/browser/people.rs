//! The admin, somebody who blocks the bot, nobody at all, and a demo that ends.

use serde_json::json;

use super::acts::{
    PHONE, bot_lines, bot_says, in_list, open_a_phone, press_start, standing, the_number_in,
};
use super::driver::Page;

const ADMIN: &str = "[data-testid=phone-admin]";

pub async fn admin_and_blocked(page: Page) {
    the_admin_is_known(&page).await;

    let nina = open_a_phone(&page, "Nina", "en").await;
    press_start(&page).await;
    bot_says(&page, 1).await;
    let tries = the_number_in(&bot_lines(&page).await[0]);
    choose_in_the_menu(&page, "block").await;
    page.until(
        "nothing can be typed into a blocked chat",
        "return !phone.querySelector('[data-testid=composer]').getClientRects().length
             && phone.querySelector('[data-testid=start]').hidden",
    )
    .await;

    // The bot cannot write to her: the request waits, and the bot goes on.
    page.click(&format!("{PHONE} [data-testid=ask-to-join]")).await;
    page.until("she waits at the gate", &format!("return {}", in_list("requests", &nina))).await;
    page.photograph("blocked").await;
    page.click(&format!("{PHONE} [data-act=unblock]")).await;
    page.until(
        "she can type again",
        "return phone.querySelector('[data-testid=composer]').getClientRects().length",
    )
    .await;
    assert_eq!(bot_lines(&page).await.len(), 1, "nothing reached her meanwhile");
    press_start(&page).await;
    bot_says(&page, 2).await;
    assert_eq!(the_number_in(&bot_lines(&page).await[1]), tries, "it has cost no try");
    assert_eq!(standing(&page, &nina).await, json!({"waiting": true, "member": false}));
}

/// `/start` from who looks after the group: what they look after, and no way to a password.
async fn the_admin_is_known(page: &Page) {
    page.until("the page is alive", "return document.documentElement.dataset.ready").await;
    page.click(&format!("{ADMIN} [data-testid=start]")).await;
    let answer = page
        .until(
            "the bot answers the admin",
            &format!(
                "const heard = all('{ADMIN} [data-testid=message][data-from=bot]');
                 return heard.length && {{ text: words(heard[0]), buttons: buttons(heard[0]).length, count: heard.length }}"
            ),
        )
        .await;
    assert_eq!((&answer["buttons"], &answer["count"]), (&json!(3), &json!(1)));
    let text = answer["text"].as_str().expect("a text");
    assert!(!text.contains(|c: char| c.is_ascii_digit()), "no tries are offered: {text}");
    page.photograph("admin").await;
}

pub async fn nobody_is_there(page: Page) {
    page.until("the page is alive", "return document.documentElement.dataset.ready").await;
    let seen = page
        .run(
            "return [phone.querySelector('[data-testid=nobody]').textContent,
                      phone.querySelector('[data-testid=composer]').getClientRects().length]",
        )
        .await;
    assert_ne!(seen[0], "");
    assert_eq!(seen[1], 0);
    page.photograph("nobody").await;

    // Everything that could be meant for a phone can be pressed.
    for target in ["fill-password", "pass-minute", "invite-link"] {
        page.click(&format!("[data-testid={target}]")).await;
    }
    open_a_phone(&page, "Vera Visitor", "en").await;
    page.until(
        "her phone is there",
        "return phone.querySelector('[data-testid=nobody]').hidden
             && phone.querySelector('[data-testid=composer]').getClientRects().length",
    )
    .await;
}

pub async fn demo_ends_and_begins_anew(page: Page) {
    open_a_phone(&page, "Vera Visitor", "en").await;
    press_start(&page).await;
    bot_says(&page, 1).await;
    page.loses_its_demo();
    page.until("the page says that nobody answers", &banner("bad")).await;
    page.photograph("ended").await;
    page.gets_a_new_demo().await;
    page.until("the page says that the world is a new one", &banner("good")).await;
    page.until(
        "nothing of the old world is left",
        "return all('[data-testid=person]', phone).length === 1 && !all('[data-testid=message]').length",
    )
    .await;
    page.photograph("begun").await;
    press_start(&page).await;
    bot_says(&page, 1).await;
}

fn banner(kind: &str) -> String {
    format!(
        "const banner = document.querySelector('[data-testid=banner]');
         return !banner.hidden && banner.classList.contains('{kind}') && banner.textContent"
    )
}

async fn choose_in_the_menu(page: &Page, what: &str) {
    page.click(&format!("{PHONE} [data-testid=menu]")).await;
    page.click(&format!("{PHONE} [data-menu='{what}']")).await;
}
