//! One applicant who tries to get around the code and is locked out, and another who passes
//! meanwhile, in German, by the link of the mail.

use serde_json::json;

use super::acts::{
    PHONE, ask_to_join_and_give_the_password, bot_lines, bot_says, buttons, dismiss_the_alert,
    has_vanished, in_list, let_time_pass, mails_to, open_a_phone, press, press_start, say,
    standing, take_the_phone_of, the_number_in, unique,
};
use super::driver::Page;

/// Below a sent code.
const CODE_BUTTONS: [&str; 3] = ["resend", "other", "cancel"];

pub async fn try_every_way_around(page: Page) {
    let vera = open_a_phone(&page, "Vera Visitor", "en").await;
    ask_to_join_and_give_the_password(&page).await;
    let (number, first) = get_a_code_by_sms(&page).await;
    resend_too_early(&page, &number).await;
    give_the_same_address_again(&page, &number).await;
    let tries = 1 + guess(&page, &[&first], 1).await;
    let second = resend_in_time(&page, &number, &first).await;
    let (address, third) = take_another_address(&page).await;

    // Neither the resend nor the other address has given a try back; the old code took none.
    let codes = [first.as_str(), &second, &third];
    assert_eq!(guess(&page, &codes, 2).await, tries - 2);
    for nth in 3..tries {
        guess(&page, &codes, nth).await;
    }
    let minutes = guess(&page, &codes, tries).await;
    is_locked_out(&page, &vera, &third, minutes).await;

    another_passes_in_one_tap(&page, &vera).await;

    // The lock ends with its time, not with a new code.
    take_the_phone_of(&page, &vera).await;
    let_time_pass(&page, "pass-ten").await;
    press_start(&page).await;
    press(&page, "new").await;
    let fourth = newest_code_by_mail(&page, &address, 2).await;
    say(&page, &fourth).await;
    page.until("Vera is a member", &format!("return {}", in_list("members", &vera))).await;
    page.until("nothing is left to press", &has_buttons(&[])).await;
    page.photograph("8-in-after-all").await;
}

/// Shares the own number by the keyboard's button; gives it and the code that came.
async fn get_a_code_by_sms(page: &Page) -> (String, String) {
    let number = page.run("return document.querySelector('[data-fill=phone]').textContent").await;
    let number = number.as_str().expect("their own number").to_owned();
    press(page, "sms").await;
    page.until(
        "the keyboard offers to share the number",
        "const key = phone.querySelector('[data-testid=share-contact]'); return key.textContent && key.getClientRects().length",
    )
    .await;
    page.photograph("1-share").await;
    page.click(&format!("{PHONE} [data-testid=share-contact]")).await;
    page.until(
        "the keyboard is gone, and so is the card with the number",
        "return !phone.querySelector('[data-testid=share-contact]').getClientRects().length
             && buttons(log).some((button) => button.dataset.data.startsWith('send.'))
             && !log.querySelector('.contact')",
    )
    .await;
    let question = bot_lines(page).await.pop().expect("the question");
    assert!(question.contains(&number), "the number as understood: {question}");
    assert_eq!(texts_to(page, &number).await, 0, "nothing is sent before Send is pressed");
    press(page, "send").await;
    let code = newest_code_by_sms(page, &number, 1).await;
    page.until("a new code can be asked for", &has_buttons(&CODE_BUTTONS)).await;
    page.photograph("2-sms").await;
    (number, code)
}

async fn resend_too_early(page: &Page, number: &str) {
    press(page, "resend").await;
    page.until(
        "an alert says something",
        "return !phone.querySelector('[data-testid=alert]').hidden",
    )
    .await;
    page.photograph("3-too-early").await;
    let wait = the_number_in(&dismiss_the_alert(page).await);
    assert!((1..=60).contains(&wait), "a minute at most, or so many seconds: {wait}");
    assert_eq!(texts_to(page, number).await, 1);
}

async fn give_the_same_address_again(page: &Page, number: &str) {
    say(page, number).await;
    page.until("there is a choice", &has_buttons(&["new", "keep", "other", "cancel"])).await;
    page.photograph("4-same-address").await;
    press(page, "keep").await;
    page.until("the old code stands", &has_buttons(&CODE_BUTTONS)).await;
    assert_eq!(texts_to(page, number).await, 1);
}

/// A minute later; the first code is of no use then, and typing it costs nothing.
async fn resend_in_time(page: &Page, number: &str, first: &str) -> String {
    let_time_pass(page, "pass-minute").await;
    press(page, "resend").await;
    let second = newest_code_by_sms(page, number, 2).await;
    page.until("the new code is told", &has_buttons(&CODE_BUTTONS)).await;
    let said = bot_lines(page).await.len();
    say(page, first).await;
    bot_says(page, said + 1).await;
    has_vanished(page, first).await;
    second
}

/// E-mail this time: its Send waits for the same clock as Resend.
async fn take_another_address(page: &Page) -> (String, String) {
    let address = format!("vera.{}@example.org", unique());
    press(page, "other").await;
    press(page, "email").await;
    say(page, &address).await;
    press(page, "send").await;
    let wait = the_number_in(&dismiss_the_alert(page).await);
    assert!(wait >= 1);
    assert_eq!(page.run(&format!("return {}.length", mails_to(&address))).await, json!(0));
    let_time_pass(page, "pass-ten").await;
    press(page, "send").await;
    let code = newest_code_by_mail(page, &address, 1).await;
    page.until("the new code is told", &has_buttons(&CODE_BUTTONS)).await;
    (address, code)
}

