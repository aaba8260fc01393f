//! How long a start takes, from the process to its first question for updates, and what it takes up.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use countersign::sandbox::World;

use crate::Arguments;
use crate::contestant::{Contestant, Kind, Setting};

/// How often each is measured.
const TIMES: usize = 15;

/// One start.
#[derive(Copy, Clone)]
pub struct Start {
    pub took: Duration,
    /// What is resident then, and at the peak, in bytes.
    pub resident: u64,
    pub peak: u64,
}

/// Medians of many: with nothing there, and with a store that was closed.
pub struct Starts {
    first: Start,
    again: Start,
}

/// Starts the bot with its store in `data`.
pub async fn starts(
    arguments: &Arguments,
    world: &World,
    data: Option<&Path>,
) -> (Start, Contestant) {
    let setting = Setting { data, ..Setting::of(arguments) };
    let began = Instant::now();
    let bot = Contestant::starts(Kind::Bot, world, &setting).await;
    let took = began.elapsed();
    let (resident, peak) = bot.memory();
    (Start { took, resident, peak }, bot)
}

pub async fn measure(arguments: &Arguments) -> Starts {
    let world = World::start().await.lenient();
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let folder = tempfile::tempdir_in(&arguments.folder).expect("a writable folder");
        let data = folder.path().join("data");
        for starts_so_far in [&mut first, &mut again] {
            let (start, bot) = starts(arguments, &world, Some(&data)).await;
            starts_so_far.push(start);
            bot.stops();
        }
    }
    Starts { first: median(first), again: median(again) }
}

fn median(mut all: Vec<Start>) -> Start {
    all.sort_by_key(|start| start.took);
    all[all.len() / 2]
}

impl fmt::Display for Starts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the very first start: {}", self.first)?;
        writeln!(f, "a start after that: {}", self.again)
    }
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |bytes: u64| bytes as f64 / 1024.0 / 1024.0;
        let (resident, peak) = (mib(self.resident), mib(self.peak));
        let took = self.took.as_secs_f64() * 1000.0;
        write!(f, "{took:.0} ms, then {resident:.0} MiB resident ({peak:.0} at the peak)")
    }
}
