//! A machine with a disk that forgets: a process on it, the power going, and what is there when it
//! is back.

#[path = "disk_image.rs"]
#[expect(dead_code, reason = "the other half, what an fsync does, is for the layer itself")]
mod disk_image;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use countersign::store::records::{GateTitle, LedgerCount};
use countersign::store::{Store, StoreError, View, secret};
use countersign::verification::limits::Ledger;
use tempfile::TempDir;

pub use disk_image::Image;

/// So little that there are checkpoints all the time.
const JOURNAL_BYTES: &str = "32768";
/// How many pairs the writer leaves standing.
const WINDOW: u64 = 100;

/// Where the layer and the writer are. They are examples, and not every way of running a test
/// builds those; where they are built, this takes a moment.
static EXAMPLES: LazyLock<PathBuf> = LazyLock::new(|| {
    let own = std::env::current_exe().expect("a path of our own");
    let built = own.ancestors().nth(2).expect("…/target/debug/deps/…").to_owned();
    let profile = match built.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--locked", "--offline", "--examples", "--profile", profile]);
    // What cargo tells a test of its package would make the build scripts of others run again.
    for (name, _) in std::env::vars_os() {
        let of_the_package =
            ["OUT_DIR", "CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        let name = name.to_string_lossy();
        if of_the_package.iter().any(|start| name.starts_with(start)) {
            command.env_remove(&*name);
        }
    }
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    built.join("examples")
});

/// A machine on which processes run, and whose power can go.
pub struct Machine {
    folder: TempDir,
}

/// A `store-writer`. Killed if it is dropped before it has ended.
pub struct Writer {
    child: Child,
    lines: Receiver<String>,
    said: Said,
}

/// What a writer has said.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// That its store is open: from then on the store is there.
    pub open: bool,
    pub acknowledged: BTreeSet<u64>,
    /// It ended by itself, and well.
    pub ended_well: bool,
    /// Standard error.
    pub complaints: String,
}

/// What is not as it must be after a cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    pub lost: u64,
    pub doubled: u64,
    pub what: String,
}

