//! What a host can see from outside: health, readiness, metrics.

use std::time::Duration;

use countersign::sandbox::World;
use countersign::sandbox::telegram::Fault;
use rustix::process::Signal;

use crate::process::{Host, Process, free_address, page};
use crate::scene::{PASSWORD, Scene, Setup, hears};

async fn health(host: &Host) -> (Option<i32>, String) {
    let ended = Process::start(&mut host.command(&["health"])).ends().await;
    (ended.code, ended.out + &ended.err)
}

/// Waits until the bot has asked for updates so often, from the start on. The first question is
/// answered at once; the second one shows that the answer has come.
async fn polled(world: &World, times: u64) {
    assert!(world.telegram.wait_for_calls("getUpdates", times, world.patience()).await);
}

#[tokio::test]
async fn ready_means_that_telegram_answers() {
    let (host, url) = Host::with(&Setup::default()).await.with_health();
    assert_eq!(health(&host).await.0, Some(1), "nobody is there yet");

    host.world.telegram.fails("getUpdates", Fault::server_error(502));
    let process = host.is_on_duty().await;
    assert_eq!(page(&format!("{url}/healthz")).await, (200, "alive\n".to_owned()));
    let not_yet = "ok   store\nok   disk\nFAIL polling – Telegram has not answered yet\n";
    assert_eq!(page(&format!("{url}/readyz")).await, (503, not_yet.to_owned()));
    let (code, said) = health(&host).await;
    assert_eq!(code, Some(0), "not ready, but alive: {said}");

    let polls = host.world.telegram.calls("getUpdates");
    host.world.telegram.recovers("getUpdates");
    polled(&host.world, polls + 2).await;
    let ready = "ok   store\nok   disk\nok   polling\n";
    assert_eq!(page(&format!("{url}/readyz")).await, (200, ready.to_owned()));

    process.stops(Signal::TERM).await;
    let (code, said) = health(&host).await;
    assert_eq!(code, Some(1));
    assert!(said.starts_with("error: no answer from http://127.0.0.1:"), "{said}");
}

#[tokio::test]
async fn a_quiet_start_is_ready_at_once() {
    let (host, url) = Host::with(&Setup::default()).await.with_health();
    let process = host.starts();
    polled(&host.world, 2).await;
    assert_eq!(page(&format!("{url}/readyz")).await.0, 200);
    process.stops(Signal::TERM).await;
}

#[tokio::test]
async fn a_bot_that_telegram_left_is_not_ready() {
    let mut scene = Scene::without_bot(World::start().await, &Setup::default());
    let address = free_address();
    scene.changes_config("listen = \"\"", &format!("listen = \"{address}\""));
    scene.starts_bot().await;
    polled(&scene.world, 2).await;
    let url = format!("http://{address}/readyz");
    assert_eq!(page(&url).await.0, 200);

    scene.world.telegram.fails("getUpdates", Fault::server_error(502));
    let polls = scene.world.telegram.calls("getUpdates");
    polled(&scene.world, polls + 1).await;
    scene.passes(Duration::from_secs(60));
    assert_eq!(page(&url).await.0, 200, "a hiccup is no reason");
    scene.passes(Duration::from_secs(31));
    let (status, text) = page(&url).await;
    assert_eq!(status, 503);
    assert!(text.contains("FAIL polling – Telegram has not answered for 9"), "{text}");

    scene.world.telegram.recovers("getUpdates");
    let nora = scene.world.person("Nora");
    nora.types("/help");
    nora.reads().await;
    assert_eq!(page(&url).await.0, 200);
    scene.ends().await;
}

