//! A configured bot, put together: the same for `run`, the demo and the tests.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{error, info, warn};

use crate::administration::settings::House;
use crate::config::Config;
use crate::delivery::{DeliveryError, EmailLimits, Mailer, SmsLimits, Texter};
use crate::engine::world::{Clock, Guarded, SystemClock, SystemRandom};
use crate::engine::{
    self, EngineError, GateBook, Parts, Polling, Pulse, Retries, Setting, Sweeping,
};
use crate::ops::backups::{BackupWaits, Backups};
use crate::ops::health::{self, HealthError, Vital, Vitals};
use crate::ops::metrics::Metrics;
use crate::store::records::StaffRecord;
use crate::store::secret::{self, SecretError};
use crate::store::{LEAST_ROOM, Store, StoreError};
use crate::telegram::client::{Call, ClientError, Me};
use crate::telegram::{Client, Fault};
use crate::texts::{Texts, TextsError};
use crate::verification::code::{Invitation, Keys, Random};
use crate::verification::effect::Channel;
use crate::verification::{Timestamp, UserId, address};

/// How long between two attempts to reach Telegram at a start.
const RETRY: Duration = Duration::from_secs(5);
const LONGEST_RETRY: Duration = Duration::from_secs(30);
/// How long a claim link can be used.
const CLAIM_LIVES: Duration = Duration::from_secs(10 * 60);
/// Longer than Telegram may hold a question for updates, and a retry.
const SILENCE: Duration = Duration::from_secs(90);

/// Why the bot could not be started, or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Engine(EngineError),
    #[error(transparent)]
    Texts(#[from] TextsError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    #[error(transparent)]
    Health(#[from] HealthError),
    #[error(
        "Telegram does not know this bot token: put the one from @BotFather into telegram.token"
    )]
    Token,
    #[error(
        "this bot has a webhook, so Telegram gives its updates to somebody else: stop that program, or remove the webhook with deleteWebhook"
    )]
    Webhook,
    #[error(transparent)]
    Telegram(Fault),
    #[error("the store could not be opened: its thread ended; please report this as a bug")]
    Thread,
}

impl ServiceError {
    /// Whether the stored data itself is damaged.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        matches!(self, ServiceError::Store(error) if error.is_damage())
    }
}

impl From<EngineError> for ServiceError {
    fn from(error: EngineError) -> ServiceError {
        match error {
            EngineError::Store(error) => ServiceError::Store(error),
            EngineError::Panicked => ServiceError::Engine(error),
        }
    }
}

/// How long the bot waits: for its providers, between two attempts, and until it looks for what is
/// due. No key of the configuration: only tests wait otherwise than by default.
#[derive(Clone, Debug, Default)]
pub struct Waits {
    pub retries: Retries,
    pub polling: Polling,
    pub sweeping: Sweeping,
    pub email: EmailLimits,
    pub sms: SmsLimits,
    pub backups: BackupWaits,
}

/// Hears the claim link.
pub type Claim = Box<dyn FnOnce(&str) + Send>;

/// What the bot is set in, besides its configuration. By default the real thing.
pub struct Surroundings {
    pub clock: Arc<dyn Clock>,
    pub metrics: Metrics,
    pub pulse: Arc<Pulse>,
    pub waits: Waits,
    /// Told the claim link at the very first start, if no owner is configured: it is a secret, and
    /// for the terminal, not for the log.
    pub claim: Option<Claim>,
}

impl Default for Surroundings {
    fn default() -> Surroundings {
        Surroundings {
            clock: Arc::new(SystemClock),
            metrics: Metrics::new(),
            pulse: Arc::new(Pulse::new()),
            waits: Waits::default(),
            claim: None,
        }
    }
}

