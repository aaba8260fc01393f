//! What each setting must be: tables of fields become a [`Config`].

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::fields::{Notes, Reader, is_loopback};
use super::keys::Section;
use super::problems::Problem;
use super::source::Sources;
use super::{
    Config, EmailSettings, Http, Log, LogFormat, LogLevel, Security, SmsAuth, SmsSender,
    SmsSettings, Store, Telegram,
};
use super::{gates, spending};
use crate::store::rotation::Rotation;
use crate::verification::code::Random;
use crate::verification::effect::Channel;
use crate::verification::limits::Limits;
use crate::verification::spending::Spending;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The whole configuration. It is fit for use only if no problem was noted.
pub(super) fn config(sources: &mut Sources, notes: &mut Notes, random: &mut dyn Random) -> Config {
    let telegram = telegram(&mut Reader::new(&sources.take(Section::Telegram), notes));
    let store = store(&mut Reader::new(&sources.take(Section::Store), notes));
    let http = http(&mut Reader::new(&sources.take(Section::Http), notes));
    let email = sources
        .has(Section::Email)
        .then(|| email(&mut Reader::new(&sources.take(Section::Email), notes)));
    let (sms, spending) = if sources.has(Section::Sms) {
        let fields = sources.take(Section::Sms);
        let mut reader = Reader::new(&fields, notes);
        (Some(sms(&mut reader)), spending::spending(&mut reader))
    } else {
        (None, Spending::default())
    };
    let limits =
        gates::limits(&mut Reader::new(&sources.take(Section::Limits), notes), &Limits::default());
    let log = log(&mut Reader::new(&sources.take(Section::Log), notes));

    let mut channels = Vec::new();
    channels.extend(email.as_ref().map(|_| Channel::Email));
    channels.extend(sms.as_ref().map(|_| Channel::Sms));
    let house = gates::House {
        channels,
        countries: sms.as_ref().map(|sms| sms.allowed_countries.clone()).unwrap_or_default(),
        limits: &limits,
        attended: !telegram.owners.is_empty(),
    };
    let found = sources.take_gates();
    if found.is_empty() {
        notes.warnings.push(Problem {
            at: None,
            key: "gates".to_owned(),
            what: "there is no [[gates]]: no group is guarded".to_owned(),
        });
    }
    let (gates, log_chats) = gates::gates(&found, &house, notes, random);
    Config { telegram, store, http, email, sms, spending, limits, log, gates, log_chats }
}

/// `[http]` and nothing else.
pub(super) fn http_alone(sources: &mut Sources, notes: &mut Notes) -> Http {
    http(&mut Reader::new(&sources.take(Section::Http), notes))
}

fn telegram(fields: &mut Reader<'_>) -> Telegram {
    let token = fields.secret("token", "token_file");
    match token.as_ref().map(|token| token.expose_secret().trim()) {
        Some(token) if !is_token(token) => {
            fields.wrong(
                fields.way("token", "token_file"),
                "not a bot token; @BotFather gives it as digits, a colon and letters",
            );
        }
        Some(_) => {}
        None if fields.tried("token_file") => {}
        None => fields.missing("token", "@BotFather gives it: token = \"…\" or token_file = \"…\""),
    }
    let owners = fields.integers("owners").unwrap_or_default();
    if owners.iter().any(|id| *id <= 0) {
        fields.wrong("owners", "a Telegram user id is a positive number");
    }
    Telegram {
        token: token.map_or_else(SecretString::default, |token| {
            SecretString::from(token.expose_secret().trim())
        }),
        api_url: fields.url("api_url", "https://api.telegram.org"),
        open_enrolment: fields.flag("open_enrolment", false),
        owners: owners.into_iter().filter_map(|id| u64::try_from(id).ok()).collect(),
        messages_per_second: fields.number("messages_per_second", 0..=1000, 30),
    }
}

