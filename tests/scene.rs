//! The real bot in a pretend world: the same code as `countersign run`, from the configuration
//! file on, with a clock that the test moves.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign::config::{self, Config};
use countersign::engine::Pulse;
use countersign::engine::world::{Clock, SystemClock, SystemRandom};
use countersign::engine::{Polling, Retries, Sweeping};
use countersign::ops::metrics::Metrics;
use countersign::sandbox::{Group, Person, Rights, World};
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
    /// Further lines of `[sms]`.
    pub spending: &'static str,
    /// Further lines of the first gate.
    pub gate: &'static str,
    pub channels: &'static str,
    pub listed: bool,
    /// Whole tables after the first gate.
    pub more: String,
    /// The first group has a gate in the configuration.
    pub gated: bool,
    /// Further lines of `[telegram]`.
    pub telegram: String,
    pub messages_per_second: u32,
    pub email: bool,
    pub sms: bool,
    pub waits: Waits,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            limits: "",
            spending: "",
            gate: "",
            channels: r#"["email", "sms"]"#,
            listed: true,
            more: String::new(),
            gated: true,
            telegram: String::new(),
            messages_per_second: 0,
            email: true,
            sms: true,
            waits: impatient(),
        }
    }
}

impl Setup {
    /// No gate in the configuration, and no owner: everything is done in chats.
    pub fn from_nothing() -> Setup {
        Setup { gated: false, ..Setup::default() }
    }
}

/// Retries come at once, so that no test waits for one; what is due by the clock is swept when a
/// test says so, and never in between.
fn impatient() -> Waits {
    let moment = Duration::from_millis(5);
    let retries = Retries { first: moment, longest: 4 * moment, misconfigured: moment };
    let polling = Polling {
        first_wait: moment,
        longest_wait: 4 * moment,
        contested: 4 * moment,
        without_token: 4 * moment,
        ..Polling::default()
    };
    let long = Duration::from_secs(24 * 60 * 60);
    let sweeping = Sweeping { wake: long, ring: long, forget: long };
    Waits { retries, polling, sweeping, ..Waits::default() }
}

/// A clock that stands at noon of the next UTC day, plus what the test adds: so what counts per
/// day never depends on when the test runs.
pub struct TestClock {
    now: AtomicI64,
    /// Milliseconds.
    uptime: AtomicI64,
    asleep: AtomicI64,
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.load(Ordering::SeqCst))
    }

    fn uptime(&self) -> Duration {
        millis(&self.uptime)
    }

    fn awake(&self) -> Duration {
        self.uptime() - millis(&self.asleep)
    }
}

fn millis(count: &AtomicI64) -> Duration {
    Duration::from_millis(count.load(Ordering::SeqCst).unsigned_abs())
}

fn in_millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).expect("a sensible time")
}

pub struct Scene {
    pub world: World,
    pub metrics: Metrics,
    clock: Arc<TestClock>,
    config: String,
    waits: Waits,
    folder: TempDir,
    bot: Option<Bot>,
    claim: Arc<Mutex<Option<String>>>,
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
        let clock = Arc::new(TestClock {
            now: AtomicI64::new(start.0),
            uptime: AtomicI64::new(0),
            asleep: AtomicI64::new(0),
        });
        let waits = setup.waits.clone();
        let scene = Scene {
            world,
            metrics: Metrics::new(),
            clock,
            config,
            waits,
            folder,
            bot: None,
            claim: Arc::default(),
        };
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
            claim: Some(self.hears_claim()),
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

    fn hears_claim(&self) -> Box<dyn FnOnce(&str) + Send> {
        let claim = Arc::clone(&self.claim);
        Box::new(move |link| {
            claim.lock().expect("nobody panics here").replace(link.to_owned());
        })
    }

    /// The link that the bot printed at its very first start.
    pub fn claim_link(&self) -> String {
        self.claim.lock().expect("nobody panics here").clone().expect("a claim link")
    }

    /// A new one, as `countersign claim` makes it.
    pub fn new_claim_link(&self) -> String {
        let now = self.clock.now();
        service::claim_link(&self.keys(), &self.world.bot_username(), now, &mut SystemRandom)
    }

