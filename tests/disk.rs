//! A disk that is nearly full, or slow. What a full one does to the process is in `stop`.

use std::fs;
use std::time::{Duration, Instant};

use countersign::sandbox::{Person, World};
use rustix::process::Signal;

use crate::process::{Host, files_below, page};
use crate::scene::{PASSWORD, Setup, hears};

async fn past_the_password(world: &World, name: &str) -> Person {
    let person = world.person(name);
    person.requests_to_join();
    hears(&person, "type the password").await;
    person.types(PASSWORD);
    hears(&person, "How may I send you your code?").await;
    person
}

async fn goes_in_by_mail(world: &World, person: &Person) {
    person.presses("✉️ By e-mail");
    hears(person, "type the e-mail address").await;
    person.types(&person.email());
    hears(person, "Shall I send the code").await;
    person.presses("Send the code");
    hears(person, "I have sent your code").await;
    let code = world.mail_for(&person.email()).await.code(6).to_owned();
    person.types(&code);
    hears(person, "Welcome!").await;
    person.becomes_member().await;
}

#[tokio::test]
async fn no_sms_leaves_a_disk_that_is_nearly_full_and_none_is_lost() {
    let (host, health) = Host::with(&Setup::default()).await.with_health();
    let free = host.folder().join("free");
    fs::write(&free, (63 * 1024 * 1024).to_string()).expect("a writable folder");
    let host = host.set("FREE_BYTES_IN", free.to_str().expect("UTF-8"));
    let world = &host.world;
    let mut process = host.is_on_duty().await;
    let (status, vitals) = page(&format!("{health}/readyz")).await;
    let not_ready = "FAIL disk – only 63 MiB are free, 64 MiB are needed; no SMS leaves\n";
    assert!(status == 503 && vitals.contains(not_ready), "{status} {vitals}");

    let nora = past_the_password(world, "Nora").await;
    nora.types(&nora.phone());
    hears(&nora, "Shall I send the code").await;
    nora.presses("Send the code");
    hears(
        &nora,
        "That is our fault, not yours. Codes wait until it answers, and it costs you no try.",
    )
    .await;
    process.says("no SMS leaves; trying again").await;
    assert_eq!(world.twilio.sms_count(), 0);
    // E-mail costs nothing, and goes on.
    let omar = past_the_password(world, "Omar").await;
    goes_in_by_mail(world, &omar).await;

    // Somebody makes room.
    fs::write(&free, "1000000000000").expect("a writable folder");
    hears(&nora, "I have sent your code").await;
    world.sms_for(&nora.phone()).await;
    assert_eq!(world.twilio.sms_count(), 1);
    let (status, vitals) = page(&format!("{health}/readyz")).await;
    assert!(status == 200 && vitals.contains("ok   disk\n"), "{status} {vitals}");
    let (_, metrics) = page(&format!("{health}/metrics")).await;
    assert!(metrics.contains("countersign_store_free_bytes 1000000000000"), "{metrics}");
    assert!(metrics.contains(r#"countersign_sends_total{channel="sms",outcome="no_room"}"#));
    process.stops(Signal::TERM).await;
    drop((nora.takes_unread(), omar.takes_unread()));
}

#[tokio::test]
async fn the_store_never_meets_a_full_disk_and_goes_on_where_it_was() {
    let host = Host::with(&Setup::default()).await;
    let free = host.folder().join("free");
    let is_free = |mib: u64| fs::write(&free, (mib * 1024 * 1024).to_string()).expect("a file");
    is_free(1_000);
    let host = host.set("FREE_BYTES_IN", free.to_str().expect("UTF-8"));
    let process = host.is_on_duty().await;
    let nora = past_the_password(&host.world, "Nora").await;
    is_free(15);
    nora.presses("✉️ By e-mail");
    let full = format!(
        "the disk of the store in {} is full: 15 MiB are free, 16 MiB must be; make room and start again",
        host.data().display()
    );
    process.ends().await.failed_with(1, &full);
    assert!(nora.takes_unread().is_empty(), "something was said that is not kept");
    let before = files_below(&host.data());
    host.starts().ends().await.failed_with(1, &full);
    assert_eq!(files_below(&host.data()), before, "something was written");
    is_free(1_000);
    let process = host.is_on_duty().await;
    hears(&nora, "type the e-mail address").await;
    process.stops(Signal::TERM).await;
    drop(nora.takes_unread());
}

#[tokio::test]
async fn a_slow_disk_slows_the_bot_and_breaks_nothing() {
    const COMMIT: Duration = Duration::from_millis(300);
    let (host, health) = Host::with(&Setup::default()).await.with_health();
    let host = host.set("STALL_AT", &format!("store.written:{}ms", COMMIT.as_millis()));
    let world = &host.world;
    let process = host.is_on_duty().await;
    let begun = Instant::now();
    let nora = past_the_password(world, "Nora").await;
    let took = begun.elapsed();
    // Each thing that is said was taken up and decided, one commit after the other.
    assert!(took > 4 * COMMIT, "the disk was not slow: {took:?}");
    let (status, vitals) = page(&format!("{health}/readyz")).await;
    assert_eq!(status, 200, "{vitals}");
    goes_in_by_mail(world, &nora).await;
    assert_eq!(world.smtp.mail_count(), 1);
    process.stops(Signal::TERM).await;
    drop(nora.takes_unread());
}
