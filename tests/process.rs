//! The real binary as a process of its own, on duty in the pretend world.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use countersign::engine::world::SystemRandom;
use countersign::ops::fault::Point;
use countersign::sandbox::World;
use countersign::verification::code::Random;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::scene::{Setup, written};

/// How long anything may take that is waited for here, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// So little that each dialogue sees checkpoints.
const JOURNAL_BYTES: &str = "8192";
/// A stop may take so long: three seconds for what is under way, and a busy machine has its own
/// pace. `docker stop` gives ten before it kills.
pub const STOP: Duration = Duration::from_secs(10);

/// A machine on which the binary can be started, again and again, on one configuration and folder.
pub struct Host {
    pub world: World,
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// One run of the binary. Killed if it is dropped before it has ended.
pub struct Process {
    pid: Pid,
    output: JoinHandle<std::io::Result<Output>>,
    /// Standard error so far.
    said: watch::Receiver<String>,
}

/// How a run ended, and what it printed.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Host {
    pub async fn with(setup: &Setup) -> Host {
        let world = World::start().await;
        world.set_patience(PATIENCE);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = written(&world, folder.path(), setup);
        let file = folder.path().join("config.toml");
        std::fs::write(&file, config).expect("a writable folder");
        // The token stands in it.
        let own = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&file, own).expect("a file of ours");
        Host { world, folder, environment: Vec::new() }
    }

    /// From the next start on: a setting, such as `LOG__LEVEL`.
    #[must_use]
    pub fn set(mut self, key: &str, value: &str) -> Host {
        self.environment.push((format!("COUNTERSIGN_{key}"), value.to_owned()));
        self
    }

    /// With the health server on a port of its own; returns where.
    #[must_use]
    pub fn with_health(self) -> (Host, String) {
        let address = free_address();
        (self.set("HTTP__LISTEN", &address), format!("http://{address}"))
    }

    /// `countersign run`.
    #[must_use]
    pub fn starts(&self) -> Process {
        Process::start(&mut self.command(&["run"]))
    }

    /// `countersign run`, which dies at the `nth` pass of a fault point.
    #[must_use]
    pub fn starts_dying_at(&self, point: Point, nth: u32) -> Process {
        let at = format!("{}:{nth}", point.name());
        Process::start(self.command(&["run"]).env("COUNTERSIGN_DIE_AT", at))
    }

    /// `countersign run`, already asking for updates.
    pub async fn is_on_duty(&self) -> Process {
        let before = self.world.telegram.calls("getUpdates");
        let mut process = self.starts();
        let polls = self.world.telegram.wait_for_calls("getUpdates", before + 1, PATIENCE);
        tokio::select! {
            polls = polls => assert!(polls, "the binary does not ask for updates"),
            ended = process.ended() => panic!("the binary ended too soon: {ended:#?}"),
        }
        process
    }

    /// The binary with nothing in its environment but our own settings.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        self.prepare(&mut command).args(arguments);
        command
    }

    /// The same through a shell: `script` ends in `exec "$0" "$@"`.
    #[must_use]
    pub fn command_after(&self, script: &str, arguments: &[&str]) -> Command {
        let mut shell = Command::new("/bin/sh");
        let binary = env!("CARGO_BIN_EXE_countersign");
        self.prepare(&mut shell).args(["-c", script, binary]).args(arguments);
        shell
    }

    fn prepare<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        let settings = self.environment.iter().map(|(key, value)| (key, value));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("COUNTERSIGN_JOURNAL_BYTES", JOURNAL_BYTES)
            .envs(settings)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
    }

    /// Where `config.toml` lies, and the binary runs.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The store's folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder().join("data")
    }
}

impl Process {
    #[must_use]
    pub fn start(command: &mut Command) -> Process {
        let mut child = command.spawn().expect("the binary starts");
        let pid = Pid::from_child(&child);
        let errors = child.stderr.take().expect("a piped standard error");
        let (sender, said) = watch::channel(String::new());
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(errors).lines() {
                let line = line.expect("UTF-8");
                sender.send_modify(|said| *said = format!("{said}{line}\n"));
            }
        });
        let output = tokio::task::spawn_blocking(move || {
            let output = child.wait_with_output();
            reader.join().expect("a log that can be read");
            output
        });
        Process { pid, output, said }
    }

    #[must_use]
    pub fn id(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// Waits until its log says this.
    pub async fn says(&mut self, what: &str) {
        let said = self.said.wait_for(|said| said.contains(what));
        let in_time = tokio::time::timeout(PATIENCE, said).await;
        let said = in_time.is_ok_and(|said| said.is_ok());
        assert!(said, "it never says {what:?}:\n{}", *self.said.borrow());
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("the process is there");
    }

    /// Waits until it has ended, however long that takes. To be called no more after that.
    pub async fn ended(&mut self) -> Ended {
        let output = (&mut self.output).await.expect("the wait goes on").expect("a child of ours");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ended {
            code: output.status.code(),
            signal: output.status.signal(),
            out: text(output.stdout),
            err: self.said.borrow().clone(),
        }
    }

    /// Waits until it has ended by itself.
    pub async fn ends(mut self) -> Ended {
        match tokio::time::timeout(PATIENCE, self.ended()).await {
            Ok(ended) => ended,
            Err(_) => panic!("the binary goes on and on"),
        }
    }

    /// As `docker stop` does it. It must end well, and in time.
    pub async fn stops(self, signal: Signal) -> Ended {
        let begun = Instant::now();
        self.signal(signal);
        let ended = self.ends().await;
        let took = begun.elapsed();
        assert_eq!((ended.code, ended.signal), (Some(0), None), "{}", ended.err);
        assert!(took < STOP, "the stop took {took:?}: {}", ended.err);
        ended
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.output.is_finished() {
            // It may have ended a moment ago.
            let _ = kill_process(self.pid, Signal::KILL);
        }
    }
}

impl Ended {
    /// It failed with this code and one sentence that begins like this.
    #[track_caller]
    pub fn failed_with(&self, code: i32, begins: &str) {
        const LAST_WORD: &str = " ERROR countersign::commands::run: ";
        assert_eq!((self.code, self.signal), (Some(code), None), "{self:#?}");
        let errors = self.err.lines().filter_map(|line| Some(line.split_once(LAST_WORD)?.1));
        let errors: Vec<_> = errors.collect();
        let [error] = errors[..] else { panic!("not one sentence: {self:#?}") };
        assert!(error.starts_with(begins), "{error}");
        for noise in ["panicked", "RUST_BACKTRACE", "stack backtrace", "a panic"] {
            assert!(!self.err.contains(noise), "{self:#?}");
        }
    }
}

/// An address on which nobody listens. Not from the ports that the system gives to connections:
/// one of those may be taken again before the binary listens.
pub fn free_address() -> String {
    let addresses = std::iter::repeat_with(|| {
        let mut bytes = [0; 2];
        SystemRandom.fill(&mut bytes);
        format!("127.0.0.1:{}", 10_000 + u16::from_ne_bytes(bytes) % 20_000)
    });
    let mut addresses = addresses.take(100);
    addresses.find(|address| std::net::TcpListener::bind(address).is_ok()).expect("a free port")
}

/// The status and the text of a page.
pub async fn page(url: &str) -> (u16, String) {
    let answer = reqwest::get(url).await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a text"))
}

/// Every file below a folder, with what is in it.
pub fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            files.push((path, bytes));
        }
    }
    files
}
