//! What was typed and what was sent is found nowhere: not in a log, not in a metric, not on disk.

use std::path::Path;
use std::sync::Arc;

use countersign::config;
use countersign::engine::world::SystemRandom;
use countersign::sandbox::smtp::{Fault as MailFault, Verb};
use countersign::sandbox::telegram::Fault;
use countersign::sandbox::twilio::{Call, Fault as SmsFault};
use countersign::sandbox::{Kind, Person, World};
use countersign::service;
use countersign::store::records::PersonRecord;
use countersign::verification::{GateId, UserId};
use rustix::process::Signal;

use crate::process::{Ended, Host, files_below, page};
use crate::scene::{PASSWORD, Setup, hears};

const LOGIN: (&str, &str) = ("gate-login", "smtp-secret-0815");
const WRONG: &str = "open barley";
const CHAT: &str = "my cat is called Mitzi";
const TELEGRAMS_CODE: &str = "Login code: 73519";

/// Long codes, so that none turns up by chance.
const LIMITS: &str = "code_length = 10\nresend_waits = [\"1s\"]";

/// What must not be found, each with its name.
#[derive(Default)]
struct Secrets(Vec<(String, String)>);

impl Secrets {
    fn of(world: &World) -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add("the password", PASSWORD);
        secrets.add("a wrong password", WRONG);
        secrets.add("a message", CHAT);
        secrets.add("Telegram's login code", "73519");
        let token = world.token();
        secrets.add("the bot token", token.split_once(':').expect("a token").1);
        secrets.add("the SMTP password", LOGIN.1);
        secrets.add("the Twilio secret", &world.twilio.account().auth_token);
        secrets
    }

    fn add(&mut self, name: &str, secret: &str) {
        self.0.push((name.to_owned(), secret.to_owned()));
    }

    fn add_person(&mut self, person: &Person) {
        self.add("an e-mail address", &person.email());
        self.add("a phone number", person.phone().trim_start_matches('+'));
        // As it is written without the country code, and with spaces.
        self.add("a phone number", &person.phone()[3..]);
        self.add("a phone number", &spaced(&person.phone()));
    }

    #[track_caller]
    fn are_not_in(&self, place: &str, bytes: &[u8]) {
        for (name, secret) in &self.0 {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{name} ({secret}) is in {place}:\n{}", String::from_utf8_lossy(bytes));
        }
    }

    #[track_caller]
    fn are_not_on_disk(&self, data: &Path) {
        for (path, bytes) in files_below(data) {
            if !path.ends_with("secret.key") {
                self.are_not_in(&path.display().to_string(), &bytes);
            }
        }
    }

    #[track_caller]
    fn are_not_told_by(&self, ended: &Ended) {
        self.are_not_in("standard output", ended.out.as_bytes());
        self.are_not_in("standard error", ended.err.as_bytes());
    }
}

/// `+49 1511 2000003`
fn spaced(phone: &str) -> String {
    format!("{} {} {}", &phone[..3], &phone[3..7], &phone[7..])
}

async fn past_the_password(world: &World, name: &str) -> Person {
    let person = world.person(name);
    person.requests_to_join();
    hears(&person, "type the password").await;
    person.types(PASSWORD);
    hears(&person, "How may I send you your code?").await;
    person
}

async fn sends_to(person: &Person, address: &str, answer: &str) {
    person.types(address);
    hears(person, "Shall I send the code").await;
    person.presses("Send the code");
    loop {
        let line = person.reads_next().await;
        if line.text().contains(answer) {
            return;
        }
        // Sent to somebody else a moment ago.
        if line.text().contains("I can send you a new code in") {
            person.presses("Send the code");
        }
    }
}

