//! What a process takes up of the machine, by the kernel's books.

use std::fmt;
use std::fs;
use std::time::Duration;

use serde::Serialize;

use crate::contestant::Calls;

/// As of one moment.
#[derive(Clone, Debug)]
pub struct Meter {
    /// User and system time.
    cpu: Duration,
    /// The most memory that was resident at any time, in bytes.
    peak: u64,
    commits: u64,
    syncs: u64,
}

impl Meter {
    pub fn of(pid: u32, commits: u64, syncs: u64) -> Meter {
        Meter { cpu: cpu_of(pid), peak: status(pid, "VmHWM:"), commits, syncs }
    }
}

/// Processor time of a process, from /proc/<pid>/stat.
fn cpu_of(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a running child, and /proc");
    // The name in parentheses may hold anything.
    let (_, rest) = stat.rsplit_once(") ").expect("the form of /proc/<pid>/stat");
    let mut fields = rest.split(' ').skip(11).map(|ticks| ticks.parse::<u64>().unwrap_or(0));
    let ticks = fields.next().unwrap_or(0) + fields.next().unwrap_or(0);
    Duration::from_micros(ticks * 1_000_000 / rustix::param::clock_ticks_per_second())
}

/// A line of /proc/<pid>/status in bytes.
pub fn status(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kb: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kb.unwrap_or_default() * 1024
}

/// What one measurement came to.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    pub dialogues_per_second: f64,
    /// Per 1,000 dialogues.
    pub cpu_seconds: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// The median of each step of a dialogue, in their order.
    pub by_step_ms: Vec<f64>,
    pub peak_mib: f64,
    /// Per dialogue.
    pub commits: f64,
    /// Per dialogue.
    pub syncs: f64,
    /// Calls of the Bot API per dialogue, questions for updates not among them.
    pub calls: f64,
    #[serde(skip)]
    pub by_method: Vec<(&'static str, f64)>,
}

impl Figures {
    pub fn of(
        dialogues: usize,
        took: Duration,
        steps: Vec<Duration>,
        before: &Meter,
        after: &Meter,
        calls: Calls,
    ) -> Figures {
        let each = |count: u64| count as f64 / dialogues as f64;
        let in_a_dialogue = steps.len() / dialogues;
        let of_one = |which| steps.iter().skip(which).step_by(in_a_dialogue).copied().collect();
        let by_step_ms = (0..in_a_dialogue).map(|which| share(of_one(which), 50)).collect();
        let by_method: Vec<_> = calls.0.into_iter().map(|(name, n)| (name, each(n))).collect();
        let calls = by_method.iter().filter(|(name, _)| *name != "getUpdates");
        Figures {
            dialogues_per_second: dialogues as f64 / took.as_secs_f64(),
            cpu_seconds: (after.cpu - before.cpu).as_secs_f64() * 1000.0 / dialogues as f64,
            p50_ms: share(steps.clone(), 50),
            p99_ms: share(steps, 99),
            by_step_ms,
            peak_mib: after.peak as f64 / 1024.0 / 1024.0,
            commits: each(after.commits - before.commits),
            syncs: each(after.syncs - before.syncs),
            calls: calls.map(|(_, n)| n).sum(),
            by_method,
        }
    }
}

/// So many of 100 took no longer, in milliseconds.
fn share(mut steps: Vec<Duration>, of_100: usize) -> f64 {
    steps.sort_unstable();
    let at = (steps.len() * of_100 / 100).min(steps.len().saturating_sub(1));
    steps.get(at).map_or(0.0, |step| step.as_secs_f64() * 1000.0)
}

impl Figures {
    /// The median of each step.
    pub fn steps(&self) -> String {
        let each = self.by_step_ms.iter().map(|step| format!("{step:.2}"));
        each.collect::<Vec<_>>().join(", ")
    }

    /// How often each method was called in a dialogue.
    pub fn methods(&self) -> String {
        let called = self.by_method.iter().filter(|(_, each)| *each > 0.0);
        called.map(|(name, each)| format!("{name} {each:.2}")).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { dialogues_per_second, cpu_seconds, p50_ms, p99_ms, peak_mib, .. } = self;
        write!(
            f,
            "{dialogues_per_second:.0} dialogues/s, {cpu_seconds:.3} CPU s per 1,000, \
             p50 {p50_ms:.2} ms, p99 {p99_ms:.1} ms, peak {peak_mib:.0} MiB, {:.2} commits, {:.2} syncs, {:.2} calls",
            self.commits, self.syncs, self.calls
        )
    }
}