/// Runs the bot until `stop` turns true.
///
/// # Errors
///
/// What kept it from starting; once it runs, only the store's failure.
pub async fn run(
    config: Config,
    surroundings: Surroundings,
    stop: watch::Receiver<bool>,
) -> Result<(), ServiceError> {
    let Surroundings { clock, metrics, pulse, waits, claim } = surroundings;
    let wall = Arc::clone(&clock);
    let clock = Arc::new(Guarded::new(clock));
    let listener = match config.http.listen {
        Some(address) => Some(health::listen(address).await?),
        None => None,
    };
    let texts = Texts::load()?;
    let telegram = client(&config, &metrics)?.within(waits.polling.call);
    let mailer = config.email.as_ref().map(|email| Mailer::with_limits(email, waits.email));
    let mailer = mailer.transpose()?;
    let texter = config.sms.as_ref().map(|sms| Texter::with_limits(sms, waits.sms)).transpose()?;
    let mut early = stop.clone();
    let opened = tokio::select! {
        opened = open_store(&config) => Some(opened?),
        _ = early.wait_for(|stop| *stop) => None,
    };
    // Told to stop while the store is looked through: whatever cuts that short loses nothing.
    let Some((store, keys)) = opened else { return Ok(()) };
    let committed = metrics.clone();
    store.observe(move |took| committed.commit(took));

    if let Some(listener) = listener {
        let (store, pulse, clock) = (store.clone(), Arc::clone(&pulse), Arc::clone(&clock));
        let looked_at = Arc::new(LookedAt { store, pulse, clock });
        let mut stopped = stop.clone();
        let until = async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        let served = health::serve(listener, metrics.clone(), looked_at, until);
        tokio::spawn(async move {
            if let Err(error) = served.await {
                error!(why = %error, "nobody can look in any more");
            }
        });
    }

    let backups = Backups {
        store: store.clone(),
        path: config.store.path.clone(),
        rotation: config.store.backups.clone(),
        clock: wall,
        metrics: metrics.clone(),
        waits: waits.backups.clone(),
    };
    // Ended with this function, however it ends.
    let mut duties = JoinSet::new();
    if config.sms.is_some() {
        duties.spawn_blocking(address::prepare);
    }
    duties.spawn(backups.clone().rotate(stop.clone()));
    duties.spawn(backups.serve(stop.clone()));

    let Some(me) = introduce(&telegram, stop.clone()).await? else {
        store.close().await;
        return Ok(());
    };
    if config.telegram.owners.is_empty()
        && offers_claim(&store).await?
        && let Some(claim) = claim
    {
        claim(&claim_link(&keys, &me.username, clock.now(), &mut SystemRandom));
    }
    info!(bot = me.username, gates = config.gates.len(), "the sentry is on duty");
    let house = House {
        channels: config.channels(),
        countries: config.sms.as_ref().map(|sms| sms.allowed_countries.clone()).unwrap_or_default(),
        limits: config.limits.clone(),
    };
    let setting = Setting {
        owners: config.telegram.owners.iter().copied().map(UserId).collect(),
        open_enrolment: config.telegram.open_enrolment,
        languages: texts.languages().collect(),
        spending: config.spending.clone(),
    };
    let farewell = mailer.clone();
    let parts = Parts {
        store,
        telegram,
        mailer,
        texter,
        texts,
        gates: GateBook::new(config.gates, config.log_chats, house),
        setting,
        keys,
        clock,
        metrics,
        messages_per_second: config.telegram.messages_per_second,
        retries: waits.retries,
        polling: waits.polling,
        sweeping: waits.sweeping,
        pulse,
        me,
    };
    engine::run(parts, stop).await?;
    if let Some(mailer) = farewell {
        // Saying goodbye to the mail server is a courtesy; nobody waits for it for long.
        let _ = tokio::time::timeout(Duration::from_millis(500), mailer.close()).await;
    }
    info!("the sentry is off duty; nothing is lost");
    Ok(())
}

/// A client of the Bot API that is measured.
///
/// # Errors
///
/// The token or the address cannot be used.
pub fn client(config: &Config, metrics: &Metrics) -> Result<Client, ClientError> {
    let metrics = metrics.clone();
    let client = Client::new(&config.telegram.token, &config.telegram.api_url)?;
    Ok(client.observed_by(Arc::new(move |call: Call| metrics.answered("telegram", call.took))))
}

/// Opens the store, making it and its secret key at the first start.
///
/// # Errors
///
/// [`SecretError`], [`StoreError`].
pub async fn open_store(config: &Config) -> Result<(Store, Keys), ServiceError> {
    let (path, key) = (config.store.path.clone(), config.store.secret_key_file.clone());
    let opened = tokio::task::spawn_blocking(move || {
        let secret = secret::load_or_make(&key, &path)?;
        let store = Store::open(&path, &secret.seal_key())?;
        Ok((store, Keys::derive(&secret.rules_secret())))
    });
    opened.await.map_err(|_| ServiceError::Thread)?
}

