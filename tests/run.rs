//! `countersign run` by the real binary: what a host reads during a dialogue, the end at SIGTERM,
//! and what keeps it from starting.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::time::Instant;

use countersign::sandbox::{World, telegram};
use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::binary::{Ended, countersign, ended};
use crate::process::{Host, STOP};
use crate::scene::{PASSWORD, Scene, Setup};

/// A running bot; killed if the test fails before it is stopped.
struct Running(Option<Child>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
        }
    }
}

async fn scene() -> Scene {
    Scene::without_bot(World::start().await, &Setup::default())
}

fn spawn(scene: &Scene, environment: &[(&str, &str)]) -> Running {
    scene.config_path();
    let mut command = countersign(scene.folder(), &["run"]);
    command.envs(environment.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Running(Some(command.spawn().unwrap()))
}

async fn starts(scene: &Scene, environment: &[(&str, &str)]) -> Running {
    let bot = spawn(scene, environment);
    scene.world.bot_is_polling().await;
    bot
}

/// Waits for its end.
async fn ends(mut bot: Running) -> Ended {
    let child = bot.0.take().unwrap();
    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap();
    ended(&output.unwrap())
}

async fn stops(bot: Running, signal: Signal) -> Ended {
    kill_process(Pid::from_child(bot.0.as_ref().unwrap()), signal).unwrap();
    ends(bot).await
}

/// Nora comes in by e-mail, with one wrong password and one wrong code; the code.
async fn nora_comes_in(scene: &Scene) -> String {
    let nora = scene.world.person("Nora");
    nora.requests_to_join();
    nora.reads().await;
    nora.types("let me in");
    nora.reads().await;
    nora.types(PASSWORD);
    nora.reads().await;
    nora.presses("✉️ By e-mail");
    nora.reads().await;
    nora.types("nora@example.org");
    nora.reads().await;
    nora.presses("Send the code");
    nora.reads().await;
    let code = scene.world.mail_for("nora@example.org").await.code(6).to_owned();
    nora.types(if code == "482913" { "482914" } else { "482913" });
    nora.reads().await;
    nora.types(&code);
    nora.reads().await;
    assert!(nora.is_member());
    code
}

#[track_caller]
fn no_secret(scene: &Scene, log: &str, code: &str) {
    let token = scene.world.token();
    for secret in [PASSWORD, "let me in", "nora@example.org", code, "482913", &token] {
        assert!(!log.contains(secret), "{secret} is in\n{log}");
    }
}

/// Standard output holds nothing but the claim link of the first start, and that is in no log.
fn is_offered(scene: &Scene, ended: &Ended) {
    let bot = scene.world.bot_username();
    let link = ended.out.lines().find(|line| line.starts_with("https://")).expect("a claim link");
    let token = link.strip_prefix(&format!("https://t.me/{bot}?start=o")).expect("our own link");
    assert_eq!(ended.out.lines().count(), 3, "{}", ended.out);
    assert!(!ended.err.contains(token), "{}", ended.err);
}

#[tokio::test]
async fn a_dialogue_in_the_log_one_line_a_decision() {
    let scene = scene().await;
    let bot = starts(&scene, &[]).await;
    let code = nora_comes_in(&scene).await;
    let ended = stops(bot, Signal::TERM).await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    is_offered(&scene, &ended);
    no_secret(&scene, &ended.err, &code);
    let lines = ended.err.lines().map(|line| {
        let (time, rest) = line.split_once(' ').unwrap();
        assert!(time.starts_with("20") && time.ends_with('Z'), "{line}");
        rest.trim_start()
    });
    // The groups are looked at beside everything else.
    let (gates, lines): (Vec<&str>, Vec<&str>) =
        lines.partition(|line| line.contains("engine::rounds"));
    let gate = scene.world.group().id();
    let guarded = format!("INFO countersign::engine::rounds: the gate is guarded gate={gate}");
    assert_eq!(gates, [guarded]);
    assert_snapshot!(lines.join("\n"), @r#"
    INFO countersign::service: the sentry is on duty bot="demo_gate_bot" gates=1
    INFO countersign::engine::decide: decided user=7100000002 gate=-1001000000001 decision="asked"
    INFO countersign::engine::decide: decided user=7100000002 gate=-1001000000001 decision="wrong_password" detail="2 left"
    INFO countersign::engine::decide: decided user=7100000002 gate=-1001000000001 decision="right_password" detail="password “config”"
    INFO countersign::engine::decide: decided user=7100000002 gate=-1001000000001 decision="code_issued_email" detail="code 1 to n•••a@example.org"
    INFO countersign::engine::decide: decided user=7100000002 gate=-1001000000001 decision="wrong_code" detail="2 left"
    INFO countersign::engine::decide: decided user=7100000002 gate=-1001000000001 decision="right_code"
    INFO countersign::engine::decide: decided user=7100000002 gate=-1001000000001 decision="admitted"
    INFO countersign::service: the sentry is off duty; nothing is lost
    "#);
    scene.ends().await;
}

#[tokio::test]
async fn the_same_as_json() {
    let scene = scene().await;
    let bot = starts(&scene, &[("COUNTERSIGN_LOG__FORMAT", "json")]).await;
    let code = nora_comes_in(&scene).await;
    let ended = stops(bot, Signal::INT).await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    is_offered(&scene, &ended);
    no_secret(&scene, &ended.err, &code);
    let lines: Vec<Value> =
        ended.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let issued = lines.iter().find(|line| line["decision"] == "code_issued_email").unwrap();
    assert_eq!(issued["level"], "INFO");
    assert_eq!(issued["message"], "decided");
    assert_eq!(issued["gate"], scene.world.group().id());
    assert_eq!(issued["detail"], "code 1 to n•••a@example.org");
    let asked = lines.iter().find(|line| line["decision"] == "asked").unwrap();
    assert!(asked["user"].is_u64() && asked.get("detail").is_none(), "{asked}");
    scene.ends().await;
}

#[tokio::test]
async fn a_signal_ends_it_in_time_whatever_is_under_way() {
    let scene = scene().await;
    let bot = starts(&scene, &[]).await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join();
    nora.reads().await;
    // Telegram takes the answer to the next message and never says so.
    scene.world.telegram.fails("sendMessage", telegram::Fault::Hang);
    let sent = scene.world.telegram.calls("sendMessage");
    nora.types("let me in");
    let patience = scene.world.patience();
    assert!(scene.world.telegram.wait_for_calls("sendMessage", sent + 1, patience).await);
    let begun = Instant::now();
    let ended = stops(bot, Signal::TERM).await;
    assert!(begun.elapsed() < STOP, "{:?}", begun.elapsed());
    assert_eq!(ended.code, Some(0), "{}", ended.err);

    scene.world.telegram.recovers("sendMessage");
    let bot = starts(&scene, &[]).await;
    assert!(nora.reads().await.to_string().contains("2 tries"));
    let ended = stops(bot, Signal::TERM).await;
    assert!(ended.err.contains("going on with what the last run left"), "{}", ended.err);
    scene.ends().await;
}

/// The one line of an error, without its time; the process must end with `code`.
async fn fails(bot: Running, code: i32) -> String {
    let ended = ends(bot).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(code), ""), "{}", ended.err);
    let errors: Vec<&str> = ended.err.lines().filter(|line| line.contains("ERROR")).collect();
    assert_eq!(errors.len(), 1, "{}", ended.err);
    let (_, line) = errors[0].split_once("ERROR ").unwrap();
    line.to_owned()
}

