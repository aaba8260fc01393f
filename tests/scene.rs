//! The real bot in a pretend world: the same code as `countersign run`, from the configuration
//! file on, with a clock that the test moves.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use countersign::config::{self, Config};
use countersign::engine::Pulse;
use countersign::engine::Retries;
use countersign::engine::world::{Clock, SystemClock, SystemRandom};
use countersign::ops::metrics::Metrics;
use countersign::sandbox::{Group, Person, World};
use countersign::service::{self, ServiceError, Surroundings, Waits};
use countersign::store::secret;
use countersign::verification::code::Keys;
use countersign::verification::{GateId, Timestamp};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub const PASSWORD: &str = "open sesame";
/// Argon2id of [`PASSWORD`] with the least work that is allowed.
pub const PASSWORD_HASH: &str = include_str!("password.hash");

/// What differs from the usual: one gate with e-mail and SMS, default limits.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Lines of `[limits]`.
    pub limits: &'static str,
    /// Further lines of the first gate.
    pub gate: &'static str,
    pub channels: &'static str,
    pub listed: bool,
    /// Whole tables after the first gate.
    pub more: String,
    pub messages_per_second: u32,
    pub email: bool,
    pub sms: bool,
    pub waits: Waits,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            limits: "",
            gate: "",
            channels: r#"["email", "sms"]"#,
            listed: true,
            more: String::new(),
            messages_per_second: 0,
            email: true,
            sms: true,
            waits: impatient(),
        }
    }
}

/// Retries come at once, so that no test waits for one.
fn impatient() -> Waits {
    let moment = Duration::from_millis(5);
    let retries = Retries { first: moment, longest: 4 * moment, misconfigured: moment };
    Waits { retries, ..Waits::default() }
}

/// A clock that stands at noon of the next UTC day, plus what the test adds: so what counts per
/// day never depends on when the test runs.
pub struct TestClock {
    now: AtomicI64,
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.load(Ordering::SeqCst))
    }
}

pub struct Scene {
    pub world: World,
    pub metrics: Metrics,
    clock: Arc<TestClock>,
    config: String,
    waits: Waits,
    folder: TempDir,
    bot: Option<Bot>,
}

struct Bot {
    stop: watch::Sender<bool>,
    pulse: Arc<Pulse>,
    ended: JoinHandle<Result<(), ServiceError>>,
}

impl Scene {
    pub async fn start() -> Scene {
        Scene::with(Setup::default()).await
    }

    pub async fn with(setup: Setup) -> Scene {
        let mut scene = Scene::without_bot(World::start().await, &setup);
        scene.starts_bot().await;
        scene
    }

    /// With further gates, each a group's title and whether it is listed; they have the same
    /// password and channels.
    pub async fn with_gates(mut setup: Setup, further: &[(&str, bool)]) -> (Scene, Vec<Group>) {
        let world = World::start().await;
        let groups = further.iter().map(|(title, listed)| {
            let group = world.another_group(title);
            setup.more += &gate_table(group.id(), setup.channels, *listed, "");
            group
        });
        let groups = groups.collect();
        let mut scene = Scene::without_bot(world, &setup);
        scene.starts_bot().await;
        (scene, groups)
    }

    /// The world and the configuration, nobody on duty yet.
    pub fn without_bot(world: World, setup: &Setup) -> Scene {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = written(&world, folder.path(), setup);
        let start = SystemClock.now();
        let clock = Arc::new(TestClock { now: AtomicI64::new(start.0) });
        let waits = setup.waits.clone();
        let scene =
            Scene { world, metrics: Metrics::new(), clock, config, waits, folder, bot: None };
        scene.passes(until_noon(start));
        scene
    }

    pub async fn starts_bot(&mut self) {
        let polls = self.world.telegram.calls("getUpdates");
        let (stop, stopped) = watch::channel(false);
        let surroundings = Surroundings {
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            metrics: self.metrics.clone(),
            waits: self.waits.clone(),
            pulse: Arc::new(Pulse::new()),
        };
        let pulse = Arc::clone(&surroundings.pulse);
        let probed = Arc::clone(&pulse);
        let ended = tokio::spawn(service::run(self.config(), surroundings, stopped));
        self.world.settles_by(Box::new(move || {
            let pulse = Arc::clone(&probed);
            Box::pin(async move { pulse.idle().await })
        }));
        self.bot = Some(Bot { stop, pulse, ended });
        let patience = self.world.patience();
        let polling = self.world.telegram.wait_for_calls("getUpdates", polls + 1, patience).await;
        assert!(polling, "the bot does not poll for updates");
        // The groups' titles are asked for at the start.
        self.world.settled().await;
    }

    /// As at SIGTERM.
    pub async fn stops_bot(&mut self) {
        let bot = self.bot.take().expect("a running bot");
        bot.stop.send_replace(true);
        bot.ended.await.expect("the bot did not panic").expect("the bot ended well");
    }

    pub async fn restarts_bot(&mut self) {
        self.stops_bot().await;
        self.starts_bot().await;
    }

    /// Another line in the configuration, from the bot's next start on.
    pub fn changes_config(&mut self, from: &str, to: &str) {
        assert!(self.config.contains(from), "no {from:?} in the configuration:\n{}", self.config);
        self.config = self.config.replace(from, to);
    }

    pub fn config(&self) -> Config {
        let path = self.folder.path().join("config.toml");
        std::fs::write(&path, &self.config).expect("a writable folder");
        let none = std::iter::empty();
        match config::load(Some(&path), none, &mut SystemRandom) {
            Ok(loaded) => loaded.config,
            Err(error) => panic!("the scene's own configuration is wrong:\n{error}"),
        }
    }

