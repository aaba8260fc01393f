//! Somebody earns from text messages and has the bot send many: every limit of them, and what
//! costs money, over all applicants.

use countersign::engine::world::Clock;
use countersign::sandbox::Person;
use countersign::sandbox::twilio::{Call, Fault};
use insta::assert_snapshot;

use crate::dialogue::steps::*;
use crate::scene::{PASSWORD, Scene, Setup};

#[tokio::test]
async fn owners_hear_once_a_day_that_a_dial_code_is_used_up() {
    let scene = with_limits("sends_per_country = 1").await;
    let olga = scene.with_owner("Olga").await;
    with_an_sms(&scene, "Nora").await;
    for name in ["Ben", "Cem"] {
        let person = scene.past_the_password(name).await;
        has_code_sent_to(&person, &person.phone()).await;
    }
    assert_snapshot!(olga.reads().await, @"⚠️ No more SMS go to +49 today. The limit of 1 SMS a day is reached (sends_per_country, country_limits). Whoever has a number there is asked to use another way, or to come back tomorrow. If you did not expect so many, somebody may be after the money that each SMS costs.");
    scene.passes(DAY);
    with_an_sms(&scene, "Dana").await;
    let eve = scene.past_the_password("Eve").await;
    has_code_sent_to(&eve, &eve.phone()).await;
    assert!(olga.reads().await.to_string().contains("No more SMS go to +49 today."));
    scene.ends().await;
}

/// Somebody who asked for a code by SMS, and what they were told.
async fn asks_for_sms(scene: &Scene, name: &str) -> (Person, String) {
    let person = scene.past_the_password(name).await;
    let said = has_code_sent_to(&person, &person.phone()).await.to_string();
    (person, said)
}

/// So many people get their SMS.
async fn get_sms(scene: &Scene, names: &[&str]) {
    for name in names {
        with_an_sms(scene, name).await;
    }
}

async fn is_refused(scene: &Scene, name: &str, when: &str) {
    let (_, said) = asks_for_sms(scene, name).await;
    assert!(said.contains("as many text messages as I may"), "{name}: {said}");
    assert!(said.contains(&format!("come back {when}")), "{name}: {said}");
}

async fn with_spending(limits: &'static str, spending: &'static str) -> Scene {
    Scene::with(Setup { limits, spending, ..Setup::default() }).await
}

