//! The store rots: flipped bits, cut tails, zeroed pages, missing files. The real binary looks at
//! what is left: it says what is wrong and what to do, or everything is there. And the restore
//! after it: nobody gains by what was forgotten.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use countersign::ops::fault::Point;
use countersign::sandbox::Person;
use countersign::store::{Store, secret};
use rand::RngExt;
use rand::rngs::SmallRng;
use rustix::process::Signal;
use tokio::task::JoinSet;

use crate::bench::{Lab, Row};
use crate::crowd::{self, Calm, Role};
use crate::cut::{Writer, copy_of, look_through};
use crate::process::{Ended, Host, Process, files_below};
use crate::scene::{PASSWORD, Setup, hears};

const PAGE: usize = 4096;
const REMEDY: &str = "`countersign store restore`";
/// How long the binary may look at a store of a few hundred records, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);
/// What does not hold of a sentence that a host can do something with.
const NOISE: [&str; 3] = ["panicked", "RUST_BACKTRACE", "stack backtrace"];
const DOES_NOT_SHOW: &str =
    "One damage at a time, found at the next start; nothing looks for it while the bot runs.";

pub async fn run(lab: &Lab) -> Vec<Row> {
    let host = used(lab).await;
    let killed = Sound::new(lab, &host, "killed");
    let process = host.is_on_duty().await;
    process.signal(Signal::TERM);
    process.ends().await;
    let stopped = Sound::new(lab, &host, "stopped");
    let mut rows = Vec::new();
    // Of what is left of the time, four fifths for these: flips the most.
    let (begun, part) = (lab.elapsed(), lab.time_left() * 4 / 5 / 10);
    let mut parts = 0;
    for (what, sort, rounds, share) in [
        ("a flipped bit", Sort::Flip, lab.rounds(400, 6), 3),
        ("a tail cut off", Sort::Cut, lab.rounds(100, 3), 1),
        ("a page of zeros", Sort::Zero, lab.rounds(100, 3), 1),
    ] {
        for (sound, when) in [(&stopped, "the bot was stopped"), (&killed, "the bot was killed")] {
            parts += share;
            let until = begun + part * parts;
            rows.push(damaged(lab, sound, &format!("{what}, {when}"), sort, (rounds, until)).await);
        }
    }
    rows.push(not_noted(lab).await);
    rows.push(missing(lab, &stopped).await);
    rows.push(rotten_backup(lab, &stopped).await);
    rows.push(restored(lab).await);
    rows
}

/// A store that was used by many, and everything that is in it.
struct Sound<'h> {
    host: &'h Host,
    data: PathBuf,
    /// What a backup of it holds after its head.
    values: Vec<u8>,
}

/// A bot that was used by many and is killed.
async fn used(lab: &Lab) -> Host {
    let setup = Setup { limits: crowd::LIMITS, spending: crowd::SPENDING, ..Setup::default() };
    let mut host = Host::with(&setup).await.set("LOG__LEVEL", "warn");
    host.world = host.world.lenient();
    host.world.set_patience(Duration::from_secs(60));
    let process = host.is_on_duty().await;
    let mut crowd = JoinSet::new();
    for place in 0..lab.rounds(60, 6) {
        let role = Role::draw(&mut lab.rng(place));
        let (outside, name) = (host.world.outside(), format!("P{place}"));
        let calm = Calm::from(OnceLock::from(Instant::now()));
        crowd.spawn(async move { crowd::plays(outside, calm, &name, role).await });
    }
    while let Some(played) = crowd.join_next().await {
        played.expect("an applicant does not panic").expect("nothing is damaged yet");
    }
    process.signal(Signal::KILL);
    process.ends().await;
    host
}

