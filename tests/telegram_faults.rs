//! Telegram in bad health: what the bot does about it, and that nobody else notices.

use std::time::{Duration, Instant};

use countersign::sandbox::Person;
use countersign::sandbox::telegram::{ANY, Fault};

use crate::scene::{PASSWORD, Scene, Setup, hears};

/// Goes all the way in by e-mail, from the password on.
async fn goes_in(scene: &Scene, person: &Person) {
    person.types(PASSWORD);
    hears(person, "How may I send you your code?").await;
    person.presses("✉️ By e-mail");
    hears(person, "type the e-mail address").await;
    person.types(&person.email());
    hears(person, "Shall I send the code").await;
    person.presses("Send the code");
    hears(person, "I have sent your code").await;
    person.types(scene.world.mail_for(&person.email()).await.code(6));
    hears(person, "Welcome!").await;
    person.becomes_member().await;
}

async fn asks(person: &Person) {
    person.requests_to_join();
    hears(person, "type the password").await;
}

#[tokio::test]
async fn a_pause_that_telegram_asks_for_is_kept_and_holds_up_nobody_else() {
    let scene = Scene::start().await;
    let (nora, omar) = (scene.world.person("Nora"), scene.world.person("Omar"));
    scene.world.telegram.fails_next("sendMessage", Fault::too_many_requests(1));
    nora.requests_to_join();
    assert!(scene.world.telegram.faults_have_hit(scene.world.patience()).await);
    let paused = Instant::now();
    asks(&omar).await;
    assert!(nora.takes_unread().is_empty());
    hears(&nora, "type the password").await;
    let waited = paused.elapsed();
    assert!(waited > Duration::from_millis(950), "{waited:?}");
    goes_in(&scene, &omar).await;
    goes_in(&scene, &nora).await;
    scene.ends().await;
}

#[tokio::test]
async fn what_telegram_did_not_take_is_said_again_and_once() {
    let scene = Scene::start().await;
    let faults = [
        Fault::server_error(500),
        Fault::server_error(502),
        Fault::Reset,
        Fault::Garbage,
        Fault::too_many_requests(1),
    ];
    let people = faults.map(|fault| {
        scene.world.telegram.fails_next("sendMessage", fault);
        let person = scene.world.person("Somebody");
        person.requests_to_join();
        person
    });
    for person in &people {
        hears(person, "type the password").await;
        person.hears_nothing().await;
    }
    assert!(scene.metrics.clone().expose().contains("countersign_retries_total{kind=\"say\"} 5"));
    scene.ends().await;
}

#[tokio::test]
async fn updates_that_got_lost_on_the_way_come_once() {
    let faults = [Fault::server_error(502), Fault::Reset, Fault::Garbage, Fault::AnswerLost];
    for fault in faults {
        let scene = Scene::start().await;
        let nora = scene.world.person("Nora");
        // The poll that waits already is not hit by it: it ends with this.
        scene.world.telegram.fails_next("getUpdates", fault);
        asks(&nora).await;
        assert!(scene.world.telegram.faults_have_hit(scene.world.patience()).await);
        nora.types("open barley");
        hears(&nora, "You have 2 tries left").await;
        nora.hears_nothing().await;
        scene.ends().await;
    }
}

#[tokio::test]
async fn an_approval_whose_answer_is_lost_is_quiet() {
    let scene = Scene::start().await;
    let nora = scene.world.person("Nora");
    asks(&nora).await;
    scene.world.telegram.fails_next("approveChatJoinRequest", Fault::AnswerLost);
    goes_in(&scene, &nora).await;
    assert!(scene.world.telegram.faults_have_hit(scene.world.patience()).await);
    let twice =
        scene.world.telegram.wait_for_calls("approveChatJoinRequest", 2, scene.world.patience());
    assert!(twice.await, "it is not tried again");
    nora.hears_nothing().await;
    assert_eq!(scene.world.telegram.calls("createChatInviteLink"), 0);
    scene.ends().await;
}