/// One newcomer for each thing that a log could be tempted to quote.
async fn a_day_at_the_gate(host: &Host, secrets: &mut Secrets) {
    let world = &host.world;

    let nora = past_the_password(world, "Nora").await;
    secrets.add_person(&nora);
    nora.types(CHAT);
    hears(&nora, "How may I send you your code?").await;
    world
        .smtp
        .fails_next(Verb::Rcpt, MailFault::reply("451 4.7.1 <nora@example.org> is greylisted"));
    sends_to(&nora, &nora.email(), "I have sent your code").await;
    let code = world.mail_for(&nora.email()).await.code(10).to_owned();
    secrets.add("a code", &code);
    secrets.are_not_on_disk(&host.data());
    nora.types(TELEGRAMS_CODE);
    hears(&nora, "That looks like a login code").await;
    nora.types("1234567890");
    hears(&nora, "That is not the code").await;
    nora.types(CHAT);
    hears(&nora, "I am waiting for your code").await;
    nora.types(&format!("here you are: {code}"));
    hears(&nora, "Welcome!").await;

    let omar = past_the_password(world, "Omar").await;
    secrets.add_person(&omar);
    omar.presses("By SMS");
    hears(&omar, "type the mobile number").await;
    world.twilio.fails_next(Call::Message, SmsFault::TooManyRequests(1));
    sends_to(&omar, &spaced(&omar.phone()), "I have sent your code").await;
    let code = world.sms_for(&omar.phone()).await.code(10).to_owned();
    secrets.add("a code", &code);
    omar.types(&code);
    hears(&omar, "Welcome!").await;

    let pia = world.person("Pia");
    secrets.add_person(&pia);
    pia.requests_to_join();
    hears(&pia, "type the password").await;
    for answer in ["You have 2 tries left", "You have 1 try left", "the door stays closed"] {
        pia.types(WRONG);
        hears(&pia, answer).await;
    }

    let quin = past_the_password(world, "Quin").await;
    secrets.add_person(&quin);
    world.smtp.refuses(&quin.email(), "550 5.1.1 <quin@example.org>: no such user");
    sends_to(&quin, &quin.email(), "does not exist, I am told").await;
    world.twilio.number_fails(&quin.phone(), 21614);
    sends_to(&quin, &quin.phone(), "cannot receive text messages").await;

    let rosa = past_the_password(world, "Rosa").await;
    secrets.add_person(&rosa);
    world.twilio.fails_next(Call::Message, SmsFault::AnswerLost);
    sends_to(&rosa, &rosa.phone(), "broke off, so I cannot tell").await;
    secrets.add("a code", world.sms_for(&rosa.phone()).await.code(10));
    let quoted = format!("can't parse entities: unexpected \"{CHAT}\" in {}", rosa.phone());
    world.telegram.fails_next("sendMessage", Fault::bad_request(&quoted));
    rosa.types("/help");
    world.telegram.faults_have_hit(world.patience()).await;
    for fault in [Fault::Reset, Fault::Garbage, Fault::too_many_requests(1)] {
        world.telegram.fails_next("sendMessage", fault);
        rosa.types("/safety");
        hears(&rosa, "What I never ask for").await;
    }
    rosa.forwards_contact_of(&quin);
    rosa.sends(&Kind::Sticker);
    world.settled().await;
    for person in [&nora, &omar, &pia, &quin, &rosa] {
        drop(person.takes_unread());
    }
}

