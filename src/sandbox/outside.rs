//! The world's inside: the three servers, the clock, and how to wait for a bot.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::clock::Clock;
use super::smtp::{Ports, Smtp};
use super::telegram::Telegram;
use super::telegram::group::{FIRST_SUPERGROUP, Kind, Standing};
use super::telegram::model::{Bot, Model, User};
use super::telegram::people::Impossible;
use super::telegram::rights::Rights;
use super::twilio::{Account, Twilio};

/// How long somebody waits for a bot, unless told otherwise: on a busy machine it takes its time.
const PATIENCE: Duration = Duration::from_secs(60);
/// A bot that has done nothing for so long has nothing more to do, if no probe knows better.
const QUIET: Duration = Duration::from_millis(500);
/// The first ids: beyond 32 bits, as young accounts have.
const BOT: u64 = 7_000_000_001;
pub(super) const FIRST_GROUP: i64 = FIRST_SUPERGROUP;
const FIRST_USER: u64 = 7_100_000_001;

/// What the world is made of at its start. Ports of 0: any.
#[derive(Clone, Debug)]
pub struct Setup {
    pub telegram_port: u16,
    pub smtp: Ports,
    pub twilio_port: u16,
    pub twilio: Account,
    pub token: String,
    pub username: String,
    pub bot_name: String,
    pub group: String,
    pub admin: String,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            telegram_port: 0,
            smtp: Ports::default(),
            twilio_port: 0,
            twilio: Account::default(),
            token: format!("{BOT}:sandbox-token-AAHdqTcvCH1vGWJxfSeo"),
            username: "demo_gate_bot".to_owned(),
            bot_name: "Countersign demo".to_owned(),
            group: "Rust Berlin".to_owned(),
            admin: "Ada Admin".to_owned(),
        }
    }
}

