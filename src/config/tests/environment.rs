//! Settings from the environment and from files of their own.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use secrecy::ExposeSecret;

use super::*;
use crate::verification::GateId;
use crate::verification::effect::Channel;

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
    assert_eq!(first.addresses.countries, ["+49", "+43"]);
    assert_eq!(second.addresses.countries, ["+43"]);
}

#[test]
fn the_environment_wins_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    secret_file(&folder, "token", "999999:other\n");
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

/// Makes a file of this content that others cannot read, and gives its path in quotes.
fn secret_file(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    format!("{:?}", path.to_str().unwrap())
}

#[test]
fn secrets_come_from_files_without_their_last_line_break() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name, text| secret_file(&folder, name, text);
    let text = format!(
        "[telegram]\ntoken_file = {}\n[email]\nhost = \"x\"\nfrom = \"a@example.org\"\n\
         username = \"gate\"\npassword_file = {}\n[sms]\naccount_sid = \"{ACCOUNT}\"\n\
         api_key_sid = \"{KEY_SID}\"\napi_key_secret_file = {}\nfrom = \"Gate\"\n\
         allowed_countries = [\"+1\", \"+1\"]\n[[gates]]\nchat_id = -1\npassword_file = {}\n\
         [[gates]]\nchat_id = -2\npassword_file = {}\n",
        file("token", &format!("{TOKEN}\n")),
        file("mail", " hunter2 \r\n"),
        file("twilio", "keysecret"),
        file("gate", "open sesame\n"),
        file("hash", &format!("{}\n", hash())),
    );
    let config = accepted(&text, &[]);
    assert_eq!(config.telegram.token.expose_secret(), TOKEN);
    assert_eq!(config.email.unwrap().password.unwrap().expose_secret(), " hunter2 ");
    let sms = config.sms.unwrap();
    assert!(matches!(
        sms.auth,
        SmsAuth::ApiKey { sid, secret } if sid == KEY_SID && secret.expose_secret() == "keysecret"
    ));
    assert_eq!(sms.allowed_countries, ["+1"]);
    for gate in &config.gates {
        assert!(password::matches("open sesame", &gate.passwords[0].hash));
    }
}

#[test]
fn a_secret_file_that_will_not_do_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let empty = secret_file(&folder, "empty", "\n");
    let text = well("").replace(
        &format!("token = \"{TOKEN}\""),
        &format!(
            "token_file = \"/nowhere/token\"\n[sms]\naccount_sid = \"{ACCOUNT}\"\n\
                  auth_token_file = {empty}\nfrom = \"+15005550006\"\nallowed_countries = [\"+1\"]"
        ),
    );
    refused(
        &text,
        &[],
        &[
            "config.toml:2: telegram.token_file: the file /nowhere/token cannot be read: No such",
            "config.toml:5: sms.auth_token_file: the file /",
        ],
    );
}
