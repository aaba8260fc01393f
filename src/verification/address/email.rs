//! E-mail addresses, by a grammar stricter than the mail's own.

use std::fmt;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use psl::Type;
use serde::{Deserialize, Serialize};

use super::HIDDEN;
use crate::verification::code::digits;

/// Characters of the longest address that SMTP carries (RFC 5321 §4.5.3.1.3, without the `<>`).
const LONGEST: usize = 254;
/// Characters of the longest local part (RFC 5321 §4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// A mailbox, to be written to as typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// As typed, the domain in its IDNA (ASCII) form.
    mailbox: String,
}

/// What was typed is no e-mail address that we send to.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct EmailError;

impl Email {
    /// Reads one plain address; white space around it, `<>` and `mailto:` may stay.
    ///
    /// The local part is ASCII: letters, digits and ``#$&'*+-/=?^_`{|}~``, with single dots between
    /// them, 64 characters at most. Quotes, the `!` and `%` that let a relay send it on, and the
    /// `=?` behind which mail programs read another address (RFC 2047), are refused. The domain is a registrable name below a public suffix, or below one: no IP
    /// address, no single label, no domain of local use. A domain in another script is taken, but
    /// none that mixes Latin letters with others or imitates Latin letters throughout.
    pub fn parse(typed: &str) -> Result<Email, EmailError> {
        let (local, domain) = bare(typed).split_once('@').ok_or(EmailError)?;
        if !is_local_part(local) {
            return Err(EmailError);
        }
        let domain = ascii_domain(domain).filter(|d| is_registrable(d)).ok_or(EmailError)?;
        let mailbox = format!("{local}@{domain}");
        if mailbox.len() > LONGEST { Err(EmailError) } else { Ok(Email { mailbox }) }
    }

    /// To be written to: as typed, the domain in lower case and ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.mailbox
    }

    /// Whether one of `rules` allows the domain; no rules allow every domain.
    /// `@example.org`: exactly this domain; `@*.example.org`: its subdomains. Upper and lower case
    /// are one, and so are a domain and its IDNA form. A rule that is no domain allows nothing.
    #[must_use]
    pub fn allowed_by(&self, rules: &[String]) -> bool {
        let (_, domain) = self.split();
        rules.is_empty()
            || rules.iter().any(|rule| {
                let rule = rule.trim();
                let rule = rule.strip_prefix('@').unwrap_or(rule);
                match rule.strip_prefix("*.") {
                    Some(parent) => ascii_domain(parent).is_some_and(|parent| {
                        domain.strip_suffix(&parent).is_some_and(|sub| sub.ends_with('.'))
                    }),
                    None => ascii_domain(rule).is_some_and(|exact| exact == domain),
                }
            })
    }

    pub(super) fn uniqueness_key(&self) -> String {
        let (local, domain) = self.split();
        let local = local.to_ascii_lowercase();
        let untagged = match local.split_once('+') {
            Some((name, _tag)) if !name.is_empty() => name,
            Some(_) | None => &local,
        };
        match domain {
            "gmail.com" | "googlemail.com" => format!("{}@gmail.com", untagged.replace('.', "")),
            _ => format!("{untagged}@{domain}"),
        }
    }

    /// `j•••n@example.org`; of one to three characters less: `•••@…`, `j•••@…`.
    pub(super) fn masked(&self) -> String {
        let (local, domain) = self.split();
        let characters: Vec<char> = local.chars().collect();
        match characters.as_slice() {
            [] | [_] => format!("{HIDDEN}@{domain}"),
            [first, _] | [first, _, _] => format!("{first}{HIDDEN}@{domain}"),
            [first, .., last] => format!("{first}{HIDDEN}{last}@{domain}"),
        }
    }

    fn split(&self) -> (&str, &str) {
        self.mailbox.split_once('@').unwrap_or_default()
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Without what people and programs put around an address.
fn bare(typed: &str) -> &str {
    let around = |c: char| c.is_whitespace() || digits::is_invisible(c);
    let typed = typed.trim_matches(around);
    let typed = typed
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .unwrap_or(typed)
        .trim_matches(around);
    match typed.split_at_checked("mailto:".len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto:") => rest,
        Some(_) | None => typed,
    }
}

fn is_local_part(local: &str) -> bool {
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"#$&'*+-/=?^_`{|}~".contains(&b))
    };
    local.len() <= LONGEST_LOCAL && !local.contains("=?") && local.split('.').all(is_atom)
}

