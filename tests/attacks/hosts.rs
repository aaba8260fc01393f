//! Somebody has a foot on the machine or on the way: files, processes, listeners, redirects, TLS.
//! That no secret is in a log, a metric, `/proc` or on the disk is in `redaction.rs`, and that clear
//! text leaves this machine by no setting in the tests of the configuration.

use std::fs::{self, Permissions};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{StatusCode, header};
use countersign::config;
use countersign::engine::world::SystemRandom;
use countersign::sandbox::World;
use regex::Regex;
use rustix::process::Signal;
use tokio::net::TcpListener;

use crate::binary::{Ended, countersign, ended, run};
use crate::process::{Host, Process};
use crate::scene::{Scene, Setup, hears};

/// Every file and folder below this one, itself included.
fn below(path: &Path) -> Vec<PathBuf> {
    let mut all = vec![path.to_owned()];
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a readable folder") {
            all.extend(below(&entry.expect("an entry").path()));
        }
    }
    all
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).expect("a file").permissions().mode() & 0o777
}

#[tokio::test]
async fn what_the_bot_writes_only_its_own_user_can_read() {
    // Whatever the host's own mask is.
    const OPEN: &str = "umask 000; exec \"$0\" \"$@\"";
    let host = Host::with(&Setup::default()).await;
    let process = Process::start(&mut host.command_after(OPEN, &["run"]));
    let world = &host.world;
    assert!(world.telegram.wait_for_calls("getUpdates", 1, world.patience()).await);
    let nora = world.person("Nora");
    nora.requests_to_join();
    hears(&nora, "type the password").await;
    let backup = host.folder().join("gate.backup");
    let arguments = ["store", "backup", backup.to_str().expect("UTF-8")];
    let mut command = host.command_after(OPEN, &arguments);
    let made = tokio::task::spawn_blocking(move || command.output()).await.expect("a thread");
    assert!(made.expect("a process").status.success());
    let mut looked_at = 0;
    for path in below(&host.data()).into_iter().chain([backup]) {
        assert_eq!(mode(&path) & 0o077, 0, "{} is {:o}", path.display(), mode(&path));
        looked_at += 1;
    }
    assert!(looked_at > 5, "{looked_at}");
    process.stops(Signal::TERM).await;
    // After its end too: sled writes a last time then.
    for path in below(&host.data()) {
        assert_eq!(mode(&path) & 0o077, 0, "{} is {:o}", path.display(), mode(&path));
    }
}

#[tokio::test]
async fn a_secret_that_every_user_can_read_is_warned_about() {
    let scene = Scene::without_bot(World::start().await, &Setup::default());
    let config = scene.config_path();
    let token = scene.folder().join("token");
    fs::write(&token, scene.world.token()).expect("a file");
    let warnings = |config_mode, token_mode| {
        fs::set_permissions(&config, Permissions::from_mode(config_mode)).expect("a file");
        fs::set_permissions(&token, Permissions::from_mode(token_mode)).expect("a file");
        let environment = [("COUNTERSIGN_TELEGRAM__TOKEN_FILE".into(), token.clone().into())];
        let loaded = config::load(Some(&config), environment.into_iter(), &mut SystemRandom);
        let warnings = loaded.expect("a configuration").warnings;
        warnings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(warnings(0o600, 0o600), Vec::<String>::new());
    let said = warnings(0o600, 0o604);
    assert!(
        said.len() == 1 && said[0].contains("token holds a secret, and every user"),
        "{said:?}"
    );
    assert!(said[0].ends_with("chmod 600 it") && said[0].contains("TOKEN_FILE"), "{said:?}");
    let said = warnings(0o644, 0o400);
    assert!(said.len() == 1 && said[0].contains("config.toml holds a secret"), "{said:?}");
    scene.ends().await;
}

#[tokio::test]
async fn what_listens_listens_on_loopback_or_says_at_the_start_that_it_does_not() {
    let scene = Scene::without_bot(World::start().await, &Setup::default());
    let path = scene.config_path();
    let text = fs::read_to_string(&path).expect("a file");
    fs::write(&path, text.replace("[http]\nlisten = \"\"", "")).expect("a file");
    let loaded = config::load(Some(&path), std::iter::empty(), &mut SystemRandom);
    let listen = loaded.expect("a configuration").config.http.listen;
    assert_eq!(listen, Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 9090))), "the default");
    scene.ends().await;

    // An address for examples, which is no machine's: the start fails after the warning.
    let host = Host::with(&Setup::default()).await.set("HTTP__LISTEN", "192.0.2.1:9090");
    let ended = host.starts().ends().await;
    let said = ended.err.lines().find(|line| line.contains("other machines can read /metrics"));
    assert!(said.is_some_and(|line| line.contains(" WARN ")), "{}", ended.err);
}

