//! The real binary, as a host types it.

use std::io::{Read, Write};
use std::net::TcpListener;

use countersign::verification::Hidden;
use countersign::verification::password;

use crate::binary::{Ended, run, run_with_input};

const TOKEN: &str = "123456789:AAEhBP0av18yWr0fmLXG6PjVd4XkqbEXAMPL";
const NOBODY: &str = "http://127.0.0.1:1";

fn hash() -> String {
    let plain = password::checked("open sesame").unwrap();
    password::hash(&plain, &[7; 16]).reveal().to_owned()
}

/// Complete, and with nobody at the other end: nothing listens on port 1.
fn config() -> String {
    format!(
        "[telegram]\ntoken = \"{TOKEN}\"\napi_url = \"{NOBODY}\"\n[http]\nlisten = \"\"\n\
         [email]\nhost = \"localhost\"\nport = 1\nsecurity = \"none\"\n\
         from = \"gate@example.org\"\n[[gates]]\nchat_id = -1001\npassword_hash = \"{}\"\n",
        hash()
    )
}

#[test]
fn help_teaches_and_bad_usage_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(folder.path(), &["--help"], &[]);
    assert_eq!(help.code, Some(0));
    for word in ["check", "hash-password", "health", "Examples:", "Exit codes:", "--config"] {
        assert!(help.out.contains(word), "no {word} in\n{}", help.out);
    }
    assert_eq!(run(folder.path(), &["--version"], &[]).code, Some(0));
    for arguments in
        [&["chekc"][..], &["check", "--confg", "x"], &["hash-password", "hunter2"], &[]]
    {
        let ended = run(folder.path(), arguments, &[]);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.err);
        assert!(ended.out.is_empty() && ended.err.contains("Usage"), "{}", ended.err);
    }
}

#[test]
fn a_password_becomes_a_hash_and_nothing_else_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run_with_input(folder.path(), &["hash-password"], b"open sesame\n");
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let hash = ended.out.strip_suffix('\n').unwrap();
    assert!(password::is_hash(hash), "{hash}");
    assert!(password::matches("open sesame", &Hidden::new(hash)));
    assert!(!password::matches("open sesam", &Hidden::new(hash)));
    let again = run_with_input(folder.path(), &["hash-password"], b"open sesame\n");
    assert_ne!(again.out, ended.out, "each hash has a salt of its own");
}

#[test]
fn a_password_that_will_not_do_is_refused_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    for (input, why) in [
        ("12345\n", "error: five digits look like one of Telegram's own login codes"),
        ("\n", "error: the password is empty"),
        ("", "error: the password is empty"),
        ("/start\n", "error: Telegram takes what begins with / for a command"),
        ("one\ntwo\n", "error: standard input has more than one line"),
        (&"long".repeat(51), "error: the password is longer than 200 characters"),
    ] {
        let ended = run_with_input(folder.path(), &["hash-password"], input.as_bytes());
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{input:?}");
        assert!(ended.err.starts_with(why), "{input:?}: {}", ended.err);
    }
}

#[test]
fn check_reads_the_file_where_it_is_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let well = |ended: &Ended, file: &str| {
        let first = format!("ok    config       {file}: 1 gate, e-mail\n");
        assert!(ended.out.starts_with(&first), "{}\n{}", ended.out, ended.err);
        assert!(
            ended.out.contains("\nok    data folder  data will be made in ., "),
            "{}",
            ended.out
        );
    };
    std::fs::write(folder.path().join("other.toml"), config()).unwrap();
    well(&run(folder.path(), &["check", "--config", "other.toml"], &[]), "other.toml");
    well(&run(folder.path(), &["--config", "other.toml", "check"], &[]), "other.toml");
    let named = [("COUNTERSIGN_CONFIG", "other.toml")];
    well(&run(folder.path(), &["check"], &named), "other.toml");
    std::fs::write(folder.path().join("config.toml"), config()).unwrap();
    well(&run(folder.path(), &["check"], &[]), "config.toml");
    assert!(!folder.path().join("data").exists(), "a check makes nothing");
}