fn store(fields: &mut Reader<'_>) -> Store {
    let path = match fields.text_or_empty("path") {
        Some(path) if path.is_empty() => {
            fields.wrong("path", "empty; name the folder of the store, such as \"data\"");
            PathBuf::from("data")
        }
        Some(path) => PathBuf::from(path),
        None => PathBuf::from("data"),
    };
    if path.exists() && !path.is_dir() {
        fields.wrong("path", format!("{} is not a folder", path.display()));
    }
    let secret_key_file = match fields.text("secret_key_file") {
        Some(file) => PathBuf::from(file),
        None => path.join("secret.key"),
    };
    let every = match fields.given_span("backup_every") {
        Some(Duration::ZERO) => None,
        Some(_) | None => Some(fields.span("backup_every", MINUTE..=30 * DAY, 60 * MINUTE)),
    };
    let keep = fields.number("backups", 1..=1000, 2);
    let folder = match fields.text("backup_folder") {
        Some(folder) => PathBuf::from(folder),
        None => path.join("backups"),
    };
    if folder.exists() && !folder.is_dir() {
        fields.wrong("backup_folder", format!("{} is not a folder", folder.display()));
    }
    Store { path, secret_key_file, backups: Rotation { every, keep, folder } }
}

fn http(fields: &mut Reader<'_>) -> Http {
    let typed = fields.text_or_empty("listen").unwrap_or_else(|| "127.0.0.1:9090".to_owned());
    if typed.is_empty() {
        return Http { listen: None };
    }
    let Ok(listen) = typed.parse::<SocketAddr>() else {
        fields.wrong(
            "listen",
            format!("{typed:?} is no address and port such as \"127.0.0.1:9090\" (\"\": off)"),
        );
        return Http { listen: None };
    };
    if !listen.ip().is_loopback() {
        fields.warn("listen", "other machines can read /metrics and /readyz; nothing guards them");
    }
    Http { listen: Some(listen) }
}

fn log(fields: &mut Reader<'_>) -> Log {
    Log {
        format: fields.choice(
            "format",
            &[("text", LogFormat::Text), ("json", LogFormat::Json)],
            LogFormat::Text,
        ),
        level: fields.choice(
            "level",
            &[
                ("error", LogLevel::Error),
                ("warn", LogLevel::Warn),
                ("info", LogLevel::Info),
                ("debug", LogLevel::Debug),
                ("trace", LogLevel::Trace),
            ],
            LogLevel::Info,
        ),
    }
}

fn email(fields: &mut Reader<'_>) -> EmailSettings {
    let host = fields.text("host").unwrap_or_else(|| {
        fields.missing("host", "name the mail server: host = \"smtp.example.org\"");
        String::new()
    });
    let security = fields.choice(
        "security",
        &[("tls", Security::Tls), ("starttls", Security::StartTls), ("none", Security::None)],
        Security::Tls,
    );
    // RFC 8314 §3.3: 465 is implicit TLS, 587 STARTTLS.
    let port = fields.number(
        "port",
        1..=65535,
        match security {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::None => 25,
        },
    );
    match (security, port) {
        (Security::Tls, 587 | 25) => {
            fields.warn("port", format!("port {port} usually speaks security = \"starttls\""));
        }
        (Security::StartTls, 465) => {
            fields.warn("port", "port 465 usually speaks security = \"tls\"");
        }
        (Security::Tls | Security::StartTls | Security::None, _) => {}
    }
    if security == Security::None && !host.is_empty() && !is_loopback(&host) {
        fields.wrong(
            "security",
            "clear-text SMTP is only used on loopback (localhost, 127.0.0.1, ::1); \
             write \"tls\" or \"starttls\"",
        );
    }
    let username = fields.text("username");
    let password = fields.secret("password", "password_file");
    let tried = fields.tried("password") || fields.tried("password_file");
    if username.is_some() && !tried {
        fields.wrong("username", "a username needs a password: set password or password_file");
    }
    let way = fields.way("password", "password_file");
    if fields.has(way) && !fields.tried("username") {
        fields.wrong(way, "a password needs a username");
    }
    let from = fields.text("from").unwrap_or_else(|| {
        fields.missing("from", "name the sender: from = \"Gate <gate@example.org>\"");
        String::new()
    });
    if !from.is_empty() && !is_mailbox(&from) {
        fields.wrong("from", "not a mailbox such as \"Gate <gate@example.org>\"");
    }
    let ca_file = fields.text("ca_file").map(PathBuf::from);
    if let Some(path) = &ca_file {
        match std::fs::read_to_string(path) {
            Ok(pem) if pem.contains("-----BEGIN CERTIFICATE-----") => {}
            Ok(_) => {
                fields.wrong("ca_file", format!("{} is no PEM certificate", path.display()));
            }
            Err(why) => {
                fields.wrong("ca_file", format!("{} cannot be read: {why}", path.display()))
            }
        }
        if security == Security::None {
            fields.wrong("ca_file", "contradicts security = \"none\": there is no TLS to check");
        }
    }
    EmailSettings {
        host,
        port,
        security,
        username: username.unwrap_or_default(),
        password,
        from,
        ca_file,
    }
}

