//! What a mail server answers, from its greeting to its last word.

#![no_main]

use std::cell::LazyCell;
use std::time::Duration;

use countersign::delivery::{EmailLimits, EmailSettings, Mail, Mailer, Security, SendOutcome};
use countersign::verification::Timestamp;
use countersign_fuzz::{EMAIL, Server, filled_in, is_harmless, wait_for};
use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;

thread_local! {
    static SERVER: LazyCell<Server> = LazyCell::new(|| Server::start(false));
}

fuzz_target!(|input: (bool, &[u8])| {
    let (login, said) = input;
    let said = filled_in(said);
    let outcome = SERVER.with(|server| {
        let settings = EmailSettings {
            host: "127.0.0.1".to_owned(),
            port: server.address.port(),
            security: Security::None,
            username: if login { "gate".to_owned() } else { String::new() },
            password: login.then(|| SecretString::from("hunter2hunter2")),
            from: "Gate <gate@example.net>".to_owned(),
            ca_file: None,
        };
        let seconds = Duration::from_secs(5);
        let limits = EmailLimits { send: seconds, connect: seconds, ..EmailLimits::default() };
        let mailer = Mailer::with_limits(&settings, limits).expect("settings that will do");
        server.says(said.clone());
        wait_for(async {
            let outcome = mailer.send(&mail()).await;
            mailer.close().await;
            outcome
        })
    });
    // A mail is taken when the server has said so: to the greeting, EHLO, MAIL, RCPT and the end of
    // the mail with 2yz, to DATA with 3yz.
    let said = String::from_utf8_lossy(&said);
    let yes = said.matches('2').count();
    match outcome {
        SendOutcome::Sent => {
            assert!(yes >= 5 && said.contains('3'), "{said}");
        }
        SendOutcome::SentFor(_) => panic!("a mail server names no price"),
        SendOutcome::NotSent { why, retry_after } => {
            assert_eq!(retry_after, None);
            harmless(&why);
        }
        // Nobody can tell only once the mail itself was written.
        SendOutcome::Unknown { why } => {
            assert!(said.contains('3') && why.contains("mail server"), "{why}");
            harmless(&why);
        }
        SendOutcome::Misconfigured { why } => harmless(&why),
        SendOutcome::Refused(_) => assert!(said.contains('5'), "{said}"),
    }
});

fn harmless(why: &str) {
    is_harmless(why);
    assert!(!why.contains("hunter2"), "{why}");
}

fn mail() -> Mail {
    Mail {
        to: EMAIL.to_owned(),
        subject: "Your code".to_owned(),
        text: "012345".to_owned(),
        html: "<b>012345</b>".to_owned(),
        group: "Rust Berlin".to_owned(),
        message_id: "1".to_owned(),
        date: Timestamp(1_800_000_000_000),
    }
}