#[tokio::test]
async fn numbers_that_differ_in_their_last_digits_only_get_five_an_hour() {
    let scene = Scene::start().await;
    let olga = scene.with_owner("Olga").await;
    get_sms(&scene, &["Nora", "Ben", "Cem", "Dana", "Eve"]).await;
    let (finn, said) = asks_for_sms(&scene, "Finn").await;
    assert_snapshot!(said, @r"
    (edited) Rust Berlin

    Understood: I am not sending anything there.
    ---
    Rust Berlin

    For the moment I have sent as many text messages as I may, to everybody together. That has nothing to do with you, and costs you no try. Please choose another way, or come back in 1 hour.
    [✉️ By e-mail]
    [🙋 Ask an admin]
    [Other address] [Cancel]
    ");
    assert_snapshot!(olga.reads().await, @"⚠️ Many SMS to numbers that are nearly the same. Within an hour 5 SMS went to numbers in +49 that differ in their last four digits only (per_prefix); for the rest of the hour no more do. People's numbers are seldom so close: somebody may be after the money that each SMS costs. I say this once a day for +49.");
    // Somebody in another block of numbers is not concerned.
    let gina = scene.past_the_password("Gina").await;
    has_code_sent_to(&gina, "+49 171 2345678").await;
    scene.world.sms_for("+491712345678").await;
    assert_eq!(scene.world.twilio.calls(), 6);
    // That was no try of Finn's, and the other way is open at once.
    finn.presses("By e-mail");
    finn.reads().await;
    has_code_sent_to(&finn, &finn.email()).await;
    let mail = scene.world.mail_for(&finn.email()).await;
    finn.types(none_of(&[mail.code(6)]));
    assert!(finn.reads().await.to_string().contains("You have 2 tries left"));
    finn.types(mail.code(6));
    finn.reads().await;
    assert!(finn.is_member());

    scene.passes(60 * MINUTE);
    get_sms(&scene, &["Hal"]).await;
    scene.ends().await;
}

#[tokio::test]
async fn a_block_of_numbers_is_as_used_up_after_a_restart() {
    let mut scene = with_spending("", "per_prefix = 2").await;
    get_sms(&scene, &["Nora", "Ben"]).await;
    scene.restarts_bot().await;
    is_refused(&scene, "Cem", "in 1 hour").await;
    scene.ends().await;
}

#[tokio::test]
async fn a_dial_code_may_have_a_number_of_its_own() {
    let scene = with_spending("sends_per_country = 1", "country_limits = [\"+49=3\"]").await;
    get_sms(&scene, &["Nora", "Ben", "Cem"]).await;
    let (_, said) = asks_for_sms(&scene, "Dana").await;
    assert!(said.contains("to that country today"), "{said}");
    scene.ends().await;
}

#[tokio::test]
async fn a_gate_has_its_limit_and_others_go_on() {
    let setup = Setup { limits: "sms_per_gate = 2", ..Setup::default() };
    let (scene, groups) = Scene::with_gates(setup, &[("Go Berlin", true)]).await;
    let olga = scene.with_owner("Olga").await;
    get_sms(&scene, &["Nora", "Ben"]).await;
    is_refused(&scene, "Cem", "in 12 hours").await;
    assert_snapshot!(olga.reads().await, @r"
    Rust Berlin

    ⚠️ No more SMS go out for this group today. The limit of 2 SMS a day is reached (sms_per_gate). Whoever wants to join is asked to use another way, or to come back tomorrow.
    ");

    let dana = scene.world.person("Dana");
    dana.requests_to_join_group(&groups[0]);
    dana.reads().await;
    dana.types(PASSWORD);
    dana.reads().await;
    has_code_sent_to(&dana, &dana.phone()).await;
    scene.world.sms_for(&dana.phone()).await;

    scene.passes(DAY / 2);
    get_sms(&scene, &["Eve"]).await;
    scene.ends().await;
}

#[tokio::test]
async fn the_whole_bot_has_its_limits_by_the_hour_and_by_the_day() {
    let mut scene = with_spending("", "per_hour = 2\nper_day = 3").await;
    let olga = scene.with_owner("Olga").await;
    get_sms(&scene, &["Nora", "Ben"]).await;
    is_refused(&scene, "Cem", "in 1 hour").await;
    assert_snapshot!(olga.reads().await, @"⚠️ No more SMS go out for the rest of this hour. The limit of 2 SMS an hour for all groups together is reached. I say this once a day. Whoever wants to join is asked to use another way, or to come back later.");
    scene.passes(60 * MINUTE);
    get_sms(&scene, &["Dana"]).await;
    assert_snapshot!(olga.reads().await, @"⚠️ 3 SMS of 3 SMS are used for SMS today, for all groups together. At this pace the rest is used up at 13:00 UTC. After that no SMS goes out until the next day begins (UTC).");
    scene.restarts_bot().await;
    is_refused(&scene, "Eve", "in 11 hours").await;
    assert_snapshot!(olga.reads().await, @"⚠️ No more SMS go out today. The limit of 3 SMS a day for all groups together is reached. Whoever wants to join is asked to use another way, or to come back later.");
    scene.passes(11 * 60 * MINUTE);
    get_sms(&scene, &["Finn"]).await;
    scene.ends().await;
}

#[tokio::test]
async fn no_sms_leaves_beyond_the_budget_of_a_day_and_owners_are_warned_before() {
    let budget =
        "currency = \"EUR\"\nprice = \"1\"\nprices = [\"+49=0.10\"]\nbudget_per_day = \"0.25\"";
    let scene = with_spending("", budget).await;
    let olga = scene.with_owner("Olga").await;
    get_sms(&scene, &["Nora"]).await;
    olga.hears_nothing().await;
    get_sms(&scene, &["Ben"]).await;
    assert_snapshot!(olga.reads().await, @"⚠️ 0.20 EUR of 0.25 EUR are used for SMS today, for all groups together. At this pace the rest is used up at 15:00 UTC. After that no SMS goes out until the next day begins (UTC).");
    is_refused(&scene, "Cem", "in 12 hours").await;
    assert_snapshot!(olga.reads().await, @"⚠️ No more SMS go out today. The limit of 0.25 EUR a day for all groups together is reached. Whoever wants to join is asked to use another way, or to come back later.");
    is_refused(&scene, "Dana", "in 12 hours").await;
    olga.hears_nothing().await;
    scene.passes(DAY / 2);
    get_sms(&scene, &["Eve"]).await;
    scene.ends().await;
}

#[tokio::test]
async fn the_budget_of_a_month_is_not_new_every_day() {
    let budget = "currency = \"EUR\"\nprice = \"0.10\"\nbudget_per_month = \"0.35\"";
    let mut scene = with_spending("", budget).await;
    let olga = scene.with_owner("Olga").await;
    // Until a month has just begun: in it there are 28 days at least.
    let day =
        |scene: &Scene| countersign::verification::calendar::civil(scene.clock().now().day()).2;
    while day(&scene) != 1 {
        scene.passes(DAY);
    }
    scene.is_heard().await;
    get_sms(&scene, &["Nora", "Ben"]).await;
    scene.passes(DAY);
    get_sms(&scene, &["Cem"]).await;
    // 0.30 of 0.35 in a day: the rest is used up on the same day.
    let said = olga.reads().await.to_string();
    assert!(said.contains("0.30 EUR of 0.35 EUR are used for SMS this month"), "{said}");
    assert!(said.contains("At this pace the rest is used up on "), "{said}");
    scene.passes(20 * DAY);
    scene.restarts_bot().await;
    scene.sweeps().await;
    let (_, said) = asks_for_sms(&scene, "Dana").await;
    assert!(said.contains("as many text messages as I may"), "{said}");
    assert!(olga.reads().await.to_string().contains("No more SMS go out this month."));
    scene.passes(10 * DAY);
    get_sms(&scene, &["Eve"]).await;
    scene.ends().await;
}

#[tokio::test]
async fn the_price_that_twilio_names_is_what_counts() {
    let budget = "currency = \"USD\"\nprice = \"0.10\"\nbudget_per_day = \"0.20\"";
    let scene = with_spending("", budget).await;
    scene.world.twilio.names_price("-0.00750");
    get_sms(&scene, &["Nora", "Ben", "Cem", "Dana"]).await;
    // One that costs more than was thought counts with all that it costs.
    scene.world.twilio.names_price("-0.15");
    get_sms(&scene, &["Eve"]).await;
    scene.passes(60 * MINUTE);
    is_refused(&scene, "Finn", "in 11 hours").await;
    scene.ends().await;
}

#[tokio::test]
async fn a_price_in_another_currency_changes_nothing() {
    let budget = "currency = \"EUR\"\nprice = \"0.10\"\nbudget_per_day = \"0.20\"";
    let scene = with_spending("", budget).await;
    scene.world.twilio.names_price("-0.00750");
    get_sms(&scene, &["Nora", "Ben"]).await;
    is_refused(&scene, "Cem", "in 12 hours").await;
    scene.ends().await;
}

#[tokio::test]
async fn an_sms_that_certainly_never_left_is_not_counted() {
    let scene =
        with_spending("", "per_day = 1\ncurrency = \"EUR\"\nprice = \"1\"\nbudget_per_day = \"1\"")
            .await;
    scene.world.twilio.fails(Call::Message, Fault::Error(20003));
    let (nora, said) = asks_for_sms(&scene, "Nora").await;
    assert!(said.contains("Codes wait until it answers"), "{said}");
    // As long as it may still leave it counts.
    is_refused(&scene, "Ben", "in 12 hours").await;
    scene.passes(10 * MINUTE);
    assert!(nora.reads().await.to_string().contains("No code could leave"), "it was not given up");
    scene.world.twilio.recovers(Call::Message);
    get_sms(&scene, &["Cem"]).await;
    is_refused(&scene, "Dana", "in 12 hours").await;
    scene.ends().await;
}

#[tokio::test]
async fn an_sms_that_nobody_waits_for_any_more_and_never_left_is_not_counted() {
    let scene = with_spending("", "per_day = 1").await;
    scene.world.twilio.fails(Call::Message, Fault::Error(20003));
    let (nora, _) = asks_for_sms(&scene, "Nora").await;
    nora.presses("Cancel");
    nora.reads().await;
    scene.world.settled().await;
    scene.world.twilio.recovers(Call::Message);
    get_sms(&scene, &["Cem"]).await;
    assert_eq!(scene.world.twilio.sms_count(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn an_sms_that_may_have_left_counts() {
    let scene = with_spending("", "per_day = 1").await;
    scene.world.twilio.fails_next(Call::Message, Fault::AnswerLost);
    let (nora, said) = asks_for_sms(&scene, "Nora").await;
    assert!(said.contains("I cannot tell"), "{said}");
    is_refused(&scene, "Ben", "in 12 hours").await;
    scene.world.sms_for(&nora.phone()).await;
    scene.ends().await;
}

#[tokio::test]
async fn numbers_that_cost_or_go_nowhere_are_refused_before_anything_is_asked() {
    let countries = "allowed_countries = [\"+49\", \"+44\", \"+61\", \"+870\", \"+881\", \"+883\"]";
    let mut scene = Scene::start().await;
    scene.changes_config("allowed_countries = [\"+49\"]", countries);
    scene.restarts_bot().await;
    let nora = scene.past_the_password("Nora").await;
    for (kind, number) in [
        ("premium", "+49 900 1 123456"),
        ("shared cost", "+49 180 5 123456"),
        ("toll-free", "+49 800 1234567"),
        ("satellite", "+881 612 345 678"),
        ("satellite", "+870 773 111 632"),
        ("worldwide network", "+883 5100 1234 5678"),
        ("company", "+44 5600 123456"),
        ("voice mail", "+49 177 99 1234567"),
        ("pager", "+44 76 4012 3456"),
        ("fixed line", "+49 30 123456"),
    ] {
        nora.types(number);
        let said = nora.reads().await.to_string();
        assert!(said.contains("cannot receive"), "{kind}: {said}");
    }
    assert_eq!(scene.world.twilio.calls(), 0);
    scene.ends().await;
}
