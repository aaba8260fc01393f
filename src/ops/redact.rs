//! Secrets masked in a text: the last line of defence, behind types that show nothing.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// The text with bot tokens, e-mail addresses and phone numbers masked.
#[must_use]
pub fn redact(text: &str) -> String {
    masked(text, true)
}

/// The text with bot tokens masked: for a host, who may see the addresses of the configuration.
#[must_use]
pub fn redact_tokens(text: &str) -> String {
    masked(text, false)
}

/// Bot tokens, e-mail addresses and phone numbers in E.164 form, also where they are part of a
/// URL. Numeric ids are not touched: a log without them is of no use.
static SECRETS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?P<token>[0-9]{6,}(?::|%3A)[A-Za-z0-9_-]{30,})",
        r"|(?P<email>[\p{L}\p{N}._%+'•-]+(?:@|%40)[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)",
        r"|(?P<phone>(?:\+|%2B)[1-9][0-9]{6,14})",
    ))
    .expect("the pattern of secrets is one of ours")
});

/// What a masked address has in the place of its middle.
const MASK: &str = "•••";

/// Whether there may be a secret in it: each has an `@` or a `+`, by itself or by its number, or
/// six digits before a colon. Most lines have none, and there are many.
fn may_hold_secrets(text: &str) -> bool {
    let mut digits = 0;
    text.bytes().any(|byte| {
        let ends_token = byte == b':' && digits >= 6;
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        ends_token || matches!(byte, b'@' | b'+' | b'%')
    })
}

fn masked(text: &str, addresses: bool) -> String {
    if !may_hold_secrets(text) {
        return text.to_owned();
    }
    SECRETS
        .replace_all(text, |found: &Captures<'_>| {
            let (mask, secret) = match (found.name("token"), found.name("email")) {
                (Some(token), _) => ("[token]", token),
                (None, _) if !addresses => return found[0].to_owned(),
                // Masked already, so that a host can still tell one from another.
                (None, Some(email)) if email.as_str().contains(MASK) => return found[0].to_owned(),
                (None, Some(email)) => ("[e-mail]", email),
                (None, None) => return "[phone]".to_owned(),
            };
            // JSON's `\n` must not lose its letter to the mask.
            let escaped = text[..secret.start()].ends_with('\\');
            let kept = if escaped { secret.as_str().chars().next() } else { None };
            kept.into_iter().chain(mask.chars()).collect()
        })
        .into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOKEN: &str = "123456789:AAEhBP0av18yWr0fmLXG6PjVd4XkqbEXAMPL";

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(redact(text), expected);
    }

    #[test]
    fn masks_tokens_addresses_and_numbers() {
        check(
            &format!("https://api.telegram.org/bot{TOKEN}/getMe failed"),
            "https://api.telegram.org/bot[token]/getMe failed",
        );
        check("mail to nora.neu+x@mail.example.org, bounced", "mail to [e-mail], bounced");
        check("To=nora%40example.org&To=%2B4915123456789", "To=[e-mail]&To=[phone]");
        check("müller@bücher.example.de", "[e-mail]");
        let both = format!("{TOKEN} of gate@example.org");
        assert_eq!(redact_tokens(&both), "[token] of gate@example.org");
        check("sms to +4915123456789.", "sms to [phone].");
    }

    proptest! {
        #[test]
        fn no_secret_gets_by_unlooked_at(text in r"([a-z0-9:@+%. é_-]|[0-9]{6}:|%40|%2B|%3A|A{30}){0,24}") {
            prop_assert!(may_hold_secrets(&text) || !SECRETS.is_match(&text), "{text}");
        }
    }

    #[test]
    fn leaves_what_a_host_needs() {
        for text in [
            "gate -1001234567890, user 7123456789, update 884422113",
            "2026-11-20T11:00:00+00:00",
            "teloxide@next, a @ b, +49 allowed",
            "the code 123456 is no number of a user: 0:AA",
            "127.0.0.1:9090",
            "code 1 to n•••a@example.org",
            "code 2 to +49 ••• 6789",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn keeps_json_whole() {
        let line = serde_json::json!({ "why": format!("refused:\nnora@example.org\n{TOKEN}") });
        let masked = redact(&line.to_string());
        let back: serde_json::Value = serde_json::from_str(&masked).unwrap();
        let why = back["why"].as_str().unwrap();
        assert!(!why.contains("nora") && !why.contains("AAEh"), "{why}");
        assert!(why.starts_with("refused:\n[e-mail]\n"), "{why}");
    }
}
