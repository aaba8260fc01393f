//! Telegram's own login codes, which must never be typed into any bot.

use super::{digits, numbers};
use crate::verification::address::is_dial_code;

/// Digits in Telegram's own login codes.
const DIGITS: usize = 5;

/// Words for "code" and "log in". A word that *begins* so counts, which covers most inflections.
const WORDS: &[&str] = &[
    "code",
    "codes",
    "kod",
    "kód",
    "código",
    "codigo",
    "codice",
    "codul",
    "koodi",
    "kode",
    "kods",
    "kodas",
    "код",
    "κωδικ",
    "mã",
    "login",
    "anmeld",
    "logincode",
    "mycode",
    "otp",
    "anmeldecode",
    "вход",
    "вхід",
    "connexion",
    "inloggning",
    "telegram",
    "телеграм",
];

/// The same where words are written without spaces, or with articles grown on.
const PIECES: &[&str] = &[
    "验证码",
    "驗證碼",
    "登录码",
    "登入碼",
    "代码",
    "代碼",
    "コード",
    "코드",
    "인증번호",
    "รหัส",
    "कोड",
    "کد",
    "رمز",
    "كود",
    "קוד",
    "լոգին",
    "კოდი",
];

/// Words that make a postcode of five digits and a "code" beside it.
const POSTAL: &[&str] = &[
    "zip",
    "zipcode",
    "postal",
    "postale",
    "postcode",
    "post",
    "postleitzahl",
    "plz",
    "почтовый",
    "индекс",
    "cap",
    "cp",
];

/// Whether this has the shape of one of Telegram's own login codes:
///
/// - five digits of any script and no letter besides (`12345`, `1 2 3 4 5`, `1.23-45!`), unless
///   they are a list of countries' dial codes (`+49, +353`), as admins type it,
/// - one of Telegram's login links (`https://t.me/login/12345`),
/// - a number of five digits together with a word for code or login, or with Telegram's name
///   (`Login code: 12345. Do not give …`, `my code is 12345`), unless the talk is of a postcode or
///   a longer number stands there too, as in a message of ours,
/// - the same as thieves have it disguised, so that Telegram does not notice: grown together with
///   such a word (`mycode12345`), with a letter between each two digits (`1a2b3c4d5`), or as a
///   command's parameter (`/start 12345`),
/// - the code of my.telegram.org, which has letters (`This is your login code: aBcD3fGh1jK`).
#[must_use]
pub fn looks_like_login_code(text: &str) -> bool {
    let lower = text.to_lowercase();
    (is_bare(text) && !are_dial_codes(text))
        || has_login_link(&lower)
        || names_a_code(text, &lower)
        || is_grown_together(&lower)
        || is_interleaved(text)
        || is_parameter(text)
        || is_web_code(text, &lower)
}

fn is_bare(text: &str) -> bool {
    !text.chars().any(char::is_alphabetic)
        && text.chars().filter(|&c| digits::value(c).is_some()).count() == DIGITS
}

/// Two or more dial codes that exist, each with its `+`.
fn are_dial_codes(text: &str) -> bool {
    let apart = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    let mut entries = text.split(apart).filter(|entry| !entry.is_empty());
    let several = entries.clone().nth(1).is_some();
    several
        && entries.all(|entry| {
            entry
                .strip_prefix('+')
                .filter(|code| code.bytes().all(|b| b.is_ascii_digit()) && !code.starts_with('0'))
                .and_then(|code| code.parse::<u16>().ok())
                .is_some_and(is_dial_code)
        })
}

fn has_login_link(lower: &str) -> bool {
    ["t.me/login/", "telegram.me/login/", "telegram.dog/login/", "tg://login?"]
        .iter()
        .any(|link| lower.contains(link))
}

fn names_a_code(text: &str, lower: &str) -> bool {
    let numbers = numbers::standing_alone(text);
    let short = numbers.iter().any(|number| number.digits.len() == DIGITS);
    let longer = numbers.iter().any(|number| number.digits.len() > DIGITS);
    short
        && !longer
        && (words(lower).any(|word| WORDS.iter().any(|start| word.starts_with(start)))
            || PIECES.iter().any(|piece| lower.contains(piece)))
        && !words(lower).any(|word| POSTAL.contains(&word))
}

/// `mycode12345`, `code_12345`
fn is_grown_together(lower: &str) -> bool {
    let mut tokens = lower.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-'));
    tokens.any(|token| {
        let word = token.trim_end_matches(|c| digits::value(c).is_some());
        let code = token.strip_prefix(word).unwrap_or_default();
        let word = word.trim_end_matches(['_', '-']);
        code.chars().count() == DIGITS && WORDS.contains(&word)
    })
}

/// `1a2b3c4d5`, and with a letter before or after.
fn is_interleaved(text: &str) -> bool {
    let shape: String = text.trim().chars().map(shape_of).collect();
    let core = shape.strip_prefix('a').unwrap_or(&shape);
    core.strip_suffix('a').unwrap_or(core) == "0a0a0a0a0"
}

fn shape_of(c: char) -> char {
    match c {
        c if digits::value(c).is_some() => '0',
        c if c.is_alphabetic() => 'a',
        _ => ' ',
    }
}

/// `/start 12345`
fn is_parameter(text: &str) -> bool {
    let Some(("/start", parameter)) = text.trim().split_once(char::is_whitespace) else {
        return false;
    };
    is_bare(parameter)
}

