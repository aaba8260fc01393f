//! The group's admin on the page: makes a group, brings the bot there, sets its rights, talks and
//! is talked to in the group, sends a file, forwards a message.

use serde_json::json;

use super::acts::{PHONE, open_a_phone};
use super::driver::Page;

const ADMIN: &str = "[data-testid=phone-admin]";
const DIALOG: &str = "#dialog[open]";

pub async fn an_admin_makes_a_group(page: Page) {
    let nina = open_a_phone(&page, "Nina Newcomer", "en").await;
    page.photograph("1-before").await;

    // From nothing: a group, the bot in it as an administrator, a right taken away.
    page.click(&format!("{ADMIN} [data-testid=new-group]")).await;
    page.type_into(&format!("{DIALOG} [name=title]"), "Rust Potsdam").await;
    page.photograph("2-new-group").await;
    page.click(&format!("{DIALOG} [type=submit]")).await;
    page.until(
        "the card and the admin's phone show the group",
        "return document.querySelector('#group-title').textContent === 'Rust Potsdam'
             && document.querySelector('[data-testid=phone-admin] [data-part=bot]').textContent === 'Rust Potsdam'",
    )
    .await;
    page.click(&format!("{ADMIN} [data-testid=group-settings]")).await;
    page.click(&format!("{DIALOG} [data-testid=add-bot-admin]")).await;
    page.until("the bot has its three rights", &checked("can_delete_messages", true)).await;
    page.click(&format!("{DIALOG} [data-testid=can_delete_messages]")).await;
    page.until("one right is gone", &checked("can_delete_messages", false)).await;
    page.click(&format!("{DIALOG} [data-testid=approves]")).await;
    page.until("new members are approved", &checked("approves", true)).await;
    page.click(&format!("{DIALOG} [data-testid=members-may-add]")).await;
    page.until("members may not add people", &checked("members-may-add", false)).await;
    page.click(&format!("{DIALOG} [data-testid=new-link]")).await;
    page.until(
        "there is one more link",
        &format!("return document.querySelector('{DIALOG} [data-testid=end-link]')"),
    )
    .await;
    page.photograph("3-settings").await;
    page.colours("dark").await;
    page.photograph("3-settings-dark").await;
    page.colours("light").await;
    page.click(&format!("{DIALOG} [data-act=close]")).await;

    // The newcomer comes by the link that lets in at once, and writes.
    page.click("[data-testid=further-link]").await;
    page.until("Nina is in", &in_card(&nina)).await;
    page.click(&format!("{PHONE} [data-testid=room]:not([data-group='0'])")).await;
    write(&page, PHONE, "hello all").await;
    said_in(&page, ADMIN, "hello all").await;
    write(&page, ADMIN, "welcome").await;
    said_in(&page, PHONE, "welcome").await;
    page.photograph("4-group-chat").await;

    // Hidden behind the group's name.
    page.click(&format!("{ADMIN} [data-testid=group-settings]")).await;
    page.click(&format!("{DIALOG} [data-testid=anonymous]")).await;
    page.until("Ada is anonymous", &checked("anonymous", true)).await;
    page.click(&format!("{DIALOG} [data-act=close]")).await;
    write(&page, ADMIN, "it is me, the group").await;
    page.until(
        "the group itself says it",
        &format!(
            "return all('{PHONE} [data-testid=room-chat] .author').some((name) => name.textContent === 'Rust Potsdam')"
        ),
    )
    .await;

    // A file and a forwarded message go to the bot.
    page.click(&format!("{ADMIN} [data-testid=room][data-group='0']")).await;
    page.click(&format!("{ADMIN} [data-testid=menu]")).await;
    page.click(&format!("{ADMIN} [data-testid=menu-file]")).await;
    page.type_into(&format!("{DIALOG} [name=text]"), "nora@example.org\nmia@example.org").await;
    page.photograph("5-file").await;
    page.click(&format!("{DIALOG} [type=submit]")).await;
    let file = page
        .until(
            "the file is in the chat",
            &format!(
                "return document.querySelector('{ADMIN} [data-testid=file]')?.getAttribute('href')"
            ),
        )
        .await;
    let bytes = page
        .until(
            "the file can be fetched",
            &format!(
                "window.fetched ??= fetch({file}).then((answer) => answer.text()).then((text) => {{ document.documentElement.dataset.fetched = text; }});
                 return document.documentElement.dataset.fetched"
            ),
        )
        .await;
    assert_eq!(bytes, json!("nora@example.org\nmia@example.org"));
    page.click(&format!("{ADMIN} [data-testid=menu]")).await;
    page.click(&format!("{ADMIN} [data-testid=menu-forward]")).await;
    page.click(&format!("{DIALOG} [type=submit]")).await;
    page.until(
        "the message is forwarded under Nina's name",
        &format!("return all('{ADMIN} [data-testid=words]').some((words) => words.textContent.startsWith('Forwarded from Nina'))"),
    )
    .await;
    page.photograph("6-file-and-forward").await;

    // A second person is added by hand; the first group is still there.
    let olaf = open_a_phone(&page, "Olaf", "en").await;
    page.click(&format!("{ADMIN} [data-testid=room][data-group^='-']:last-child")).await;
    page.click(&format!("{ADMIN} [data-testid=group-settings]")).await;
    page.run(&format!("document.querySelector('{DIALOG} [data-testid=whom]').value = '{olaf}'"))
        .await;
    page.click(&format!("{DIALOG} [data-testid=add-person]")).await;
    page.until("Olaf is in", &in_card(&olaf)).await;
    page.click(&format!("{DIALOG} [data-testid=remove-bot]")).await;
    page.until(
        "the bot can be added again",
        &format!("return document.querySelector('{DIALOG} [data-testid=add-bot]')"),
    )
    .await;
    page.click(&format!("{DIALOG} [data-act=close]")).await;
    page.click("[data-testid=group-tab]:first-child").await;
    page.until(
        "the first group is shown",
        "return document.querySelector('#group-title').textContent === 'Rust Berlin'",
    )
    .await;

    // The same in the hand, dark.
    page.size(390, 844, true).await;
    page.colours("dark").await;
    page.click("nav [data-show=admin]").await;
    page.photograph("7-hand-admin-dark").await;
    page.click(&format!("{ADMIN} [data-testid=group-settings]")).await;
    page.photograph("7-hand-settings-dark").await;
    page.click(&format!("{DIALOG} [data-act=close]")).await;
    page.colours("light").await;
    page.photograph("7-hand-admin").await;
    page.click("nav [data-show=group]").await;
    page.photograph("7-hand-group").await;
}

async fn write(page: &Page, phone: &str, text: &str) {
    page.type_into(&format!("{phone} [data-testid=composer]"), text).await;
    page.click(&format!("{phone} [data-testid=send]")).await;
}

/// The group's chat that is open in this phone shows a message of somebody else.
async fn said_in(page: &Page, phone: &str, text: &str) {
    page.until(
        &format!("the group shows {text}"),
        &format!(
            "return all('{phone} [data-testid=room-chat] .message.bot').map(words).includes({})",
            json!(text)
        ),
    )
    .await;
}

/// A condition: this switch of the settings stands like that.
fn checked(switch: &str, on: bool) -> String {
    format!("return document.querySelector('{DIALOG} [data-testid={switch}]')?.checked === {on}")
}

/// A condition: the group that the card shows has this member.
fn in_card(person: &str) -> String {
    format!(
        "return document.querySelector('[data-testid=group] [data-testid=members] [data-user=\"{person}\"]')"
    )
}
