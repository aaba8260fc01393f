//! The configuration as a host meets it: a file, an environment, and what is said about them.

use secrecy::ExposeSecret;

use super::keys::{KEYS, Kind, Section};
use super::*;
use crate::verification::GateId;
use crate::verification::effect::Channel;
use crate::verification::password;

const TOKEN: &str = "123456789:AAEhBP0av18yWr0fmLXG6PjVd4XkqbEXAMPL";
const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const KEY_SID: &str = "SK0123456789abcdef0123456789abcdef";
const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";
const EXAMPLE: &str = include_str!("../../config.example.toml");

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

// The example.

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

// The environment.

#[test]
fn everything_can_come_from_the_environment() {
    let hash = hash();
    let environment = [
        ("COUNTERSIGN_TELEGRAM__TOKEN", TOKEN),
        ("COUNTERSIGN_TELEGRAM__OWNERS", "11, 12"),
        ("COUNTERSIGN_TELEGRAM__MESSAGES_PER_SECOND", "5"),
        ("COUNTERSIGN_STORE__PATH", "/nowhere/data"),
        ("COUNTERSIGN_HTTP__LISTEN", ""),
        ("COUNTERSIGN_EMAIL__HOST", "localhost"),
        ("COUNTERSIGN_EMAIL__SECURITY", "none"),
        ("COUNTERSIGN_EMAIL__FROM", "gate@example.org"),
        ("COUNTERSIGN_SMS__ACCOUNT_SID", ACCOUNT),
        ("COUNTERSIGN_SMS__AUTH_TOKEN", "0123456789abcdef"),
        ("COUNTERSIGN_SMS__MESSAGING_SERVICE_SID", SERVICE),
        ("COUNTERSIGN_SMS__API_URL", "http://127.0.0.1:8099"),
        ("COUNTERSIGN_SMS__ALLOWED_COUNTRIES", "[\"+49\", \"+43\"]"),
        ("COUNTERSIGN_LIMITS__LOCKOUTS", "1m,1h"),
        ("COUNTERSIGN_LOG__FORMAT", "json"),
        ("COUNTERSIGN_LOG__LEVEL", "debug"),
        ("COUNTERSIGN_GATES__0__CHAT_ID", "-1001"),
        ("COUNTERSIGN_GATES__0__PASSWORD_HASH", &hash),
        ("COUNTERSIGN_GATES__0__LISTED", "true"),
        ("COUNTERSIGN_GATES__0__CODE_LENGTH", "8"),
        ("COUNTERSIGN_GATES__1__CHAT_ID", "-1002"),
        ("COUNTERSIGN_GATES__1__PASSWORD_HASH", &hash),
        ("COUNTERSIGN_GATES__1__CHANNELS", "sms"),
        ("COUNTERSIGN_GATES__1__ALLOWED_COUNTRIES", "+43"),
        ("COUNTERSIGN_DIE_AT", "commit:1"),
        ("COUNTERSIGN_SERVICE_HOST", "10.0.0.1"),
        ("PATH", "/bin"),
    ];
    let config = accepted("", &environment);
    assert_eq!(config.telegram.token.expose_secret(), TOKEN);
    assert_eq!(config.telegram.owners, [11, 12]);
    assert_eq!(config.telegram.messages_per_second, 5);
    assert_eq!(config.store.secret_key_file, Path::new("/nowhere/data/secret.key"));
    assert_eq!(config.http.listen, None);
    let email = config.email.unwrap();
    assert_eq!((email.security, email.port), (Security::None, 25));
    let sms = config.sms.unwrap();
    assert!(matches!(sms.auth, SmsAuth::Token(token) if token.expose_secret().len() == 16));
    assert_eq!(sms.sender, SmsSender::MessagingService(SERVICE.to_owned()));
    assert_eq!(sms.allowed_countries, ["+49", "+43"]);
    assert_eq!(config.log, Log { format: LogFormat::Json, level: LogLevel::Debug });
    let [first, second] = config.gates.as_slice() else { panic!("{:?}", config.gates) };
    assert!(first.listed);
    assert_eq!((first.limits.code_length, second.limits.code_length), (8, 6));
    assert_eq!(first.limits.lockouts.last().unwrap().as_secs(), 3600);
    assert_eq!(first.channels, [Channel::Email, Channel::Sms]);
    assert_eq!(second.channels, [Channel::Sms]);
    assert_eq!(first.allowed_countries, ["+49", "+43"]);
    assert_eq!(second.allowed_countries, ["+43"]);
}

