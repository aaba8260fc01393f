//! The configuration as a host meets it: a file, an environment, and what is said about them.

mod environment;
mod example;
mod rules;

use super::keys::{KEYS, Kind};
use super::*;
use crate::verification::password;

const TOKEN: &str = "123456789:AAEhBP0av18yWr0fmLXG6PjVd4XkqbEXAMPL";
const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const KEY_SID: &str = "SK0123456789abcdef0123456789abcdef";
const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";

/// A salt that is the same every time.
struct Salt;

impl Random for Salt {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn hash() -> String {
    let plain = password::checked("open sesame").unwrap();
    password::hash(&plain, &[7; 16]).reveal().to_owned()
}

/// A file that will do, with `more` after it.
fn well(more: &str) -> String {
    format!(
        "[telegram]\ntoken = \"{TOKEN}\"\n[email]\nhost = \"smtp.example.org\"\n\
         from = \"Gate <gate@example.org>\"\n[[gates]]\nchat_id = -1001\n\
         password_hash = \"{}\"\n{more}",
        hash()
    )
}

fn sms(lines: &str) -> String {
    well(&format!("[sms]\naccount_sid = \"{ACCOUNT}\"\n{lines}"))
}

fn attempt(text: &str, environment: &[(&str, &str)]) -> Result<(Config, Vec<String>), Vec<String>> {
    let environment: Vec<(String, String)> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let file = Some((Path::new("config.toml"), text));
    let lines = |notes: &[Problem]| notes.iter().map(ToString::to_string).collect();
    match read(file, &environment, Vec::new(), &mut Salt) {
        Ok((config, warnings)) => Ok((config, lines(&warnings))),
        Err(problems) => Err(lines(problems.as_slice())),
    }
}

#[track_caller]
fn accepted(text: &str, environment: &[(&str, &str)]) -> Config {
    match attempt(text, environment) {
        Ok((config, warnings)) => {
            assert_eq!(warnings, Vec::<String>::new());
            config
        }
        Err(problems) => panic!("refused: {problems:#?}"),
    }
}

/// The text is refused for exactly these reasons, each given by its beginning.
#[track_caller]
fn refused(text: &str, environment: &[(&str, &str)], expected: &[&str]) {
    let problems = attempt(text, environment).err().unwrap_or_default();
    let alike = problems.len() == expected.len()
        && problems.iter().zip(expected).all(|(problem, begins)| problem.starts_with(begins));
    assert!(alike, "expected {expected:#?}\nfound {problems:#?}");
}

/// The text is accepted, and warned about for exactly this reason.
#[track_caller]
fn warned(text: &str, begins: &str) -> Config {
    let (config, warnings) = attempt(text, &[]).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert!(warnings.len() == 1 && warnings[0].starts_with(begins), "{warnings:#?}");
    config
}

#[test]
fn every_problem_is_named_at_once_with_its_line() {
    let text = "\
[telegram]
tokn = \"123456789:AAEhBP0av18yWr0fmLXG6PjVd4XkqbEXAMPL\"
owners = [0]

[emall]
host = \"x\"

[email]
port = 70000
security = \"ssl\"
allowed_countries = [\"+49\"]
from = \"nobody\"

[sms]
account_sid = 5
auth_token = \"verysecret\"
api_key_sid = \"alsosecret\"
allowed_countries = [\"+49\", \"49\", \"+999\"]

[limits]
code_length = 5
lockouts = []
code_ttl = \"soon\"
hard_stop = \"50\"

[[gates]]
chat_id = 1001
password_hash = \"hunter2\"
channels = [\"email\", \"fax\"]

[[gates]]
chat_id = -1001
password = \"54321\"

[[gates]]
chat_id = -1001
password = \"open sesame\"
password_file = \"/nowhere\"
";
    let problems = attempt(text, &[]).err().unwrap_or_default().join("\n");
    insta::assert_snapshot!(problems, @r#"
    config.toml:1: telegram.token: missing; @BotFather gives it: token = "…" or token_file = "…" (in the environment: COUNTERSIGN_TELEGRAM__TOKEN)
    config.toml:2: telegram.tokn: unknown key; did you mean `token`?
    config.toml:3: telegram.owners: a Telegram user id is a positive number
    config.toml:5: emall: unknown table; did you mean `email`?
    config.toml:8: email.host: missing; name the mail server: host = "smtp.example.org" (in the environment: COUNTERSIGN_EMAIL__HOST)
    config.toml:9: email.port: 70000 is out of range; 1 to 65535 will do
    config.toml:10: email.security: "ssl" is none of tls, starttls, none
    config.toml:11: email.allowed_countries: unknown key here; it belongs in [sms]
    config.toml:12: email.from: not a mailbox such as "Gate <gate@example.org>"
    config.toml:14: sms.from: missing; name the sender: from = "+…" or messaging_service_sid (in the environment: COUNTERSIGN_SMS__FROM)
    config.toml:15: sms.account_sid: expected text in quotes, found a whole number
    config.toml:17: sms.api_key_sid: not of the form SK and 32 hexadecimal digits
    config.toml:17: sms.api_key_sid: contradicts `auth_token`; keep one of them
    config.toml:18: sms.allowed_countries: "49" is no country's dial code such as "+49"
    config.toml:18: sms.allowed_countries: "+999" is no country's dial code such as "+49"
    config.toml:21: limits.code_length: five digits are the shape of Telegram's own login codes, which nobody must ever pass on and which the bot never reads; use 6
    config.toml:22: limits.lockouts: the list is empty; name at least one time
    config.toml:23: limits.code_ttl: expected a time such as "90s", "10m" or "4h", found "soon"
    config.toml:24: limits.hard_stop: expected a whole number, found text
    config.toml:27: gates[0].chat_id: 1001 is no group; a group's id is negative, such as -1001234567890
    config.toml:28: gates[0].password_hash: not an Argon2id hash; make one with `countersign hash-password`
    config.toml:29: gates[0].channels: "fax" is neither "email" nor "sms"
    config.toml:33: gates[1].password: five digits look like one of Telegram's own login codes, which the bot never reads; choose another password
    config.toml:36: gates[2].chat_id: the same group as gates[1].chat_id; keep one gate
    config.toml:38: gates[2].password_file: contradicts `password`; keep one of them
    "#);
    for secret in ["AAEhBP0av18", "verysecret", "alsosecret", "hunter2", "54321", "open sesame"] {
        assert!(!problems.contains(secret), "{secret} is repeated in\n{problems}");
    }
}

#[test]
fn slips_of_syntax_are_named_by_line_and_quote_nothing() {
    let text = "[telegram]\ntoken = 123456789:AAEhBP0av18\n[email\nfrom = \"x\nhunter2\n";
    let problems = attempt(text, &[]).err().unwrap_or_default();
    assert!(problems.len() >= 3, "{problems:#?}");
    assert!(problems[0].starts_with("config.toml:2: not TOML: "), "{problems:#?}");
    let all = problems.join("\n");
    assert!(!all.contains("AAEh") && !all.contains("hunter2") && !all.contains("missing"), "{all}");
}

#[test]
fn wrong_types_are_named_for_every_kind_of_key() {
    for key in KEYS {
        let header = key.section.header();
        let text = format!("{header}\n{} = 1979-05-27\n", key.name);
        let problems = attempt(&text, &[]).err().unwrap_or_default();
        let expected = match key.kind {
            Kind::Text | Kind::Secret => "expected text in quotes, found a date",
            Kind::Integer => "expected a whole number, found a date",
            Kind::Flag => "expected true or false, found a date",
            Kind::Texts => "expected a list of texts",
            Kind::Integers => "expected a list of whole numbers",
            Kind::Span | Kind::SpanOrOff => "expected a time such as",
            Kind::Spans => "expected a list of times",
        };
        let about: Vec<&String> = problems
            .iter()
            .filter(|problem| problem.contains(&format!(".{}: ", key.name)))
            .collect();
        // Named once: what has the wrong type is not called missing too.
        assert!(about.len() == 1 && about[0].contains(expected), "{header} {problems:#?}");
        assert!(about[0].starts_with("config.toml:2: "), "{about:#?}");
    }
}

#[test]
fn tables_of_the_wrong_kind_are_named() {
    refused(
        &format!("gates = 1\nemail = \"x\"\nlog = []\n[telegram]\ntoken = \"{TOKEN}\"\n"),
        &[],
        &[
            "config.toml:1: gates: expected a table [[gates]], found a whole number",
            "config.toml:2: email: expected a table [email], found text",
            "config.toml:3: log: expected a table [log], found a list",
        ],
    );
}

fn nothing() -> std::iter::Empty<(OsString, OsString)> {
    std::iter::empty()
}

#[test]
fn a_named_file_must_be_there() {
    let error = load(Some(Path::new("/nowhere/config.toml")), nothing(), &mut Salt).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("the configuration file /nowhere/config.toml cannot be read: "),
        "{text}"
    );
}

#[test]
fn the_health_check_needs_only_its_address() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, "[telegram]\ntokn = 1\n[http]\nlisten = \"127.0.0.1:7\"\n").unwrap();
    let address = load_listen(Some(&path), nothing()).unwrap();
    assert_eq!(address, Some("127.0.0.1:7".parse().unwrap()));
    std::fs::write(&path, "[http]\nlisten = 7\n").unwrap();
    let error = load_listen(Some(&path), nothing()).unwrap_err().to_string();
    assert!(error.contains("http.listen: expected text in quotes"), "{error}");
}