/// Types a wrong code; the number that the answer names.
async fn guess(page: &Page, codes: &[&str], nth: u32) -> u32 {
    // Each one different, and none of them right.
    let wrong = (0..1_000_000).map(|n| format!("{:06}", (n * 7_919 + 424_242) % 1_000_000));
    let wrong = wrong.filter(|wrong| !codes.contains(&wrong.as_str())).nth(nth as usize);
    let wrong = wrong.expect("a wrong code");
    let said = bot_lines(page).await.len();
    say(page, &wrong).await;
    bot_says(page, said + 1).await;
    has_vanished(page, &wrong).await;
    the_number_in(bot_lines(page).await.last().expect("an answer"))
}

/// The lock names its time, leaves one button, which asks an admin, and nothing that is typed changes anything.
async fn is_locked_out(page: &Page, vera: &str, right: &str, minutes: u32) {
    assert!(minutes >= 1, "the lock says how long it lasts");
    assert_eq!(buttons(page).await, ["help"]);
    page.photograph("5-locked-out").await;
    page.colours("dark").await;
    page.photograph("5-locked-out-dark").await;
    page.colours("light").await;

    say(page, right).await;
    has_vanished(page, right).await;
    let_time_pass(page, "pass-minute").await;
    let said = bot_lines(page).await.len();
    press_start(page).await;
    bot_says(page, said + 1).await;
    let left = the_number_in(bot_lines(page).await.last().expect("an answer"));
    assert_eq!(left, minutes - 1, "the lock goes on, and its time as well");
    assert_eq!(buttons(page).await, ["help"]);
    assert_eq!(standing(page, vera).await, json!({"waiting": true, "member": false}));
}

async fn another_passes_in_one_tap(page: &Page, vera: &str) {
    let jurgen = open_a_phone(page, "Jürgen Groß", "de").await;
    let address = format!("juergen.{}@example.org", unique());
    ask_to_join_and_give_the_password(page).await;
    press(page, "email").await;
    say(page, &address).await;
    press(page, "send").await;
    newest_code_by_mail(page, &address, 1).await;
    page.until("the code is told", &has_buttons(&CODE_BUTTONS)).await;
    let heard = bot_lines(page).await.join("\n");
    assert!(heard.contains("Passwort") && !heard.contains("password"), "German: {heard}");
    page.photograph("6-german").await;

    // In somebody else's phone the link does nothing.
    take_the_phone_of(page, vera).await;
    let said = bot_lines(page).await.len();
    page.click("[data-testid=mail-link]").await;
    bot_says(page, said + 1).await;
    for person in [vera, &jurgen] {
        assert_eq!(standing(page, person).await, json!({"waiting": true, "member": false}));
    }

    take_the_phone_of(page, &jurgen).await;
    let said = bot_lines(page).await.len();
    page.click_in_frame("[data-testid=mail-html]", "a[href*='start=']").await;
    page.until("Jürgen is a member", &format!("return {}", in_list("members", &jurgen))).await;
    bot_says(page, said + 1).await;
    page.until("nothing is left to press", &has_buttons(&[])).await;
    page.photograph("7-one-tap").await;
}

async fn texts_to(page: &Page, number: &str) -> u64 {
    let count = page.run(&format!("return {}.length", texts(number))).await;
    count.as_u64().expect("a count")
}

fn texts(number: &str) -> String {
    format!("all('[data-testid=sms-item][data-to=\"{number}\"] p')")
}

/// The code in the newest SMS, once there are so many.
async fn newest_code_by_sms(page: &Page, number: &str, count: usize) -> String {
    let code = page
        .until(
            &format!("SMS {count} has come to {number}"),
            &format!(
                r"const texts = {}; return texts.length === {count} && /(?<!\d)\d{{6}}(?!\d)/.exec(texts[0].textContent)?.[0]",
                texts(number)
            ),
        )
        .await;
    code.as_str().expect("six digits").to_owned()
}

/// The code in the newest mail, once there are so many; the mail is opened.
async fn newest_code_by_mail(page: &Page, address: &str, count: usize) -> String {
    let mail = page
        .until(
            &format!("mail {count} has come to {address}"),
            &format!(
                "const mails = {}; return mails.length === {count} && mails[0].dataset.mail",
                mails_to(address)
            ),
        )
        .await;
    let mail = mail.as_str().expect("the mail's number");
    page.click(&format!("[data-testid=mail][data-mail='{mail}']")).await;
    let code = page
        .until(
            "the mail shows a code",
            &format!(
                r"const frame = document.querySelector('[data-testid=mail-html]');
                  return frame.dataset.shown === '{mail}'
                      && /(?<!\d)\d{{6}}(?!\d)/.exec(frame.contentDocument?.body?.innerText ?? '')?.[0]"
            ),
        )
        .await;
    code.as_str().expect("six digits").to_owned()
}

/// A condition: exactly these buttons are in the open chat.
fn has_buttons(actions: &[&str]) -> String {
    format!(
        "return JSON.stringify(buttons(log).map((button) => button.dataset.data.split('.')[0])) === '{}'",
        json!(actions)
    )
}
