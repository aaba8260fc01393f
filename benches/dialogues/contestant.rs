//! What is measured: a process on duty in the pretend world.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use clap::ValueEnum;
use countersign::sandbox::World;
use tempfile::TempDir;

use crate::Arguments;
use crate::applicant::PASSWORD;
use crate::measure::{Meter, status};
use crate::plan::Plan;

/// Argon2id of the password, with the least work that is allowed.
const PASSWORD_HASH: &str = include_str!("../../tests/password.hash");
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Kind {
    /// `countersign run`.
    Bot,
    /// See `bare.rs`.
    Bare,
    /// See `plain.rs`.
    Plain,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Bot, Kind::Bare, Kind::Plain];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Bot => "countersign",
            Kind::Bare => "bare loop",
            Kind::Plain => "plain teloxide",
        }
    }
}

/// Where and how a contestant runs.
#[derive(Copy, Clone)]
pub struct Setting<'a> {
    /// The binary to be measured.
    pub binary: &'a Path,
    /// In which it gets one of its own.
    pub folder: &'a Path,
    /// A store that is there already.
    pub data: Option<&'a Path>,
    /// Its instructions are counted, and the count written there.
    pub counted: Option<&'a Path>,
}

impl<'a> Setting<'a> {
    pub fn of(arguments: &'a Arguments) -> Setting<'a> {
        let Arguments { binary, folder, .. } = arguments;
        Setting { binary, folder, data: None, counted: None }
    }
}

pub struct Contestant {
    child: Child,
    counts: Counts,
    _folder: TempDir,
}

/// Where a contestant says how often it has committed and synced.
enum Counts {
    Page(String),
    Pipe(std::sync::Mutex<(ChildStdin, BufReader<ChildStdout>)>),
}

impl Contestant {
    /// On duty: it has asked for updates.
    pub async fn starts(kind: Kind, world: &World, setting: &Setting<'_>) -> Contestant {
        let folder = tempfile::tempdir_in(setting.folder).expect("a writable folder");
        world.admin().has_written_before();
        let polls = world.telegram.calls("getUpdates");
        let (child, counts) = match kind {
            Kind::Bot => bot(world, folder.path(), setting),
            Kind::Bare => yardstick(world, folder.path(), "--bare"),
            Kind::Plain => yardstick(world, folder.path(), "--plain"),
        };
        let polling = world.telegram.wait_for_calls("getUpdates", polls + 1, PATIENCE).await;
        assert!(polling, "{} does not ask for updates", kind.name());
        Contestant { child, counts, _folder: folder }
    }

    /// What it has used up of the machine so far.
    pub async fn meter(&self) -> Meter {
        let (commits, syncs) = match &self.counts {
            Counts::Page(url) => {
                let page = reqwest::get(url).await.expect("a page").text().await.expect("a text");
                (
                    number(&page, "countersign_store_commit_seconds_count"),
                    number(&page, "countersign_store_syncs_total"),
                )
            }
            Counts::Pipe(pipe) => {
                let mut pipe = pipe.lock().expect("nobody panics here");
                let (question, answer) = &mut *pipe;
                writeln!(question).expect("a yardstick listens");
                let mut line = String::new();
                answer.read_line(&mut line).expect("a yardstick answers");
                let mut numbers = line.split_whitespace().map(|n| n.parse().expect("a number"));
                (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
            }
        };
        Meter::of(self.child.id(), commits, syncs)
    }

    /// What is resident now, and what was at the peak, in bytes.
    pub fn memory(&self) -> (u64, u64) {
        let pid = self.child.id();
        (status(pid, "VmRSS:"), status(pid, "VmHWM:"))
    }

    /// As at `kill -9`.
    pub fn dies(mut self) {
        self.child.kill().expect("a child of ours");
        tokio::task::block_in_place(|| self.child.wait()).expect("a child of ours");
    }

    /// As at SIGTERM; it must end well.
    pub fn stops(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a child of ours");
        let ended = tokio::task::block_in_place(|| self.child.wait()).expect("a child of ours");
        let by_signal = std::os::unix::process::ExitStatusExt::signal(&ended).is_some();
        assert!(ended.success() || by_signal, "it ended badly: {ended}");
    }
}

fn number(page: &str, name: &str) -> u64 {
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|number| number.trim().parse().ok())
        .unwrap_or_else(|| panic!("no {name} in:\n{page}"))
}

fn bot(world: &World, folder: &Path, setting: &Setting<'_>) -> (Child, Counts) {
    let health = free_address();
    let config = configuration(world, setting.data.unwrap_or(&folder.join("data")), &health);
    let file = folder.join("config.toml");
    std::fs::write(&file, config).expect("a writable folder");
    let own = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&file, own).expect("a file of ours");
    let log = std::fs::File::create(folder.join("log")).expect("a writable folder");
    let mut command = match setting.counted {
        None => Command::new(setting.binary),
        Some(out) => {
            let mut command = Command::new("valgrind");
            let out = format!("--callgrind-out-file={}", out.display());
            // While sled starts, its threads wait for each other by turning round and round: for as
            // long as they are let, which is a lot under callgrind, and chance.
            command
                .args(["--quiet", "--fair-sched=yes", "--tool=callgrind", &out])
                .arg(setting.binary);
            command
        }
    };
    let child = command
        .args(["--config".as_ref(), file.as_os_str(), "run".as_ref()])
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("the binary starts");
    (child, Counts::Page(format!("http://{health}/metrics")))
}

