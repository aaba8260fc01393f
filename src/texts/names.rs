//! Names that strangers chose (of people, of groups, of links), made fit to stand in a message
//! that is ours: on one line, with nothing to press in them, and none that passes for Telegram's.
//!
//! A spammer's name is an advertisement (`💰 evil.example`), and whoever writes it into a message
//! of a trusted bot makes it a link that the bot seems to give. A group called "Telegram" makes a
//! mail of ours look like one of Telegram's own.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex, PoisonError};

use super::clean::{clean, cut};
use super::sentences::TITLE;

/// So many titles are remembered at most; beyond that all are looked at again.
const REMEMBERED: usize = 256;

/// `text` cleaned as by [`clean`], with everything taken apart that chats, mail programs and phones
/// turn into something to press, at most `longest` characters.
pub fn name(text: &str, longest: usize) -> String {
    // Cut first, so that a huge name costs nothing; taking apart makes it a little longer again.
    cut(&unlinked(&clean(text, longest)), longest)
}

/// A group's title, looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    pub name: String,
    pub poses: bool,
}

/// Titles that were looked at lately: every message names its group.
#[derive(Default)]
pub struct Titles(Mutex<HashMap<String, Title>>);

impl Titles {
    pub fn seen(&self, title: &str) -> Title {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seen.get(title) {
            return known.clone();
        }
        let name = name(title, TITLE);
        let looked_at = Title { poses: poses_as_telegram(&name), name };
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.insert(title.to_owned(), looked_at.clone());
        looked_at
    }
}

/// Whether a group's title says nothing but that this is Telegram: `Telegram`, `Telegram Security`,
/// `TeIegram Support`. `Telegram Bots Berlin` says more.
pub fn poses_as_telegram(title: &str) -> bool {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .map(skeleton)
        .filter(|w| !w.is_empty())
        .collect();
    static TELEGRAMS: LazyLock<HashSet<String>> = LazyLock::new(|| skeletons(&TELEGRAM));
    static OFFICIALS: LazyLock<HashSet<String>> = LazyLock::new(|| skeletons(&OFFICES));
    let is_telegram = |word: &str| TELEGRAMS.contains(word);
    let is_office = |word: &str| OFFICIALS.contains(word);
    let named = words.iter().any(|word| is_telegram(word));
    (named && words.iter().all(|word| is_telegram(word) || is_office(word)))
        // `T e l e g r a m`
        || is_telegram(&words.concat())
}

const TELEGRAM: [&str; 5] = ["telegram", "telegrams", "телеграм", "телеграмм", "tg"];

/// What an official sender would call itself besides, in English, German and Russian.
const OFFICES: [&str; 62] = [
    "official",
    "security",
    "support",
    "team",
    "service",
    "services",
    "login",
    "signin",
    "code",
    "codes",
    "verification",
    "verify",
    "verified",
    "notification",
    "notifications",
    "premium",
    "messenger",
    "info",
    "help",
    "helpdesk",
    "desk",
    "account",
    "accounts",
    "admin",
    "admins",
    "administration",
    "bot",
    "app",
    "alert",
    "alerts",
    "center",
    "centre",
    "the",
    "of",
    "org",
    "com",
    "safety",
    "spam",
    "abuse",
    "system",
    "message",
    "messages",
    "news",
    "gateway",
    "auth",
    "authentication",
    "passport",
    "id",
    "sicherheit",
    "hilfe",
    "konto",
    "anmeldung",
    "dienst",
    "offiziell",
    "offizieller",
    "безопасность",
    "поддержка",
    "служба",
    "код",
    "вход",
    "аккаунт",
    "официальный",
];

/// Letters that look like others, as the Latin ones that they look like; both in lower case.
const LOOKALIKES: &[(&str, char)] = &[
    ("аαａɑ", 'a'),
    ("еёεｅєéèêë", 'e'),
    ("оοｏ0", 'o'),
    ("рρｐ", 'p'),
    ("сｃϲ", 'c'),
    ("тτｔ", 't'),
    ("гｒɾ", 'r'),
    ("мｍ", 'm'),
    ("ɡｇġğ9", 'g'),
    // A capital i and a one look like an l; all of them are one letter here.
    ("iіιｉı1ｌӏ|łļí", 'l'),
    ("ѕｓ5", 's'),
    ("уｙ", 'y'),
];

fn skeletons(words: &[&str]) -> HashSet<String> {
    words.iter().map(|word| skeleton(word)).collect()
}

/// What a word looks like at a glance.
fn skeleton(word: &str) -> String {
    let seen = word.chars().flat_map(char::to_lowercase).map(|c| {
        LOOKALIKES.iter().find(|(like, _)| like.contains(c)).map_or(c, |(_, latin)| *latin)
    });
    seen.collect::<String>().replace("rn", "m")
}

fn unlinked(text: &str) -> String {
    text.split(' ')
        .map(|word| unlinked_word(&word.replace("://", ": ")))
        .collect::<Vec<_>>()
        .join(" ")
}