/// Asks Telegram who the bot is, until it answers. `None`: told to stop before.
async fn introduce(
    telegram: &Client,
    mut stop: watch::Receiver<bool>,
) -> Result<Option<Me>, ServiceError> {
    let mut wait = RETRY;
    let mut attempts: u32 = 0;
    loop {
        let greeted = tokio::select! {
            greeted = greet(telegram) => greeted,
            _ = stop.wait_for(|stop| *stop) => return Ok(None),
        };
        let fault = match greeted {
            Ok(me) => {
                if attempts > 0 {
                    info!(attempts, "Telegram can be reached now");
                }
                return Ok(Some(me));
            }
            Err(ServiceError::Telegram(fault)) if fault.is_retryable() => fault,
            Err(error) => return Err(error),
        };
        attempts = attempts.saturating_add(1);
        // An hour of this must not be all there is to read in the log.
        if attempts.is_power_of_two() {
            warn!(why = %fault, attempts, "Telegram cannot be reached yet; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(fault.pause().unwrap_or(wait).max(wait)) => {}
            _ = stop.wait_for(|stop| *stop) => return Ok(None),
        }
        wait = (wait * 2).min(LONGEST_RETRY);
    }
}

async fn greet(telegram: &Client) -> Result<Me, ServiceError> {
    let me = telegram.me().await.map_err(|fault| match fault {
        Fault::Unauthorized { .. } => ServiceError::Token,
        fault => ServiceError::Telegram(fault),
    })?;
    let webhook = telegram.webhook_url().await.map_err(ServiceError::Telegram)?;
    if webhook.is_some() {
        return Err(ServiceError::Webhook);
    }
    Ok(me)
}

/// A link that makes whoever opens it first an owner of the bot; it lives for ten minutes.
#[must_use]
pub fn claim_link(keys: &Keys, bot: &str, now: Timestamp, random: &mut dyn Random) -> String {
    let mut nonce = [0; 4];
    random.fill(&mut nonce);
    let parameter =
        keys.invitation(Invitation::Claim, u32::from_be_bytes(nonce), now.after(CLAIM_LIVES));
    format!("https://t.me/{bot}?start={parameter}")
}

/// Whether this is the very first start: then somebody may claim the bot.
async fn offers_claim(store: &Store) -> Result<bool, StoreError> {
    store
        .commit(|view| {
            let first = view.get::<StaffRecord>(&())?.is_none();
            if first {
                view.put(&(), &StaffRecord::default())?;
            }
            Ok(first)
        })
        .await
}

/// What the health server asks.
struct LookedAt {
    store: Store,
    pulse: Arc<Pulse>,
    clock: Arc<Guarded>,
}

impl Vitals for LookedAt {
    fn vitals(&self) -> Vec<Vital> {
        let store = self.store.failure().map(|failure| match failure {
            StoreError::Io { doing, .. } => format!("{doing} failed"),
            _ => "failed".to_owned(),
        });
        let silence = self.pulse.since_polled(self.clock.now());
        let polling = match (self.pulse.polling_trouble(), silence) {
            (Some("unauthorized"), _) => Some(
                "Telegram does not know the bot token any more: put the one from @BotFather into telegram.token and restart"
                    .to_owned(),
            ),
            (Some("conflict"), _) => Some(
                "another program asks for this bot's updates: stop the other one, or remove its webhook"
                    .to_owned(),
            ),
            (_, None) => Some("Telegram has not answered yet".to_owned()),
            (_, Some(silent)) if silent > SILENCE => {
                Some(format!("Telegram has not answered for {} s", silent.as_secs()))
            }
            (_, Some(_)) => None,
        };
        let mib = |bytes: u64| bytes / (1024 * 1024);
        let disk = (!self.store.has_room()).then(|| {
            let (free, least) = (mib(self.store.free_bytes()), mib(LEAST_ROOM));
            format!("only {free} MiB are free, {least} MiB are needed; no SMS leaves")
        });
        let vitals = [
            Vital { name: "store", trouble: store },
            Vital { name: "disk", trouble: disk },
            Vital { name: "polling", trouble: polling },
        ];
        let channels = self.pulse.misconfigured().into_iter().map(|(channel, why)| Vital {
            name: match channel {
                Channel::Email => "email",
                Channel::Sms => "sms",
            },
            trouble: Some(why),
        });
        vitals.into_iter().chain(channels).collect()
    }

    fn refresh(&self, metrics: &Metrics) {
        let oldest = self.pulse.oldest_order(self.clock.now());
        metrics.outbox_age(oldest.unwrap_or_default());
        let stats = self.store.stats();
        for (kind, count) in stats.records {
            metrics.records(kind, count);
        }
        metrics.syncs(stats.groups);
        metrics.store_size(stats.bytes_on_disk);
        metrics.clock_ahead(self.clock.disagreement());
        metrics.store_free(self.store.free_bytes());
    }
}
