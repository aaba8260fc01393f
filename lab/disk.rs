//! The disk is full, read-only or slow. The bot says so in one sentence and ends, or goes on more
//! slowly; nothing that was said is taken back, and with room again everything goes on.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use countersign::sandbox::Outside;
use rand::RngExt;
use rand::rngs::SmallRng;
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::audit::{self, Findings};
use crate::bench::{Lab, Row, Verdict};
use crate::btrfs::Btrfs;
use crate::crowd::{self, Account, Calm, Role, Trouble};
use crate::ext4::{Ext4, run as run_it};
use crate::process::{Ended, Host, Process, files_below, page};
use crate::scene::Setup;

/// How long an applicant waits for an answer.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long a disk without room may go unnoticed, while nothing is written.
const UNNOTICED: Duration = Duration::from_secs(4);
/// How long a commit takes on a slow disk, if there is time for it.
const SLOWEST: Duration = Duration::from_secs(5);
const TENTH: Duration = Duration::from_millis(100);
/// So many of them, one after the other, a dialogue may take; no lock among them.
const COMMITS: u32 = 100;
const TURNS_READ_ONLY: &str = "a disk that turns read-only while the bot runs";
const QUOTA: &str = "a quota that is reached while the bot runs";
const MIB: u64 = 1024 * 1024;
/// What the one sentence ends with.
const REMEDIES: [&str; 2] = ["; mend that and start again", "; make room and start again"];
/// What `run` says in its last line.
const LAST_WORD: &str = " ERROR countersign::commands::run: ";

pub async fn run(lab: &Lab) -> Vec<Row> {
    let until = |tenths: u32| lab.budget * tenths / 10;
    vec![
        full(lab, Disk::Cramped, until(1)).await,
        on(lab, tmpfs(), "a full disk", until(3)).await,
        on(lab, Ext4::make().map(Disk::TurnsReadOnly), TURNS_READ_ONLY, until(5)).await,
        on(lab, Btrfs::make().map(Disk::Quota), QUOTA, until(7)).await,
        read_only(lab).await,
        slow(lab).await,
    ]
}

/// How a disk takes nothing any more.
enum Disk {
    /// No file may grow beyond a size (RLIMIT_FSIZE): works everywhere.
    Cramped,
    /// A small file system of its own, filled by somebody else.
    Tmpfs(Mount),
    /// A file system of its own that turns read-only while it is written to.
    TurnsReadOnly(Ext4),
    /// One with a quota, which is reached while it is written to.
    Quota(Btrfs),
}

impl Disk {
    fn what(&self) -> &'static str {
        match self {
            Disk::Cramped => "no file may grow any more",
            Disk::Tmpfs(_) => "a full disk",
            Disk::TurnsReadOnly(_) => TURNS_READ_ONLY,
            Disk::Quota(_) => QUOTA,
        }
    }

    /// Where the store is, if it has a disk of its own.
    fn data(&self) -> Option<PathBuf> {
        let at = match self {
            Disk::Cramped => return None,
            Disk::Tmpfs(mount) => mount.at.clone(),
            Disk::TurnsReadOnly(disk) => disk.at(),
            Disk::Quota(disk) => disk.at(),
        };
        Some(at.join("data"))
    }
}

/// A file system in memory; gone when it is dropped.
struct Mount {
    at: PathBuf,
    _folder: TempDir,
}

impl Mount {
    fn tmpfs(bytes: u64) -> Result<Mount, String> {
        let folder = tempfile::tempdir().map_err(|why| why.to_string())?;
        let at = folder.path().join("disk");
        fs::create_dir(&at).map_err(|why| why.to_string())?;
        let size = format!("size={bytes},mode=0700");
        let mut mount = Command::new("mount");
        run_it(mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&at))?;
        Ok(Mount { at, _folder: folder })
    }

    fn remount(&self, how: &str) -> Result<(), String> {
        let how = format!("remount,{how}");
        run_it(Command::new("mount").args(["-o", &how]).arg(&self.at)).map(drop)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.at).output();
    }
}

fn tmpfs() -> Result<Disk, String> {
    Mount::tmpfs(256 * MIB).map(Disk::Tmpfs)
}

fn skipped(what: &str, why: String) -> Row {
    Row { verdict: Verdict::Skipped(why), ..Row::held(what, 0, "") }
}

async fn host() -> Host {
    let setup = Setup { limits: crowd::LIMITS, spending: crowd::SPENDING, ..Setup::default() };
    let mut host = Host::with(&setup).await.set("LOG__LEVEL", "warn");
    host.world = host.world.lenient();
    host.world.set_patience(PATIENCE);
    host
}

