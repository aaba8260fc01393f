//! Limits and gates: what the rules are set to.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::ExposeSecret;

use super::fields::{Notes, Reader};
use super::source::Fields;
use crate::verification::address::is_dial_code;
use crate::verification::code::Random;
use crate::verification::effect::Channel;
use crate::verification::gate::{Addresses, Gate, Mode, Password};
use crate::verification::limits::Limits;
use crate::verification::password::{self, PasswordRefused};
use crate::verification::{ChatId, GateId, Hidden};

const SECOND: Duration = Duration::from_secs(1);
/// Twilio takes no longer validity.
const LONGEST_CODE: Duration = Duration::from_secs(36_000);
/// Whoever is muted must have the time to read that they are.
const LEAST_TIME: Duration = Duration::from_secs(60);
const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);
const MANY: i64 = u32::MAX as i64;

/// What holds for every gate that says nothing else.
pub(super) struct House<'a> {
    /// Those configured, e-mail first.
    pub(super) channels: Vec<Channel>,
    pub(super) countries: Vec<String>,
    pub(super) limits: &'a Limits,
    /// There are owners whom applicants can ask.
    pub(super) attended: bool,
}

/// Why a password will not do for a gate, and what would.
#[must_use]
pub fn refusal(why: PasswordRefused) -> &'static str {
    match why {
        PasswordRefused::Empty => "the password is empty",
        PasswordRefused::TooLong => "the password is longer than 200 characters",
        PasswordRefused::LooksLikeLoginCode => {
            "five digits look like one of Telegram's own login codes, which the bot never reads; \
             choose another password"
        }
        PasswordRefused::LooksLikeCommand => {
            "Telegram takes what begins with / for a command; choose another password"
        }
    }
}

/// `[limits]`, or those of a gate over those of the house (`base`).
pub(super) fn limits(fields: &mut Reader<'_>, base: &Limits) -> Limits {
    let limits = Limits {
        code_length: code_length(fields, base.code_length),
        code_ttl: fields.span("code_ttl", SECOND..=LONGEST_CODE, base.code_ttl),
        code_attempts: fields.number("code_attempts", 1..=MANY, base.code_attempts),
        password_attempts: fields.number("password_attempts", 1..=MANY, base.password_attempts),
        lockouts: fields.spans("lockouts", SECOND..=YEAR, &base.lockouts),
        hard_stop: fields.number("hard_stop", 1..=MANY, base.hard_stop),
        resend_waits: fields.spans("resend_waits", SECOND..=YEAR, &base.resend_waits),
        sends_per_day: fields.number("sends_per_day", 1..=MANY, base.sends_per_day),
        addresses_per_day: fields.number("addresses_per_day", 1..=MANY, base.addresses_per_day),
        sends_per_address: fields.number("sends_per_address", 1..=MANY, base.sends_per_address),
        sends_per_country: fields.number("sends_per_country", 1..=MANY, base.sends_per_country),
        sms_conversion: fields.number("sms_conversion", 0..=100, base.sms_conversion),
        sms_per_gate: fields.number("sms_per_gate", 1..=MANY, base.sms_per_gate),
        guessing_alarm: fields.number("guessing_alarm", 0..=MANY, base.guessing_alarm),
        guessing_slows: fields.flag("guessing_slows", base.guessing_slows),
        raid_requests: fields.number("raid_requests", 0..=MANY, base.raid_requests),
    };
    if fields.has("lockouts") && !limits.lockouts.is_sorted() {
        fields.wrong("lockouts", "each lock must be at least as long as the one before");
    }
    for (name, attempts) in
        [("code_attempts", limits.code_attempts), ("password_attempts", limits.password_attempts)]
    {
        if attempts > limits.hard_stop && (fields.has(name) || fields.has("hard_stop")) {
            let stop = limits.hard_stop;
            fields.wrong(
                if fields.has("hard_stop") { "hard_stop" } else { name },
                format!("{name} is {attempts}, but hard_stop ends it at {stop} already"),
            );
        }
    }
    if limits.hard_stop > 100 && fields.has("hard_stop") {
        // NIST SP 800-63B-4 §3.2.2
        fields.warn("hard_stop", "NIST SP 800-63B-4 allows at most 100 failures in a row");
    }
    limits
}

/// The dial codes of `allowed_countries`, each one that exists, once. `None`: not named.
pub(super) fn countries(fields: &mut Reader<'_>) -> Option<Vec<String>> {
    dial_codes(fields, "allowed_countries")
}

