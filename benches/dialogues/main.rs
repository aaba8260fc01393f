//! How fast dialogues go: the real binary with its real store, and beside it the bare loop, a
//! program without any framework that makes the same calls and the same mails.
//!
//! ```text
//! cargo bench --bench dialogues
//! cargo bench --bench dialogues -- --at-once 256 --dialogues 20000 --json figures.json
//! cargo bench --bench dialogues -- --stored 1000000
//! cargo bench --bench dialogues -- --starts
//! cargo bench --bench dialogues -- --instructions benches/instructions
//! ```
//!
//! All meet the same pretend world (in this process) and the same simulated applicants, one after
//! the other, in turn. What is compared is the **ratio**: machines differ, and are never quiet. How
//! far plain teloxide is from the bare loop says what of that is due to the libraries.

mod applicant;
mod bare;
mod contestant;
mod instructions;
mod measure;
mod plain;
mod plan;
mod report;
mod starts;
mod stored;

use std::num::{NonZeroUsize, ParseIntError};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use clap::Parser;
use countersign::sandbox::World;
use tokio::task::JoinSet;

use crate::applicant::Way;
use crate::contestant::{Contestant, Kind, Setting};
use crate::measure::Figures;
use crate::report::Report;

/// Dialogues before anything is measured: connections stand, and the password is known.
const WARM_UP: usize = 64;

/// Measures dialogues against the bare loop.
#[derive(Parser)]
struct Arguments {
    /// How many applicants are in a dialogue at the same time; several, separated by commas.
    #[arg(long, value_name = "N", value_parser = at_least_one, value_delimiter = ',', default_values_t = [1, 32, 256])]
    at_once: Vec<usize>,
    /// Dialogues of one measurement. Default: what takes ten seconds or so.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    dialogues: Option<usize>,
    /// How often each contestant is measured, in turn; the medians are printed.
    #[arg(long, value_name = "N", value_parser = at_least_one, default_value_t = 3)]
    rounds: usize,
    /// By which way codes travel.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Way::Email, Way::Sms])]
    way: Vec<Way>,
    /// Who is measured.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Kind::ALL)]
    only: Vec<Kind>,
    /// So many people are in the store before: start, memory, size and throughput are measured.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    stored: Option<u64>,
    /// How long a start takes is measured, and nothing else.
    #[arg(long)]
    starts: bool,
    /// Writes all figures into this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The folder in which the stores are made; it has to be on a real disk.
    #[arg(long, value_name = "FOLDER", default_value = env!("CARGO_TARGET_TMPDIR"))]
    folder: PathBuf,
    /// The binary to be measured, if not the one that was built for this.
    #[arg(long, value_name = "FILE", default_value = env!("CARGO_BIN_EXE_countersign"))]
    binary: PathBuf,
    /// Counts instructions instead (needs valgrind), and fails if there are more than 15 % above
    /// the number in this file.
    #[arg(long, value_name = "FILE")]
    instructions: Option<PathBuf>,
    /// Is the bare loop, on this plan.
    #[arg(long, hide = true, value_name = "FILE")]
    bare: Option<PathBuf>,
    /// Is plain teloxide, on this plan.
    #[arg(long, hide = true, value_name = "FILE")]
    plain: Option<PathBuf>,
    /// What `cargo bench` says to each bench.
    #[arg(long, hide = true)]
    bench: bool,
}

/// Of nothing there is nothing to be measured.
fn at_least_one(typed: &str) -> Result<usize, ParseIntError> {
    typed.parse::<NonZeroUsize>().map(NonZeroUsize::get)
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(plan) = &arguments.bare {
        bare::run(plan);
        return ExitCode::SUCCESS;
    }
    if let Some(plan) = &arguments.plain {
        plain::run(plan);
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    if let Some(baseline) = &arguments.instructions {
        return runtime.block_on(instructions::check(&arguments, baseline));
    }
    if arguments.starts {
        print!("{}", runtime.block_on(starts::measure(&arguments)));
        return ExitCode::SUCCESS;
    }
    if let Some(people) = arguments.stored {
        println!("\n{}", runtime.block_on(stored::compare(&arguments, people)));
        return ExitCode::SUCCESS;
    }
    let report = runtime.block_on(compare(&arguments));
    println!("\n{report}");
    if let Some(file) = &arguments.json
        && let Err(why) = std::fs::write(file, report.json())
    {
        eprintln!("error: {} cannot be written: {why}; name another file", file.display());
        return ExitCode::from(2);
    }
    ExitCode::SUCCESS
}

/// Both contestants at each number at once, in turn.
async fn compare(arguments: &Arguments) -> Report {
    let mut report = Report::default();
    for way in &arguments.way {
        for at_once in &arguments.at_once {
            for round in 1..=arguments.rounds {
                for kind in Kind::ALL {
                    if !arguments.only.contains(&kind) {
                        continue;
                    }
                    let dialogues = arguments.dialogues.unwrap_or(usual(*at_once));
                    let figures = measure(arguments, kind, *way, *at_once, dialogues).await;
                    eprintln!(
                        "{way}, {at_once} at once, round {round} of {}: {}: {figures}",
                        arguments.rounds,
                        kind.name()
                    );
                    eprintln!("    {}; p50 of each step {} ms", figures.methods(), figures.steps());
                    report.add(*way, *at_once, kind, figures);
                }
            }
        }
    }
    report
}

/// What takes ten seconds or so. A journal that grows is dearer to sync, and it grows in the first
/// six hundred or so.
fn usual(at_once: usize) -> usize {
    if at_once < 8 { 1_200 } else { 4_000 }
}

/// One contestant in a world of its own.
async fn measure(
    arguments: &Arguments,
    kind: Kind,
    way: Way,
    at_once: usize,
    dialogues: usize,
) -> Figures {
    let world = World::start().await.lenient();
    let contestant = Contestant::starts(kind, &world, &Setting::of(arguments)).await;
    let figures = plays(&world, &contestant, way, at_once, dialogues).await;
    contestant.stops();
    figures
}

/// So many dialogues, so many at once.
async fn plays(
    world: &World,
    contestant: &Contestant,
    way: Way,
    at_once: usize,
    dialogues: usize,
) -> Figures {
    crowd(world, way, at_once.min(WARM_UP), WARM_UP).await;
    let calls = contestant::Calls::of(world);
    let before = contestant.meter().await;
    let began = Instant::now();
    let steps = crowd(world, way, at_once, dialogues).await;
    let took = began.elapsed();
    let after = contestant.meter().await;
    let calls = contestant::Calls::of(world).since(&calls);
    Figures::of(dialogues, took, steps, &before, &after, calls)
}

/// The time of each step.
async fn crowd(
    world: &World,
    way: Way,
    at_once: usize,
    dialogues: usize,
) -> Vec<std::time::Duration> {
    static NAMES: AtomicUsize = AtomicUsize::new(0);
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..at_once {
        let (outside, next) = (world.outside(), Arc::clone(&next));
        tasks.spawn(async move {
            let mut steps = Vec::new();
            while next.fetch_add(1, Ordering::Relaxed) < dialogues {
                let name = format!("P{}", NAMES.fetch_add(1, Ordering::Relaxed));
                applicant::plays(&outside, &name, way, &mut steps).await;
            }
            steps
        });
    }
    let mut steps = Vec::new();
    while let Some(done) = tasks.join_next().await {
        steps.extend(done.expect("every applicant comes in"));
    }
    steps
}
