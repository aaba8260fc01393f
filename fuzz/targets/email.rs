//! E-mail addresses as people type them.

#![no_main]

use countersign::verification::address::{Address, Email};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|typed: &str| {
    let Ok(email) = Email::parse(typed) else { return };
    let mailbox = email.as_str();

    // Nothing in it ends a line, a header, a command, or begins another address.
    assert!(mailbox.len() <= 254 && mailbox.is_ascii());
    let ends = |c: char| c.is_ascii_control() || c.is_whitespace() || "<>()[]\",;:\\%!".contains(c);
    assert!(!mailbox.contains(ends), "{mailbox}");
    let (local, domain) = mailbox.split_once('@').expect("an address has an @");
    assert!(!domain.contains('@') && domain.contains('.') && !local.is_empty());
    assert!(mailbox.parse::<lettre::Address>().is_ok(), "{mailbox} cannot be written to");

    assert_eq!(Email::parse(mailbox).as_ref(), Ok(&email));
    for spelling in [format!(" <{mailbox}>\n"), format!("MAILTO:{mailbox}")] {
        assert_eq!(Email::parse(&spelling).as_ref(), Ok(&email), "{spelling}");
    }
    let stored = serde_json::to_string(&email).expect("an address is JSON");
    assert_eq!(serde_json::from_str::<Email>(&stored).ok().as_ref(), Some(&email));

    // Spellings that are one mailbox have one key, and the key is one of them.
    let key = |email: &Email| Address::Email(email.clone()).uniqueness_key();
    let unique = key(&email);
    assert_eq!(unique, unique.to_ascii_lowercase());
    let shouted = format!("{}@{}", local.to_ascii_uppercase(), domain.to_ascii_uppercase());
    assert_eq!(Email::parse(&shouted).map(|shouted| key(&shouted)), Ok(unique.clone()));
    if let Ok(again) = Email::parse(&unique) {
        assert_eq!(key(&again), unique);
    }

    assert!(email.allowed_by(&[]) && email.allowed_by(&[format!("@{domain}")]));
    assert!(!email.allowed_by(&[format!("@*.{domain}")]));
    let masked = Address::Email(email.clone()).masked();
    assert_eq!(format!("{email:?}"), masked);
    let shown = masked.strip_suffix(domain).and_then(|shown| shown.strip_suffix('@'));
    let shown = shown.expect("the domain is shown");
    assert!(shown.contains('•') && shown.replace('•', "").len() <= 2.min(local.len() - 1));
});