impl Sound<'_> {
    /// The store as it is now.
    ///
    /// A kill between the sync of a commit and its note in the manifest leaves one that nothing
    /// but the data knows of. Nobody was told of it, so without it nothing is lost; but it would
    /// look like a loss here. Each start notes what it finds: that is done before the damage, and
    /// from then on everything that is there must stay there.
    fn new<'h>(lab: &Lab, host: &'h Host, name: &str) -> Sound<'h> {
        let data = host.folder().join(name);
        copy(&host.data(), &data);
        let mut sound = Sound { host, data, values: Vec::new() };
        let copied = sound.copied();
        sound.values = sound.values_in(&copied).expect("it is sound before anything is damaged");
        let (before, noted) = (sound.data.join("manifest"), copied.join("manifest"));
        if fs::read(&before).expect("a manifest") != fs::read(&noted).expect("a manifest") {
            lab.tell(format!("{name} in the middle of a commit"));
        }
        if std::env::var_os("LAB_OLD").is_none() {
            fs::copy(noted, before).expect("a writable folder");
        }
        sound
    }

    /// A copy to be damaged.
    fn copied(&self) -> PathBuf {
        let bent = self.host.folder().join("bent");
        let _ = fs::remove_dir_all(&bent);
        copy(&self.data, &bent);
        bent
    }

    async fn countersign(&self, store: &Path, arguments: &[&str]) -> Ended {
        let mut command = self.host.command(arguments);
        command.env("COUNTERSIGN_STORE__PATH", store);
        let mut process = Process::start(&mut command);
        match tokio::time::timeout(PATIENCE, process.ended()).await {
            Ok(ended) => ended,
            // What it hangs at is broken; its end by a signal says so.
            Err(_) => {
                process.signal(Signal::ABORT);
                process.ended().await
            }
        }
    }

    /// The keys in a backup of this store and how long their records are, or how making it failed.
    fn values_in(&self, store: &Path) -> Result<Vec<u8>, String> {
        let to = self.host.folder().join("values.backup");
        let mut command = self.host.command(&["store", "backup"]);
        command.arg(&to).env("COUNTERSIGN_STORE__PATH", store);
        let output = command.output().expect("the binary runs");
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let bytes = fs::read(&to).expect("a backup");
        let line = bytes.iter().position(|byte| *byte == b'\n').expect("its first line") + 1;
        let length = bytes[line..line + 4].try_into().map(u32::from_be_bytes).expect("a head");
        // The sum at the end covers the head, too, which says when it was made.
        let mut rest = &bytes[line + 4 + length as usize..bytes.len() - 44];
        let mut values = Vec::new();
        // What was in the journal is sealed anew at each start, so bytes differ where records do
        // not: that each is the latest one, and whole, is what the command itself has looked at.
        while let Some((lengths, pair)) = rest.split_at_checked(8) {
            let length = |at: usize| {
                let length = lengths[at..at + 4].try_into().map(u32::from_be_bytes);
                length.expect("four bytes") as usize
            };
            let (key, value) = pair[..length(0) + length(4)].split_at(length(0));
            // The tally, which has the sums of all seals in it.
            if key != [0] {
                values.extend(key);
                values.extend(value.len().to_be_bytes());
            }
            rest = &pair[length(0) + length(4)..];
        }
        Ok(values)
    }

    /// What `store verify`, and now and then `run`, make of a damaged copy.
    async fn judge(&self, bent: &Path, runs: bool) -> Result<Fate, String> {
        let verified = self.countersign(bent, &["store", "verify"]).await;
        let fate = self.sentence(bent, &verified)?;
        if runs && fate == Fate::Named {
            let run = self.countersign(bent, &["run"]).await;
            if run.code != verified.code || self.noise(&run) || !run.err.contains(REMEDY) {
                return Err(format!("{verified:#?}\nrun says something else: {run:#?}"));
            }
        }
        if fate == Fate::Named {
            // Looking again does not make it whole, unless it really is.
            let again = self.countersign(bent, &["store", "verify"]).await;
            if self.sentence(bent, &again)? != Fate::Named {
                return Err(format!("{verified:#?}\nat another look: {again:#?}"));
            }
        }
        Ok(fate)
    }

    fn sentence(&self, bent: &Path, ended: &Ended) -> Result<Fate, String> {
        if ended.signal.is_some() || self.noise(ended) {
            return Err(format!("no sentence: {ended:#?}"));
        }
        let says = |what: &str| ended.err.contains(what);
        match ended.code {
            Some(3) if says(" is damaged: ") && says(REMEDY) => Ok(Fate::Named),
            Some(1) if says("secret key") => Ok(Fate::Key),
            Some(0) => match self.values_in(bent) {
                Ok(values) if values == self.values => Ok(Fate::Harmless),
                Ok(_) => Err("it opened with something else in it".to_owned()),
                Err(why) => Err(format!("it was sound, and then: {why}")),
            },
            _ => Err(format!("no such end is known: {ended:#?}")),
        }
    }

    fn noise(&self, ended: &Ended) -> bool {
        NOISE.iter().any(|noise| ended.err.contains(noise) || ended.out.contains(noise))
    }
}

/// What a damage comes to.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// Found, named, with its remedy; exit code 3.
    Named,
    /// It hit the secret key, or the place that says which one it is; said, exit code 1.
    Key,
    /// It hit nothing that the store holds: every record is there, unchanged.
    Harmless,
}