/// A name as the part before the @ of an address.
fn local_part(name: &str) -> String {
    let name = name.to_lowercase();
    let spelt = [("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")]
        .iter()
        .fold(name, |name, (letter, spelt)| name.replace(letter, spelt));
    spelt.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Resolves when the bot has nothing left to do.
pub type Probe = Box<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// Everything outside of the bot.
pub struct Outside {
    pub telegram: Arc<Telegram>,
    pub smtp: Arc<Smtp>,
    pub twilio: Arc<Twilio>,
    pub(super) clock: Arc<Clock>,
    pub(super) version: watch::Sender<u64>,
    next_user: AtomicU64,
    patience_ms: AtomicU64,
    probe: Mutex<Option<Arc<Probe>>>,
}

impl Outside {
    pub(super) async fn start(setup: Setup) -> io::Result<(Arc<Outside>, Vec<JoinHandle<()>>)> {
        let clock = Arc::new(Clock::default());
        let (version, _) = watch::channel(1);
        let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let Setup { token, username, bot_name: name, .. } = setup;
        let bot = Bot { id: BOT, username, name, token };
        let (telegram, telegram_task) =
            Telegram::start(at(setup.telegram_port), Arc::clone(&clock), bot, version.clone())
                .await?;
        let (smtp, mut tasks) =
            Smtp::start(setup.smtp, Arc::clone(&clock), version.clone()).await?;
        let twilio_at = at(setup.twilio_port);
        let (twilio, twilio_task) =
            Twilio::start(twilio_at, setup.twilio, Arc::clone(&clock), version.clone()).await?;
        tasks.extend([telegram_task, twilio_task]);
        let outside = Arc::new(Outside {
            telegram,
            smtp,
            twilio,
            clock,
            version,
            next_user: AtomicU64::new(FIRST_USER),
            patience_ms: AtomicU64::new(PATIENCE.as_millis() as u64),
            probe: Mutex::default(),
        });
        let admin = outside.add_user(&setup.admin);
        outside.add_group(&setup.group, admin).map_err(io::Error::other)?;
        Ok((outside, tasks))
    }

    /// A new account with a number and an address of its own.
    pub(super) fn add_user(&self, name: &str) -> u64 {
        let id = self.next_user.fetch_add(1, Ordering::Relaxed);
        let (first, last) = match name.split_once(' ') {
            Some((first, last)) => (first, Some(last.to_owned())),
            None => (name, None),
        };
        let mut user = User::new(id, first);
        let local = local_part(name);
        let local = if local.is_empty() { format!("user{id}") } else { local };
        user.last_name = last;
        user.phone = Some(format!("+4915{:09}", 112_000_000 + id % 1_000_000));
        user.email = Some(format!("{local}@example.org"));
        self.telegram.change(|model| model.users.insert(id, user));
        id
    }

    /// A new private supergroup that approves its new members, with its owner and with our bot as
    /// an administrator who may invite, restrict and delete.
    pub(super) fn add_group(&self, title: &str, owner: u64) -> Result<i64, Impossible> {
        self.telegram.change(|model| {
            let id = model.founds(owner, title, Kind::Super, None)?;
            model.approves_new_members(id, true)?;
            let bot = model.bot.id;
            let admin = Standing::admin(Rights::GATEKEEPER);
            model.some_group(id)?.set_standing(bot, admin);
            Ok(id)
        })
    }

    /// Lets the world's clock jump. Time itself does not pass: nothing else in the process sees it.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Milliseconds since 1970 by the world's clock.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// How long people wait for something before they complain.
    pub fn set_patience(&self, patience: Duration) {
        self.patience_ms.store(patience.as_millis() as u64, Ordering::Relaxed);
    }

    #[must_use]
    pub fn patience(&self) -> Duration {
        Duration::from_millis(self.patience_ms.load(Ordering::Relaxed))
    }

    /// Says how to know that the bot has nothing left to do: `probe` resolves when all that it
    /// took from Telegram is handled and all that it decided is done. Without one, a bot that has
    /// been quiet for half a second counts as settled.
    pub fn settles_by(&self, probe: Probe) {
        *self.probe.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(probe));
    }

    /// Waits until the bot has confirmed every update and has nothing left to do.
    pub async fn settled(&self) {
        let mut version = self.version.subscribe();
        self.settled_once(async || version.changed().await.is_ok()).await;
    }

    /// The same for one chat, of which `changed` rings.
    pub(super) async fn settled_in(&self, changed: &Notify) {
        self.settled_once(async || {
            changed.notified().await;
            true
        })
        .await;
    }

    async fn settled_once(&self, mut something: impl AsyncFnMut() -> bool) {
        let deadline = Instant::now() + self.patience();
        self.confirmed(deadline).await;
        let probe = self.probe.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match probe {
            Some(probe) => {
                let _ = tokio::time::timeout_at(deadline, probe()).await;
            }
            None => {
                while Instant::now() < deadline
                    && tokio::time::timeout(QUIET, something()).await == Ok(true)
                {}
            }
        }
    }

    /// Waits until no update is pending; at once if no bot ever asked for one.
    async fn confirmed(&self, deadline: Instant) {
        if self.telegram.calls("getUpdates") == 0 {
            return;
        }
        let confirmed = Arc::clone(&self.telegram.model().updates.confirmed);
        loop {
            let news = confirmed.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            if self.telegram.model().updates.pending() == 0 {
                return;
            }
            if tokio::time::timeout_at(deadline, news).await.is_err() {
                return;
            }
        }
    }

    /// Waits until `look` finds something in the model; `changed` must ring whenever it might.
    pub(super) async fn wait_for<T>(
        &self,
        changed: Arc<Notify>,
        patience: Duration,
        mut look: impl FnMut(&mut Model) -> Option<T>,
    ) -> Option<T> {
        let deadline = Instant::now() + patience;
        loop {
            let news = changed.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            if let Some(found) = look(&mut self.telegram.model()) {
                return Some(found);
            }
            if tokio::time::timeout_at(deadline, news).await.is_err() {
                return look(&mut self.telegram.model());
            }
        }
    }
}
