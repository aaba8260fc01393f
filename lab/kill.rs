//! The process dies: by SIGKILL at random moments, at each named fault point, and in the middle of
//! a backup or a restore. A crowd of applicants is at it meanwhile.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use countersign::ops::fault::Point;
use countersign::sandbox::Outside;
use rand::RngExt;
use rand::rngs::SmallRng;
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::audit::{self, Findings};
use crate::bench::{Lab, Row};
use crate::crowd::{self, Account, Calm, Role, Trouble};
use crate::cut::{Image, on_a_disk_that_forgets};
use crate::process::{Ended, Host, Process};
use crate::scene::Setup;

/// How long a moment to kill at, or a fault point, is waited for.
const TOO_LONG: Duration = Duration::from_secs(5);
/// Calls at which the process may be killed: while they are under way.
const CALLS: [&str; 7] = [
    "sendMessage",
    "editMessageText",
    "deleteMessage",
    "answerCallbackQuery",
    "approveChatJoinRequest",
    "createChatInviteLink",
    "getUpdates",
];
/// The points that a running bot passes.
const AT_WORK: [Point; 17] = [
    Point::InboxBefore,
    Point::InboxAfter,
    Point::Confirming,
    Point::DecideBefore,
    Point::DecideAfter,
    Point::StoreBefore,
    Point::StoreWritten,
    Point::StoreAfter,
    Point::CheckpointBefore,
    Point::CheckpointSlice,
    Point::CheckpointAfter,
    Point::OutboxBefore,
    Point::OutboxPerformed,
    Point::CodeBefore,
    Point::CodeAfter,
    Point::ForgetBefore,
    Point::ForgetAfter,
];
/// Those of a first start, in their order.
const AT_FIRST: [Point; 3] = [Point::FirstKey, Point::FirstMaking, Point::FirstMade];
const IN_A_BACKUP: [Point; 3] = [Point::BackupCopied, Point::BackupChecked, Point::BackupAfter];
const IN_A_RESTORE: [Point; 4] =
    [Point::RestoreBuilt, Point::RestoreAside, Point::RestoreHalf, Point::RestoreAfter];

const RANDOM: &str = "kill -9 at random moments";
const POINTS: &str = "death at each named point";
const MIDDLE: &str = "death in the middle of a backup or a restore";

pub async fn run(lab: &Lab) -> Vec<Row> {
    let (at_random, at_points) = (lab.budget * 2 / 5, lab.budget * 4 / 5);
    let random = Killer::AtRandom(lab.rng("moments"));
    let mut rows = vec![through_deaths(lab, RANDOM, random, lab.rounds(200, 8), at_random).await];
    if !cfg!(debug_assertions) {
        let why = "built without the named points: use the profile `dev` or `lab`";
        rows.extend([POINTS, MIDDLE].map(|what| Row::skipped(what, why)));
        return rows;
    }
    let points = Killer::AtPoints { next: 0, rng: lab.rng("passes") };
    rows.push(through_deaths(lab, POINTS, points, lab.rounds(200, 20), at_points).await);
    rows.push(in_the_middle_of_a_backup(lab).await);
    rows
}

/// How the process is made to die.
pub enum Killer {
    AtRandom(SmallRng),
    /// At random moments, and the power with it: only what was synced is there at the next start.
    OfPower(SmallRng, TempDir),
    /// At one named point after the other, each at a random pass.
    AtPoints {
        next: usize,
        rng: SmallRng,
    },
}

impl Killer {
    /// One life of the process: its start and its end.
    async fn life(&mut self, host: &Host) -> Ended {
        match self {
            Killer::AtRandom(rng) => at_random(host, rng, |_| ()).await,
            Killer::OfPower(rng, folder) => {
                let live = host.folder().canonicalize().expect("a folder");
                let image = Image::new(&folder.path().join("image"), &live);
                let forgetful = |command: &mut Command| on_a_disk_that_forgets(command, &image);
                let ended = at_random(host, rng, forgetful).await;
                power_returns(&image, &live, &folder.path().join("left"));
                ended
            }
            Killer::AtPoints { next, rng } => {
                let points = || AT_FIRST.iter().chain(AT_WORK.iter().cycle());
                let point = *points().nth(*next).expect("it goes round");
                *next += 1;
                let pass = match point {
                    Point::FirstKey | Point::FirstMaking | Point::FirstMade => 1,
                    Point::ForgetBefore | Point::ForgetAfter => 1,
                    Point::CodeBefore | Point::CodeAfter => rng.random_range(1..=4),
                    _ => rng.random_range(1..=40),
                };
                let mut process = host.starts_dying_at(point, pass);
                match tokio::time::timeout(TOO_LONG, process.ended()).await {
                    Ok(ended) => ended,
                    // It does not come so far any more.
                    Err(_) => killed(&mut process).await,
                }
            }
        }
    }
}