/// Where such a disk can be had.
async fn on(lab: &Lab, disk: Result<Disk, String>, what: &str, until: Duration) -> Row {
    match disk {
        Ok(disk) => full(lab, disk, until).await,
        Err(why) => skipped(what, why),
    }
}

/// A crowd comes in while the disk takes nothing any more, again and again.
async fn full(lab: &Lab, mut disk: Disk, until: Duration) -> Row {
    let what = disk.what();
    let mut rng = lab.rng(what);
    let mut host = host().await;
    let data = disk.data().unwrap_or_else(|| host.data());
    host = host.set("STORE__PATH", data.to_str().expect("UTF-8"));
    let calm = Calm::default();
    let mut crowd = JoinSet::new();
    for place in 0..lab.rounds(40, 5) {
        crowd.spawn(one_after_the_other(
            lab.clone(),
            host.world.outside(),
            place,
            !lab.quick,
            calm.clone(),
        ));
    }
    let (rounds, mut done, mut refused) = (lab.rounds(60, 1), 0, 0);
    let mut found = Findings::default();
    let mut first = host.is_on_duty().await;
    first.signal(Signal::KILL);
    // Until it is gone the store is its own.
    first.ended().await;
    while done < rounds && (done == 0 || lab.elapsed() < until) && calm.get().is_none() {
        let lives = match &mut disk {
            Disk::Cramped => cramped(&host, &data, &mut rng).await,
            Disk::Tmpfs(mount) => filled(&host, mount, &mut rng).await,
            Disk::TurnsReadOnly(disk) => match turned(&host, disk, &mut rng).await {
                Ok(lives) => lives,
                Err(why) => return skipped(what, why),
            },
            Disk::Quota(disk) => match rationed(&host, disk, &mut rng).await {
                Ok(lives) => lives,
                Err(why) => return skipped(what, why),
            },
        };
        for ended in lives {
            match judge(&ended) {
                Ok(true) => refused += 1,
                Ok(false) => {}
                Err(why) => found.lost.push(why),
            }
        }
        if !found.lost.is_empty() {
            break;
        }
        done += 1;
    }
    calm.get_or_init(Instant::now);
    let mut process = host.starts();
    let accounts = tokio::select! {
        accounts = ends(&mut crowd, &mut found) => accounts,
        ended = process.ended() => {
            found.lost.push(format!("with room again: {ended:#?}"));
            crowd.shutdown().await;
            Vec::new()
        }
    };
    if found.lost.is_empty() {
        host.world.settled().await;
        process.stops(Signal::TERM).await;
    }
    if found.lost.is_empty() && found.doubled.is_empty() {
        audit::servers(&host.world, &accounts, done, &mut found);
        audit::store(&data, &accounts, &mut found).await;
    }
    lab.tell(format!(
        "{what}: {done} rounds, {refused} ends with a sentence, {} people",
        accounts.len()
    ));
    let does_not_show = match &disk {
        Disk::Cramped | Disk::Tmpfs(_) => {
            "A message on its way when the bot ends is said again. A file system that promises \
             room and does not keep it at the sync."
        }
        Disk::TurnsReadOnly(_) => {
            "A message on its way when the bot ends is said again. The error is made up: a disk \
             that also loses what it had taken."
        }
        Disk::Quota(_) => {
            "A message on its way when the bot ends is said again. One sort of quota, of one file \
             system (btrfs, loop device)."
        }
    };
    Row::held(
        format!(
            "{what}: {refused} times one sentence and an end, {} applicants in all",
            accounts.len()
        ),
        done,
        does_not_show,
    )
    .counted(found.lost.len() as u64, found.doubled.len() as u64, found.text())
}