/// The domain in lower-case ASCII; `None` if it is none, or one that is made to be misread.
fn ascii_domain(domain: &str) -> Option<String> {
    // IDNA drops some invisible characters; here they are no part of an address.
    if domain.is_empty() || domain.chars().any(|c| digits::is_invisible(c) || c.is_whitespace()) {
        return None;
    }
    let ascii = Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .ok()?
        .into_owned();
    let (shown, sound) =
        Uts46::new().to_unicode(ascii.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    (sound.is_ok() && !shown.split('.').any(is_deceptive)).then_some(ascii)
}

/// Whether a label mixes Latin letters with letters that are none, or imitates Latin letters by
/// Cyrillic or Greek ones throughout.
fn is_deceptive(label: &str) -> bool {
    let letters = || label.chars().filter(|c| c.is_alphabetic());
    let mixed = letters().any(|c| c.is_ascii_alphabetic()) && letters().any(|c| !is_latin(c));
    let imitated = letters().next().is_some()
        && letters().all(|c| "асԁеһіјӏорԛѕԝхуъьҽпгѵѡαικνορτυωχ".contains(c));
    mixed || imitated
}

/// ASCII letters, and those with the accents that European languages give them; not the dotless
/// `ı` and the `ĸ`, which pass for `i` and `k`.
fn is_latin(letter: char) -> bool {
    letter.is_ascii_alphabetic()
        || (matches!(letter, 'ß'..='ſ' | 'ǎ'..='ǜ' | 'ș'..='ț' | 'ḁ'..='ỹ')
            && !matches!(letter, 'ı' | 'ĸ'))
}

/// Whether the domain is a name that somebody can have registered, or lies below one. A "private"
/// suffix such as `github.io` is such a name itself.
fn is_registrable(domain: &str) -> bool {
    let Some(suffix) = psl::suffix(domain.as_bytes()) else { return false };
    let labels = domain.split('.').count();
    let suffix_labels = suffix.as_bytes().split(|&b| b == b'.').count();
    let local_use = ["arpa", "onion"].iter().any(|top| domain.rsplit('.').next() == Some(top));
    !local_use
        && match suffix.typ() {
            Some(Type::Icann) => labels > suffix_labels,
            Some(Type::Private) => labels >= 2,
            None => false,
        }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn email(typed: &str) -> Email {
        Email::parse(typed).unwrap_or_else(|EmailError| panic!("{typed} is an address"))
    }

    #[test]
    fn addresses_are_read_and_kept_as_typed() {
        for (typed, expected) in [
            ("nora@example.org", "nora@example.org"),
            (" nora@example.org\n", "nora@example.org"),
            ("<nora@example.org>", "nora@example.org"),
            ("mailto:nora@example.org", "nora@example.org"),
            ("<MAILTO:nora@example.org>", "nora@example.org"),
            ("\u{200e}nora@example.org\u{200b}", "nora@example.org"),
            ("Nora.Neu+gate@Example.ORG", "Nora.Neu+gate@example.org"),
            ("o'brien_x-1@mail.example.co.uk", "o'brien_x-1@mail.example.co.uk"),
            ("1@qq.com", "1@qq.com"),
            ("nora@bücher.de", "nora@xn--bcher-kva.de"),
            ("nora@BÜCHER.de", "nora@xn--bcher-kva.de"),
            ("nora@xn--bcher-kva.de", "nora@xn--bcher-kva.de"),
            ("nora@straße.de", "nora@xn--strae-oqa.de"),
            ("nora@почта.рф", "nora@xn--80a1acny.xn--p1ai"),
            ("nora@例え.jp", "nora@xn--r8jz45g.jp"),
            ("nora@example。org", "nora@example.org"),
            ("nora@ｅｘａｍｐｌｅ.org", "nora@example.org"),
            ("nora@github.io", "nora@github.io"),
            ("nora@some-one.github.io", "nora@some-one.github.io"),
            ("nora@a--b.de", "nora@a--b.de"),
        ] {
            assert_eq!(email(typed).as_str(), expected, "of {typed:?}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long_label = format!("a@{}.org", "b".repeat(64));
        let long = format!("{}@{}org", "a".repeat(64), "bcdefghij.".repeat(19));
        for typed in [
            "",
            "@",
            "nora",
            "nora@",
            "@example.org",
            "nora@example",
            "nora@localhost",
            "nora@foo.local",
            "nora@foo.test",
            "nora@foo.invalid",
            "nora@foo.onion",
            "nora@1.0.0.127.in-addr.arpa",
            "nora@org",
            "nora@co.uk",
            "nora@127.0.0.1",
            "nora@[127.0.0.1]",
            "nora@[IPv6:::1]",
            "nora@example.org.",
            "nora@.example.org",
            "nora@example..org",
            "nora@-example.org",
            "nora@example-.org",
            "nora@exam_ple.org",
            "nora@exam ple.org",
            "nora @example.org",
            "nora@ example.org",
            "nora.@example.org",
            ".nora@example.org",
            "no..ra@example.org",
            "\"nora\"@example.org",
            "no ra@example.org",
            "nora,neu@example.org",
            "nora(x)@example.org",
            "nora:neu@example.org",
            "no\\ra@example.org",
            "nora%other.org@example.org",
            "other.org!nora@example.org",
            "nora@neu@example.org",
            "nora@example.org, ada@example.org",
            "nora@example.org ada@example.org",
            "nora@example.org?subject=x",
            "nora@example.org:25",
            "nora@example.org\r\nBcc: ada@example.org",
            "nora\r\n@example.org",
            "nora\0@example.org",
            "Nora <nora@example.org>",
            "<nora@example.org",
            "nörа@example.org",
            "nоra@example.org",
            "nora@exаmple.org",
            "nora@xn--exmple-4nf.org",
            "nora@аррӏе.com",
            "nora@paypaı.com",
            "nora@exam\u{200b}ple.org",
            "nora@exam\u{ad}ple.org",
            "nora@\u{202e}example.org",
            "nora＠example.org",
            "nora@xn--.org",
            "nora@xn--a.org",
            "=?utf-8?q?nora=40evil.example=3e=00?=x@example.org",
            &long_local,
            &long_label,
            &long,
        ] {
            assert_eq!(Email::parse(typed), Err(EmailError), "of {typed:?}");
        }
    }

    #[test]
    fn the_longest_are_taken() {
        assert!(Email::parse(&format!("{}@example.org", "a".repeat(64))).is_ok());
        assert!(Email::parse(&format!("a@{}.org", "b".repeat(63))).is_ok());
    }

    #[test]
    fn masks_hide_the_name() {
        for (typed, masked) in [
            ("john@example.org", "j•••n@example.org"),
            ("nora.neu+gate@example.org", "n•••e@example.org"),
            ("abc@example.org", "a•••@example.org"),
            ("ab@example.org", "a•••@example.org"),
            ("a@example.org", "•••@example.org"),
        ] {
            assert_eq!(email(typed).masked(), masked);
            assert_eq!(format!("{:?}", email(typed)), masked);
        }
    }

    #[test]
    fn spellings_of_one_mailbox_share_a_key() {
        for (typed, key) in [
            ("Nora.Neu@Example.org", "nora.neu@example.org"),
            ("nora+a+b@example.org", "nora@example.org"),
            ("+nora@example.org", "+nora@example.org"),
            ("n.o.r.a+x@gmail.com", "nora@gmail.com"),
            ("nora@googlemail.com", "nora@gmail.com"),
            ("n.ora@mail.gmail.com", "n.ora@mail.gmail.com"),
            ("nora@BÜCHER.de", "nora@xn--bcher-kva.de"),
        ] {
            assert_eq!(email(typed).uniqueness_key(), key, "of {typed}");
        }
    }

    #[test]
    fn rules_allow_domains_exactly_or_what_lies_below() {
        let allowed = |typed: &str, rules: &[&str]| {
            let rules: Vec<String> = rules.iter().map(|&rule| rule.to_owned()).collect();
            email(typed).allowed_by(&rules)
        };
        assert!(allowed("nora@example.org", &[]));
        assert!(allowed("nora@example.org", &["@example.org"]));
        assert!(allowed("nora@Example.org", &["@other.org", "@EXAMPLE.org"]));
        assert!(!allowed("nora@sub.example.org", &["@example.org"]));
        assert!(!allowed("nora@badexample.org", &["@example.org"]));
        assert!(allowed("nora@sub.example.org", &["@*.example.org"]));
        assert!(allowed("nora@a.b.example.org", &["@*.Example.org"]));
        assert!(!allowed("nora@example.org", &["@*.example.org"]));
        assert!(!allowed("nora@badexample.org", &["@*.example.org"]));
        assert!(allowed("nora@xn--bcher-kva.de", &["@bücher.de"]));
        assert!(allowed("nora@mail.bücher.de", &["@*.xn--bcher-kva.de"]));
        assert!(!allowed("nora@example.org", &["", "@", "@*.", "*", "@ example.org x"]));
    }

    #[test]
    fn an_address_from_a_broken_record_makes_nothing_panic() {
        for mailbox in ["", "@", "x", "ä@ö"] {
            let email = Email { mailbox: mailbox.to_owned() };
            let _ =
                (email.masked(), email.uniqueness_key(), email.allowed_by(&["@a.de".to_owned()]));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC*") {
            let _ = Email::parse(&text);
        }

        #[test]
        fn what_is_taken_is_plain_and_stays_itself(text in "[a-zA-ZäÄаα0-9._+<>\"'@\u{200b} -]{1,20}@[a-zA-ZäÄаα0-9.\u{200b}-]{1,20}\\.(org|de|co\\.uk|рф)") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert!(email.as_str().bytes().all(|b| b.is_ascii_graphic()));
                prop_assert!(email.as_str().len() <= LONGEST);
                prop_assert_eq!(email.as_str().matches('@').count(), 1);
                prop_assert!(!email.as_str().contains(['"', '<', '>', '(', ',', ';', ':', '\\', '[']));
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email));
            }
        }

        #[test]
        fn ordinary_addresses_are_taken(local in "[a-zA-Z0-9_+-]{1,20}(\\.[a-zA-Z0-9_+-]{1,20}){0,2}", label in "[a-z0-9]([a-z0-9]{0,20}[a-z0-9])?", top in "(org|de|co\\.uk|com|ai)") {
            let typed = format!("{local}@{label}.{top}");
            // co.uk's and ai's second levels are public suffixes of their own.
            prop_assume!(!["com", "net", "org", "off", "gov", "co"].contains(&label.as_str()));
            prop_assert!(Email::parse(&typed).is_ok(), "{}", typed);
        }

        #[test]
        fn a_mask_never_shows_the_name(local in "[a-z]{4,20}") {
            let masked = email(&format!("{local}@example.org")).masked();
            let inside = &local[1..local.len() - 1];
            prop_assert!(!masked.trim_end_matches("@example.org").contains(inside));
        }
    }
}
