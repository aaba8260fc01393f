//! What each setting must be.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::verification::effect::Channel;
use crate::verification::gate::Mode;
use crate::verification::spending::Money;

#[test]
fn what_is_missing_is_named_with_what_to_write() {
    refused(
        "[email]\n[sms]\n[[gates]]\n",
        &[],
        &[
            "config.toml:1: email.host: missing; name the mail server",
            "config.toml:1: email.from: missing; name the sender",
            "config.toml:2: sms.account_sid: missing; Twilio's console shows it",
            "config.toml:2: sms.auth_token: missing; set auth_token, or api_key_sid",
            "config.toml:2: sms.from: missing; name the sender",
            "config.toml:2: sms.allowed_countries: missing; name the dial codes",
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
        [
            ("COUNTERSIGN_EMAIL__CA_FILE", path.to_str().unwrap()),
            ("COUNTERSIGN_EMAIL__SECURITY", security),
        ]
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
fn one_thing_said_twice_is_a_contradiction() {
    let lines = format!(
        "auth_token = \"x\"\napi_key_sid = \"{KEY_SID}\"\napi_key_secret = \"y\"\n\
         from = \"Gate\"\nmessaging_service_sid = \"{SERVICE}\"\nallowed_countries = [\"+49\"]\n"
    );
    refused(
        &sms(&lines),
        &[],
        &[
            "config.toml:12: sms.api_key_sid: contradicts `auth_token`; keep one of them",
            "config.toml:15: sms.messaging_service_sid: contradicts `from`; keep one of them",
        ],
    );
    // From two places it is none: the environment wins.
    let lines = "auth_token = \"x\"\nfrom = \"Gate\"\nallowed_countries = [\"+49\"]\n";
    let config = accepted(
        &sms(lines),
        &[
            ("COUNTERSIGN_SMS__API_KEY_SID", KEY_SID),
            ("COUNTERSIGN_SMS__API_KEY_SECRET", "y"),
            ("COUNTERSIGN_SMS__MESSAGING_SERVICE_SID", SERVICE),
        ],
    );
    let sms = config.sms.unwrap();
    assert!(matches!(sms.auth, SmsAuth::ApiKey { .. }));
    assert!(matches!(sms.sender, SmsSender::MessagingService(_)));
}

#[test]
fn half_an_api_key_is_none() {
    let rest = "from = \"Gate\"\nallowed_countries = [\"+49\"]\n";
    refused(
        &sms(&format!("api_key_sid = \"{KEY_SID}\"\n{rest}")),
        &[],
        &["config.toml:9: sms.api_key_secret: missing; an API key needs its secret"],
    );
    refused(
        &sms(&format!("api_key_secret = \"y\"\n{rest}")),
        &[],
        &["config.toml:11: sms.api_key_secret: an API key's secret needs its api_key_sid"],
    );
}

#[test]
fn senders_and_dial_codes_are_real_ones() {
    let check = |from: &str, codes: &str| {
        sms(&format!("auth_token = \"x\"\nfrom = \"{from}\"\nallowed_countries = {codes}\n"))
    };
    for from in ["+15005550006", "12345", "Gate", "Rust Berlin"] {
        accepted(&check(from, "[\"+49\", \"+1\", \"+380\"]"), &[]);
    }
    for from in ["15005550006", "+0123456789", "+1 500", "A very long name", "Gäte"] {
        refused(&check(from, "[\"+49\"]"), &[], &["config.toml:12: sms.from: not a sender"]);
    }
    for code in ["49", "+049", "+4 9", "+999", "+", "+123456", "DE"] {
        refused(
            &check("Gate", &format!("[{code:?}]")),
            &[],
            &[&format!(
                "config.toml:13: sms.allowed_countries: {code:?} is no country's dial code"
            )],
        );
    }
    refused(&check("Gate", "[]"), &[], &["config.toml:9: sms.allowed_countries: missing"]);
}

#[test]
fn addresses_of_services_are_https_or_loopback() {
    for url in [
        "https://api.example.org/x",
        "http://127.0.0.1:8081",
        "http://localhost:1",
        "http://[::1]:2",
    ] {
        let config = accepted(&well(""), &[("COUNTERSIGN_TELEGRAM__API_URL", url)]);
        assert_eq!(config.telegram.api_url, Url::parse(url).unwrap());
    }
    for (url, why) in [
        ("http://api.telegram.org", "clear-text http is only used on loopback"),
        ("ftp://127.0.0.1", "not a web address; the usual one is https://api.telegram.org"),
        ("api.telegram.org", "not a web address (relative URL"),
        ("https://me:secret@api.example.org", "a web address with a name or password"),
        ("https://api.example.org/?a=secret", "a web address without ? and # is wanted"),
    ] {
        let problem = format!("COUNTERSIGN_TELEGRAM__API_URL: {why}");
        refused(&well(""), &[("COUNTERSIGN_TELEGRAM__API_URL", url)], &[&problem]);
    }
}

#[test]
fn a_code_never_has_five_digits() {
    refused(
        &well("code_length = 5\n"),
        &[],
        &["config.toml:9: gates[0].code_length: five digits are the shape of Telegram's own login"],
    );
    for length in [3, 11, -1, 262] {
        refused(
            &well(&format!("[limits]\ncode_length = {length}\n")),
            &[],
            &[&format!("config.toml:10: limits.code_length: {length} is out of range; 4 to 10")],
        );
    }
    let config = warned(
        &well("[limits]\ncode_length = 4\n"),
        "config.toml:10: limits.code_length: four digits are easily guessed",
    );
    assert_eq!(config.gates[0].limits.code_length, 4);
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    for (line, why) in [
        ("lockouts = []", "limits.lockouts: the list is empty"),
        ("lockouts = [\"5m\", \"1m\"]", "limits.lockouts: each lock must be at least as long"),
        ("lockouts = [\"0s\"]", "limits.lockouts: 0s is out of range"),
        ("resend_waits = []", "limits.resend_waits: the list is empty"),
        ("resend_waits = [\"1m\", 2]", "limits.resend_waits: expected a list of times"),
        ("code_ttl = \"11h\"", "limits.code_ttl: 11h is out of range; 1s to 10h will do"),
        ("code_attempts = 0", "limits.code_attempts: 0 is out of range"),
        ("hard_stop = 2", "limits.hard_stop: code_attempts is 3, but hard_stop ends it at 2"),
        ("sends_per_day = 4294967296", "limits.sends_per_day: 4294967296 is out of range"),
    ] {
        let problems =
            attempt(&well(&format!("[limits]\n{line}\n")), &[]).err().unwrap_or_default();
        let expected = format!("config.toml:10: {why}");
        assert!(
            problems.first().is_some_and(|first| first.starts_with(&expected)),
            "{problems:#?}"
        );
    }
    warned(&well("[limits]\nhard_stop = 101\n"), "config.toml:10: limits.hard_stop: NIST");
}

#[test]
fn backups_are_hourly_unless_told_otherwise() {
    let rotation = |lines: &str| accepted(&well(&format!("[store]\n{lines}\n")), &[]).store.backups;
    let usual = rotation("path = \"/nowhere/data\"");
    assert_eq!((usual.every, usual.keep), (Some(Duration::from_secs(3600)), 2));
    assert_eq!(usual.folder, Path::new("/nowhere/data/backups"));
    for off in ["\"off\"", "0", "\"0\"", "\"0s\""] {
        assert_eq!(rotation(&format!("backup_every = {off}")).every, None, "{off}");
    }
    let other = rotation("backup_every = \"1d\"\nbackups = 7\nbackup_folder = \"/nowhere/b\"");
    assert_eq!((other.every, other.keep), (Some(Duration::from_secs(86_400)), 7));
    assert_eq!(other.folder, Path::new("/nowhere/b"));
    for (line, why) in [
        ("backup_every = \"30s\"", "store.backup_every: 30s is out of range; 1m to 30days will do"),
        ("backup_every = 5", "store.backup_every: expected a time such as \"10m\", or \"off\""),
        ("backups = 0", "store.backups: 0 is out of range; 1 to 1000 will do"),
        ("backup_folder = \"/dev/null\"", "store.backup_folder: /dev/null is not a folder"),
    ] {
        let problems = attempt(&well(&format!("[store]\n{line}\n")), &[]).err().unwrap_or_default();
        let expected = format!("config.toml:10: {why}");
        assert!(problems[0].starts_with(&expected), "{problems:#?}");
    }
    let environment = [("COUNTERSIGN_STORE__BACKUP_EVERY", "off")];
    assert_eq!(accepted(&well(""), &environment).store.backups.every, None);
}

#[test]
fn a_gate_overrides_any_limit_and_keeps_the_rest() {
    let config = accepted(
        &well(
            "code_attempts = 2\nlockouts = [\"1h\"]\n[limits]\ncode_attempts = 4\ncode_ttl = \"5m\"\n",
        ),
        &[],
    );
    assert_eq!(config.limits.code_attempts, 4);
    let limits = &config.gates[0].limits;
    assert_eq!((limits.code_attempts, limits.code_ttl.as_secs()), (2, 300));
    assert_eq!(limits.lockouts.len(), 1);
    assert_eq!(limits.resend_waits, Limits::default().resend_waits);
}

#[test]
fn a_gate_needs_one_password_that_the_bot_would_read() {
    let with = |line: &str| {
        let hashed = format!("password_hash = \"{}\"", hash());
        well("").replace(&hashed, line)
    };
    refused(&with(""), &[], &["config.toml:6: gates[0].password_hash: missing; make one with"]);
    refused(
        &with("password_hash = \"open sesame\""),
        &[],
        &["config.toml:8: gates[0].password_hash: not an Argon2id hash; make one with"],
    );
    refused(
        &with("password = \"12345\""),
        &[],
        &["config.toml:8: gates[0].password: five digits look like one of Telegram's own login"],
    );
    refused(
        &with("password = \"/start\""),
        &[],
        &["config.toml:8: gates[0].password: Telegram takes what begins with / for a command"],
    );
    refused(
        &with(&format!("password = \"{}\"", hash())),
        &[],
        &["config.toml:8: gates[0].password: this is a hash, no password"],
    );
    refused(
        &with(&format!("password = \"open sesame\"\npassword_hash = \"{}\"", hash())),
        &[],
        &["config.toml:8: gates[0].password: contradicts `password_hash`"],
    );
    let config = warned(
        &with("password = \"open sesame\""),
        "config.toml:8: gates[0].password: the password stands here in plain text",
    );
    assert!(password::matches("open sesame", &config.gates[0].passwords[0].hash));
    assert!(!format!("{config:?}").contains("sesame"));
}

#[test]
fn a_gate_is_one_group_and_uses_what_is_set_up() {
    refused(
        &well("[[gates]]\nchat_id = 5\npassword_file = \"\"\npassword_hash = \"\"\n"),
        &[],
        &[
            "config.toml:9: gates[1].password_hash: missing",
            "config.toml:10: gates[1].chat_id: 5 is no group; a group's id is negative",
        ],
    );
    let twice = format!("[[gates]]\nchat_id = -1001\npassword_hash = \"{}\"\n", hash());
    refused(
        &well(&twice),
        &[],
        &["config.toml:10: gates[1].chat_id: the same group as gates[0].chat_id"],
    );
    for (line, why) in [
        ("channels = [\"sms\"]", "channels: \"sms\" needs a table [sms], and there is none"),
        ("channels = []", "channels: the list is empty"),
        ("channels = [\"email\", \"email\"]", "channels: \"email\" is named twice"),
        ("channels = [\"fax\", \"email\"]", "channels: \"fax\" is neither \"email\" nor"),
        ("allowed_countries = [\"+49\"]", "allowed_countries: contradicts channels"),
        (
            "allowed_email_domains = [\"example.org\"]",
            "allowed_email_domains: \"example.org\" is no",
        ),
        ("allowed_email_domains = [\"@localhost\"]", "allowed_email_domains: \"@localhost\" is no"),
        ("blocked_email_domains = [\"x.org\"]", "blocked_email_domains: \"x.org\" is no rule"),
        ("blocked_countries = [\"49\"]", "blocked_countries: \"49\" is no country's dial code"),
        ("blocked_countries = [\"+49\"]", "blocked_countries: contradicts channels"),
        ("mode = \"open\"", "mode: \"open\" is none of join_request, restrict, personal_link"),
        ("remove_after = \"1h\"", "remove_after: only mode = \"restrict\" mutes anybody"),
        ("accounts_per_address = 0", "accounts_per_address: 0 is out of range"),
        ("log_chat = 5", "log_chat: 5 is no group or channel"),
    ] {
        let problem = format!("config.toml:9: gates[0].{why}");
        refused(&well(&format!("{line}\n")), &[], &[&problem]);
    }
    let none = format!("[telegram]\ntoken = \"{TOKEN}\"\n{twice}");
    refused(&none, &[], &["config.toml:3: gates[0].channels: missing; no code can be sent"]);
}

#[test]
fn channels_and_domains_are_brought_into_one_form() {
    let more = format!(
        "channels = [\"sms\", \"email\"]\n\
         allowed_email_domains = [\"@Example.ORG\", \"@*.bücher.example\"]\n\
         [sms]\naccount_sid = \"{ACCOUNT}\"\nauth_token = \"x\"\nfrom = \"Gate\"\n\
         allowed_countries = [\"+49\"]\n"
    );
    let gate = accepted(&well(&more), &[]).gates.remove(0);
    assert_eq!(gate.channels, [Channel::Email, Channel::Sms]);
    assert_eq!(gate.addresses.domains, ["@example.org", "@*.xn--bcher-kva.example"]);
}

#[test]
fn a_gate_says_how_it_guards_and_who_may_pass() {
    let more = "mode = \"restrict\"\nremove_after = \"24h\"\naccounts_per_address = 2\n\
                blocked_email_domains = [\"@*.Example.NET\"]\nlog_chat = -1009\n";
    let mut config = accepted(&well(more), &[]);
    let gate = config.gates.remove(0);
    let day = Duration::from_secs(24 * 60 * 60);
    assert_eq!(gate.mode, Mode::Restrict { remove_after: Some(day) });
    assert_eq!(gate.addresses.blocked_domains, ["@*.example.net"]);
    assert_eq!(gate.addresses.accounts, 2);
    assert_eq!(config.log_chats.get(&gate.id), Some(&ChatId(-1009)));
    assert!(!gate.attended, "nobody is there to be asked");

    let muted = accepted(&well("mode = \"restrict\"\n"), &[]).gates.remove(0);
    assert_eq!(muted.mode, Mode::Restrict { remove_after: None });

    let owned = well("").replace("[telegram]", "[telegram]\nowners = [11]\nopen_enrolment = true");
    let mut config = accepted(&owned, &[]);
    assert!(config.telegram.open_enrolment);
    assert!(config.gates.remove(0).attended);
}

#[test]
fn what_is_odd_is_warned_about() {
    warned(&format!("[telegram]\ntoken = \"{TOKEN}\"\n"), "gates: there is no [[gates]]");
    warned(&well("[http]\nlisten = \"0.0.0.0:9090\"\n"), "config.toml:10: http.listen: other");
    let text = well("").replace("[email]", "[email]\nport = 587");
    warned(&text, "config.toml:4: email.port: port 587 usually speaks security = \"starttls\"");
}

#[test]
fn other_settings_are_checked_too() {
    for (table, line, why) in [
        ("http", "listen = \"9090\"", "http.listen: \"9090\" is no address and port"),
        ("log", "level = \"loud\"", "log.level: \"loud\" is none of error, warn, info"),
        ("log", "format = \"\"", "log.format: \"\" is none of text, json"),
        ("store", "path = \"\"", "store.path: empty; name the folder"),
        ("store", "path = \"Cargo.toml\"", "store.path: Cargo.toml is not a folder"),
        ("store", "password = \"x\"", "store.password: unknown key here; it belongs in [email]"),
    ] {
        let problem = format!("config.toml:10: {why}");
        refused(&well(&format!("[{table}]\n{line}\n")), &[], &[&problem]);
    }
}

#[test]
fn limits_and_budgets_of_sms_are_read_and_checked() {
    let lines = |more: &str| {
        sms(&format!(
            "auth_token = \"x\"\nfrom = \"Gate\"\nallowed_countries = [\"+49\"]\n{more}\n"
        ))
    };
    let more = "per_prefix = 3\nper_hour = 20\nper_day = 90\ncountry_limits = [\"+49 = 200\"]\n\
                currency = \"EUR\"\nprice = \"0.1\"\nprices = [\"+49=0.0750\", \"+1876=0.25\"]\n\
                budget_per_day = \"5\"\nbudget_per_month = \"49.99\"";
    let spending = accepted(&lines(more), &[]).spending;
    assert_eq!((spending.per_prefix, spending.per_hour, spending.per_day), (3, 20, 90));
    assert_eq!(spending.countries, BTreeMap::from([(49, 200)]));
    assert_eq!((spending.currency.as_str(), spending.price), ("EUR", Money(100_000)));
    assert_eq!(spending.prices["1876"], Money(250_000));
    assert_eq!(spending.day.zip(spending.month), Some((Money(5_000_000), Money(49_990_000))));
    let missing = ["config.toml:9: sms.price: missing", "config.toml:9: sms.currency: missing"];
    refused(&lines("budget_per_month = \"50\""), &[], &missing);
    for (wrong, named) in [
        ("budget_per_month = \"50\"\nprice = \"1\"", "config.toml:9: sms.currency: missing"),
        (
            "price = \"0\"\nbudget_per_day = \"1\"\ncurrency = \"EUR\"",
            "config.toml:14: sms.price: nothing",
        ),
        ("budget_per_day = \"5,00\"", "config.toml:14: sms.budget_per_day: \"5,00\" is no amount"),
        ("currency = \"€\"", "config.toml:14: sms.currency: \"€\" is no currency's code"),
        (
            "country_limits = [\"49=200\"]",
            "config.toml:14: sms.country_limits: \"49=200\" is no dial",
        ),
        (
            "country_limits = [\"+49=1\", \"+49=2\"]",
            "config.toml:14: sms.country_limits: +49 is named",
        ),
        ("prices = [\"+999=1\"]", "config.toml:14: sms.prices: \"+999=1\" is no dial code"),
        ("per_hour = 0", "config.toml:14: sms.per_hour: 0 is out of range"),
        (
            "budget_per_day = \"9\"\nbudget_per_month = \"8\"\nprice = \"1\"\ncurrency = \"EUR\"",
            "config.toml:14: sms.budget_per_day: 9 is more than the 8",
        ),
    ] {
        refused(&lines(wrong), &[], &[named]);
    }
}
