//! The long run: dialogue after dialogue, day after day by a clock that is moved, and what the bot
//! takes up of the machine meanwhile.
//!
//! The bot runs in a process of its own, this same program started again with `--bot`, so that
//! what is measured is the bot alone. It is told over its standard input to let time pass and to
//! sweep; each line is answered by one.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use countersign::config;
use countersign::engine::Pulse;
use countersign::engine::world::{Clock, SystemClock, SystemRandom};
use countersign::sandbox::{Outside, World};
use countersign::service::{self, Surroundings};
use countersign::verification::Timestamp;
use rand::RngExt;
use rustix::time::ClockId;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::bench::{Lab, Row};
use crate::crowd::{self, Account, Calm, End, Role, Trouble};
use crate::process::{free_address, page};
use crate::scene::{PASSWORD_HASH, Setup, written};

/// Dialogues at a time.
const AT_ONCE: u64 = 32;
/// Argon2id of the password with 64 KiB instead of 19 MiB: the machine is for the dialogues.
pub const CHEAP_HASH: &str = "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$kyj4KAQPkDHofxQqmZFrtcrDql5eltyrs3W6/tB5JPs";
/// How far the clock moves after each stretch: whatever is forgotten after a day or a week is
/// forgotten within a few of them.
const STRETCH: Duration = Duration::from_secs(49 * 60 * 60);
/// The least time for a stretch, however little is left.
const LEAST: Duration = Duration::from_secs(2);
const WEEK: Duration = Duration::from_secs(8 * 24 * 60 * 60);

pub async fn run(lab: &Lab) -> Vec<Row> {
    if !Path::new("/proc/self/status").exists() {
        return vec![Row::skipped("soak", "there is no /proc to read memory and handles from")];
    }
    let (stretches, enough) = (lab.rounds(36, 9), lab.rounds(100_000, 0));
    let mut soak = Soak::begins().await;
    let mut found = Vec::new();
    let mut samples: Vec<Sample> = Vec::new();
    let mut dialogues = 0;
    let mut admitted = 0;
    let mut answers_given = 0;
    let share = lab.budget / u32::try_from(stretches + 1).unwrap_or(1);
    // The first stretch takes its time; the others are as long as it is in dialogues.
    let mut length = u64::MAX;
    let mut worked = soak.work();
    for stretch in 0.. {
        let to_come = stretches.saturating_sub(stretch).max(1);
        let left = lab.time_left() / u32::try_from(to_come).unwrap_or(1);
        let room = if stretch == 0 { share } else { (2 * left).max(LEAST) };
        let until = Instant::now() + room;
        let (mut played, trouble) = soak.plays(lab, stretch, length, until).await;
        found.extend(trouble);
        length = length.min(played.dialogues.max(1));
        dialogues += played.dialogues;
        admitted += played.admitted;
        answers_given += played.answers.len();
        let work = soak.work();
        soak.passes(STRETCH).await;
        let each = (work - worked) / u32::try_from(played.dialogues.max(1)).unwrap_or(u32::MAX);
        worked = soak.work();
        samples.push(soak.sample(&mut played.answers, each, admitted).await);
        soak.world.begins_anew();
        if lab.quick || stretch % 6 == 5 {
            lab.tell(format!("{dialogues} dialogues, {}", samples[samples.len() - 1]));
        }
        // A machine that is busy with other things gets fewer stretches, but enough to compare; or
        // more, if there is time.
        let done = stretch + 1 >= stretches && dialogues >= enough;
        if !found.is_empty() || done || !lab.has_time() && samples.len() >= 6 {
            break;
        }
    }
    soak.passes(WEEK).await;
    let left = soak.records().await;
    let left: BTreeMap<_, _> = left.into_iter().filter(|(_, count)| *count > 0).collect();
    let due = lasting(admitted);
    if left != due {
        found.push(format!("after a week of silence there is {left:?}, not {due:?}"));
    }
    soak.ends();

    let (middle, last) = (third(&samples, 1), third(&samples, 2));
    if let (Some(middle), Some(last)) = (&middle, &last) {
        found.extend(last.above(middle));
    } else {
        found.push(format!("{} stretches are too few to compare", samples.len()));
    }
    let days = samples.len() as u64 * STRETCH.as_secs() / (24 * 60 * 60);
    let level = |sample: Option<Sample>| sample.map_or_else(String::new, |it| it.to_string());
    let what = format!(
        "soak: {dialogues} dialogues, {admitted} of them to the end, {answers_given} answers, \
         {days} days by the clock. Second third: {}. Last third: {}",
        level(middle),
        level(last)
    );
    let does_not_show = "Growth that is slower than what is tolerated (memory and disk 15 % and \
                         8 MB, and for each record that lasts 1 and 8 KiB; other records 10 %, 8 \
                         handles; the least work for a dialogue 33 %, measured by a fixed piece of \
                         work at the same time; the fastest stretch's answers may take three times \
                         as long, since others share the machine). Everybody \
                         leaves the group again. Passwords are hashed cheaply.";
    let lost = found.len() as u64;
    vec![Row::held(what, dialogues, does_not_show).counted(lost, 0, found.join("\n"))]
}