async fn nothing_is_told(format: &str) {
    let (host, url) = Host::with(&Setup { limits: LIMITS, ..Setup::default() }).await.with_health();
    host.world.smtp.wants_login(LOGIN.0, LOGIN.1);
    let host = host
        .set("LOG__LEVEL", "debug")
        .set("LOG__FORMAT", format)
        .set("EMAIL__USERNAME", LOGIN.0)
        .set("EMAIL__PASSWORD", LOGIN.1);
    let mut secrets = Secrets::of(&host.world);
    let process = host.is_on_duty().await;
    a_day_at_the_gate(&host, &mut secrets).await;

    let (_, metrics) = page(&format!("{url}/metrics")).await;
    secrets.are_not_in("the metrics", metrics.as_bytes());
    let proc = format!("/proc/{}", process.id());
    let arguments = std::fs::read_to_string(format!("{proc}/cmdline")).expect("a process");
    assert_eq!(arguments, format!("{}\0run\0", env!("CARGO_BIN_EXE_countersign")));
    let environment = std::fs::read_to_string(format!("{proc}/environ")).expect("a process");
    let given = [
        "HTTP__LISTEN",
        "LOG__LEVEL",
        "LOG__FORMAT",
        "EMAIL__USERNAME",
        "EMAIL__PASSWORD",
        "JOURNAL_BYTES",
    ];
    let names =
        environment.split_terminator('\0').filter_map(|entry| Some(entry.split_once('=')?.0));
    let ours =
        |name: &str| name.strip_prefix("COUNTERSIGN_").is_some_and(|key| given.contains(&key));
    assert_eq!(names.filter(|name| !ours(name)).collect::<Vec<_>>(), Vec::<&str>::new());

    let ended = process.stops(Signal::TERM).await;
    secrets.are_not_told_by(&ended);
    secrets.are_not_on_disk(&host.data());
    for what in ["decided", "a code could not be sent", "nobody knows whether"] {
        assert!(ended.err.contains(what), "the log says nothing of it:\n{}", ended.err);
    }
    if format == "json" {
        for line in ended.err.lines() {
            serde_json::from_str::<serde_json::Value>(line).expect("a line of JSON");
        }
    }
    let mut left: Vec<_> = std::fs::read_dir(host.folder())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["config.toml", "data", "root.pem"], "nothing else is written");
}

#[tokio::test]
async fn nothing_is_told_in_text() {
    nothing_is_told("text").await;
}

#[tokio::test]
async fn nothing_is_told_in_json() {
    nothing_is_told("json").await;
}

/// The rules cannot panic on what they wrote themselves; on this they do, in a debug build.
async fn spoil(host: &Host, person: &Person) {
    let path = host.folder().join("config.toml");
    let loaded = config::load(Some(&path), std::iter::empty(), &mut SystemRandom);
    let (store, _) =
        service::open_store(&loaded.expect("a configuration").config).await.expect("a store");
    let (user, gate) = (UserId(person.id()), GateId(host.world.group().id()));
    let spoilt = store.commit(move |view| {
        let PersonRecord(mut person) = view.get(&user)?.expect("a person");
        let gates = &mut Arc::make_mut(&mut person).gates;
        gates.get_mut(&gate).expect("an applicant").number = u32::MAX;
        view.put(&user, &PersonRecord(person))
    });
    spoilt.await.expect("a commit");
    store.close().await;
}

#[tokio::test]
async fn a_panic_costs_one_update_and_quotes_nothing() {
    let (host, url) = Host::with(&Setup::default()).await.with_health();
    let host = host.set("LOG__LEVEL", "debug");
    let world = &host.world;
    let mut secrets = Secrets::of(world);
    let process = host.is_on_duty().await;
    let nora = past_the_password(world, "Nora").await;
    secrets.add_person(&nora);
    nora.types(&nora.email());
    hears(&nora, "Shall I send the code").await;
    process.stops(Signal::TERM).await;
    spoil(&host, &nora).await;

    let process = host.is_on_duty().await;
    nora.presses("Send the code");
    nora.types("/safety");
    hears(&nora, "What I never ask for").await;
    let omar = past_the_password(world, "Omar").await;
    secrets.add_person(&omar);
    sends_to(&omar, &omar.email(), "I have sent your code").await;
    secrets.add("a code", world.mail_for(&omar.email()).await.code(6));
    let (_, metrics) = page(&format!("{url}/metrics")).await;
    assert!(metrics.contains("countersign_panics_total 1\n"), "{metrics}");
    let ended = process.stops(Signal::TERM).await;
    assert!(ended.err.contains("a panic while deciding on one event; that event is dropped"));
    assert!(ended.err.contains("src/verification/applicant/coding.rs"), "{}", ended.err);
    for noise in ["overflow", "panicked at", "backtrace"] {
        assert!(!ended.err.contains(noise), "{}", ended.err);
    }
    secrets.are_not_told_by(&ended);
    assert_eq!(world.smtp.mail_count(), 1, "the spoilt dialogue sends nothing");

    // It is over: the next start does not stumble over it again.
    let ended = host.is_on_duty().await.stops(Signal::TERM).await;
    assert!(!ended.err.contains("panic"), "{}", ended.err);
}
