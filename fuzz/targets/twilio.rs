//! What Twilio answers, or whoever stands in its place.

#![no_main]

use std::cell::LazyCell;
use std::time::Duration;

use countersign::delivery::{SendOutcome, Sms, SmsAuth, SmsSender, SmsSettings, Texter};
use countersign_fuzz::{PHONE, Server, filled_in, is_harmless, wait_for};
use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;

/// Of each class, and the ones that mean something.
const STATUSES: [u16; 14] = [200, 201, 204, 301, 400, 401, 403, 404, 408, 409, 422, 429, 500, 503];

thread_local! {
    static TWILIO: LazyCell<(Server, Texter)> = LazyCell::new(|| {
        let server = Server::start(true);
        let settings = SmsSettings {
            account_sid: "AC0123456789abcdef".to_owned(),
            auth: SmsAuth::Token(SecretString::from("hunter2hunter2")),
            sender: SmsSender::From("+15005550006".to_owned()),
            api_url: format!("http://{}", server.address).parse().expect("a URL"),
            allowed_countries: vec!["+49".to_owned()],
        };
        let texter = Texter::new(&settings).expect("settings that will do");
        (server, texter)
    });
}

fuzz_target!(|input: (u8, Option<u64>, &[u8])| {
    let (status, retry_after, body) = input;
    let status = STATUSES[usize::from(status) % STATUSES.len()];
    let body = filled_in(body);
    let header = retry_after.map_or(String::new(), |after| format!("retry-after: {after}\r\n"));
    let sms =
        Sms { to: PHONE.to_owned(), body: "012345".to_owned(), validity: Duration::from_secs(60) };
    let outcome = TWILIO.with(|twilio| {
        let (server, texter) = &**twilio;
        server.answers(status, &header, &body);
        wait_for(texter.send(&sms))
    });
    match outcome {
        SendOutcome::Sent | SendOutcome::SentFor(_) => {
            assert!((200..300).contains(&status));
            let text = String::from_utf8_lossy(&body);
            let message: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let sid = message.get("sid").or(message.get(0)).and_then(|sid| sid.as_str());
            assert!(sid.is_some_and(|sid| !sid.is_empty()));
        }
        SendOutcome::NotSent { why, retry_after } => {
            assert!(status < 500, "an answer of {status} says nothing of what was sent");
            assert!(retry_after.is_none_or(|after| after <= Duration::from_secs(24 * 60 * 60)));
            harmless(&why);
        }
        // Also a 5xx, whatever its words: it may have been sent before it went wrong.
        SendOutcome::Unknown { why } => harmless(&why),
        SendOutcome::Misconfigured { why } => {
            assert!(status < 500);
            harmless(&why);
        }
        SendOutcome::Refused(_) => assert!(status < 500),
    }
    let said = TWILIO.with(|twilio| {
        let (server, texter) = &**twilio;
        server.answers(status, &header, &body);
        wait_for(texter.check()).map_err(|error| error.to_string())
    });
    match said {
        Ok(said) => harmless(&said),
        Err(said) => harmless(&said),
    }
});

/// Of an answer only numbers are told, never its words.
fn harmless(why: &str) {
    is_harmless(why);
    assert!(!why.contains("hunter2") && !why.contains("012345"), "{why}");
}