impl Machine {
    pub fn new() -> Machine {
        Machine { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// The folder that is on the disk that forgets.
    pub fn live(&self) -> PathBuf {
        let live = self.folder.path().join("live");
        fs::create_dir_all(&live).expect("a writable folder");
        live.canonicalize().expect("a folder")
    }

    /// Starts a writer; it ends after so many commits, or never. The power goes by itself at the
    /// fsync `cut`, if it gets there.
    pub fn starts(&self, how: &str, commits: Option<u64>, cut: Option<u64>) -> Writer {
        let mut command = Command::new(EXAMPLES.join("store-writer"));
        command.arg(how).arg(self.live()).args(commits.map(|commits| commits.to_string()));
        command.env("COUNTERSIGN_JOURNAL_BYTES", JOURNAL_BYTES);
        if let Some(cut) = cut {
            command.env("FORGETFUL_CUT", cut.to_string());
        }
        on_a_disk_that_forgets(&mut command, &self.image());
        Writer::start(&mut command)
    }

    /// The power is back: the folder holds what the disk holds. `chance` is asked what else had
    /// reached it by itself.
    pub fn power_returns(&self, chance: &mut dyn FnMut() -> bool) {
        let live = self.live();
        let left = self.folder.path().join("left");
        fs::create_dir(&left).expect("a writable folder");
        self.image().cut(&left, chance).expect("an image");
        fs::remove_dir_all(&live).expect("a folder of ours");
        fs::rename(&left, &live).expect("a folder of ours");
    }

    /// A copy of what is on the disk now.
    pub fn copy(&self) -> TempDir {
        copy_of(&self.live())
    }

    /// Another machine with the same on its disk.
    pub fn like_it(&self) -> Machine {
        let machine = Machine::new();
        copy_folder(&self.live(), &machine.live());
        machine
    }

    fn image(&self) -> Image {
        Image::new(&self.folder.path().join("image"), &self.live())
    }
}

/// A copy of a folder, to look into: looking mends what a start mends.
pub fn copy_of(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().expect("a temporary folder");
    copy_folder(folder, copy.path());
    copy
}

/// Has a command run on a disk that forgets. What is in the folder by now is on the disk.
pub fn on_a_disk_that_forgets(command: &mut Command, image: &Image) {
    image.adopt().expect("an image");
    let layer = EXAMPLES.join("libforgetful_disk.so");
    command
        .env("LD_PRELOAD", layer)
        .env("FORGETFUL_LIVE", image.live())
        .env("FORGETFUL_IMAGE", image.folder());
}

impl Writer {
    /// On any disk; the command's arguments are the writer's.
    pub fn start(command: &mut Command) -> Writer {
        let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.expect("the writer starts");
        let out = child.stdout.take().expect("a piped standard output");
        let (sender, lines) = mpsc::channel();
        // A pipe that nobody reads would hold the writer up.
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Writer { child, lines, said: Said::default() }
    }

    /// The writer for another disk: `command(how, folder)` without anything around it.
    pub fn command(how: &str, folder: &Path) -> Command {
        let mut command = Command::new(EXAMPLES.join("store-writer"));
        command.arg(how).arg(folder);
        command
    }

    /// Waits until so much is acknowledged.
    pub fn acknowledges(&mut self, many: usize) {
        while self.said.acknowledged.len() < many {
            match self.lines.recv() {
                Ok(line) => self.said.hear(&line),
                Err(_) => panic!("the writer ended by itself: {}", self.complaints()),
            }
        }
    }

    /// The power goes, now.
    pub fn loses_power(mut self) -> Said {
        self.child.kill().expect("a child of ours");
        self.ends()
    }

    /// Waits until it has ended.
    pub fn ends(mut self) -> Said {
        while let Ok(line) = self.lines.recv() {
            self.said.hear(&line);
        }
        self.said.complaints = self.complaints();
        self.said.ended_well = self.child.wait().expect("a child of ours").success();
        std::mem::take(&mut self.said)
    }

    fn complaints(&mut self) -> String {
        let mut text = String::new();
        if let Some(mut errors) = self.child.stderr.take() {
            errors.read_to_string(&mut text).expect("UTF-8");
        }
        text
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Said {
    fn hear(&mut self, line: &str) {
        match line.strip_prefix("ack ").map(str::parse) {
            Some(Ok(number)) => drop(self.acknowledged.insert(number)),
            Some(Err(_)) | None => self.open |= line == "open",
        }
    }

    /// And what a later writer on the same store has said.
    pub fn and(&mut self, later: Said) {
        self.open |= later.open;
        self.acknowledged.extend(later.acknowledged);
        self.ended_well = later.ended_well;
        self.complaints = later.complaints;
    }
}

/// Opens the writer's store as a start does, and looks whether all of it is as some moment after the last
/// acknowledgement would show; the number of the newest transaction.
///
/// # Errors
/// What was lost.
pub async fn look_through(folder: &Path, said: &Said) -> Result<u64, Loss> {
    let store = &folder.join("data");
    let apart = folder.join("key");
    let key = if apart.exists() { apart } else { store.clone() }.join("secret.key");
    let due = said.acknowledged.len() as u64;
    // What was open is lost even if nothing was in it.
    let all = |what: String| Loss { lost: due.max(u64::from(said.open)), doubled: 0, what };
    let fresh = !store.join("manifest").exists();
    if said.open && fresh {
        return Err(all("the store is gone".to_owned()));
    }
    let secret = secret::load_or_make(&key, store);
    let secret = secret.map_err(|why| all(why.to_string()))?;
    let store = Store::open(store, &secret.seal_key()).map_err(|why| all(why.to_string()))?;
    let read = store.read(contents).await;
    store.close().await;
    let (counted, titles) = read.map_err(|why| all(why.to_string()))?;

    let newest = titles.last().map_or(0, |(place, _)| place.div_euclid(2).unsigned_abs());
    let lost = said.acknowledged.range(newest + 1..).count() as u64;
    if lost > 0 {
        let what = format!("{newest} is the newest of {due} acknowledged ones");
        return Err(Loss { lost, doubled: 0, what });
    }
    let standing = (newest.saturating_sub(WINDOW - 1).max(1)..=newest).flat_map(|number| {
        let place = i64::try_from(2 * number).expect("a small number");
        [place, place + 1].map(|place| (place, number.to_string().repeat(20)))
    });
    if !standing.eq(titles) {
        return Err(Loss { lost: 1, doubled: 0, what: "a transaction is not whole".to_owned() });
    }
    if counted != newest {
        let what = format!("{counted} of {newest} transactions are counted");
        let (lost, doubled) = (newest.saturating_sub(counted), counted.saturating_sub(newest));
        return Err(Loss { lost, doubled, what });
    }
    Ok(newest)
}

type Contents = (u64, Vec<(i64, String)>);

fn contents(view: &View<'_>) -> Result<Contents, StoreError> {
    let ledger = Ledger::Country { dial_code: 49, day: 0 };
    let count = view.get::<LedgerCount>(&ledger)?.map_or(0, |ledger| ledger.count);
    let titles = view.scan::<GateTitle>(None, usize::MAX)?;
    Ok((count, titles.into_iter().map(|(gate, title)| (gate.0, title.title)).collect()))
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a writable folder");
    for entry in fs::read_dir(from).expect("a readable folder") {
        let entry = entry.expect("a readable folder");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a readable file");
        }
    }
}