#[test]
fn the_environment_wins_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "999999:other\n").unwrap();
    let config = accepted(
        &well(""),
        &[
            ("COUNTERSIGN_TELEGRAM__TOKEN_FILE", path.to_str().unwrap()),
            ("COUNTERSIGN_EMAIL__HOST", "mail.example.org"),
            ("COUNTERSIGN_GATES__0__CHAT_ID", "-1009"),
        ],
    );
    assert_eq!(config.telegram.token.expose_secret(), "999999:other");
    assert_eq!(config.email.unwrap().host, "mail.example.org");
    assert_eq!(config.gates[0].id, GateId(-1009));
}

#[test]
fn variables_set_to_nothing_switch_nothing_on() {
    let config = accepted(
        &well(""),
        &[("COUNTERSIGN_SMS__ACCOUNT_SID", ""), ("COUNTERSIGN_SMS__AUTH_TOKEN", "")],
    );
    assert!(config.sms.is_none());
}

#[test]
fn wrong_variables_are_named() {
    refused(
        &well(""),
        &[
            ("COUNTERSIGN_EMAIL__PORT", "many"),
            ("COUNTERSIGN_EMIAL__HOST", "x"),
            ("COUNTERSIGN_GATES__CHAT_ID", "-1"),
            ("COUNTERSIGN_GATES__7__CHAT_ID", "-1"),
            ("COUNTERSIGN_LIMITS__LOCKOUTS", "[\"5m\""),
            ("COUNTERSIGN_LIMITS__RESEND_WAITS", "1m, soon"),
            ("COUNTERSIGN_STORE__PATH__X", "y"),
            ("COUNTERSIGN_TELEGRAM_TOKEN", TOKEN),
            ("COUNTERSIGN_TELEGRAM__OWNER", "1"),
        ],
        &[
            "COUNTERSIGN_EMAIL__PORT: expected a whole number, found \"many\"",
            "COUNTERSIGN_EMIAL__HOST: unknown table; did you mean `email`?",
            "COUNTERSIGN_GATES__7__CHAT_ID: there is a gate 7 but no gate 6",
            "COUNTERSIGN_GATES__CHAT_ID: a gate's variables are numbered from 0",
            "COUNTERSIGN_LIMITS__LOCKOUTS: not a TOML list: ",
            "COUNTERSIGN_LIMITS__RESEND_WAITS: expected a time such as \"90s\"",
            "COUNTERSIGN_STORE__PATH__X: unknown variable; they are named COUNTERSIGN_<TABLE>__",
            "COUNTERSIGN_TELEGRAM_TOKEN: unknown variable; did you mean COUNTERSIGN_TELEGRAM__T",
            "COUNTERSIGN_TELEGRAM__OWNER: unknown key; did you mean `owners`?",
            "gates[7].password_hash: missing; make one with `countersign hash-password`",
        ],
    );
}

// All at once, each with its line, nothing secret.

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
password = \"12345\"

[[gates]]
chat_id = -1001
password = \"open sesame\"
password_file = \"/nowhere\"
";
    let problems = attempt(text, &[]).err().unwrap_or_default().join("\n");
    insta::assert_snapshot!(problems);
    for secret in ["AAEhBP0av18", "verysecret", "alsosecret", "hunter2", "12345", "open sesame"] {
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
            Kind::Span => "expected a time such as",
            Kind::Spans => "expected a list of times",
        };
        let about: Vec<&String> =
            problems.iter().filter(|problem| problem.contains(&format!(".{}: ", key.name))).collect();
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

// Rules.