    fn keys(&self) -> Keys {
        let key = self.config().store.secret_key_file;
        let secret = secret::load(&key).expect("the running bot's secret");
        Keys::derive(&secret.rules_secret())
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
        // The token stands in it.
        let own = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&path, own).expect("a file of ours");
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
        self.clock.now.fetch_add(in_millis(time), Ordering::SeqCst);
        self.clock.uptime.fetch_add(in_millis(time), Ordering::SeqCst);
        self.world.advance(time);
    }

    /// The same, while the bot's machine is suspended.
    pub fn sleeps_for(&self, time: Duration) {
        self.clock.asleep.fetch_add(in_millis(time), Ordering::SeqCst);
        self.passes(time);
    }

    /// The same, while the bot's machine stands still as a whole: not even its uptime goes on.
    /// Its wall clock is set when it goes on.
    pub fn stands_still_for(&self, time: Duration) {
        self.clock.now.fetch_add(in_millis(time), Ordering::SeqCst);
        self.world.advance(time);
    }

    /// The bot's wall clock is set back; nothing else is.
    pub fn clock_jumps_back(&self, time: Duration) {
        self.clock.now.fetch_sub(in_millis(time), Ordering::SeqCst);
    }

    /// The bot's wall clock is set forward; nothing else is.
    pub fn clock_jumps_forward(&self, time: Duration) {
        self.clock.now.fetch_add(in_millis(time), Ordering::SeqCst);
    }

    /// Telegram answers the bot, which so knows that it could be reached until now.
    pub async fn is_heard(&self) {
        let telegram = &self.world.telegram;
        let next = telegram.calls("getUpdates") + 1;
        let asks_again = async {
            // A question that is on its way just now waits for the next answer.
            let moment = Duration::from_millis(50);
            telegram.answers_questions();
            while !telegram.wait_for_calls("getUpdates", next, moment).await {
                telegram.answers_questions();
            }
        };
        let again = tokio::time::timeout(self.world.patience(), asks_again).await;
        assert!(again.is_ok(), "the bot does not ask again");
    }

    /// Waits until the bot has noticed that its questions for updates fail (or, `false`, do not).
    pub async fn knows_of_trouble(&self, trouble: bool) {
        let pulse = &self.bot.as_ref().expect("a running bot").pulse;
        let noticed = async {
            while pulse.polling_trouble().is_some() != trouble {
                tokio::task::yield_now().await;
            }
        };
        let noticed = tokio::time::timeout(self.world.patience(), noticed).await;
        assert!(noticed.is_ok(), "it does not notice: {:?}", pulse.polling_trouble());
    }

    /// The bot's clock stands at this time; the world's goes on.
    pub fn clock_stands_at(&self, time: Timestamp) {
        self.clock.now.store(time.0, Ordering::SeqCst);
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
        let parameter = self.keys().gate(GateId(group.id()));
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

    /// Somebody who has opened the claim link, and owns the bot.
    pub async fn with_owner(&self, name: &str) -> Person {
        let owner = self.world.person(name);
        owner.opens(&self.claim_link());
        owner.reads().await;
        owner
    }

    /// Somebody who has opened an enrolment link of `owner`.
    pub async fn with_enrolled(&self, owner: &Person, name: &str) -> Person {
        owner.types("/enrol");
        let link = link_in(&owner.reads().await);
        let admin = self.world.person(name);
        admin.opens(&link);
        admin.reads().await;
        admin
    }

    /// A new private group of `admin`'s with the bot as its administrator; they have read the
    /// invitation to set its gate up.
    pub async fn with_group_of(&self, admin: &Person, title: &str) -> Group {
        let group = admin.creates_group(title);
        group.members_may_add(false);
        admin.makes_bot_admin_of(&group, Rights::GATEKEEPER);
        admin.reads().await;
        group
    }

    /// A group of `admin`'s whose gate they have opened in the chat, with the defaults and the
    /// password [`PASSWORD`] under the label "main". The overview is the live message.
    pub async fn with_gate_of(&self, admin: &Person, title: &str) -> Group {
        let group = self.with_group_of(admin, title).await;
        for press in ["Set up", "Add a password", "Call it “main”"] {
            admin.presses(press);
            admin.reads().await;
        }
        admin.types(PASSWORD);
        admin.reads().await;
        while admin.buttons().iter().any(|label| label.starts_with("Next")) {
            admin.presses("Next");
            admin.reads().await;
        }
        admin.presses("Open the gate");
        self.world.settled().await;
        let _ = admin.takes_unread();
        group
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

/// The first link to a chat in what was read.
pub fn link_in(lines: &impl std::fmt::Display) -> String {
    let text = lines.to_string();
    let start = text.find("https://t.me/").expect("a link");
    text[start..].chars().take_while(|c| !c.is_whitespace()).collect()
}

/// Waits until somebody reads a line that says this.
pub async fn hears(person: &Person, what: &str) {
    while !person.reads_next().await.text().contains(what) {}
}

/// What was read, with the two random words as `‹two words›`, and what leads into the bot's chat
/// and into groups by secret as `‹link›`.
pub fn steady(lines: &impl std::fmt::Display) -> String {
    let text = lines.to_string();
    let words = without(&text, "this chat: ", |c| matches!(c, '.' | '\n'), "‹two words›");
    let bot = without(&words, "?start=", char::is_whitespace, "‹link›");
    without(&bot, "https://t.me/+", |c| c.is_whitespace() || c == ')', "‹link›")
}

/// The text with what follows each `lead`, up to such an `end`, given by this name.
fn without(text: &str, lead: &str, end: impl Fn(char) -> bool, name: &str) -> String {
    let mut steady = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(lead) {
        let end = after.find(&end).unwrap_or(after.len());
        steady = steady + before + lead + name;
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
    let spending = setup.spending;
    let Setup { limits, gate, channels, listed, more, messages_per_second, telegram, .. } = setup;
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
{spending}
"#,
            account.sid,
            account.auth_token,
            world.twilio.url()
        ),
        false => String::new(),
    };
    let chat_id = world.group().id();
    let first = match setup.gated {
        true => gate_table(chat_id, channels, *listed, gate),
        false => String::new(),
    };
    format!(
        r#"
[telegram]
token = "{token}"
api_url = "{api}"
messages_per_second = {messages_per_second}
{telegram}

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
