//! Codes in replies.

use super::{digits, numbers};
use crate::verification::Hidden;

/// The one code of `length` digits in a reply, as ASCII digits, or `None`.
///
/// Digits of any script count; spaces, dashes and invisible characters between them do not. Words
/// may stand around the code, and other numbers of other lengths. None is read from:
///
/// - two different numbers of that length,
/// - a number of that length inside something longer (a phone number, a link, a mail address, a
///   date or time with `.`, `:` or `/`, a word, a sum of money),
/// - a number cut like a date (`12-03-26`) when the message says anything else besides.
///
/// When in doubt it reads nothing: that costs the person one more message, and no attempt.
#[must_use]
pub fn read_reply(text: &str, length: u8) -> Option<Hidden> {
    let mut found = numbers::standing_alone(text)
        .into_iter()
        .filter(|number| number.digits.len() == usize::from(length));
    let first = found.next()?;
    if first.like_a_date && says_more(text, length) {
        return None;
    }
    found.all(|other| other.digits == first.digits).then(|| Hidden::new(first.digits.as_str()))
}

/// Whether there are letters, or more digits than the code has.
fn says_more(text: &str, length: u8) -> bool {
    text.chars().any(char::is_alphabetic)
        || text.chars().filter(|&c| digits::value(c).is_some()).count() > usize::from(length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let read = read_reply(text, 6);
        assert_eq!(read.as_ref().map(Hidden::reveal), expected, "of {text:?}");
    }

    #[test]
    fn codes_are_read_however_they_are_written() {
        for text in [
            "012345",
            " 012345\n",
            "012 345",
            "01 23 45",
            "0 1 2 3 4 5",
            "012-345",
            "012–345",
            "012 - 345",
            "01-23-45",
            "012\u{a0}345",
            "012\u{202f}345",
            "0\u{200b}1\u{200b}2345",
            "\u{202d}012345\u{202c}",
            "٠١٢٣٤٥",
            "۰۱۲ ۳۴۵",
            "०१२३४५",
            "０１２３４５",
            "０１２－３４５",
            "𝟎𝟏𝟐𝟑𝟒𝟓",
            "0️⃣1️⃣2️⃣3️⃣4️⃣5️⃣",
            "\"012345\"",
            "(012345)",
            "012345.",
            "*012345*",
            "`012345`",
            "🔑012345✅",
            "Your code is 012 345, thanks",
            "code:012345",
            "Code 2: 012345",
            "012345, 012345",
            "012345 is it, not 4711!",
            "the code of 14:30 is 012345",
            "on 12.03.26 I got 012345",
            "12.03.2026: 012345",
            "von 10115 Berlin: 012345",
            "call me at +49 151 23456789, the code is 012345",
            "nora.123456@example.org 012345 says the mail",
            "https://t.me/gate?start=c123456 012345",
            "验证码012345，谢谢",
            "コード：０１２３４５です",
            "कोड है012345",
            "Rust Berlin\ncode 1\n012345\n10 minutes",
        ] {
            check(text, Some("012345"));
        }
    }

    #[test]
    fn nothing_is_read_where_there_is_no_such_code_or_where_it_is_unclear() {
        for text in [
            "",
            "hello",
            "01234",
            "0123456",
            "123 4567",
            "123456 654321",
            "123456 or 654321",
            "123456, 654321",
            "123456\n654321",
            "123456 10",
            "+49 151 234567",
            "+123456",
            "(0151) 234567",
            "0151/234567",
            "0151 / 234567",
            "0151.234567",
            "123.456",
            "123,456",
            "0.123456",
            "12.03.26",
            "12:34:56",
            "12/03/26",
            "sent 12-03-26",
            "season 2025-26",
            "12-03-26 10",
            "A123456",
            "x123456y",
            "123456km",
            "#123456",
            "€123456",
            "123456%",
            "a=123456",
            "123456@example.org",
            "123456.nora@example.org",
            "nora@example.org/123456",
            "https://example.org/ 123456/7",
            "https://example.org/123456",
            "https://t.me/login/123456",
            "t.me/123456",
            "DE89 3704 0044 0532 0130 00",
            "4111 1111 1111 1111",
            "½123456",
            "1̶2̶3̶4̶5̶6̶",
            "②③④⑤⑥⑦",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn the_length_asked_for_is_the_length_read() {
        assert!(read_reply("1234", 6).is_none());
        assert_eq!(read_reply("1234", 4).expect("a code").reveal(), "1234");
        assert_eq!(read_reply("12345 67890", 10).expect("a code").reveal(), "1234567890");
        assert!(read_reply("1234", 0).is_none());
    }

    /// The same digits in the script whose zero this is.
    fn written(code: &str, zero: char) -> String {
        code.bytes()
            .filter_map(|digit| char::from_u32(u32::from(zero) + u32::from(digit - b'0')))
            .collect()
    }

    proptest! {
        #[test]
        fn every_code_is_read_back(
            code in "[0-9]{4,10}",
            zero in prop::sample::select(digits::zeros()),
            gaps in prop::collection::vec("[ \u{a0}\u{202f}\u{2009}\u{200b}\u{2060}\u{feff}‐–—−-]{0,3}", 9),
            around in prop::sample::select(vec![("", ""), (" ", "\n"), ("(", ")"), ("«", "»!"), ("\u{200e}", ".")]),
        ) {
            let mut text = around.0.to_owned();
            for (digit, gap) in written(&code, zero).chars().zip(gaps.iter().map(String::as_str).chain([""])) {
                text.push(digit);
                text.push_str(gap);
            }
            text.push_str(around.1);
            let length = u8::try_from(code.len()).expect("short");
            let read = read_reply(&text, length);
            prop_assert_eq!(read.as_ref().map(Hidden::reveal), Some(code.as_str()));
            for other in (0..=20).filter(|&other| other != length) {
                prop_assert!(read_reply(&text, other).is_none());
            }
        }

        #[test]
        fn a_code_is_found_in_a_sentence(
            code in "[0-9]{6}",
            before in "([a-zäа-я]{1,9} ){0,5}",
            after in "[,.!]?( [a-zäа-я]{1,9}){0,5}",
            cut in prop::sample::select(vec!["", " ", "-", "\u{a0}"]),
        ) {
            let text = format!("{before}{}{cut}{}{after}", &code[..3], &code[3..]);
            let read = read_reply(&text, 6);
            prop_assert_eq!(read.as_ref().map(Hidden::reveal), Some(code.as_str()));
        }

        #[test]
        fn two_different_codes_are_none(one in "[0-9]{6}", other in "[0-9]{6}", gap in "( or |, |\n|; | )") {
            prop_assume!(one != other);
            let text = format!("{one}{gap}{other}");
            prop_assert!(read_reply(&text, 6).is_none());
        }

        #[test]
        fn whatever_is_read_are_that_many_digits_and_they_are_in_the_text(text in "\\PC*", length in 0_u8..12) {
            if let Some(code) = read_reply(&text, length) {
                prop_assert_eq!(code.reveal().len(), usize::from(length));
                let all: String = text.chars().filter_map(digits::value).map(|d| char::from(b'0' + d)).collect();
                prop_assert!(all.contains(code.reveal()));
            }
        }

        #[test]
        fn among_other_numbers_only_the_one_of_that_length_counts(
            numbers in prop::collection::vec("[0-9]{1,12}", 0..5),
            word in "( and |, |; |\n| - no, )",
            length in 4_u8..11,
        ) {
            let mut fitting: Vec<&String> =
                numbers.iter().filter(|number| number.len() == usize::from(length)).collect();
            fitting.dedup();
            let expected = if let [one] = fitting.as_slice() { Some(one.as_str()) } else { None };
            let read = read_reply(&numbers.join(&word), length);
            prop_assert_eq!(read.as_ref().map(Hidden::reveal), expected);
        }
    }
}