/// One word, a space put where it would become a link, a mention or a command.
fn unlinked_word(word: &str) -> String {
    let chars: Vec<char> = word.chars().collect();
    let at = |index: usize| chars.get(index).copied();
    let dots =
        (1..chars.len()).filter(|&i| is_dot(chars[i]) && joins(at(i - 1), at(i + 1))).count();
    // `192.0.2.1`; a version such as `1.2.3` is no address.
    let is_ip = dots >= 3;
    let mut out = String::new();
    for (index, c) in chars.iter().copied().enumerate() {
        let before = index.checked_sub(1).and_then(at);
        let next = at(index + 1);
        out.push(c);
        let dotted = is_dot(c) && joins(before, next) && (is_ip || !next.is_some_and(is_digit));
        let mention = is_at(c) && next.is_some_and(is_name);
        let command = c == '/' && before.is_none_or(may_begin_command) && next.is_some_and(is_name);
        if dotted || mention || command {
            out.push(' ');
        }
    }
    out
}

fn joins(before: Option<char>, next: Option<char>) -> bool {
    before.is_some_and(|c| !is_dot(c)) && next.is_some_and(char::is_alphanumeric)
}

/// The dots that part a domain's labels (UTS 46), and one that looks like them.
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '\u{2024}')
}

fn is_at(c: char) -> bool {
    matches!(c, '@' | '\u{ff20}' | '\u{fe6b}')
}

fn may_begin_command(before: char) -> bool {
    !is_name(before) && !matches!(before, '/' | '<' | '>')
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_in_a_name_can_be_pressed() {
        let check = |given: &str, expected: &str| assert_eq!(name(given, 64), expected);
        check("Rust Berlin", "Rust Berlin");
        check("💰 evil.example", "💰 evil. example");
        check("https://evil.example/x?y=z", "https: evil. example/x?y=z");
        check("tg://resolve?domain=evil_bot", "tg: resolve?domain=evil_bot");
        check("t.me/evil_bot", "t. me/evil_bot");
        check("evil。example evil．example", "evil。 example evil． example");
        check("Free TON @evil_bot", "Free TON @ evil_bot");
        check("help@evil.example", "help@ evil. example");
        check("/start now, and/or later", "/ start now, and/or later");
        check("http://192.0.2.1/x", "http: 192. 0. 2. 1/x");
        check("ev\u{200b}il.\u{2060}example", "evil. example");
        check("evil\u{200d}.example", "evil\u{200d}. example");
    }

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for given in ["Nora N.", "Rust 2.0 Berlin", "v1.2.3", "Dr. No", "a @ b", "C++ / Rust", "…"]
        {
            assert_eq!(name(given, 64), given);
        }
    }

    #[test]
    fn a_title_that_was_seen_before_is_the_same_and_memory_has_a_bound() {
        let titles = Titles::default();
        let telegram = Title { name: "TeIegram Support".to_owned(), poses: true };
        let club = Title { name: "evil. example Club".to_owned(), poses: false };
        // Looked at, remembered, and looked at again after they were forgotten.
        for _ in 0..2 {
            for _ in 0..2 {
                assert_eq!(titles.seen("TeIegram\u{200b} Support"), telegram);
                assert_eq!(titles.seen("evil.example Club"), club);
            }
            assert!(titles.0.lock().unwrap().contains_key("evil.example Club"));
            for n in 0..2 * REMEMBERED {
                assert_eq!(titles.seen(&format!("Club {n}")).name, format!("Club {n}"));
            }
            assert!(!titles.0.lock().unwrap().contains_key("evil.example Club"));
        }
        assert!(titles.0.lock().unwrap().len() <= REMEMBERED);
    }

    #[test]
    fn groups_that_pose_as_telegram_are_known() {
        for title in [
            "Telegram",
            "TELEGRAM",
            "Telegram Security",
            "✅ Telegram – Official Support ✅",
            "TeIegram",
            "Te1egram Login",
            "Тelegrаm",
            "Telegrarn Support",
            "T e l e g r a m",
            "T.e.l.e.g.r.a.m",
            "ｔｅｌｅｇｒａｍ",
            "Телеграм",
            "Телеграм Поддержка",
            "telegram.org",
        ] {
            assert!(poses_as_telegram(title), "{title}");
        }
        for title in [
            "",
            "Rust Berlin",
            "Telegram Bots Berlin",
            "Support",
            "Security Team",
            "Telegramm-Freunde",
        ] {
            assert!(!poses_as_telegram(title), "{title}");
        }
    }

    proptest! {
        #[test]
        fn no_name_holds_a_host_or_a_mention(given in "\\PC{0,40}", host in "[a-z]{1,9}\\.[a-z]{2,6}", handle in "@[a-z_]{4,9}") {
            for text in [format!("{given} {host}"), format!("{given} {handle}"), format!("{given}{host}")] {
                let named = name(&text, 200);
                prop_assert!(!named.contains(&host), "{}", named);
                prop_assert!(!named.contains(&handle), "{}", named);
            }
        }

        #[test]
        fn a_name_is_short_and_clean(given in any::<String>(), longest in 1_usize..80) {
            let named = name(&given, longest);
            prop_assert!(named.chars().count() <= longest);
            prop_assert_eq!(clean(&named, longest), named);
        }
    }
}
