//! How the real binary ends: told to stop, or kept from its work.

use countersign::sandbox::smtp::{Fault as MailFault, Verb};
use countersign::sandbox::telegram::Fault;
use countersign::sandbox::{Person, World};
use rustix::process::Signal;

use crate::process::{Host, Process, files_below};
use crate::scene::{PASSWORD, Setup, hears};

/// Somebody who has come as far as the Send button.
async fn before_the_code(world: &World, name: &str) -> Person {
    let person = world.person(name);
    person.requests_to_join();
    hears(&person, "type the password").await;
    person.types(PASSWORD);
    hears(&person, "How may I send you your code?").await;
    person.presses("✉️ By e-mail");
    hears(&person, "type the e-mail address").await;
    person.types(&person.email());
    hears(&person, "Shall I send the code").await;
    person
}

/// Somebody to whom a code was sent goes on from there.
async fn goes_in(world: &World, person: &Person) {
    hears(person, "I have sent your code").await;
    person.types(world.mail_for(&person.email()).await.code(6));
    hears(person, "Welcome!").await;
    person.becomes_member().await;
}

#[tokio::test]
async fn an_idle_bot_stops_at_either_signal() {
    let host = Host::with(&Setup::default()).await;
    for signal in [Signal::TERM, Signal::INT] {
        let ended = host.is_on_duty().await.stops(signal).await;
        assert!(ended.err.contains("the sentry is off duty; nothing is lost"), "{}", ended.err);
    }
}