#[derive(Copy, Clone, Debug)]
enum Sort {
    Flip,
    Cut,
    Zero,
}

/// What was seen, by fate, and what must not be.
#[derive(Default)]
struct Seen {
    fates: BTreeMap<Fate, u64>,
    broken: Vec<String>,
}

impl Seen {
    fn note(&mut self, round: impl fmt::Display, fate: Result<Fate, String>) {
        match fate {
            Ok(fate) => *self.fates.entry(fate).or_default() += 1,
            Err(why) => self.broken.push(format!("{round}: {why}")),
        }
    }

    fn row(self, what: &str) -> Row {
        let count = |fate| self.fates.get(&fate).copied().unwrap_or(0);
        let (named, key, harmless) = (count(Fate::Named), count(Fate::Key), count(Fate::Harmless));
        let keys = if key > 0 { format!(", {key} a wrong key") } else { String::new() };
        let broken = self.broken.len() as u64;
        let some: Vec<_> = self.broken.into_iter().take(3).collect();
        Row::held(
            format!("{what} (named {named}{keys}, hit nothing {harmless})"),
            named + key + harmless + broken,
            DOES_NOT_SHOW,
        )
        .counted(broken, 0, some.join("\n"))
    }
}

async fn damaged(
    lab: &Lab,
    sound: &Sound<'_>,
    what: &str,
    sort: Sort,
    (rounds, until): (u64, Duration),
) -> Row {
    let mut rng = lab.rng(what);
    let mut seen = Seen::default();
    for round in 0..rounds {
        let bent = sound.copied();
        let done = damage(&bent, sort, &mut rng);
        let fate = sound.judge(&bent, round % 10 == 0).await;
        let fate = fate.map_err(|why| format!("{why}\nkept in {}", kept(lab, &bent).display()));
        seen.note(format!("round {round}, {done}"), fate);
        if lab.elapsed() > until && round >= 3 {
            break;
        }
    }
    lab.tell(format!("{what}: {:?}", seen.fates));
    seen.row(what)
}

/// A copy of a store that was not handled as it should be, for whoever mends it.
fn kept(lab: &Lab, bent: &Path) -> PathBuf {
    let kept = (0..).map(|n| std::env::temp_dir().join(format!("crash-lab-{}-{n}", lab.seed)));
    let kept = kept.into_iter().find(|path| !path.exists()).unwrap_or_default();
    copy(bent, &kept);
    kept
}

/// Damages one file of a store; what was done.
fn damage(store: &Path, sort: Sort, rng: &mut SmallRng) -> String {
    let files: Vec<_> =
        files_below(store).into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect();
    // Most rounds are about the data; the small files beside it must hold as well.
    let data = files.iter().position(|(path, _)| path.ends_with("db/db")).expect("sled's file");
    let chosen = if rng.random_bool(0.75) { data } else { rng.random_range(0..files.len()) };
    let (path, bytes) = &files[chosen];
    let name = path.strip_prefix(store).expect("a file of the store").display();
    let file = File::options().write(true).open(path).expect("a writable file");
    // Most of sled's file is room at the end of a segment; what is written is what matters.
    let written: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
    let at = written.get(rng.random_range(0..written.len().max(1))).copied().unwrap_or(0);
    match sort {
        Sort::Flip => {
            let bit = rng.random_range(0..8);
            file.write_all_at(&[bytes[at] ^ (1 << bit)], at as u64).expect("a writable file");
            format!("bit {bit} of byte {at} of {name}")
        }
        Sort::Cut => {
            // Anywhere, or close to its end, as after a crash of the file system.
            let near = rng.random_range(1..=bytes.len().min(PAGE));
            let length = if rng.random_bool(0.5) { at } else { bytes.len() - near };
            file.set_len(length as u64).expect("a writable file");
            format!("{name} cut to {length} of {} bytes", bytes.len())
        }
        Sort::Zero => {
            let from = at / PAGE * PAGE;
            let to = (from + PAGE).min(bytes.len());
            file.write_all_at(&vec![0; to - from], from as u64).expect("a writable file");
            format!("bytes {from} to {to} of {name}")
        }
    }
}

