//! With very many people in the store: how long a start takes, how much memory and disk they take,
//! and what they cost everybody else.

use std::fmt;
use std::path::Path;
use std::time::Instant;

use countersign::sandbox::World;
use countersign::store::records::{Holders, PersonRecord};
use countersign::store::{Store, secret};
use countersign::verification::UserId;

use crate::applicant::Way;
use crate::contestant::{Contestant, Kind, Setting};
use crate::measure::Figures;
use crate::starts::{Start, starts};
use crate::{Arguments, plays};

/// Above every id in the pretend world.
const FIRST: u64 = 8_000_000_000;
/// People in one commit.
const PAGE: u64 = 1_000;
const AT_ONCE: usize = 256;
const DIALOGUES: usize = 4_000;

pub struct Found {
    people: u64,
    bytes: u64,
    without: Vec<Figures>,
    with: Vec<Figures>,
    clean: Start,
    killed: Start,
}

/// Fills a store, and measures on it and on one without those people in turn.
pub async fn compare(arguments: &Arguments, people: u64) -> Found {
    let folder = tempfile::tempdir_in(&arguments.folder).expect("a writable folder");
    let data = folder.path().join("data");
    let small = folder.path().join("small");
    // One world for each store, which knows its people and the numbers of its updates: the two have
    // the same past but for those who are filled in.
    let (world, other) = (World::start().await.lenient(), World::start().await.lenient());
    one_passes(arguments, &world, &data).await;
    one_passes(arguments, &other, &small).await;
    let bytes = fill(&data, people).await;
    let (clean, bot) = starts(arguments, &world, Some(&data)).await;
    bot.stops();
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for round in 1..=arguments.rounds {
        for (name, world, data, rounds) in
            [("without", &other, &small, &mut without), ("with", &world, &data, &mut with)]
        {
            let setting = Setting { data: Some(data), ..Setting::of(arguments) };
            let bot = Contestant::starts(Kind::Bot, world, &setting).await;
            let figures = plays(world, &bot, Way::Email, AT_ONCE, DIALOGUES).await;
            bot.stops();
            eprintln!("{name} them, round {round} of {}: {figures}", arguments.rounds);
            rounds.push(figures);
        }
    }
    let (_, bot) = starts(arguments, &world, Some(&data)).await;
    // Something has to be under way: a store at rest is as good as a closed one.
    crate::crowd(&world, Way::Email, 32, 500).await;
    bot.dies();
    let (killed, bot) = starts(arguments, &world, Some(&data)).await;
    bot.stops();
    Found { people, bytes, without, with, clean, killed }
}

/// Leaves a store in which one person has passed.
async fn one_passes(arguments: &Arguments, world: &World, data: &Path) {
    let setting = Setting { data: Some(data), ..Setting::of(arguments) };
    let bot = Contestant::starts(Kind::Bot, world, &setting).await;
    crate::crowd(world, Way::Email, 1, 1).await;
    bot.stops();
}

/// Everybody else has passed in the same way. Returns how many bytes that takes on the disk.
async fn fill(data: &Path, people: u64) -> u64 {
    let keys = secret::load(&data.join("secret.key")).expect("the secret key").seal_key();
    let store = Store::open(data, &keys).expect("a sound store");
    let first = store.read(|view| {
        let person = view.scan::<PersonRecord>(None, 1)?.pop();
        Ok((person, view.scan::<Holders>(None, 1)?.pop()))
    });
    let (person, holders) = first.await.expect("a sound store");
    let ((_, person), ((gate, _), _)) =
        (person.expect("somebody has passed"), holders.expect("somebody has passed"));
    let before = store.stats().bytes_on_disk;
    let began = Instant::now();
    let mut next = 0;
    while next < people {
        let page = next..people.min(next + PAGE);
        next = page.end;
        let person = person.clone();
        let written = store.commit(move |view| {
            for n in page {
                let user = UserId(FIRST + n);
                view.put(&user, &person)?;
                // Spread as keyed hashes are.
                let mut key = [0; 32];
                key[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
                key[8..16].copy_from_slice(&n.to_be_bytes());
                view.put(&(gate, key), &Holders { users: vec![user] })?;
            }
            Ok(())
        });
        written.await.expect("room on the disk");
        if next.is_multiple_of(50 * PAGE) {
            eprintln!("{next} of {people} people after {} s", began.elapsed().as_secs());
        }
    }
    let bytes = store.stats().bytes_on_disk - before;
    store.close().await;
    bytes
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |bytes: u64| bytes as f64 / 1024.0 / 1024.0;
        let median = |rounds: &[Figures], of: fn(&Figures) -> f64| {
            let mut values: Vec<f64> = rounds.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
        };
        let Found { people, bytes, without, with, clean, killed } = self;
        writeln!(
            f,
            "{people} people in the store: {:.0} MiB, {} bytes each",
            mib(*bytes),
            bytes / people.max(&1)
        )?;
        for (how, start) in [("a clean stop", clean), ("a kill", killed)] {
            writeln!(f, "start after {how}: {start}")?;
        }
        let speed = |figures: &Figures| figures.dialogues_per_second;
        let peak = |figures: &Figures| figures.peak_mib;
        let (alone, among) = (median(without, speed), median(with, speed));
        writeln!(
            f,
            "dialogues/s, {AT_ONCE} at once: {alone:.0} on a store without them, {among:.0} on this one ({:.2})",
            among / alone
        )?;
        writeln!(
            f,
            "memory at its peak meanwhile: {:.0} MiB and {:.0} MiB",
            median(without, peak),
            median(with, peak)
        )
    }
}