#[tokio::test]
async fn a_request_that_an_earlier_approval_used_up_is_quiet() {
    let scene = Scene::start().await;
    let nora = scene.world.person("Nora");
    asks(&nora).await;
    // Telegram has two words for it; this is the other one.
    let missing = Fault::bad_request("HIDE_REQUESTER_MISSING");
    scene.world.telegram.fails_next("approveChatJoinRequest", Fault::AnswerLost);
    scene.world.telegram.fails_next("approveChatJoinRequest", missing);
    goes_in(&scene, &nora).await;
    assert!(scene.world.telegram.faults_have_hit(scene.world.patience()).await);
    nora.hears_nothing().await;
    assert_eq!(scene.world.telegram.calls("createChatInviteLink"), 0);
    scene.ends().await;
}

#[tokio::test]
async fn a_message_that_hangs_holds_up_nobody_else() {
    let mut scene = Scene::start().await;
    let (nora, omar) = (scene.world.person("Nora"), scene.world.person("Omar"));
    scene.world.telegram.fails_next("sendMessage", Fault::Hang);
    nora.requests_to_join();
    assert!(scene.world.telegram.faults_have_hit(scene.world.patience()).await);
    asks(&omar).await;
    goes_in(&scene, &omar).await;
    assert!(nora.takes_unread().is_empty());
    scene.restarts_bot().await;
    hears(&nora, "type the password").await;
    scene.ends().await;
}

#[tokio::test]
async fn more_messages_hang_than_are_sent_at_a_time_and_none_is_lost() {
    // So many at once are a raid, unless that is told otherwise.
    let setup = Setup { limits: "raid_requests = 0", messages_per_second: 100, ..Setup::default() };
    let mut scene = Scene::with(setup).await;
    scene.world.telegram.fails("sendMessage", Fault::Hang);
    let crowd: Vec<_> = (0..60).map(|n| scene.world.person(&format!("Person {n}"))).collect();
    for person in &crowd {
        person.requests_to_join();
    }
    let many = scene.world.telegram.wait_for_calls("sendMessage", 40, scene.world.patience());
    assert!(many.await);
    scene.stops_bot().await;
    scene.world.telegram.recovers("sendMessage");
    scene.starts_bot().await;
    for person in &crowd {
        hears(person, "type the password").await;
    }
    scene.ends().await;
}

#[tokio::test]
async fn a_mail_server_that_hangs_for_a_hundred_holds_up_no_chat() {
    use countersign::sandbox::smtp::{Fault, Verb};
    // A hundred at once are a raid, unless that is told otherwise.
    let setup = Setup { limits: "raid_requests = 0", ..Setup::default() };
    let mut scene = Scene::with(setup).await;
    let omar = scene.world.person("Omar");
    asks(&omar).await;
    let mut crowd = Vec::new();
    for n in 0..130 {
        let person = scene.world.person(&format!("Person {n}"));
        asks(&person).await;
        crowd.push(person);
    }
    for person in &crowd {
        person.types(PASSWORD);
    }
    for person in &crowd {
        hears(person, "How may I send you your code?").await;
        person.types(&person.email());
        hears(person, "Shall I send the code").await;
    }
    scene.world.smtp.fails(Verb::Banner, Fault::Hang);
    for person in &crowd {
        person.presses("Send the code");
    }
    for person in &crowd {
        hears(person, "You have asked for a code to").await;
    }
    // Every place for codes is taken now; Omar talks on.
    omar.types("open barley");
    hears(&omar, "You have 2 tries left").await;
    scene.stops_bot().await;
    scene.world.smtp.recovers(Verb::Banner);
}

#[tokio::test]
async fn another_poller_and_a_revoked_token_lose_nothing() {
    for fault in [Fault::other_poller(), Fault::unauthorized()] {
        let mut scene = Scene::start().await;
        let nora = scene.world.person("Nora");
        asks(&nora).await;
        let polls = scene.world.telegram.calls("getUpdates");
        scene.world.telegram.fails("getUpdates", fault);
        let hit =
            scene.world.telegram.wait_for_calls("getUpdates", polls + 1, scene.world.patience());
        assert!(hit.await);
        nora.types("open barley");
        scene.stops_bot().await;
        scene.world.telegram.recovers("getUpdates");
        scene.starts_bot().await;
        hears(&nora, "You have 2 tries left").await;
        goes_in(&scene, &nora).await;
        scene.ends().await;
    }
}

