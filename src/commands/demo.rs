//! `countersign demo`: the real bot in a pretend world.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use countersign::config::{self, Config, Log, LogFormat, LogLevel};
use countersign::engine::world::{Clock, SystemRandom};
use countersign::ops::log;
use countersign::sandbox::{DemoSetup, DemoWorld, Outside, play};
use countersign::service::{self, ServiceError, Surroundings};
use countersign::verification::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::run::stop_signal;
use crate::cli::Exit;

/// The world's clock is the bot's too: what passes on the page passes for both.
struct WorldClock(Arc<Outside>);

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.now_ms())
    }
}

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
    let demo = DemoWorld::start(setup).await?;
    let config = configured(&demo, &folder)?;

    let interrupted = stop_signal()?;
    let (stop, stopped) = watch::channel(false);
    let clock = Arc::new(WorldClock(demo.world.outside()));
    let surroundings = Surroundings { clock, ..Surroundings::default() };
    let pulse = Arc::clone(&surroundings.pulse);
    let bot = tokio::spawn(service::run(config, surroundings, stopped));
    demo.world.settles_by(Box::new(move || {
        let pulse = Arc::clone(&pulse);
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
    let welcome = welcome(demo.page, &demo.world.group().title(), password);
    std::io::stdout().write_all(welcome.as_bytes()).context("nothing can be printed")?;
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

fn welcome(page: SocketAddr, group: &str, password: &str) -> String {
    let mut page = page;
    if page.ip().is_unspecified() {
        page.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    format!(
        "The demo is running. Open this address in a browser:

  http://{page}

There is the phone of an applicant, a mailbox, an SMS list, the group “{group}” and its
admin’s phone. Telegram, the mail server and Twilio are pretend; the bot is the real one.

  1. In the phone, press “Ask to join {group}”.
  2. The bot asks for the password. Type: {password}
  3. Press “By e-mail” or “By SMS”, type any address, press “Send the code”.
  4. Read the code in the mailbox or in the SMS list, and type it into the chat.

The admin’s phone owns the bot: make a new group there, add the bot as administrator, and set its
gate up in the chat. The guide on the page says what else to try.

Nothing leaves this machine. Stop with Ctrl-C.
"
    )
}

async fn played(
    demo: &DemoWorld,
    password: &str,
    stop: watch::Sender<bool>,
    mut bot: BotTask,
    mut interrupted: watch::Receiver<bool>,
) -> anyhow::Result<Exit> {
    let mut out = std::io::stdout();
    writeln!(
        out,
        "The real bot, a pretend Telegram, a mail server and a pretend Twilio, all on this\n\
         machine. Three applicants play; the group’s password is “{password}”."
    )
    .context("nothing can be printed")?;
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
        writeln!(out, "\nAll three ended as they should.").context("nothing can be printed")?;
        return Ok(Exit::Well);
    }
    Ok(Exit::Failed)
}

/// The pretend world begins anew each time, so the bot's store must as well; and nothing of the
/// host's own is overwritten.
fn prepared(folder: PathBuf) -> anyhow::Result<PathBuf> {
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut inside = std::fs::read_dir(&folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    if inside.next().is_some() {
        bail!(
            "{} is not empty, and each demo begins anew: remove it, or name another folder",
            folder.display()
        );
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
