//! The example that is shipped: it shows every key, and the defaults are the real ones.

use super::super::keys::{KEYS, Section};
use super::{ACCOUNT, TOKEN, accepted, hash};
use crate::verification::GateId;
use crate::verification::effect::Channel;

const EXAMPLE: &str = include_str!("../../../config.example.toml");

const README: &str = include_str!("../../../README.md");

const EXAMPLE_SECRETS: &[(&str, &str)] = &[
    ("COUNTERSIGN_TELEGRAM__TOKEN", TOKEN),
    ("COUNTERSIGN_SMS__ACCOUNT_SID", ACCOUNT),
    ("COUNTERSIGN_SMS__AUTH_TOKEN", "0123456789abcdef"),
    ("COUNTERSIGN_SMS__FROM", "+15005550006"),
];

fn example_environment(hash: &str) -> Vec<(&str, &str)> {
    let mut environment = EXAMPLE_SECRETS.to_vec();
    environment.push(("COUNTERSIGN_GATES__0__PASSWORD_HASH", hash));
    environment
}

#[test]
fn the_example_will_do_once_its_secrets_are_set() {
    let config = accepted(EXAMPLE, &example_environment(&hash()));
    assert_eq!(config.gates[0].id, GateId(-1_001_234_567_890));
    assert_eq!(config.gates[0].channels, [Channel::Email, Channel::Sms]);
}

#[test]
fn the_example_shows_every_key() {
    for key in KEYS {
        let mut shown = section_lines(key.section).filter_map(key_of);
        assert!(shown.any(|name| name == key.name), "{:?} {} is not shown", key.section, key.name);
    }
}

#[test]
fn the_readme_explains_every_key() {
    let table = README.split("## Configuration").nth(1).and_then(|rest| rest.split("\n## ").next());
    let table = table.unwrap_or_default();
    for key in KEYS {
        let (section, name) = (key.section, key.name);
        let header = format!("**`{}`**", section.header());
        let rows = table.split(&header).nth(1).and_then(|rest| rest.split("**`[").next());
        let shown = rows.is_some_and(|rows| rows.contains(&format!("`{name}`")));
        assert!(shown, "{section:?} {name} is not explained");
    }
}

#[test]
fn every_key_of_the_example_has_a_comment() {
    for line in EXAMPLE.lines().filter(|line| key_of(line).is_some()) {
        assert!(line.trim_start_matches('#').contains(" # ") || line.starts_with("# "), "{line}");
    }
}

#[test]
fn the_example_shows_the_real_defaults() {
    // These have no default: the example shows what one might write.
    let without_default = ["host", "from", "allowed_countries", "chat_id"];
    let bare: String = EXAMPLE
        .lines()
        .filter(|line| match key_of(line) {
            Some(name) => without_default.contains(&name),
            None => true,
        })
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(!bare.contains("hard_stop"), "{bare}");
    let hash = hash();
    let environment = example_environment(&hash);
    let shown = accepted(EXAMPLE, &environment);
    let real = accepted(&bare, &environment);
    assert_eq!(format!("{shown:#?}"), format!("{real:#?}"));
}

fn section_lines(section: Section) -> impl Iterator<Item = &'static str> {
    let header = section.header();
    EXAMPLE
        .lines()
        .skip_while(move |line| !line.starts_with(&header))
        .skip(1)
        .take_while(|line| !line.starts_with('['))
}

/// The key that a line of the example sets, also if it is commented out.
fn key_of(line: &str) -> Option<&str> {
    let line = line.strip_prefix("# ").unwrap_or(line);
    let (name, _) = line.split_once(" = ")?;
    name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_').then_some(name)
}
