//! `countersign demo`: the real bot in a pretend world.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use countersign::config::{self, Config, Log, LogFormat, LogLevel};
use countersign::engine::Pulse;
use countersign::engine::world::{SystemClock, SystemRandom};
use countersign::ops::log;
use countersign::ops::metrics::Metrics;
use countersign::sandbox::{DemoSetup, DemoWorld, play};
use countersign::service::{self, ServiceError, Waits};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::run::stop_signal;
use crate::cli::Exit;

/// Runs the demo until a signal, or plays its applicants and ends.
///
/// # Errors
/// The demo cannot be set up.
pub async fn demo(
    scripted: bool,
    listen: SocketAddr,
    data: Option<PathBuf>,
) -> anyhow::Result<Exit> {
    log::start(Log { format: LogFormat::Text, level: LogLevel::Warn })?;
    // The folder is removed when this is dropped.
    let temporary = tempfile::tempdir().context("no temporary folder can be made")?;
    let folder = match data {
        Some(folder) => prepared(folder)?,
        None => temporary.path().to_owned(),
    };
    let page = if scripted { SocketAddr::new(listen.ip(), 0) } else { listen };
    let setup = DemoSetup { page, ..DemoSetup::new(folder.clone()) };
    let password = setup.password.clone();
    let demo = DemoWorld::start(setup)
        .await
        .with_context(|| format!("the pretend world cannot be set up (page on {listen})"))?;
    let config = configured(&demo, &folder)?;

    let interrupted = stop_signal()?;
    let (stop, stopped) = watch::channel(false);
    let pulse = Arc::new(Pulse::new());
    let (clock, settled) = (Arc::new(SystemClock), Arc::clone(&pulse));
    let bot =
        tokio::spawn(service::run(config, clock, Metrics::new(), pulse, Waits::default(), stopped));
    demo.world.settles_by(Box::new(move || {
        let pulse = Arc::clone(&settled);
        Box::pin(async move { pulse.idle().await })
    }));
    if scripted {
        played(&demo, &password, stop, bot, interrupted).await
    } else {
        shown(&demo, &password, stop, bot, interrupted).await
    }
}

type BotTask = JoinHandle<Result<(), ServiceError>>;

async fn shown(
    demo: &DemoWorld,
    password: &str,
    stop: watch::Sender<bool>,
    mut bot: BotTask,
    mut interrupted: watch::Receiver<bool>,
) -> anyhow::Result<Exit> {
    // The first phone on the page; more can be opened there.
    demo.world.person("Nora Neumann");
    let (page, group) = (demo.page, demo.world.group().title());
    println!("Open http://{page} in a browser: a phone, a mailbox, SMS and the group “{group}”.");
    println!();
    println!("  1. In the phone, ask to join the group.");
    println!("  2. The bot asks for the password. Type: {password}");
    println!("  3. Choose e-mail or SMS, give the address, press Send.");
    println!("  4. The code is in the mailbox or in the SMS list. Type it into the chat.");
    println!();
    println!("Everything is on this machine: no account, no real mail, no real SMS.");
    println!("Stop with Ctrl-C.");
    tokio::select! {
        ended = &mut bot => {
            ended??;
            bail!("the bot ended by itself; please report this as a bug");
        }
        _ = interrupted.wait_for(|stop| *stop) => {}
    }
    stop.send_replace(true);
    bot.await??;
    Ok(Exit::Well)
}

async fn played(
    demo: &DemoWorld,
    password: &str,
    stop: watch::Sender<bool>,
    mut bot: BotTask,
    mut interrupted: watch::Receiver<bool>,
) -> anyhow::Result<Exit> {
    println!("The real bot, a pretend Telegram, a mail server and a pretend Twilio, all on this");
    println!("machine. Three applicants play; the group’s password is “{password}”.");
    let mut out = std::io::stdout();
    let exit = tokio::select! {
        ended = &mut bot => {
            ended??;
            bail!("the bot ended by itself; please report this as a bug");
        }
        _ = interrupted.wait_for(|stop| *stop) => Exit::Failed,
        ended = play(&demo.world, password, &mut out) => match ended {
            Ok(()) => Exit::Well,
            Err(error) => {
                eprintln!("error: the play went wrong: {error}");
                Exit::Failed
            }
        },
    };
    stop.send_replace(true);
    bot.await??;
    let violations = demo.world.violations();
    for violation in &violations {
        eprintln!("error: the bot broke a rule of Telegram, SMTP or Twilio: {violation}");
    }
    if exit == Exit::Well && violations.is_empty() {
        println!("\nAll three ended as they should.");
        return Ok(Exit::Well);
    }
    Ok(Exit::Failed)
}

/// The pretend world begins anew each time, so the bot's store must as well.
fn prepared(folder: PathBuf) -> anyhow::Result<PathBuf> {
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    if folder.join("data").exists() {
        bail!("{} holds an earlier demo; remove it, or name an empty folder", folder.display());
    }
    Ok(folder)
}

/// The demo's configuration, by the same way as a host's.
fn configured(demo: &DemoWorld, folder: &Path) -> anyhow::Result<Config> {
    let path = folder.join("config.toml");
    std::fs::write(&path, &demo.config)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    let loaded = config::load(Some(&path), std::iter::empty(), &mut SystemRandom)?;
    Ok(loaded.config)
}
