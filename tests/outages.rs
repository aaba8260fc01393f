//! Nobody can reach the bot for a while: nobody is punished for it, and when it is back it says
//! everything once, at a bounded pace.

use std::time::{Duration, Instant};

use countersign::sandbox::telegram::{ANY, Fault};
use countersign::sandbox::twilio::Call;
use countersign::sandbox::{Person, World, smtp, twilio};

use crate::logged::Log;
use crate::process::{free_address, page};
use crate::scene::{PASSWORD, Scene, Setup, hears};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Telegram is away for so long, and back.
async fn is_cut_off_for(scene: &Scene, time: Duration) {
    scene.is_heard().await;
    scene.world.telegram.goes_away();
    scene.knows_of_trouble(true).await;
    scene.passes(time);
    scene.sweeps().await;
    scene.world.telegram.comes_back();
    scene.knows_of_trouble(false).await;
}

/// A bot whose questions for updates are over after half a second.
fn asking_briefly() -> Setup {
    let mut setup = Setup::default();
    setup.waits.polling.seconds = 0;
    setup.waits.polling.grace = Duration::from_millis(500);
    setup
}

async fn wrong(person: &Person, password: &str) -> String {
    person.types(password);
    person.reads().await.to_string()
}

#[tokio::test]
async fn an_hour_without_telegram_costs_nobody_anything() {
    let (log, _guard) = Log::starts();
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    let omar = scene.past_the_password("Omar").await;
    let pia = scene.at_the_door("Pia").await;
    assert!(wrong(&pia, "barley").await.contains("2 tries left"));
    let quin = scene.at_the_door("Quin").await;
    for _ in 0..3 {
        wrong(&quin, "barley").await;
    }
    scene.passes(4 * MINUTE);
    scene.is_heard().await;

    scene.world.telegram.goes_away();
    scene.knows_of_trouble(true).await;
    scene.passes(HOUR / 2);
    scene.sweeps().await;
    nora.types(&code);
    omar.presses("✉️ By e-mail");
    pia.types("rye");
    scene.passes(HOUR / 2);
    scene.world.telegram.comes_back();

    hears(&nora, "Welcome!").await;
    hears(&omar, "type the e-mail address").await;
    // One try of hers was before, one in the outage.
    hears(&pia, "You have 1 try left").await;
    // A lock is over when it is over.
    quin.types(PASSWORD);
    hears(&quin, "How may I send you your code?").await;
    let lines = log.lines_with("nobody could reach the bot for so long");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("seconds=36"), "{lines:?}");
    let metrics = scene.metrics.expose();
    let outage = metrics.lines().find(|line| line.starts_with("countersign_outage_seconds "));
    assert_eq!(outage.map(|line| &line[..30]), Some("countersign_outage_seconds 360"), "{metrics}");
    scene.ends().await;
}

#[tokio::test]
async fn a_code_lives_on_after_the_outage_for_as_long_as_was_left() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    let (omar, late) = scene.with_a_code("Omar").await;
    scene.passes(4 * MINUTE);
    is_cut_off_for(&scene, 3 * HOUR).await;
    scene.passes(6 * MINUTE - Duration::from_secs(1));
    nora.types(&code);
    hears(&nora, "Welcome!").await;
    scene.passes(Duration::from_secs(2));
    omar.types(&late);
    hears(&omar, "is too old").await;
    scene.ends().await;
}

#[tokio::test]
async fn the_bots_own_absence_is_an_outage_too() {
    let mut scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    let (omar, late) = scene.with_a_code("Omar").await;
    scene.passes(8 * MINUTE);
    scene.restarts_bot().await;
    scene.stops_bot().await;
    scene.passes(HOUR);
    nora.types(&code);
    scene.starts_bot().await;
    hears(&nora, "Welcome!").await;
    // It is remembered over the next restart.
    scene.restarts_bot().await;
    scene.passes(MINUTE);
    omar.types(&late);
    hears(&omar, "Welcome!").await;
    scene.ends().await;
}

