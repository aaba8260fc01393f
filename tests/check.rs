//! `countersign check` by the real binary against the pretend world: all green, and each thing
//! failing alone.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use countersign::sandbox::{World, telegram, twilio};

use crate::binary::{Ended, countersign, ended};
use crate::scene::{Scene, Setup};

const SMTP_PASSWORD: &str = "a-password-of-the-mail-server";

async fn scene() -> Scene {
    Scene::without_bot(World::start().await, &Setup::default())
}

/// Runs `check`, with some settings from the environment.
async fn check(scene: &Scene, environment: &[(&str, &str)]) -> Ended {
    let path = scene.config_path();
    let mut command = countersign(scene.folder(), &["check"]);
    command.arg("--config").arg(path).envs(environment.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let ended = ended(&output);
    let account = scene.world.twilio.account();
    for secret in [&scene.world.token(), &account.auth_token, SMTP_PASSWORD] {
        assert!(!ended.out.contains(secret) && !ended.err.contains(secret), "{ended:?}");
    }
    ended
}

/// The line of one check, without its mark; it must have the mark `FAIL`.
#[track_caller]
fn failure<'a>(ended: &'a Ended, name: &str) -> &'a str {
    let mut lines = ended.out.lines().filter_map(|line| line.strip_prefix("FAIL  "));
    let line = lines.find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("{name} does not fail in\n{}", ended.out)).trim_start()
}

/// What one check alone says when it fails; all others are green, or wait for that one.
#[track_caller]
fn only_failure<'a>(ended: &'a Ended, name: &str, code: i32) -> &'a str {
    assert_eq!(ended.code, Some(code), "{}{}", ended.out, ended.err);
    let failed: Vec<_> = ended.out.lines().filter(|line| line.starts_with("FAIL")).collect();
    assert_eq!(failed.len(), 1, "{}", ended.out);
    failure(ended, name)
}

/// Nobody was written to, no code was sent, nothing was changed in Telegram.
fn nothing_happened(scene: &Scene) {
    let world = &scene.world;
    assert_eq!((world.smtp.mail_count(), world.twilio.sms_count()), (0, 0));
    for method in ["sendMessage", "setMyCommands", "getUpdates", "deleteWebhook"] {
        assert_eq!(world.telegram.calls(method), 0, "{method}");
    }
    assert_eq!(world.leftovers(), Vec::<String>::new());
}

#[tokio::test]
async fn before_the_first_start_all_is_green() {
    let scene = scene().await;
    let ended = check(&scene, &[]).await;
    let (folder, smtp) = (scene.folder().display(), scene.world.smtp.ports().tls);
    let twilio = scene.world.twilio.url().replace("http://", "");
    let gate = scene.world.group().id();
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{}", ended.out);
    let room = ended.out.lines().find_map(|line| line.split_once("which is writable, "));
    let room = room.map(|(_, room)| room).unwrap_or_default();
    assert!(room.ends_with(" MiB free"), "{}", ended.out);
    assert_eq!(
        ended.out,
        format!(
            "\
ok    config               {folder}/config.toml: 1 gate, e-mail and SMS
ok    data folder          {folder}/data will be made in {folder}, which is writable, {room}
ok    store                there is none yet; the first start makes it and its key
ok    token                @demo_gate_bot
ok    webhook              none is set, so updates come here
ok    e-mail               localhost:{smtp}, TLS, no login
ok    SMS                  {twilio}, account active
ok    gate {gate}  “Rust Berlin”, whose link is shown here after the first start
"
        )
    );
    assert!(!scene.folder().join("data").exists(), "a check makes nothing");
    nothing_happened(&scene);
}

