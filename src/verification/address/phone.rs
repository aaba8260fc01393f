//! Phone numbers that can receive an SMS.

use std::fmt;

use phonenumber::metadata::{DATABASE, Descriptor, Metadata};
use serde::{Deserialize, Serialize};

use super::HIDDEN;
use crate::verification::code::digits;

/// The dial codes of no country (ITU-T E.164, annex A): toll-free, shared cost, satellites of
/// Inmarsat (870) and others (881), personal numbers (878), worldwide networks (882, 883), disaster
/// relief (888), premium (979). Some of them can be texted, for many times the money.
const NO_COUNTRY: [u16; 9] = [800, 808, 870, 878, 881, 882, 883, 888, 979];

/// A phone number in E.164 form, with its `+`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    e164: String,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum PhoneError {
    /// No number in international form can be read from it.
    Unreadable,
    /// A number, but of a kind that cannot or should not receive an SMS.
    CannotReceive,
}

/// Gets ready to read phone numbers, which takes some 70 ms; else the first one would wait for it.
pub fn prepare() {
    // It is made when it is asked for the first time.
    let _ = DATABASE.by_code(&0);
}

impl Phone {
    /// Reads `+49 151 …`, `49 151 …`, `0049…`, `+49-151…`, `(+49) 151 …` and `+49 (0)151 …`, in
    /// digits of any script. A number without its country (`0151 …`) is unreadable: it could be
    /// anybody's.
    ///
    /// Only mobile numbers are taken, and those of countries whose numbers do not tell (USA,
    /// Canada). Refused besides the fixed line: premium, shared-cost, toll-free, personal, company
    /// and voice-mail numbers, pagers, and whatever belongs to no country (satellites, worldwide
    /// networks), because texting them costs or goes nowhere; and numbers of Internet telephony, because most take no SMS and the rest are rented by the thousand.
    pub fn parse(typed: &str) -> Result<Phone, PhoneError> {
        let e164 = international(typed).ok_or(PhoneError::Unreadable)?;
        let number =
            phonenumber::parse(None, &e164).map_err(|_unreadable| PhoneError::Unreadable)?;
        let code = number.code().value();
        let national = number.national().to_string();
        // The parser drops or repairs digits that it takes for a trunk prefix: then this may be
        // somebody else's number.
        let survived = format!("+{code}{national}") == e164
            && number.extension().is_none()
            && number.carrier().is_none();
        if !survived || !number.is_valid() {
            return Err(PhoneError::Unreadable);
        }
        if !NO_COUNTRY.contains(&code) && receives_sms(code, &national) {
            Ok(Phone { e164 })
        } else {
            Err(PhoneError::CannotReceive)
        }
    }

