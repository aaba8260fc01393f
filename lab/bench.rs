//! What every experiment is given, and what it hands back.

use std::any::Any;
use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use rand::SeedableRng;
use rand::rngs::SmallRng;

use crate::Running;

/// How long all experiments of the quick cut may go on; some take a little longer.
pub const QUICK: Duration = Duration::from_secs(90);
/// How long what an experiment left behind may take to end.
const LEFTOVERS: Duration = Duration::from_secs(10);

/// The bench on which one experiment runs.
#[derive(Clone, Debug)]
pub struct Lab {
    /// The experiment's name, as `--only` takes it.
    pub name: &'static str,
    /// What is chosen at random is chosen by this.
    pub seed: u64,
    /// The small cut: a few rounds of each kind.
    pub quick: bool,
    /// How long the experiment may go on.
    pub budget: Duration,
    began: Instant,
}

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    pub what: String,
    pub rounds: u64,
    /// Acknowledged things that were gone, and counts that fell.
    pub lost: u64,
    /// Things that were done or counted twice.
    pub doubled: u64,
    pub verdict: Verdict,
    /// What nobody may conclude from it.
    pub does_not_show: String,
}

#[derive(Clone, Debug)]
pub enum Verdict {
    Held,
    /// What was seen that must not be.
    Broken(String),
    /// Why it could not be tried on this machine.
    Skipped(String),
}

impl Lab {
    pub fn new(name: &'static str, seed: u64, quick: bool, budget: Duration) -> Lab {
        Lab { name, seed, quick, budget, began: Instant::now() }
    }

    /// How many rounds to aim at; [`Lab::has_time`] may end them sooner.
    pub fn rounds(&self, full: u64, quick: u64) -> u64 {
        if self.quick { quick } else { full }
    }

    /// A random source for one part of the experiment: the same seed and part, the same choices.
    pub fn rng(&self, part: impl Hash) -> SmallRng {
        let mut hasher = DefaultHasher::new();
        (self.seed, self.name, part).hash(&mut hasher);
        SmallRng::seed_from_u64(hasher.finish())
    }

    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// What is left of the budget; zero if it is spent.
    pub fn time_left(&self) -> Duration {
        self.budget.saturating_sub(self.elapsed())
    }

    pub fn has_time(&self) -> bool {
        !self.time_left().is_zero()
    }

    /// A line for whoever waits.
    pub fn tell(&self, what: impl fmt::Display) {
        println!("{:>5} s  {}: {what}", self.elapsed().as_secs(), self.name);
    }

    /// The command that makes the same choices again.
    pub fn again(&self) -> String {
        let (profile, size) = match self.quick {
            true => ("dev", "--quick".to_owned()),
            false => ("lab", format!("--minutes {}", self.budget.as_secs().div_ceil(60).max(1))),
        };
        let (name, seed) = (self.name, self.seed);
        format!(
            "cargo bench --profile {profile} --bench crash-lab -- {size} --only {name} --seed {seed}"
        )
    }
}

impl Row {
    pub fn held(what: impl Into<String>, rounds: u64, does_not_show: impl Into<String>) -> Row {
        Row {
            what: what.into(),
            rounds,
            lost: 0,
            doubled: 0,
            verdict: Verdict::Held,
            does_not_show: does_not_show.into(),
        }
    }

    pub fn skipped(what: impl Into<String>, why: impl Into<String>) -> Row {
        Row { verdict: Verdict::Skipped(why.into()), ..Row::held(what, 0, "anything") }
    }

    /// [`Verdict::Broken`] if anything was lost or doubled.
    #[must_use]
    pub fn counted(self, lost: u64, doubled: u64, what: impl fmt::Display) -> Row {
        let broken = lost + doubled > 0;
        let verdict = if broken { Verdict::Broken(what.to_string()) } else { self.verdict };
        Row { lost, doubled, verdict, ..self }
    }

    pub fn is_broken(&self) -> bool {
        matches!(self.verdict, Verdict::Broken(_))
    }
}