/// The value of a metric with these labels.
fn value(page: &str, name: &str) -> Option<f64> {
    page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

#[tokio::test]
async fn what_happens_is_counted_and_names_nobody() {
    let (host, url) = Host::with(&Setup::default()).await.with_health();
    let world = &host.world;
    let process = host.is_on_duty().await;
    let (nora, omar) = (world.person("Nora"), world.person("Omar"));
    world.telegram.fails_next("sendMessage", Fault::server_error(502));
    for (person, way) in [(&nora, "By e-mail"), (&omar, "By SMS")] {
        person.requests_to_join();
        person.reads_next().await;
        person.types("open barley");
        person.reads_next().await;
        person.types(PASSWORD);
        person.reads_next().await;
        person.presses(way);
        person.reads_next().await;
    }
    nora.types(&nora.email());
    omar.types(&omar.phone());
    for person in [&nora, &omar] {
        hears(person, "Shall I send").await;
        person.presses("Send the code");
        hears(person, "I have sent").await;
    }
    nora.types(world.mail_for(&nora.email()).await.code(6));
    omar.types(world.sms_for(&omar.phone()).await.code(6));
    nora.becomes_member().await;
    omar.becomes_member().await;
    for person in [&nora, &omar] {
        hears(person, "Welcome!").await;
    }
    world.settled().await;

    let (status, text) = page(&format!("{url}/metrics")).await;
    assert_eq!(status, 200);
    let counted = [
        ("updates_total{kind=\"join_requested\"}", 2.0),
        ("updates_total{kind=\"wrote\"}", 8.0),
        ("steps_total{event=\"pressed\"}", 4.0),
        ("steps_total{event=\"code_delivery\"}", 2.0),
        ("outcomes_total{outcome=\"wrong_password\"}", 2.0),
        ("outcomes_total{outcome=\"admitted\"}", 2.0),
        ("sends_total{channel=\"email\",outcome=\"sent\"}", 1.0),
        ("sends_total{channel=\"sms\",outcome=\"sent\"}", 1.0),
        ("provider_latency_seconds_count{provider=\"smtp\"}", 1.0),
        ("provider_latency_seconds_count{provider=\"twilio\"}", 1.0),
        ("retries_total{kind=\"say\"}", 1.0),
        ("panics_total", 0.0),
        ("outbox_depth", 0.0),
        ("outbox_oldest_age_seconds", 0.0),
    ];
    for (name, expected) in counted {
        let found = value(&text, &format!("countersign_{name}"));
        assert_eq!(found, Some(expected), "{name} in\n{text}");
    }
    let at_least = [
        ("provider_latency_seconds_count{provider=\"telegram\"}", 20.0),
        ("store_commit_seconds_count", 20.0),
        ("polling_last_success_timestamp_seconds", 1_700_000_000.0),
    ];
    for (name, least) in at_least {
        let found = value(&text, &format!("countersign_{name}")).unwrap_or_default();
        assert!(found >= least, "{name} is {found} in\n{text}");
    }
    // Label values are our own words or the bounds of histograms.
    for label in text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
    {
        let ours = label.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        assert!(
            ours || label == "+Inf" || label.parse::<f64>().is_ok_and(|le| le < 100.0),
            "{label}"
        );
    }
    process.stops(Signal::TERM).await;
}

#[tokio::test]
async fn what_waits_is_seen_to_wait() {
    let (host, url) = Host::with(&Setup::default()).await.with_health();
    let world = &host.world;
    let process = host.is_on_duty().await;
    let nora = world.person("Nora");
    world.telegram.fails("sendMessage", Fault::too_many_requests(3600));
    nora.requests_to_join();
    let called = world.telegram.wait_for_calls("sendMessage", 1, world.patience());
    assert!(called.await);
    world.settled().await;
    let (_, text) = page(&format!("{url}/metrics")).await;
    assert_eq!(value(&text, "countersign_outbox_depth"), Some(1.0), "{text}");
    let age = value(&text, "countersign_outbox_oldest_age_seconds").unwrap_or_default();
    assert!(age > 0.0 && age < 60.0, "{age}");
    process.stops(Signal::TERM).await;
    world.telegram.recovers("sendMessage");
}
