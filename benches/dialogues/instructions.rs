//! How many instructions the bot takes for one dialogue, by callgrind: a number that no busy
//! machine changes, so that a check can hold every change against it.

use std::path::Path;
use std::process::ExitCode;

use countersign::sandbox::World;

use crate::Arguments;
use crate::applicant::Way;
use crate::contestant::{Contestant, Kind, Setting};

/// A longer and a shorter run: what differs is dialogues, and nothing of the start.
const DIALOGUES: (usize, usize) = (60, 10);
/// More than this, in percent, is a regression.
const TOLERATED: u64 = 15;

/// Counts, and compares with what `baseline` says: a number of instructions.
pub async fn check(arguments: &Arguments, baseline: &Path) -> ExitCode {
    let (long, short) = (count(arguments, DIALOGUES.0).await, count(arguments, DIALOGUES.1).await);
    let each = long.saturating_sub(short) / (DIALOGUES.0 - DIALOGUES.1) as u64;
    let known = std::fs::read_to_string(baseline).ok();
    let known = known.and_then(|text| text.lines().find_map(|line| line.parse::<u64>().ok()));
    let Some(known) = known else {
        println!("{each} instructions for a dialogue; {} holds no number", baseline.display());
        return ExitCode::from(2);
    };
    let percent = (each as f64 / known as f64 - 1.0) * 100.0;
    println!("{each} instructions for a dialogue, {percent:+.1} % against {known}");
    if each > known + known * TOLERATED / 100 {
        println!(
            "That is more than {TOLERATED} % too many. If it cannot be helped, write the new number into {}.",
            baseline.display()
        );
        return ExitCode::FAILURE;
    }
    if each < known - known * TOLERATED / 100 {
        println!(
            "So many less deserve to be kept: write the new number into {}.",
            baseline.display()
        );
    }
    ExitCode::SUCCESS
}

/// Instructions of the whole process, from its start to its end, with so many dialogues.
async fn count(arguments: &Arguments, dialogues: usize) -> u64 {
    let world = World::start().await.lenient();
    // It stays there, for callgrind_annotate.
    let out = arguments.folder.join(format!("callgrind.{dialogues}"));
    let setting = Setting { counted: Some(&out), ..Setting::of(arguments) };
    let bot = Contestant::starts(Kind::Bot, &world, &setting).await;
    crate::crowd(&world, Way::Email, 1, dialogues).await;
    bot.stops();
    let text = std::fs::read_to_string(&out).expect("what callgrind wrote");
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    total.and_then(|total| total.trim().parse().ok()).expect("a total")
}