/// Starts it and kills it: while it starts, a little later, or in the middle of a call.
async fn at_random(
    host: &Host,
    rng: &mut SmallRng,
    surrounded: impl FnOnce(&mut Command),
) -> Ended {
    let telegram = &host.world.telegram;
    let method = CALLS[rng.random_range(0..CALLS.len())];
    let calls = telegram.calls(method) + rng.random_range(1..=20);
    let mut command = host.command(&["run"]);
    surrounded(&mut command);
    let mut process = Process::start(&mut command);
    let moment = match rng.random_range(0..4) {
        0 => Duration::from_micros(rng.random_range(0..200_000)),
        1 => Duration::from_micros(rng.random_range(0..1_500_000)),
        _ => {
            telegram.wait_for_calls(method, calls, TOO_LONG).await;
            Duration::from_micros(rng.random_range(0..3_000))
        }
    };
    tokio::time::sleep(moment).await;
    killed(&mut process).await
}

/// The store is now what the disk holds of it.
fn power_returns(image: &Image, live: &Path, left: &Path) {
    fs::create_dir(left).expect("a writable folder");
    image.cut(left, &mut || false).expect("an image");
    let _ = fs::remove_dir_all(live.join("data"));
    if left.join("data").exists() {
        fs::rename(left.join("data"), live.join("data")).expect("a folder of ours");
    }
    fs::remove_dir_all(left).expect("a folder of ours");
}

async fn killed(process: &mut Process) -> Ended {
    process.signal(Signal::KILL);
    process.ended().await
}

/// A crowd comes in while the process dies again and again, and its books are audited.
pub async fn through_deaths(
    lab: &Lab,
    what: &str,
    mut killer: Killer,
    rounds: u64,
    until: Duration,
) -> Row {
    let mut host =
        Host::with(&Setup { limits: crowd::LIMITS, spending: crowd::SPENDING, ..Setup::default() })
            .await;
    host = host.set("LOG__LEVEL", "warn");
    host.world = host.world.lenient();
    let calm = Calm::default();
    let mut crowd = JoinSet::new();
    let in_flight = lab.rounds(200, 24);
    for place in 0..in_flight {
        let (lab, outside, calm) = (lab.clone(), host.world.outside(), Arc::clone(&calm));
        crowd.spawn(one_after_the_other(lab, outside, place, calm));
    }

    let mut found = Findings::default();
    let mut deaths = 0;
    while deaths < rounds && lab.elapsed() < until && calm.get().is_none() {
        let ended = killer.life(&host).await;
        if ended.signal.is_none() || ended.err.contains("panicked") {
            found.lost.push(format!("it ended by itself: {ended:#?}"));
            break;
        }
        deaths += 1;
        if deaths % 20 == 0 {
            lab.tell(format!("{what}: {deaths} deaths"));
        }
    }
    calm.get_or_init(Instant::now);
    let process = host.starts();
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
    host.world.settled().await;
    process.stops(Signal::TERM).await;
    for account in &accounts {
        if account.repeated > deaths {
            let (name, repeated) = (account.person.name(), account.repeated);
            found.doubled.push(format!("{name} was told {repeated} things twice, {deaths} deaths"));
        }
    }
    // Whoever got into trouble has no books to audit.
    if found.lost.is_empty() && found.doubled.is_empty() {
        audit::servers(&host.world, &accounts, deaths, &mut found);
        audit::store(&host.data(), &accounts, &mut found).await;
    }
    let codes = host.world.smtp.mail_count() + host.world.twilio.sms_count();
    let repeated: u64 = accounts.iter().map(|account| account.repeated).sum();
    let people = accounts.len();
    lab.tell(format!(
        "{what}: {deaths} deaths, {people} applicants, {codes} codes, {repeated} messages said again"
    ));
    Row::held(
        format!("{what}, {in_flight} applicants at a time, {people} in all"),
        deaths,
        "A message whose answer died with the process is said again (at most one per death and \
         chat). The disk goes on living: see the power cut.",
    )
    .counted(found.lost.len() as u64, found.doubled.len() as u64, found.text())
}

