//! A mail as it goes over the wire: headers, plain text, and the same as HTML.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use unicode_general_category::{GeneralCategory, get_general_category};

use super::Mail;

/// The longest display name and the longest subject, in characters.
const NAME_LENGTH: usize = 64;
const SUBJECT_LENGTH: usize = 150;

/// Who the mails come from.
#[derive(Clone)]
pub(super) struct Sender {
    /// Cleaned. `None`: the group's name stands there instead.
    pub name: Option<String>,
    /// ASCII.
    pub address: Address,
}

/// A mail ready for the wire.
pub(super) struct Letter {
    pub from: Address,
    pub to: Address,
    /// The whole message with CRLF line ends, not yet dot-stuffed.
    pub bytes: Vec<u8>,
    /// It needs a server that speaks SMTPUTF8 (RFC 6531).
    pub international: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum LetterError {
    /// The recipient's address cannot be written in SMTP.
    Address,
    /// The mail library would not build it.
    Message,
}

impl Sender {
    /// Reads `Gate <gate@example.org>` or `gate@example.org`. `None`: there is no address in it
    /// that a server would take.
    pub(super) fn parse(from: &str) -> Option<Sender> {
        let from = from.trim();
        let (name, address) = match from.strip_suffix('>') {
            Some(rest) => rest.rsplit_once('<')?,
            None => ("", from),
        };
        let address: Address = address.trim().parse().ok()?;
        let name = clean(name.trim().trim_matches('"'), NAME_LENGTH);
        let ascii = AsRef::<str>::as_ref(&address).is_ascii();
        ascii.then_some(Sender { name: (!name.is_empty()).then_some(name), address })
    }
}

impl Letter {
    pub(super) fn compose(sender: &Sender, mail: &Mail) -> Result<Letter, LetterError> {
        let to: Address = mail.to.parse().map_err(|_| LetterError::Address)?;
        let name = sender.name.clone().unwrap_or_else(|| clean(&mail.group, NAME_LENGTH));
        let name = (!name.is_empty()).then_some(name);

        let message = Message::builder()
            .from(Mailbox::new(name, sender.address.clone()))
            .to(Mailbox::new(None, to.clone()))
            .subject(clean(&mail.subject, SUBJECT_LENGTH))
            .date(UNIX_EPOCH + Duration::from_secs(seconds(mail)))
            .message_id(Some(message_id(sender, mail)))
            // RFC 3834, and Exchange's own: nobody's holiday notice shall answer a code.
            .raw_header(plain_header("Auto-Submitted", "auto-generated"))
            .raw_header(plain_header("X-Auto-Response-Suppress", "All"))
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(|_| LetterError::Message)?;

        let bytes = message.formatted();
        let international = !AsRef::<str>::as_ref(&to).is_ascii() || !bytes.is_ascii();
        Ok(Letter { from: sender.address.clone(), to, bytes, international })
    }
}

fn plain_header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Seconds since 1970, within what a Date header can say.
fn seconds(mail: &Mail) -> u64 {
    const END_OF_9999: i64 = 253_402_300_799;
    mail.date.0.div_euclid(1000).clamp(0, END_OF_9999).unsigned_abs()
}

fn message_id(sender: &Sender, mail: &Mail) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let unique: String = mail.message_id.chars().filter(plain).take(64).collect();
    let unique = unique.trim_matches('.');
    let domain = sender.address.domain();
    if unique.is_empty() {
        format!("<{}@{domain}>", mail.date.0)
    } else {
        format!("<{unique}@{domain}>")
    }
}