fn is_web_code(text: &str, lower: &str) -> bool {
    if lower.contains("my.telegram.org") && lower.contains("code") {
        return true;
    }
    let Some(at) = text.find("login code:") else { return false };
    text.get(at..)
        .and_then(|said| said.split_once(':'))
        .and_then(|(_, rest)| rest.split_whitespace().next())
        .is_some_and(|token| {
            let has = |wanted: fn(&u8) -> bool| token.as_bytes().iter().any(wanted);
            token.len() >= 8
                && token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
                && has(u8::is_ascii_uppercase)
                && has(u8::is_ascii_lowercase)
        })
}

fn words(lower: &str) -> impl Iterator<Item = &str> {
    lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn login_codes_are_recognised() {
        for text in [
            "12345",
            " 12345 ",
            "1 2 3 4 5",
            "12-345",
            "1.2.3.4.5",
            "1\n2\n3\n4\n5",
            "\u{200b}1\u{200b}2345",
            "12345!",
            "+12345",
            "+12, +345",
            "+49 353",
            "+1 +2 +3 +4 +5",
            "“12345”",
            "👉 12345 👈",
            "١٢٣٤٥",
            "１２３４５",
            "1️⃣2️⃣3️⃣4️⃣5️⃣",
            "my code is 12345",
            "My code is: 12 345",
            "Login code: 12345. Do not give this code to anyone, even if they say they are from Telegram!\n\n❗️This code can be used to log in to your Telegram account. We never ask it for anything else.\n\nIf you didn't request this code by trying to log in on another device, simply ignore this message.",
            "Telegram code: 12345\n\nYou can also tap on this link to log in:\nhttps://t.me/login/12345\n\noLeq9AcOZkT",
            "Telegram code 12345",
            "Your Telegram code is 12345",
            "https://t.me/login/12345",
            "t.me/login/12345",
            "tg://login?code=12345",
            "Anmeldecode: 12345. Gib diesen Code niemandem, auch wenn er behauptet, von Telegram zu sein!",
            "Login-Code: 12345",
            "mein Code ist 12345",
            "Код для входа в Telegram: 12345. Не давайте код никому, даже если его требуют от имени Telegram!",
            "вот кода 12345",
            "Código de inicio de sesión: 12345. No le des este código a nadie.",
            "Code de connexion : 12345. Ne donnez ce code à personne.",
            "Codice di accesso: 12345. Non dare questo codice a nessuno.",
            "Kod logowania: 12345",
            "Giriş kodu: 12345",
            "登录验证码12345，请勿告诉他人",
            "ログインコード: 12345",
            "رمز الدخول: ١٢٣٤٥",
            "Web login code. Dear Nora, we received a request from your account to log in on my.telegram.org. This is your login code:\naBcDeFgHiJk\n\nDo not give this code to anyone",
            "This is your login code: zK3mfTg_aQw",
            "mycode12345",
            "MYCODE 1 2 3 4 5",
            "send this: code_12345",
            "otp-12345",
            "код12345",
            "1a2b3c4d5",
            "x1x2x3x4x5x",
            "/start 12345",
        ] {
            assert!(looks_like_login_code(text), "{text:?}");
        }
    }

    #[test]
    fn other_messages_are_not() {
        for text in [
            "",
            "hello",
            "1234",
            "123456",
            "12 34 56",
            "my code is 123456",
            "Your code is 123 456, thanks",
            "Rust 12345 Berlin: code 2 is 123456",
            "10115 Berlin",
            "I live in 10115 Berlin",
            "My zip code is 10115",
            "code postal 75011",
            "Postcode 10115",
            "Meine PLZ: 10115",
            "+49 151 23456789",
            "+49, +353",
            "+49 +43 +1",
            "+1\n+7\n+420",
            "nora12345@example.org",
            "12345@example.org",
            "https://t.me/gate?start=c12345",
            "code A12345",
            "code 12345678",
            "the login code: please resend it",
            "I got no login code from Telegram",
            "decode 12345 ways",
            "mycode123456",
            "unicode12345x",
            "1a2b3c4d5e6",
            "1a2b3c4d",
            "/start c12345",
            "/approve 12345",
            "open sesame",
            "Countersign code 123456. Ignore this if it was not you. https://t.me/gate_bot?start=cAbCdEf123456",
        ] {
            assert!(!looks_like_login_code(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn five_digits_are_recognised_in_any_script_and_with_anything_but_letters_between(
            code in "[0-9]{5}",
            zero in prop::sample::select(digits::zeros()),
            gaps in prop::collection::vec("[ .,:;/()+*#\n\u{a0}\u{200b}–-]{0,3}", 6),
        ) {
            let mut text = gaps[5].clone();
            for (digit, gap) in code.bytes().zip(&gaps) {
                text.extend(char::from_u32(u32::from(zero) + u32::from(digit - b'0')));
                text.push_str(gap);
            }
            prop_assume!(!are_dial_codes(&text));
            prop_assert!(looks_like_login_code(&text), "{:?}", text);
        }

        #[test]
        fn a_code_of_ours_never_is(code in "([0-9]{4}|[0-9]{6,10})", gap in "[ -]?", before in "(code |my code: |Telegram )?") {
            let (start, end) = code.split_at(3);
            let text = format!("{before}{start}{gap}{end}");
            prop_assert!(!looks_like_login_code(&text));
        }

        #[test]
        fn any_text_is_judged_without_panic(text in "\\PC*") {
            let _ = looks_like_login_code(&text);
        }
    }
}