/// The process dies between the sync of a commit and its note in the manifest, and then a tail is
/// cut off. That commit may be gone, for nobody was told of it; whatever was acknowledged may not.
async fn not_noted(lab: &Lab) -> Row {
    let mut rng = lab.rng("not noted");
    let (mut named, mut without, mut with, mut broken) = (0, 0, 0, Vec::new());
    let mut rounds = 0;
    for round in 0..lab.rounds(100, 4) {
        if round > 3 && !lab.has_time() {
            break;
        }
        rounds += 1;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut writer = Writer::command("store", folder.path());
        let commits = rng.random_range(1..60);
        let at = format!("{}:{commits}", Point::StoreWritten.name());
        let said = Writer::start(writer.env("COUNTERSIGN_DIE_AT", at)).ends();
        let before = look_through(copy_of(folder.path()).path(), &said).await;
        let before = before.expect("it is sound before anything is damaged");
        let data = folder.path().join("data");
        let journal = data.join("db/journal.0");
        let file = File::options().write(true).open(&journal).expect("the journal");
        let bytes = fs::read(&journal).expect("the journal");
        let written = bytes.iter().rposition(|byte| *byte != 0).map_or(1, |last| last + 1);
        // Most of them within the last few commits.
        let cut = rng.random_range(0..written.min(2 * PAGE));
        file.set_len((written - cut) as u64).expect("a writable file");
        let keys = secret::load(&data.join("secret.key")).expect("the secret key").seal_key();
        match Store::open(&data, &keys) {
            Err(why) if why.is_damage() => named += 1,
            Err(why) => broken.push(format!("round {round}: {why}")),
            Ok(store) => {
                store.close().await;
                match look_through(folder.path(), &said).await {
                    Ok(newest) if newest < before => without += 1,
                    Ok(_) => with += 1,
                    Err(loss) => broken.push(format!("round {round}, {cut} bytes cut: {loss:?}")),
                }
            }
        }
    }
    let lost = broken.len() as u64;
    Row::held(
        format!(
            "a tail of the journal cut off after a death before the newest commit was noted (named {named}; all that \
             was acknowledged is there, and that commit {with}, and not that commit {without})"
        ),
        rounds,
        DOES_NOT_SHOW,
    )
    .counted(lost, 0, broken.into_iter().take(3).collect::<Vec<_>>().join("\n"))
}