fn dial_codes(fields: &mut Reader<'_>, name: &str) -> Option<Vec<String>> {
    let typed = fields.texts(name).filter(|codes| !codes.is_empty())?;
    let mut codes: Vec<String> = Vec::new();
    for code in typed {
        if dial_code(&code).is_none() {
            fields.wrong(name, format!("{code:?} is no country's dial code such as \"+49\""));
        } else if !codes.contains(&code) {
            codes.push(code);
        }
    }
    Some(codes)
}

/// `+49`, if there is such a country.
pub(super) fn dial_code(typed: &str) -> Option<u16> {
    let digits = typed
        .strip_prefix('+')
        .filter(|digits| !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()))?;
    digits.parse::<u16>().ok().filter(|code| is_dial_code(*code))
}

/// The gates in their order, and the log chats of those that have one.
pub(super) fn gates(
    found: &[Fields],
    house: &House<'_>,
    notes: &mut Notes,
    random: &mut dyn Random,
) -> (Vec<Gate>, BTreeMap<GateId, ChatId>) {
    let mut first_with: BTreeMap<i64, String> = BTreeMap::new();
    let mut log_chats = BTreeMap::new();
    let mut gates = Vec::new();
    for fields in found {
        let mut reader = Reader::new(fields, notes);
        let gate = gate(&mut reader, house, random);
        if gate.id.0 != 0 {
            let name = fields.path("chat_id");
            match first_with.get(&gate.id.0) {
                Some(first) => {
                    reader.wrong("chat_id", format!("the same group as {first}; keep one gate"));
                }
                None => {
                    first_with.insert(gate.id.0, name);
                }
            }
        }
        if let Some(chat) = log_chat(&mut reader, gate.id) {
            log_chats.insert(gate.id, chat);
        }
        gates.push(gate);
    }
    (gates, log_chats)
}

fn gate(fields: &mut Reader<'_>, house: &House<'_>, random: &mut dyn Random) -> Gate {
    let chat_id = match fields.integer("chat_id") {
        Some(id) if id < 0 => id,
        Some(id) => {
            fields.wrong(
                "chat_id",
                format!("{id} is no group; a group's id is negative, such as -1001234567890"),
            );
            0
        }
        None => {
            fields.missing("chat_id", "name the group: chat_id = -1001234567890");
            0
        }
    };
    let password_hash = password_hash(fields, random);
    let channels = channels(fields, house);
    let addresses = addresses(fields, house, &channels);
    Gate {
        raid: false,
        id: GateId(chat_id),
        title: String::new(),
        mode: mode(fields),
        passwords: vec![Password {
            label: "config".to_owned(),
            hash: password_hash,
            expires: None,
            uses: None,
        }],
        channels,
        listed: fields.flag("listed", false),
        addresses,
        attended: house.attended,
        limits: limits(fields, house.limits),
    }
}

fn mode(fields: &mut Reader<'_>) -> Mode {
    #[derive(Copy, Clone, PartialEq)]
    enum Word {
        JoinRequest,
        Restrict,
        PersonalLink,
    }
    let words = [
        ("join_request", Word::JoinRequest),
        ("restrict", Word::Restrict),
        ("personal_link", Word::PersonalLink),
    ];
    let word = fields.choice("mode", &words, Word::JoinRequest);
    let set = fields.has("remove_after");
    if set && word != Word::Restrict {
        fields.wrong("remove_after", "only mode = \"restrict\" mutes anybody who could be removed");
    }
    match word {
        Word::JoinRequest => Mode::JoinRequest,
        Word::Restrict => {
            let time = fields.span("remove_after", LEAST_TIME..=YEAR, LEAST_TIME);
            Mode::Restrict { remove_after: set.then_some(time) }
        }
        Word::PersonalLink => Mode::PersonalLink,
    }
}

/// Who may pass.
fn addresses(fields: &mut Reader<'_>, house: &House<'_>, channels: &[Channel]) -> Addresses {
    let domains = email_domains(fields, "allowed_email_domains");
    let blocked_domains = email_domains(fields, "blocked_email_domains");
    let countries = countries(fields);
    let blocked_countries = dial_codes(fields, "blocked_countries").unwrap_or_default();
    for (name, said, channel, how) in [
        ("allowed_email_domains", !domains.is_empty(), Channel::Email, "e-mail"),
        ("blocked_email_domains", !blocked_domains.is_empty(), Channel::Email, "e-mail"),
        ("allowed_countries", countries.is_some(), Channel::Sms, "SMS"),
        ("blocked_countries", !blocked_countries.is_empty(), Channel::Sms, "SMS"),
    ] {
        if said && !channels.contains(&channel) {
            fields.wrong(name, format!("contradicts channels: no code goes by {how} here"));
        }
    }
    Addresses {
        domains,
        blocked_domains,
        countries: countries.unwrap_or_else(|| house.countries.clone()),
        blocked_countries,
        roster: false,
        accounts: fields.number("accounts_per_address", 1..=MANY, Addresses::default().accounts),
    }
}

