//! Very many who ask to join at once, under Telegram's limit, which the pretend Telegram keeps; and
//! somebody who floods beside them.
//!
//! The bot runs in a process of its own, as in `soak`, so that the memory is the bot's alone.

use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use countersign::sandbox::{Outside, Person, World};
use tokio::task::{JoinHandle, JoinSet};

use crate::bench::{Lab, Row};
use crate::scene::{PASSWORD_HASH, Setup, link_in, written};
use crate::soak::CHEAP_HASH;

/// What Telegram takes in any one second.
const LIMIT: usize = 30;
/// What the bot sends in one, by default.
const PACE: u32 = 28;
/// Whoever asked to join can be written to for so long.
const WINDOW: Duration = Duration::from_secs(5 * 60);
/// Between two things that somebody who floods does.
const FLOOD_EVERY: Duration = Duration::from_millis(4);
/// How much longer the others may wait for that: a machine that is shared is no better clock.
const NOTHING: Duration = Duration::from_millis(100);

pub async fn run(lab: &Lab) -> Vec<Row> {
    if !Path::new("/proc/self/status").exists() {
        return vec![Row::skipped("raid", "there is no /proc to read memory from")];
    }
    vec![raided(lab).await]
}

pub async fn flood(lab: &Lab) -> Vec<Row> {
    vec![beside_a_flooder(lab).await]
}

/// A few applicants a second, with and without somebody who floods beside them.
async fn beside_a_flooder(lab: &Lab) -> Row {
    let people = lab.rounds(600, 100);
    let mut quiet = a_few_a_second(people, false).await;
    lab.tell(format!("{people} applicants alone: {}", waits(&mut quiet.waits)));
    let mut flooded = a_few_a_second(people, true).await;
    let (flood, beside) = (flooded.flood, waits(&mut flooded.waits));
    lab.tell(format!("{people} applicants beside {flood} messages of one: {beside}"));
    let mut complaints = Vec::new();
    let lost = quiet.lost + flooded.lost;
    if lost > 0 {
        complaints.push(format!("{lost} were never written to"));
    }
    let (before, after) = (share(&quiet.waits, 50), share(&flooded.waits, 50));
    // A merge is no place to measure a machine that others share.
    if !lab.quick && after > before + NOTHING {
        complaints.push(format!("half of them wait {after:?} instead of {before:?}"));
    }
    let what = format!(
        "One who floods: {people} applicants, 10 a second, wait {}; beside {flood} messages and \
         presses of one account they wait {beside}",
        waits(&mut quiet.waits)
    );
    let shows_not = "waits of less than a tenth of a second; others share the machine";
    let broken = complaints.len() as u64;
    Row::held(what, 2, shows_not).counted(broken, 0, complaints.join("\n"))
}

struct Seen {
    waits: Vec<Duration>,
    lost: u64,
    /// What the flooder did.
    flood: u64,
}

async fn a_few_a_second(people: u64, flooded: bool) -> Seen {
    let bot = Bot::begins("guessing_alarm = 0\nraid_requests = 0").await;
    let flooder = flooded.then(|| Flooder::begins(bot.world.outside()));
    let mut waiting = JoinSet::new();
    let mut clock = tokio::time::interval(Duration::from_millis(100));
    for n in 0..people {
        clock.tick().await;
        asks(&mut waiting, bot.world.person(&format!("P{n}")), Duration::from_secs(60));
    }
    let mut seen = Seen { waits: Vec::new(), lost: 0, flood: 0 };
    while let Some(wait) = waiting.join_next().await {
        match wait.expect("no panic").1 {
            Some(wait) => seen.waits.push(wait),
            None => seen.lost += 1,
        }
    }
    if let Some(flooder) = flooder {
        seen.flood = flooder.ends().await;
    }
    bot.ends();
    seen
}