/// A server that sends everybody to `to`.
async fn redirecting(status: StatusCode, to: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let answer = move || async move { (status, [(header::LOCATION, to)]) };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    address
}

/// A server that counts who comes.
async fn trap() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let caught = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&caught);
    let answer = move || async move {
        count.fetch_add(1, Ordering::SeqCst);
        "{\"ok\":true,\"result\":{\"id\":1,\"is_bot\":true,\"first_name\":\"x\",\"username\":\"x\"}}"
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    (address, caught)
}

async fn check(scene: &Scene, environment: &[(&str, &str)]) -> Ended {
    let mut command = countersign(scene.folder(), &["check", "--config"]);
    command.arg(scene.config_path()).envs(environment.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("a thread");
    ended(&output.expect("a process"))
}

#[tokio::test]
async fn the_token_follows_no_redirect() {
    let (trap, caught) = trap().await;
    for status in [301, 302, 303, 307, 308] {
        let status = StatusCode::from_u16(status).expect("a status");
        let server = format!("http://{}", redirecting(status, format!("http://{trap}/")).await);
        let scene = Scene::without_bot(World::start().await, &Setup::default());
        let environment = [
            ("COUNTERSIGN_TELEGRAM__API_URL", server.as_str()),
            ("COUNTERSIGN_SMS__API_URL", server.as_str()),
        ];
        let ended = check(&scene, &environment).await;
        assert_eq!(ended.code, Some(1), "{}", ended.out);
        for name in ["token ", "SMS "] {
            let line = ended.out.lines().find(|line| line.contains(name)).expect("a line");
            assert!(line.starts_with("FAIL"), "{line}");
        }
        let token = scene.world.token();
        assert!(!ended.out.contains(&token) && !ended.err.contains(&token), "{ended:?}");
        scene.ends().await;
    }
    assert_eq!(caught.load(Ordering::SeqCst), 0, "somebody followed");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_gets_neither_login_nor_code() {
    let mut scene = Scene::without_bot(World::start().await, &Setup::default());
    let root = format!("ca_file = \"{}\"", scene.folder().join("root.pem").display());
    scene.changes_config(&root, "");
    let ended = check(&scene, &[]).await;
    let line = ended.out.lines().find(|line| line.contains("  e-mail  ")).expect("a line");
    assert!(line.starts_with("FAIL") && line.contains("certificate"), "{line}");

    scene.starts_bot().await;
    let nora = scene.past_the_password("Nora").await;
    nora.types("nora@example.org");
    nora.reads().await;
    nora.presses("Send the code");
    hears(&nora, "Our mail service is not answering").await;
    assert_eq!(scene.world.smtp.mail_count(), 0);
    let _ = nora.takes_unread();
    scene.stops_bot().await;
}

#[test]
fn no_secret_can_be_given_on_the_command_line_and_no_child_inherits_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let commands = [
        &["--help"][..],
        &["run", "--help"],
        &["check", "--help"],
        &["claim", "--help"],
        &["demo", "--help"],
        &["hash-password", "--help"],
        &["health", "--help"],
        &["store", "backup", "--help"],
        &["store", "restore", "--help"],
        &["store", "verify", "--help"],
    ];
    for arguments in commands {
        let help = run(folder.path(), arguments, &[]).out;
        let options = help.split_whitespace().filter(|word| word.starts_with("--"));
        for option in options {
            let known =
                ["--config", "--help", "--version", "--play", "--listen", "--data", "--replace"];
            let option = option.trim_end_matches([',', '.', ':', ';']);
            assert!(known.contains(&option), "{option} of {arguments:?}: can it hold a secret?");
        }
    }
    // The bot starts no other program, so that nothing inherits its environment.
    // Nor is TLS ever told to look away.
    let offence = r"\bCommand::new\(|process::Command|danger_accept|\.dangerous\(\)|native_tls";
    let offence = Regex::new(offence).expect("a pattern");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in below(&source).iter().filter(|path| path.extension().is_some_and(|e| e == "rs")) {
        let text = fs::read_to_string(path).expect("a file");
        let product = text.split("mod tests {").next().unwrap_or_default();
        let is_test =
            path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs");
        let found = offence.find(product).map(|found| found.as_str());
        assert!(is_test || found.is_none(), "{found:?} in {}", path.display());
    }
}