/// One line without control characters and without invisible ones (they turn the direction of
/// writing, or hide what is written), white space squeezed. lettre panics on a line end in a
/// display name.
fn clean(text: &str, length: usize) -> String {
    // Emoji and some scripts are spelled with these two.
    let joins = |c: char| matches!(c, '\u{200c}' | '\u{200d}');
    let unseen = |c: char| get_general_category(c) == GeneralCategory::Format && !joins(c);
    let spaced: String = text
        .chars()
        .filter(|c| !unseen(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    // Unicode's own line and paragraph separators are white space too.
    let squeezed = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    squeezed.chars().take(length).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use mail_parser::MessageParser;
    use proptest::prelude::*;

    use super::*;
    use crate::verification::Timestamp;

    fn mail() -> Mail {
        Mail {
            to: "nora@example.org".to_owned(),
            subject: "Your code for Rust Berlin".to_owned(),
            text: "Dein Code: 012345\n.\nGrüße".to_owned(),
            html: "<p>Dein Code: <b>012345</b></p>".to_owned(),
            group: "Rust Berlin".to_owned(),
            message_id: "c0ffee.17".to_owned(),
            date: Timestamp(1_700_000_000_123),
        }
    }

    fn header<'a>(letter: &'a Letter, name: &str) -> Option<&'a str> {
        let text = std::str::from_utf8(&letter.bytes).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        head.split("\r\n").find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn compose(from: &str, mail: &Mail) -> Letter {
        Letter::compose(&Sender::parse(from).unwrap(), mail).unwrap()
    }

    #[test]
    fn a_mail_has_all_it_needs_and_reads_back() {
        let letter = compose("Gate <gate@example.net>", &mail());

        assert_eq!(header(&letter, "From"), Some("Gate <gate@example.net>"));
        assert_eq!(header(&letter, "To"), Some("nora@example.org"));
        assert_eq!(header(&letter, "Subject"), Some("Your code for Rust Berlin"));
        assert_eq!(header(&letter, "Date"), Some("Tue, 14 Nov 2023 22:13:20 +0000"));
        assert_eq!(header(&letter, "Message-ID"), Some("<c0ffee.17@example.net>"));
        assert_eq!(header(&letter, "Auto-Submitted"), Some("auto-generated"));
        assert_eq!(header(&letter, "Reply-To"), None);
        assert!(!letter.international);

        let parsed = MessageParser::default().parse(&letter.bytes).unwrap();
        assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n"), mail().text);
        assert_eq!(parsed.body_html(0).unwrap(), mail().html);
        assert!(header(&letter, "Content-Type").unwrap().starts_with("multipart/alternative"));
    }

    #[test]
    fn a_sender_without_a_name_gets_the_groups() {
        let letter = compose("gate@example.net", &mail());
        assert_eq!(header(&letter, "From"), Some("\"Rust Berlin\" <gate@example.net>"));
    }

    #[test]
    fn no_name_or_subject_breaks_out_of_its_header() {
        let evil =
            "Rust\r\nBcc: all@example.org\r\n\r\n\u{0}\u{7f}\u{85}\u{2028}\u{202e}x\ty\"<z>,";
        let mut mail = mail();
        mail.group = evil.to_owned();
        mail.subject = evil.to_owned();
        mail.message_id = "a>\r\nBcc: b@example.org".to_owned();
        let letter = compose("gate@example.net", &mail);

        assert_eq!(header(&letter, "Bcc"), None);
        let parsed = MessageParser::default().parse(&letter.bytes).unwrap();
        let clean = "Rust Bcc: all@example.org x y\"<z>,";
        assert_eq!(parsed.subject(), Some(clean));
        let from = parsed.from().unwrap().first().unwrap();
        assert_eq!(from.name(), Some(clean));
        assert_eq!(from.address(), Some("gate@example.net"));
        assert_eq!(parsed.message_id(), Some("aBccbexample.org@example.net"));
    }

    #[test]
    fn any_title_can_stand_in_a_header() {
        for group in ["🦀 Rüst (Berlin)", "=?utf-8?q?x?=", "\\\"", "ى العربية", "", "   ", "\r\n"]
        {
            let mut mail = mail();
            mail.group = group.to_owned();
            mail.subject = group.repeat(200);
            let letter = compose("gate@example.net", &mail);
            assert!(letter.bytes.is_ascii(), "{group:?}");
            let longest = letter.bytes.split(|b| *b == b'\n').map(<[u8]>::len).max();
            assert!(longest < Some(998), "{group:?} {longest:?}");
        }
    }

    proptest! {
        #[test]
        fn any_title_at_all_stays_within_its_header(
            group in any::<String>(),
            subject in "(\\PC|[\r\n\u{0}\u{85}\u{2028}\u{202e}<>@,;:\"\\\\=?]){0,300}",
            id in any::<String>(),
        ) {
            let usual = compose("gate@example.net", &mail());
            let strange = Mail { group, subject, message_id: id, ..mail() };
            let letter = compose("gate@example.net", &strange);
            prop_assert!(letter.bytes.is_ascii());
            let lines = letter.bytes.split(|b| *b == b'\n').map(<[u8]>::len);
            prop_assert!(lines.max() < Some(998));
            // No header more, none less, and no recipient but the one.
            let names = |letter: &Letter| {
                let parsed = MessageParser::default().parse(&letter.bytes).unwrap();
                let names = parsed.headers_raw().map(|(name, _)| name.to_owned());
                names.collect::<Vec<_>>()
            };
            prop_assert_eq!(names(&letter), names(&usual));
            let parsed = MessageParser::default().parse(&letter.bytes).unwrap();
            let from: Vec<_> = parsed.from().unwrap().iter().map(|a| a.address()).collect();
            prop_assert_eq!(from, [Some("gate@example.net")]);
            prop_assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n"), mail().text);
        }
    }

    #[test]
    fn the_from_setting_is_read_or_refused() {
        let read = |from| Sender::parse(from).map(|s| (s.name, s.address.to_string()));
        let some =
            |name: Option<&str>, address: &str| Some((name.map(str::to_owned), address.to_owned()));
        assert_eq!(read("Gate <gate@example.org>"), some(Some("Gate"), "gate@example.org"));
        assert_eq!(read("\"A, B\" <g@example.org>"), some(Some("A, B"), "g@example.org"));
        assert_eq!(read("Rüst: B <g@example.org>"), some(Some("Rüst: B"), "g@example.org"));
        assert_eq!(read(" gate@example.org "), some(None, "gate@example.org"));
        assert_eq!(read("<gate@example.org>"), some(None, "gate@example.org"));
        for bad in ["", "Gate", "Gate <>", "gate@", "gäte@example.org", "a@b.de>", "G <a@b.de> x"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_international_address_is_noticed_and_nonsense_refused() {
        let mut mail = mail();
        mail.to = "jürgen@example.org".to_owned();
        let letter = compose("gate@example.net", &mail);
        assert!(letter.international);
        assert_eq!(header(&letter, "To"), Some("jürgen@example.org"));

        let sender = Sender::parse("gate@example.net").unwrap();
        for bad in ["", "nora", "nora@exa mple.org", "a@example.org\r\nRCPT TO:<b@example.org>"] {
            mail.to = bad.to_owned();
            assert!(matches!(Letter::compose(&sender, &mail), Err(LetterError::Address)), "{bad}");
        }
    }

    #[test]
    fn a_date_beyond_all_calendars_does_no_harm() {
        for date in [i64::MIN, -1, 0, i64::MAX] {
            let mut mail = mail();
            mail.date = Timestamp(date);
            assert!(header(&compose("gate@example.net", &mail), "Date").is_some());
        }
    }
}