/// The bot's side: runs it on this configuration until standard input ends.
pub fn be_the_bot(config: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let none = std::iter::empty();
    let loaded = config::load(Some(config), none, &mut SystemRandom).expect("the soak's own words");
    let clock = Arc::new(MovedClock::default());
    let pulse = Arc::new(Pulse::new());
    let surroundings = Surroundings {
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        pulse: Arc::clone(&pulse),
        ..Surroundings::default()
    };
    let (stop, stopped) = watch::channel(false);
    let running = runtime.spawn(service::run(loaded.config, surroundings, stopped));
    for line in std::io::stdin().lines() {
        let line = line.expect("a line");
        let by: i64 = line.parse().expect("milliseconds");
        clock.moved.fetch_add(by, Ordering::SeqCst);
        runtime.block_on(async {
            pulse.sweeps().await;
            pulse.idle().await;
        });
        println!("done");
    }
    stop.send_replace(true);
    runtime.block_on(running).expect("no panic").expect("a good end");
}

/// The system's clock, moved forward.
#[derive(Default)]
struct MovedClock {
    moved: AtomicI64,
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp(SystemClock.now().0 + self.moved.load(Ordering::SeqCst))
    }
}

struct Soak {
    world: World,
    folder: tempfile::TempDir,
    bot: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    metrics: String,
}

impl Soak {
    async fn begins() -> Soak {
        let world = World::start().await.lenient();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let setup = Setup { limits: crowd::LIMITS, spending: crowd::SPENDING, ..Setup::default() };
        let address = free_address();
        let config = written(&world, folder.path(), &setup);
        let config = config.replace("listen = \"\"", &format!("listen = \"{address}\""));
        let config = config.replace(PASSWORD_HASH.trim(), CHEAP_HASH);
        let file = folder.path().join("config.toml");
        std::fs::write(&file, config).expect("a writable folder");
        let mut bot = Command::new(std::env::current_exe().expect("this program"))
            .arg("--bot")
            .arg(&file)
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let orders = bot.stdin.take().expect("a pipe");
        let answers = BufReader::new(bot.stdout.take().expect("a pipe"));
        world.bot_is_polling().await;
        let metrics = format!("http://{address}/metrics");
        Soak { world, folder, bot, orders, answers, metrics }
    }

