//! Somebody earns from text messages and has the bot send many: every limit of them, and what
//! costs money, over all applicants.

use insta::assert_snapshot;

use crate::dialogue::steps::*;

#[tokio::test]
async fn owners_hear_once_a_day_that_a_dial_code_is_used_up() {
    let scene = with_limits("sends_per_country = 1").await;
    let olga = scene.with_owner("Olga").await;
    with_an_sms(&scene, "Nora").await;
    for name in ["Ben", "Cem"] {
        let person = scene.past_the_password(name).await;
        has_code_sent_to(&person, &person.phone()).await;
    }
    assert_snapshot!(olga.reads().await, @"⚠️ No more SMS go to +49 today. As many have gone there as the day allows (sends_per_country). Whoever has a number there is asked to use another way, or to come back tomorrow. If you did not expect so many, somebody may be after the money that each of them costs.");
    scene.passes(DAY);
    with_an_sms(&scene, "Dana").await;
    let eve = scene.past_the_password("Eve").await;
    has_code_sent_to(&eve, &eve.phone()).await;
    assert!(olga.reads().await.to_string().contains("No more SMS go to +49 today."));
    scene.ends().await;
}