/// A life in which no file may grow beyond what is there by more than a little, and one more.
async fn cramped(host: &Host, data: &Path, rng: &mut SmallRng) -> Vec<Ended> {
    let size = files_below(data).iter().map(|(_, bytes)| bytes.len()).max().unwrap_or(0);
    // In blocks of 512 bytes; sled's file grows by half a MiB at a time.
    let blocks = size / 512 + rng.random_range(0..2_500);
    let script = format!(r#"trap "" XFSZ; ulimit -f {blocks}; exec "$0" "$@""#);
    let mut lives = Vec::new();
    for _ in 0..2 {
        let mut process = Process::start(&mut host.command_after(&script, &["run"]));
        lives.push(life(&mut process, Duration::from_secs(6)).await);
    }
    lives
}

/// A life in which somebody fills the disk at some moment, a start on the full disk, and room.
async fn filled(host: &Host, mount: &Mount, rng: &mut SmallRng) -> Vec<Ended> {
    let filler = mount.at.join("filler");
    let left = [0, 64 * 1024, 4 * MIB, 17 * MIB][rng.random_range(0..4)];
    let mut process = match a_while(host, rng).await {
        Ok(process) => process,
        Err(ended) => return vec![*ended],
    };
    fill(&mount.at, &filler, left);
    let lives = two_ends(host, &mut process).await;
    fs::remove_file(&filler).expect("the filler");
    lives
}

/// A life in which the disk turns read-only at some moment, a start on it, and a disk that is
/// mended.
async fn turned(host: &Host, disk: &mut Ext4, rng: &mut SmallRng) -> Result<Vec<Ended>, String> {
    let mut process = match a_while(host, rng).await {
        Ok(process) => process,
        Err(ended) => return Ok(vec![*ended]),
    };
    disk.turns_read_only()?;
    let lives = two_ends(host, &mut process).await;
    disk.is_mended()?;
    Ok(lives)
}

/// A life in which the quota is reached at some moment, a start where nothing more may be written,
/// and a larger one.
async fn rationed(host: &Host, disk: &Btrfs, rng: &mut SmallRng) -> Result<Vec<Ended>, String> {
    let left = [0, 64 * 1024, MIB, 17 * MIB][rng.random_range(0..4)];
    let mut process = match a_while(host, rng).await {
        Ok(process) => process,
        Err(ended) => return Ok(vec![*ended]),
    };
    disk.leaves(Some(left))?;
    let lives = two_ends(host, &mut process).await;
    disk.leaves(None)?;
    Ok(lives)
}

/// A bot that was at it for a moment; how it ended, if it did.
async fn a_while(host: &Host, rng: &mut SmallRng) -> Result<Process, Box<Ended>> {
    let mut process = host.starts();
    let early = Duration::from_millis(rng.random_range(0..2_500));
    match tokio::time::timeout(early, process.ended()).await {
        Ok(ended) => Err(Box::new(ended)),
        Err(_) => Ok(process),
    }
}

/// The end of a bot whose disk takes nothing any more, and that of the next one.
async fn two_ends(host: &Host, process: &mut Process) -> Vec<Ended> {
    let first = life(process, UNNOTICED * 2).await;
    let mut again = host.starts();
    vec![first, life(&mut again, UNNOTICED).await]
}

/// Takes all room but so many bytes.
fn fill(disk: &Path, filler: &Path, left: u64) {
    let file = File::create(filler).expect("a full disk still has names");
    let facts = rustix::fs::statvfs(disk).expect("a file system");
    let take = (facts.f_bavail * facts.f_frsize).saturating_sub(left);
    if take > 0 {
        // Somebody else may have taken some of it meanwhile.
        let _ = rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, take);
    }
}

/// Waits for its end; killed if it goes on, since it has room enough for what it does.
async fn life(process: &mut Process, patience: Duration) -> Ended {
    match tokio::time::timeout(patience, process.ended()).await {
        Ok(ended) => ended,
        Err(_) => {
            process.signal(Signal::KILL);
            process.ended().await
        }
    }
}

/// Whether it ended by itself; then it must have said why, in one sentence.
fn judge(ended: &Ended) -> Result<bool, String> {
    if ended.signal == Some(9) {
        return Ok(false);
    }
    let errors: Vec<_> =
        ended.err.lines().filter_map(|line| Some(line.split_once(LAST_WORD)?.1)).collect();
    let one =
        matches!(errors[..], [error] if REMEDIES.iter().any(|remedy| error.ends_with(remedy)));
    let noise = ["panicked", "RUST_BACKTRACE"].iter().any(|noise| ended.err.contains(noise));
    if ended.code == Some(1) && one && !noise {
        return Ok(true);
    }
    Err(format!("not one sentence: {ended:#?}"))
}