#[tokio::test]
async fn after_a_start_each_gate_shows_its_own_link_and_the_link_works() {
    let mut scene = scene().await;
    scene.starts_bot().await;
    let running = check(&scene, &[]).await;
    assert_eq!(running.code, Some(0), "{}", running.out);
    let store = "\nok    store                in use by a running process, ";
    assert!(running.out.contains(store), "{}", running.out);
    let link = running.out.lines().last().and_then(|line| line.split_once("“Rust Berlin”, "));
    let (_, link) = link.expect("a link");
    assert!(link.starts_with("https://t.me/demo_gate_bot?start=g"), "{link}");
    let nora = scene.world.person("Nora");
    nora.opens(link);
    assert!(nora.reads().await.to_string().contains("Rust Berlin"));
    scene.stops_bot().await;

    let stopped = check(&scene, &[]).await;
    assert_eq!(stopped.code, Some(0), "{}", stopped.out);
    assert!(stopped.out.contains("\nok    store                sound, "), "{}", stopped.out);
    assert!(stopped.out.ends_with(&format!("{link}\n")), "{}", stopped.out);
    scene.ends().await;
}

#[tokio::test]
async fn the_configuration_is_named_with_key_and_line() {
    let scene = scene().await;
    let ended = check(&scene, &[("COUNTERSIGN_LIMITS__CODE_LENGTH", "5")]).await;
    let line = only_failure(&ended, "config", 2);
    assert!(line.starts_with("COUNTERSIGN_LIMITS__CODE_LENGTH: "), "{line}");
    assert_eq!(ended.out.lines().count(), 1);
    nothing_happened(&scene);
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_made_is_named() {
    let scene = scene().await;
    fs::write(scene.folder().join("taken"), "").unwrap();
    let taken = scene.folder().join("taken/data").display().to_string();
    let ended = check(&scene, &[("COUNTERSIGN_STORE__PATH", &taken)]).await;
    assert_eq!(ended.code, Some(1));
    let line = failure(&ended, "data folder");
    assert!(line.ends_with("taken is no folder; set store.path to another one"), "{line}");
    nothing_happened(&scene);
}

#[tokio::test]
async fn a_key_that_cannot_be_made_is_named() {
    let scene = scene().await;
    let ended = check(&scene, &[("COUNTERSIGN_STORE__SECRET_KEY_FILE", "/proc/secret.key")]).await;
    let line = only_failure(&ended, "store", 1);
    assert!(line.starts_with("the secret key /proc/secret.key cannot be made: "), "{line}");
    assert!(line.contains("set store.secret_key_file"), "{line}");
    nothing_happened(&scene);
}

#[tokio::test]
async fn a_damaged_store_ends_with_3_and_names_the_restore() {
    let mut scene = scene().await;
    scene.starts_bot().await;
    scene.stops_bot().await;
    fs::remove_file(scene.folder().join("data/manifest")).unwrap();
    let ended = check(&scene, &[]).await;
    let line = only_failure(&ended, "store", 3);
    assert!(line.contains("is damaged: its manifest is gone; put the last backup back"), "{line}");
    assert!(line.ends_with("with `countersign store restore`"), "{line}");
    scene.ends().await;
}

#[tokio::test]
async fn another_secret_key_is_not_taken_for_damage() {
    let mut scene = scene().await;
    scene.starts_bot().await;
    scene.stops_bot().await;
    let key = scene.folder().join("data/secret.key");
    fs::write(&key, "ab".repeat(32)).unwrap();
    let ended = check(&scene, &[]).await;
    let line = only_failure(&ended, "store", 1);
    assert!(line.contains("was sealed with another secret key; put back"), "{line}");

    fs::write(&key, "no key").unwrap();
    let ended = check(&scene, &[]).await;
    let line = only_failure(&ended, "store", 1);
    assert!(line.contains("is neither 64 hexadecimal digits nor 32 bytes; "), "{line}");

    fs::remove_file(&key).unwrap();
    let ended = check(&scene, &[]).await;
    let line = only_failure(&ended, "store", 1);
    assert!(line.starts_with("there is no secret key "), "{line}");
    scene.ends().await;
}

#[tokio::test]
async fn a_taken_health_address_is_named() {
    let scene = scene().await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    // Whoever sits there is no Countersign: the question is cut off.
    let cutting = std::thread::spawn(move || drop(taken.accept()));
    let ended = check(&scene, &[("COUNTERSIGN_HTTP__LISTEN", &address)]).await;
    cutting.join().unwrap();
    let line = only_failure(&ended, "health", 1);
    assert!(line.starts_with(&format!("the health server cannot listen on {address}: ")), "{line}");
    assert!(line.contains("set http.listen to another address"), "{line}");
    let free = check(&scene, &[("COUNTERSIGN_HTTP__LISTEN", &address)]).await;
    assert!(free.out.contains(&format!("{address} is free\n")), "{}", free.out);
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_the_way_to_telegram() {
    let scene = scene().await;
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let asked = lines.next().unwrap().unwrap();
        while !lines.next().unwrap().unwrap().is_empty() {}
        stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").unwrap();
        asked
    });
    let server = ("COUNTERSIGN_TELEGRAM__API_URL", "https://telegram.test");
    let ended = check(&scene, &[server, ("HTTPS_PROXY", &address)]).await;
    let line = only_failure(&ended, "token", 1);
    assert!(line.starts_with("Telegram cannot be reached: no connection ("), "{line}");
    assert_eq!(asked.join().unwrap(), "CONNECT telegram.test:443 HTTP/1.1");
}