#[tokio::test]
async fn what_was_to_be_sent_when_the_bot_went_off_is_sent_when_it_is_back() {
    let mut scene = Scene::start().await;
    scene.world.smtp.fails(smtp::Verb::Connect, smtp::Fault::Reset);
    let nora = scene.past_the_password("Nora").await;
    nora.types(&nora.email());
    nora.reads().await;
    nora.presses("Send the code");
    hears(&nora, "Our mail service is not answering").await;
    scene.stops_bot().await;
    scene.passes(HOUR);
    scene.world.smtp.recovers(smtp::Verb::Connect);
    scene.starts_bot().await;
    hears(&nora, "I have sent your code").await;
    nora.types(scene.world.mail_for(&nora.email()).await.code(6));
    hears(&nora, "Welcome!").await;
    assert_eq!(scene.world.smtp.mail_count(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn a_day_without_telegram_puts_no_dialogue_away() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    scene.passes(20 * HOUR);
    is_cut_off_for(&scene, 23 * HOUR).await;
    scene.passes(3 * HOUR);
    scene.sweeps().await;
    assert!(!nora.buttons().is_empty());
    scene.passes(HOUR);
    scene.sweeps().await;
    assert!(nora.buttons().is_empty());
    nora.hears_nothing().await;
    scene.ends().await;
}

#[tokio::test]
async fn a_line_that_is_half_open_is_given_up() {
    let scene = Scene::with(asking_briefly()).await;
    let (nora, code) = scene.with_a_code("Nora").await;
    scene.world.telegram.falls_silent();
    scene.knows_of_trouble(true).await;
    scene.passes(HOUR);
    nora.types(&code);
    scene.world.telegram.comes_back();
    hears(&nora, "Welcome!").await;
    scene.ends().await;
}

#[tokio::test]
async fn a_question_that_is_never_answered_is_asked_again() {
    for fault in [Fault::Hang, Fault::Stall] {
        let scene = Scene::with(asking_briefly()).await;
        let (nora, code) = scene.with_a_code("Nora").await;
        scene.world.telegram.fails("getUpdates", fault);
        scene.knows_of_trouble(true).await;
        scene.passes(HOUR);
        nora.types(&code);
        scene.world.telegram.recovers("getUpdates");
        hears(&nora, "Welcome!").await;
        scene.ends().await;
    }
}

#[tokio::test]
async fn hundreds_that_wait_do_not_knock_all_the_time() {
    const PEOPLE: u64 = 150;
    let mut setup = Setup { messages_per_second: 100, ..Setup::default() };
    setup.waits.retries.first = Duration::from_millis(50);
    setup.waits.retries.longest = Duration::from_millis(100);
    for storm in [Fault::server_error(502), Fault::too_many_requests(0), Fault::Reset] {
        let (log, _guard) = Log::starts();
        let scene = Scene::with(setup.clone()).await;
        scene.world.telegram.fails("sendMessage", storm);
        let people: Vec<_> = (0..PEOPLE).map(|n| scene.world.person(&format!("P {n}"))).collect();
        for person in &people {
            person.requests_to_join();
        }
        // The line is given up after some of them.
        let broken = scene.world.telegram.wait_for_calls("sendMessage", 8, scene.world.patience());
        assert!(broken.await);
        scene.world.settled().await;
        let (before, begun) = (scene.world.telegram.calls("sendMessage"), Instant::now());
        let some = before + 10;
        assert!(scene.world.telegram.wait_for_calls("sendMessage", some, MINUTE).await);
        let took = begun.elapsed();
        assert!(took > Duration::from_millis(500), "ten tries within {took:?}");

        scene.world.telegram.recovers("sendMessage");
        let (before, begun) = (scene.world.telegram.calls("sendMessage"), Instant::now());
        for person in &people {
            hears(person, "type the password").await;
            person.hears_nothing().await;
        }
        // A second's worth at once, the rest at a hundred a second.
        let took = begun.elapsed();
        assert!(took > Duration::from_millis(350), "all of them within {took:?}");
        let calls = scene.world.telegram.calls("sendMessage") - before;
        assert!(calls <= PEOPLE + 2, "{calls} calls for {PEOPLE} messages");
        for (once, word) in [(1, "takes no order at the moment"), (1, "takes orders again")] {
            assert_eq!(log.lines_with(word).len(), once, "{word}");
        }
        let told = log.lines_with("did not take an order").len();
        assert!(told < 150, "{told} lines about it");
        scene.ends().await;
    }
}

#[tokio::test]
async fn of_a_backlog_whoever_can_be_reached_still_is_heard_first() {
    let setup = Setup { messages_per_second: 5, ..Setup::default() };
    let mut scene = Scene::with(setup).await;
    scene.stops_bot().await;
    let ask = |count: usize| {
        let ask = |n| {
            let person = scene.world.person(&format!("P {n}"));
            person.requests_to_join();
            person
        };
        (0..count).map(ask).collect::<Vec<_>>()
    };
    // Telegram lets a bot write to them for five minutes.
    let too_late = ask(20);
    scene.passes(6 * MINUTE);
    let soon = ask(5);
    scene.passes(4 * MINUTE);
    let fresh = ask(5);
    scene.passes(Duration::from_secs(30));
    scene.starts_bot().await;
    for person in soon.iter().chain(&fresh) {
        hears(person, "type the password").await;
    }
    let heard: usize = too_late.iter().map(|person| person.takes_unread().len()).sum();
    assert!(heard < 10, "{heard} of those for whom it is too late went first");
    scene.stops_bot().await;
    for person in &too_late {
        drop(person.takes_unread());
    }
}

#[tokio::test]
async fn a_pause_without_end_is_no_end_of_the_bot() {
    let scene = Scene::start().await;
    let (nora, omar) = (scene.world.person("Nora"), scene.world.person("Omar"));
    scene.world.telegram.fails_next("sendMessage", Fault::too_many_requests(u64::MAX));
    nora.requests_to_join();
    assert!(scene.world.telegram.faults_have_hit(scene.world.patience()).await);
    omar.requests_to_join();
    hears(&omar, "type the password").await;
    assert!(nora.takes_unread().is_empty());
    scene.ends().await;
}

/// A scene with the health server, and where it is.
async fn with_health(setup: &Setup) -> (Scene, String) {
    let mut scene = Scene::without_bot(World::start().await, setup);
    let address = free_address();
    scene.changes_config("listen = \"\"", &format!("listen = \"{address}\""));
    scene.starts_bot().await;
    (scene, format!("http://{address}"))
}

#[tokio::test]
async fn another_poller_or_a_revoked_token_is_said_once_seen_outside_and_gets_over() {
    let troubles = [
        (Fault::other_poller(), "another program", "conflict"),
        (Fault::unauthorized(), "Telegram does not know", "unauthorized"),
    ];
    for (fault, words, class) in troubles {
        let (log, _guard) = Log::starts();
        let (scene, url) = with_health(&Setup::default()).await;
        let (nora, code) = scene.with_a_code("Nora").await;
        assert_eq!(page(&format!("{url}/readyz")).await.0, 200);
        let polls = scene.world.telegram.calls("getUpdates");
        scene.world.telegram.fails("getUpdates", fault);
        let asked = scene.world.telegram.wait_for_calls("getUpdates", polls + 10, MINUTE);
        assert!(asked.await, "it gives up");
        scene.knows_of_trouble(true).await;
        let (status, text) = page(&format!("{url}/readyz")).await;
        assert_eq!(status, 503, "{text}");
        assert!(text.contains(&format!("FAIL polling – {words}")), "{text}");
        assert_eq!(page(&format!("{url}/healthz")).await.0, 200);
        assert_eq!(log.lines_with("ERROR").len(), 1, "{:?}", log.lines_with("ERROR"));
        let metrics = page(&format!("{url}/metrics")).await.1;
        let counter = format!("countersign_polling_failures_total{{reason=\"{class}\"}} ");
        assert!(metrics.contains(&counter), "{metrics}");

        scene.passes(HOUR);
        nora.types(&code);
        scene.world.telegram.recovers("getUpdates");
        hears(&nora, "Welcome!").await;
        assert_eq!(page(&format!("{url}/readyz")).await.0, 200);
        let over = log.lines_with("Telegram answers questions for updates again");
        assert_eq!(over.len(), 1, "{over:?}");
        // Nobody has to read of it more than once an hour.
        assert!(log.lines_with("ERROR").len() <= 2, "{:?}", log.lines_with("ERROR"));
        scene.ends().await;
    }
}

#[tokio::test]
async fn whoever_asks_once_with_the_same_token_disturbs_nobody() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    scene.world.telegram.is_asked_by_another();
    nora.types("barley");
    hears(&nora, "You have 2 tries left").await;
    scene.ends().await;
}

#[tokio::test]
async fn a_channel_that_its_host_must_mend_is_one_line_and_one_reason() {
    let (log, _guard) = Log::starts();
    let (scene, url) = with_health(&Setup::default()).await;
    scene.world.twilio.fails(Call::Message, twilio::Fault::Error(20003));
    let mut waiting = Vec::new();
    for n in 0..5 {
        let person = scene.past_the_password(&format!("P {n}")).await;
        person.types(&person.phone());
        hears(&person, "Shall I send the code").await;
        person.presses("Send the code");
        hears(&person, "That is our fault, not yours").await;
        waiting.push(person);
    }
    let calls = scene.world.twilio.calls();
    while scene.world.twilio.calls() < calls + 20 {
        tokio::task::yield_now().await;
    }
    let lines = log.lines_with("mend the configuration");
    assert_eq!(lines.len(), 1, "{lines:?}");
    let (status, text) = page(&format!("{url}/readyz")).await;
    assert_eq!(status, 503);
    assert!(text.contains("ok   polling\nFAIL sms – ") && text.contains("20003"), "{text}");
    scene.world.twilio.recovers(Call::Message);
    for person in &waiting {
        hears(person, "I have sent your code").await;
        scene.world.sms_for(&person.phone()).await;
    }
    assert_eq!(log.lines_with("codes can be sent again").len(), 1);
    assert_eq!(page(&format!("{url}/readyz")).await.0, 200);
    scene.ends().await;
}

/// Somebody who asks for a code by e-mail.
async fn wants_a_mail(scene: &Scene, name: &str) -> Person {
    let person = scene.past_the_password(name).await;
    person.types(&person.email());
    person.reads().await;
    person.presses("Send the code");
    person
}

/// Comes in with the newest code that has arrived; asks for another if none has.
async fn comes_in(scene: &Scene, person: &Person) {
    loop {
        let line = person.reads_next().await.text().to_owned();
        if line.contains("I have sent ") || line.contains("I cannot tell whether") {
            break;
        }
        assert!(!line.contains("does not exist"), "{line}");
    }
    scene.world.settled().await;
    let mut code = None;
    for mail in scene.world.smtp.unread() {
        assert_eq!(mail.to, person.email(), "somebody else's mail");
        code = Some(scene.world.mail_for(&mail.to).await.code(6).to_owned());
    }
    if code.is_none() {
        scene.passes(MINUTE);
        person.presses("Resend");
        hears(person, "I have sent ").await;
        code = Some(scene.world.mail_for(&person.email()).await.code(6).to_owned());
    }
    person.types(&code.expect("a code"));
    hears(person, "Welcome!").await;
}

#[tokio::test]
async fn a_mail_server_that_stammers_or_talks_nonsense_mixes_nobody_up() {
    use smtp::Verb;
    let verbs = [Verb::Banner, Verb::Ehlo, Verb::Mail, Verb::Rcpt, Verb::Data, Verb::Body];
    for verb in verbs {
        for fault in [smtp::Fault::Stammer, smtp::Fault::Garbage] {
            let scene = Scene::start().await;
            scene.world.smtp.fails_next(verb, fault.clone());
            let nora = wants_a_mail(&scene, "Nora").await;
            comes_in(&scene, &nora).await;
            // The next one has a server that is out of step, on the same connection if it stands.
            let ben = wants_a_mail(&scene, "Ben").await;
            comes_in(&scene, &ben).await;
            let mails = scene.world.smtp.mail_count();
            assert!(mails <= 3, "{mails} mails; {verb:?}, {fault:?}");
            // It was told in its own language what it did wrong to us; ours is its business.
            scene.world.forgive_violations();
            scene.ends().await;
        }
    }
}

#[tokio::test]
async fn a_twilio_that_answers_twice_sends_once() {
    let scene = Scene::start().await;
    scene.world.twilio.fails_next(Call::Message, twilio::Fault::Stammer);
    for name in ["Nora", "Ben"] {
        let person = scene.past_the_password(name).await;
        person.types(&person.phone());
        person.reads().await;
        person.presses("Send the code");
        hears(&person, "I have sent your code").await;
        person.types(scene.world.sms_for(&person.phone()).await.code(6));
        hears(&person, "Welcome!").await;
    }
    assert_eq!((scene.world.twilio.sms_count(), scene.world.twilio.calls()), (2, 2));
    scene.ends().await;
}

#[tokio::test]
async fn telegram_is_away_as_a_whole_while_many_are_served() {
    let scene = Scene::with(Setup { limits: "raid_requests = 0", ..Setup::default() }).await;
    let people: Vec<_> = (0..40).map(|n| scene.world.person(&format!("P {n}"))).collect();
    for person in &people {
        person.requests_to_join();
        hears(person, "type the password").await;
    }
    scene.world.telegram.fails(ANY, Fault::server_error(500));
    for person in &people {
        person.types("barley");
    }
    scene.knows_of_trouble(true).await;
    scene.passes(HOUR);
    scene.world.telegram.recovers(ANY);
    for person in &people {
        hears(person, "You have 2 tries left").await;
        person.hears_nothing().await;
    }
    scene.ends().await;
}