/// One applicant after the other, until the killing is over or one of them is in trouble.
async fn one_after_the_other(
    lab: Lab,
    outside: Arc<Outside>,
    place: u64,
    calm: Calm,
) -> (Vec<Account>, Option<Trouble>) {
    let mut ended = Vec::new();
    for turn in 0.. {
        let role = Role::draw(&mut lab.rng((place, turn)));
        let name = format!("P{place}x{turn}");
        match crowd::plays(Arc::clone(&outside), Arc::clone(&calm), &name, role).await {
            Ok(account) => ended.push(account),
            Err(trouble) => {
                let (Trouble::Lost(what) | Trouble::Doubled(what)) = &trouble;
                lab.tell(what.lines().next().unwrap_or_default());
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

/// Dies at each step of a backup and of a restore: what was there is still whole, or the store
/// refuses to open and the same command once more puts it right.
async fn in_the_middle_of_a_backup(lab: &Lab) -> Row {
    let mut host =
        Host::with(&Setup { limits: crowd::LIMITS, spending: crowd::SPENDING, ..Setup::default() })
            .await;
    host = host.set("LOG__LEVEL", "warn");
    host.world = host.world.lenient();
    let process = host.is_on_duty().await;
    let outside = host.world.outside();
    let role = Role::draw(&mut lab.rng("guest"));
    let played = crowd::plays(outside, Calm::from(OnceLock::from(Instant::now())), "Guest", role);
    let played = played.await;
    host.world.settled().await;
    process.stops(Signal::TERM).await;
    let mut lost = Vec::new();
    if let Err(Trouble::Lost(what) | Trouble::Doubled(what)) = played {
        lost.push(what);
    }
    let verified = store(&host, &["verify"], None).await;
    let before = whole(&verified);
    assert!(before.is_some(), "{verified:#?}");
    let mut rounds = 0;
    for point in IN_A_BACKUP {
        rounds += 1;
        store(&host, &["backup", "gate.backup"], Some(point)).await;
        let verified = store(&host, &["verify"], None).await;
        if whole(&verified) != before {
            lost.push(format!("{point:?}: {verified:#?}"));
        }
    }
    let made = store(&host, &["backup", "gate.backup"], None).await;
    if made.code != Some(0) {
        lost.push(format!("no backup after a death: {made:#?}"));
    }
    for point in IN_A_RESTORE {
        rounds += 1;
        store(&host, &["restore", "gate.backup", "--replace"], Some(point)).await;
        let verified = store(&host, &["verify"], None).await;
        let refused = verified.code != Some(0) && verified.err.starts_with("error: ");
        if !refused && whole(&verified) != before {
            lost.push(format!("{point:?}: {verified:#?}"));
        }
        let again = store(&host, &["restore", "gate.backup", "--replace"], None).await;
        let verified = store(&host, &["verify"], None).await;
        if again.code != Some(0) || whole(&verified) != before {
            lost.push(format!("{point:?}, once more: {again:#?}\n{verified:#?}"));
        }
    }
    Row::held(MIDDLE, rounds, "What happened after a backup is not in it.").counted(
        lost.len() as u64,
        0,
        lost.join("\n"),
    )
}

/// What a look through the store counts of people and what was sent to them; `None`: it does not
/// open.
fn whole(verified: &Ended) -> Option<Vec<String>> {
    let (_, counts) = verified.out.split_once("(")?;
    let counts = counts.split([',', ')']).map(|count| count.trim().to_owned());
    Some(counts.filter(|it| it.starts_with("person: ") || it.starts_with("ledger: ")).collect())
}

/// `countersign store …`; with a point, dying there at its first pass.
async fn store(host: &Host, arguments: &[&str], point: Option<Point>) -> Ended {
    let mut command = host.command(&[&["store"], arguments].concat());
    if let Some(point) = point {
        command.env("COUNTERSIGN_DIE_AT", format!("{}:1", point.name()));
    }
    let ended = Process::start(&mut command).ends().await;
    assert_eq!(ended.signal.is_some(), point.is_some(), "{point:?}: {ended:#?}");
    ended
}