/// This program as one of those that the bot is compared with.
fn yardstick(world: &World, folder: &Path, which: &str) -> (Child, Counts) {
    let plan = Plan::of(world, &folder.join("journal"));
    let file = folder.join("plan.json");
    std::fs::write(&file, serde_json::to_vec(&plan).expect("JSON")).expect("a writable folder");
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .arg(which)
        .arg(&file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program starts again");
    let question = child.stdin.take().expect("a pipe");
    let answer = BufReader::new(child.stdout.take().expect("a pipe"));
    (child, Counts::Pipe(std::sync::Mutex::new((question, answer))))
}

/// Everything on, no limit of our own.
fn configuration(world: &World, data: &Path, health: &str) -> String {
    let (token, api, data) = (world.token(), world.telegram.url(), data.display());
    let (smtp, account, twilio) =
        (world.smtp.ports().clear, world.twilio.account(), world.twilio.url());
    let (sid, auth_token) = (&account.sid, &account.auth_token);
    let (group, hash) = (world.group().id(), PASSWORD_HASH.trim());
    debug_assert_eq!(PASSWORD, "open sesame");
    format!(
        r#"
[telegram]
token = "{token}"
api_url = "{api}"
messages_per_second = 0

[store]
path = "{data}"

[http]
listen = "{health}"

[email]
host = "127.0.0.1"
port = {smtp}
security = "none"
from = "Gate <gate@example.org>"

[sms]
account_sid = "{sid}"
auth_token = "{auth_token}"
from = "+4915112345678"
api_url = "{twilio}"
allowed_countries = ["+49"]
per_prefix = 1000000
per_hour = 1000000
per_day = 1000000

[limits]
sends_per_country = 1000000
sms_per_gate = 1000000
sms_conversion = 0
raid_requests = 0

[[gates]]
chat_id = {group}
password_hash = "{hash}"
channels = ["email", "sms"]
"#
    )
}

/// An address on which nobody listens.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

/// How often each method of the Bot API was called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls(pub BTreeMap<&'static str, u64>);

impl Calls {
    const METHODS: [&str; 9] = [
        "sendMessage",
        "editMessageText",
        "editMessageReplyMarkup",
        "deleteMessage",
        "deleteMessages",
        "answerCallbackQuery",
        "approveChatJoinRequest",
        "getChatMember",
        "getUpdates",
    ];

    pub fn of(world: &World) -> Calls {
        Calls(Calls::METHODS.map(|method| (method, world.telegram.calls(method))).into())
    }

    pub fn since(self, before: &Calls) -> Calls {
        Calls(self.0.into_iter().map(|(method, n)| (method, n - before.0[method])).collect())
    }
}