/// Runs one experiment on a runtime of its own. If it panics, or a row is broken, says how to
/// repeat it.
pub fn run(lab: &Lab, experiment: for<'l> fn(&'l Lab) -> Running<'l>) -> Vec<Row> {
    lab.tell("begins");
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(why) => return vec![broken(lab, format!("no runtime: {why}"))],
    };
    let rows = catch_unwind(AssertUnwindSafe(|| runtime.block_on(experiment(lab))));
    runtime.shutdown_timeout(LEFTOVERS);
    let mut rows = rows.unwrap_or_else(|panic| vec![broken(lab, said(panic.as_ref()))]);
    if rows.is_empty() {
        rows.push(broken(lab, "it hands back no row".to_owned()));
    }
    for row in &mut rows {
        if row.rounds == 0 && matches!(row.verdict, Verdict::Held) {
            row.verdict = Verdict::Skipped("there was no time for it".to_owned());
        }
        if let Verdict::Broken(why) = &mut row.verdict {
            let _ = write!(why, "\nseed {}; again: {}", lab.seed, lab.again());
        }
        lab.tell(format!("{}: {}", row.what, word(&row.verdict)));
    }
    rows
}

/// The rows as a table in Markdown.
pub fn table(rows: &[Row]) -> String {
    let mut table = "| what | rounds | lost | doubled | verdict | what it does not show |\n\
                     |---|---:|---:|---:|---|---|\n"
        .to_owned();
    for row in rows {
        let Row { what, rounds, lost, doubled, verdict, does_not_show } = row;
        let verdict = match verdict {
            Verdict::Held => "held".to_owned(),
            Verdict::Broken(_) => "**broken**".to_owned(),
            Verdict::Skipped(why) => format!("skipped: {why}"),
        };
        let cells = [what, &verdict, does_not_show].map(|cell| cell.replace('|', "\\|"));
        let [what, verdict, does_not_show] = cells.map(|cell| cell.replace('\n', " "));
        let _ = writeln!(
            table,
            "| {what} | {rounds} | {lost} | {doubled} | {verdict} | {does_not_show} |"
        );
    }
    table
}

/// What made a table: the command with all that it chose, when, of which state of the source, and
/// on what machine.
pub fn made_by(arguments: &str, quick: bool, commit: &str, took: Duration) -> String {
    let profile = if quick { "dev" } else { "lab" };
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let day = now.split_once('T').map_or("", |(day, _)| day);
    format!(
        "Made by `cargo bench --profile {profile} --bench crash-lab -- {arguments}` in {} minutes \
         on {day}, of commit {commit}, on Linux {} with {cores} cores.",
        took.as_secs().div_ceil(60),
        kernel.trim()
    )
}

/// The commit that the source is at, and whether it was changed since.
pub fn commit() -> String {
    let git = Command::new("git").args(["describe", "--always", "--dirty"]).output();
    let said = git.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned());
    said.ok().filter(|said| !said.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// Puts the table between the marks that the file has for it; a file without them is written anew.
pub fn put_table(file: &Path, table: &str) -> io::Result<()> {
    const BEGINS: &str = "<!-- table: begins -->";
    const ENDS: &str = "<!-- table: ends -->";
    let before = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(why) if why.kind() == io::ErrorKind::NotFound => String::new(),
        Err(why) => return Err(why),
    };
    let parts = before.split_once(BEGINS).and_then(|(head, rest)| {
        let (_, tail) = rest.split_once(ENDS)?;
        Some((head, tail))
    });
    let text = match parts {
        Some((head, tail)) => format!("{head}{BEGINS}\n{table}{ENDS}{tail}"),
        None => table.to_owned(),
    };
    std::fs::write(file, text)
}

fn broken(lab: &Lab, why: String) -> Row {
    Row { verdict: Verdict::Broken(why), ..Row::held(lab.name, 0, "it did not end") }
}

fn word(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Held => "held",
        Verdict::Broken(why) | Verdict::Skipped(why) => why,
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic that says nothing".to_owned())
}
