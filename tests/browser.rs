//! The demo's page in a real browser: whole dialogues by typing and clicking.
//!
//! Elements are found by role, label or `data-testid`, buttons of the bot by what they do, never
//! by the bot's wording. Pictures of the way are left in `target/browser/`.

mod acts;
mod around;
mod driver;
mod gate;
mod groups;
mod people;
mod setting_up;
mod shape;

use driver::{on_the_page, on_the_page_of_an_empty_world};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver; .ci/run runs it"]
async fn a_newcomer_passes_the_gate_by_email() {
    on_the_page("gate", gate::pass_the_gate_by_email).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver; .ci/run runs it"]
async fn somebody_tries_every_way_around_the_code_and_another_passes_in_one_tap() {
    on_the_page("around", around::try_every_way_around).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver; .ci/run runs it"]
async fn the_admin_and_somebody_who_blocks_the_bot() {
    on_the_page("people", people::admin_and_blocked).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver; .ci/run runs it"]
async fn an_admin_makes_a_group_and_brings_the_bot_there() {
    on_the_page("groups", groups::an_admin_makes_a_group).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver; .ci/run runs it"]
async fn an_admin_gates_a_group_from_nothing_and_helps_those_who_are_stuck() {
    on_the_page("setting-up", setting_up::an_admin_gates_a_group_from_nothing).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver; .ci/run runs it"]
async fn the_page_tells_that_the_demo_ended_and_comes_back_with_it() {
    on_the_page("anew", people::demo_ends_and_begins_anew).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver; .ci/run runs it"]
async fn the_page_stands_with_nobody_on_it() {
    on_the_page_of_an_empty_world("empty", people::nobody_is_there).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver; .ci/run runs it"]
async fn the_page_fits_a_phone() {
    on_the_page("phone", shape::fit_a_phone).await;
}
