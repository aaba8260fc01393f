//! The crash laboratory: what may go wrong is made to go wrong, again and again, and one table
//! says what was lost.
//!
//! ```text
//! cargo bench --profile dev --bench crash-lab -- --quick
//! cargo bench --profile lab --bench crash-lab -- --minutes 30 --table table.md
//! cargo bench --profile lab --bench crash-lab -- --only kill --seed 4711
//! ```
//!
//! In the profile `dev` (built already for the tests) or `lab` (optimised), because the fault
//! points of `ops::fault` are in builds with debug assertions only.

mod audit;
mod bench;
mod btrfs;
mod clock;
mod crowd;
mod cut;
mod damage;
mod disk;
mod ext4;
mod kill;
mod network;
mod power_cut;
#[path = "../tests/process.rs"]
#[expect(dead_code, reason = "the experiments need a part of what the tests need")]
mod process;
mod raid;
#[path = "../tests/scene.rs"]
#[expect(dead_code, reason = "the experiments need a part of what the tests need")]
mod scene;
mod soak;
mod versions;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Parser;
use countersign::engine::world::SystemRandom;
use countersign::verification::code::Random;

use crate::bench::{Lab, Row, Verdict};

/// Every experiment: its name, its share of the time, and what runs it.
///
/// One line each; the rows of the table come in this order.
const EXPERIMENTS: &[Experiment] = &[
    Experiment { name: "kill", share: 6, run: |lab| Box::pin(kill::run(lab)) },
    Experiment { name: "power-cut", share: 6, run: |lab| Box::pin(power_cut::run(lab)) },
    Experiment { name: "versions", share: 1, run: |lab| Box::pin(versions::run(lab)) },
    Experiment { name: "damage", share: 5, run: |lab| Box::pin(damage::run(lab)) },
    Experiment { name: "disk", share: 5, run: |lab| Box::pin(disk::run(lab)) },
    Experiment { name: "soak", share: 6, run: |lab| Box::pin(soak::run(lab)) },
    Experiment { name: "network", share: 3, run: |lab| Box::pin(network::run(lab)) },
    Experiment { name: "clock", share: 1, run: |lab| Box::pin(clock::run(lab)) },
    Experiment { name: "raid", share: 1, run: |lab| Box::pin(raid::run(lab)) },
    Experiment { name: "flood", share: 1, run: |lab| Box::pin(raid::flood(lab)) },
];

struct Experiment {
    name: &'static str,
    /// Of the time that all have together.
    share: u32,
    run: for<'l> fn(&'l Lab) -> Running<'l>,
}

type Running<'l> = Pin<Box<dyn Future<Output = Vec<Row>> + 'l>>;

/// Tries what the process, the disk, the network and the clock can do to a running bot.
#[derive(Parser)]
struct Arguments {
    /// How long all experiments together may go on, in minutes.
    #[arg(long, value_name = "N", default_value_t = 30)]
    minutes: u64,
    /// A small cut of each, for every merge: under three minutes.
    #[arg(long)]
    quick: bool,
    /// Only this experiment; all the time is its own.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Repeats what an earlier run chose at random.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Writes the table, in Markdown, into this file; between its marks, if it has some.
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// Is the bot of the experiment `soak`, on this configuration.
    #[arg(long, hide = true, value_name = "FILE")]
    bot: Option<PathBuf>,
    /// What `cargo bench` says to each bench.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(config) = &arguments.bot {
        soak::be_the_bot(config);
        return ExitCode::SUCCESS;
    }
    let seed = arguments.seed.unwrap_or_else(|| {
        let mut bytes = [0; 8];
        SystemRandom.fill(&mut bytes);
        // Short enough to be typed again.
        u64::from_le_bytes(bytes) % 1_000_000_000
    });
    let wanted = |experiment: &&Experiment| {
        arguments.only.as_ref().is_none_or(|only| only == experiment.name)
    };
    let chosen: Vec<_> = EXPERIMENTS.iter().filter(wanted).collect();
    if chosen.is_empty() {
        let names: Vec<_> = EXPERIMENTS.iter().map(|experiment| experiment.name).collect();
        eprintln!("error: there is no such experiment; there are: {}", names.join(", "));
        return ExitCode::from(2);
    }
    let time = match arguments.quick {
        true => bench::QUICK,
        false => Duration::from_secs(60 * arguments.minutes),
    };
    println!("seed {seed}, {} s for {} experiments", time.as_secs(), chosen.len());
    let (began, commit) = (Instant::now(), bench::commit());
    let rows = run(&chosen, seed, arguments.quick, time);
    let table = bench::table(&rows);
    println!("\n{table}");
    let size = match arguments.quick {
        true => "--quick".to_owned(),
        false => format!("--minutes {}", arguments.minutes),
    };
    let only = arguments.only.map_or_else(String::new, |only| format!(" --only {only}"));
    let command = format!("{size}{only} --seed {seed}");
    let made = bench::made_by(&command, arguments.quick, &commit, began.elapsed());
    if let Some(file) = &arguments.table
        && let Err(why) = bench::put_table(file, &format!("{made}\n\n{table}"))
    {
        eprintln!("error: {} cannot be written: {why}; name another file", file.display());
        return ExitCode::from(2);
    }
    let broken: Vec<_> = rows.iter().filter(|row| row.is_broken()).collect();
    for row in &broken {
        let Verdict::Broken(why) = &row.verdict else { continue };
        println!("BROKEN: {}\n{why}\n", row.what);
    }
    match broken.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Runs the experiments one after the other. In the quick cut two lanes of them: most of it is
/// waiting.
fn run(chosen: &[&Experiment], seed: u64, quick: bool, time: Duration) -> Vec<Row> {
    let lanes = if quick { 2 } else { 1 };
    let shares: u32 = chosen.iter().map(|experiment| experiment.share).sum();
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(BTreeMap::new());
    let lane = || {
        while let Some((place, experiment)) = take(chosen, &next) {
            let budget = lanes * time * experiment.share / shares;
            let lab = Lab::new(experiment.name, seed, quick, budget.min(time));
            let made = bench::run(&lab, experiment.run);
            rows.lock().unwrap_or_else(PoisonError::into_inner).insert(place, made);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..lanes {
            scope.spawn(lane);
        }
    });
    let rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    rows.into_values().flatten().collect()
}

fn take<'e>(chosen: &[&'e Experiment], next: &AtomicUsize) -> Option<(usize, &'e Experiment)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    chosen.get(place).map(|experiment| (place, *experiment))
}