fn sms(fields: &mut Reader<'_>) -> SmsSettings {
    let account_sid = fields.text("account_sid").unwrap_or_else(|| {
        fields.missing("account_sid", "Twilio's console shows it: account_sid = \"AC…\"");
        String::new()
    });
    check_sid(fields, "account_sid", "AC");
    check_sid(fields, "api_key_sid", "SK");
    check_sid(fields, "messaging_service_sid", "MG");
    let auth = sms_auth(fields);
    let sender = match fields.choose(&["from", "messaging_service_sid"]) {
        Some("from") => {
            let from = fields.text("from").unwrap_or_default();
            if !is_sms_sender(&from) {
                fields.wrong(
                    "from",
                    "not a sender: a number such as \"+15005550006\", a short code, \
                     or up to 11 letters and digits",
                );
            }
            SmsSender::From(from)
        }
        Some(service) => SmsSender::MessagingService(fields.text(service).unwrap_or_default()),
        None => {
            fields.missing("from", "name the sender: from = \"+…\" or messaging_service_sid");
            SmsSender::From(String::new())
        }
    };
    let allowed_countries = gates::countries(fields).unwrap_or_else(|| {
        fields.missing(
            "allowed_countries",
            "name the dial codes that SMS may go to: allowed_countries = [\"+49\"]",
        );
        Vec::new()
    });
    SmsSettings {
        account_sid,
        auth,
        sender,
        api_url: fields.url("api_url", "https://api.twilio.com"),
        allowed_countries,
    }
}

fn sms_auth(fields: &mut Reader<'_>) -> SmsAuth {
    let way = fields.choose(&["auth_token", "auth_token_file", "api_key_sid"]);
    if way == Some("api_key_sid") {
        let secret = fields.secret("api_key_secret", "api_key_secret_file");
        if !fields.tried("api_key_secret") && !fields.tried("api_key_secret_file") {
            fields.missing("api_key_secret", "an API key needs its secret");
        }
        return SmsAuth::ApiKey {
            sid: fields.text("api_key_sid").unwrap_or_default(),
            secret: secret.unwrap_or_default(),
        };
    }
    let orphan = fields.way("api_key_secret", "api_key_secret_file");
    if fields.has(orphan) && !fields.tried("api_key_sid") {
        fields.wrong(orphan, "an API key's secret needs its api_key_sid = \"SK…\"");
    } else if way.is_none() && !fields.tried("auth_token_file") && !fields.tried("api_key_sid") {
        fields.missing("auth_token", "set auth_token, or api_key_sid and api_key_secret");
    }
    SmsAuth::Token(fields.secret("auth_token", "auth_token_file").unwrap_or_default())
}

/// Digits, a colon, and letters, digits, `-`, `_`: it becomes part of a path.
fn is_token(token: &str) -> bool {
    token.split_once(':').is_some_and(|(id, secret)| {
        !id.is_empty()
            && id.bytes().all(|b| b.is_ascii_digit())
            && !secret.is_empty()
            && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    })
}

fn is_mailbox(from: &str) -> bool {
    // A line break in a name would make lettre panic.
    !from.chars().any(char::is_control) && from.parse::<lettre::message::Mailbox>().is_ok()
}

/// Twilio names things by two letters and 32 hexadecimal digits.
fn check_sid(fields: &mut Reader<'_>, name: &str, letters: &str) {
    let Some(sid) = fields.text(name) else { return };
    let hex = sid.strip_prefix(letters).unwrap_or_default();
    if hex.len() != 32 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        // Not repeated: an auth token put here by mistake looks almost the same.
        fields.wrong(name, format!("not of the form {letters} and 32 hexadecimal digits"));
    }
}

/// A number in E.164 form, a short code, or an alphanumeric sender.
fn is_sms_sender(from: &str) -> bool {
    let digits = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if let Some(number) = from.strip_prefix('+') {
        return digits(number, 7, 15) && !number.starts_with('0');
    }
    digits(from, 3, 6)
        || (from.len() <= 11
            && from.bytes().any(|b| b.is_ascii_alphabetic())
            && from.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' '))
}