fn log_chat(fields: &mut Reader<'_>, gate: GateId) -> Option<ChatId> {
    let id = fields.integer("log_chat")?;
    if id >= 0 {
        fields.wrong(
            "log_chat",
            format!("{id} is no group or channel; their ids are negative, such as -1001234567890"),
        );
        return None;
    }
    if id == gate.0 {
        fields.wrong("log_chat", "the guarded group itself: its members would read the log");
        return None;
    }
    Some(ChatId(id))
}

/// The hash that opens the gate; a plain password is hashed here.
fn password_hash(fields: &mut Reader<'_>, random: &mut dyn Random) -> Hidden {
    let none = Hidden::new("");
    let Some(way) = fields.choose(&["password_hash", "password", "password_file"]) else {
        fields.missing(
            "password_hash",
            "make one with `countersign hash-password`, or set password or password_file",
        );
        return none;
    };
    let secret = match way {
        "password_file" => fields.secret_file(way),
        _ => fields.inline_secret(way),
    };
    let Some(secret) = secret else { return none };
    let text = secret.expose_secret();
    if password::is_hash(text.trim()) {
        if way == "password" {
            fields.wrong(way, "this is a hash, no password; write it to password_hash");
        }
        return Hidden::new(text.trim());
    }
    if way == "password_hash" {
        fields.wrong(way, "not an Argon2id hash; make one with `countersign hash-password`");
        return none;
    }
    match password::checked(text) {
        Ok(plain) => {
            if way == "password" {
                fields.warn(
                    way,
                    "the password stands here in plain text; \
                     write its hash to password_hash (countersign hash-password)",
                );
            }
            let mut salt = [0; 16];
            random.fill(&mut salt);
            password::hash(&plain, &salt)
        }
        Err(why) => {
            fields.wrong(way, refusal(why));
            none
        }
    }
}

/// How codes travel for this gate: e-mail first, only what is configured.
fn channels(fields: &mut Reader<'_>, house: &House<'_>) -> Vec<Channel> {
    let Some(typed) = fields.texts("channels") else {
        if house.channels.is_empty() {
            fields.missing("channels", "no code can be sent: set up [email] or [sms] first");
        }
        return house.channels.clone();
    };
    if typed.is_empty() {
        fields.wrong("channels", "the list is empty; a code must travel by \"email\" or \"sms\"");
    }
    let mut channels = Vec::new();
    for name in typed {
        let (channel, table) = match name.as_str() {
            "email" => (Channel::Email, "[email]"),
            "sms" => (Channel::Sms, "[sms]"),
            _ => {
                fields.wrong("channels", format!("{name:?} is neither \"email\" nor \"sms\""));
                continue;
            }
        };
        if channels.contains(&channel) {
            fields.wrong("channels", format!("{name:?} is named twice"));
            continue;
        }
        if !house.channels.contains(&channel) {
            fields.wrong("channels", format!("{name:?} needs a table {table}, and there is none"));
        }
        channels.push(channel);
    }
    channels.sort();
    channels
}

/// `@example.org` and `@*.example.org`, in lower case and ASCII.
fn email_domains(fields: &mut Reader<'_>, name: &str) -> Vec<String> {
    let mut rules = Vec::new();
    for typed in fields.texts(name).unwrap_or_default() {
        let rule = typed.strip_prefix('@').and_then(|rest| {
            let (wild, domain) = match rest.strip_prefix("*.") {
                Some(domain) => ("*.", domain),
                None => ("", rest),
            };
            let ascii = idna::domain_to_ascii_strict(domain).ok()?;
            ascii.contains('.').then(|| format!("@{wild}{ascii}"))
        });
        match rule {
            Some(rule) => rules.push(rule),
            None => fields.wrong(
                name,
                format!("{typed:?} is no rule: \"@example.org\", or \"@*.example.org\" for its subdomains"),
            ),
        }
    }
    rules
}

fn code_length(fields: &mut Reader<'_>, default: u8) -> u8 {
    match fields.integer("code_length") {
        Some(5) => {
            fields.wrong(
                "code_length",
                "five digits are the shape of Telegram's own login codes, which nobody must ever \
                 pass on and which the bot never reads; use 6",
            );
            default
        }
        Some(4) => {
            fields.warn("code_length", "four digits are easily guessed; 6 is better");
            4
        }
        Some(_) | None => fields.number("code_length", 4..=10, default),
    }
}