#[tokio::test]
async fn an_unknown_token_leaves_the_rest_of_telegram_unasked() {
    let scene = scene().await;
    let token = "123456789:AAEhBP0av18yWr0fmLXG6PjVd4XkqbEXAMPL";
    let ended = check(&scene, &[("COUNTERSIGN_TELEGRAM__TOKEN", token)]).await;
    let line = only_failure(&ended, "token", 1);
    let said = "Telegram does not know this token; put the one from @BotFather into telegram.token";
    assert_eq!(line, said);
    let skipped = ended.out.lines().filter(|line| line.starts_with("skip  ")).count();
    assert_eq!(skipped, 2, "webhook and gate in\n{}", ended.out);
    assert!(!ended.out.contains(token) && !ended.err.contains(token));
    scene.world.forgive_violations();
    nothing_happened(&scene);
}

#[tokio::test]
async fn telegram_out_of_reach() {
    let scene = scene().await;
    let ended = check(&scene, &[("COUNTERSIGN_TELEGRAM__API_URL", "http://127.0.0.1:1")]).await;
    let line = only_failure(&ended, "token", 1);
    let why = "Telegram cannot be reached: no connection (";
    assert!(line.starts_with(why) && line.contains("telegram.api_url"), "{line}");

    scene.world.telegram.fails_next("getMe", telegram::Fault::server_error(502));
    let ended = check(&scene, &[]).await;
    let line = only_failure(&ended, "token", 1);
    assert!(line.starts_with("Telegram cannot be reached: it answered 502; "), "{line}");

    scene.world.telegram.fails_next("getMe", telegram::Fault::too_many_requests(7));
    let ended = check(&scene, &[]).await;
    let line = only_failure(&ended, "token", 1);
    assert_eq!(line, "Telegram asks for a pause of 7 s; check again after it");
    nothing_happened(&scene);
}

#[tokio::test]
async fn a_webhook_is_named_without_its_path() {
    let scene = scene().await;
    scene.world.has_webhook(Some("https://hooks.example.org/a-secret-path"));
    let ended = check(&scene, &[]).await;
    let line = only_failure(&ended, "webhook", 1);
    assert_eq!(
        line,
        "Telegram sends this bot's updates to https://hooks.example.org; stop the program there, \
         or remove the webhook with deleteWebhook"
    );
    nothing_happened(&scene);
}

#[tokio::test]
async fn a_mail_server_that_does_not_answer_or_cannot_be_trusted() {
    let scene = scene().await;
    let ended = check(&scene, &[("COUNTERSIGN_EMAIL__PORT", "1")]).await;
    let line = only_failure(&ended, "e-mail", 1);
    assert_eq!(
        line,
        "mail server localhost:1: no connection (connection refused); check email.host, \
         email.port and the firewall"
    );

    let ended = check(&scene, &[("COUNTERSIGN_EMAIL__CA_FILE", "")]).await;
    let line = only_failure(&ended, "e-mail", 1);
    assert!(line.contains(": TLS failed (") && line.contains("UnknownIssuer"), "{line}");
    assert!(line.contains("set email.ca_file for a private certificate"), "{line}");

    let missing = scene.folder().join("nowhere.pem").display().to_string();
    let ended = check(&scene, &[("COUNTERSIGN_EMAIL__CA_FILE", &missing)]).await;
    let line = only_failure(&ended, "config", 2);
    assert!(line.starts_with("COUNTERSIGN_EMAIL__CA_FILE: "), "{line}");
    assert!(line.contains("nowhere.pem cannot be read: "), "{line}");
    nothing_happened(&scene);
}