async fn one_after_the_other(
    lab: Lab,
    outside: Arc<Outside>,
    place: u64,
    stubborn: bool,
    calm: Calm,
) -> (Vec<Account>, Option<Trouble>) {
    let mut ended = Vec::new();
    for turn in 0.. {
        let mut rng = lab.rng((place, turn));
        let mut role = Role::draw(&mut rng);
        while !stubborn && role.is_stubborn() {
            role = Role::draw(&mut rng);
        }
        match crowd::plays(
            Arc::clone(&outside),
            Arc::clone(&calm),
            &format!("P{place}x{turn}"),
            role,
        )
        .await
        {
            Ok(account) => ended.push(account),
            Err(trouble) => {
                calm.get_or_init(Instant::now);
                return (ended, Some(trouble));
            }
        }
        if calm.get().is_some() {
            break;
        }
    }
    (ended, None)
}

/// Everybody comes to the end.
async fn ends(
    crowd: &mut JoinSet<(Vec<Account>, Option<Trouble>)>,
    found: &mut Findings,
) -> Vec<Account> {
    let mut accounts = Vec::new();
    while let Some(place) = crowd.join_next().await {
        let (ended, trouble) = place.expect("an applicant does not panic");
        accounts.extend(ended);
        match trouble {
            Some(Trouble::Lost(what)) => found.lost.push(what),
            Some(Trouble::Doubled(what)) => found.doubled.push(what),
            None => {}
        }
    }
    accounts
}

/// The store's disk cannot be written when the bot starts; then it can.
async fn read_only(lab: &Lab) -> Row {
    const WHAT: &str = "a read-only disk at a start";
    let mount = match Mount::tmpfs(64 * MIB) {
        Ok(mount) => mount,
        Err(why) => return skipped(WHAT, why),
    };
    let data = mount.at.join("data");
    let host = host().await.set("STORE__PATH", data.to_str().expect("UTF-8"));
    let rounds = lab.rounds(10, 1);
    let mut broken = Vec::new();
    for _ in 0..rounds {
        let process = host.is_on_duty().await;
        process.signal(Signal::TERM);
        process.ends().await;
        if let Err(why) = mount.remount("ro") {
            return skipped(WHAT, why);
        }
        let before = files_below(&data);
        let ended = host.starts().ends().await;
        let said = judge(&ended);
        if said != Ok(true) || !ended.err.contains("Read-only file system") {
            broken.push(format!("{ended:#?}"));
        }
        if files_below(&data) != before {
            broken.push("something was written".to_owned());
        }
        mount.remount("rw").expect("it could be written before");
    }
    let lost = broken.len() as u64;
    Row::held(WHAT, rounds, "A disk that turns read-only while the bot runs: see its own row.")
        .counted(lost, 0, broken.join("\n"))
}

/// Each commit takes seconds. Nobody is in trouble, and whoever looks in sees a bot that works.
async fn slow(lab: &Lab) -> Row {
    let tenths = if lab.quick { 1 } else { (lab.time_left() / COMMITS).as_millis() / 100 };
    let commit = (TENTH * u32::try_from(tenths).unwrap_or(1)).clamp(TENTH, SLOWEST);
    let (host, health) = host().await.with_health();
    let host = host.set("STALL_AT", &format!("store.written:{}ms", commit.as_millis()));
    let process = host.is_on_duty().await;
    let people = lab.rounds(30, 2);
    let mut crowd = JoinSet::new();
    for place in 0..people {
        let (lab, outside) = (lab.clone(), host.world.outside());
        // Each plays once; whoever goes on to the end of all tries would take a quarter of an hour.
        let calm = Calm::from(OnceLock::from(Instant::now()));
        crowd.spawn(one_after_the_other(lab, outside, place, false, calm));
    }
    let mut found = Findings::default();
    let looks = async {
        let mut ready = false;
        loop {
            let (status, vitals) = page(&format!("{health}/readyz")).await;
            // The first answer of Telegram may not have been taken up yet.
            if status != 200 && ready {
                return format!("not ready any more: {vitals}");
            }
            ready |= status == 200;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    let accounts = tokio::select! {
        accounts = ends(&mut crowd, &mut found) => accounts,
        trouble = looks => {
            found.lost.push(trouble);
            Vec::new()
        }
    };
    host.world.settled().await;
    process.signal(Signal::TERM);
    let ended = process.ends().await;
    if ended.code != Some(0) {
        found.lost.push(format!("{ended:#?}"));
    }
    if found.lost.is_empty() && found.doubled.is_empty() {
        audit::servers(&host.world, &accounts, 0, &mut found);
        audit::store(&host.data(), &accounts, &mut found).await;
    }
    Row::held(
        format!("each commit takes {commit:?}, {people} applicants at a time"),
        people,
        "A disk that hangs for good: the bot waits, and answers nobody.",
    )
    .counted(found.lost.len() as u64, found.doubled.len() as u64, found.text())
}