    /// At most so many dialogues; what came of them, and any trouble.
    async fn plays(
        &self,
        lab: &Lab,
        stretch: u64,
        most: u64,
        until: Instant,
    ) -> (Played, Option<String>) {
        let next = Arc::new(AtomicU64::new(0));
        let mut places = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (lab, outside, next) = (lab.clone(), self.world.outside(), Arc::clone(&next));
            places.spawn(async move {
                let mut played = Played::default();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= most || Instant::now() >= until {
                        return Ok(played);
                    }
                    if let Some(account) = one(&lab, &outside, stretch, number).await? {
                        played.admitted += u64::from(account.end == End::Admitted);
                        played.answers.extend(account.answers);
                    }
                    played.dialogues += 1;
                }
            });
        }
        let (mut played, mut trouble) = (Played::default(), None);
        while let Some(place) = places.join_next().await {
            match place.expect("no panic") {
                Ok(Played { dialogues, admitted, answers }) => {
                    played.dialogues += dialogues;
                    played.admitted += admitted;
                    played.answers.extend(answers);
                }
                Err(Trouble::Lost(what) | Trouble::Doubled(what)) => trouble = Some(what),
            }
        }
        (played, trouble)
    }

    /// Time passes for the bot and the world, and what is due is swept.
    async fn passes(&mut self, time: Duration) {
        self.world.settled().await;
        self.world.advance(time);
        writeln!(self.orders, "{}", time.as_millis()).expect("the bot listens");
        let mut line = String::new();
        tokio::task::block_in_place(|| self.answers.read_line(&mut line)).expect("an answer");
        assert_eq!(line, "done\n", "the bot ended");
        self.world.settled().await;
    }

    /// The processor time that the bot has had so far.
    fn work(&self) -> Duration {
        const TICK: Duration = Duration::from_millis(10);
        let stat = std::fs::read_to_string(self.proc("stat")).unwrap_or_default();
        // Behind the name, which may hold anything: state and 10 more, then user and system time.
        let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
        let ticks =
            fields.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u32>().ok());
        TICK * ticks.sum()
    }

    async fn sample(&self, answers: &mut [Duration], each: Duration, admitted: u64) -> Sample {
        answers.sort_unstable();
        let at = |share: usize| answers.get(answers.len() * share / 100).copied();
        let records = self.records().await;
        let lasting = lasting(admitted).values().sum::<u64>();
        let handles = std::fs::read_dir(self.proc("fd")).map_or(0, Iterator::count);
        Sample {
            memory: self.status("VmRSS:") * 1024,
            handles: handles as u64,
            disk: bytes_below(&self.folder.path().join("data")),
            lasting,
            records: records.iter().map(|(_, count)| count).sum::<u64>().saturating_sub(lasting),
            each,
            thousandths: thousandths(each, tokio::task::block_in_place(a_piece_of_work)),
            median: at(50).unwrap_or_default(),
            slow: at(99).unwrap_or_default(),
        }
    }

    /// Live records by kind, as the bot's metrics tell.
    async fn records(&self) -> Vec<(String, u64)> {
        let (_, page) = page(&self.metrics).await;
        let lines = page.lines().filter_map(|line| {
            let (kind, count) =
                line.strip_prefix("countersign_store_records{kind=\"")?.split_once("\"} ")?;
            Some((kind.to_owned(), count.parse().ok()?))
        });
        let records: Vec<_> = lines.collect();
        assert!(!records.is_empty(), "no records in\n{page}");
        records
    }

    fn status(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(self.proc("status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    }

    fn proc(&self, name: &str) -> PathBuf {
        Path::new("/proc").join(self.bot.id().to_string()).join(name)
    }

    fn ends(self) {
        let Soak { mut bot, orders, .. } = self;
        drop(orders);
        let ended = tokio::task::block_in_place(|| bot.wait()).expect("a child of ours");
        assert!(ended.success(), "the bot ended badly: {ended}");
    }
}

/// What came of some dialogues.
#[derive(Default)]
struct Played {
    dialogues: u64,
    /// So many of them went on to the end.
    admitted: u64,
    /// How long each answer took.
    answers: Vec<Duration>,
}

/// The records by kind that are never forgotten, once so many were let in: each of them is known,
/// and so is who came in by an address. Nobody else of the soak has earned to be remembered.
fn lasting(admitted: u64) -> BTreeMap<String, u64> {
    let kinds = [
        ("gate_title", 1),
        ("hearing", 1),
        ("staff", 1),
        // How many of the codes by SMS came back.
        ("conversion_of_a_dial_code", 1),
        // How often the password was used.
        ("ledger", 1),
        ("holders_of_an_address", admitted),
        ("person", admitted),
    ];
    kinds.map(|(kind, count)| (kind.to_owned(), count)).into()
}

/// One applicant who passes and leaves the group, or gives up: then there is no account.
async fn one(
    lab: &Lab,
    outside: &Arc<Outside>,
    stretch: u64,
    number: u64,
) -> Result<Option<Account>, Trouble> {
    let mut rng = lab.rng((stretch, number));
    let name = format!("S{stretch}x{number}");
    if rng.random_bool(0.2) {
        let says_so = rng.random_bool(0.5);
        crowd::gives_up(Arc::clone(outside), &name, says_so).await?;
        return Ok(None);
    }
    let calm = Calm::from(OnceLock::from(Instant::now()));
    let account = crowd::plays(Arc::clone(outside), calm, &name, Role::quick(&mut rng)).await?;
    account.person.leaves();
    Ok(Some(account))
}

/// What the bot took up at the end of one stretch, and how fast it answered in it.
#[derive(Clone, Copy, Debug)]
struct Sample {
    /// Bytes.
    memory: u64,
    handles: u64,
    /// Bytes.
    disk: u64,
    /// Records that are never forgotten.
    lasting: u64,
    /// All others.
    records: u64,
    /// Processor time for one dialogue.
    each: Duration,
    /// The same in thousandths of a fixed piece of work at that moment: others on the machine make
    /// both take longer.
    thousandths: u64,
    median: Duration,
    /// 99 of 100 answers were faster.
    slow: Duration,
}

impl Sample {
    /// What has grown since `before` by more than is tolerated.
    fn above(&self, before: &Sample) -> Vec<String> {
        const MB: u64 = 1024 * 1024;
        const KB: u64 = 1024;
        let us = |took: Duration| u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let lasting = self.lasting.saturating_sub(before.lasting);
        let memory = before.memory * 15 / 100 + 8 * MB + lasting * KB;
        let disk = before.disk * 15 / 100 + 8 * MB + lasting * 8 * KB;
        let grown = [
            ("memory", before.memory, self.memory, memory),
            ("the store on disk", before.disk, self.disk, disk),
            ("records", before.records, self.records, before.records / 10 + 20),
            ("handles", before.handles, self.handles, 8),
            (
                "work for a dialogue (thousandths of a fixed piece)",
                before.thousandths,
                self.thousandths,
                before.thousandths / 3,
            ),
            ("the median answer (µs)", us(before.median), us(self.median), us(before.median) * 2),
        ];
        let grown = grown.into_iter().filter(|(_, before, now, most)| *now > before + most);
        grown.map(|(what, before, now, _)| format!("{what} grew from {before} to {now}")).collect()
    }
}

impl std::fmt::Display for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mb = |bytes: u64| bytes as f64 / (1024.0 * 1024.0);
        let Sample { handles, records, lasting, each, median, slow, .. } = self;
        let (memory, disk) = (mb(self.memory), mb(self.disk));
        write!(
            f,
            "{memory:.1} MB memory, {handles} handles, {disk:.1} MB on disk, {records} records and \
             {lasting} that last, {:.1} ms of work for a dialogue, answers in {} ms (99 %: {} ms)",
            each.as_secs_f64() * 1000.0,
            median.as_millis(),
            slow.as_millis()
        )
    }
}