/// Very many ask to join within a minute.
async fn raided(lab: &Lab) -> Row {
    let people = lab.rounds(10_000, 600);
    let within = Duration::from_secs(lab.rounds(60, 4));
    let bot = Bot::begins("").await;
    let admin = bot.world.admin();
    let begun = bot.memory("VmRSS:");
    let all: Vec<Person> = (0..people).map(|n| bot.world.person(&format!("P{n}"))).collect();
    let flooder = Flooder::begins(bot.world.outside());
    let talker = Talker::begins(bot.world.outside()).await;

    let began = Instant::now();
    let mut waiting = JoinSet::new();
    let patience = within + WINDOW + Duration::from_secs(30);
    for (n, person) in (0..).zip(all) {
        let due = began + within * n / u32::try_from(people).unwrap_or(u32::MAX);
        tokio::time::sleep_until(due.into()).await;
        asks(&mut waiting, person, patience.saturating_sub(began.elapsed()));
    }
    lab.tell(format!("{people} have asked within {} s", began.elapsed().as_secs()));
    let (mut in_time, mut unheard) = (Vec::new(), Vec::new());
    while let Some(ended) = waiting.join_next().await {
        let (person, wait) = ended.expect("no panic");
        match wait {
            Some(wait) => in_time.push(wait),
            None => unheard.push(person),
        }
        if (in_time.len() + unheard.len()) % 1000 == 0 {
            let memory = bot.memory("VmRSS:");
            lab.tell(format!("{} heard, {memory} MB", in_time.len()));
        }
    }
    let last = began.elapsed();
    let flood = flooder.ends().await;
    let mut talks = talker.ends().await;
    let (peak, refused) = (bot.memory("VmHWM:"), bot.world.telegram.refused_as_too_many());

    // Those beyond the limit begin by the link that the admins were told to publish.
    let told = admin.reads().await;
    let announced =
        told.iter().filter(|line| line.text().contains("Raid mode is on")).count() as u64;
    let changes = told.to_string().matches("(edited)").count() as u64;
    let announced = announced.saturating_sub(changes);
    let late = unheard.len();
    let mut lost = 0;
    let mut complaints = Vec::new();
    if announced == 0 {
        complaints.push("the admin did not hear of the raid".to_owned());
    } else if late > 0 {
        let link = link_in(&told);
        let mut coming = JoinSet::new();
        for person in unheard {
            let link = link.clone();
            coming.spawn(async move {
                person.opens(&link);
                let heard = async {
                    loop {
                        match person.try_reads_next(Duration::from_secs(600)).await {
                            Ok(line) if line.text().contains("type the password") => return true,
                            Ok(_) => {}
                            Err(_) => return false,
                        }
                    }
                };
                heard.await
            });
        }
        while let Some(heard) = coming.join_next().await {
            lost += u64::from(!heard.expect("no panic"));
        }
    }
    if lost > 0 {
        complaints.push(format!("{lost} were not written to even when they came by the link"));
    }
    let reachable = u64::from(PACE) * (WINDOW.as_secs() + within.as_secs()) * 9 / 10;
    let reached = in_time.len() as u64;
    if reached < people.min(reachable) {
        complaints.push(format!("only {reached} were written to in time, {reachable} could be"));
    }
    // They belong to nobody's raid: their answers take one place in three.
    if !lab.quick && share(&talks, 99) > Duration::from_secs(5) {
        complaints.push(format!("who talked with the bot waited: {}", waits(&mut talks)));
    }
    bot.ends();
    let what = format!(
        "Raid: {people} join requests in {} s, Telegram takes {LIMIT} messages a second ({refused} \
         refused as too many): {reached} written to in time, waits {}, the last after {} s; {late} \
         came by the link instead; {announced} message to the admin, changed {changes} times; memory {begun} MB before, \
         {peak} MB at its peak; {} questions of another dialogue meanwhile answered in {}; beside \
         {flood} messages and presses of one account",
        within.as_secs(),
        waits(&mut in_time),
        last.as_secs(),
        talks.len(),
        waits(&mut talks),
    );
    let shows_not = "the real Telegram's limits, which it does not tell exactly; requests of \
                     accounts that go on talking";
    let broken = complaints.len() as u64;
    Row::held(what, people, shows_not).counted(lost.max(broken), 0, complaints.join("\n"))
}