    pub fn config_path(&self) -> std::path::PathBuf {
        self.config();
        self.folder.path().join("config.toml")
    }

    /// Where `config.toml` and the folder `data` are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Time passes, for the bot and for the world.
    pub fn passes(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).expect("a sensible time");
        self.clock.now.fetch_add(millis, Ordering::SeqCst);
        self.world.advance(time);
    }

    /// The bot's clock is set back; the world's goes on.
    pub fn clock_jumps_back(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).expect("a sensible time");
        self.clock.now.fetch_sub(millis, Ordering::SeqCst);
    }

    /// The bot's clock.
    pub fn clock(&self) -> &TestClock {
        &self.clock
    }

    /// What is due by the clock is swept now.
    pub async fn sweeps(&self) {
        self.bot.as_ref().expect("a running bot").pulse.sweeps().await;
        self.world.settled().await;
    }

    /// The deep link that leads to a group's gate: whoever has it, the group's admins gave it to.
    pub fn link_to(&self, group: &Group) -> String {
        let key = self.config().store.secret_key_file;
        let secret = secret::load(&key).expect("the running bot's secret");
        let parameter = Keys::derive(&secret.rules_secret()).gate(GateId(group.id()));
        format!("https://t.me/{}?start={parameter}", self.world.bot_username())
    }

    /// Every byte of every file that the bot keeps.
    pub fn kept_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut folders = vec![self.config().store.path];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a readable folder") {
                let path = entry.expect("a readable folder").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    bytes.extend(std::fs::read(path).expect("a readable file"));
                }
            }
        }
        bytes
    }

    /// Nothing is left unread, and the bot stops well.
    pub async fn ends(mut self) {
        self.world.nothing_unread().await;
        if self.bot.is_some() {
            self.stops_bot().await;
        }
    }

    /// Somebody who asked to join, and has been asked for the password.
    pub async fn at_the_door(&self, name: &str) -> Person {
        let person = self.world.person(name);
        person.requests_to_join();
        person.reads().await;
        person
    }

    /// Somebody who has come as far as the choice of the channel.
    pub async fn past_the_password(&self, name: &str) -> Person {
        let person = self.at_the_door(name).await;
        person.types(PASSWORD);
        person.reads().await;
        person
    }

    /// Somebody to whom a first code has just been sent by e-mail, and that code.
    pub async fn with_a_code(&self, name: &str) -> (Person, String) {
        let person = self.past_the_password(name).await;
        person.presses("✉️ By e-mail");
        person.reads().await;
        person.types(&person.email());
        person.reads().await;
        person.presses("Send the code");
        person.reads().await;
        let mail = self.world.mail_for(&person.email()).await;
        let code = mail.code(6).to_owned();
        (person, code)
    }
}

/// Waits until somebody reads a line that says this.
pub async fn hears(person: &Person, what: &str) {
    while !person.reads_next().await.text().contains(what) {}
}

/// What was read, with the two random words as `‹two words›`.
pub fn steady(lines: &impl std::fmt::Display) -> String {
    let text = lines.to_string();
    let mut steady = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("this chat: ") {
        let end = after.find(['.', '\n']).unwrap_or(after.len());
        steady = steady + before + "this chat: ‹two words›";
        rest = &after[end..];
    }
    steady + rest
}

fn until_noon(now: Timestamp) -> Duration {
    const HALF_A_DAY: Duration = Duration::from_secs(12 * 60 * 60);
    let midnight = Timestamp(now.day() * 24 * 60 * 60 * 1000);
    midnight.after(3 * HALF_A_DAY).since(now)
}

/// The configuration for a bot on duty in `world`, with its files in `folder`.
pub fn written(world: &World, folder: &Path, setup: &Setup) -> String {
    let root = folder.join("root.pem");
    world.smtp.write_root(&root).expect("a writable folder");
    let (root, data) = (root.display(), folder.join("data"));
    let data = data.display();
    let token = world.token();
    let api = world.telegram.url();
    let Setup { limits, gate, channels, listed, more, messages_per_second, .. } = setup;
    let email = match setup.email {
        true => format!(
            r#"
[email]
host = "localhost"
port = {}
security = "tls"
from = "Gate <gate@example.org>"
ca_file = "{root}"
"#,
            world.smtp.ports().tls
        ),
        false => String::new(),
    };
    let account = world.twilio.account();
    let sms = match setup.sms {
        true => format!(
            r#"
[sms]
account_sid = "{}"
auth_token = "{}"
from = "+4915112345678"
api_url = "{}"
allowed_countries = ["+49"]
"#,
            account.sid,
            account.auth_token,
            world.twilio.url()
        ),
        false => String::new(),
    };
    let chat_id = world.group().id();
    let first = gate_table(chat_id, channels, *listed, gate);
    format!(
        r#"
[telegram]
token = "{token}"
api_url = "{api}"
messages_per_second = {messages_per_second}

[store]
path = "{data}"

[http]
listen = ""
{email}{sms}
[limits]
{limits}
{first}
{more}
"#
    )
}

fn gate_table(chat_id: i64, channels: &str, listed: bool, more: &str) -> String {
    let hash = PASSWORD_HASH.trim();
    format!(
        r#"
[[gates]]
chat_id = {chat_id}
password_hash = "{hash}"
channels = {channels}
listed = {listed}
{more}
"#
    )
}