#[tokio::test]
async fn a_login_that_the_mail_server_refuses() {
    let scene = scene().await;
    scene.world.smtp.wants_login("gate@example.org", SMTP_PASSWORD);
    let mut login = [
        ("COUNTERSIGN_EMAIL__USERNAME", "gate@example.org"),
        ("COUNTERSIGN_EMAIL__PASSWORD", "an-old-password"),
    ];
    let ended = check(&scene, &login).await;
    let line = only_failure(&ended, "e-mail", 1);
    assert!(line.contains("it answered 535 5.7.8 to the login; check email.username"), "{line}");
    assert!(!ended.out.contains("an-old-password"), "{}", ended.out);
    login[1].1 = SMTP_PASSWORD;
    let ended = check(&scene, &login).await;
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    assert!(ended.out.contains(", TLS, logged in\n"), "{}", ended.out);
    nothing_happened(&scene);
}

#[tokio::test]
async fn twilio_refuses_or_does_not_answer() {
    let scene = scene().await;
    let ended = check(&scene, &[("COUNTERSIGN_SMS__AUTH_TOKEN", "an-old-token")]).await;
    let line = only_failure(&ended, "SMS", 1);
    assert!(line.contains(": it answered 401, error 20003; check sms.account_sid and"), "{line}");
    assert!(!ended.out.contains("an-old-token"), "{}", ended.out);

    let ended = check(&scene, &[("COUNTERSIGN_SMS__API_URL", "http://127.0.0.1:1")]).await;
    let line = only_failure(&ended, "SMS", 1);
    assert!(line.starts_with("Twilio at 127.0.0.1:1: no connection ("), "{line}");
    assert!(line.contains("check sms.api_url"), "{line}");

    scene.world.twilio.fails_next(twilio::Call::Account, twilio::Fault::Status(503));
    let ended = check(&scene, &[]).await;
    let line = only_failure(&ended, "SMS", 1);
    assert!(line.contains("it answered 503; "), "{line}");
    scene.world.forgive_violations();
    nothing_happened(&scene);
}

#[tokio::test]
async fn each_gate_that_the_bot_cannot_guard() {
    let scene = scene().await;
    let group = scene.world.group();
    let name = format!("gate {}", group.id());

    group.makes_bot_admin(false);
    let ended = check(&scene, &[]).await;
    assert_eq!(
        only_failure(&ended, &name, 1),
        "in “Rust Berlin” the bot may not approve join requests; give it the administrator right \
         “Invite Users via Link”"
    );

    group.demotes_bot();
    let ended = check(&scene, &[]).await;
    let no_admin = "in “Rust Berlin” the bot is no administrator; make it one, with the right \
                    “Invite Users via Link”";
    assert_eq!(only_failure(&ended, &name, 1), no_admin);

    group.removes_bot();
    let ended = check(&scene, &[]).await;
    let nowhere = "the bot is in no group with this id; add it there as an administrator, and see \
                   whether chat_id is right";
    assert_eq!(only_failure(&ended, &name, 1), nowhere);

    group.makes_bot_admin(true);
    let moved = telegram::Fault::migrated(-1_009_999_999_999);
    scene.world.telegram.fails_next("getChat", moved);
    let ended = check(&scene, &[]).await;
    let line = only_failure(&ended, &name, 1);
    assert_eq!(line, "the group has become a supergroup; set chat_id to -1009999999999");

    let other = [("COUNTERSIGN_GATES__0__CHAT_ID", "-1001234567890")];
    let ended = check(&scene, &other).await;
    assert_eq!(only_failure(&ended, "gate -1001234567890", 1), nowhere);
    nothing_happened(&scene);
}