#[tokio::test]
async fn telegram_is_away_while_somebody_asks_to_join() {
    let scene = Scene::start().await;
    let nora = scene.world.person("Nora");
    scene.world.telegram.fails(ANY, Fault::server_error(502));
    let calls = scene.world.telegram.calls("getUpdates");
    nora.requests_to_join();
    assert!(
        scene.world.telegram.wait_for_calls("getUpdates", calls + 1, scene.world.patience()).await
    );
    scene.world.telegram.recovers(ANY);
    hears(&nora, "type the password").await;
    goes_in(&scene, &nora).await;
    scene.ends().await;
}

#[tokio::test]
async fn telegram_goes_away_with_answers_under_way() {
    let scene = Scene::start().await;
    let (nora, omar) = (scene.world.person("Nora"), scene.world.person("Omar"));
    asks(&nora).await;
    scene.world.telegram.fails("sendMessage", Fault::Reset);
    nora.types("open barley");
    omar.requests_to_join();
    let calls = scene.world.telegram.calls("sendMessage");
    assert!(
        scene.world.telegram.wait_for_calls("sendMessage", calls + 2, scene.world.patience()).await
    );
    scene.world.telegram.recovers("sendMessage");
    hears(&nora, "You have 2 tries left").await;
    hears(&omar, "type the password").await;
    goes_in(&scene, &nora).await;
    goes_in(&scene, &omar).await;
    scene.ends().await;
}

#[tokio::test]
async fn whoever_blocks_the_bot_can_come_back_at_any_stage() {
    type Act = fn(&Person);
    let stages: [(Act, &str); 4] = [
        (|nora| nora.requests_to_join(), "type the password"),
        (|nora| _ = nora.types(PASSWORD), "How may I send you your code?"),
        (|nora| _ = nora.types(&nora.email()), "Shall I send the code"),
        (|nora| nora.presses("Send the code"), "type the 6 digits"),
    ];
    for blocked_at in 0..stages.len() {
        let scene = Scene::start().await;
        let nora = scene.world.person("Nora");
        for (stage, (act, answer)) in stages.iter().enumerate() {
            act(&nora);
            if stage == blocked_at {
                nora.blocks_bot();
                scene.world.settled().await;
                assert!(!nora.chat_transcript().contains(answer));
                nora.unblocks_bot();
                nora.types("/start");
            }
            if stage == 2 && blocked_at == 2 {
                // An address that was not confirmed is not kept.
                hears(&nora, "How may I send you your code?").await;
                act(&nora);
            }
            hears(&nora, answer).await;
        }
        nora.types(scene.world.mail_for(&nora.email()).await.code(6));
        hears(&nora, "Welcome!").await;
        scene.ends().await;
    }
}

#[tokio::test]
async fn whoever_floods_delays_nobody_else() {
    let setup = Setup { messages_per_second: 30, ..Setup::default() };
    let mut scene = Scene::with(setup).await;
    let (nora, omar) = (scene.world.person("Nora"), scene.world.person("Omar"));
    asks(&nora).await;
    for _ in 0..200 {
        nora.types("/help");
    }
    let begun = Instant::now();
    asks(&omar).await;
    goes_in(&scene, &omar).await;
    let took = begun.elapsed();
    // All that she is owed takes three minutes, at a message a second.
    assert!(took < Duration::from_secs(60), "Omar waited for Nora: {took:?}");
    let answered = nora.takes_unread().len();
    assert!(answered < 100, "{answered} answers to Nora went before Omar's");
    scene.stops_bot().await;
    drop(nora.takes_unread());
}

#[tokio::test]
async fn two_hundred_guesses_at_once_are_three() {
    let scene = Scene::start().await;
    let (nora, omar) = (scene.world.person("Nora"), scene.world.person("Omar"));
    asks(&nora).await;
    for n in 0..199 {
        nora.types(&format!("open barley {n}"));
    }
    nora.types(PASSWORD);
    asks(&omar).await;
    goes_in(&scene, &omar).await;
    let lines = nora.reads().await;
    let text = lines.to_string();
    assert_eq!(text.matches("That is not the password").count(), 2, "{text}");
    assert_eq!(text.matches("the door stays closed for now").count(), 1, "{text}");
    assert!(!text.contains("How may I send"), "{text}");
    scene.ends().await;
}
