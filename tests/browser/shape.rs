//! The page on a small touch screen, and by keyboard.

use serde_json::json;

use super::driver::Page;

pub async fn fit_a_phone(page: Page) {
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