    /// In E.164 form: `+4915123456789`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.e164
    }

    /// The country calling code, without `+`.
    #[must_use]
    pub fn dial_code(&self) -> u16 {
        self.split().0.parse().unwrap_or(0)
    }

    /// The number less its last four digits: robots walk through those.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.e164.get(..self.e164.len().saturating_sub(4)).unwrap_or_default()
    }

    /// Whether the number begins with one of these dial codes (`+49`). No dial codes allow no
    /// number.
    #[must_use]
    pub fn allowed_by(&self, dial_codes: &[String]) -> bool {
        dial_codes.iter().any(|allowed| {
            let digits = allowed.trim().trim_start_matches('+');
            !digits.is_empty()
                && self.e164.strip_prefix('+').is_some_and(|number| number.starts_with(digits))
        })
    }

    /// `+49 ••• 4567`: at most the last four digits, and never more than half of the national
    /// ones.
    pub(super) fn masked(&self) -> String {
        let (code, national) = self.split();
        let shown = 4.min(national.len() / 2);
        let end = national.get(national.len() - shown..).unwrap_or_default();
        format!("+{code} {HIDDEN} {end}")
    }

    /// Country calling code and national number.
    fn split(&self) -> (&str, &str) {
        let digits = self.e164.strip_prefix('+').unwrap_or_default();
        digits.split_at_checked(dial_code_length(digits)).unwrap_or((digits, ""))
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// `+` and the digits, without what people put between them; `None` for anything that has other
/// characters or no country.
fn international(typed: &str) -> Option<String> {
    let plain = plain(typed)?;
    let (marked, digits) = match plain.split_once('+') {
        Some((before, after)) => {
            let leads = before.chars().all(|c| matches!(c, ' ' | '('));
            (leads && !after.contains('+')).then_some((true, after))?
        }
        None => (false, plain.as_str()),
    };
    let digits = without_trunk_zero(digits);
    let bare: String = digits.chars().filter(char::is_ascii_digit).collect();
    let number = if marked { bare.as_str() } else { bare.strip_prefix("00").unwrap_or(&bare) };
    ((7..=15).contains(&number.len()) && !number.starts_with('0')).then(|| format!("+{number}"))
}

/// In ASCII, invisible characters dropped; `None` if anything does not belong into a number.
fn plain(typed: &str) -> Option<String> {
    typed
        .trim()
        .chars()
        .filter(|&c| !digits::is_invisible(c))
        .map(|c| match c {
            '+' | '\u{ff0b}' => Some('+'),
            '(' | '\u{ff08}' => Some('('),
            ')' | '\u{ff09}' => Some(')'),
            '.' | '\u{ff0e}' => Some('.'),
            '/' | '\u{ff0f}' => Some('/'),
            _ if digits::is_dash(c) => Some('-'),
            _ if c.is_whitespace() => Some(' '),
            _ => digits::value(c).map(|value| char::from(b'0' + value)),
        })
        .collect()
}

/// `49 (0)151 …`: the zero that is dialled only at home.
fn without_trunk_zero(digits: &str) -> String {
    match digits.split_once("(0)") {
        Some((code, rest)) if code.contains(|c: char| c.is_ascii_digit()) => {
            format!("{code}{rest}")
        }
        Some(_) | None => digits.to_owned(),
    }
}

/// Whether the numbering plan knows it as mobile, and as none of the kinds that cost or go nowhere.
fn receives_sms(code: u16, national: &str) -> bool {
    let is = |kind: Option<&Descriptor>| kind.is_some_and(|kind| kind.is_match(national));
    let elsewhere = |region: &Metadata| {
        region
            .leading_digits()
            .is_some_and(|digits| digits.find(national).is_none_or(|found| found.start() != 0))
    };
    // Not `PhoneNumber::number_type`, which forgets leading zeros: those of Ivory Coast's mobile
    // numbers, for one.
    DATABASE.by_code(&code).unwrap_or_default().into_iter().any(|region| {
        !elsewhere(region)
            && region.descriptors().general().is_match(national)
            && is(region.descriptors().mobile())
            && ![
                region.descriptors().premium_rate(),
                region.descriptors().toll_free(),
                region.descriptors().shared_cost(),
                region.descriptors().voip(),
                region.descriptors().personal_number(),
                region.descriptors().pager(),
                region.descriptors().uan(),
                region.descriptors().voicemail(),
            ]
            .into_iter()
            .any(is)
    })
}

/// Digits in the country calling code at the front of `digits`. The codes are prefix-free (ITU-T
/// E.164): one digit for zones 1 and 7, two for those named here, three for all others.
fn dial_code_length(digits: &str) -> usize {
    match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: Result<&str, PhoneError>) {
        let phone = Phone::parse(typed);
        assert_eq!(phone.as_ref().map(Phone::as_str).map_err(|e| *e), expected, "of {typed:?}");
    }

    #[test]
    fn one_number_is_read_from_all_its_spellings() {
        for typed in [
            "+4915123456789",
            "+49 151 23456789",
            " +49 151 23456789\n",
            "49 151 23456789",
            "4915123456789",
            "0049 151 23456789",
            "00 49 151 23456789",
            "+49-151-23456789",
            "+49‑151–23456789",
            "(+49) 151 23456789",
            "( +49 ) 151/23456789",
            "+49 (0)151 23456789",
            "+49 (0) 151 23456789",
            "0049 (0)151 23456789",
            "49(0)15123456789",
            "+49 (151) 234 567 89",
            "+49.151.234.567.89",
            "+49\u{a0}151\u{202f}23456789",
            "\u{202d}+4915123456789\u{202c}",
            "＋４９　１５１　２３４５６７８９",
            "+٤٩ ١٥١ ٢٣٤٥٦٧٨٩",
            "००४९ १५१ २३४५६७८९",
        ] {
            check(typed, Ok("+4915123456789"));
        }
    }

    #[test]
    fn mobile_numbers_of_many_countries_are_read() {
        for (typed, expected) in [
            ("+1 212 555 2368", "+12125552368"),
            ("+1 (613) 782-7274", "+16137827274"),
            ("+44 7911 123456", "+447911123456"),
            ("+44 (0)7911 123456", "+447911123456"),
            ("+33 6 12 34 56 78", "+33612345678"),
            ("+34 612 34 56 78", "+34612345678"),
            ("+39 312 345 6789", "+393123456789"),
            ("+41 78 123 45 67", "+41781234567"),
            ("+43 664 123456", "+43664123456"),
            ("+48 512 345 678", "+48512345678"),
            ("+380 50 123 4567", "+380501234567"),
            ("+7 912 345-67-89", "+79123456789"),
            ("+7 701 234 5678", "+77012345678"),
            ("+90 501 234 56 78", "+905012345678"),
            ("+91 81234 56789", "+918123456789"),
            ("+86 131 2345 6789", "+8613123456789"),
            ("+81 90-1234-5678", "+819012345678"),
            ("+82 10-2000-0000", "+821020000000"),
            ("+55 11 96123-4567", "+5511961234567"),
            ("+54 9 11 2345 6789", "+5491123456789"),
            ("+52 222 123 4567", "+522221234567"),
            ("+225 01 23 45 67 89", "+2250123456789"),
            ("+234 802 123 4567", "+2348021234567"),
            ("+27 71 123 4567", "+27711234567"),
            ("+98 912 345 6789", "+989123456789"),
            ("+972 50-234-5678", "+972502345678"),
            ("+971 50 123 4567", "+971501234567"),
            ("+61 412 345 678", "+61412345678"),
            ("+64 21 123 4567", "+64211234567"),
            ("+62 812-345-678", "+62812345678"),
            ("+84 912 345 678", "+84912345678"),
            ("+65 8123 4567", "+6581234567"),
            ("+852 5123 4567", "+85251234567"),
            ("+47 406 12 345", "+4740612345"),
            ("+45 20 12 34 56", "+4520123456"),
            ("+372 5123 4567", "+37251234567"),
            ("+354 611 1234", "+3546111234"),
        ] {
            check(typed, Ok(expected));
        }
    }

    #[test]
    fn numbers_that_take_no_sms_are_refused_as_such() {
        for typed in [
            "+49 30 123456",
            "+44 20 7946 0018",
            "+33 1 23 45 67 89",
            "+39 02 1234 5678",
            "+49 800 1234567",
            "+49 900 1 123456",
            "+49 180 5 123456",
            "+49 32 123456789",
            "+49 700 12345678",
            "+44 70 1234 5678",
            "+44 76 4012 3456",
            "+44 56 1234 5678",
            "+1 800 234 5678",
            "+1 900 234 5678",
            "+800 1234 5678",
            "+61 1900 123 456",
            "+870 773 111 632",
            "+881 612 345 678",
            "+882 16 1234 5678",
            "+883 5100 1234 5678",
        ] {
            check(typed, Err(PhoneError::CannotReceive));
        }
    }

    #[test]
    fn what_is_no_international_number_is_unreadable() {
        for typed in [
            "",
            " ",
            "+",
            "hello",
            "0151 23456789",
            "(0151) 23456789",
            "151",
            "+49",
            "+49 151",
            "+49 0151 23456789",
            "+0049 151 23456789",
            "++49 151 23456789",
            "+49 151 +23456789",
            "49+15123456789",
            "+49 151 23456789 ext. 5",
            "+49 151 23456789;5",
            "+49 151 23456789#5",
            "+49 151 23456789, 5",
            "tel:+4915123456789",
            "+49 151 CALLNOW1",
            "+49 151 2345678O",
            "+49_151_23456789",
            "+49 151 234567891234",
            "+999 151 23456789",
            "+210 123 456 789",
            "+1 212 055 2368",
            "nora@example.org",
            "+49 ¹⁵¹ 23456789",
        ] {
            check(typed, Err(PhoneError::Unreadable));
        }
    }

    #[test]
    fn masks_show_country_and_last_digits_only() {
        for (typed, masked) in [
            ("+49 151 23456789", "+49 ••• 6789"),
            ("+1 212 555 2368", "+1 ••• 2368"),
            ("+354 611 1234", "+354 ••• 234"),
        ] {
            let phone = Phone::parse(typed).expect("a number");
            assert_eq!(phone.masked(), masked);
            assert_eq!(format!("{phone:?}"), masked);
        }
    }

    #[test]
    fn dial_codes_allow_what_begins_with_them() {
        let phone = Phone::parse("+49 151 23456789").expect("a number");
        let allowed = |codes: &[&str]| {
            phone.allowed_by(&codes.iter().map(|&code| code.to_owned()).collect::<Vec<String>>())
        };
        assert!(allowed(&["+49"]) && allowed(&["+1", "49"]) && allowed(&[" +49 "]));
        assert!(!allowed(&[]) && !allowed(&["+1"]) && !allowed(&["+", ""]) && !allowed(&["+43"]));
    }

    #[test]
    fn dial_codes_are_cut_where_the_numbering_plan_cuts_them() {
        let mut seen = 0;
        for code in 1..1000_u16 {
            if DATABASE.by_code(&code).is_some() {
                seen += 1;
                let phone = Phone { e164: format!("+{code}2345678") };
                assert_eq!(phone.dial_code(), code);
            }
        }
        assert!(seen > 200, "only {seen} dial codes");
    }

    #[test]
    fn every_countrys_own_example_of_a_mobile_number_is_read() {
        let mut read = 0;
        for region in DATABASE.iter() {
            let Some(example) = region.descriptors().mobile().and_then(Descriptor::example) else {
                continue;
            };
            let typed = format!("+{} {example}", region.country_code());
            if NO_COUNTRY.contains(&region.country_code()) {
                check(&typed, Err(PhoneError::CannotReceive));
                continue;
            }
            check(&typed, Ok(&typed.replace(' ', "")));
            read += 1;
        }
        assert!(read > 235, "only {read} countries");
    }

    #[test]
    fn a_number_from_a_broken_record_makes_nothing_panic() {
        for e164 in ["", "+", "x", "+ä", "+1", "+4", "+99ä9", "4915123456789"] {
            let phone = Phone { e164: e164.to_owned() };
            let _ = (phone.masked(), phone.dial_code(), phone.allowed_by(&["+49".to_owned()]));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC*") {
            let _ = Phone::parse(&text);
        }

        #[test]
        fn no_digit_is_ever_added_lost_or_changed(text in "(\\+|00)?[1-9][0-9 ()./-]{4,20}") {
            if let Ok(phone) = Phone::parse(&text) {
                let typed: String = text.replace("(0)", "").chars().filter(char::is_ascii_digit).collect();
                let read = phone.as_str().trim_start_matches('+');
                prop_assert!(typed == read || typed == format!("00{read}"), "{} from {}", read, text);
                prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone));
            }
        }

        #[test]
        fn every_spelling_of_a_number_is_the_same(
            rest in "[0-9]{7}",
            gaps in prop::collection::vec("[ ()./\u{a0}\u{200b}–-]{0,2}", 13),
            lead in prop::sample::select(vec!["+", "", "00", "(+", "00 "]),
        ) {
            let digits = format!("491512{rest}");
            let mut typed = lead.to_owned();
            for (digit, gap) in digits.chars().zip(&gaps) {
                typed.push(digit);
                typed.push_str(gap);
            }
            prop_assume!(!typed.replace('\u{200b}', "").contains("(0)"));
            let phone = Phone::parse(&typed).expect("a number");
            prop_assert_eq!(phone.as_str(), format!("+{digits}"));
        }

        #[test]
        fn digits_of_any_country_make_nothing_panic(code in 1_u16..1000, national in "[0-9]{4,12}") {
            let _ = Phone::parse(&format!("+{code}{national}"));
        }
    }
}
