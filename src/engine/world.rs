//! The only clock and the only random source of the rules.
//!
//! The rules must not see time go back, nor leap because somebody set the machine's clock. So
//! [`Guarded`] runs on the machine's uptime, and follows its wall clock only as far as that can be
//! believed.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::TryRng;
use rand::rngs::SysRng;
use rustix::time::{ClockId, Timespec, clock_gettime};
use tracing::{error, info, warn};

use crate::verification::Timestamp;
use crate::verification::code::Random;
use crate::verification::outage::Outage;

/// The machine's clocks, as they are. Tests set their own.
pub trait Clock: Send + Sync {
    /// What time it is, in UTC; anybody may set it.
    fn now(&self) -> Timestamp;

    /// Since some beginning, counted on through suspend; nobody can set it. A clock that has no
    /// such count cannot be set either.
    fn uptime(&self) -> Duration {
        self.now().since(Timestamp(0))
    }

    /// The same without the time in which the machine was suspended.
    fn awake(&self) -> Duration {
        self.uptime()
    }
}

/// The machine's own.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn uptime(&self) -> Duration {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let clock = ClockId::Boottime;
        // Elsewhere this one goes on in suspend, or nobody can tell.
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        let clock = ClockId::Monotonic;
        since_boot(clock_gettime(clock))
    }

    fn awake(&self) -> Duration {
        since_boot(clock_gettime(ClockId::Monotonic))
    }
}

fn since_boot(time: Timespec) -> Duration {
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), nanos)
}

/// A wall clock that is further ahead than this has not just been put right a little.
const BOUND: Duration = Duration::from_secs(60);

/// The clock of the rules. It never goes back, and goes forward with the machine's uptime:
///
/// ```text
///  the wall clock is …         then
///  up to a minute ahead        it is followed
///  behind                      it is ignored until it has caught up
///  further ahead               it is ignored until it comes back, or Telegram bears it out
/// ```
///
/// What the uptime does not know of at a start, a date that the store remembers does: time does
/// not go back over a restart either.
pub struct Guarded {
    source: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    /// What was last believed, and the uptime then. `None`: nothing is decided yet.
    last: Option<(Timestamp, Duration)>,
    wall: Wall,
}

/// How the wall clock stands to ours.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Wall {
    Agrees,
    Behind,
    Ahead,
}

impl Guarded {
    #[must_use]
    pub fn new(source: Arc<dyn Clock>) -> Guarded {
        Guarded { source, state: Mutex::new(State { last: None, wall: Wall::Agrees }) }
    }

    /// From now on time does not go back, and not before `known`, which has been already.
    pub fn begin(&self, known: Option<Timestamp>) {
        let mut state = self.state();
        let (wall, uptime) = (self.source.now(), self.source.uptime());
        let begin = known.map_or(wall, |known| known.max(wall));
        state.last = Some((begin, uptime));
        state.judge(begin, wall);
    }

    /// The time that the rules go by.
    pub fn now(&self) -> Timestamp {
        let mut state = self.state();
        let (uptime, wall) = (self.source.uptime(), self.source.now());
        let Some((last, at)) = state.last else { return wall };
        let expected = last.after(uptime.saturating_sub(at));
        let now = if wall.since(expected) > BOUND { expected } else { expected.max(wall) };
        state.last = Some((now, uptime.max(at)));
        state.judge(now, wall);
        now
    }

    /// Telegram says that it has been `date`, so it is that late at least. If the wall clock said
    /// so before and was not believed, it is now; returns the time that was leapt over.
    pub fn has_been(&self, date: Timestamp) -> Option<Outage> {
        let now = self.now();
        let mut state = self.state();
        let proven = self.source.now().min(date);
        if state.wall != Wall::Ahead || proven.since(now) <= BOUND {
            return None;
        }
        let at = state.last.map_or(Duration::ZERO, |(_, at)| at);
        state.last = Some((proven, at));
        info!(by = %Span(proven.since(now)), "Telegram's dates bear out that so much time has passed");
        Some(Outage { from: now, until: proven })
    }

    /// What the machine's wall clock says, for those outside who compare it with their own.
    pub fn wall(&self) -> Timestamp {
        self.source.now()
    }

    /// How long the machine was suspended since it began to count.
    pub fn suspended(&self) -> Duration {
        self.source.uptime().saturating_sub(self.source.awake())
    }

    /// How far the wall clock is ahead of the rules' time, in milliseconds; negative: behind.
    pub fn disagreement(&self) -> i64 {
        let now = self.now();
        self.source.now().0.saturating_sub(now.0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Says once what has become of the wall clock.
    fn judge(&mut self, now: Timestamp, wall: Timestamp) {
        let (ahead, behind) = (wall.since(now), now.since(wall));
        let stands = match () {
            () if ahead > BOUND => Wall::Ahead,
            () if behind > BOUND => Wall::Behind,
            () => Wall::Agrees,
        };
        if stands == self.wall {
            return;
        }
        self.wall = stands;
        match stands {
            Wall::Agrees => info!("the machine's clock can be followed again"),
            Wall::Behind => warn!(
                by = %Span(behind),
                "the machine's clock is behind the time that has passed already; it is ignored until it has caught up, so that no lock and no code lasts longer: is its time service at work?"
            ),
            Wall::Ahead => error!(
                by = %Span(ahead),
                "the machine's clock went forward by more than the time that has passed; it is ignored, so that no lock opens too soon, until it comes back, Telegram's dates bear it out, or the bot is restarted: is its time service at work?"
            ),
        }
    }
}

/// A time for people, to the second.
struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        humantime::format_duration(Duration::from_secs(self.0.as_secs())).fmt(f)
    }
}

/// The operating system's random source.
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        // Without randomness there is no code worth sending: this one update fails, and is counted.
        SysRng.try_fill_bytes(bytes).expect("the operating system gave no random bytes");
    }
}

#[cfg(test)]
mod tests;