/// One third of the run, counted from 0: the median of what was taken up, and the least work and
/// the shortest waits, because others on the machine make them longer and nothing makes them
/// shorter.
fn third(samples: &[Sample], which: usize) -> Option<Sample> {
    let size = samples.len() / 3;
    let of = samples.get(which * size..(which + 1) * size).filter(|of| !of.is_empty())?;
    let median = |figure: fn(&Sample) -> u64| {
        let mut figures: Vec<u64> = of.iter().map(figure).collect();
        figures.sort_unstable();
        figures.get(figures.len() / 2).copied()
    };
    let least = |figure: fn(&Sample) -> Duration| of.iter().map(figure).min();
    let thousandths = of.iter().map(|it| it.thousandths).min()?;
    Some(Sample {
        memory: median(|it| it.memory)?,
        handles: median(|it| it.handles)?,
        disk: median(|it| it.disk)?,
        lasting: median(|it| it.lasting)?,
        records: median(|it| it.records)?,
        each: least(|it| it.each)?,
        thousandths,
        median: least(|it| it.median)?,
        slow: least(|it| it.slow)?,
    })
}

/// The processor time that a fixed piece of work takes just now: half of it reckoning, half of it
/// fetching from memory.
fn a_piece_of_work() -> Duration {
    const WORDS: usize = 4 * 1024 * 1024;
    let now = || rustix::time::clock_gettime(ClockId::ThreadCPUTime);
    let mut words: Vec<u64> = (0..WORDS as u64).collect();
    let began = now();
    let mut at = 1_usize;
    for _ in 0..2_000_000 {
        let mixed = (words[at] ^ at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31);
        words[at] = mixed;
        at = usize::try_from(mixed % WORDS as u64).unwrap_or(0);
    }
    let ended = std::hint::black_box(&words).get(at).map(|_| now());
    let nanos = |at: rustix::time::Timespec| at.tv_sec * 1_000_000_000 + at.tv_nsec;
    let took = ended.map_or(0, |ended| nanos(ended) - nanos(began));
    Duration::from_nanos(took.unsigned_abs())
}

fn thousandths(of: Duration, whole: Duration) -> u64 {
    u64::try_from(of.as_nanos() * 1000 / whole.as_nanos().max(1)).unwrap_or(u64::MAX)
}

fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(facts) if facts.is_dir() => bytes_below(&entry.path()),
        Ok(facts) => facts.len(),
        // sled removes files as it goes.
        Err(_) => 0,
    });
    sizes.sum()
}
