//! Text messages to a country of which hardly any code comes back: none goes there for a while.

use countersign::sandbox::Person;
use insta::assert_snapshot;

use crate::admins::staged::Staged;
use crate::dialogue::steps::*;
use crate::scene::{PASSWORD, Scene, Setup, steady};

const HOUR: std::time::Duration = std::time::Duration::from_secs(60 * 60);

/// Every other limit is out of the way.
const LIMITS: &str = r#"
sends_per_day = 1000
sends_per_address = 1000
sends_per_country = 1000
sms_per_gate = 1000
resend_waits = ["1s"]
"#;
const SPENDING: &str = "per_prefix = 1000\nper_hour = 1000\nper_day = 1000";

fn without_other_limits() -> Setup {
    Setup { limits: LIMITS, spending: SPENDING, ..Setup::default() }
}

/// Somebody has so many SMS sent, and never types a code.
async fn pumps(scene: &Scene, name: &str, messages: usize) -> Person {
    let (mallory, _) = with_an_sms(scene, name).await;
    for _ in 1..messages {
        scene.passes(SECOND);
        mallory.presses("Resend");
        mallory.reads().await;
        scene.world.sms_for(&mallory.phone()).await;
    }
    mallory
}

#[tokio::test]
async fn a_country_whose_codes_nobody_types_is_off_and_mail_is_offered() {
    let Staged { scene, ada, bob, .. } = Staged::with(without_other_limits(), |_| {}).await;
    let olga = scene.with_owner("Olga").await;
    let mallory = pumps(&scene, "Mallory", 50).await;
    let dana = scene.past_the_password("Dana").await;
    dana.types(&dana.phone());
    dana.reads().await;
    scene.passes(10 * MINUTE);

    let nora = scene.past_the_password("Nora").await;
    nora.types(&nora.phone());
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I send no text messages to that country at the moment: too few of the codes there came back. That is not your fault. Please use your e-mail address instead.
    [✉️ By e-mail]
    [🙋 Ask an admin]
    [Other address] [Cancel]
    ");
    // It is not asked for twice, nor by those who had got further.
    dana.presses("Send the code");
    assert_snapshot!(dana.reads().await, @r"
    (edited) Rust Berlin

    Understood: I am not sending anything there.
    ---
    Rust Berlin

    I send no text messages to that country at the moment: too few of the codes there came back. That is not your fault. Please use your e-mail address instead.
    [✉️ By e-mail]
    [🙋 Ask an admin]
    [Other address] [Cancel]
    ");
    mallory.presses("Resend");
    mallory.reads().await;
    assert_eq!(scene.world.twilio.sms_count(), 50);
    assert_snapshot!(olga.reads().await, @"⚠️ No SMS go to +49 for 1 hour. Of the last 50 codes that went there, none came back (sms_conversion). Perhaps somebody earns from the text messages, perhaps they do not arrive. Whoever has a number there is asked to use their e-mail address, if the gate takes one. After that time I try it with a few.");
    for admin in [&ada, &bob] {
        let heard = admin.reads().await.to_string();
        assert!(
            heard.starts_with(
                "Rust Berlin

⚠️ No SMS go to +49 for 1 hour."
            ),
            "{heard}"
        );
    }

    // E-mail is open as ever.
    nora.presses("By e-mail");
    nora.reads().await;
    has_code_sent_to(&nora, &nora.email()).await;
    let mail = scene.world.mail_for(&nora.email()).await;
    nora.types(mail.code(6));
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn after_its_rest_a_few_are_tried_and_whether_they_come_back_decides() {
    let mut scene = Scene::with(without_other_limits()).await;
    let olga = scene.with_owner("Olga").await;
    pumps(&scene, "Mallory", 50).await;
    scene.passes(10 * MINUTE);
    let nora = scene.past_the_password("Nora").await;
    let is_off = "I send no text messages to that country at the moment";
    let hears_of = async |person: &Person| {
        person.types(&person.phone());
        person.reads().await.to_string()
    };
    assert!(hears_of(&nora).await.contains(is_off));
    assert!(olga.reads().await.to_string().contains("No SMS go to +49 for 1 hour"));

    // A restart forgets nothing of it.
    scene.passes(HOUR - SECOND);
    scene.restarts_bot().await;
    assert!(hears_of(&nora).await.contains(is_off));
    scene.passes(SECOND);
    for place in 0..5 {
        with_an_sms(&scene, &format!("Robot {place}")).await;
    }
    assert!(hears_of(&nora).await.contains(is_off), "more than a few are tried");
    scene.passes(10 * MINUTE);
    assert!(hears_of(&nora).await.contains(is_off));
    assert_snapshot!(olga.reads().await, @"⚠️ No SMS go to +49 for 6 hours. Of the last 5 codes that went there, none came back (sms_conversion). Perhaps somebody earns from the text messages, perhaps they do not arrive. Whoever has a number there is asked to use their e-mail address, if the gate takes one. After that time I try it with a few.");

    scene.passes(6 * HOUR);
    let (tom, sms) = with_an_sms(&scene, "Tom").await;
    tom.types(sms.code(6));
    tom.reads().await;
    assert!(tom.is_member());
    assert!(!hears_of(&nora).await.contains(is_off));
    nora.presses("Send the code");
    nora.reads().await;
    scene.world.sms_for(&nora.phone()).await;
    assert_snapshot!(olga.reads().await, @"SMS go to +49 again. Of a few that I tried it with, enough came back.");
    scene.ends().await;
}

#[tokio::test]
async fn where_one_in_five_comes_back_nothing_is_ever_off() {
    let scene = Scene::with(without_other_limits()).await;
    for place in 0..11 {
        let (person, sms) = with_an_sms(&scene, &format!("Nora {place}")).await;
        person.types(sms.code(6));
        person.reads().await;
        assert!(person.is_member());
        pumps(&scene, &format!("Mallory {place}"), 4).await;
        scene.passes(MINUTE);
    }
    scene.passes(10 * MINUTE);
    with_an_sms(&scene, "Tom").await;
    scene.ends().await;
}

#[tokio::test]
async fn a_setting_of_0_lets_a_country_be_whatever_comes_back() {
    let mut scene = Scene::with(without_other_limits()).await;
    scene.changes_config("sms_per_gate = 1000", "sms_per_gate = 1000\nsms_conversion = 0");
    scene.restarts_bot().await;
    pumps(&scene, "Mallory", 50).await;
    scene.passes(10 * MINUTE);
    with_an_sms(&scene, "Nora").await;
    scene.ends().await;
}

#[tokio::test]
async fn codes_that_never_left_or_were_held_back_speak_against_no_country() {
    let scene = Scene::with(without_other_limits()).await;
    let (eve, number) = (scene.past_the_password("Eve").await, "+4915112345670");
    scene.world.twilio.number_fails(number, 21610);
    has_code_sent_to(&eve, number).await;
    for _ in 1..60 {
        scene.passes(SECOND);
        eve.presses("Resend");
        eve.reads().await;
    }
    scene.passes(10 * MINUTE);
    let nora = scene.world.person("Nora");
    nora.requests_to_join();
    nora.reads().await;
    nora.types(PASSWORD);
    nora.reads().await;
    let heard = steady(&has_code_sent_to(&nora, &nora.phone()).await);
    assert!(heard.contains("I have sent your code by SMS"), "{heard}");
    scene.world.sms_for(&nora.phone()).await;
    scene.ends().await;
}