#[tokio::test]
async fn a_second_signal_does_no_harm() {
    let host = Host::with(&Setup::default()).await;
    let process = host.is_on_duty().await;
    let nora = before_the_code(&host.world, "Nora").await;
    host.world.smtp.fails(Verb::Data, MailFault::Hang);
    let sends = host.world.telegram.calls("editMessageText");
    nora.presses("Send the code");
    host.world.telegram.wait_for_calls("editMessageText", sends + 1, host.world.patience()).await;
    process.signal(Signal::TERM);
    process.signal(Signal::INT);
    process.stops(Signal::TERM).await;
    host.world.smtp.recovers(Verb::Data);
    drop(nora.takes_unread());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_mail_server_that_hangs() {
    let host = Host::with(&Setup::default()).await;
    let world = &host.world;
    let process = host.is_on_duty().await;
    let nora = before_the_code(world, "Nora").await;
    world.smtp.fails_next(Verb::Body, MailFault::Hang);
    nora.presses("Send the code");
    assert!(world.smtp.faults_have_hit(world.patience()).await);
    process.stops(Signal::TERM).await;

    let process = host.is_on_duty().await;
    hears(&nora, "broke off, so I cannot tell whether your code reached").await;
    assert_eq!(world.smtp.mail_count(), 0, "it is not sent again by itself");
    assert!(nora.buttons().contains(&"🔁 Resend".to_owned()));
    process.stops(Signal::TERM).await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_telegram_that_hangs() {
    let host = Host::with(&Setup::default()).await;
    let world = &host.world;
    let process = host.is_on_duty().await;
    let nora = world.person("Nora");
    world.telegram.fails_next("sendMessage", Fault::Hang);
    nora.requests_to_join();
    assert!(world.telegram.faults_have_hit(world.patience()).await);
    process.stops(Signal::TERM).await;

    let process = host.is_on_duty().await;
    hears(&nora, "type the password").await;
    process.stops(Signal::TERM).await;
}

#[tokio::test]
async fn a_stop_is_heard_before_telegram_ever_answered() {
    for method in ["getMe", "getUpdates", "getChat"] {
        let host = Host::with(&Setup::default()).await;
        host.world.telegram.fails_next(method, Fault::Hang);
        let process = host.starts();
        assert!(host.world.telegram.faults_have_hit(host.world.patience()).await);
        process.stops(Signal::TERM).await;
    }
}

#[tokio::test]
async fn a_stop_in_a_backlog_loses_nothing() {
    let setup = Setup { messages_per_second: 5, ..Setup::default() };
    let host = Host::with(&setup).await;
    let world = &host.world;
    let people: Vec<_> = (0..20).map(|n| world.person(&format!("Person {n}"))).collect();
    for person in &people {
        person.requests_to_join();
    }
    let process = host.starts();
    hears(&people[0], "type the password").await;
    process.stops(Signal::TERM).await;
    let process = host.is_on_duty().await;
    for person in &people[1..] {
        hears(person, "type the password").await;
    }
    process.stops(Signal::TERM).await;
    for person in &people {
        assert!(person.takes_unread().is_empty(), "{} was asked twice", person.name());
    }
}

#[tokio::test]
async fn a_stop_in_the_middle_of_a_dialogue_is_not_noticed() {
    let host = Host::with(&Setup::default()).await;
    let world = &host.world;
    let process = host.is_on_duty().await;
    let nora = before_the_code(world, "Nora").await;
    process.stops(Signal::TERM).await;
    nora.presses("Send the code");
    let process = host.is_on_duty().await;
    goes_in(world, &nora).await;
    process.stops(Signal::INT).await;
}

#[tokio::test]
async fn a_second_process_leaves_the_store_alone() {
    let host = Host::with(&Setup::default()).await;
    let first = host.is_on_duty().await;
    let second = host.starts().ends().await;
    second.failed_with(1, "the store in ");
    assert!(second.err.contains("is in use by another process; stop that one first"));
    let nora = before_the_code(&host.world, "Nora").await;
    nora.presses("Send the code");
    goes_in(&host.world, &nora).await;
    first.stops(Signal::TERM).await;
}

#[tokio::test]
async fn a_damaged_store_is_not_touched() {
    let host = Host::with(&Setup::default()).await;
    let process = host.is_on_duty().await;
    let nora = before_the_code(&host.world, "Nora").await;
    process.stops(Signal::TERM).await;
    let data = host.data().join("db/db");
    let mut bytes = std::fs::read(&data).expect("sled's file");
    let middle = bytes.len() / 2;
    for (place, byte) in bytes.iter_mut().enumerate().take(middle + 20_000).skip(100) {
        *byte ^= u8::try_from(place % 255).unwrap_or_default() | 1;
    }
    std::fs::write(&data, &bytes).expect("a writable folder");
    let ended = host.starts().ends().await;
    ended.failed_with(3, "the store in ");
    assert!(ended.err.contains(" is damaged: "), "{}", ended.err);
    assert!(ended.err.contains("`countersign store restore`"), "{}", ended.err);
    drop(nora.takes_unread());

    std::fs::remove_dir_all(host.data().join("db")).expect("a writable folder");
    host.starts().ends().await.failed_with(3, "the store in ");
}

#[tokio::test]
async fn another_secret_key_is_told_from_damage() {
    let host = Host::with(&Setup::default()).await;
    host.is_on_duty().await.stops(Signal::TERM).await;
    let other = Host::with(&Setup::default()).await;
    other.is_on_duty().await.stops(Signal::TERM).await;
    std::fs::copy(other.data().join("secret.key"), host.data().join("secret.key")).expect("a copy");
    let ended = host.starts().ends().await;
    ended.failed_with(1, "the store in ");
    assert!(ended.err.contains("was sealed with another secret key; put back"), "{}", ended.err);
}

#[tokio::test]
async fn a_token_that_telegram_does_not_know_ends_the_start() {
    let host = Host::with(&Setup::default()).await;
    host.world.telegram.fails("getMe", Fault::unauthorized());
    let ended = host.starts().ends().await;
    ended.failed_with(1, "Telegram does not know this bot token: put the one from");
}

#[tokio::test]
async fn a_token_that_is_revoked_later_is_said_and_nothing_is_lost() {
    let host = Host::with(&Setup::default()).await;
    let world = &host.world;
    let mut process = host.is_on_duty().await;
    let nora = before_the_code(world, "Nora").await;
    world.telegram.fails("getUpdates", Fault::unauthorized());
    process
        .says("Telegram does not know this bot token any more: put the one from @BotFather")
        .await;
    nora.presses("Send the code");
    process.stops(Signal::TERM).await;
    world.telegram.recovers("getUpdates");
    let process = host.is_on_duty().await;
    goes_in(world, &nora).await;
    process.stops(Signal::TERM).await;
}

#[tokio::test]
async fn a_webhook_ends_the_start() {
    let host = Host::with(&Setup::default()).await;
    host.world.has_webhook(Some("https://bots.example.org/secret-path"));
    let ended = host.starts().ends().await;
    ended.failed_with(1, "this bot has a webhook, so Telegram gives its updates to");
    assert!(!ended.err.contains("secret-path"), "{}", ended.err);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_ends_the_start() {
    let host = Host::with(&Setup::default()).await.set("STORE__PATH", "/proc/countersign");
    let ended = host.starts().ends().await;
    ended.failed_with(1, "making the secret key ");
    assert!(ended.err.contains("/proc/countersign"), "{}", ended.err);
    assert_eq!(host.world.telegram.calls("getUpdates"), 0);
}

#[tokio::test]
async fn a_full_disk_ends_the_bot_before_anything_is_said() {
    // Without checkpoints, so that the journal gets there.
    let host = Host::with(&Setup::default()).await.set("JOURNAL_BYTES", "1000000000");
    let world = &host.world;
    let nora = world.person("Nora");
    // One alone would be handled at a pace.
    let crowd: Vec<_> = (0..9).map(|n| world.person(&format!("Person {n}"))).collect();
    host.is_on_duty().await.stops(Signal::TERM).await;
    let size = files_below(&host.data()).iter().map(|(_, bytes)| bytes.len()).max();
    // In blocks of 512 bytes; more than is there by what the start itself needs, and a little more.
    let blocks = size.unwrap_or_default() / 512 + 1200;
    let script = format!(r#"trap "" XFSZ; ulimit -f {blocks}; exec "$0" "$@""#);
    let mut process = Process::start(&mut host.command_after(&script, &["run"]));
    let ended = loop {
        for person in crowd.iter().chain([&nora]) {
            person.types("/help");
        }
        tokio::select! {
            ended = process.ended() => break ended,
            _ = nora.reads_next() => {}
        }
    };
    ended.failed_with(1, "writing ");
    assert!(ended.err.contains(" failed: File too large (os error 27); mend"), "{}", ended.err);
    for person in crowd.iter().chain([&nora]) {
        drop(person.takes_unread());
    }

    let process = host.is_on_duty().await;
    hears(&nora, "I keep watch at the doors").await;
    process.stops(Signal::TERM).await;
    for person in crowd.iter().chain([&nora]) {
        drop(person.takes_unread());
    }
}