/// Asks to join; how long until the bot writes, if it does.
fn asks(waiting: &mut JoinSet<(Person, Option<Duration>)>, person: Person, patience: Duration) {
    let began = Instant::now();
    person.requests_to_join();
    waiting.spawn(async move {
        let heard = person.try_reads_next(patience).await.is_ok();
        (person, heard.then(|| began.elapsed()))
    });
}

/// Somebody who types and presses without end.
struct Flooder {
    stop: Arc<AtomicBool>,
    done: JoinHandle<u64>,
}

impl Flooder {
    fn begins(outside: Arc<Outside>) -> Flooder {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let done = tokio::spawn(async move {
            let person = outside.person("Flo");
            let first = person.types("/start");
            let mut clock = tokio::time::interval(FLOOD_EVERY);
            let mut done: u64 = 0;
            while !stopped.load(Ordering::Relaxed) {
                clock.tick().await;
                done += 1;
                match done % 4 {
                    0 => drop(person.try_types("/start")),
                    1 | 2 => drop(person.try_types("melon")),
                    _ => person.presses_old(first, "send.1.1"),
                }
            }
            done
        });
        Flooder { stop, done }
    }

    async fn ends(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.done.await.expect("no panic")
    }
}

/// Somebody who is in the middle of a dialogue, and asks something now and then.
struct Talker {
    stop: Arc<AtomicBool>,
    done: JoinHandle<Vec<Duration>>,
}

impl Talker {
    async fn begins(outside: Arc<Outside>) -> Talker {
        let person = outside.person("Tam");
        person.types("/start");
        let _ = person.try_reads_next(Duration::from_secs(60)).await;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let done = tokio::spawn(async move {
            let mut waits = Vec::new();
            let mut clock = tokio::time::interval(Duration::from_secs(2));
            while !stopped.load(Ordering::Relaxed) {
                clock.tick().await;
                let began = Instant::now();
                person.types("/help");
                let patience = Duration::from_secs(600);
                if person.try_reads_next(patience).await.is_ok() {
                    waits.push(began.elapsed());
                }
            }
            waits
        });
        Talker { stop, done }
    }

    async fn ends(self) -> Vec<Duration> {
        self.stop.store(true, Ordering::Relaxed);
        self.done.await.expect("no panic")
    }
}

fn share(sorted: &[Duration], of_100: usize) -> Duration {
    let at = (sorted.len() * of_100 / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

fn waits(waits: &mut [Duration]) -> String {
    waits.sort_unstable();
    let ms = |wait: Duration| match wait.as_millis() {
        ms @ 0..10_000 => format!("{ms} ms"),
        ms => format!("{} s", ms / 1000),
    };
    let (half, most) = (ms(share(waits, 50)), ms(share(waits, 99)));
    format!("{half} (99 %: {most}, longest: {})", ms(share(waits, 100)))
}

/// A bot of its own, in a world that keeps Telegram's limit.
struct Bot {
    world: World,
    child: Child,
    orders: ChildStdin,
    _folder: tempfile::TempDir,
}

impl Bot {
    async fn begins(limits: &'static str) -> Bot {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let world = World::start().await.lenient();
        let admin = world.admin();
        admin.has_written_before();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let telegram = format!("owners = [{}]", admin.id());
        let setup = Setup { limits, telegram, messages_per_second: PACE, ..Setup::default() };
        let config = written(&world, folder.path(), &setup);
        let config = config.replace(PASSWORD_HASH.trim(), CHEAP_HASH);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let file = folder.path().join(format!("config-{number}.toml"));
        std::fs::write(&file, config).expect("a writable folder");
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .arg("--bot")
            .arg(&file)
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("this program starts again");
        let orders = child.stdin.take().expect("a pipe");
        world.bot_is_polling().await;
        world.telegram.takes_at_most(LIMIT);
        Bot { world, child, orders, _folder: folder }
    }

    /// In MB, by the kernel's book.
    fn memory(&self, name: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kb: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        kb.unwrap_or_default() / 1024
    }

    fn ends(self) {
        let Bot { mut child, orders, .. } = self;
        drop(orders);
        let ended = tokio::task::block_in_place(|| child.wait()).expect("a child of ours");
        assert!(ended.success(), "the bot ended badly: {ended}");
    }
}