#[tokio::test]
async fn what_keeps_it_from_starting_is_said_with_the_remedy() {
    let mut scene = scene().await;
    let unknown = ("COUNTERSIGN_TELEGRAM__TOKEN", "1234567:AAEhBP0av18yWr0fmLXG6PjVd4XkqbEXAMPL");
    let said = fails(spawn(&scene, &[unknown]), 1).await;
    assert_snapshot!(said, @"countersign::commands::run: Telegram does not know this bot token: put the one from @BotFather into telegram.token");
    scene.world.forgive_violations();

    scene.world.has_webhook(Some("https://hooks.example.org/path"));
    assert_snapshot!(fails(spawn(&scene, &[]), 1).await, @"countersign::commands::run: this bot has a webhook, so Telegram gives its updates to somebody else: stop that program, or remove the webhook with deleteWebhook");
    scene.world.has_webhook(None);

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = fails(spawn(&scene, &[("COUNTERSIGN_HTTP__LISTEN", &address)]), 1).await;
    assert_snapshot!(said.replace(&address, "‹address›"), @r#"countersign::commands::run: the health server cannot listen on ‹address›: Address already in use (os error 98); set http.listen to another address, or to "" to do without"#);

    let data = scene.folder().join("data");
    let at = |said: String| said.replace(&data.display().to_string(), "‹data›");
    scene.starts_bot().await;
    assert_snapshot!(at(fails(spawn(&scene, &[]), 1).await), @"countersign::commands::run: the store in ‹data› is in use by another process; stop that one first");
    scene.stops_bot().await;

    let key = fs::read(data.join("secret.key")).unwrap();
    fs::remove_file(data.join("secret.key")).unwrap();
    assert_snapshot!(at(fails(spawn(&scene, &[]), 1).await), @"countersign::commands::run: the secret key ‹data›/secret.key is gone, but the store in ‹data› is sealed with it; put the key back, or move the store away to start anew");
    fs::write(data.join("secret.key"), key).unwrap();

    fs::remove_file(data.join("manifest")).unwrap();
    assert_snapshot!(at(fails(spawn(&scene, &[]), 3).await), @"countersign::commands::run: the store in ‹data› is damaged: its manifest is gone; put the last backup back with `countersign store restore`");

    let ended = ends(spawn(&scene, &[("COUNTERSIGN_LOG__FORMAT", "xml")])).await;
    assert_eq!(ended.code, Some(2));
    assert_snapshot!(ended.err, @r#"
    error: 1 problem in the configuration:
      COUNTERSIGN_LOG__FORMAT: "xml" is none of text, json
    "#);
    scene.ends().await;
}

#[tokio::test]
async fn it_waits_for_a_telegram_that_is_away() {
    let host = Host::with(&Setup::default()).await;
    host.world.telegram.fails("getMe", telegram::Fault::server_error(502));
    let mut bot = host.starts();
    let why = "Telegram cannot be reached yet; trying again why=GetMe: Telegram cannot be reached: \
               it answered 502";
    bot.says(why).await;
    bot.stops(Signal::TERM).await;
    host.world.telegram.recovers("getMe");
}