/// Each file and folder is gone, and each two of them.
async fn missing(lab: &Lab, sound: &Sound<'_>) -> Row {
    let mut names = vec![PathBuf::from("db")];
    names.extend(
        files_below(&sound.data).into_iter().map(|(path, _)| {
            path.strip_prefix(&sound.data).expect("a file of the store").to_owned()
        }),
    );
    // The lock is made anew at each start, and a backup is none of the store.
    names.retain(|name| !name.ends_with("lock") && !name.starts_with("backups"));
    let mut sets: Vec<Vec<&PathBuf>> = names.iter().map(|name| vec![name]).collect();
    if !lab.quick {
        for (place, one) in names.iter().enumerate() {
            sets.extend(names[place + 1..].iter().map(|other| vec![one, other]));
        }
    }
    let mut seen = Seen::default();
    for gone in sets {
        let bent = sound.copied();
        for name in &gone {
            let path = bent.join(name);
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
        let all = gone.iter().any(|name| name.ends_with("manifest"))
            && gone.iter().any(|name| **name == Path::new("db"));
        // Of a store whose data and manifest are both gone nothing tells that it ever was, but
        // its key: `verify` says that there is none, and the rest of it is in the README.
        let fate = match all {
            true => {
                let ended = sound.countersign(&bent, &["store", "verify"]).await;
                let none = ended.err.contains("there is no store in ");
                if none { Ok(Fate::Named) } else { Err(format!("{ended:#?}")) }
            }
            false => sound.judge(&bent, true).await,
        };
        seen.note(format!("{gone:?} gone"), fate);
    }
    seen.row("missing files")
}

/// A backup with a flipped bit or a cut tail is refused, and nothing of the store is touched.
async fn rotten_backup(lab: &Lab, sound: &Sound<'_>) -> Row {
    let mut rng = lab.rng("backup");
    let bent = sound.copied();
    let file = sound.host.folder().join("gate.backup");
    let to = file.to_str().expect("UTF-8").to_owned();
    let made = sound.countersign(&bent, &["store", "backup", &to]).await;
    assert_eq!(made.code, Some(0), "{made:#?}");
    let bytes = fs::read(&file).expect("a backup");
    let before = files_below(&bent.join("db"));
    let (mut rounds, mut broken) = (0, Vec::new());
    for round in 0..lab.rounds(100, 4) {
        if round > 3 && !lab.has_time() {
            break;
        }
        rounds += 1;
        let mut rotten = bytes.clone();
        let at = rng.random_range(0..bytes.len());
        match round % 3 {
            0 => rotten.truncate(at),
            _ => rotten[at] ^= 1 << rng.random_range(0..8),
        }
        fs::write(&file, rotten).expect("a writable folder");
        let ended = sound.countersign(&bent, &["store", "restore", &to, "--replace"]).await;
        let refused = ended.code == Some(1) && ended.err.contains(" cannot be used: ");
        if !refused || sound.noise(&ended) || files_below(&bent.join("db")) != before {
            broken.push(format!("round {round}, byte {at}: {ended:#?}"));
        }
    }
    let lost = broken.len() as u64;
    Row::held("a rotten backup is refused before anything is touched", rounds, DOES_NOT_SHOW)
        .counted(lost, 0, broken.into_iter().take(3).collect::<Vec<_>>().join("\n"))
}

/// The data is gone; the newest backup is put back. Whoever locked themselves out since, and
/// whoever was never there, wait as long as is forgotten, and then it goes on.
async fn restored(lab: &Lab) -> Row {
    let (mut rounds, mut broken) = (0, Vec::new());
    for round in 0..lab.rounds(10, 1) {
        rounds += 1;
        if let Err(why) = put_back().await {
            broken.push(format!("round {round}: {why}"));
        }
        if !lab.has_time() && round > 0 {
            break;
        }
    }
    let lost = broken.len() as u64;
    Row::held(
        "data lost, backup put back: known and unknown people wait, then go on",
        rounds,
        "What happened after the backup is gone: it is said how much, and nobody gains by it but \
         what the README says.",
    )
    .counted(lost, 0, broken.join("\n"))
}

async fn put_back() -> Result<(), String> {
    const FORGOTTEN: &str = "I had to be put back from a backup";
    let setup = Setup { limits: crowd::LIMITS, spending: crowd::SPENDING, ..Setup::default() };
    let mut host = Host::with(&setup).await.set("LOG__LEVEL", "warn");
    host.world = host.world.lenient();
    let process = host.is_on_duty().await;
    let [nora, omar, pia] = ["Nora", "Omar", "Pia"].map(|name| host.world.person(name));
    nora.requests_to_join();
    hears(&nora, "type the password").await;
    let made = command(&host, &["store", "backup", "gate.backup"]).await;
    let taken = Instant::now();
    if made.code != Some(0) {
        return Err(format!("{made:#?}"));
    }
    // What is forgotten: Omar asks, and locks himself out.
    omar.requests_to_join();
    hears(&omar, "type the password").await;
    for _ in 0..3 {
        omar.types("shut sesame");
    }
    hears(&omar, "too many wrong tries").await;
    // A while passes between the backup and the damage.
    tokio::time::sleep(Duration::from_secs(3)).await;
    process.signal(Signal::KILL);
    process.ends().await;
    fs::remove_dir_all(host.data().join("db")).map_err(|why| why.to_string())?;
    host.starts().ends().await.failed_with(3, "the store in ");
    let restored = command(&host, &["store", "restore", "gate.backup", "--replace"]).await;
    let forgotten = taken.elapsed();
    let told = restored.out.contains("What happened since then is missing: ");
    if restored.code != Some(0) || !told {
        return Err(format!("{restored:#?}"));
    }
    let back = Instant::now();
    let process = host.is_on_duty().await;
    for person in [&nora, &omar, &pia] {
        drop(person.takes_unread());
        tries(person);
        hears(person, FORGOTTEN).await;
    }
    let heard = back.elapsed();
    // As long as is forgotten, and a little for the clocks of two processes.
    tokio::time::sleep((forgotten + Duration::from_secs(1)).saturating_sub(heard)).await;
    nora.types(PASSWORD);
    hears(&nora, "How may I send you your code?").await;
    for person in [&omar, &pia] {
        tries(person);
        hears(person, "type the password").await;
        person.types(PASSWORD);
        hears(person, "How may I send you your code?").await;
    }
    process.signal(Signal::TERM);
    let ended = process.ends().await;
    if ended.code == Some(0) { Ok(()) } else { Err(format!("{ended:#?}")) }
}

/// Comes to the door again.
fn tries(person: &Person) {
    person.types("/start");
}

async fn command(host: &Host, arguments: &[&str]) -> Ended {
    Process::start(&mut host.command(arguments)).ends().await
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a writable folder");
    for entry in fs::read_dir(from).expect("a readable folder") {
        let entry = entry.expect("a readable folder");
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().expect("a readable folder");
        if kind.is_dir() {
            copy(&path, &target);
        } else if kind.is_file() {
            fs::copy(path, target).expect("a writable folder");
        }
    }
}