#[test]
fn what_is_missing_is_named_with_what_to_write() {
    refused(
        "[email]\n[sms]\n[[gates]]\n",
        &[],
        &[
            "config.toml:1: email.from: missing; name the sender",
            "config.toml:1: email.host: missing; name the mail server",
            "config.toml:2: sms.account_sid: missing; Twilio's console shows it",
            "config.toml:2: sms.allowed_countries: missing; name the dial codes",
            "config.toml:2: sms.auth_token: missing; set auth_token, or api_key_sid",
            "config.toml:2: sms.from: missing; name the sender",
            "config.toml:3: gates[0].chat_id: missing; name the group",
            "config.toml:3: gates[0].password_hash: missing; make one with",
            "telegram.token: missing; @BotFather gives it",
        ],
    );
}

#[test]
fn clear_text_mail_is_for_loopback_only() {
    for host in ["localhost", "127.0.0.1", "::1", "[::1]", "127.9.9.9"] {
        let text = well("").replace("smtp.example.org", host);
        accepted(&text, &[("COUNTERSIGN_EMAIL__SECURITY", "none")]);
    }
    for host in ["smtp.example.org", "localhost.example.org", "10.0.0.1", "127.0.0.1.example.org"] {
        let text = well("").replace("smtp.example.org", host);
        refused(
            &text,
            &[("COUNTERSIGN_EMAIL__SECURITY", "none")],
            &["COUNTERSIGN_EMAIL__SECURITY: clear-text SMTP is only used on loopback"],
        );
    }
}

#[test]
fn mail_needs_a_whole_login_and_a_sender_that_is_a_mailbox() {
    refused(
        &well(""),
        &[("COUNTERSIGN_EMAIL__USERNAME", "gate")],
        &["COUNTERSIGN_EMAIL__USERNAME: a username needs a password"],
    );
    refused(
        &well(""),
        &[("COUNTERSIGN_EMAIL__PASSWORD", "hunter2")],
        &["COUNTERSIGN_EMAIL__PASSWORD: a password needs a username"],
    );
    for from in ["gate", "Gate <gate>", "Ga\nte <gate@example.org>", "a@b, c@d"] {
        refused(
            &well(""),
            &[("COUNTERSIGN_EMAIL__FROM", from)],
            &["COUNTERSIGN_EMAIL__FROM: not a mailbox"],
        );
    }
}

#[test]
fn a_root_certificate_must_be_one_and_have_a_use() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, "no certificate").unwrap();
    let set = |security| {
        [("COUNTERSIGN_EMAIL__CA_FILE", path.to_str().unwrap()), ("COUNTERSIGN_EMAIL__SECURITY", security)]
    };
    let problem = format!("COUNTERSIGN_EMAIL__CA_FILE: {} is no PEM certificate", path.display());
    refused(&well(""), &set("tls"), &[&problem]);
    std::fs::write(&path, "-----BEGIN CERTIFICATE-----\n").unwrap();
    assert_eq!(accepted(&well(""), &set("starttls")).email.unwrap().port, 587);
    refused(
        &well("").replace("smtp.example.org", "localhost"),
        &set("none"),
        &["COUNTERSIGN_EMAIL__CA_FILE: contradicts security = \"none\""],
    );
}

#[test]
fn secrets_come_from_files_without_their_last_line_break() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("{name}_file = {:?}\n", path.to_str().unwrap())
    };
    let text = format!(
        "[telegram]\n{}[email]\nhost = \"x\"\nfrom = \"a@example.org\"\nusername = \"gate\"\n{}\
         [sms]\naccount_sid = \"{ACCOUNT}\"\napi_key_sid = \"{KEY_SID}\"\n{}from = \"Gate\"\n\
         allowed_countries = [\"+1\"]\n[[gates]]\nchat_id = -1\n{}",
        file("token", &format!("{TOKEN}\n")),
        file("password", " hunter2 \r\n"),
        file("api_key_secret", "keysecret"),
        // The last file named so, and the only one that is read late.
        file("password", "open sesame\n").replace("password_file", "password_file"),
    );
    let config = accepted(&text, &[]);
    assert_eq!(config.telegram.token.expose_secret(), TOKEN);
    assert!(matches!(
        config.sms.unwrap().auth,
        SmsAuth::ApiKey { sid, secret } if sid == KEY_SID && secret.expose_secret() == "keysecret"
    ));
    assert!(password::matches("open sesame", &config.gates[0].password_hash));
    assert_eq!(config.email.unwrap().password.unwrap().expose_secret(), "open sesame");
}