#[test]
fn check_takes_everything_from_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let hash = hash();
    let environment = [
        ("COUNTERSIGN_TELEGRAM__TOKEN", TOKEN),
        ("COUNTERSIGN_TELEGRAM__API_URL", NOBODY),
        ("COUNTERSIGN_HTTP__LISTEN", ""),
        ("COUNTERSIGN_EMAIL__HOST", "localhost"),
        ("COUNTERSIGN_EMAIL__PORT", "1"),
        ("COUNTERSIGN_EMAIL__SECURITY", "none"),
        ("COUNTERSIGN_EMAIL__FROM", "gate@example.org"),
        ("COUNTERSIGN_GATES__0__CHAT_ID", "-1001"),
        ("COUNTERSIGN_GATES__0__PASSWORD_HASH", &hash),
    ];
    let ended = run(folder.path(), &["check"], &environment);
    let first = "ok    config       the environment: 1 gate, e-mail\n";
    assert!(ended.out.starts_with(first), "{}\n{}", ended.out, ended.err);
}

#[test]
fn check_names_every_problem_and_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let text = config().replace("token =", "tokn =").replace("localhost", "smtp.example.org");
    std::fs::write(folder.path().join("config.toml"), text).unwrap();
    let ended = run(folder.path(), &["check"], &[("COUNTERSIGN_LOG__LEVEL", "loud")]);
    assert_eq!(ended.code, Some(2));
    let begins = [
        "FAIL  config  config.toml:1: telegram.token: missing; ",
        "FAIL  config  config.toml:2: telegram.tokn: unknown key; did you mean `token`?",
        "FAIL  config  config.toml:9: email.security: clear-text SMTP is only used on loopback",
        "FAIL  config  COUNTERSIGN_LOG__LEVEL: \"loud\" is none of",
    ];
    assert_eq!(ended.out.lines().count(), begins.len(), "{}", ended.out);
    for (line, begin) in ended.out.lines().zip(begins) {
        assert!(line.starts_with(begin), "{line}");
    }
    assert!(!ended.out.contains("AAEh") && !ended.err.contains("AAEh"));
}

#[test]
fn check_without_any_configuration_says_where_it_looked() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &["check"], &[]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.out.contains("FAIL  config  telegram.token: missing; "), "{}", ended.out);
    assert!(ended.out.contains("there is neither ./config.toml nor /etc/"), "{}", ended.out);
    let ended = run(folder.path(), &["check", "--config", "nowhere.toml"], &[]);
    assert_eq!(ended.code, Some(2));
    let line = "FAIL  config  the configuration file nowhere.toml cannot be read: ";
    assert!(ended.out.starts_with(line), "{}", ended.out);
}

#[test]
fn warnings_are_printed_and_stop_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), config() + "code_length = 4\n").unwrap();
    let ended = run(folder.path(), &["check"], &[]);
    assert!(ended.out.starts_with("ok    config "), "{}", ended.out);
    let line = "warning: config.toml:14: gates[0].code_length: four digits are easily guessed";
    assert!(ended.err.contains(line), "{}", ended.err);
}

#[test]
fn a_data_folder_that_cannot_be_written_fails() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), config()).unwrap();
    let ended = run(folder.path(), &["check"], &[("COUNTERSIGN_STORE__PATH", "/proc/countersign")]);
    assert_eq!(ended.code, Some(1), "{}", ended.out);
    assert!(ended.out.contains("\nFAIL  data folder  cannot write in /proc: "), "{}", ended.out);
}

#[test]
fn health_asks_the_running_process() {
    let folder = tempfile::tempdir().unwrap();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap().to_string();
    let environment = [("COUNTERSIGN_HTTP__LISTEN", address.as_str())];
    for (answer, code) in [("200 OK", 0), ("500 Internal Server Error", 1)] {
        let (ended, request) = std::thread::scope(|scope| {
            let asked = scope.spawn(|| {
                let (mut stream, _) = server.accept().unwrap();
                let mut request = [0; 1024];
                let read = stream.read(&mut request).unwrap();
                write!(stream, "HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n").unwrap();
                String::from_utf8_lossy(&request[..read]).into_owned()
            });
            (run(folder.path(), &["health"], &environment), asked.join().unwrap())
        });
        assert_eq!(ended.code, Some(code), "{answer}: {}", ended.err);
        assert!(request.starts_with("GET /healthz HTTP/1.1"), "{request}");
    }
    drop(server);
    let ended = run(folder.path(), &["health"], &environment);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.err.starts_with(&format!("error: no answer from http://{address}/")),
        "{}",
        ended.err
    );
    // A wrong configuration is a failure here too: Docker keeps 2 for itself.
    for (listen, why) in [("", "error: http.listen is \"\""), ("x", "error: 1 problem in the")] {
        let ended = run(folder.path(), &["health"], &[("COUNTERSIGN_HTTP__LISTEN", listen)]);
        assert_eq!(ended.code, Some(1));
        assert!(ended.err.starts_with(why), "{}", ended.err);
    }
}
